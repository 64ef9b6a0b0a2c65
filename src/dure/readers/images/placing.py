"""Which image a file of targets means; runs inside the sandbox."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

_AMBIGUOUS = -1


class Places:
    """The images that targets may name, by what they may be called.

    Parameters
    ----------
    paths
        Path of each image below the folder.

    Examples
    --------
    >>> places = Places(["images/train/a.jpg", "images/val/b.jpg"])
    >>> places.of_label("labels/val/b.txt"), places.of_name("b.jpg", "annotations/all.json")
    (1, 1)
    """

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = {path: number for number, path in enumerate(paths)}
        self._stems: dict[str, int] = {}
        self._names: dict[str, int] = {}
        for number, path in enumerate(paths):
            for known, key in ((self._stems, posixpath.splitext(path)[0]),
                               (self._names, posixpath.basename(path))):  # fmt: skip
                known[key] = _AMBIGUOUS if key in known else number

    def of_label(self, path: str) -> int | None:
        """Return the image of a YOLO file: of the same name, in the same folder or under ``images``."""
        stem = posixpath.splitext(path)[0]
        parts = stem.split("/")
        tried = [
            stem,
            *(
                "/".join([*parts[:at], "images", *parts[at + 1 :]])
                for at in range(len(parts) - 1, -1, -1)
                if parts[at] == "labels"
            ),
        ]
        found = next((self._stems[one] for one in tried if one in self._stems), _AMBIGUOUS)
        return None if found == _AMBIGUOUS else found

    def of_name(self, name: str, file: str) -> int | None:
        """Return the image that a COCO file names: from the folder, from the file, or the only one so."""
        if name.startswith("/") or ".." in name.split("/"):
            return None
        beside = posixpath.join(posixpath.dirname(file), name)
        for path in (name, beside, posixpath.join("images", name)):
            if path in self._paths:
                return self._paths[path]
        split = posixpath.splitext(posixpath.basename(file))[0].rpartition("_")[2]
        for path in (f"{split}/{name}", f"images/{split}/{name}"):
            if path in self._paths:
                return self._paths[path]
        found = self._names.get(posixpath.basename(name), _AMBIGUOUS)
        return None if found == _AMBIGUOUS else found
