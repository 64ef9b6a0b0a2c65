"""Points are told as coarsely as they are unsure, in the range of their metric, and never by accident."""

import itertools
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.stats import binomtest

from dure.trials.details.grid import BOUNDS, at_most, coarsely, grid_for, wilson
from dure.trials.figures import figure

HALF_WIDTHS = 2 * 1.959963984540054
VALUES = st.floats(-1e15, 1e15)


@given(VALUES, VALUES, VALUES)
@example(0.5, 0.0, 1e-320)
@example(1e15, 0.0, 5e-324)
@example(1e15, -1e15, 1e15)
def test_the_law_of_rounding(value, one, other):
    lower, upper = sorted((one, other))
    told, grid = coarsely((value, lower, upper), -1e15, 1e15), grid_for((value, lower, upper))
    if grid is None:
        assert told is None
        assert upper - lower < 1e-100
        return
    error = (upper - lower) / HALF_WIDTHS
    assert error * (1 - 1e-9) <= grid <= error * 2.5 * (1 + 1e-9)
    mantissa = grid / 10.0 ** math.floor(math.log10(grid) + 1e-9)
    assert min(abs(mantissa - size) for size in (1, 2, 5)) < 1e-6
    for exact, shown in zip((value, lower, upper), told, strict=True):
        last_bit = 1e-15 * abs(exact) * 4
        assert abs(shown - exact) <= grid / 2 * (1 + 1e-9) + last_bit
        assert -1e15 <= shown <= 1e15


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_point_stays_in_the_range_of_its_metric(value, one, other):
    told = coarsely((value, min(one, other), max(one, other)), 0.0, 1.0)
    assert told is None or all(0.0 <= part <= 1.0 for part in told)


def test_two_that_differ_by_one_row_mostly_have_the_same_point():
    """Of 500 rows one is 0.002, and a standard error ten times that; three digits show each row."""
    shares = [wilson(hits, 500) for hits in range(300, 480)]
    told = [coarsely(share, 0.0, 1.0) for share in shares]
    differing = sum(one != other for one, other in itertools.pairwise(told))
    assert differing < len(told) / 3
    digits = [figure(share[0]) for share in shares]
    assert len(set(digits)) == len(digits)  # the control
    assert grid_for(wilson(449, 500)) == 0.02


@pytest.mark.parametrize("estimate", [(1.0, 1.0, 1.0), (0.5, 0.6, 0.4), (0.5, 0.0, math.inf)])
def test_what_has_no_width_is_not_told(estimate):
    assert grid_for(estimate) is None
    assert coarsely(estimate, 0.0, 1.0) is None


@pytest.mark.parametrize(
    ("hits", "rows"), [(0, 10), (10, 10), (1, 10), (449, 500), (500, 1000), (0, 98203)]
)
def test_wilson(hits, rows):
    share, lower, upper = wilson(hits, rows)
    asked = binomtest(hits, rows).proportion_ci(method="wilson")
    assert (share, lower, upper) == pytest.approx((hits / rows, asked.low, asked.high), abs=1e-12)
    assert 0.0 <= lower <= share <= upper <= 1.0
    assert lower < upper


@pytest.mark.parametrize(
    ("p", "told"),
    [
        (1e-9, 0.001),
        (0.001, 0.001),
        (0.00101, 0.01),
        (0.01, 0.01),
        (0.05, 0.05),
        (0.051, 1.0),
        (1.0, 1.0),
    ],
)
def test_p_is_at_most_what_is_told(p, told):
    assert at_most(p) == told
    assert told in BOUNDS
