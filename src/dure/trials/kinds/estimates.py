"""A figure with its interval, for the algorithm, the trivial baseline, and between them.

The comparison is paired: both are computed on the same resample, so that what they share cancels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from dure.trials.bootstrap import Floats, percentile_interval, resampled_sums


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """One metric of the algorithm, of the baseline, and the algorithm's minus the baseline's."""

    metric: str
    algorithm: Estimate
    baseline: Estimate
    difference: Estimate


def compare(
    metric: str, value: float, baseline: float, samples: Floats, baseline_samples: Floats
) -> Comparison:
    """Return a comparison from point values and resampled values of the same resamples."""
    difference = samples - baseline_samples
    return Comparison(
        metric,
        Estimate(value, *percentile_interval(samples)),
        Estimate(baseline, *percentile_interval(baseline_samples)),
        Estimate(value - baseline, *percentile_interval(difference)),
    )


def compare_sums(
    own: Floats,
    baseline: Floats,
    figures: Mapping[str, Callable[[Floats], Floats]],
    resamples: int,
    rng: np.random.Generator,
) -> list[Comparison]:
    """Return the comparisons of figures that are functions of sums over rows.

    Parameters
    ----------
    own, baseline
        n x k matrices: what each row adds to the sums of the algorithm, and of the baseline.
    figures
        Name and function of a matrix with the sums of a resample in each row.
    resamples
        Resamples of the bootstrap, 200 or more.
    rng
        Seeded generator.
    """
    width = own.shape[1]
    sums = resampled_sums(np.hstack([own, baseline]), resamples, rng)
    return [
        compare(
            name,
            float(of(own.sum(axis=0)[None, :])[0]),
            float(of(baseline.sum(axis=0)[None, :])[0]),
            of(sums[:, :width]),
            of(sums[:, width:]),
        )
        for name, of in figures.items()
    ]
