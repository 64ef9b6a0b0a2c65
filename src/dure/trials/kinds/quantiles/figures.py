"""Figures of merit of forecasts in quantiles, with their intervals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dure.trials.bootstrap import Floats, resampled_sums
from dure.trials.details.pairing import paired_p
from dure.trials.kinds.estimates import Comparison, compare
from dure.trials.tasks import COVERAGE, LEVELS


def forecast(
    targets: Floats,
    quantiles: Floats,
    usual: Floats,
    scale: float,
    resamples: int,
    rng: np.random.Generator,
) -> list[Comparison]:
    """Return the figures of a forecast in quantiles, compared with the climatology.

    Parameters
    ----------
    targets
        Vector of n finite numbers.
    quantiles, usual
        n × 3 matrices at `dure.trials.tasks.LEVELS`, never falling along a row: the forecast's, and
        those of the series' own past.
    scale
        Mean absolute change from one row of a series to its next, in training; above 0.
    resamples
        Resamples of the bootstrap, 200 or more.
    rng
        Seeded generator.

    Source
    ------
    scikit-learn ``mean_pinball_loss``; Hyndman, Koehler (2006), Another look at measures of forecast
    accuracy (MASE); Gneiting, Balabdaoui, Raftery (2007), Probabilistic forecasts, calibration and
    sharpness (coverage of the central interval).
    """
    sides = [_forecast_columns(targets, found) for found in (quantiles, usual)]
    sums = resampled_sums(np.column_stack(sides), resamples, rng) / len(targets)
    points = [side.mean(axis=0) for side in sides]
    losses = (sums[:, :3], sums[:, 3:])
    own, base = ([point, samples] for point, samples in zip(points, losses, strict=True))
    return [
        compare(
            name,
            float(of(own[0][None, :])[0]),
            float(of(base[0][None, :])[0]),
            of(own[1]),
            of(base[1]),
        )
        for name, of in _forecast_figures(scale).items()
    ]


def forecast_p(
    targets: Floats, quantiles: Floats, usual: Floats, scale: float, rng: np.random.Generator
) -> dict[str, float]:
    """Return p of the same metrics' differences from the climatology; rows are in order of time."""
    own, base = (_forecast_columns(targets, found) for found in (quantiles, usual))
    n = len(targets)  # so that sums are means
    return paired_p(own / n, base / n, _forecast_figures(scale), rng, in_time=True)


def _forecast_columns(targets: Floats, quantiles: Floats) -> Floats:
    """Return of each row its pinball loss, its absolute error, and whether it is in the interval."""
    apart = targets[:, None] - quantiles
    levels = np.array(LEVELS)
    pinball = np.maximum(levels * apart, (levels - 1.0) * apart).mean(axis=1)
    inside = (quantiles[:, 0] <= targets) & (targets <= quantiles[:, -1])
    columns: Floats = np.column_stack([pinball, abs(apart[:, 1]), inside])
    return columns


def _forecast_figures(scale: float) -> dict[str, Callable[[Floats], Floats]]:
    return {
        "pinball": lambda means: means[:, 0],
        "mae": lambda means: means[:, 1],
        "mase": lambda means: means[:, 1] / scale,
        "coverage-error": lambda means: abs(means[:, 2] - COVERAGE),
    }
