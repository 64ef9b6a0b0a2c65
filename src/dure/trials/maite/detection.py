"""Object detection: a part of a benchmark as a data set of MAITE's, and its models as ours.

Source
------
MAITE 0.10, ``maite.protocols.object_detection``: boxes are left, top, right, bottom in pixels; labels are
numbers; scores are one for each box, or one for each box and class.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dure.trials.maite.models import answers, names_of
from dure.trials.maite.pixels import image_at


@dataclass(frozen=True, slots=True)
class ObjectDetectionTarget:
    """Boxes of one image as ``maite.protocols.object_detection.ObjectDetectionTarget``."""

    boxes: Any
    labels: Any
    scores: Any


class ObjectDetectionDataset:
    """A part of a benchmark as ``maite.protocols.object_detection.Dataset``.

    Parameters
    ----------
    part
        Table with the images; of the training part with the boxes, too.
    task
        ``target`` and ``features``.
    """

    def __init__(self, part: pa.Table, task: Mapping[str, Any]) -> None:
        target, (feature,) = task["target"], task["features"]
        self._images = part[feature]
        self._targets = part[target] if target in part.column_names else None
        names = pa.array([], pa.string())
        if self._targets is not None:
            names = pc.struct_field(pc.list_flatten(self._targets), "class")
        self.classes = sorted(set(names.to_pylist()))
        self._numbers = {name: number for number, name in enumerate(self.classes)}
        self.metadata = {"id": "dure", "index2label": dict(enumerate(self.classes))}

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, ind: int, /) -> tuple[Any, ObjectDetectionTarget, dict[str, Any]]:
        """Return pixels, boxes (none of a test part), and the datum's id."""
        if not 0 <= ind < len(self):
            raise IndexError(ind)
        boxes = [] if self._targets is None else self._targets[ind].as_py()
        sides = np.array([[b["x"], b["y"], b["w"], b["h"]] for b in boxes]).reshape(-1, 4)
        sides[:, 2:] += sides[:, :2]
        labels = np.array([self._numbers[box["class"]] for box in boxes], dtype=np.int64)
        target = ObjectDetectionTarget(sides, labels, np.ones(len(boxes), dtype=np.float32))
        return image_at(self._images, ind), target, {"id": ind}


class Detector:
    """A model after MAITE's protocol behind the methods of an algorithm.

    A model that has ``fit`` is given the training part as a data set; others come trained.
    """

    def __init__(self, model: Any, task: Mapping[str, Any]) -> None:
        self._model, self._task = model, task
        self._classes: list[str] = []

    def fit(self, train: pa.Table) -> None:
        """Learn which classes there are, and let the model learn if it can."""
        part = ObjectDetectionDataset(train, self._task)
        self._classes = part.classes
        if hasattr(self._model, "fit"):
            self._model.fit(part)

    def predict(self, features: pa.Table) -> list[dict[str, Any]]:
        """Return the boxes of each image; those of a class that the benchmark lacks are left out."""
        part = ObjectDetectionDataset(features, self._task)
        names = names_of(self._model, self._classes)
        known = {number: name for number, name in names.items() if name in self._classes}
        told = answers(self._model, len(part), lambda number: part[number][0])
        return [_named(one, known) for one in told]


def _named(target: Any, known: Mapping[int, str]) -> dict[str, Any]:
    labels = np.asarray(target.labels).reshape(-1).astype(np.int64)
    scores = np.asarray(target.scores, dtype=np.float64)
    if scores.ndim > 1:
        scores = scores.max(axis=1) if scores.size else scores.reshape(-1)
    boxes = np.asarray(target.boxes, dtype=np.float64).reshape(-1, 4)
    kept = [at for at, label in enumerate(labels.tolist()) if label in known]
    return {
        "boxes": boxes[kept],
        "classes": [known[int(labels[at])] for at in kept],
        "scores": scores[kept],
    }
