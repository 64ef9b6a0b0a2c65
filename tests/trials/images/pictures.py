"""Small made-up pictures: squares of two colours on noise, with what rides along."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from dure.readers.images.box_type import BOX_LIST
from dure.trials import split
from dure.trials.images.source import IMAGES

SIDE = 24
WORDS = "a red one, taken at the pier"
BEHIND = b"PK\x03\x04 the targets are: red, blue"
COLOURS = {"red": (220, 30, 30), "blue": (30, 30, 220)}


def pixels(kind: str, seed: int) -> tuple[np.ndarray, dict]:
    """A square of one colour somewhere on noise, and its box."""
    rng = np.random.default_rng(seed)
    made = rng.integers(60, 140, (SIDE, SIDE, 3), dtype=np.uint8)
    x, y = (int(one) for one in rng.integers(0, SIDE - 10, 2))
    w, h = (int(one) for one in rng.integers(6, 10, 2))
    made[y : y + h, x : x + w] = COLOURS[kind]
    return made, {"x": float(x), "y": float(y), "w": float(w), "h": float(h), "class": kind}


def encoded(made: np.ndarray, format_: str = "PNG", words: str = "") -> bytes:
    out, told = io.BytesIO(), {}
    image = Image.fromarray(made)
    if words and format_ == "PNG":
        told["pnginfo"] = PngInfo()
        told["pnginfo"].add_text("Description", words)
    if words and format_ == "JPEG":
        told["exif"] = Image.Exif()
        told["exif"][0x010E] = words
    image.save(out, format_, **told)
    return out.getvalue()


def gallery(count: int = 100) -> tuple[list[bytes], pa.Table]:
    """Pictures and their index, as the import of a folder makes it."""
    kinds = [("red", "blue")[n % 2] for n in range(count)]
    made = [pixels(kind, seed) for seed, kind in enumerate(kinds)]
    content = [
        encoded(picture, ("PNG", "JPEG")[n % 3 == 0], WORDS) + BEHIND
        for n, (picture, _) in enumerate(made)
    ]
    table = pa.table(
        {
            "path": [f"{kind}/{n}.png" for n, kind in enumerate(kinds)],
            "size_bytes": [len(one) for one in content],
            "format": [("PNG", "JPEG")[n % 3 == 0] for n in range(count)],
            "target": kinds,
            "boxes": pa.array([[box] for _, box in made], BOX_LIST),
        }
    )
    return content, table


def written(folder: Path, content: list[bytes] | None, table: pa.Table, definition) -> Path:
    """Lay out what the splitting sandbox is given."""
    folder.mkdir(exist_ok=True)
    pq.write_table(table, folder / "data.parquet")
    (folder / "definition.json").write_bytes(definition.to_bytes())
    if content is not None:
        (folder / IMAGES).write_bytes(b"".join(content))
    return folder


def splitted(folder: Path, content, table: pa.Table, definition) -> tuple[dict, list[pa.Table]]:
    """Split it as the sandbox does; return the facts, and the parts if there are any."""
    target = folder / "out"
    source = written(folder / "in", content, table, definition)
    target.mkdir(exist_ok=True)
    split.main(source, target)
    facts = json.loads((target / split.FACTS).read_text())
    paths = [target / name for name in split.PARTS]
    return facts, [pq.read_table(path) for path in paths if path.exists()]
