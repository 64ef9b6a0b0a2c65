"""Made-up rows of one table: every column from its type and from what is released of it.

Nothing here has seen a record. The same document, seed and number of rows give the same rows, on
every machine and in every version. What is not known of a column is filled cautiously: one value in
twenty is missing, so that a program that can't bear a gap fails here and not on the real data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dure.datasets.dummy.dice import Dice, Words
from dure.datasets.dummy.released import Released
from dure.datasets.dummy.texts import MOST_WRITTEN
from dure.datasets.dummy.values import made

UNKNOWN = Released(nulls=0.05)
"""What is taken of a column of which nothing is released."""

_PIECE_BYTES = 1 << 26
_PIECE_ROWS = 1 << 16
_VALUE_BYTES = 16
_CHARACTER_BYTES = 64
"""What one character takes while it is drawn: a word of chance, its place, and the letter."""


def batches(
    fields: Sequence[tuple[str, pa.DataType]],
    released: Mapping[str, Released],
    rows: int,
    seed: int,
) -> Iterator[pa.RecordBatch]:
    """Yield the rows, in pieces that fit into a bounded memory.

    Parameters
    ----------
    fields
        Name and type of each column.
    released
        What is released, by column.
    rows
        How many rows.
    seed
        Any whole number.
    """
    known = [released.get(name, UNKNOWN) for name, _ in fields]
    schema = pa.schema([pa.field(name, kind) for name, kind in fields])
    size = piece_rows(known)
    for piece, start in enumerate(range(0, rows, size)):
        numbers = np.arange(start, min(start + size, rows), dtype=np.uint64)
        columns = []
        for column, (one, kind) in enumerate(zip(known, schema.types, strict=True)):
            dice = Dice(seed, column, piece)
            gap = int(Dice(~seed, column, 0).below(1, rows)[0])
            columns.append(_column(kind, one, numbers, rows, gap, dice))
        yield pa.record_batch(columns, schema=schema)


def piece_rows(known: Sequence[Released]) -> int:
    """Return how many rows of such columns are made at once."""
    kept = sum(_VALUE_BYTES + _characters(one) for one in known)
    drawn = max((_CHARACTER_BYTES * _characters(one) for one in known), default=0)
    return max(1, min(_PIECE_ROWS, _PIECE_BYTES // (kept + drawn + 1)))


def _characters(known: Released) -> int:
    if known.codes:
        return max(map(len, known.codes))
    return min(max([*map(len, known.shapes), known.length[1] if known.length else 0]), MOST_WRITTEN)


def _column(
    kind: pa.DataType, known: Released, numbers: Words, rows: int, gap: int, dice: Dice
) -> pa.Array:
    """Return one column's values; where there are gaps, the row ``gap`` has one."""
    values = made(kind, known, numbers, rows, dice)
    if not known.nulls:
        return values
    gaps = dice.shares(len(numbers)) < known.nulls
    gaps |= (numbers == gap) & (rows > 1)
    return pc.if_else(pa.array(gaps), pa.scalar(None, kind), values)
