"""How far two spreads of values lie apart: three measures of the textbook, on plain arrays.

Each works in blocks, so that beside its arrays little memory is needed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BLOCK = 1 << 18

Values = NDArray[np.generic]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Counted:
    """How often each value stands somewhere.

    Parameters
    ----------
    values
        Hashes of the different values, sorted.
    counts
        How often each stands there.
    shift
        How many halvings of all hashes these are the share of; 0 means all of them.
    """

    values: NDArray[np.uint64]
    counts: Counts
    shift: int = 0


def kolmogorov_smirnov(first: Values, second: Values) -> float:
    """Return the largest distance between two empirical distribution functions, from 0 to 1.

    Parameters
    ----------
    first, second
        Sorted values. One that is empty beside one that isn't lies 1 apart.

    Source
    ------
    Massey, "The Kolmogorov-Smirnov Test for Goodness of Fit", JASA 46 (1951).

    Examples
    --------
    >>> kolmogorov_smirnov(np.array([1.0, 2.0]), np.array([2.0, 3.0]))
    0.5
    """
    if not len(first) or not len(second):
        return float(len(first) != len(second))
    return max(_largest(points, first, second) for points in (first, second))


def _largest(points: Values, first: Values, second: Values) -> float:
    most = 0.0
    for low in range(0, len(points), _BLOCK):
        block = points[low : low + _BLOCK]
        one = np.searchsorted(first, block, "right") / len(first)
        one -= np.searchsorted(second, block, "right") / len(second)
        most = max(most, float(np.abs(one).max()))
    return most


def kolmogorov_smirnov_by_chance(first: int, second: int) -> float:
    """Return what the statistic stays below in 999 of 1,000 pairs of samples from one population.

    Source
    ------
    Smirnov, "Table for Estimating the Goodness of Fit of Empirical Distributions", Annals of
    Mathematical Statistics 19 (1948): for large samples 1.95 times the root of (n + m) / (n m).
    """
    return 1.95 * math.sqrt((first + second) / max(1, first * second))


def aligned(first: Counted, second: Counted) -> tuple[NDArray[np.uint64], Counts, Counts]:
    """Return the values of either, and how often each stands in the first and in the second."""
    every = np.union1d(first.values, second.values)
    both = []
    for one in (first, second):
        counts = np.zeros(len(every), np.int64)
        counts[np.searchsorted(every, one.values)] = one.counts
        both.append(counts)
    return every, both[0], both[1]


def total_variation(first: Counts, second: Counts) -> float:
    """Return half the sum of the differences of shares, from 0 to 1.

    Parameters
    ----------
    first, second
        Counts of the same values. One that is empty beside one that isn't lies 1 apart.

    Source
    ------
    Levin and Peres, "Markov Chains and Mixing Times", 2nd ed., section 4.1.

    Examples
    --------
    >>> total_variation(np.array([3, 1]), np.array([1, 3]))
    0.5
    """
    wholes = int(first.sum()), int(second.sum())
    if not all(wholes):
        return float(wholes[0] != wholes[1])
    return float(np.abs(first / wholes[0] - second / wholes[1]).sum()) / 2


def stability(first: Counts, second: Counts) -> float:
    """Return the population stability index of counts in the same bins, 0 and more.

    It is the symmetric form of Kullback and Leibler's divergence. Half a row is added to each bin, so
    that an empty one gives no infinity.

    Source
    ------
    Siddiqi, "Credit Risk Scorecards" (2006), chapter 9; Jeffreys, "An Invariant Form for the Prior
    Probability in Estimation Problems", Proc. R. Soc. A 186 (1946).

    Examples
    --------
    >>> stability(np.array([50, 50]), np.array([50, 50]))
    0.0
    """
    if not len(first) or not first.sum() or not second.sum():
        return 0.0
    one, other = ((counts + 0.5) / (counts.sum() + len(counts) / 2) for counts in (first, second))
    return float(((one - other) * np.log(one / other)).sum())


def stability_by_chance(bins: int, first: int, second: int) -> float:
    """Return what the index stays below in 999 of 1,000 pairs of samples from one population.

    Source
    ------
    Yurdakul and Naranjo, "Statistical Properties of the Population Stability Index", J. Risk Model
    Validation 14 (2020): (1/n + 1/m) times chi-squared with one degree of freedom less than bins; its
    quantile after Wilson and Hilferty, PNAS 17 (1931).

    Examples
    --------
    >>> round(stability_by_chance(10, 1000, 1000), 3)
    0.056
    """
    free = max(1, bins - 1)
    part = 2 / (9 * free)
    squared = free * (1 - part + 3.090 * math.sqrt(part)) ** 3
    return squared * (1 / max(1, first) + 1 / max(1, second))
