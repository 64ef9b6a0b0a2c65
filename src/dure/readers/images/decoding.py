"""One image, decoded and measured; runs inside the sandbox.

Sharpness is the variance of the Laplacian (Pech-Pacheco et al. 2000) of the grey picture, reduced to one
size so that images can be compared. The perceptual hash is that of Zauner (2010): the signs, against
their median, of the 64 lowest frequencies of the cosine transform of the picture at 32 by 32.
"""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from dure.readers.images.endings import BrokenError, end_of
from dure.readers.images.facts import (
    FORMATS,
    MAX_PIXELS,
    MAX_SCANS,
    MAX_SIDE,
    REDUCED_PIXELS,
    THUMBNAIL,
    ImageFacts,
)
from dure.readers.images.riders import riders_of

warnings.simplefilter("error", Image.DecompressionBombWarning)
Image.MAX_IMAGE_PIXELS = MAX_PIXELS

_SMALL_PIXELS = 1 << 24
_LARGE = threading.Semaphore(1)
"""Of large images one is decoded at a time, so that memory stays bounded."""

UNDECODABLE = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError,
               OverflowError, AttributeError, BrokenError, RuntimeError, MemoryError)  # fmt: skip
"""What Pillow's decoders raise for bytes that are no picture."""

_BLANK = 2.0
"""Standard deviation of brightness, of 255, below which a surface is even."""
_HASH_SIDE, _LOW = 32, 8
_MIDDLE = (_LOW * _LOW - 1) // 2
_PAPER = (227, 232, 238)
_AT = np.arange(_HASH_SIDE)
_COSINES: NDArray[np.float64] = np.cos(
    np.pi * np.outer(np.arange(_LOW), 2 * _AT + 1) / (2 * _HASH_SIDE)
)
_WEIGHTS = np.uint64(1) << np.arange(64, dtype=np.uint64)


def measure(content: bytes) -> ImageFacts:
    """Return what is known about an image; a fault where it can't be decoded."""
    return measure_with_words(content)[0]


def measure_with_words(content: bytes) -> tuple[ImageFacts, tuple[str, ...]]:
    """Return what is known about an image, and the words that ride along with it."""
    words: list[str] = []
    return _measure(content, words), tuple(words)


def _measure(content: bytes, words: list[str]) -> ImageFacts:
    try:
        with Image.open(io.BytesIO(content), formats=tuple(FORMATS)) as image:
            return _measured(image, content, words)
    except UnidentifiedImageError:
        return ImageFacts(fault="not-image")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return ImageFacts(fault="pixels")
    except UNDECODABLE:
        return ImageFacts(fault="damaged")


def thumbnail(content: bytes) -> bytes:
    """Return a picture as small as a thumbnail, as bare pixels; bare paper where it can't be decoded."""
    canvas = Image.new("RGB", (THUMBNAIL, THUMBNAIL), _PAPER)
    try:
        with Image.open(io.BytesIO(content), formats=tuple(FORMATS)) as image, _alone(image):
            image.draft("RGB", (THUMBNAIL, THUMBNAIL))
            small = _eight_bits(image).convert("RGB")
            small.thumbnail((THUMBNAIL, THUMBNAIL))
            canvas.paste(small, ((THUMBNAIL - small.width) // 2, (THUMBNAIL - small.height) // 2))
    except Exception:  # noqa: BLE001 (a stranger's bytes: whatever it is, there is no picture)
        return canvas.tobytes()
    return canvas.tobytes()


def perceptual_hash(grey: Image.Image) -> tuple[int, bool]:
    """Return the hash of a grey picture, and whether it is too even to have one."""
    small = np.asarray(grey.resize((_HASH_SIDE, _HASH_SIDE), Image.Resampling.BOX), np.float64)
    if small.std() < _BLANK:
        return 0, True
    low = (_COSINES @ small @ _COSINES.T).ravel()
    bits = low > np.sort(low[1:])[_MIDDLE]
    bits[0] = False  # the mean, which says nothing about the picture's content
    return int((bits.astype(np.uint64) * _WEIGHTS).sum()), False


def _measured(image: Image.Image, content: bytes, words: list[str]) -> ImageFacts:
    width, height, mode = image.width, image.height, image.mode
    format_ = "JPEG" if image.format == "MPO" else str(image.format)
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        return ImageFacts(fault="pixels")
    end, scans = end_of(content, format_)
    if scans > MAX_SCANS:
        return ImageFacts(fault="scans")
    frames = int(getattr(image, "n_frames", 1)) > 1
    with _alone(image):
        grey = _grey(image)
    riders = riders_of(image)
    words += riders.texts
    counts = np.asarray(grey.histogram(), np.float64)
    whole = counts.sum()
    phash, blank = perceptual_hash(grey)
    return ImageFacts(
        format=format_,
        width=width,
        height=height,
        mode=mode,
        phash=phash,
        blank=blank,
        sharpness=round(_sharpness(grey), 3),
        mean=round(float((counts * np.arange(256)).sum() / whole / 255), 6),
        dark=round(float(counts[:16].sum() / whole), 6),
        bright=round(float(counts[240:].sum() / whole), 6),
        frames=frames,
        trailing_bytes=len(content) - end if end >= 0 else -1,
        located=riders.located,
        named=riders.named,
        numbered=riders.numbered,
        commented=riders.commented,
    )


@contextmanager
def _alone(image: Image.Image) -> Iterator[None]:
    if image.width * image.height <= _SMALL_PIXELS:
        yield
        return
    with _LARGE:
        yield


def _grey(image: Image.Image) -> Image.Image:
    """Return the picture in grey, of eight bits, its longer side at most `REDUCED_PIXELS`."""
    image.draft("L", (REDUCED_PIXELS, REDUCED_PIXELS))
    image.load()
    factor = max(image.width, image.height) // REDUCED_PIXELS
    # Colours of a palette and single bits have no mean.
    if factor > 1 and image.mode in ("L", "RGB", "CMYK", "YCbCr"):
        image = image.reduce(factor)
    grey = _eight_bits(image).convert("L")
    if max(grey.size) > REDUCED_PIXELS:
        grey.thumbnail((REDUCED_PIXELS, REDUCED_PIXELS), Image.Resampling.BOX)
    return grey


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return a picture whose values go to 255: of 16 bits the upper ones, of others their range."""
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8))
    if image.mode in ("I", "F"):
        values = np.nan_to_num(np.asarray(image, np.float32), posinf=0, neginf=0)
        least, most = float(values.min()), float(values.max())
        scaled = (values - least) * (255 / (most - least)) if most > least else values * 0
        return Image.fromarray(scaled.astype(np.uint8))
    if image.mode == "P" and "transparency" in image.info:
        return image.convert("RGBA")
    return image


def _sharpness(grey: Image.Image) -> float:
    if min(grey.size) < 3:
        return 0.0
    values = np.asarray(grey).astype(np.int16)
    inner = values[1:-1, 1:-1] * 4
    inner -= values[:-2, 1:-1]
    inner -= values[2:, 1:-1]
    inner -= values[1:-1, :-2]
    inner -= values[1:-1, 2:]
    flat = inner.ravel().astype(np.float32)
    mean = float(inner.mean())
    return max(0.0, float(flat @ flat) / flat.size - mean * mean)
