"""A figure with its interval, for the algorithm, the trivial baseline, and between them.

The comparison is paired: both are computed on the same resample, so that what they share cancels.
"""

from __future__ import annotations

from dataclasses import dataclass

from dure.trials.bootstrap import Floats, percentile_interval


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
