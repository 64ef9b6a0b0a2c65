"""Which detections find which targets, at every threshold of overlap: settled once, for all resamples.

Within one image and class, detections choose in order of score; each takes the target that it overlaps
most of those still free. So whether a detection finds something depends on its image alone, and a
resample, which repeats and omits whole images, only weighs what was found.

Source
------
Lin et al. (2014), Microsoft COCO; the matching of its evaluation, without crowds and without ranges of
area: the holdings here have neither.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Marks = NDArray[np.bool_]

THRESHOLDS: Floats = np.linspace(0.5, 0.95, 10)
"""Shares of overlap (intersection over union) at which a detection finds a target."""

_NEARLY = 1e-10
"""By how much a share may fall short of 1 and still count as 1, as in COCO's own code."""


@dataclass(frozen=True, slots=True)
class Boxes:
    """Boxes of many images, one after the other.

    Parameters
    ----------
    image
        Number of the image of each, never falling.
    kind
        Number of its class.
    corners
        n × 4 matrix: left, top, right, bottom in pixels.
    score
        How sure the algorithm is of each, 0 to 1; of targets 1.
    """

    image: Ints
    kind: Ints
    corners: Floats
    score: Floats

    def of(self, chosen: Marks | Ints | slice) -> Boxes:
        """Return some of them."""
        return Boxes(
            self.image[chosen], self.kind[chosen], self.corners[chosen], self.score[chosen]
        )


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found of one class.

    Parameters
    ----------
    image
        Image of each detection, the surest first.
    found
        thresholds × detections: whether it found a target.
    wanted
        Image of each target.
    """

    image: Ints
    found: Marks
    wanted: Ints


def hits_of(targets: Boxes, detections: Boxes, classes: int) -> list[Hits]:
    """Return what was found of each class.

    Parameters
    ----------
    targets, detections
        Of the same images.
    classes
        How many classes there are.
    """
    return [
        _hits(targets.of(targets.kind == kind), detections.of(detections.kind == kind))
        for kind in range(classes)
    ]


def _hits(targets: Boxes, detections: Boxes) -> Hits:
    # By image first, so that those of one score stay in the order of their images, as COCO has them.
    detections = detections.of(np.lexsort((-detections.score, detections.image)))
    found = np.zeros((len(THRESHOLDS), len(detections.image)), dtype=bool)
    images = np.intersect1d(targets.image, detections.image)
    ends = (*_ends(detections.image, images), *_ends(targets.image, images))
    for first, last, begin, end in zip(*ends, strict=True):
        shares = overlaps(detections.corners[first:last], targets.corners[begin:end])
        if shares.max() >= THRESHOLDS[0] - _NEARLY:
            found[:, first:last] = _chosen(shares)
    order = np.argsort(-detections.score, kind="stable")
    return Hits(detections.image[order], found[:, order], targets.image)


def _ends(rows: Ints, images: Ints) -> tuple[list[int], list[int]]:
    return (
        np.searchsorted(rows, images, side="left").tolist(),
        np.searchsorted(rows, images, side="right").tolist(),
    )


def overlaps(first: Floats, second: Floats) -> Floats:
    """Return the intersection over union of each box of one set with each of another.

    Examples
    --------
    >>> overlaps(np.array([[0.0, 0, 2, 2]]), np.array([[0.0, 0, 2, 1], [2, 2, 3, 3]])).tolist()
    [[0.5, 0.0]]
    """
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    both = np.prod(np.maximum(high - low, 0.0), axis=2)
    sizes = [np.prod(one[:, 2:] - one[:, :2], axis=1) for one in (first, second)]
    either = sizes[0][:, None] + sizes[1][None, :] - both
    shares: Floats = np.where(either > 0, both / np.where(either > 0, either, 1.0), 0.0)
    return shares


def _chosen(shares: Floats) -> Marks:
    """Return at each threshold which detections find something; ``shares`` are sorted by score."""
    asked = np.minimum(THRESHOLDS, 1.0 - _NEARLY)
    rows = np.arange(len(asked))
    free = np.ones((len(asked), shares.shape[1]), dtype=bool)
    found = np.zeros((len(asked), shares.shape[0]), dtype=bool)
    for number, row in enumerate(shares):
        fit = np.where(free & (row >= asked[:, None]), row, -1.0)
        # Of equal overlaps COCO takes the last.
        best = fit.shape[1] - 1 - np.argmax(fit[:, ::-1], axis=1)
        hit = fit[rows, best] >= 0
        found[:, number] = hit
        free[rows[hit], best[hit]] = False
    return found
