"""Figures of merit with their intervals, for the algorithm, the trivial baseline, and between them.

Point values come from scikit-learn; the resampled ones from the same formulas over resampled sums,
which a test holds against scikit-learn on explicit resamples. The comparison is paired: both are
computed on the same resample, so that what they share cancels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics as sk

from dure.trials.bootstrap import (
    Floats,
    percentile_interval,
    resampled_cells,
    resampled_sums,
    weight_chunks,
)
from dure.trials.tasks import COVERAGE, LEVELS

Ints = NDArray[np.int64]


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


def _explained(residual: Floats, spread: Floats) -> Floats:
    return np.where(spread > 0, 1.0 - residual / np.where(spread > 0, spread, 1.0), np.nan)


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


def classification(
    targets: Ints,
    predicted: Ints,
    majority: int,
    classes: int,
    resamples: int,
    rng: np.random.Generator,
) -> list[Comparison]:
    """Return accuracy, balanced accuracy and macro F1, compared with the majority class.

    Parameters
    ----------
    targets, predicted
        Vectors of n class numbers, 0 to ``classes - 1``.
    majority
        Class that is most frequent among the training targets.
    classes
        How many classes there are.

    Source
    ------
    scikit-learn ``accuracy_score``, ``balanced_accuracy_score``, ``f1_score(average="macro")``.
    """
    constant = np.full_like(targets, majority)
    cells = np.bincount(targets * classes + predicted, minlength=classes * classes)
    tables = resampled_cells(cells, resamples, rng).reshape(resamples, classes, classes)
    always = np.zeros_like(tables)
    always[:, :, majority] = tables.sum(axis=2)
    points: dict[str, tuple[Callable[..., float], Callable[[Ints], Floats]]] = {
        "accuracy": (sk.accuracy_score, _accuracy),
        "balanced-accuracy": (_balanced, _balanced_accuracy),
        "f1-macro": (_f1, _f1_macro),
    }
    return [
        compare(
            name,
            float(point(targets, predicted)),
            float(point(targets, constant)),
            of_tables(tables),
            of_tables(always),
        )
        for name, (point, of_tables) in points.items()
    ]


def _balanced(targets: Ints, predicted: Ints) -> float:
    # sk.balanced_accuracy_score warns when a class is predicted that is not among the targets
    return float(sk.recall_score(targets, predicted, labels=np.unique(targets), average="macro"))


def _f1(targets: Ints, predicted: Ints) -> float:
    return float(sk.f1_score(targets, predicted, average="macro", zero_division=0.0))


def _accuracy(tables: Ints) -> Floats:
    shares: Floats = np.trace(tables, axis1=1, axis2=2) / tables.sum(axis=(1, 2))
    return shares


def _balanced_accuracy(tables: Ints) -> Floats:
    hits = np.diagonal(tables, axis1=1, axis2=2)
    return _mean_where(hits, tables.sum(axis=2))


def _f1_macro(tables: Ints) -> Floats:
    hits = np.diagonal(tables, axis1=1, axis2=2)
    return _mean_where(2 * hits, tables.sum(axis=2) + tables.sum(axis=1))


def _mean_where(parts: Ints, wholes: Ints) -> Floats:
    present = wholes > 0
    ratios = np.where(present, parts / np.where(present, wholes, 1), 0.0)
    means: Floats = ratios.sum(axis=1) / present.sum(axis=1)
    return means


def roc_auc(targets: Ints, scores: Floats, resamples: int, rng: np.random.Generator) -> Comparison:
    """Return the area under the ROC curve, compared with 0.5.

    With two classes it is that of the second; with more, the plain mean of one-versus-rest areas.

    Parameters
    ----------
    targets
        Vector of n class numbers; every class occurs.
    scores
        n × classes matrix.

    Source
    ------
    Fawcett (2006), An introduction to ROC analysis, §7; ties count half, as in scikit-learn.
    """
    classes = scores.shape[1]
    chosen = [1] if classes == 2 else list(range(classes))
    value = np.mean([sk.roc_auc_score(targets == k, scores[:, k]) for k in chosen])
    ranked = [_Ranked(targets == k, scores[:, k]) for k in chosen]
    samples = np.concatenate(
        [
            np.mean([one.areas(weights) for one in ranked], axis=0)
            for weights in weight_chunks(len(targets), resamples, rng)
        ]
    )
    return compare("roc-auc", float(value), 0.5, samples, np.full_like(samples, 0.5))


class _Ranked:
    """One class against the rest, its rows sorted by score once for all resamples."""

    def __init__(self, positive: NDArray[np.bool_], scores: Floats) -> None:
        self.order = np.argsort(scores, kind="stable")
        ranked = scores[self.order]
        self.starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
        self.positive = positive[self.order].astype(np.float64)

    def areas(self, weights: Floats) -> Floats:
        ranked = weights[:, self.order]
        positives = ranked * self.positive
        hits = np.add.reduceat(positives, self.starts, axis=1)
        misses = np.add.reduceat(ranked - positives, self.starts, axis=1)
        below = np.cumsum(misses, axis=1) - misses / 2
        pairs = hits.sum(axis=1) * misses.sum(axis=1)
        won = (hits * below).sum(axis=1)
        return np.where(pairs > 0, won / np.where(pairs > 0, pairs, 1.0), np.nan)
