"""Which rows share a key with another row, over a table of any length, in bounded memory.

Each key becomes a 64-bit number under a seed drawn for this check, so that nobody can prepare keys
that collide. Rows whose number occurs once are unique. Only where some occurs twice are those rows looked
at again, under a second seed: two keys are taken for equal when both numbers agree, which for different
keys of a table of a thousand million rows happens with a probability below 10^-20.

A table too long for the memory allowed is looked at in several turns, each at its own share of the
numbers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from dure.datasets.rules.forms import Unique
from dure.datasets.rules.masks import keyed

BYTES_A_ROW = 24
Numbers = npt.NDArray[np.uint64]


class Repeats:
    """The search for rows that break one rule.

    Parameters
    ----------
    rule
        The rule.
    seeds
        Two random whole numbers below 2^64.
    turns
        Into how many shares the numbers are divided.
    """

    def __init__(self, rule: Unique, seeds: tuple[int, int], turns: int = 1) -> None:
        self.rule = rule
        self._key = pl.struct(rule.columns) if len(rule.columns) > 1 else pl.col(rule.columns[0])
        self._seeds, self._turns = seeds, turns
        self._seen: list[Numbers] = []
        self._rising = True
        self._last: object = None
        self._suspects: Numbers = np.empty(0, np.uint64)
        self._again: list[pl.DataFrame] = []

    def look(self, batch: pl.DataFrame, turn: int) -> None:
        """Take a batch into account, for one share of the numbers."""
        keys = batch.lazy().select(self.rule.columns).filter(keyed(self.rule)).collect()
        self._rising = self._rising and not turn and self._rises(keys)
        numbers = keys.select(self._key.hash(self._seeds[0])).to_series()
        if self._turns > 1:
            numbers = numbers.filter(numbers % self._turns == turn)
        self._seen.append(numbers.to_numpy())

    def _rises(self, keys: pl.DataFrame) -> bool:
        """Say whether the keys only grow, as running numbers do: then none repeats."""
        key = keys.to_series()
        if keys.width > 1 or not (key.dtype.is_integer() or key.dtype.is_temporal()):
            return False
        if not key.len():
            return True
        before, self._last = self._last, key[-1]
        follows = before is None or key[0] > before
        return follows and bool((key.head(-1) < key.tail(-1)).all())

    def suspects(self) -> bool:
        """End a turn's first look; say whether it takes a second one."""
        if self._rising:
            self._seen.clear()
            return False
        seen = np.concatenate(self._seen) if self._seen else np.empty(0, np.uint64)
        self._seen.clear()
        seen.sort()
        self._suspects = np.unique(seen[1:][seen[1:] == seen[:-1]])
        return bool(self._suspects.size)

    def look_again(self, batch: pl.DataFrame, offset: int, turn: int) -> None:
        """Take the suspects of a batch into account, under the second seed too."""
        numbers = batch.select(
            self._key.hash(self._seeds[0]).alias("first"),
            self._key.hash(self._seeds[1]).alias("second"),
            (pl.int_range(pl.len(), dtype=pl.UInt64) + offset + 1).alias("row"),
            keyed(self.rule).alias("keyed"),
        ).filter("keyed")
        self._again.append(
            numbers.filter(
                pl.col("first").is_in(pl.Series(self._suspects).implode())
                & (pl.col("first") % self._turns == turn)
            ).drop("keyed")
        )

    def rows(self) -> pl.Series:
        """End a turn's second look; return the numbers of the rows that share a key, in order."""
        found = pl.concat(self._again)
        self._again.clear()
        return found.filter(pl.struct("first", "second").is_duplicated())["row"].sort()


def turns_for(rows: int, rules: int, memory_bytes: int) -> int:
    """Return how many turns keep the search within the memory.

    Examples
    --------
    >>> turns_for(1_000_000, 1, 1 << 30), turns_for(1_000_000_000, 2, 1 << 30)
    (1, 45)
    """
    return max(1, -(-rows * rules * BYTES_A_ROW // memory_bytes))
