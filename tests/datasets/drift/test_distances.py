"""The measures of drift against their definitions; counting in bounded memory against counting all."""

from __future__ import annotations

import numpy as np
import pytest

from dure.datasets.drift.columns import Counter
from dure.datasets.drift.distances import (
    Counted,
    aligned,
    kolmogorov_smirnov,
    kolmogorov_smirnov_by_chance,
    stability,
    stability_by_chance,
    total_variation,
)

RNG = np.random.default_rng(11)


def test_kolmogorov_smirnov_is_the_largest_distance_of_the_two_functions():
    one, other = np.sort(RNG.normal(size=300).round(1)), np.sort(RNG.normal(0.4, 2, 200).round(1))
    largest = max(abs((one <= at).mean() - (other <= at).mean()) for at in (*one, *other))
    assert kolmogorov_smirnov(one, other) == pytest.approx(largest)
    assert kolmogorov_smirnov(other, one) == pytest.approx(largest)
    assert kolmogorov_smirnov(one, one) == 0
    nothing = np.empty(0)
    assert kolmogorov_smirnov(nothing, one) == 1
    assert kolmogorov_smirnov(nothing, nothing) == 0


def test_the_stability_index_against_a_sum_by_hand():
    one, other = np.array([400, 300, 300]), np.array([200, 300, 500])
    by_hand = sum((p - q) * np.log(p / q) for p, q in zip(one / 1000, other / 1000, strict=True))
    assert stability(one, other) == pytest.approx(by_hand, rel=0.01)
    assert stability(one, one) == 0
    assert np.isfinite(stability(np.array([1000, 0]), np.array([0, 1000])))
    assert stability(np.array([0, 0]), one[:2]) == 0


def test_what_chance_gives_stays_below_the_thresholds_and_a_real_shift_does_not():
    below = {"stability": 0, "distance": 0}
    for _ in range(200):
        one, other = np.sort(RNG.normal(size=400)), np.sort(RNG.normal(size=300))
        edges = one[40:400:40]
        bins = [np.bincount(np.searchsorted(edges, x), minlength=10) for x in (one, other)]
        below["stability"] += stability(*bins) < stability_by_chance(10, 400, 300)
        below["distance"] += kolmogorov_smirnov(one, other) < kolmogorov_smirnov_by_chance(400, 300)
    assert min(below.values()) >= 198
    moved = np.sort(RNG.normal(0.5, size=300))
    assert kolmogorov_smirnov(one, moved) > kolmogorov_smirnov_by_chance(400, 300)


def test_counts_are_put_side_by_side_by_value():
    def counted(**told: int) -> Counted:
        values = np.array([ord(name) for name in told], np.uint64)
        return Counted(values, np.array(list(told.values())))

    values, one, other = aligned(counted(a=3, b=1), counted(b=2, c=2))
    assert [chr(each) for each in values] == ["a", "b", "c"]
    assert (one.tolist(), other.tolist()) == ([3, 1, 0], [0, 2, 2])
    assert total_variation(one, other) == 0.75
    assert total_variation(one, np.zeros(3, np.int64)) == 1


def test_a_counter_counts_all_until_there_are_too_many_and_then_a_share():
    hashes = RNG.integers(0, 2**63, 4000).astype(np.uint64)
    given = np.repeat(hashes, 3)
    exact, bounded = Counter(), Counter(most=500)
    for part in np.array_split(given, 7):
        exact.put(part)
        bounded.put(part)
    every, some = exact.counted(), bounded.counted()
    assert (every.shift, len(every.values), set(every.counts.tolist())) == (0, 4000, {3})
    assert some.shift == 3
    assert len(some.values) <= 500
    assert set(some.counts.tolist()) == {3}
    assert set(some.values.tolist()) <= set(every.values.tolist())
    assert 3200 < len(some.values) << some.shift < 4800
