"""Figures of merit of numbers, with their intervals.

Point values come from scikit-learn; the resampled ones from the same formulas over resampled sums,
which a test holds against scikit-learn on explicit resamples.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from sklearn import metrics as sk

from dure.trials.bootstrap import Floats, resampled_sums
from dure.trials.details.pairing import Of, paired_p
from dure.trials.kinds.estimates import Comparison, compare


def regression(
    targets: Floats, predicted: Floats, mean: float, resamples: int, rng: np.random.Generator
) -> list[Comparison]:
    """Return MAE, RMSE and R², compared with always predicting the mean of the training targets.

    Parameters
    ----------
    targets, predicted
        Vectors of n finite numbers.
    mean
        Mean of the training targets.
    resamples
        Resamples of the bootstrap, 200 or more.
    rng
        Seeded generator.

    Source
    ------
    scikit-learn ``mean_absolute_error``, ``root_mean_squared_error``, ``r2_score``.
    """
    constant = np.full_like(targets, mean)
    points: dict[str, Callable[..., float]] = {
        "mae": sk.mean_absolute_error,
        "rmse": sk.root_mean_squared_error,
        "r2": sk.r2_score,
    }
    own, base = predicted - targets, constant - targets
    centred = targets - targets.mean()
    columns = np.column_stack([abs(own), own**2, abs(base), base**2, centred, centred**2])
    sums = resampled_sums(columns, resamples, rng)
    n = len(targets)
    spread = sums[:, 5] - sums[:, 4] ** 2 / n
    samples = {
        "mae": (sums[:, 0] / n, sums[:, 2] / n),
        "rmse": (np.sqrt(sums[:, 1] / n), np.sqrt(sums[:, 3] / n)),
        "r2": (_explained(sums[:, 1], spread), _explained(sums[:, 3], spread)),
    }
    return [
        compare(
            name, float(point(targets, predicted)), float(point(targets, constant)), *samples[name]
        )
        for name, point in points.items()
    ]


def regression_p(
    targets: Floats, predicted: Floats, mean: float, rng: np.random.Generator
) -> dict[str, float]:
    """Return p of the same metrics' differences from the baseline."""
    own, base = (np.column_stack([abs(e), e**2]) for e in (predicted - targets, mean - targets))
    of: dict[str, Of] = {  # but for what both are divided by
        "mae": lambda sums: sums[:, 0],
        "rmse": lambda sums: np.sqrt(np.maximum(sums[:, 1], 0.0)),
        "r2": lambda sums: -sums[:, 1],
    }
    return paired_p(own, base, of, rng)


def _explained(residual: Floats, spread: Floats) -> Floats:
    return np.where(spread > 0, 1.0 - residual / np.where(spread > 0, spread, 1.0), np.nan)
