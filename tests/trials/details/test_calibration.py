"""Calibration: bins that hold rows enough, the error that a hand computes, and only of probabilities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.trials.details.calibration import are_probabilities, reliability


def curve(confidence, right, least=10, resamples=200, seed=1):
    rng = np.random.default_rng(seed)
    confidence, right = np.array(confidence, dtype=float), np.array(right, dtype=bool)
    return reliability(confidence, right, least, resamples, rng)


def test_a_small_case_by_hand():
    confidence = [0.55, 0.55, 0.55, 0.65, 0.75, 0.75, 0.95]
    right = [True, True, False, False, True, False, True]
    found = curve(confidence, right, least=3)
    told = [(one.lower, one.upper, one.rows, one.right) for one in found.bins]
    # the seventh tenth is too small alone, and the one row of the last has nothing to go with but it
    assert told == [(0, 6, 3, 2), (6, 10, 4, 2)]
    assert [one.confidence for one in found.bins] == pytest.approx([0.55, 3.1 / 4])
    assert found.error[0] == pytest.approx((abs(1.65 - 2) + abs(3.1 - 2)) / 7)


@given(
    st.lists(st.tuples(st.floats(0, 1.001), st.booleans()), min_size=10, max_size=120),
    st.integers(10, 40),
)
def test_bins_follow_each_other_and_hold_rows_enough(rows, least):
    confidence, right = zip(*rows, strict=True)
    found = curve(confidence, right, least, resamples=5)
    if len(rows) < least:
        assert found is None
        return
    bins = found.bins
    assert (bins[0].lower, bins[-1].upper) == (0, 10)
    assert [one.upper for one in bins[:-1]] == [one.lower for one in bins[1:]]
    assert all(one.lower < one.upper and one.rows >= least for one in bins)
    assert sum(one.rows for one in bins) == len(rows)
    assert sum(one.right for one in bins) == sum(right)
    for one in bins:
        inside = [c for c in confidence if one.lower <= min(int(c * 10), 9) < one.upper]
        assert one.rows == len(inside)
        assert one.confidence == pytest.approx(np.mean(inside))


def test_the_interval_holds_the_error():
    """Confidence of 0.9 and a share of 0.6: an error of 0.3, and of one that is honest next to none."""
    rng = np.random.default_rng(3)
    found = curve(rng.uniform(0.85, 0.95, 500), rng.random(500) < 0.6)
    value, lower, upper = found.error
    assert lower < value < upper
    assert lower < 0.3 < upper
    confidence = rng.uniform(0.5, 1.0, 2000)
    assert curve(confidence, rng.random(2000) < confidence).error[0] < 0.06


def test_the_seed_decides():
    rng = np.random.default_rng(4)
    confidence, right = rng.random(100), rng.random(100) < 0.5
    assert curve(confidence, right) == curve(confidence, right)
    assert curve(confidence, right).error != curve(confidence, right, seed=2).error


@pytest.mark.parametrize(
    ("row", "sound"),
    [
        ([0.2, 0.8], True),
        ([0.2, 0.8004], True),
        ([0.0, 1.0], True),
        ([0.2, 0.9], False),
        ([-0.2, 1.2], False),
        ([3.1, -2.1], False),
        ([float("nan"), 1.0], False),
        ([float("inf"), 1.0], False),
    ],
)
def test_what_is_no_probability_in_one_row_is_none_in_any(row, sound):
    assert are_probabilities(np.array([[0.5, 0.5], row])) is sound
