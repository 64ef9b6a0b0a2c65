"""Orders and shares: every row to exactly one rank, the same by seed, random where it says so."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.datasets.use.order import POOL_BLOCKS, Order, pools, random_words, shuffled

BLOCKS = st.lists(st.integers(0, 40), max_size=9)
SEEDS = st.none() | st.integers(-(2**70), 2**70)


def rows_of(blocks: list[int], order: Order) -> list[int]:
    """Return the numbers of the rows that an order gives, as a reader would put them together."""
    ends = np.cumsum([0, *blocks])
    given: list[int] = []
    for pool in pools(blocks, order):
        held = [row for b in pool.blocks for row in range(ends[b], ends[b + 1])]
        given += held if pool.take is None else [held[i] for i in pool.take]
    return given


@given(BLOCKS, SEEDS, st.integers(1, 7))
def test_every_row_belongs_to_exactly_one_rank(
    blocks: list[int], seed: int | None, world_size: int
) -> None:
    shares = [rows_of(blocks, Order(seed, rank, world_size)) for rank in range(world_size)]
    assert sorted(row for share in shares for row in share) == list(range(sum(blocks)))
    sizes = [len(share) for share in shares]
    assert sizes == [Order(seed, rank, world_size).count(sum(blocks)) for rank in range(world_size)]
    assert max(sizes) - min(sizes) <= 1


@given(BLOCKS, SEEDS, st.integers(1, 7))
def test_the_order_does_not_depend_on_who_shares_it(
    blocks: list[int], seed: int | None, world_size: int
) -> None:
    whole = rows_of(blocks, Order(seed))
    assert whole == rows_of(blocks, Order(seed))
    for rank in range(world_size):
        assert rows_of(blocks, Order(seed, rank, world_size)) == whole[rank::world_size]


@given(BLOCKS, SEEDS, st.data())
def test_a_share_of_a_share_is_a_share(
    blocks: list[int], seed: int | None, data: st.DataObject
) -> None:
    outer, inner = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4))
    rank, within = data.draw(st.integers(0, outer - 1)), data.draw(st.integers(0, inner - 1))
    nested = Order(seed, rank, outer).share(within, inner)
    assert rows_of(blocks, nested) == rows_of(blocks, Order(seed, rank, outer))[within::inner]


@given(BLOCKS)
def test_without_a_seed_the_order_is_the_tables_own(blocks: list[int]) -> None:
    assert rows_of(blocks, Order()) == list(range(sum(blocks)))


@given(st.integers(0, 300), st.integers(), st.integers(0, 2**40))
def test_a_shuffle_is_a_permutation(count: int, seed: int, salt: int) -> None:
    assert sorted(shuffled(count, seed, salt).tolist()) == list(range(count))


@pytest.mark.parametrize(("rank", "world_size"), [(-1, 2), (2, 2), (0, 0), (0, -1)])
def test_there_is_no_such_rank(rank: int, world_size: int) -> None:
    assert Order(None, 1, 2).share(0, 1) == Order(None, 1, 2)
    with pytest.raises(ValueError, match="rank"):
        Order(None, rank, world_size)
    with pytest.raises(ValueError, match="rank"):
        Order().share(rank, world_size)


def test_the_words_stay_the_same_for_ever() -> None:
    """A run is repeated from its seed in ten years, on another version of every library."""
    assert [f"{word:016x}" for word in random_words(3, 2026, 1)] == VECTORS


VECTORS = ["7cee2e0c649923b9", "de0bd4acd0f5b7f0", "f994e7de3dc115e0"]


def test_a_shuffle_reaches_every_place() -> None:
    """A row's place is uniform: chi-squared over 4,000 seeds, far below what a bias would give."""
    places = np.array([shuffled(10, seed, 0) for seed in range(4_000)])
    counts = np.array([np.bincount(places[:, at], minlength=10) for at in range(10)])
    chi_squared = float(((counts - 400) ** 2 / 400).sum())
    assert chi_squared < 150  # 81 degrees of freedom: beyond this once in 200,000
    biased = np.sort(places[:, :5], axis=1)
    skewed = np.array([np.bincount(biased[:, at], minlength=10) for at in range(5)])
    assert float(((skewed - 400) ** 2 / 400).sum()) > 1_000


def test_a_shuffle_mixes_the_blocks_of_a_pool_and_moves_pools() -> None:
    blocks = [100] * (3 * POOL_BLOCKS)
    given = rows_of(blocks, Order(7))
    assert given != list(range(len(given)))
    first = {row // 100 for row in given[: 100 * POOL_BLOCKS]}
    assert len(first) == POOL_BLOCKS, "a pool is some blocks, whole"
    assert first != set(range(POOL_BLOCKS)), "and not the first ones"
    assert len({row // 100 for row in given[:50]}) == POOL_BLOCKS, "mixed row by row"
    assert rows_of(blocks, Order(8)) != given
    takes = [tuple(pool.take) for pool in pools(blocks, Order(7)) if pool.take is not None]
    assert len(set(takes)) == len(takes) == 3, "each pool has an order of its own"
