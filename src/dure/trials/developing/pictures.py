"""Made-up images to check a submission on: squares on noise, whose colour is their class."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image

from dure.readers.images.box_type import BOX_LIST
from dure.trials.manifest import Schema
from dure.trials.tasks import TaskType

IMAGES = 120

_SIDE = 48
_COLOURS = {"blue": (40, 40, 210), "green": (40, 200, 40), "red": (210, 40, 40)}
_LEAST, _MOST = 10, 18


def sample_images(schema: Schema, task: TaskType, *, seed: int = 1) -> pa.Table:
    """Return made-up images with one square each, and its class or its box.

    Parameters
    ----------
    schema
        What image and target are called.
    task
        Decides what the target is.
    seed
        The same seed gives the same images.
    """
    rng = np.random.default_rng(seed)
    made = [_picture(rng, kind) for kind in rng.choice(sorted(_COLOURS), IMAGES).tolist()]
    classes: Any = [box["class"] for _, box in made]
    boxes = pa.array([[box] for _, box in made], BOX_LIST)
    (feature,) = schema.features
    target = boxes if task is TaskType.DETECTION else pa.array(classes)
    return pa.table({feature: pa.array([one for one, _ in made]), schema.target: target})


def _picture(rng: np.random.Generator, kind: str) -> tuple[bytes, dict[str, Any]]:
    pixels = rng.integers(80, 160, (_SIDE, _SIDE, 3), dtype=np.uint8)
    w, h = (int(side) for side in rng.integers(_LEAST, _MOST, 2))
    x, y = int(rng.integers(0, _SIDE - w)), int(rng.integers(0, _SIDE - h))
    pixels[y : y + h, x : x + w] = _COLOURS[kind]
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    box = {"x": float(x), "y": float(y), "w": float(w), "h": float(h), "class": kind}
    return out.getvalue(), box
