"""Images, and the targets beside them: the worker's own function, which the sandbox runs."""

from __future__ import annotations

import io
import json
import struct
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from dure.readers.images import worker
from fuzz.target import Target

_COCO = {
    "images": [{"id": 1, "file_name": "a.png", "width": 8, "height": 6}],
    "categories": [{"id": 3, "name": "ship"}],
    "annotations": [
        {"id": 1, "image_id": 1, "category_id": 3, "bbox": [1, 1, 3.5, 2], "iscrowd": 0}
    ],
}


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


def _image(data: bytes) -> None:
    work(["measure"], [data])


def _targets(kind: str, name: str, data: bytes) -> None:
    paths = {"files": [name, "classes.txt"], "images": ["images/a.png", "a.png"]}
    work(["targets", kind], [json.dumps(paths).encode(), data, b"ship\nbuoy\n"])


TARGETS = [
    Target("image", _pictures, _image, traced=False),
    Target("coco", lambda: [json.dumps(_COCO).encode()], partial(_targets, "coco", "a.json")),
    Target(
        "yolo",
        lambda: [b"0 0.5 0.5 0.2 0.2\n1 0.1 0.1 0.1 0.1\n"],
        partial(_targets, "yolo", "labels/a.txt"),
    ),
]
