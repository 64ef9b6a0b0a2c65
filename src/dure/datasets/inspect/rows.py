"""Whole rows, one column after the other: rows that repeat, and rows that stand in two parts of a split.

Each row has a 64-bit hash, to which each column adds its own. Columns that name rows (whole numbers, times
or short texts of which none stands twice) are left out of it: with one of them no row repeats another, and
the question that remains is which rows are equal but for it. Among 10 million different rows two have the
same hash by chance once in 370,000 tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from dure.datasets.inspect.gathering import Hashes, Source, hashed, in_share, of_share
from dure.datasets.inspect.ordered import count_distinct

MOST_PARTS = 16

_ODD = np.uint64(0x9E3779B97F4A7C15)


class Rows:
    """Hashes of whole rows.

    Parameters
    ----------
    count
        How many rows there are.
    """

    def __init__(self, count: int) -> None:
        self.hashes: Hashes = np.zeros(count, np.uint64)
        self.columns = 0

    def take(self, at: int, column: Hashes) -> None:
        """Add a batch of one column to the rows from ``at`` on."""
        part = self.hashes[at : at + len(column)]
        part *= _ODD
        part ^= column
        part ^= part >> np.uint64(29)

    def add(self, source: Source, column: int) -> None:
        """Read a column again and add it."""
        at = 0
        for batch in source.batches(column):
            self.take(at, hashed(batch))
            at += len(batch)
        self.columns += 1


def count_repeats(hashes: Hashes, shift: int) -> int:
    """Return how many rows repeat an earlier one; sorts the hashes.

    With a shift, of the rows whose hashes begin with that many zero bits, times their share.
    """
    if shift:
        hashes = of_share(hashes, shift)
    hashes.sort()
    return (len(hashes) - count_distinct(hashes)) << shift


def count_leaked(hashes: Hashes, parts: NDArray[np.int8], sizes: Sequence[int], shift: int) -> int:
    """Return how many rows, of all parts but the largest, also stand in another part.

    Parameters
    ----------
    hashes
        Of the rows, without the column that says the part.
    parts
        The part of each row; -1 for none.
    sizes
        Rows of each part.
    shift
        As for `count_repeats`.
    """
    if shift:
        parts = parts[in_share(hashes, shift)]
        hashes = of_share(hashes, shift)
    return int(in_two_parts(hashes, parts, sizes)[0].sum()) << shift


def in_two_parts(
    hashes: Hashes, parts: NDArray[np.int8], sizes: Sequence[int]
) -> tuple[NDArray[np.bool_], int]:
    """Say which rows, of all parts but the largest, have a hash that another part has too.

    Returns
    -------
    tuple
        The answer for each row, and how many different hashes the parts have, each counted alone.
    """
    largest = max(range(len(sizes)), key=sizes.__getitem__)
    told = [np.unique(hashes[parts == number]) for number in range(len(sizes))]
    shared = [
        np.intersect1d(told[one], told[other], assume_unique=True)
        for one, other in combinations(range(len(sizes)), 2)
    ]
    both = np.unique(np.concatenate(shared)) if shared else np.empty(0, np.uint64)
    found = (parts != largest) & (parts >= 0)
    found[found] = np.isin(hashes[found], both)
    return found, sum(map(len, told))
