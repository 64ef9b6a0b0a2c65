"""In which order rows are given, and to which rank: pure functions of a seed.

A shuffle has one global order, which depends on the seed and on the blocks (row groups) of the
table alone, not on how many ranks share it or how large their batches are. Blocks are put into a
random order, a few of them at a time make a pool, and the rows of a pool are put into a random
order. So memory holds one pool, and a table of up to `POOL_BLOCKS` blocks is shuffled as a whole.
The position p of that order belongs to rank p modulo the number of ranks: every row to exactly one
rank, and no rank has more than one row more than another.

The random order is ours, not a library's: it stays the same when a library changes its generator.

Source
------
G. L. Steele, D. Lea, C. H. Flood: Fast splittable pseudorandom number generators, OOPSLA 2014
(the finaliser of SplitMix64). A row's random key is the finaliser of its number; rows are sorted by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

POOL_BLOCKS = 4
"""Blocks whose rows are shuffled together."""

Indices = npt.NDArray[np.int64]

_BLOCK_SALT = 1
_POOL_SALT = 2
_GOLDEN = 0x9E3779B97F4A7C15
_WORD = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Order:
    """Which rows, in which order.

    Parameters
    ----------
    seed
        Seed of the shuffle, any whole number; None keeps the table's own order.
    rank
        Which share, from 0.
    world_size
        How many shares.

    Raises
    ------
    ValueError
        When there is no such rank.
    """

    seed: int | None = None
    rank: int = 0
    world_size: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.rank < self.world_size:
            raise ValueError("rank is at least 0 and less than world_size")

    @property
    def whole(self) -> bool:
        """Whether it is every row in the table's own order."""
        return self.seed is None and self.world_size == 1

    def share(self, rank: int, world_size: int) -> Order:
        """Return a share of this share.

        Examples
        --------
        >>> Order(rank=1, world_size=2).share(2, 3)
        Order(seed=None, rank=5, world_size=6)
        """
        inner = Order(None, rank, world_size)
        return Order(
            self.seed, self.rank + self.world_size * inner.rank, self.world_size * world_size
        )

    def count(self, rows: int) -> int:
        """Return how many of ``rows`` rows there are in this share.

        Examples
        --------
        >>> Order(rank=1, world_size=4).count(10), Order(rank=2, world_size=4).count(10)
        (3, 2)
        """
        return len(range(self.rank, rows, self.world_size))


@dataclass(frozen=True, slots=True)
class Pool:
    """Blocks that are read together, and the rows to take of them.

    Parameters
    ----------
    blocks
        Numbers of the blocks, in the order in which they are put one after the other.
    take
        Which rows of that, in order; None means all of them as they are.
    """

    blocks: tuple[int, ...]
    take: Indices | None


def pools(block_rows: Sequence[int], order: Order) -> Iterator[Pool]:
    """Yield what is to be read and taken, pool by pool.

    Parameters
    ----------
    block_rows
        Number of rows in each block of the table.
    order
        Which rows, in which order.
    """
    size = 1 if order.seed is None else POOL_BLOCKS
    numbers = range(len(block_rows))
    if order.seed is not None:
        blocks = [int(number) for number in shuffled(len(block_rows), order.seed, _BLOCK_SALT)]
    else:
        blocks = list(numbers)
    done = 0
    for index, start in enumerate(range(0, len(blocks), size)):
        chosen = tuple(blocks[start : start + size])
        rows = sum(block_rows[block] for block in chosen)
        first = (order.rank - done) % order.world_size
        done += rows
        if order.whole:
            yield Pool(chosen, None)
            continue
        if order.seed is None:
            own = np.arange(rows, dtype=np.int64)
        else:
            own = shuffled(rows, order.seed, _POOL_SALT + index)
        yield Pool(chosen, own[first :: order.world_size])


def shuffled(count: int, seed: int, salt: int) -> Indices:
    """Return the numbers below ``count`` in a random order.

    Parameters
    ----------
    count
        How many.
    seed
        Any whole number.
    salt
        Which of the seed's orders; not negative.

    Examples
    --------
    >>> shuffled(6, seed=1, salt=0).tolist()
    [1, 0, 2, 5, 3, 4]
    """
    return np.argsort(random_words(count, seed, salt), kind="stable").astype(np.int64)


def random_words(count: int, seed: int, salt: int) -> npt.NDArray[np.uint64]:
    """Return ``count`` random 64-bit words, the same for the same seed and salt, for ever."""
    start = _finish_one(_finish_one(seed & _WORD) ^ ((salt * _GOLDEN) & _WORD))
    words = np.arange(1, count + 1, dtype=np.uint64)
    words *= np.uint64(_GOLDEN)
    words += np.uint64(start)
    words ^= words >> np.uint64(30)
    words *= np.uint64(0xBF58476D1CE4E5B9)
    words ^= words >> np.uint64(27)
    words *= np.uint64(0x94D049BB133111EB)
    words ^= words >> np.uint64(31)
    return words


def _finish_one(word: int) -> int:
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & _WORD
    return word ^ (word >> 31)
