"""The pixels of an image as MAITE's models have them. Runs where a stranger's bytes may be decoded."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image


def pixels_of(content: bytes) -> Any:
    """Return an image as an array of 3 × height × width, red, green, blue, 0 to 255.

    Examples
    --------
    >>> out = io.BytesIO(); Image.new("L", (4, 2), 7).save(out, "PNG")
    >>> pixels_of(out.getvalue()).shape
    (3, 2, 4)
    """
    with Image.open(io.BytesIO(content)) as image:
        return np.ascontiguousarray(np.asarray(image.convert("RGB")).transpose(2, 0, 1))


def image_at(column: pa.ChunkedArray, number: int) -> Any:
    """Return the pixels of one image of a column."""
    return pixels_of(column[number].as_py())
