"""Metrics against scikit-learn on explicit resamples, and intervals that cover what they should."""

import numpy as np
import pytest
from sklearn import metrics as sk

from dure.trials import bootstrap
from dure.trials.bootstrap import percentile_interval, resampled_cells, resampled_sums
from dure.trials.kinds.classes.figures import classification, roc_auc
from dure.trials.kinds.numbers.figures import regression


def explicit(n, resamples, seed):
    """The same resamples as row numbers."""
    rng = np.random.default_rng(seed)
    return [rng.integers(0, n, n, dtype=np.int32) for _ in range(resamples)]


def interval(values):
    return percentile_interval(np.array(values))


@pytest.mark.parametrize("chunk", [4_000_000, 100])
def test_regression_agrees_with_scikit_learn_on_every_resample(monkeypatch, chunk):
    monkeypatch.setattr(bootstrap, "_CHUNK_CELLS", chunk)
    rng = np.random.default_rng(3)
    targets = rng.normal(7, 40, 150)
    predicted = targets * 0.5 + rng.normal(0, 10, 150)
    found = regression(targets, predicted, 5.0, 50, np.random.default_rng(9))
    rows = explicit(150, 50, 9)
    functions = {
        "mae": sk.mean_absolute_error,
        "rmse": sk.root_mean_squared_error,
        "r2": sk.r2_score,
    }
    constant = np.full(150, 5.0)
    for one in found:
        function = functions[one.metric]
        own = [function(targets[i], predicted[i]) for i in rows]
        base = [function(targets[i], constant[i]) for i in rows]
        assert one.algorithm.value == pytest.approx(function(targets, predicted), rel=1e-12)
        assert one.baseline.value == pytest.approx(function(targets, constant), rel=1e-12)
        assert (one.algorithm.lower, one.algorithm.upper) == pytest.approx(interval(own), rel=1e-9)
        assert (one.baseline.lower, one.baseline.upper) == pytest.approx(interval(base), rel=1e-9)
        paired = interval(np.subtract(own, base))
        assert (one.difference.lower, one.difference.upper) == pytest.approx(paired, rel=1e-9)


def test_constant_targets_have_no_r2_to_resample():
    targets = np.ones(30)
    found = regression(targets, targets + 0.5, 1.0, 20, np.random.default_rng(1))
    assert np.isnan(found[2].algorithm.lower)


def test_classification_agrees_with_scikit_learn_on_every_table():
    rng = np.random.default_rng(4)
    targets = rng.integers(0, 3, 400)
    predicted = np.where(rng.random(400) < 0.7, targets, rng.integers(0, 3, 400))
    found = classification(targets, predicted, 1, 3, 40, np.random.default_rng(5))
    cells = np.bincount(targets * 3 + predicted, minlength=9)
    tables = resampled_cells(cells, 40, np.random.default_rng(5))
    functions = {
        "accuracy": sk.accuracy_score,
        "balanced-accuracy": sk.balanced_accuracy_score,
        "f1-macro": lambda t, p: sk.f1_score(t, p, average="macro"),
    }
    for one in found:
        function = functions[one.metric]
        assert one.algorithm.value == pytest.approx(function(targets, predicted))
        values = []
        for table in tables:
            t = np.repeat(np.arange(9) // 3, table)
            p = np.repeat(np.arange(9) % 3, table)
            values.append(function(t, p))
        assert (one.algorithm.lower, one.algorithm.upper) == pytest.approx(interval(values))
    assert found[0].baseline.value == pytest.approx(np.mean(targets == 1))
    assert found[1].baseline.value == pytest.approx(1 / 3)


def test_a_class_that_is_predicted_but_never_true():
    targets, predicted = np.array([0] * 20 + [1] * 20), np.array([0] * 15 + [2] * 5 + [1] * 20)
    found = classification(targets, predicted, 0, 3, 30, np.random.default_rng(5))
    assert found[1].algorithm.value == pytest.approx((0.75 + 1) / 2)
    expected = sk.f1_score(targets, predicted, average="macro", zero_division=0)
    assert found[2].algorithm.value == pytest.approx(expected)
    assert found[2].algorithm.lower <= expected <= found[2].algorithm.upper


@pytest.mark.parametrize("classes", [2, 4])
def test_roc_auc_agrees_with_scikit_learn_with_ties(classes):
    rng = np.random.default_rng(6)
    targets = rng.integers(0, classes, 120)
    scores = np.round(rng.random((120, classes)) + (targets[:, None] == np.arange(classes)), 1)
    one = roc_auc(targets, scores, 30, np.random.default_rng(7))
    chosen = [1] if classes == 2 else range(classes)

    def area(rows):
        return np.mean([sk.roc_auc_score(targets[rows] == k, scores[rows, k]) for k in chosen])

    assert one.algorithm.value == pytest.approx(area(np.arange(120)))
    values = [area(rows) for rows in explicit(120, 30, 7)]
    assert (one.algorithm.lower, one.algorithm.upper) == pytest.approx(interval(values))
    assert (one.baseline.value, one.baseline.lower, one.baseline.upper) == (0.5, 0.5, 0.5)


def test_resamples_without_the_class_are_left_out():
    targets = np.array([1] + [0] * 9)
    one = roc_auc(targets, np.eye(2)[targets], 50, np.random.default_rng(1))
    assert one.algorithm.lower == one.algorithm.upper == 1.0


def test_the_same_seed_gives_the_same_interval():
    rng = np.random.default_rng(0)
    targets, predicted = rng.normal(size=(2, 80))
    first, second, other = (
        regression(targets, predicted, 0.0, 200, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert first == second != other


def test_intervals_cover_the_true_mean_about_as_often_as_they_say():
    rng = np.random.default_rng(2026)
    hits, experiments, n = 0, 400, 100
    for _ in range(experiments):
        sample = rng.exponential(3.0, n)[:, None]
        lower, upper = percentile_interval(resampled_sums(sample, 200, rng)[:, 0] / n)
        hits += lower <= 3.0 <= upper
    assert 0.90 <= hits / experiments <= 0.97


def test_cells_keep_their_sum_and_their_shares():
    counts = np.array([10, 0, 90])
    drawn = resampled_cells(counts, 2000, np.random.default_rng(1))
    assert (drawn.sum(axis=1) == 100).all()
    assert (drawn[:, 1] == 0).all()
    assert drawn[:, 0].mean() == pytest.approx(10, abs=0.3)
