"""Which images look alike: perceptual hashes within a few bits of each other, without trying all pairs.

The 64 bits are cut into blocks. Two hashes that differ in at most `RADIUS` bits agree in all the blocks
that these bits leave out; so for each choice of blocks the hashes are sorted by those blocks, and only
neighbours that agree there are compared.

Source
------
Manku, Jain, Das Sarma: Detecting near-duplicates for web crawling, WWW 2007, section 3. Hamming distance
of perceptual hashes: Zauner 2010.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

RADIUS = 6
"""Bits of 64 in which two hashes of look-alikes may differ."""

MOST_COMPARED = 400_000_000
"""Pairs that are compared at most: images made to agree in their blocks must not take for ever."""

_MANY = 1 << 18
_HELD_PAIRS = 1 << 22

Hashes = NDArray[np.uint64]
Groups = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Alike:
    """Groups of images that look alike.

    Parameters
    ----------
    groups
        For each hash the number of its group; of a hash that is like no other, a group of its own.
    compared
        How many pairs were compared.
    whole
        Whether all pairs that may be alike were.
    """

    groups: Groups
    compared: int
    whole: bool


def alike(hashes: Hashes, *, radius: int = RADIUS, most_compared: int = MOST_COMPARED) -> Alike:
    """Group hashes of which each is within ``radius`` bits of another one of its group.

    Parameters
    ----------
    hashes
        64-bit hashes.
    radius
        Bits in which two of them may differ.
    most_compared
        Pairs that are compared at most.

    Examples
    --------
    >>> alike(np.array([0, 0b111, 2**64 - 1], np.uint64)).groups.tolist()
    [0, 0, 1]
    """
    unique, back = np.unique(hashes, return_inverse=True)

    def near(first: Groups, second: Groups) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = np.bitwise_count(unique[first] ^ unique[second]) <= radius
        return found

    masks = _masks(len(unique), radius)
    found = grouped((unique & mask for mask in masks), len(unique), near, most_compared)
    return Alike(found.groups[back.ravel()], found.compared, found.whole)


def grouped(
    keys: Iterable[Hashes],
    count: int,
    near: Callable[[Groups, Groups], NDArray[np.bool_]],
    most_compared: int,
) -> Alike:
    """Group things of which each is near another one of its group; those that share a key are compared.

    Parameters
    ----------
    keys
        One array after another, each with a key for every thing.
    count
        How many things there are.
    near
        Says of the places of pairs which are near.
    most_compared
        Pairs that are compared at most.
    """
    joined = _Joined(count)
    compared = 0
    for some in keys:
        order = np.argsort(some, kind="stable")
        for one, other in _neighbours(some[order]):
            compared += len(one)
            first, second = order[one], order[other]
            chosen = near(first, second)
            joined.add(first[chosen], second[chosen])
            if compared >= most_compared:
                return Alike(joined.groups(), compared, whole=False)
    return Alike(joined.groups(), compared, whole=True)


def _masks(count: int, radius: int) -> Iterator[np.uint64]:
    """Yield the bits of each choice of blocks; more hashes, more bits, so that few agree by chance."""
    kept = 2 if count < _MANY else 3
    blocks = radius + kept
    edges = [64 * number // blocks for number in range(blocks + 1)]
    bits = [((1 << (end - start)) - 1) << start for start, end in pairwise(edges)]
    for chosen in combinations(bits, kept):
        yield np.uint64(sum(chosen))


def _neighbours(keys: Hashes) -> Iterator[tuple[Groups, Groups]]:
    """Yield places of two equal keys, each pair once; the keys are sorted."""
    places = np.arange(len(keys) - 1)
    step = 1
    while len(places):
        places = places[places + step < len(keys)]
        places = places[keys[places] == keys[places + step]]
        if len(places):
            yield places, places + step
        step += 1


class _Joined:
    """Pairs on their way to groups; of many only what joins them is kept."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._pairs: list[tuple[Groups, Groups]] = []
        self._held = 0

    def add(self, first: Groups, second: Groups) -> None:
        if not len(first):
            return
        self._pairs.append((first, second))
        self._held += len(first)
        if self._held > _HELD_PAIRS:
            groups = self.groups()
            _, heads = np.unique(groups, return_index=True)
            places = np.flatnonzero(heads[groups] != np.arange(self._count))
            self._pairs = [(places, heads[groups[places]])]
            self._held = len(places)

    def groups(self) -> Groups:
        first = np.concatenate([one for one, _ in self._pairs] or [np.zeros(0, np.int64)])
        second = np.concatenate([other for _, other in self._pairs] or [np.zeros(0, np.int64)])
        ones = np.ones(len(first), np.bool_)
        graph = coo_array((ones, (first, second)), shape=(self._count, self._count))
        found: Groups = connected_components(graph, directed=False)[1].astype(np.int64)
        return found
