"""Which rows share a key with another row, over a table of any length, in bounded memory.

Each key becomes two 64-bit numbers under seeds drawn for this check, so that nobody can prepare keys that
collide. Two keys are taken for equal when both numbers agree, which for different keys of a table of a
thousand million rows happens with a probability below 10^-19.

A table too long for the memory allowed is looked at in several turns, each at its own share of the
numbers.
"""

from __future__ import annotations

import polars as pl

from dure.datasets.rules.forms import Unique

BYTES_A_ROW = 48
"""Two numbers and the row's, and the first again while it is sorted."""


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
        self._parts = [f"part {number}" for number in range(len(rule.columns))]
        self._key = pl.struct(self._parts) if len(self._parts) > 1 else pl.col(self._parts[0])
        self._seeds, self._turns = seeds, turns
        self._seen: list[pl.DataFrame] = []
        self._rising = True
        self._last: object = None

    def look(self, batch: pl.DataFrame, offset: int, turn: int) -> None:
        """Take a batch into account, for one share of the numbers.

        Parameters
        ----------
        batch
            Rows of the table.
        offset
            How many rows stand before them.
        turn
            Which share, from 0.
        """
        row = pl.int_range(pl.len(), dtype=pl.UInt64) + offset + 1
        parts = [
            pl.col(name).alias(part)
            for part, name in zip(self._parts, self.rule.columns, strict=True)
        ]
        found = batch.lazy().select(*parts, row.alias("row")).drop_nulls().collect()
        self._rising = self._rising and not turn and self._rises(found)
        numbers = found.select(
            self._key.hash(self._seeds[0]).alias("first"),
            self._key.hash(self._seeds[1]).alias("second"),
            "row",
        )
        if self._turns > 1:
            numbers = numbers.filter(pl.col("first") % self._turns == turn)
        self._seen.append(numbers)

    def rows(self) -> pl.Series:
        """End a turn; return the numbers of the rows that share a key, in order."""
        seen = pl.concat(self._seen) if self._seen and not self._rising else _NONE
        self._seen.clear()
        first = seen["first"].sort()
        suspects = first.filter(first == first.shift(1)).unique()
        found = seen.filter(pl.col("first").is_in(suspects.implode()))
        return found.filter(pl.struct("first", "second").is_duplicated())["row"]

    def _rises(self, keys: pl.DataFrame) -> bool:
        """Say whether the keys only grow, as running numbers do: then none repeats."""
        key = keys.to_series()
        if len(self.rule.columns) > 1 or not (key.dtype.is_integer() or key.dtype.is_temporal()):
            return False
        if not key.len():
            return True
        before, self._last = self._last, key[-1]
        follows = before is None or key[0] > before
        return follows and bool((key.head(-1) < key.tail(-1)).all())


_NONE = pl.DataFrame(schema={"first": pl.UInt64(), "second": pl.UInt64(), "row": pl.UInt64()})


def turns_for(rows: int, rules: int, memory_bytes: int) -> int:
    """Return how many turns keep the search within the memory.

    Examples
    --------
    >>> turns_for(1_000_000, 1, 1 << 30), turns_for(1_000_000_000, 2, 1 << 30)
    (1, 90)
    """
    return max(1, -(-rows * rules * BYTES_A_ROW // memory_bytes))
