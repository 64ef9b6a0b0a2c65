"""One image without what rides along, and with regions covered; runs inside the sandbox.

A region is filled with one colour: nothing of what was there is left in the file. Blurred or coarse
pixels would still be a function of what was there, and such functions are undone, by deconvolution and by
models that were trained on faces; so neither is offered.

Pixels stay as they are: a JPEG without a region loses segments of the file alone, other formats are
encoded without loss. A JPEG with a region has to be encoded anew.

A picture may say that it is to be shown turned. Whoever drew a region saw it so, or saw the pixels as they
lie: the region is filled in both, rather than a face left in view.

Source
------
Hill, Zhou, Saul, Shacham, "On the (In)effectiveness of Mosaicing and Blurring as Tools for Document
Redaction", PETS 2016; McPherson, Shokri, Shmatikov, "Defeating Image Obfuscation with Deep Learning",
2016. ITU-T T.81, annex B (segments of JPEG).
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PIL import Image
from PIL.JpegImagePlugin import get_sampling

from dure.readers.images.endings import MARKER, BrokenError
from dure.readers.images.facts import FORMATS

Region = tuple[float, float, float, float]
"""Left, top, width and height in pixels."""

_QUALITY = 95
_LOSSLESS: dict[str, dict[str, Any]] = {
    "PNG": {},
    "BMP": {},
    "TIFF": {"compression": "tiff_lzw"},
    "WEBP": {"lossless": True, "exact": True},
}
_KEPT = frozenset({*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDC, 0xDD})
"""Segments of JPEG without which there is no picture: tables, frames, scans, intervals."""
_SCAN, _END, _JFIF, _ADOBE = 0xDA, 0xD9, 0xE0, 0xEE
_JFIF_BYTES, _ADOBE_BYTES = 14, 14
_ORIENTATION = 0x0112
_TURNS = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_LEFT_RIGHT),
    3: (Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_180),
    4: (Image.Transpose.FLIP_TOP_BOTTOM, Image.Transpose.FLIP_TOP_BOTTOM),
    5: (Image.Transpose.TRANSPOSE, Image.Transpose.TRANSPOSE),
    6: (Image.Transpose.ROTATE_270, Image.Transpose.ROTATE_90),
    7: (Image.Transpose.TRANSVERSE, Image.Transpose.TRANSVERSE),
    8: (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270),
}
"""Orientation in Exif -> how a picture is turned to be shown, and back."""


def covered(content: bytes, regions: Sequence[Region]) -> tuple[bytes, bool]:
    """Return an image with its regions filled and nothing beside its pixels.

    Parameters
    ----------
    content
        The image.
    regions
        What is covered, as the pixels lie and as they are to be shown; what lies outside the image is
        left out.

    Returns
    -------
    bytes, bool
        The new file, and whether all other pixels are exactly as they were.
    """
    with Image.open(io.BytesIO(content), formats=tuple(FORMATS)) as image:
        format_ = "JPEG" if image.format == "MPO" else str(image.format)
        image.load()
        plain, turns = _plain(image), _TURNS.get(image.getexif().get(_ORIENTATION, 1))
        if format_ == "JPEG" and not regions:
            shorter = without_segments(content)
            if _same(shorter, plain):
                return shorter, True
        for region in regions:
            _fill(plain, region)
        if turns and regions:
            shown = plain.transpose(turns[0])
            for region in regions:
                _fill(shown, region)
            plain = _of(shown.transpose(turns[1]), plain)
        made = _encoded(plain, format_)
        return made, _same(made, plain)


def redrawn(content: bytes, change: Callable[[Image.Image], Image.Image]) -> bytes:
    """Return an image with its pixels changed, encoded as before, and nothing beside its pixels.

    Parameters
    ----------
    content
        The image.
    change
        Makes the new picture, of the same mode, of the pixels as they lie.
    """
    with Image.open(io.BytesIO(content), formats=tuple(FORMATS)) as image:
        format_ = "JPEG" if image.format == "MPO" else str(image.format)
        image.load()
        plain = _plain(image)
        meant, plain.info = plain.info, {}
        made = change(plain)
        made.info = meant
        if format_ != "JPEG":
            return _encoded(made, format_)
        out = io.BytesIO()
        fineness: Any = image
        made.save(out, "JPEG", qtables=fineness.quantization, subsampling=get_sampling(image))
        return out.getvalue()


def without_segments(content: bytes) -> bytes:
    """Return a JPEG without all that is no part of its picture.

    Raises
    ------
    BrokenError
        When the file has no form.
    """
    out, at = bytearray(content[:2]), 2
    while at + 4 <= len(content) or content[at : at + 2] == b"\xff\xd9":
        if content[at] != 0xFF:
            raise BrokenError
        kind = content[at + 1]
        if kind == _END:
            return bytes(out + b"\xff\xd9")
        if kind == 0xFF or kind == 0x01 or 0xD0 <= kind <= 0xD8:  # a fill byte, or it stands alone
            at += 1 if kind == 0xFF else 2
            continue
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        body = content[at + 4 : end]
        if kind in _KEPT:
            out += content[at:end]
        elif kind == _JFIF and body.startswith(b"JFIF\0"):  # without the small picture in it
            out += b"\xff\xe0\0\x10" + body[: _JFIF_BYTES - 2] + b"\0\0"
        elif kind == _ADOBE and body.startswith(b"Adobe"):  # how its colours are to be understood
            out += b"\xff\xee\0\x0e" + body[: _ADOBE_BYTES - 2]
        at = end
        if kind == _SCAN:
            found = MARKER.search(content, at)
            if found is None:
                raise BrokenError
            out += content[at : found.start()]
            at = found.start()
    raise BrokenError


def _plain(image: Image.Image) -> Image.Image:
    """Return a picture of its first frame with nothing but what its pixels mean."""
    plain = image.copy()
    kept = image.info.get("transparency") if image.format == "PNG" else None
    plain.info = {} if kept is None else {"transparency": kept}
    return plain


def _of(image: Image.Image, other: Image.Image) -> Image.Image:
    """Return a picture with what another one's pixels mean."""
    image.info = dict(other.info)
    return image


def _fill(image: Image.Image, region: Region) -> None:
    left, top, width, height = region
    box = (
        max(0, math.floor(left)),
        max(0, math.floor(top)),
        min(image.width, math.ceil(left + width)),
        min(image.height, math.ceil(top + height)),
    )
    if box[0] < box[2] and box[1] < box[3]:
        bands = image.getbands()
        solid = tuple(255 if band in ("A", "a") else 0 for band in bands)
        image.paste(solid if len(bands) > 1 else 0, box)


def _encoded(image: Image.Image, format_: str) -> bytes:
    out = io.BytesIO()
    if format_ == "JPEG":
        image.save(out, "JPEG", quality=_QUALITY, subsampling=0)
    else:
        image.save(out, format_, **_LOSSLESS[format_])
    return out.getvalue()


def _same(content: bytes, image: Image.Image) -> bool:
    with Image.open(io.BytesIO(content)) as again:
        again.load()
        return again.mode == image.mode and np.array_equal(np.asarray(again), np.asarray(image))
