"""Look-alikes: the same groups as comparing all pairs, at a fraction of the pairs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dure.datasets.images import near
from dure.datasets.images.near import RADIUS, alike


def by_all_pairs(hashes: np.ndarray, radius: int) -> list[int]:
    """Return the group of each hash: the first that a chain of neighbours leads to."""
    distance = np.bitwise_count(hashes[:, None] ^ hashes[None, :])
    group = list(range(len(hashes)))
    for _ in group:
        for one, other in np.argwhere(distance <= radius):
            group[one] = group[other] = min(group[one], group[other])
    return group


def _same(groups: np.ndarray, expected: list[int]) -> bool:
    firsts = {number: at for at, number in reversed(list(enumerate(groups.tolist())))}
    return [firsts[number] for number in groups.tolist()] == expected


def hashes_of(seed: int, count: int) -> np.ndarray:
    """Return random hashes, a third of them some bits away from an earlier one."""
    random = np.random.default_rng(seed)
    found = random.integers(0, 1 << 64, count, np.uint64, endpoint=False)
    for at in range(1, count, 3):
        bits = random.choice(64, random.integers(0, 2 * RADIUS), replace=False)
        found[at] = found[at - 1] ^ np.bitwise_or.reduce(
            np.uint64(1) << bits.astype(np.uint64), initial=0
        )
    return found


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1 << 32), st.integers(1, 60), st.booleans())
def test_groups_are_those_of_all_pairs(seed: int, count: int, many: bool) -> None:
    hashes = hashes_of(seed, count)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(near, "_MANY", 0 if many else 1 << 18)
        patch.setattr(near, "_HELD_PAIRS", 3)
        found = alike(hashes)
    assert found.whole
    assert _same(found.groups, by_all_pairs(hashes, RADIUS))


@pytest.mark.parametrize("bits", [RADIUS, RADIUS + 1])
def test_the_radius_is_exact_wherever_the_bits_are(bits: int) -> None:
    random = np.random.default_rng(3)
    for _ in range(200):
        flipped = int(sum(1 << int(bit) for bit in random.choice(64, bits, replace=False)))
        pair = np.array([0x5DEECE66D1234567, 0x5DEECE66D1234567 ^ flipped], np.uint64)
        assert len(set(alike(pair).groups.tolist())) == (1 if bits == RADIUS else 2)


def test_few_of_all_pairs_are_compared() -> None:
    count = 20_000
    found = alike(hashes_of(5, count))
    assert found.whole
    assert found.compared < count * count / 2 / 1000


def test_hashes_made_to_agree_do_not_take_for_ever() -> None:
    random = np.random.default_rng(5)
    low = random.integers(0, 1 << 40, 30_000, np.uint64)
    found = alike(low, most_compared=1_000_000)
    assert not found.whole
    assert found.compared < 1_100_000
    assert alike(low[:500], most_compared=1_000_000).whole


def test_none_and_one_are_groups_too() -> None:
    assert alike(np.zeros(0, np.uint64)).groups.tolist() == []
    assert alike(np.zeros(1, np.uint64)).groups.tolist() == [0]
    assert alike(np.zeros(5, np.uint64)).groups.tolist() == [0] * 5
