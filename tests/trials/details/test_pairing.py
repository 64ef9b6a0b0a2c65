"""p: uniform where the algorithm is the baseline, small where it is better, told in four words."""

import numpy as np
import pytest

from dure.trials.details import pairing
from dure.trials.details.grid import BOUNDS, at_most
from dure.trials.details.pairing import area_p, p_value, paired_class_p, paired_p
from dure.trials.kinds.classes.figures import classification_p
from dure.trials.kinds.numbers.figures import regression_p
from dure.trials.kinds.quantiles.figures import forecast_p

MEAN = {"mean": lambda sums: sums[:, 0]}
EXPERIMENTS = 300


@pytest.fixture(autouse=True)
def fewer_draws(monkeypatch):
    monkeypatch.setattr(pairing, "DRAWS", 199)


def assert_uniform(found):
    """No p says more than it may: of a uniform one so many are at most each level, give or take."""
    found = np.array(found)
    for level in (0.05, 0.1, 0.25, 0.5, 0.75):
        spread = 4 * np.sqrt(level * (1 - level) / len(found))
        assert abs((found <= level).mean() - level) < spread


def test_p_of_a_mean_is_uniform_where_there_is_no_difference():
    rng = np.random.default_rng(1)
    sides = rng.exponential(1.0, (EXPERIMENTS, 2, 40, 1))
    assert_uniform([paired_p(own, base, MEAN, rng)["mean"] for own, base in sides])


def test_p_is_uniform_for_groups_of_rows_as_well(monkeypatch):
    monkeypatch.setattr(pairing, "MOST_GROUPS", 30)
    rng = np.random.default_rng(2)
    sides = rng.normal(0.0, 1.0, (EXPERIMENTS, 2, 200, 1))
    assert_uniform([paired_p(own, base, MEAN, rng)["mean"] for own, base in sides])


def test_p_of_f1_is_uniform_where_predictions_are_as_good_as_the_baseline():
    """Either answer of a row is drawn as likely as the other."""
    rng, found = np.random.default_rng(3), []
    share = {"share": lambda tables: np.trace(tables, axis1=1, axis2=2) / tables.sum(axis=(1, 2))}
    for _ in range(EXPERIMENTS):
        targets = rng.integers(0, 2, 80)  # the majority class is right in half of them
        predicted = rng.integers(0, 2, 80)
        cells = np.bincount(targets * 2 + predicted, minlength=4).reshape(2, 2)
        found.append(paired_class_p(cells, 0, share, rng)["share"])
    # a share has few values, so that p may be too large but not too small
    for level in (0.05, 0.1, 0.25):
        assert (np.array(found) <= level).mean() < level + 4 * np.sqrt(level / EXPERIMENTS)
    assert (np.array(found) <= 0.25).mean() > 0.05


def test_p_of_an_area_is_uniform_where_scores_say_nothing():
    rng = np.random.default_rng(4)
    found = [
        area_p(rng.integers(0, 3, 60), rng.random((60, 3)), [0, 1, 2], rng)
        for _ in range(EXPERIMENTS // 2)
    ]
    assert_uniform(found)


def test_the_control_what_is_better_has_a_small_p():
    rng = np.random.default_rng(5)
    targets = rng.normal(0, 1, 300)
    near = targets + rng.normal(0, 0.5, 300)
    assert set(regression_p(targets, near, 0.0, rng).values()) == {1 / 200}
    classes = rng.integers(0, 3, 300)
    right = np.where(rng.random(300) < 0.8, classes, 0)
    assert set(classification_p(classes, right, 0, 3, rng).values()) == {1 / 200}
    quantiles = near[:, None] + np.array([-0.7, 0.0, 0.7])
    usual = np.tile(np.quantile(targets, [0.1, 0.5, 0.9]), (300, 1))
    found = forecast_p(targets, quantiles, usual, 1.0, rng)
    assert found["pinball"] == found["mae"] == 1 / 200
    scores = np.eye(3)[right] + rng.random((300, 3)) * 0.1
    assert area_p(classes, scores, [0, 1, 2], rng) == 1 / 200


def test_the_metrics_of_a_forecast_are_swapped_by_blocks(monkeypatch):
    """Rows that follow each other go together, so that a slow error counts once."""
    lengths = []
    real = pairing._groups

    def groups(apart, rng, in_time):
        for one in real(apart, rng, in_time):
            lengths.append((len(apart), len(one)))
            yield one

    monkeypatch.setattr(pairing, "_groups", groups)
    rng = np.random.default_rng(6)
    paired_p(rng.random((1000, 1)), rng.random((1000, 1)), MEAN, rng, in_time=True)
    paired_p(rng.random((1000, 1)), rng.random((1000, 1)), MEAN, rng)
    assert lengths == [(1000, 100), (1000, 1000)]


def test_a_slow_error_deceives_rows_but_not_blocks():
    rng, alone, blocks = np.random.default_rng(7), [], []
    for _ in range(100):
        slow = np.repeat(rng.normal(0, 1, 25), 8)[:, None]
        alone.append(paired_p(slow, np.zeros_like(slow), MEAN, rng)["mean"])
        blocks.append(paired_p(slow, np.zeros_like(slow), MEAN, rng, in_time=True)["mean"])
    assert (np.array(alone) <= 0.05).mean() > 0.3
    assert (np.array(blocks) <= 0.05).mean() < 0.25


def test_the_draw_that_happened_is_counted():
    assert p_value(9.0, np.zeros(99)) == 0.01
    assert p_value(0.0, np.zeros(99)) == 1.0
    assert p_value(float("nan"), np.zeros(99)) == 1.0
    assert p_value(9.0, np.full(99, np.nan)) == 1.0


@pytest.mark.parametrize(("p", "told"), [(0.001, 0.001), (0.0011, 0.01), (0.05, 0.05), (0.4, 1.0)])
def test_what_is_told_of_p(p, told):
    assert at_most(p) == told
    assert told in BOUNDS
