"""Dummy rows of some columns of a data set, for whoever is to write a program for just these."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dure.datasets.croissant import read_table
from dure.datasets.dummy.released import read_released
from dure.datasets.dummy.rows import UNKNOWN, batches
from dure.datasets.dummy.types import arrow_type

_FEW = 3


def chosen_rows(
    document: Mapping[str, Any],
    columns: Sequence[str],
    *,
    few: Collection[str] = (),
    whole: Collection[str] = (),
    rows: int = 1_000,
    seed: int = 1,
) -> bytes:
    """Return a Parquet file of made-up rows that are faithful to what a document says of columns.

    Parameters
    ----------
    document
        Croissant document of a data set.
    columns
        Names of the columns, in order.
    few
        Columns with few values. Where the document releases none, they are made up: no class of the data
        is told.
    whole
        Columns in which no value is missing.
    rows, seed
        How many rows; the same seed gives the same.

    Raises
    ------
    ValueError
        When the document lacks one of the columns, or dummy data can't have its type.
    """
    types = {field.name: field.type for field in read_table(document).fields}
    if not set(columns) <= set(types):
        raise ValueError("a column that the document lacks")
    known = read_released(document, types)
    kinds = [(name, arrow_type(types[name])) for name in columns]
    for name, kind in kinds:
        this = known.get(name, UNKNOWN)
        if name in few and not this.codes:
            this = replace(this, codes=_made_up(kind), unique=False)
        known[name] = replace(this, nulls=0.0) if name in whole else this
    file = io.BytesIO()
    with pq.ParquetWriter(file, pa.schema(kinds)) as writer:
        for piece in batches(kinds, known, rows, seed):
            writer.write_batch(piece)
    return file.getvalue()


def _made_up(kind: pa.DataType) -> tuple[str, ...]:
    """Return a few values of a type, as texts: those of a text are called ``group-1`` and so on."""
    if pa.types.is_string(kind):
        return tuple(f"group-{number}" for number in range(1, _FEW + 1))
    return tuple(map(str, range(_FEW))) if pa.types.is_integer(kind) else ()
