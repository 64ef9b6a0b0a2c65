"""Images, and the targets beside them: the worker's own function, which the sandbox runs."""

from __future__ import annotations

import io
import json
import struct
import tempfile
import warnings
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from dure.readers.images import worker
from dure.readers.images.covering import covered, without_segments
from dure.readers.images.decoding import UNDECODABLE, measure
from dure.readers.images.endings import BrokenError
from dure.readers.images.facts import FORMATS
from dure.readers.images.riders import MOST_CHARACTERS, MOST_TEXTS, riders_of
from fuzz.target import Target

_COCO = {
    "images": [{"id": 1, "file_name": "a.png", "width": 8, "height": 6}],
    "categories": [{"id": 3, "name": "ship"}],
    "annotations": [
        {"id": 1, "image_id": 1, "category_id": 3, "bbox": [1, 1, 3.5, 2], "iscrowd": 0}
    ],
}


_UNDECODABLE = (*UNDECODABLE, Image.DecompressionBombError, Image.DecompressionBombWarning)


def _pictures() -> list[bytes]:
    picture = Image.fromarray(np.arange(8 * 6 * 3, dtype=np.uint8).reshape(6, 8, 3))
    found = []
    for form in ("PNG", "JPEG", "WEBP", "TIFF", "BMP"):
        out = io.BytesIO()
        picture.save(out, form)
        found.append(out.getvalue())
    return found


def work(arguments: list[str], contents: list[bytes]) -> None:
    """Do as the program in the sandbox does."""
    sizes = [len(one) for one in contents]
    whole = struct.pack(f"<{1 + len(sizes)}Q", len(sizes), *sizes) + b"".join(contents)
    with tempfile.TemporaryDirectory(dir=".") as folder:
        Path(folder, "raw").write_bytes(whole)
        status = worker.main(arguments, raw=Path(folder, "raw"), out=Path(folder))
        if status or not Path(folder, "answer.json").exists():
            raise AssertionError(f"status {status}")


def _with_riders() -> list[bytes]:
    """Pictures with what rides along: Exif with a place, names, a number and a turn; XMP, comments, texts."""
    picture = Image.fromarray(np.arange(8 * 6 * 3, dtype=np.uint8).reshape(6, 8, 3))
    exif = Image.Exif()
    exif[0x0112], exif[0x010E], exif[0x013B], exif[0x9C9D] = 6, "words", "name", b"a\0b\0"
    exif.get_ifd(0x8769).update({0x9286: b"ASCII\0\0\0comment", 0xA431: "number"})
    exif.get_ifd(0x8825).update({1: "N", 2: (35.0, 6.0, 1.0)})
    texts = PngInfo()
    texts.add_text("Comment", "words")
    texts.add_itxt("XML:com.adobe.xmp", "<x><dc:creator>name</dc:creator></x>", zip=True)
    found = []
    for form, more in (
        ("JPEG", {"comment": b"words"}),
        ("PNG", {"pnginfo": texts}),
        ("WEBP", {}),
        ("TIFF", {}),
    ):
        out = io.BytesIO()
        picture.save(out, form, exif=exif, **more)
        found.append(out.getvalue())
    return found


def _image(data: bytes) -> None:
    work(["measure"], [data])


def _covered(data: bytes) -> None:
    """What can be measured can be covered, and nothing rides along with what comes of it."""
    before = measure(data)
    if before.fault:
        return
    for regions in ([], [(1.0, 1.0, 3.0, 2.0), (-5.0, 4.0, 1e9, 1e9)]):
        after = measure(covered(data, regions)[0])
        sides = (before.width, before.height), (after.width, after.height)
        rides = (after.located, after.named, after.numbered, after.commented, after.frames)
        if after.fault or any(rides) or after.trailing_bytes > 0 or sides[0] != sides[1]:
            raise AssertionError(f"{after} of {before}")


def _segments(data: bytes) -> None:
    """What is left of a JPEG has no segment that says anything, and nothing more to lose."""
    left = without_segments(data)
    if without_segments(left) != left or not left.endswith(b"\xff\xd9"):
        raise AssertionError("there was more to be lost")


def _riders(data: bytes) -> None:
    """Return what rides along with a picture that can be decoded."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(data), formats=tuple(FORMATS)) as image:
            image.load()
            found = riders_of(image)
    if len(found.texts) > MOST_TEXTS or any(len(text) > MOST_CHARACTERS for text in found.texts):
        raise AssertionError("more words than may be")


def _targets(kind: str, name: str, data: bytes) -> None:
    paths = {"files": [name, "classes.txt"], "images": ["images/a.png", "a.png"]}
    work(["targets", kind], [json.dumps(paths).encode(), data, b"ship\nbuoy\n"])


TARGETS = [
    Target("image", _pictures, _image, traced=False),
    Target("image-covered", lambda: [*_pictures(), *_with_riders()], _covered, traced=False),
    Target(
        "jpeg-segments", lambda: [_pictures()[1], _with_riders()[0]], _segments, also=(BrokenError,)
    ),
    Target("image-riders", _with_riders, _riders, also=_UNDECODABLE),
    Target("coco", lambda: [json.dumps(_COCO).encode()], partial(_targets, "coco", "a.json")),
    Target(
        "yolo",
        lambda: [b"0 0.5 0.5 0.2 0.2\n1 0.1 0.1 0.1 0.1\n"],
        partial(_targets, "yolo", "labels/a.txt"),
    ),
]
