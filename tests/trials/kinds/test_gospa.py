"""GOSPA is a metric on finite sets of positions, and falls into parts as its authors say."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.trials.kinds.tracks.gospa import gospa

CUTOFF = 5.0
PLACES = st.tuples(st.floats(-10, 10), st.floats(-10, 10))
SETS = st.lists(PLACES, max_size=4)
ORDERS = st.sampled_from([1.0, 2.0])


def apart(one, other):
    first, second = (np.array(places, dtype=float).reshape(-1, 2) for places in (one, other))
    return np.linalg.norm(first[:, None] - second[None], axis=2)


def whole(one, other, order=1.0):
    return gospa(apart(one, other), CUTOFF, order).distance


@given(one=SETS, order=ORDERS)
def test_a_set_is_no_way_from_itself(one, order):
    assert whole(one, one, order) == 0.0


@given(one=SETS, other=SETS, order=ORDERS)
def test_both_ways_are_as_far_and_what_is_missed_one_way_is_false_the_other(one, other, order):
    there, back = (gospa(apart(*pair), CUTOFF, order) for pair in ((one, other), (other, one)))
    assert there.distance == pytest.approx(back.distance)
    assert there.missed - there.false == pytest.approx(back.false - back.missed)


@given(one=SETS, other=SETS, order=ORDERS)
def test_different_sets_are_apart(one, other, order):
    found = whole(one, other, order)
    assert (found < 1e-9) == (len(one) == len(other) and _same(one, other))


def _same(one, other):
    return any(
        all(np.hypot(a - c, b - d) < 1e-9 for (a, b), (c, d) in zip(one, order, strict=True))
        for order in itertools.permutations(other)
    )


@given(one=SETS, other=SETS, third=SETS, order=ORDERS)
def test_no_way_round_is_shorter(one, other, third, order):
    direct = whole(one, third, order)
    assert direct <= whole(one, other, order) + whole(other, third, order) + 1e-9


@given(one=SETS, other=SETS, order=ORDERS)
def test_it_is_the_least_over_all_pairings(one, other, order):
    """Definition 1 of the paper, by trying every pairing of the smaller set with the larger."""
    small, large = sorted((one, other), key=len)
    distances = np.minimum(apart(small, large), CUTOFF) ** order
    rest = (len(large) - len(small)) * CUTOFF**order / 2
    least = min(
        sum(distances[row, column] for row, column in enumerate(chosen))
        for chosen in itertools.permutations(range(len(large)), len(small))
    )
    assert whole(one, other, order) == pytest.approx((least + rest) ** (1 / order), abs=1e-12)


@pytest.mark.parametrize(
    ("true", "estimated", "parts"),
    [
        ([], [], (0.0, 0.0, 0.0)),
        ([(0, 0)], [], (0.0, 2.5, 0.0)),
        ([], [(0, 0), (1, 1)], (0.0, 0.0, 5.0)),
        ([(0, 0)], [(3, 4)], (0.0, 2.5, 2.5)),  # just at the cutoff: not the same object
        ([(0, 0)], [(0, 4)], (4.0, 0.0, 0.0)),
        ([(0, 0), (8, 0)], [(7, 0), (1, 0)], (2.0, 0.0, 0.0)),
        ([(0, 0), (9, 9)], [(1, 0)], (1.0, 2.5, 0.0)),
        # The nearest pairs in all are 4 and 4; but one pair of 1, one missed and one false cost less.
        ([(0, 0), (5, 0)], [(1, 0), (-4, 0)], (1.0, 2.5, 2.5)),
    ],
)
def test_small_cases_in_closed_form(true, estimated, parts):
    found = gospa(apart(true, estimated), CUTOFF)
    assert (found.localisation, found.missed, found.false) == pytest.approx(parts)
    assert found.distance == pytest.approx(sum(parts))


def test_the_order_weighs_large_errors():
    found = gospa(apart([(0, 0), (10, 0)], [(3, 0), (10, 4)]), CUTOFF, 2.0)
    assert (found.localisation, found.distance) == pytest.approx((25.0, 5.0))
