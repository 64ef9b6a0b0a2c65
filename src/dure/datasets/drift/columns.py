"""One column of two tables: gathered in bounded memory, and how far it moved from one to the other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dure.datasets.drift.distances import (
    Counted,
    Counts,
    Values,
    aligned,
    kolmogorov_smirnov,
    stability,
    total_variation,
)
from dure.datasets.drift.statistics import (
    BARS,
    KOLMOGOROV_SMIRNOV,
    SHOWN_VALUES,
    TOTAL_VARIATION,
    Drift,
    Picture,
)
from dure.datasets.inspect.gathering import Hashes, in_share
from dure.datasets.inspect.ordered import count_distinct

MOST_VALUES = 1 << 20
"""Different values that are counted one by one; of more a share is, drawn by their hashes."""

_BINS = 10
_MOST_BINS = 20
_LIKELY = 10
_DIGITS = 6
_PENDING = 1 << 20


@dataclass(frozen=True, slots=True)
class Spread:
    """One column of one table: its numbers, or how often each of its values stands there.

    Parameters
    ----------
    rows, nulls
        How many.
    numbers
        Of a column of numbers or times: finite ones, sorted.
    counted
        Of any other.
    whole
        Whether the numbers are whole by their type.
    share
        One in how many numbers is there.
    """

    rows: int
    nulls: int
    numbers: Values | None = None
    counted: Counted | None = None
    whole: bool = False
    share: int = 1

    @property
    def distinct(self) -> int:
        """How many different values there are; estimated where a share was counted."""
        if self.numbers is not None:
            return count_distinct(self.numbers) * self.share
        return 0 if self.counted is None else len(self.counted.values) << self.counted.shift


class Counter:
    """Counts hashes in bounded memory.

    Beyond so many different ones it keeps those of half of all hashes, and again (adaptive sampling:
    Flajolet, "On Adaptive Sampling", Computing 43, 1990).

    Parameters
    ----------
    most
        How many different ones it keeps.
    """

    def __init__(self, most: int = MOST_VALUES) -> None:
        self._most = most
        self._found = Counted(np.empty(0, np.uint64), np.empty(0, np.int64))
        self._waiting: list[Hashes] = []
        self._rows = 0

    def put(self, hashes: Hashes) -> None:
        """Count more of them."""
        shift = self._found.shift
        self._waiting.append(hashes[in_share(hashes, shift)] if shift else hashes)
        self._rows += len(self._waiting[-1])
        if self._rows >= _PENDING:
            self._merge()

    def counted(self) -> Counted:
        """Return the counts so far."""
        self._merge()
        return self._found

    def _merge(self) -> None:
        if not self._waiting:
            return
        values, counts = np.unique(np.concatenate(self._waiting), return_counts=True)
        self._waiting, self._rows = [], 0
        every, before, after = aligned(self._found, Counted(values, counts))
        self._found = Counted(every, before + after, self._found.shift)
        while len(self._found.values) > self._most:
            self._found = _lessened(self._found, self._found.shift + 1)


def _lessened(counted: Counted, shift: int) -> Counted:
    """Return the counts of a smaller share of all hashes."""
    if shift <= counted.shift:
        return counted
    kept = in_share(counted.values, shift)
    return Counted(counted.values[kept], counted.counts[kept], shift)


def drift(name: str, kind: str, first: Spread, second: Spread, *, drawn: bool = True) -> Drift:
    """Return how a column moved.

    Parameters
    ----------
    name, kind
        Of the column.
    first, second
        The column in both tables, either both numbers or neither.
    drawn
        Whether there is to be a picture, whose edges are values.
    """
    if first.numbers is not None and second.numbers is not None:
        measured = _of_numbers(first.numbers, second.numbers, second.share, drawn)
    else:
        measured = _of_values(_counted(first), _counted(second), drawn)
    there = second.rows - second.nulls
    for estimated in ("below", "above", "fresh"):
        measured[estimated] = min(measured.get(estimated, 0), there)
    return Drift(
        name=name,
        kind=kind,
        rows_first=first.rows,
        rows_second=second.rows,
        nulls_first=first.nulls,
        nulls_second=second.nulls,
        distinct_first=first.distinct,
        distinct_second=second.distinct,
        whole=first.whole and second.whole,
        **measured,
    )


def _counted(spread: Spread) -> Counted:
    return spread.counted or Counted(np.empty(0, np.uint64), np.empty(0, np.int64))


def _of_numbers(first: Values, second: Values, share: int, drawn: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "statistic": KOLMOGOROV_SMIRNOV,
        "shift": round(kolmogorov_smirnov(first, second), _DIGITS),
        "stability": 0.0,
        "bins": 1,
    }
    if not len(first) or not len(second):
        return found
    edges = np.unique(first[(np.arange(1, _BINS) * len(first)) // _BINS])
    bins = [_between(edges, one) for one in (first, second)]
    return {
        **found,
        "stability": round(stability(*bins), _DIGITS),
        "bins": len(edges) + 1,
        "below": int(np.searchsorted(second, first[0], "left")) * share,
        "above": (len(second) - int(np.searchsorted(second, first[-1], "right"))) * share,
        "picture": _drawn(first, second) if drawn else None,
    }


def _between(edges: Values, ordered: Values) -> Counts:
    """Return how many sorted values lie in each bin; an edge belongs to the bin above it."""
    places = [0, *np.searchsorted(ordered, edges, "left").tolist(), len(ordered)]
    return np.array([after - before for before, after in pairwise(places)], np.int64)


def _drawn(first: Values, second: Values) -> Picture | None:
    """Return both histograms over the range from the lower 1st to the higher 99th percentile."""
    both = (first, second)
    low, high = (
        choose(float(one[int(at * (len(one) - 1))]) for one in both)
        for choose, at in ((min, 0.01), (max, 0.99))
    )
    if not np.isfinite(high - low) or low == high:
        return None
    edges = np.linspace(low, high, BARS + 1)
    counts = []
    for one in both:
        places = np.searchsorted(one, edges[:-1], "left").tolist()
        places.append(int(np.searchsorted(one, edges[-1], "right")))
        counts.append(tuple(after - before for before, after in pairwise(places)))
    return Picture(low, high, counts[0], counts[1])


def _of_values(first: Counted, second: Counted, drawn: bool) -> dict[str, Any]:
    shift = max(first.shift, second.shift)
    _, before, after = aligned(_lessened(first, shift), _lessened(second, shift))
    found: dict[str, Any] = {
        "statistic": TOTAL_VARIATION,
        "shift": round(total_variation(before, after), _DIGITS),
        "stability": 0.0,
        "bins": 1,
    }
    wholes = int(before.sum()), int(after.sum())
    if not all(wholes):
        return found
    order = np.argsort(-(before / wholes[0] + after / wholes[1]), kind="stable")
    bins = [_ranked(counts, order, _MOST_BINS) for counts in (before, after)]
    shown = [tuple(_ranked(counts, order, SHOWN_VALUES).tolist()) for counts in (before, after)]
    came = (before == 0) & (after > 0)
    gone = (after == 0) & (before * (wholes[1] / wholes[0]) >= _LIKELY)
    return {
        **found,
        "stability": round(stability(*bins), _DIGITS),
        "bins": len(bins[0]),
        "fresh": int(after[came].sum()) << shift,
        "appeared": int(came.sum()) << shift,
        "vanished": int(gone.sum()) << shift,
        "picture": Picture(0.0, 0.0, shown[0], shown[1]) if drawn and not shift else None,
    }


def _ranked(counts: Counts, order: NDArray[np.intp], most: int) -> Counts:
    """Return the counts of the first values in an order, and of the rest together if there is one."""
    ranked = counts[order]
    return ranked if len(ranked) <= most else np.append(ranked[:most], ranked[most:].sum())
