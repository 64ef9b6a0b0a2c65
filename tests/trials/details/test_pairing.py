"""p: as likely as it says when there is no difference, small when there is one, and never nothing."""

import numpy as np
import pytest
from scipy.stats import binom

from dure.trials.details.pairing import (
    DRAWS,
    MOST_GROUPS,
    _groups,
    area_p,
    p_value,
    paired_p,
)
from dure.trials.kinds.classes.figures import classification_p
from dure.trials.kinds.numbers.figures import regression_p

LEAST = 1 / (1 + DRAWS)
CHANCE = 1e-4
MEAN = {"mean": lambda means: means[:, 0]}


def false_alarms(found, level=0.05):
    return int((np.array(found) <= level + 1e-12).sum())


def most_alarms(repeats, level=0.05):
    """Return how many alarms an exact p passes with a chance of less than one in ten thousand."""
    return int(binom.isf(CHANCE, repeats, level))


def by_sums(rng, length=1, in_time=False, rows=216):
    """Return p of two that differ by chance alone, in runs of rows that are alike."""
    own = np.repeat(rng.normal(size=rows // length), length)[:, None]
    base = np.repeat(rng.normal(size=rows // length), length)[:, None]
    return paired_p(own, base, MEAN, rng, in_time=in_time)["mean"]


def by_classes(rng):
    """Return p of an algorithm that says the majority's class or, by chance as good, the other."""
    targets = rng.integers(0, 2, 80)
    return classification_p(targets, rng.integers(0, 2, 80), 0, 2, rng)["accuracy"]


def by_area(rng):
    return area_p(rng.integers(0, 2, 40), rng.normal(size=(40, 2)), [1], rng)


@pytest.mark.parametrize(("kind", "repeats"), [(by_sums, 150), (by_classes, 200), (by_area, 40)])
def test_without_a_difference_p_is_as_likely_as_it_says(kind, repeats):
    rng = np.random.default_rng(7)
    found = [kind(rng) for _ in range(repeats)]
    for level in (0.05, 0.2, 0.5):
        assert false_alarms(found, level) <= most_alarms(repeats, level)
    # nor so careful that it would never find anything
    assert false_alarms(found, 0.5) >= binom.ppf(CHANCE, repeats, 0.35)


def test_rows_that_follow_each_other_are_swapped_in_blocks():
    """Rows alike in runs of six: swapped one by one, chance looks like a difference."""
    rng = np.random.default_rng(8)
    blocks = [by_sums(rng, 6, in_time=True) for _ in range(120)]
    single = [by_sums(rng, 6) for _ in range(120)]
    assert false_alarms(blocks) <= most_alarms(120) < false_alarms(single)


def test_a_strong_effect_has_a_p_as_small_as_there_is_and_never_nothing():
    rng = np.random.default_rng(9)
    targets = rng.normal(size=200)
    found = regression_p(targets, targets + rng.normal(0, 0.1, 200), 0.0, rng)
    assert found == {"mae": LEAST, "rmse": LEAST, "r2": LEAST}
    classes = rng.integers(0, 3, 300)
    right = np.where(rng.random(300) < 0.9, classes, 0)
    assert set(classification_p(classes, right, 0, 3, rng).values()) == {LEAST}
    scores = np.eye(3)[right]
    assert area_p(classes, scores, [0, 1, 2], rng) == LEAST
    turned = area_p(classes, -scores, [0, 1, 2], rng)
    assert turned == LEAST  # two-sided
    steps = rng.normal(2.0, 1.0, 216)[:, None]
    assert paired_p(steps, np.zeros((216, 1)), MEAN, rng, in_time=True)["mean"] == LEAST


def test_no_difference_at_all_has_a_p_of_one():
    rng = np.random.default_rng(10)
    same = rng.normal(size=(50, 1))
    assert paired_p(same, same, MEAN, rng) == {"mean": 1.0}
    zeros = np.zeros(50, dtype=np.int64)
    found = classification_p(rng.integers(0, 2, 50), zeros, 0, 2, rng)
    assert set(found.values()) == {1.0}


def test_p_counts_the_draw_that_happened():
    assert p_value(2.0, np.array([1.0, -2.0, 3.0, np.nan])) == pytest.approx(4 / 5)
    assert p_value(-2.0, np.array([1.0, 1.9])) == pytest.approx(1 / 3)
    assert p_value(np.nan, np.array([1.0])) == 1.0


@pytest.mark.parametrize(
    "rows", [MOST_GROUPS - 1, MOST_GROUPS, MOST_GROUPS + 1, 3 * MOST_GROUPS + 7]
)
def test_many_rows_are_swapped_in_groups_that_bound_the_work(rows):
    apart = np.random.default_rng(1).normal(size=(rows, 2))
    groups = np.vstack(list(_groups(apart, np.random.default_rng(2), in_time=False)))
    assert len(groups) <= MOST_GROUPS
    assert groups.sum(axis=0) == pytest.approx(apart.sum(axis=0))


def test_blocks_keep_the_order():
    rows = np.arange(27, dtype=float)[:, None]
    [blocks] = _groups(rows, np.random.default_rng(1), in_time=True)
    assert blocks.ravel().tolist() == [9.0 * block + 3.0 for block in range(9)]


def test_the_seed_decides():
    own, base = np.random.default_rng(3).normal(size=(2, 60, 1))
    one, same = (paired_p(own, base, MEAN, np.random.default_rng(4)) for _ in range(2))
    assert one == same
