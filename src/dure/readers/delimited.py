"""CSV and its relatives (RFC 4180): from text to a typed Parquet file, in bounded memory.

Arrow's strict, streaming parser reads every field as text, holds each row to the width of the header
and checks that the text is UTF-8; `dure.readers.typed` finds the types and writes. What is wrong with a
file is looked for only when something is: its encoding, a line of another width.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc

from dure.readers.faults import Fault
from dure.readers.fields import BLOCK_BYTES, LongRow, text_fields
from dure.readers.names import column_names
from dure.readers.pieces import Target
from dure.readers.tables import DELIMITERS, MISSING
from dure.readers.text import find_encoding, first_wrong_byte, marked_encoding, write_utf8
from dure.readers.typed import TypedTable, write_typed
from dure.readers.types import Guess

_SAMPLE_CHARACTERS = 1 << 18
_HEADER_CHARACTERS = 1 << 25
_SAMPLE_ROWS = 50
_LONGEST_BYTES = 1 << 27
"""Longest row that is read."""

csv.field_size_limit(1 << 27)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a delimited file is to be read.

    Parameters
    ----------
    encoding, delimiter
        What to hold it to, or "" to find out.
    missing
        Texts that stand for a missing value.
    quoted_missing
        Whether they do so between quotation marks too.
    texts
        Names of columns that stay as they are written, whatever they look like.
    """

    encoding: str = ""
    delimiter: str = ""
    missing: tuple[str, ...] = MISSING
    quoted_missing: bool = False
    texts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Shape:
    """The form of a delimited file: its separator and the names in its first row."""

    delimiter: str
    names: tuple[str, ...]


class _NotText(Exception):  # noqa: N818 (it never leaves this module)
    """The file is not in the encoding that it was read in."""


def read_delimited(
    raw: Path, target: Target, scratch: Path, dialect: Dialect, *, lasting: bool = True
) -> dict[str, object]:
    """Write a delimited file as typed Parquet and return what is known about it.

    Parameters
    ----------
    raw, target
        The file, and the Parquet file to write.
    scratch
        Where its text may be written as UTF-8.
    dialect
        How to read it.
    lasting
        Whether the Parquet file is kept, or read at once and forgotten.

    Raises
    ------
    Fault
        ``readers.empty``, ``readers.encoding``, ``readers.header``, ``readers.rows`` or
        ``readers.long-row``.
    """
    size_bytes = raw.stat().st_size
    if not size_bytes:
        raise Fault("readers.empty", size_bytes=0)
    encoding, shape, table = _read(raw, target, scratch, dialect, lasting)
    if not table.rows:
        raise Fault("readers.empty", size_bytes=size_bytes)
    return {
        "columns": table.columns,
        "rows": table.rows,
        "facts": {
            "encoding": encoding,
            "delimiter": {"\t": "tab"}.get(shape.delimiter, shape.delimiter),
            "missing": " ".join(f'"{marker}"' for marker in dialect.missing),
        },
    }


def _read(
    raw: Path, target: Target, scratch: Path, dialect: Dialect, lasting: bool
) -> tuple[str, Shape, TypedTable]:
    """Read a file as UTF-8 if that may be what it is, and otherwise as what it is."""
    if dialect.encoding in ("", "utf-8", "utf-8-sig"):
        marked = marked_encoding(raw)
        if marked in ("", "utf-8-sig") and not (dialect.encoding == "utf-8-sig" and not marked):
            try:
                return marked or "utf-8", *_typed(raw, target, dialect, lasting)
            except _NotText:
                pass
    found = find_encoding(raw, dialect.encoding)
    text = raw
    if found not in ("utf-8", "utf-8-sig"):
        write_utf8(raw, found, scratch)
        text = scratch
    return found, *_typed(text, target, dialect, lasting)


def _typed(text: Path, target: Target, dialect: Dialect, lasting: bool) -> tuple[Shape, TypedTable]:
    shape = find_shape(text, dialect.delimiter)
    _check_marks(text, shape)
    longest = max(BLOCK_BYTES, min(text.stat().st_size, _LONGEST_BYTES))
    for block_bytes in (BLOCK_BYTES, longest):
        batches = partial(_batches, text, shape, dialect, block_bytes)
        guesses = [Guess(()) if name in dialect.texts else Guess() for name in shape.names]
        try:
            return shape, write_typed(
                shape.names, batches, target, guesses=guesses, lasting=lasting
            )
        except LongRow:
            continue
    _explain(text, shape)
    raise Fault("readers.long-row", most=_LONGEST_BYTES)


def find_shape(text: Path, wanted: str) -> Shape:
    """Return the separator and the column names of a UTF-8 file.

    The separator is the one that cuts the first rows into the same number of fields, and into the
    most; without any, the file has one column.

    Raises
    ------
    Fault
        ``readers.header`` or ``readers.empty``.
    """
    with text.open(encoding="utf-8-sig", newline="") as file:
        try:
            sample = file.read(_SAMPLE_CHARACTERS)
            if "\n" not in sample and "\r" not in sample:
                sample += file.readline(_HEADER_CHARACTERS)
        except UnicodeDecodeError:
            raise _NotText from None
    best, best_score = wanted or ",", (False, 0)
    for delimiter in (wanted,) if wanted else DELIMITERS:
        widths = [len(row) for row in _sample_rows(sample, delimiter) if row]
        score = (len(set(widths)) == 1, max(widths[:1], default=0))
        if widths and widths[0] > 1 and score > best_score:
            best, best_score = delimiter, score
    first = next((row for row in _sample_rows(sample, best) if row), None)
    if first is None:
        raise Fault("readers.empty", size_bytes=text.stat().st_size)
    return Shape(best, column_names(first))


def _sample_rows(sample: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(sample.splitlines(keepends=True), delimiter=delimiter)
    try:
        for number, row in enumerate(reader):
            if number >= _SAMPLE_ROWS:
                return
            yield row
    except csv.Error:
        return


def _batches(
    text: Path, shape: Shape, dialect: Dialect, block_bytes: int
) -> Iterator[pa.RecordBatch]:
    """Yield the rows below the header, every field as text."""
    try:
        yield from text_fields(
            text,
            len(shape.names),
            pc.ParseOptions(delimiter=shape.delimiter, newlines_in_values=True),
            missing=dialect.missing,
            quoted_missing=dialect.quoted_missing,
            skip_rows=1,
            block_bytes=block_bytes,
        )
    except pa.ArrowInvalid as error:
        _explain(text, shape)
        raise Fault("readers.rows", line=0, found=0, expected=len(shape.names)) from error


def _check_marks(text: Path, shape: Shape) -> None:
    """Refuse a NUL, and a last field that opens a quotation mark and never closes it.

    Arrow takes everything up to the end as that field, which would swallow rows. Paired marks are
    even in number, so only a file with an odd number needs the slow look.

    Raises
    ------
    Fault
        ``readers.rows``.
    """
    marks = 0
    with text.open("rb") as raw:
        while block := raw.read(BLOCK_BYTES):
            if b"\0" in block:
                raise _NotText
            marks += int(np.count_nonzero(np.frombuffer(block, np.uint8) == ord('"')))
    if marks % 2 == 0:
        return
    _refuse_not_text(text)
    with text.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=shape.delimiter, strict=True)
        line = 1
        try:
            for _ in reader:
                line = reader.line_num + 1
        except csv.Error:
            raise Fault("readers.rows", line=line, found=0, expected=len(shape.names)) from None


def _explain(text: Path, shape: Shape) -> None:
    """Say why a file can't be read, if it is its encoding or a row of another width than the header's.

    Raises
    ------
    Fault
        ``readers.rows`` with the first line (from 1) of the first such row.
    """
    _refuse_not_text(text)
    with text.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=shape.delimiter)
        line, expected = 1, len(shape.names)
        try:
            for row in reader:
                if row and len(row) != expected:
                    raise Fault("readers.rows", line=line, found=len(row), expected=expected)
                line = reader.line_num + 1
        except csv.Error:
            raise Fault("readers.rows", line=line, found=0, expected=expected) from None


def _refuse_not_text(text: Path) -> None:
    if first_wrong_byte(text, "utf-8") >= 0:
        raise _NotText
