"""Points of curves are told as coarsely as they are unsure.

A point's value and interval are rounded to a multiple of 1, 2 or 5 times a power of ten, which is no less
than its own standard error. Nothing is lost by it that was known; and two algorithms that differ in a row
or two have the same point but for rare luck, while three digits of a share of 500 rows are each row.
"""

from __future__ import annotations

import math

Triple = tuple[float, float, float]

TENTHS = 10
"""Bins of confidence before any are merged."""

BOUNDS = (0.001, 0.01, 0.05, 1.0)
"""All that is told of p: that it is at most this."""

_Z = 1.959963984540054
_HALF_WIDTHS = 2.0 * _Z
_LEAST_ERROR = 1e-100  # below it a quotient has no room in a float, and there is no width


def grid_for(estimate: Triple) -> float | None:
    """Return the grid of an estimate's point; None when its interval has no width.

    Examples
    --------
    >>> grid_for((0.87, 0.85, 0.89)), grid_for((340.0, 300.0, 380.0)), grid_for((1.0, 1.0, 1.0))
    (0.02, 50.0, None)
    """
    _, lower, upper = estimate
    error = (upper - lower) / _HALF_WIDTHS
    if not _LEAST_ERROR < error < math.inf:
        return None
    exponent = math.floor(math.log10(error))
    for size in (1, 2, 5):
        grid = size * 10.0**exponent
        if grid >= error:
            return grid
    return 10.0 ** (exponent + 1)


def on_grid(value: float, grid: float) -> float:
    """Return the nearest multiple of the grid."""
    return round(value / grid) * grid


def coarsely(estimate: Triple, lowest: float, highest: float) -> Triple | None:
    """Return an estimate as it may be told of a part of the rows, in the range of its metric.

    None when its interval has no width: then all its rows are alike, and to tell so tells each.
    """
    grid = grid_for(estimate)
    if grid is None:
        return None
    value, lower, upper = (min(max(on_grid(part, grid), lowest), highest) for part in estimate)
    return value, lower, upper


def at_most(p: float) -> float:
    """Return the least of `BOUNDS` that p does not exceed.

    Examples
    --------
    >>> at_most(0.0004), at_most(0.02), at_most(0.3)
    (0.001, 0.05, 1.0)
    """
    return next(bound for bound in BOUNDS if p <= bound or bound == BOUNDS[-1])


def wilson(hits: int, rows: int) -> tuple[float, float, float]:
    """Return a share and its 95 % interval, which has a width even where all or none are.

    Examples
    --------
    >>> [round(one, 3) for one in wilson(10, 10)]
    [1.0, 0.722, 1.0]
    """
    share, spread = hits / rows, _Z**2 / rows
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * math.sqrt(share * (1 - share) / rows + spread / (4 * rows)) / (1 + spread)
    return share, min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half))
