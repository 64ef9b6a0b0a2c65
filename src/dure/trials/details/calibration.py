"""Whether confidence can be trusted: reliability of classes, coverage of quantiles.

Of each row the predicted class's probability is its confidence. Rows are binned by it in tenths; a tenth that
has too few rows goes with the next. What an algorithm calls scores are no probabilities unless they are so
in every row, and then there is no curve.

Source
------
Guo, Pleiss, Sun, Weinberger, On calibration of modern neural networks (ICML 2017), section 2; Brown, Cai,
DasGupta, Interval estimation for a binomial proportion (2001), for Wilson's interval; Gneiting,
Balabdaoui, Raftery, Probabilistic forecasts, calibration and sharpness (2007), section 2.2.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dure.trials.bootstrap import Floats, percentile_interval, resampled_sums
from dure.trials.details.grid import TENTHS
from dure.trials.details.values import Calibration, Tenths

_SUM_OFF = 1e-3


def are_probabilities(scores: Floats) -> bool:
    """Say whether scores are probabilities in every row."""
    sound = np.isfinite(scores).all() and (scores >= 0).all()
    return bool(sound and (abs(scores.sum(axis=1) - 1.0) <= _SUM_OFF).all())


def reliability(
    confidence: Floats,
    right: NDArray[np.bool_],
    least: int,
    resamples: int,
    rng: np.random.Generator,
) -> Calibration | None:
    """Return the curve, or None when there are fewer rows than a bin needs.

    Parameters
    ----------
    confidence
        Probability of the predicted class, of each row.
    right
        Whether it was predicted right.
    least
        Rows that a bin has at least.
    resamples
        Resamples of the bootstrap.
    rng
        Seeded generator.
    """
    if len(confidence) < least:
        return None
    tenths = np.minimum((confidence * TENTHS).astype(np.int64), TENTHS - 1)
    edges = _edges(np.bincount(tenths, minlength=TENTHS), least)
    of = np.searchsorted(edges, tenths, side="right") - 1
    bins = len(edges) - 1
    rows = np.bincount(of, minlength=bins)
    means = np.bincount(of, weights=confidence, minlength=bins) / rows
    hits = np.bincount(of, weights=right, minlength=bins)
    gaps = np.zeros((len(confidence), bins))
    gaps[np.arange(len(confidence)), of] = confidence - right
    samples = abs(resampled_sums(gaps, resamples, rng)).sum(axis=1) / len(confidence)
    error = float(abs(gaps.sum(axis=0)).sum() / len(confidence))
    made = (
        Tenths(int(edges[n]), int(edges[n + 1]), int(rows[n]), float(means[n]), round(hits[n]))
        for n in range(bins)
    )
    return Calibration(tuple(made), (error, *percentile_interval(samples)))


def _edges(counts: NDArray[np.int64], least: int) -> NDArray[np.int64]:
    """Return where bins begin and the last one ends, each with ``least`` rows or more."""
    edges, held = [0], 0
    for tenth, count in enumerate(counts.tolist(), 1):
        held += count
        if held >= least:
            edges.append(tenth)
            held = 0
    edges[-1] = TENTHS  # the few that are left over, or none, go with the last
    return np.array(edges, dtype=np.int64)
