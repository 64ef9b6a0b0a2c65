"""Which reader reads which kind of delivery, and what each takes; `dure.readers.single` reads one file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dure.readers.pieces import Target
from dure.readers.single import read_file

PACKAGES: Mapping[str, tuple[str, ...]] = {
    "xlsx": ("python-calamine",),
    "evtx": ("evtx",),
}
"""Packages that a kind takes besides the runtime's."""

MODULES: Mapping[str, str] = {
    "csv": "delimited",
    "json": "objects",
    "jsonl": "objects",
    "xlsx": "workbook",
    "zeek": "logs",
    "several": "several",
    "evtx": "events",
    "parquet": "columnar",
    "arrow": "columnar",
}
"""Module of this package that reads a kind."""


def read(
    kind: str,
    raw: Path,
    target: Target,
    scratch: Path,
    words: Mapping[str, Any],
    *,
    lasting: bool = True,
) -> dict[str, object]:
    """Write a file as typed Parquet, and return what is known about the table.

    Parameters
    ----------
    kind
        One of `dure.readers.tables.KINDS`.
    raw, target
        The file, and the Parquet file to write.
    scratch
        A file for what lies between the two.
    words
        `dure.readers.tables.Options.words`.
    lasting
        Whether the Parquet file is kept, or read at once and forgotten.

    Raises
    ------
    Fault
        What is wrong with the file.
    """
    if kind == "several":
        from dure.readers.several import read_several

        return read_several(raw, target, scratch, words, lasting=lasting)
    return read_file(kind, raw, target, scratch, words, lasting=lasting)
