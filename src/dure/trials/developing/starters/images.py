"""Learn what images show from their coarse pixels and colours, tell it of other images."""

import io
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image
from sklearn.ensemble import ExtraTreesClassifier


class Learner:
    """A forest on 8 × 8 pixels and on how often each colour occurs; a start, no more."""

    def __init__(self, task: dict[str, Any]) -> None:
        self.target = task["target"]
        (self.image,) = task["features"]
        self.model = ExtraTreesClassifier(200, random_state=task["seed"])

    def fit(self, train: pa.Table) -> None:
        """Learn from images and classes."""
        self.model.fit(self.matrix(train), train[self.target].to_pylist())

    def predict_scores(self, features: pa.Table) -> tuple[list[str], Any]:
        """Return the classes, and for each image a score for each of them."""
        return list(self.model.classes_), self.model.predict_proba(self.matrix(features))

    def matrix(self, table: pa.Table) -> Any:
        """Return a row of numbers for each image, decoding one at a time."""
        return np.stack([numbers(image.as_py()) for image in table[self.image]])


def numbers(content: bytes) -> Any:
    """Return an image as numbers; content is the file as it is: PNG, JPEG, WebP, TIFF or BMP."""
    with Image.open(io.BytesIO(content)) as image:
        colours = image.convert("RGB")
    coarse = np.asarray(colours.resize((8, 8)), float).ravel()
    counts = np.asarray(colours.histogram(), float).reshape(-1, 16).sum(axis=1)
    return np.concatenate([coarse, 255 * counts / counts.sum()])
