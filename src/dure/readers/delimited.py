"""CSV and its relatives (RFC 4180): from text to a typed Parquet file, in bounded memory.

Two passes of Arrow's strict, streaming parser: the first reads every field as text, holds each row
to the width of the header and finds each column's type over the whole file; the second writes the
columns with those types.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from dure.readers.faults import Fault
from dure.readers.lasting import LastingWriter
from dure.readers.names import column_names
from dure.readers.tables import DELIMITERS
from dure.readers.text import find_encoding, write_utf8
from dure.readers.types import Guess, as_type

_SAMPLE_CHARACTERS = 1 << 18
_SAMPLE_ROWS = 50
_BLOCK_BYTES = 1 << 23

csv.field_size_limit(1 << 27)


@dataclass(frozen=True, slots=True)
class Shape:
    """The form of a delimited file: its separator and the names in its first row."""

    delimiter: str
    names: tuple[str, ...]


def read_delimited(
    raw: Path,
    target: Path,
    scratch: Path,
    encoding: str,
    delimiter: str,
    missing: tuple[str, ...],
    *,
    lasting: bool = True,
) -> dict[str, object]:
    """Write a delimited file as typed Parquet and return what is known about it.

    Parameters
    ----------
    raw, target
        The file, and the Parquet file to write.
    scratch
        Where its text may be written as UTF-8.
    encoding, delimiter
        What to hold it to, or "" to find out.
    missing
        Unquoted texts that stand for a missing value.
    lasting
        Whether the Parquet file is to be kept, or to be read at once and forgotten.

    Raises
    ------
    Fault
        ``readers.empty``, ``readers.encoding``, ``readers.header`` or ``readers.rows``.
    """
    size_bytes = raw.stat().st_size
    if not size_bytes:
        raise Fault("readers.empty", size_bytes=0)
    found = find_encoding(raw, encoding)
    text = raw
    if found != "utf-8":
        write_utf8(raw, found, scratch)
        text = scratch
    shape = find_shape(text, delimiter)
    _check_last_quote(text, shape)
    guesses = [Guess() for _ in shape.names]
    rows = 0
    for batch in _batches(text, shape, missing):
        rows += batch.num_rows
        for guess, column in zip(guesses, batch.columns, strict=True):
            guess.look(column)
    if not rows:
        raise Fault("readers.empty", size_bytes=size_bytes)
    schema = pa.schema(
        [pa.field(name, guess.type()) for name, guess in zip(shape.names, guesses, strict=True)]
    )
    with _writer(target, schema, lasting) as write:
        for batch in _batches(text, shape, missing):
            columns = [as_type(*pair) for pair in zip(batch.columns, schema.types, strict=True)]
            write(pa.record_batch(columns, schema=schema))
    return {
        "columns": [
            {"name": name, "type": str(kind), "nulls": guess.nulls}
            for name, kind, guess in zip(shape.names, schema.types, guesses, strict=True)
        ],
        "rows": rows,
        "facts": {
            "encoding": found,
            "delimiter": {"\t": "tab"}.get(shape.delimiter, shape.delimiter),
            "missing": " ".join(f'"{marker}"' for marker in missing),
        },
    }


@contextmanager
def _writer(
    target: Path, schema: pa.Schema, lasting: bool
) -> Iterator[Callable[[pa.RecordBatch], None]]:
    if lasting:
        with LastingWriter(target, schema) as kept:
            yield kept.write
        return
    with pq.ParquetWriter(target, schema, compression="lz4") as passing:
        yield passing.write_batch


def find_shape(text: Path, wanted: str) -> Shape:
    """Return the separator and the column names of a UTF-8 file.

    The separator is the one that cuts the first rows into the same number of fields, and into the
    most; without any, the file has one column.

    Raises
    ------
    Fault
        ``readers.header`` or ``readers.empty``.
    """
    with text.open(encoding="utf-8", newline="") as file:
        sample = file.read(_SAMPLE_CHARACTERS)
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


def _batches(text: Path, shape: Shape, missing: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
    """Yield the rows below the header, every field as text.

    Raises
    ------
    Fault
        ``readers.rows``.
    """
    width = len(shape.names)
    labels = [f"c{number}" for number in range(width)]
    try:
        reader = pc.open_csv(
            text,
            read_options=pc.ReadOptions(
                block_size=_BLOCK_BYTES, column_names=labels, skip_rows_after_names=1
            ),
            parse_options=pc.ParseOptions(delimiter=shape.delimiter, newlines_in_values=True),
            convert_options=pc.ConvertOptions(
                column_types=dict.fromkeys(labels, pa.string()),
                null_values=list(missing),
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
        yield from reader
    except pa.ArrowInvalid as error:
        line, found = _ragged_line(text, shape)
        raise Fault("readers.rows", line=line, found=found, expected=width) from error


def _check_last_quote(text: Path, shape: Shape) -> None:
    """Refuse a file whose last field opens a quotation mark and never closes it.

    Arrow takes everything up to the end as that field, which would swallow rows. Paired marks are
    even in number, so only a file with an odd number needs the slow look.

    Raises
    ------
    Fault
        ``readers.rows``.
    """
    with text.open("rb") as raw:
        marks = sum(block.count(b'"') for block in iter(lambda: raw.read(_BLOCK_BYTES), b""))
    if marks % 2 == 0:
        return
    with text.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter=shape.delimiter, strict=True)
        line = 1
        try:
            for _ in reader:
                line = reader.line_num + 1
        except csv.Error:
            raise Fault("readers.rows", line=line, found=0, expected=len(shape.names)) from None


def _ragged_line(text: Path, shape: Shape) -> tuple[int, int]:
    """Return the first line (from 1) of the first row of another width, and that width."""
    with text.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter=shape.delimiter)
        line = 1
        try:
            for row in reader:
                if row and len(row) != len(shape.names):
                    return line, len(row)
                line = reader.line_num + 1
        except csv.Error:
            pass
    return line, 0
