"""Figures of detections: the same as faster-coco-eval has them, resample by resample."""

import numpy as np
import pytest

from dure.trials.bootstrap import weight_chunks
from dure.trials.kinds.boxes.figures import METRICS, detection, point_values, resampled
from dure.trials.kinds.boxes.matching import Boxes, hits_of

IMAGES, CLASSES = 24, 3
NOTHING = Boxes(np.zeros(0, int), np.zeros(0, int), np.zeros((0, 4)), np.zeros(0))


def boxes(rng: np.random.Generator, most: int) -> Boxes:
    image = np.sort(rng.integers(0, IMAGES, most))
    at = rng.uniform(0, 60, (most, 2))
    sides = rng.uniform(5, 40, (most, 2))
    return Boxes(
        image, rng.integers(0, CLASSES, most), np.column_stack([at, at + sides]), np.ones(most)
    )


def near(rng: np.random.Generator, targets: Boxes, extra: int) -> Boxes:
    """Detections: the targets moved a little, some twice, some of another class, and some nowhere."""
    moved = targets.corners + rng.normal(0, 2, targets.corners.shape)
    again = targets.corners + rng.normal(0, 4, targets.corners.shape)
    other = boxes(rng, extra)
    image = np.concatenate([targets.image, targets.image, other.image])
    kind = np.concatenate([targets.kind, targets.kind, other.kind])
    kind = np.where(rng.random(len(kind)) < 0.1, rng.integers(0, CLASSES, len(kind)), kind)
    corners = np.vstack([moved, again, other.corners])
    corners[:, 2:] = np.maximum(corners[:, :2] + 1, corners[:, 2:])
    order = np.argsort(image, kind="stable")
    # Few scores, so that detections of different images have the same; those of one image differ, since
    # the copies of an image that is drawn twice would have no order of their own else.
    place = np.arange(len(image)) - np.searchsorted(image[order], image[order])
    return Boxes(image[order], kind[order], corners[order], 1 / (2.0 + (7 * place) % 31))


def drawn(some: Boxes, order: np.ndarray) -> Boxes:
    """The boxes of the images of a resample, each image as often as it was drawn, numbered anew."""
    rows = [np.flatnonzero(some.image == image) for image in order]
    image = np.repeat(np.arange(len(order)), [len(one) for one in rows])
    chosen = some.of(np.concatenate(rows).astype(int))
    return Boxes(image, chosen.kind, chosen.corners, chosen.score)


@pytest.mark.parametrize("seed", range(4))
def test_every_resample_is_what_faster_coco_eval_says_of_it(seed: int):
    rng = np.random.default_rng(seed)
    targets = boxes(rng, 50)
    targets = targets.of(
        ~((targets.kind == 2) & (targets.image > 1))
    )  # rare: some resamples lack it
    found = near(rng, targets, 40)
    (weights,) = weight_chunks(IMAGES, 12, rng)
    weights[0] = 1
    mine = resampled(hits_of(targets, found, CLASSES), weights)
    for row, counts in zip(mine, weights, strict=True):
        order = np.repeat(np.arange(IMAGES), counts.astype(int))
        said = point_values(drawn(targets, order), drawn(found, order), CLASSES, IMAGES)
        np.testing.assert_allclose(row, said, rtol=0, atol=1e-9)
    assert 0.05 < mine[0, 0] < mine[0, 1] < 1
    assert mine.std(axis=0).min() > 0


def test_what_is_right_what_is_absent_and_what_is_undefined():
    rng = np.random.default_rng(9)
    targets = boxes(rng, 40)
    right = Boxes(targets.image, targets.kind, targets.corners, np.ones(40))
    good, none = (
        detection(targets, found, NOTHING, CLASSES, IMAGES, 50, np.random.default_rng(1))
        for found in (right, NOTHING)
    )
    assert [one.metric for one in good] == list(METRICS)
    for one in good:
        assert (one.algorithm.value, one.algorithm.lower, one.algorithm.upper) == (1, 1, 1)
        assert (one.baseline.value, one.difference.value) == (0, 1)
    assert {one.algorithm.value for one in none} == {0.0}
    empty = detection(NOTHING, right, NOTHING, CLASSES, IMAGES, 50, np.random.default_rng(1))
    assert all(np.isnan(one.algorithm.value) and np.isnan(one.algorithm.lower) for one in empty)


def test_the_same_resamples_serve_both_sides():
    """A baseline that is the algorithm differs by nothing, in every resample."""
    rng = np.random.default_rng(3)
    targets = boxes(rng, 50)
    found = near(rng, targets, 20)
    for one in detection(targets, found, found, CLASSES, IMAGES, 60, rng):
        assert (one.difference.value, one.difference.lower, one.difference.upper) == (0, 0, 0)
        assert one.algorithm.lower < one.algorithm.value < one.algorithm.upper
