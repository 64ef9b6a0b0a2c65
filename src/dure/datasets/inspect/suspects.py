"""Targets that the other columns speak against: suspected wrong ones, in a sample of rows.

Gradient-boosted trees (scikit-learn's histogram ones) predict each row's target from models that never saw
the row: the sample is cut into folds, and each fold is predicted by what was learned from the others.

- Of classes *confident learning* says which are suspected: a row counts when the model gives another class
  at least the confidence that it has, on average, in rows that bear that class, and more than any other.
- Of a quantity a residual is suspected beyond `WIDE` robust deviations of rows with a similar prediction.

Where the model does hardly better than guessing it has nothing to say, and nothing is suspected. Columns
that name rows, that tell the target almost by themselves, or that hold free text are left out.

Source
------
Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR 70 (2021),
section 3.1. Rousseeuw and Croux, "Alternatives to the Median Absolute Deviation", JASA 88 (1993).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from dure.datasets.inspect.gathering import hashed
from dure.datasets.inspect.relations import Sampled, floats
from dure.datasets.inspect.statistics import NAMED, Suspects

MOST_ROWS = 10_000
LEAST_ROWS = 200
LEAST_OF_CLASS = 10
MOST_CLASSES = 20
MOST_CODES = 64
"""Columns of text with more different values are free text."""
MOST_FEATURES = 200
SKILL = 0.3
"""Cohen's kappa, or the share of absolute deviation explained, from which on the model has a say."""
WIDE = 8.0

_FOLDS = 4
_ROUNDS = 40
_BANDS = 20
_MAD = 1.4826

_Floats = NDArray[np.float64]


def suspects(
    columns: Sequence[Sampled],
    goal: Sampled,
    numbers: NDArray[np.int64],
    *,
    without: Collection[int],
    quantity: bool,
) -> Suspects:
    """Return which targets are suspected.

    Parameters
    ----------
    columns
        All columns in the rows of the sample.
    goal
        The target among them.
    numbers
        Number, from 0, of each row of the sample.
    without
        Columns, by position, that are left out.
    quantity
        Whether the target is one to estimate rather than a class.
    """
    there = goal.values.is_valid().to_numpy(zero_copy_only=False)
    if quantity:
        there &= np.isfinite(floats(goal.values))
    rows = np.flatnonzero(there)
    rows = rows[:: -(-len(rows) // MOST_ROWS) or 1]
    features = [
        feature
        for one in columns
        if one.column != goal.column and one.column not in without
        if (feature := _feature(one)) is not None
    ][:MOST_FEATURES]
    if len(rows) < LEAST_ROWS or not features:
        return Suspects(0, 0, (), judged=False)
    table = np.column_stack([values[rows] for values, _ in features])
    codes = [is_code for _, is_code in features]
    if quantity:
        grave = _far(table, codes, floats(goal.values)[rows])
    else:
        kept, classes = _classes(hashed(goal.values)[rows])
        rows, table = rows[kept], table[kept]
        if not 2 <= len(np.unique(classes)) <= MOST_CLASSES or len(rows) < LEAST_ROWS:
            return Suspects(0, 0, (), judged=False)
        grave = _confident(table, codes, classes)
    if grave is None:
        return Suspects(len(rows), 0, (), judged=False)
    surest = np.argsort(-grave, kind="stable")[: int((grave > 0).sum())]
    named = tuple(int(numbers[rows[place]]) for place in surest[:NAMED])
    return Suspects(len(rows), len(surest), named, judged=True)


def _feature(one: Sampled) -> tuple[_Floats, bool] | None:
    """Return a column as numbers, and whether they are codes without an order; None when it is no use."""
    if one.kind in {"number", "time"}:
        values = floats(one.values)
        values[~np.isfinite(values)] = np.nan
        return values, False
    codes = np.full(len(one.values), np.nan)
    valid = one.values.is_valid().to_numpy(zero_copy_only=False)
    different, places = np.unique(hashed(one.values)[valid], return_inverse=True)
    if not 2 <= len(different) <= MOST_CODES:
        return None
    codes[valid] = places
    return codes, True


def _classes(hashes: NDArray[np.uint64]) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Return the rows of classes that are frequent enough, and a number for each row's class."""
    _, places, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    kept = np.flatnonzero(counts[places] >= LEAST_OF_CLASS)
    return kept, np.unique(places[kept], return_inverse=True)[1].astype(np.int64)


def _confident(table: _Floats, codes: list[bool], given: NDArray[np.int64]) -> _Floats | None:
    """Return by how much another class is likelier than the given one, where it is confidently so."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import cohen_kappa_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    model = HistGradientBoostingClassifier(
        max_iter=_ROUNDS, categorical_features=codes, early_stopping=False, random_state=0
    )
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    likely = cross_val_predict(model, table, given, cv=folds, method="predict_proba")
    if cohen_kappa_score(given, likely.argmax(axis=1)) < SKILL:
        return None
    return beyond_confidence(likely, given)


def beyond_confidence(likely: _Floats, given: NDArray[np.int64]) -> _Floats:
    """Return by how much another class is likelier than the given one, 0 where it is not confidently so.

    Parameters
    ----------
    likely
        Probability of each class in each row, from models that did not see the row.
    given
        The class that each row bears.

    Examples
    --------
    >>> likely = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.95, 0.05]])
    >>> beyond_confidence(likely, np.array([0, 0, 1, 1])).round(2).tolist()
    [0.0, 0.0, 0.0, 0.9]
    """
    usual = np.array([likely[given == each, each].mean() for each in range(likely.shape[1])])
    confident = np.where(likely >= usual, likely, -1.0)
    other = confident.argmax(axis=1)
    rows = np.arange(len(given))
    apart = (confident[rows, other] >= 0) & (other != given)
    margin: _Floats = likely[rows, other] - likely[rows, given]
    return np.where(apart & (margin > 0), margin, 0.0)


def _far(table: _Floats, codes: list[bool], given: _Floats) -> _Floats | None:
    """Return how far a residual lies beyond the usual ones, in robust deviations; 0 where it doesn't."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.model_selection import KFold, cross_val_predict

    model = HistGradientBoostingRegressor(
        loss="absolute_error", max_iter=2 * _ROUNDS, categorical_features=codes,
        early_stopping=False, random_state=0,
    )  # fmt: skip
    folds = KFold(_FOLDS, shuffle=True, random_state=0)
    said = cross_val_predict(model, table, given, cv=folds)
    residuals = np.abs(given - said)
    usual = float(np.median(np.abs(given - np.median(given))))
    if not np.isfinite(residuals).all() or np.median(residuals) > (1 - SKILL) * usual:
        return None
    far = np.zeros(len(given))
    for band in np.array_split(np.argsort(said, kind="stable"), _BANDS):
        scale = max(float(np.median(residuals[band])), 0.1 * float(np.median(residuals)))
        far[band] = residuals[band] / (_MAD * scale) if scale else 0.0
    return np.where(far > WIDE, far, 0.0)
