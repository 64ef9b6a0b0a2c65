"""What a worker says about images and targets, and the bounds it keeps: pure values of both sides."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import msgspec
import numpy as np

from dure.sandbox.tasks import MIB, Limits

FORMATS = {
    "PNG": (".png",),
    "JPEG": (".jpg", ".jpeg"),
    "WEBP": (".webp",),
    "TIFF": (".tif", ".tiff"),
    "BMP": (".bmp",),
}
"""Formats that are decoded -> the endings that tell them."""

MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "TIFF": "image/tiff",
    "BMP": "image/bmp",
}

MODES = ("1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBX", "RGBa", "CMYK", "YCbCr", "LAB", "HSV",
         "I", "F", "I;16", "I;16L", "I;16B", "I;16N")  # fmt: skip
FAULTS = ("not-image", "damaged", "pixels", "scans", "stopped")
"""Why an image was not decoded; `stopped` is said on this side, of one that ended its worker."""

MAX_IMAGE_BYTES = 256 * MIB
MAX_PIXELS = 1 << 27
MAX_SIDE = 1 << 16
MAX_SCANS = 100
"""Scans of one progressive JPEG: each costs a pass over all its pixels, whatever its size."""

CHUNK_BYTES = 64 * MIB
CHUNK_IMAGES = 2048
REDUCED_PIXELS = 512
"""Longer side of the grey picture on which sharpness is measured."""

MAX_BOXES = 4_000_000
MAX_CLASSES = 65_535
MAX_TARGET_BYTES = 1024 * MIB
NO_CLASS = 0xFFFF

MOST_KINDS = 64
_KIND = re.compile(r"[a-z-]{1,32}")

THUMBNAIL = 96
"""Side of a thumbnail, which comes out as bare pixels."""

ANSWER = "answer.json"
BOXES = "boxes.bin"
PIXELS = "pixels.bin"
CONTENT = "content.bin"

BOX = np.dtype(
    [("image", "<u4"), ("class", "<u2"), ("x", "<f8"), ("y", "<f8"), ("w", "<f8"), ("h", "<f8")]
)
"""One box as a worker writes it: number of the image, of the class, and where it is."""


class ImageFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """What was measured about one image.

    Parameters
    ----------
    fault
        Why it could not be decoded: one of `FAULTS`; "" when it was.
    format, width, height, mode
        As the file says and the decoder found; sides in pixels.
    phash
        Perceptual hash of 64 bits; 0 for a picture without any content to hash.
    blank
        Whether it is one even surface, so that its hash tells nothing.
    sharpness
        Variance of the Laplacian of the grey picture, its longer side at most `REDUCED_PIXELS`.
    mean
        Mean brightness, from 0 (black) to 1 (white).
    dark, bright
        Share of pixels in the darkest and in the brightest sixteenth.
    frames
        Whether it holds several pictures, of which the first alone was looked at.
    trailing_bytes
        Bytes after the end of the image; -1 where the format does not tell its end.
    located
        Whether it says where on Earth it was taken.
    named, numbered, commented
        Whether it says by or for whom, with which device, or anything in words.
    personal
        Kinds of personal data in these words, where they were looked at.
    """

    fault: str = ""
    format: str = ""
    width: int = 0
    height: int = 0
    mode: str = ""
    phash: int = 0
    blank: bool = False
    sharpness: float = 0.0
    mean: float = 0.0
    dark: float = 0.0
    bright: float = 0.0
    frames: bool = False
    trailing_bytes: int = -1
    located: bool = False
    named: bool = False
    numbered: bool = False
    commented: bool = False
    personal: tuple[str, ...] = ()

    @property
    def carries(self) -> bool:
        """Whether anything rides along with its pixels that could be about people."""
        told = self.located or self.named or self.numbered or self.commented
        return told or self.trailing_bytes > 0

    def is_honest(self) -> bool:
        """Say whether it has the form that an honest worker gives it."""
        if self.fault:
            return self.fault in FAULTS
        shares = (self.mean, self.dark, self.bright)
        return (
            self.format in FORMATS
            and 0 < self.width <= MAX_SIDE
            and 0 < self.height <= MAX_SIDE
            and self.mode in MODES
            and 0 <= self.phash < 1 << 64
            and 0 <= self.sharpness < math.inf
            and all(0 <= share <= 1 for share in shares)
            and -1 <= self.trailing_bytes <= MAX_IMAGE_BYTES
            and len(self.personal) <= MOST_KINDS
            and all(_KIND.fullmatch(one) for one in self.personal)
        )


class TargetFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was found in files of targets.

    Parameters
    ----------
    kind
        ``coco``, ``yolo`` or "" when they are neither.
    classes
        Names of the classes, in order of their numbers in the boxes.
    boxes
        How many there are in `BOXES`.
    unplaced
        Boxes whose image is not there.
    unclassed
        Boxes whose class is not among the classes.
    malformed
        Boxes without area, or with a side that is no finite number.
    outlines
        Outlines of which the box around them is kept.
    empty
        Annotations that have no box.
    without_names
        Whether nobody says what the numbers of the classes mean.
    fault
        Why a file can't be read; one of `dure.readers.images.errors.TARGETS`, or "".
    file, line
        Number of that file, from 0, and its line, from 1.
    """

    kind: str = ""
    classes: tuple[str, ...] = ()
    boxes: int = 0
    unplaced: int = 0
    unclassed: int = 0
    malformed: int = 0
    outlines: int = 0
    empty: int = 0
    without_names: bool = False
    fault: str = ""
    file: int = 0
    line: int = 0


def image_limits() -> Limits:
    """Return what decoding one chunk of images may use."""
    return Limits(
        wall_s=300.0,
        cpu_s=300.0,
        memory_bytes=4096 * MIB,
        output_bytes=64 * MIB,
        output_files=2,
        tmp_bytes=MIB,
        stdout_bytes=64 * 1024,
        input_bytes=CHUNK_BYTES + MAX_IMAGE_BYTES + MIB,
    )


def covering_limits(size_bytes: int) -> Limits:
    """Return what covering images of so many bytes may use: decoded anew, some formats grow."""
    return replace(
        image_limits(), output_bytes=8 * size_bytes + 64 * MIB, input_bytes=size_bytes + 64 * MIB
    )


def target_limits() -> Limits:
    """Return what reading the targets may use."""
    return Limits(
        wall_s=300.0,
        cpu_s=300.0,
        memory_bytes=6144 * MIB,
        output_bytes=MAX_BOXES * BOX.itemsize + 64 * MIB,
        output_files=3,
        tmp_bytes=MIB,
        stdout_bytes=64 * 1024,
        input_bytes=2 * MAX_TARGET_BYTES,
    )
