"""How columns hang together, in a sample of rows: correlations, and columns that tell the target."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from dure.datasets.inspect.gathering import hashed, keyed
from dure.datasets.inspect.statistics import Leak, Pair

MOST_NUMBERS = 300
MOST_PAIRS = 200
LEAST_ROWS = 20
TELLING = 0.98
"""From which strength on a column tells the target."""

_GROUP_ROWS = 5
_BINS = 32
_MOST_VALUES = 64


@dataclass(frozen=True, slots=True)
class Sampled:
    """One column in the rows of the sample.

    Parameters
    ----------
    column
        Its position.
    kind
        ``number``, ``time``, ``text``, ``truth`` or ``other``.
    values
        One for each row of the sample.
    """

    column: int
    kind: str
    values: pa.Array


def correlations(columns: list[Sampled]) -> tuple[Pair, ...]:
    """Return Pearson's correlation of each pair of columns of numbers, the strongest first.

    Of each pair over the rows where both have a finite value; pairs with fewer than `LEAST_ROWS`
    such rows, or of which one is constant there, have none.
    """
    numbers = [one for one in columns if one.kind == "number"][:MOST_NUMBERS]
    if len(numbers) < 2:
        return ()
    table = np.column_stack([floats(one.values) for one in numbers])
    there = np.isfinite(table)
    with np.errstate(all="ignore"):
        values = _scaled(table, there)
        seen = there.astype(np.float64)
        count = seen.T @ seen
        products = values.T @ values
        sums = values.T @ seen  # of the one, where the other is there too
        squares = (values**2).T @ seen
        covariance = products - sums * sums.T / count
        spread = squares - sums**2 / count
        found = covariance / np.sqrt(spread * spread.T)
    # What is left of a constant after rounding is no spread.
    usable = (count >= LEAST_ROWS) & (np.minimum(spread, spread.T) > 1e-9 * count)
    upper = np.triu(usable & np.isfinite(found), 1)
    pairs = [
        Pair(numbers[one].column, numbers[other].column, float(np.clip(found[one, other], -1, 1)))
        for one, other in zip(*np.nonzero(upper), strict=True)
    ]
    return tuple(sorted(pairs, key=lambda pair: -abs(pair.value))[:MOST_PAIRS])


def floats(values: pa.Array) -> NDArray[np.float64]:
    """Return numbers or times as doubles, a missing one as none."""
    found = np.full(len(values), np.nan)
    found[values.is_valid().to_numpy(zero_copy_only=False)] = keyed(values)
    return found


def _scaled(table: NDArray[np.float64], there: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the table with mean 0 and deviation 1 in each column, and 0 where nothing is."""
    present = np.where(there, table, 0.0)
    count = np.maximum(there.sum(axis=0), 1)
    largest = np.abs(present).max(axis=0)
    present /= np.where(largest > 0, largest, 1.0)  # squares of 1e200 would overflow
    present = np.where(there, present - present.sum(axis=0) / count, 0.0)
    deviation = np.sqrt((present**2).sum(axis=0) / count)
    return present / np.where(deviation > 1e-12, deviation, np.inf)


def leaks(columns: list[Sampled], target: Sampled, pairs: tuple[Pair, ...]) -> tuple[Leak, ...]:
    """Return the columns that tell the target almost wholly, the strongest first.

    A column of numbers is cut into bins of equal count, and so is a target that is a quantity. Values
    that few rows have would tell any target; so only values in `_GROUP_ROWS` rows or more count, and
    a column counts when half of the rows have such values.
    """
    goal = _codes(target)
    found = {
        one.column: strength
        for one in columns
        if one.column != target.column and (strength := _lambda(_codes(one), goal)) >= TELLING
    }
    for pair in pairs:
        if target.column in (pair.first, pair.second) and abs(pair.value) >= TELLING:
            other = pair.second if pair.first == target.column else pair.first
            found[other] = max(found.get(other, 0.0), abs(pair.value))
    listed = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Leak(column, strength) for column, strength in listed)


def _codes(one: Sampled) -> NDArray[np.int64]:
    """Return a number for each row's value, or bin of values; -1 for a missing one."""
    codes = np.full(len(one.values), -1, np.int64)
    valid = one.values.is_valid().to_numpy(zero_copy_only=False)
    if one.kind in {"number", "time"}:
        keys = keyed(one.values).astype(np.float64)
        valid[valid] = np.isfinite(keys)
        keys = keys[np.isfinite(keys)]
        if len(keys) and len(np.unique(keys)) > _MOST_VALUES:
            edges = np.unique(np.quantile(keys, np.linspace(0, 1, _BINS + 1)[1:-1]))
            codes[valid] = np.searchsorted(edges, keys, "right")
            return codes
        codes[valid] = np.unique(keys, return_inverse=True)[1]
        return codes
    codes[valid] = np.unique(hashed(one.values)[valid], return_inverse=True)[1]
    return codes


def _lambda(values: NDArray[np.int64], goal: NDArray[np.int64]) -> float:
    """Return Goodman and Kruskal's lambda: by how much knowing the value lessens wrong guesses."""
    frame = pl.DataFrame({"value": values, "goal": goal}).filter(
        (pl.col("value") >= 0) & (pl.col("goal") >= 0)
    )
    cells = frame.group_by("value", "goal").len()
    groups = cells.group_by("value").agg(pl.col("len").max().alias("best"), pl.col("len").sum())
    groups = groups.filter(pl.col("len") >= _GROUP_ROWS)
    rows = int(groups["len"].sum())
    if rows < max(LEAST_ROWS, frame.height // 2):
        return 0.0
    kept = cells.join(groups.select("value"), on="value", how="semi")
    usual = int(kept.group_by("goal").agg(pl.col("len").sum())["len"].max())  # type: ignore[arg-type]
    return (int(groups["best"].sum()) - usual) / (rows - usual) if rows > usual else 0.0


def is_quantity(kind: str, distinct: int) -> bool:
    """Say whether a target of this kind is a quantity to estimate rather than a class."""
    return kind in {"number", "time"} and distinct > _MOST_VALUES
