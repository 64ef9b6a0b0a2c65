"""Learn what targets look like, find them in other images: windows, a classifier, and the surest kept."""

import io
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image
from sklearn.ensemble import ExtraTreesClassifier

NOTHING = ""


class Learner:
    """Windows of the usual sizes slide over an image, and a forest says what is in each; a start, no more."""

    def __init__(self, task: dict[str, Any]) -> None:
        self.target = task[
            "target"
        ]  # a list of {"x", "y", "w", "h", "class"} for each image, in pixels
        (self.image,) = task["features"]
        self.random = np.random.default_rng(task["seed"])
        self.model = ExtraTreesClassifier(100, random_state=task["seed"])

    def fit(self, train: pa.Table) -> None:
        """Learn from images and boxes."""
        rows, kinds, sides = [], [], []
        for content, boxes in zip(train[self.image], train[self.target].to_pylist(), strict=True):
            image = opened(content)
            known = np.array([[b["x"], b["y"], b["x"] + b["w"], b["y"] + b["h"]] for b in boxes])
            sides += [(box["w"], box["h"]) for box in boxes]
            elsewhere = self.random.uniform(0, 1, (12, 2)) * image.size
            size = sides[self.random.integers(len(sides))] if sides else (16, 16)
            for window in (*known, *np.hstack([elsewhere, elsewhere + size])):
                shares = overlaps(window, known) if len(known) else np.zeros(1)
                sure = shares.max() > 0.6
                if sure or shares.max() < 0.3:
                    rows.append(look(image, window))
                    kinds.append(boxes[shares.argmax()]["class"] if sure else NOTHING)
        self.model.fit(rows, kinds)
        self.sizes = np.unique(np.quantile(np.array(sides), [0.25, 0.75], axis=0), axis=0)

    def predict(self, features: pa.Table) -> list[dict[str, Any]]:
        """Return boxes (left, top, right, bottom), classes and scores of each image."""
        return [self.found(opened(content)) for content in features[self.image]]

    def found(self, image: Image.Image) -> dict[str, Any]:
        """Return what is found in one image."""
        windows = np.vstack([grid(image.size, size) for size in self.sizes])
        shares = self.model.predict_proba([look(image, window) for window in windows])
        names = self.model.classes_
        shares[:, names == NOTHING] = 0
        kept: list[int] = []
        for at in np.argsort(-shares.max(axis=1)):
            if len(kept) == 20 or shares[at].max() < 0.2:
                break
            if not kept or overlaps(windows[at], windows[kept]).max() < 0.3:
                kept.append(int(at))
        best = shares[kept].argmax(axis=1) if kept else []
        return {
            "boxes": windows[kept],
            "classes": [names[one] for one in best],
            "scores": shares[kept].max(axis=1) if kept else [],
        }


def opened(content: Any) -> Image.Image:
    """Return an image; content is the file as it is: PNG, JPEG, WebP, TIFF or BMP."""
    with Image.open(io.BytesIO(content.as_py())) as image:
        return image.convert("RGB")


def grid(sides: tuple[int, int], size: Any) -> Any:
    """Return windows of one size that overlap by three quarters, at most 20 × 20 of them."""
    size = np.minimum(size, sides)
    steps = [
        np.linspace(0, side - one, int(min(20, 1 + 4 * (side - one) // max(one, 1))))
        for side, one in zip(sides, size, strict=True)
    ]
    corners = np.stack(np.meshgrid(*steps), axis=-1).reshape(-1, 2)
    return np.hstack([corners, corners + size])


def look(image: Image.Image, window: Any) -> Any:
    """Return what is in a window as numbers."""
    part = image.resize((5, 5), Image.Resampling.BOX, box=tuple(clipped(image, window)))
    return np.asarray(part, float).ravel()


def clipped(image: Image.Image, window: Any) -> Any:
    """Return a window within its image, of one pixel at least."""
    low = np.clip(window[:2], 0, np.array(image.size) - 1)
    return [*low, *np.clip(window[2:], low + 1, image.size)]


def overlaps(window: Any, others: Any) -> Any:
    """Return the intersection over union of a window with each of others."""
    sides = np.minimum(window[2:], others[:, 2:]) - np.maximum(window[:2], others[:, :2])
    both = np.prod(np.maximum(sides, 0), axis=1)
    return both / (area(window[None]) + area(others) - both)


def area(windows: Any) -> Any:
    """Return the area of each."""
    return np.prod(windows[:, 2:] - windows[:, :2], axis=1)
