"""What a sorted array tells: different values, runs, quantiles, histogram, outliers, gaps.

One sort answers all of it exactly. Everything here works in blocks, so that beside the array itself
little memory is needed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dure.datasets.inspect.statistics import QUANTILES, Histogram

BINS = 30
FENCE = 3.0
"""Interquartile ranges to the outer fences of Tukey, Exploratory Data Analysis (1977), chapter 2."""
FAR = 30.0
LOG_FENCE = 6.0

_BLOCK = 1 << 20

Array = NDArray[np.generic]


def count_distinct(ordered: Array) -> int:
    """Return how many different values a sorted array has.

    Examples
    --------
    >>> count_distinct(np.array([1, 1, 2]))
    2
    """
    if not len(ordered):
        return 0
    return 1 + sum(
        int(np.count_nonzero(ordered[low:high] != ordered[low - 1 : high - 1]))
        for low, high in _blocks(1, len(ordered))
    )


def largest_runs(ordered: Array, most: int) -> list[tuple[int, int]]:
    """Return count and position of the longest runs of equal values, the longest first.

    Examples
    --------
    >>> largest_runs(np.array([1, 2, 2, 3]), 2)
    [(2, 1), (1, 0)]
    """
    if not len(ordered):
        return []
    best: list[tuple[int, int]] = []
    start = 0
    for low, high in _blocks(1, len(ordered)):
        edges = low + np.flatnonzero(ordered[low:high] != ordered[low - 1 : high - 1])
        if not len(edges):
            continue
        starts = np.concatenate(([start], edges[:-1]))
        counts = edges - starts
        for floor in (1, best[-1][0] if len(best) == most else 0):  # most values stand alone
            if np.count_nonzero(counts > floor) >= most:
                starts, counts = starts[counts > floor], counts[counts > floor]
        if len(counts) > most:
            least = np.partition(counts, -most)[-most]
            above, ties = np.flatnonzero(counts > least), np.flatnonzero(counts == least)
            kept = np.concatenate([above, ties[: most - len(above)]])
            starts, counts = starts[kept], counts[kept]
        best = _longest([*best, *zip(counts.tolist(), starts.tolist(), strict=True)], most)
        start = int(edges[-1])
    return _longest([*best, (len(ordered) - start, start)], most)


def _longest(runs: list[tuple[int, int]], most: int) -> list[tuple[int, int]]:
    return sorted(runs, key=lambda run: (-run[0], run[1]))[:most]


def quantile(ordered: Array, at: float) -> float:
    """Return a quantile by linear interpolation between neighbours.

    Examples
    --------
    >>> quantile(np.array([1.0, 2.0]), 0.5)
    1.5
    """
    place = at * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    first, second = float(ordered[low]), float(ordered[high])
    return first if first == second else first + (second - first) * (place - low)


def quantiles(ordered: Array) -> tuple[float, ...]:
    """Return the quantiles at `QUANTILES`."""
    return tuple(quantile(ordered, at) for at in QUANTILES)


def fences(ordered: Array, width: float) -> tuple[float, float]:
    """Return how far from the quartiles a value is still ordinary, in interquartile ranges."""
    first, third = quantile(ordered, 0.25), quantile(ordered, 0.75)
    reach = width * (third - first)
    return first - reach, third + reach


def count_beyond(ordered: Array, width: float) -> int:
    """Return how many values lie beyond the fences; none when the quartiles are equal."""
    low, high = fences(ordered, width)
    if low == high:
        return 0
    inside = np.searchsorted(ordered, high, "right") - np.searchsorted(ordered, low, "left")
    return len(ordered) - int(inside)


def count_far(ordered: Array) -> int:
    """Return how many values lie beyond thirty interquartile ranges, even on a scale of ratios.

    Prices, sizes and waiting times are skewed: where all values are positive, one that is far but has
    its place in the spread of the logarithms is no error.
    """
    low, high = fences(ordered, FAR)
    if low == high:
        return 0
    if float(ordered[0]) > 0:
        first, third = (math.log(quantile(ordered, at)) for at in (0.25, 0.75))
        reach = LOG_FENCE * (third - first)
        low = min(low, _exp(first - reach))
        high = max(high, _exp(third + reach))
    inside = np.searchsorted(ordered, high, "right") - np.searchsorted(ordered, low, "left")
    return len(ordered) - int(inside)


def _exp(value: float) -> float:
    return math.exp(value) if value < 700 else math.inf


def histogram(ordered: Array, scale: float = 1.0) -> Histogram:
    """Return the histogram between the smallest and largest values that are no outliers.

    Whole numbers over a short range get a bin each. The array must not be empty.

    Parameters
    ----------
    ordered
        Sorted finite values.
    scale
        What one unit of the array is in the unit of the histogram.
    """
    least, most = float(ordered[0]), float(ordered[-1])
    low, high = fences(ordered, FENCE)
    if low < high:
        low, high = max(low, least), min(high, most)
    else:
        low, high = least, most
    whole = np.issubdtype(ordered.dtype, np.integer)
    bins = BINS
    if whole and high - low < BINS:
        low, high = math.ceil(low) - 0.5, math.floor(high) + 0.5
        bins = max(1, round(high - low))
    elif low == high or not math.isfinite(high - low):
        low, high, bins = least, most, 1
    edges = np.linspace(low, high, bins + 1) if bins > 1 else np.array([low, high])
    places = np.searchsorted(ordered, edges[:-1], "left").tolist()
    places.append(int(np.searchsorted(ordered, edges[-1], "right")))
    return Histogram(
        low * scale,
        high * scale,
        tuple(after - before for before, after in pairwise(places)),
        places[0],
        len(ordered) - places[-1],
    )


def mean_and_sd(values: Array) -> tuple[float | None, float | None]:
    """Return mean and the sample's standard deviation, each None where it is not finite."""
    count = len(values)
    with np.errstate(over="ignore", invalid="ignore"):
        blocks = [float(block.sum()) for block in _floats(values)]
        mean = math.fsum(blocks) / count if all(map(math.isfinite, blocks)) else math.inf
        if not math.isfinite(mean):
            return None, None
        if count < 2:
            return mean, None
        squares = [float(((block - mean) ** 2).sum()) for block in _floats(values)]
    sd = math.sqrt(math.fsum(squares) / (count - 1)) if all(map(math.isfinite, squares)) else None
    return mean, sd


def _floats(values: Array) -> Iterator[NDArray[np.float64]]:
    for low, high in _blocks(0, len(values)):
        yield values[low:high].astype(np.float64)


def steps(ordered: Array) -> NDArray[np.float64]:
    """Return the distances between neighbouring different values, sorted."""
    found, filled = np.empty(max(0, count_distinct(ordered) - 1)), 0
    for low, high in _blocks(1, len(ordered)):
        part = np.diff(ordered[low - 1 : high])
        part = part[part > 0]
        found[filled : filled + len(part)] = part
        filled += len(part)
    found.sort()
    return found


def _blocks(start: int, end: int) -> Iterator[tuple[int, int]]:
    for low in range(start, end, _BLOCK):
        yield low, min(low + _BLOCK, end)
