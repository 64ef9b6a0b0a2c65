"""Reliability and the grid: bins of enough rows, points that no single row moves."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.trials.details.calibration import are_probabilities, reliability
from dure.trials.details.grid import coarsely, grid_for, on_grid, wilson

RNG = np.random.default_rng(1)


def measured(confidence, right, least=10):
    return reliability(
        np.array(confidence, float), np.array(right, bool), least, 200, np.random.default_rng(2)
    )


def test_a_curve_by_hand():
    confidence = [0.55] * 20 + [0.95] * 20
    right = [True] * 10 + [False] * 10 + [True] * 20
    curve = measured(confidence, right)
    first, last = curve.bins
    assert (first.lower, first.upper, first.rows, first.right) == (0, 6, 20, 10)
    assert (last.lower, last.upper, last.rows, last.right) == (6, 10, 20, 20)
    assert first.confidence == pytest.approx(0.55)
    value, lower, upper = curve.error
    assert value == pytest.approx((0.05 * 20 + 0.05 * 20) / 40)
    assert lower < value < upper


def test_who_knows_how_sure_it_may_be_has_a_small_error():
    confidence = RNG.uniform(0.5, 1.0, 20_000)
    honest = measured(confidence, RNG.random(20_000) < confidence)
    boastful = measured(confidence, RNG.random(20_000) < confidence - 0.2)
    assert honest.error[0] < 0.02
    assert boastful.error[0] == pytest.approx(0.2, abs=0.02)


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=200), st.integers(1, 30))
def test_every_bin_has_enough_rows_and_together_they_are_all(confidence, least):
    curve = measured(confidence, [True] * len(confidence), least)
    if len(confidence) < least:
        assert curve is None
        return
    assert sum(one.rows for one in curve.bins) == len(confidence)
    assert min(one.rows for one in curve.bins) >= least
    ends = [curve.bins[0].lower, *(one.upper for one in curve.bins)]
    assert (ends[0], ends[-1]) == (0, 10)
    assert ends[:-1] == [one.lower for one in curve.bins]


def test_scores_that_are_no_probabilities():
    assert are_probabilities(np.array([[0.25, 0.75], [1.0, 0.0]]))
    for scores in ([[0.25, 0.85]], [[-0.1, 1.1]], [[np.nan, 1.0]], [[3.0, 5.0]]):
        assert not are_probabilities(np.array(scores))


def test_wilson_has_a_width_where_all_are_right():
    share, lower, upper = wilson(30, 30)
    assert (share, upper) == (1.0, 1.0)
    assert lower == pytest.approx(0.8865, abs=1e-4)


@given(st.integers(20, 5000), st.floats(0.02, 0.98))
def test_the_grid_is_as_wide_as_the_standard_error_and_no_wider_than_twice_and_a_half(rows, share):
    estimate = wilson(round(rows * share), rows)
    error = (estimate[2] - estimate[1]) / 3.92
    assert error * 0.999 <= grid_for(estimate) <= 2.51 * error


@given(st.integers(100, 2000))
def test_one_row_more_or_less_seldom_moves_a_point(rows):
    """Over the whole range of hits, neighbours differ in so few places as the grid has steps."""
    points = [coarsely(wilson(hits, rows), 0.0, 1.0)[0] for hits in range(rows // 4, rows // 2)]
    moved = sum(one != other for one, other in itertools.pairwise(points))
    exact = len(points) - 1  # the control: three digits would move with nearly every row
    assert moved < 0.4 * exact
    assert moved <= 2.5 * np.sqrt(rows)


def test_what_has_no_width_is_not_told():
    assert coarsely((1.0, 1.0, 1.0), 0.0, 1.0) is None
    assert coarsely((0.996, 0.95, 0.999), 0.0, 1.0) == (1.0, pytest.approx(0.96), 1.0)
    assert on_grid(0.873, 0.02) == pytest.approx(0.88)
