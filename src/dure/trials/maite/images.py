"""Image classification: a part of a benchmark as a data set of MAITE's, and its models as ours.

Source
------
MAITE 0.10, ``maite.protocols.image_classification``: an input is 3 × height × width, a target one number
for each class.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from dure.trials.maite.models import answers, names_of
from dure.trials.maite.pixels import image_at


class ImageClassificationDataset:
    """A part of a benchmark as ``maite.protocols.image_classification.Dataset``.

    Parameters
    ----------
    part
        Table with the images; of the training part with the classes, too.
    task
        ``target`` and ``features``.
    """

    def __init__(self, part: pa.Table, task: Mapping[str, Any]) -> None:
        target, (feature,) = task["target"], task["features"]
        self._images = part[feature]
        known = part[target].to_pylist() if target in part.column_names else []
        self.classes = sorted(set(known))
        numbers = {name: number for number, name in enumerate(self.classes)}
        self._targets = [numbers[name] for name in known]
        self.metadata = {"id": "dure", "index2label": dict(enumerate(self.classes))}

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, ind: int, /) -> tuple[Any, Any, dict[str, Any]]:
        """Return pixels, one number for each class (none of a test part), and the datum's id."""
        if not 0 <= ind < len(self):
            raise IndexError(ind)
        target = np.zeros(len(self.classes), dtype=np.float32)
        if self._targets:
            target[self._targets[ind]] = 1.0
        return image_at(self._images, ind), target, {"id": ind}


class Classifier:
    """A model after MAITE's protocol behind the methods of an algorithm.

    A model that has ``fit`` is given the training part as a data set; others come trained.
    """

    def __init__(self, model: Any, task: Mapping[str, Any]) -> None:
        self._model, self._task = model, task
        self._classes: list[str] = []

    def fit(self, train: pa.Table) -> None:
        """Learn which classes there are, and let the model learn if it can."""
        part = ImageClassificationDataset(train, self._task)
        self._classes = part.classes
        if hasattr(self._model, "fit"):
            self._model.fit(part)

    def predict_scores(self, features: pa.Table) -> tuple[list[str], Any]:
        """Return the classes, and for each image a score for each; a class unknown to the model has none."""
        part = ImageClassificationDataset(features, self._task)
        names = names_of(self._model, self._classes)
        places = [(self._classes.index(name), at) for at, name in names.items() if name in self._classes]  # fmt: skip
        scores = np.full((len(part), len(self._classes)), -1e9)
        for row, told in zip(
            scores, answers(self._model, len(part), lambda n: part[n][0]), strict=True
        ):
            given = np.asarray(told, dtype=np.float64).reshape(-1)
            for place, at in places:
                row[place] = given[at]
        return self._classes, scores
