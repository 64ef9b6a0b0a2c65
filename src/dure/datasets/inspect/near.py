"""Rows in two parts of a split that agree in all columns but one: found by leaving columns out.

Each value has a hash, each row the sum of its values' hashes, so the hash of a row without one column is
a difference. Two rows that agree in all other columns have the same one: looking for those is looking for
equal numbers, once for each column. It misses no such pair, and takes two rows for alike by chance once in
some 20,000 tables of 10 million rows and 15 columns. Before, decimals are rounded to three significant
digits, and texts lose case and the space around them.

A column is only left out when the others still tell rows apart: where they don't, rows agree because there
are few different ones, and not because one was copied from another. So it must not halve the number of
different rows, and of a hundred rows less than one may find its like by chance, if columns were
independent: the chance that two rows agree in a column is measured in a sample. Rows that differ in two
columns are not found, nor is anything beyond `MOST_ROWS` rows.

Source
------
Leaving out one symbol, and comparing what remains, is the deletion neighbourhood of Mor and Fraenkel, "A
Hash Code Method for Detecting and Correcting Spelling Errors", Communications of the ACM 25 (1982).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dure.datasets.inspect.gathering import EXACT_ROWS, Hashes, Source, of_share
from dure.datasets.inspect.rows import in_two_parts

MOST_ROWS = EXACT_ROWS
LEAST_COLUMNS = 3
TELLING = 0.5
"""Share of different rows that must stay different when a column is left out."""
BY_CHANCE = 0.01
"""How many of the other parts' rows may agree with a row by chance in all other columns."""

_DIGITS = 3
_SEED = 5259
_SAMPLE = 1 << 16
_SHARE = 4
_SLOT_BITS = 24
_SLOT = np.uint64(64 - _SLOT_BITS)
_MIX = np.uint64(0x9E3779B97F4A7C15)


def near_rows(
    source: Source, columns: Sequence[int], parts: NDArray[np.int8], sizes: Sequence[int]
) -> NDArray[np.bool_]:
    """Say which rows, of all parts but the largest, have one in another part that is nearly the same.

    Parameters
    ----------
    source
        The table.
    columns
        Positions of the columns that are compared: without the split's own, and without those that
        name rows.
    parts
        The part of each row; -1 for none.
    sizes
        Rows of each part.
    """
    near = np.zeros(source.rows, np.bool_)
    if len(columns) < LEAST_COLUMNS or source.rows > MOST_ROWS:
        return near
    whole: Hashes = np.zeros(source.rows, np.uint64)
    alike = {}
    for column in columns:
        seen = []
        for at, hashes in _hashes(source, column):
            whole[at : at + len(hashes)] += hashes
            seen.append(hashes[: -(-len(hashes) * _SAMPLE // source.rows)])
        alike[column] = _alike(np.concatenate(seen))
    near, different = _near(whole, parts, sizes), _different(whole)
    for column in columns:
        others = math.prod(alike[other] for other in columns if other != column)
        if others * max(sizes) > BY_CHANCE:
            continue
        rest = whole.copy()
        for at, hashes in _hashes(source, column):
            rest[at : at + len(hashes)] -= hashes
        if _different(rest) >= TELLING * different:
            near |= _near(rest, parts, sizes)
    return near


def _near(hashes: Hashes, parts: NDArray[np.int8], sizes: Sequence[int]) -> NDArray[np.bool_]:
    """Say which rows have a hash that another part has too, after most are ruled out by a part of it."""
    slots = (hashes >> _SLOT).astype(np.int32)
    last = np.full(1 << _SLOT_BITS, -1, np.int8)
    last[slots] = parts
    mixed = np.zeros(1 << _SLOT_BITS, np.bool_)
    mixed[slots[last[slots] != parts]] = True
    found = mixed[slots]
    found[found] = in_two_parts(hashes[found], parts[found], sizes)[0]
    return found


def _different(hashes: Hashes) -> int:
    """Return how many different hashes there are in a share of them."""
    return len(np.unique(of_share(hashes, _SHARE)))


def _alike(sample: Hashes) -> float:
    """Return how likely two rows of a sample have the same value; never less than one pair in all."""
    counts = np.unique(sample, return_counts=True)[1].astype(np.float64)
    pairs = max(1.0, len(sample) * (len(sample) - 1.0))
    return max(2.0, float((counts * (counts - 1)).sum())) / pairs


def _hashes(source: Source, column: int) -> Iterator[tuple[int, Hashes]]:
    at = 0
    salt = np.uint64((column * 2 + 1) * int(_MIX) & 0xFFFFFFFFFFFFFFFF)
    for batch in source.batches(column):
        hashes = pl.Series(_coarse(batch)).hash(_SEED).to_numpy() ^ salt
        hashes *= _MIX
        hashes ^= hashes >> np.uint64(32)
        yield at, hashes
        at += len(batch)


def _coarse(values: pa.Array) -> pa.Array | pl.Series:
    """Return the values as they are compared."""
    if pa.types.is_floating(values.type) or pa.types.is_decimal(values.type):
        return pl.Series(pc.cast(values, pa.float64(), safe=False)).round_sig_figs(_DIGITS)
    if pa.types.is_string(values.type):
        return pc.utf8_lower(pc.utf8_trim_whitespace(values))
    return values
