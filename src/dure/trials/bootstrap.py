"""Bootstrap percentile intervals, vectorised over the resamples.

A resample of n rows is a vector of counts that sums to n. Every figure here is a function of sums over
rows, so one matrix product (or one multinomial draw, where rows fall into few cells) stands for
each resample, and no row is ever copied.

Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RESAMPLES = 400
LEVEL = 0.95
_CHUNK_CELLS = 4_000_000


def resampled_sums(rows: Floats, resamples: int, rng: np.random.Generator) -> Floats:
    """Return the column sums of each resample.

    Parameters
    ----------
    rows
        n × k matrix; each row is one observation.
    resamples
        How many resamples.
    rng
        Seeded generator; the same seed gives the same sums.

    Returns
    -------
    resamples × k matrix of sums over n rows drawn with replacement.

    Examples
    --------
    >>> sums = resampled_sums(np.ones((10, 1)), 3, np.random.default_rng(1))
    >>> sums.ravel().tolist()
    [10.0, 10.0, 10.0]
    """
    return np.vstack([weights @ rows for weights in weight_chunks(len(rows), resamples, rng)])


def weight_chunks(n: int, resamples: int, rng: np.random.Generator) -> Iterator[Floats]:
    """Yield matrices of counts, a resample in each row, in chunks of bounded size."""
    step = max(1, _CHUNK_CELLS // n)
    for first in range(0, resamples, step):
        count = min(step, resamples - first)
        weights = np.empty((count, n))
        for row in weights:
            row[:] = np.bincount(rng.integers(0, n, n, dtype=np.int32), minlength=n)
        yield weights


def resampled_cells(
    counts: NDArray[np.int64], resamples: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return the cell counts of each resample, for rows that fall into cells.

    Drawing n rows with replacement and counting cells is one multinomial draw.

    Parameters
    ----------
    counts
        How many rows fall into each cell.

    Returns
    -------
    resamples × cells matrix of counts.
    """
    n = int(counts.sum())
    return rng.multinomial(n, counts / n, size=resamples)


def percentile_interval(samples: Floats, level: float = LEVEL) -> tuple[float, float]:
    """Return the percentile interval of a figure's resampled values.

    Parameters
    ----------
    samples
        One value for each resample; those that could not be computed are NaN and left out.
    level
        Coverage aimed at, 0 to 1.
    """
    computed = samples[~np.isnan(samples)]
    if not computed.size:
        return np.nan, np.nan
    tail = (1.0 - level) / 2.0
    lower, upper = np.quantile(computed, [tail, 1.0 - tail])
    return float(lower), float(upper)
