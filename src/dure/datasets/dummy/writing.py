"""Dummy data from a document: a file of made-up rows; needs no node and no record."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from dure.core.system import reason_of
from dure.datasets.context import RELEASED_STATISTICS as TERM
from dure.datasets.croissant import Table
from dure.datasets.document import read_document, unusable
from dure.datasets.dummy.released import NotReleasedForm, Released, read_released
from dure.datasets.dummy.rows import batches
from dure.datasets.dummy.types import arrow_type
from dure.datasets.errors import DatasetError

MOST_ROWS = 10_000_000
ENDINGS = (".csv", ".parquet")

_MARK = {b"dure:dummy": b"made-up rows; no record of the data set is among them"}


def write_dummy(document: Path, out: Path, *, rows: int = 1_000, seed: int = 1) -> Table:
    """Write made-up rows that are faithful to a document.

    Parameters
    ----------
    document
        Croissant document of this house, or the folder of an export that holds it.
    out
        New file, ending in ``.csv`` or ``.parquet``, in a folder that is there.
    rows
        How many, from 1 to `MOST_ROWS`.
    seed
        Any whole number; the same seed gives the same rows.

    Returns
    -------
    Table
        What the document says about the real table.

    Raises
    ------
    DatasetError
        ``datasets.document``, ``datasets.folder``.
    ValueError
        For another ending, or another number of rows.
    """
    if out.suffix.lower() not in ENDINGS or not 1 <= rows <= MOST_ROWS:
        raise ValueError(f"a file ending in {' or '.join(ENDINGS)}, of 1 to {MOST_ROWS} rows")
    told, table = read_document(document)
    fields, released = _known(document, told, table)
    if os.path.lexists(out):
        raise DatasetError("datasets.folder", folder=out, reason="EEXIST")
    schema = pa.schema([pa.field(name, kind) for name, kind in fields], metadata=_MARK)
    try:
        _write(out, schema, batches(fields, released, rows, seed))
    except OSError as error:
        raise DatasetError("datasets.folder", folder=out, reason=reason_of(error)) from error
    return table


def _known(
    file: Path, document: Mapping[str, Any], table: Table
) -> tuple[list[tuple[str, pa.DataType]], dict[str, Released]]:
    fields = []
    for number, field in enumerate(table.fields, 1):
        try:
            fields.append((field.name, arrow_type(field.type)))
        except ValueError as error:
            raise unusable(file, f"recordSet[0].field[{number}]", "column-type") from error
    if not fields:
        raise unusable(file, "recordSet[0].field", "document-form")
    try:
        released = read_released(document, {field.name: field.type for field in table.fields})
    except NotReleasedForm as error:
        raise unusable(file, f"{TERM}.columns[{error.column}]", error.reason) from error
    return fields, released


def _write(out: Path, schema: pa.Schema, pieces: Iterator[pa.RecordBatch]) -> None:
    """Write a file that appears when it is whole and on disk."""
    descriptor, partial = tempfile.mkstemp(prefix=".dure-", suffix=out.suffix, dir=out.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with closing(_writer(out)(file, schema)) as writer:
                for piece in pieces:
                    writer.write_batch(piece)
            file.flush()
            os.fsync(file.fileno())
        Path(partial).rename(out)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise


def _writer(out: Path) -> Callable[[Any, pa.Schema], Any]:
    writers: dict[str, Callable[[Any, pa.Schema], Any]] = {
        ".csv": pc.CSVWriter,
        ".parquet": pq.ParquetWriter,
    }
    return writers[out.suffix.lower()]
