"""Figures of merit of detections: mean average precision, and mean recall, as COCO has them.

The values come from faster-coco-eval, the resampled ones from weights on what was found once
(`dure.trials.kinds.boxes.matching`); a test holds them against faster-coco-eval on explicit resamples.
The unit that is drawn is the image, since the boxes of one image aren't independent. Copies of one
detection stay together where an image is drawn twice and another of its detections has the same score;
COCO leaves that order to chance.

Source
------
Lin et al. (2014), Microsoft COCO: Common Objects in Context; https://cocodataset.org/#detection-eval for
the twelve metrics, of which these are AP, AP at 50 % and AR of 100 detections.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dure.trials.bootstrap import weight_chunks
from dure.trials.kinds.boxes.matching import THRESHOLDS, Boxes, Floats, Hits, hits_of
from dure.trials.kinds.estimates import Comparison, compare

METRICS = ("map", "map-50", "mean-recall")
MOST_PER_IMAGE = 100
"""Detections of an image that count, as in COCO."""

_RECALLS: Floats = np.linspace(0.0, 1.0, 101)
_TINY = float(np.spacing(1))
_CELLS = 4_000_000


def detection(
    targets: Boxes,
    detections: Boxes,
    usual: Boxes,
    classes: int,
    images: int,
    resamples: int,
    rng: np.random.Generator,
) -> list[Comparison]:
    """Return mAP, mAP at 50 % overlap and mean recall, compared with the usual box.

    Parameters
    ----------
    targets, detections, usual
        Boxes of the same images: true, found, and those of the baseline.
    classes, images
        How many there are.
    resamples
        Resamples of the bootstrap, 200 or more.
    rng
        Seeded generator.

    Returns
    -------
    list of Comparison
        Values are NaN where there is no target at all.
    """
    sides = [hits_of(targets, found, classes) for found in (detections, usual)]
    held = max([images, *(len(one.image) for side in sides for one in side)])
    step = max(1, _CELLS // held)
    drawn = [
        [resampled(side, weights[at : at + step]) for side in sides]
        for weights in weight_chunks(images, resamples, rng)
        for at in range(0, len(weights), step)
    ]
    own, base = (np.vstack([each[side] for each in drawn]) for side in (0, 1))
    values, usually = (
        point_values(targets, found, classes, images) for found in (detections, usual)
    )
    return [
        compare(name, values[at], usually[at], own[:, at], base[:, at])
        for at, name in enumerate(METRICS)
    ]


def resampled(hits: list[Hits], weights: Floats) -> Floats:
    """Return the figures of each resample.

    Parameters
    ----------
    hits
        What was found of each class.
    weights
        resamples × images: how often each image is in a resample.

    Returns
    -------
    resamples × metrics; NaN where a resample has no target at all.
    """
    found = np.stack([_of_class(one, weights) for one in hits])  # classes × resamples × figures
    means: Floats = np.full(found.shape[1:], np.nan)
    present = ~np.isnan(found)
    some = present.any(axis=0)
    sums = np.where(present, found, 0.0).sum(axis=0)
    means[some] = sums[some] / present.sum(axis=0)[some]
    return means


def _of_class(hits: Hits, weights: Floats) -> Floats:
    """Return precision, precision at 50 % and recall of one class in each resample."""
    wanted = weights[:, hits.wanted].sum(axis=1)
    there = wanted > 0
    figures = np.full((len(weights), len(METRICS)), np.nan)
    counts = weights[:, hits.image][there]
    before = np.cumsum(counts, axis=1)
    curves = [
        _curve(counts[:, row], before[:, row], wanted[there])
        for row in (np.flatnonzero(found) for found in hits.found)
    ]
    precision = np.array([one for one, _ in curves])
    recall = np.array([other for _, other in curves])
    figures[there] = np.column_stack([precision.mean(axis=0), precision[0], recall.mean(axis=0)])
    return figures


def _curve(hits: Floats, before: Floats, wanted: Floats) -> tuple[Floats, Floats]:
    """Return average precision and recall at one threshold.

    Only at a hit does precision rise, so the hits alone make the curve.

    Parameters
    ----------
    hits, before
        resamples × hits: how often each is there, and how many detections there are up to it.
    wanted
        How many targets each resample has.
    """
    if not hits.shape[1]:
        return np.zeros(len(wanted)), np.zeros(len(wanted))
    true = np.cumsum(hits, axis=1)
    recalls = true / wanted[:, None]
    precisions = true / (before + _TINY)
    precisions = np.maximum.accumulate(precisions[:, ::-1], axis=1)[:, ::-1]
    padded = np.column_stack([precisions, np.zeros(len(wanted))])
    means = [
        row[np.searchsorted(reached, _RECALLS, side="left")].mean()
        for reached, row in zip(recalls, padded, strict=True)
    ]
    return np.array(means), recalls[:, -1]


def point_values(targets: Boxes, detections: Boxes, classes: int, images: int) -> Floats:
    """Return the figures as faster-coco-eval has them; NaN where there is no target at all."""
    from faster_coco_eval import COCO, COCOeval_faster

    if not len(targets.image):
        return np.full(len(METRICS), np.nan)
    truth = COCO(_document(targets, classes, images))
    found = truth.loadRes(_listed(detections, scored=True))
    judged = COCOeval_faster(truth, found, "bbox")
    judged.params.areaRng = [[0.0, 1e10]]
    judged.params.areaRngLbl = ["all"]
    judged.params.maxDets = [MOST_PER_IMAGE]
    judged.params.iouThrs = THRESHOLDS
    judged.evaluate()
    judged.accumulate()
    precision, recall = (np.asarray(judged.eval[name]) for name in ("precision", "recall"))
    return np.array([_mean(precision), _mean(precision[0]), _mean(recall)])


def _mean(values: Floats) -> float:
    there = values[values > -1]
    return float(there.mean()) if there.size else float("nan")


def _document(boxes: Boxes, classes: int, images: int) -> dict[str, Any]:
    return {
        "images": [{"id": number} for number in range(images)],
        "categories": [{"id": number, "name": str(number)} for number in range(classes)],
        "annotations": _listed(boxes, scored=False),
    }


def _listed(boxes: Boxes, *, scored: bool) -> list[dict[str, Any]]:
    sides = boxes.corners[:, 2:] - boxes.corners[:, :2]
    rows = zip(
        boxes.image.tolist(),
        boxes.kind.tolist(),
        np.column_stack([boxes.corners[:, :2], sides]).tolist(),
        np.prod(sides, axis=1).tolist(),
        boxes.score.tolist(),
        strict=True,
    )
    return [
        {
            "id": number,
            "image_id": image,
            "category_id": kind,
            "bbox": box,
            "area": area,
            **({"score": score} if scored else {"iscrowd": 0}),
        }
        for number, (image, kind, box, area, score) in enumerate(rows, start=1)
    ]
