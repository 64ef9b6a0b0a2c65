"""Images in the layout of the Hugging Face Hub: a folder of images with ``metadata.jsonl``.

The images lie where they lie in every export; beside them, one file of JSON lines says what each is a
target of. Where folders tell the parts of a split for every image, each such folder has its own file and
is listed under its part in the card; otherwise there is one file and one part.

Source
------
Hugging Face `datasets` documentation: Create an image dataset (ImageFolder); Data files configuration.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from dure.datasets.huggingface import quoted
from dure.datasets.images.document import FILES, FOLDER
from dure.datasets.images.table import PATH
from dure.readers.splits import split_of

METADATA = "metadata.jsonl"
_PATTERN = re.compile(r"([*?\[\]])")
_AS_IT_IS = r"[\1]"
_WHOLE = "train"
"""The part of a data set that has none."""


@dataclass(frozen=True, slots=True)
class Part:
    """A folder of images: where it is, its part of the split, and a line for each image."""

    folder: str
    split: str
    lines: tuple[str, ...]

    @property
    def place(self) -> str:
        """Where its file of metadata is."""
        return f"{self.folder}/{METADATA}"


def parts_of(index: pa.Table) -> list[Part]:
    """Return the folders of a data set of images, by its index."""
    rows = index.select([one for one in _TOLD if one in index.column_names]).to_pylist()
    whole = not all(split_of(row[PATH]) for row in rows)
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        split = _WHOLE if whole else str(split_of(row[PATH]))
        above = "" if whole else _above(row[PATH])
        folder = posixpath.join(FOLDER, above) if above else FOLDER
        found[folder, split].append(_line(row, above, told=whole))
    return [Part(folder, split, tuple(lines)) for (folder, split), lines in sorted(found.items())]


def configuration(parts: Sequence[Part]) -> list[str]:
    """Return the lines of the card that say which folder is which part."""
    lines = ["configs:", "- config_name: default", "  drop_labels: true", "  data_files:"]
    for split in dict.fromkeys(part.split for part in parts):
        lines += [f"  - split: {split}", "    path:"]
        folders = [part.folder for part in parts if part.split == split]
        lines += [f"    - {quoted(_PATTERN.sub(_AS_IT_IS, one) + '/**')}" for one in folders]
    return lines


def beside_metadata(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document as it stands in this layout: the files of metadata are no images."""
    listed = [
        {**one, "excludes": [f"{FOLDER}/*{METADATA}"]} if one.get("@id") == FILES else one
        for one in document["distribution"]
    ]
    return {**document, "distribution": listed}


_TOLD = (PATH, "split", "target", "boxes")


def _above(path: str) -> str:
    """Return the folder that says which part an image belongs to."""
    parts = path.split("/")
    ends = next(end for end in range(1, len(parts)) if split_of("/".join([*parts[:end], "x"])))
    return "/".join(parts[:ends])


def _line(row: Mapping[str, Any], above: str, *, told: bool) -> str:
    line: dict[str, Any] = {"file_name": posixpath.relpath(row[PATH], above or ".")}
    line |= {name: row[name] for name in ("target", *(["split"] if told else [])) if name in row}
    if "boxes" in row:
        boxes = row["boxes"] or []
        line["objects"] = {
            "bbox": [[box[side] for side in "xywh"] for box in boxes],
            "category": [box["class"] for box in boxes],
        }
    return json.dumps(line, ensure_ascii=False)
