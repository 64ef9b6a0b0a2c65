"""Which part of a split a file belongs to, as the names of folders and files tell it."""

from __future__ import annotations

import posixpath
import re

_SPLITS = {
    "train": "train", "training": "train",
    "val": "validation", "valid": "validation", "validation": "validation", "dev": "validation",
    "test": "test", "testing": "test", "eval": "test",
}  # fmt: skip
_SPLIT = re.compile(rf"({'|'.join(_SPLITS)})(19|20)?\d{{0,2}}")
_STEM = re.compile(r"[^a-z0-9]+")


def is_split(part: str) -> bool:
    """Say whether the name of a folder tells a part of a split."""
    return _SPLIT.fullmatch(part.lower()) is not None


def split_of(path: str) -> str | None:
    """Return the part that a file belongs to, by the first folder that says so.

    Examples
    --------
    >>> split_of("images/train2017/a.jpg"), split_of("Valid/cat/a.jpg"), split_of("trainer/a.jpg")
    ('train', 'validation', None)
    """
    for part in path.lower().split("/")[:-1]:
        if found := _SPLIT.fullmatch(part):
            return _SPLITS[found[1]]
    return None


def split_of_file(path: str) -> str | None:
    """Return the part that all of a file belongs to, by its folders or by a word of its name.

    Examples
    --------
    >>> split_of_file("klue-ner_dev.tsv"), split_of_file("train/a.txt"), split_of_file("contest.txt")
    ('validation', 'train', None)
    """
    if found := split_of(path):
        return found
    stem = posixpath.splitext(posixpath.basename(path.lower()))[0]
    words = [one for word in _STEM.split(stem) if (one := _SPLIT.fullmatch(word))]
    return _SPLITS[words[-1][1]] if words else None
