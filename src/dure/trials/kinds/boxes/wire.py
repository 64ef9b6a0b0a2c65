"""``{"boxes":[[8,8,40,32.5]],"classes":["car"],"scores":[0.9]}``: left, top, right, bottom in pixels.

A box may be without extent or reach beyond its image, as those of detectors do; what is cut off there is
the detector's loss.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from dure.trials.kinds.classes.wire import known_class
from dure.trials.kinds.lines import PredictionsRefused, Refusal, number
from dure.trials.kinds.wire import Told, Wire

MOST_BOXES = 100
"""Boxes of an image; COCO counts no more."""
MOST_PIXELS = 131_072.0
"""How far from the image's corner a box may reach."""

_CORNERS = 4


class Detected(NamedTuple):
    """What was found in one image: boxes with a class and a score each."""

    boxes: Sequence[Sequence[float]]
    classes: Sequence[str]
    scores: Sequence[float]


def _read(row: dict[str, object], told: Told) -> tuple[Detected, list[float]]:
    parts = [row.get(name) for name in Detected._fields]
    if set(row) != set(Detected._fields):
        raise PredictionsRefused(Refusal.WRONG_FORM)
    boxes, classes, scores = (part if isinstance(part, list) else None for part in parts)
    if boxes is None or classes is None or scores is None or len(boxes) != len(classes):
        raise PredictionsRefused(Refusal.WRONG_FORM)
    if len(scores) != len(boxes):
        raise PredictionsRefused(Refusal.WRONG_SCORES)
    if len(boxes) > MOST_BOXES:
        raise PredictionsRefused(Refusal.TOO_MANY_BOXES)
    found = Detected(
        [_box(box) for box in boxes],
        [known_class(name, told) for name in classes],
        [number(score) for score in scores],
    )
    if not all(0.0 <= score <= 1.0 for score in found.scores):
        raise PredictionsRefused(Refusal.OUT_OF_RANGE)
    return found, []


def _box(value: object) -> list[float]:
    if not isinstance(value, list) or len(value) != _CORNERS:
        raise PredictionsRefused(Refusal.WRONG_BOX)
    left, top, right, bottom = box = [number(one) for one in value]
    if left > right or top > bottom:
        raise PredictionsRefused(Refusal.WRONG_BOX)
    if max(map(abs, box)) > MOST_PIXELS:
        raise PredictionsRefused(Refusal.OUT_OF_RANGE)
    return box


def _write(value: Any, scores: Any) -> dict[str, object]:  # noqa: ARG001 (as every kind writes)
    return dict(zip(Detected._fields, value, strict=True))


WIRE = Wire(_read, _write)
