"""Figures of merit of classes, with their intervals.

Point values come from scikit-learn; the resampled ones from the same formulas over resampled tables,
which a test holds against scikit-learn on explicit resamples.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics as sk

from dure.trials.bootstrap import Floats, resampled_cells, weight_chunks
from dure.trials.details.pairing import paired_class_p
from dure.trials.kinds.estimates import Comparison, compare

Ints = NDArray[np.int64]


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


def classification_p(
    targets: Ints, predicted: Ints, majority: int, classes: int, rng: np.random.Generator
) -> dict[str, float]:
    """Return p of the same metrics' differences from the majority class."""
    cells = np.bincount(targets * classes + predicted, minlength=classes * classes)
    of = {
        "accuracy": _accuracy,
        "balanced-accuracy": _balanced_accuracy,
        "f1-macro": _f1_macro,
    }
    return paired_class_p(cells.reshape(classes, classes), majority, of, rng)


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
    chosen = averaged_classes(scores.shape[1])
    value = np.mean([sk.roc_auc_score(targets == k, scores[:, k]) for k in chosen])
    ranked = [_Ranked(targets == k, scores[:, k]) for k in chosen]
    samples = np.concatenate(
        [
            np.mean([one.areas(weights) for one in ranked], axis=0)
            for weights in weight_chunks(len(targets), resamples, rng)
        ]
    )
    return compare("roc-auc", float(value), 0.5, samples, np.full_like(samples, 0.5))


def averaged_classes(classes: int) -> list[int]:
    """Return the classes whose areas are averaged."""
    return [1] if classes == 2 else list(range(classes))


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
