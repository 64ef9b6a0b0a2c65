"""Comparing what a document says with what its files are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from dure.core.findings import Finding
from dure.core.text import printable
from dure.datasets.verify.files import Measured
from dure.datasets.verify.stating import Stated, StatedColumn
from dure.datasets.verify.words import finding
from dure.readers.tables import Column

_FAMILIES = (
    ("integer", re.compile(r"u?int(8|16|32|64)")),
    ("number", re.compile(r"float|double|halffloat|decimal\d+\(.*\)")),
    ("boolean", re.compile(r"bool")),
    ("date", re.compile(r"date(32|64)\[.*\]")),
    ("datetime", re.compile(r"timestamp\[.*\]")),
    ("time", re.compile(r"time(32|64)\[.*\]")),
)
_INTEGERS = frozenset({"integer"})
_NUMBERS = frozenset({"integer", "number"})
_TYPES: Mapping[str, frozenset[str]] = {
    "Integer": _INTEGERS,
    **{f"{sign}Int{width}": _INTEGERS for sign in ("", "U") for width in (8, 16, 32, 64)},
    "Float": _NUMBERS,
    "Number": _NUMBERS,
    **{f"Float{width}": _NUMBERS for width in (16, 32, 64)},
    "Boolean": frozenset({"boolean"}),
    "Date": frozenset({"date", "datetime"}),
    "DateTime": frozenset({"date", "datetime"}),
    "Time": frozenset({"time"}),
    "Text": frozenset({"text"}),
    "URL": frozenset({"text"}),
}


def family(arrow_type: str) -> str:
    """Return the family of an Arrow type's name.

    Examples
    --------
    >>> family("uint8"), family("timestamp[us, tz=UTC]"), family("large_string")
    ('integer', 'datetime', 'text')
    """
    return next((name for name, form in _FAMILIES if form.fullmatch(arrow_type)), "text")


def match_file(stated: Stated, file: Measured, others: Mapping[str, str]) -> Iterator[Finding]:
    """Yield how a file differs from what is said of it.

    Parameters
    ----------
    stated, file
        The two.
    others
        Digest of each other file of the document -> its path, to tell files that changed places.
    """
    digests = [
        (said, is_) for said, is_ in ((stated.sha256, file.sha256), (stated.md5, file.md5)) if said
    ]
    differs = any(said != is_ for said, is_ in digests)
    resized = stated.size is not None and stated.size != file.size
    if differs and (resized or file.sha256 in others):
        yield finding("swapped-file", file.place)
    elif differs:
        yield finding("digest", file.place)
    elif resized:
        yield finding("size", file.place, found=file.size, stated=stated.size)
    if not digests:
        yield finding("no-digest", file.place)


def match_columns(columns: Sequence[StatedColumn], file: Measured, kind: str) -> Iterator[Finding]:
    """Yield how a file's columns differ from what is said of them."""
    there = {column.name: column for column in file.columns}
    for stated in columns:
        if stated.column not in there:
            yield finding("missing-column", file.place, printable(stated.column))
            continue
        found = there[stated.column]
        if not _is_of(stated, found, kind, file.rows):
            words = stated.arrow or " ".join(stated.types)
            yield finding(
                "type",
                file.place,
                printable(stated.column),
                found=found.type,
                stated=printable(words),
            )
    # Our own documents name every column and its exact type; others may describe a part.
    code = "unlisted-column" if any(one.arrow for one in columns) else "other-column"
    for name in sorted(there.keys() - {one.column for one in columns}):
        yield finding(code, file.place, printable(name))


def _is_of(stated: StatedColumn, found: Column, kind: str, rows: int) -> bool:
    if stated.arrow and stated.arrow != found.type:
        return False
    allowed = [_TYPES[one] for one in stated.types if one in _TYPES]
    if not allowed or found.nulls == rows:
        return True
    if kind == "csv" and any(one <= {"text", "time"} for one in allowed):
        return True  # in a CSV file every value is a text, and times of a day are read as such
    return any(family(found.type) in one for one in allowed)
