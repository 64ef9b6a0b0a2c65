"""An ONNX model that tells what images show, with no code beside it. Runs inside the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image

from dure.trials.maite.pixels import image_at
from dure.trials.models import ModelUnusable, session_of

_SIDE = 224
_BATCH = 16
_CHANNELS = 3


class OnnxClassifier:
    """A trained ONNX model behind the methods of an algorithm.

    Its one input is a batch of 3 × height × width, of floats; images are brought to that size, which is
    224 where the model leaves it open. Its first output has a score for each class.

    Parameters
    ----------
    path
        The ``.onnx`` file.
    task
        ``parameters`` may have ``classes`` (names with commas, by number; else those of the training part
        in order of name), ``mean`` and ``std`` (three numbers with commas, of shares of full brightness).
    """

    def __init__(self, path: Path, task: Mapping[str, Any]) -> None:
        self._session = session_of(path)
        self._task = task
        told = task["parameters"]
        self._named = [name.strip() for name in str(told.get("classes", "")).split(",") if name]
        self._mean, self._std = (
            np.array([float(one) for one in str(told.get(name, usual)).split(",")], np.float32)
            for name, usual in (("mean", "0,0,0"), ("std", "1,1,1"))
        )
        shapes = [one.shape for one in self._session.get_inputs()]
        if len(shapes) != 1 or len(shapes[0]) != 4 or shapes[0][1] != _CHANNELS:
            raise ModelUnusable("one input of batch × 3 × height × width is needed")
        height, width = shapes[0][2:]
        self._size = (_known(width, _SIDE), _known(height, _SIDE))
        self._batch = _known(shapes[0][0], _BATCH)

    def fit(self, train: pa.Table) -> None:
        """Learn what the classes are called, if the submission doesn't say; the model comes trained."""
        self._named = self._named or sorted(set(train[self._task["target"]].to_pylist()))

    def predict_scores(self, features: pa.Table) -> tuple[list[str], Any]:
        """Return the classes and a matrix of their scores."""
        (feature,) = self._task["features"]
        column, found = features[feature], []
        (name,) = (one.name for one in self._session.get_inputs())
        for first in range(0, len(column), self._batch):
            last = min(first + self._batch, len(column))
            batch = np.stack([self._input(image_at(column, at)) for at in range(first, last)])
            short = self._batch - len(batch)
            batch = np.pad(batch, ((0, short), (0, 0), (0, 0), (0, 0)))
            scores = np.asarray(self._session.run(None, {name: batch})[0])
            found.append(scores.reshape(self._batch, -1)[: last - first])
        matrix = np.concatenate(found)
        if matrix.shape[1] != len(self._named):
            raise ModelUnusable("the model has another number of classes")
        return self._named, matrix

    def _input(self, pixels: Any) -> Any:
        image = Image.fromarray(pixels.transpose(1, 2, 0)).resize(self._size)
        shares = np.asarray(image, np.float32) / 255
        return ((shares - self._mean) / self._std).transpose(2, 0, 1).astype(np.float32)


def _known(extent: object, usual: int) -> int:
    """Return a side of the model's input; what it leaves open has a name or nothing."""
    return extent if isinstance(extent, int) else usual
