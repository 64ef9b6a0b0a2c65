"""Sketches of texts: how much two of them share is estimated from 128 bytes of each.

A sketch is taken of the runs of five characters that occur in a text. Each run has a hash; its first seven
bits say in which of 128 bins it falls, and of every bin the least hash stays (one-permutation MinHash), of
which a byte is kept. A bin that is empty takes the byte of another one, in an order of its own. Of two texts
that share the share J of all their runs (the Jaccard index), a byte agrees with probability J, or else by
chance, once in 256 times. So J is estimated by the share of bytes that agree, with a standard error of some
0.035 at J = 0.8.

Two texts are compared when all eight bytes of one of 16 bands agree: of those with J = 0.9 that misses one in
10,000, with J = 0.8 one in 19, and it compares one in 4,000 of those with J = 0.3. What is compared is nearly
the same when at least `LIKE` of its bytes agree. So it is an approximation on both sides of that threshold.

Source
------
Broder: On the resemblance and containment of documents, SEQUENCES 1997. Li, Owen, Zhang: One permutation
hashing, NIPS 2012. Shrivastava: Optimal densification for fast and accurate minwise hashing, ICML 2017. Li,
König: b-bit minwise hashing, WWW 2010. Leskovec, Rajaraman, Ullman: Mining of massive datasets, section 3.4.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dure.datasets.images.near import Alike, grouped

RUN = 5
LIKE = 0.8
"""Estimated share of all their runs that two texts have in common from which on they are nearly the same."""
SKETCH_BYTES = 128
MOST_COMPARED = 20_000_000
"""Pairs that are compared at most: texts made to agree in a band must not take for ever."""

_LOOKED_AT = 1 << 20
_BINS = 128
_BIN_BITS = np.uint64(57)
_BANDS = 16
_PIECE = 1 << 15
_ODD = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_STARTS = np.arange(_BINS, dtype=np.uint64) << _BIN_BITS
_BORROWED = np.argsort(np.random.default_rng(5259).random((_BINS, _BINS)), axis=1)
"""For each bin all bins in an order of its own: from the first that is filled an empty one borrows."""

Sketches = NDArray[np.uint8]


def sketch(text: str) -> bytes:
    """Return the sketch of a text of `RUN` characters or more; of a long one the first million count."""
    points = np.frombuffer(text[:_LOOKED_AT].encode("utf-32-le", "surrogatepass"), np.uint32)
    runs = np.zeros(len(points) - RUN + 1, np.uint64)
    with np.errstate(over="ignore"):
        for place in range(RUN):
            runs = runs * _ODD + points[place : place + len(runs)]
        runs ^= runs >> np.uint64(30)
        runs *= _MIX
        runs ^= runs >> np.uint64(27)
    runs.sort()
    places = np.minimum(np.searchsorted(runs, _STARTS), len(runs) - 1)
    least = runs[places]
    filled = (least >> _BIN_BITS) == np.arange(_BINS, dtype=np.uint64)
    empty = np.flatnonzero(~filled)
    lenders = _BORROWED[empty]
    least[empty] = least[lenders[np.arange(len(empty)), filled[lenders].argmax(axis=1)]]
    return ((least >> np.uint64(20)) & np.uint64(0xFF)).astype(np.uint8).tobytes()


def resemblance(one: bytes, other: bytes) -> float:
    """Return the share of bytes in which two sketches agree.

    Examples
    --------
    >>> first, second = sketch("두 배가 부산항에 들어왔다. " * 9), sketch("세 배가 부산항에 들어왔다. " * 9)
    >>> resemblance(first, first), 0.3 < resemblance(first, second) < 1
    (1.0, True)
    """
    return sum(a == b for a, b in zip(one, other, strict=True)) / SKETCH_BYTES


def alike_sketches(sketches: Sketches, *, most_compared: int = MOST_COMPARED) -> Alike:
    """Group texts of which each is nearly the same as another one of its group.

    Parameters
    ----------
    sketches
        A row of `SKETCH_BYTES` for each text.
    most_compared
        Pairs that are compared at most.
    """
    bands = np.ascontiguousarray(sketches).view(np.uint64)
    salts = np.random.default_rng(5259).integers(1 << 63, size=_BANDS, dtype=np.uint64) | 1
    with np.errstate(over="ignore"):
        whole = (bands * salts).sum(axis=1, dtype=np.uint64)
    _, first, back = np.unique(whole, return_index=True, return_inverse=True)
    rows = bands[first]
    some = rows.view(np.uint8)

    def near(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.bool_]:
        pieces = [
            (some[one[at : at + _PIECE]] == some[other[at : at + _PIECE]]).sum(axis=1)
            for at in range(0, len(one), _PIECE)
        ]
        return np.concatenate(pieces) >= LIKE * SKETCH_BYTES

    found = grouped((rows[:, band] for band in range(_BANDS)), len(first), near, most_compared)
    return Alike(found.groups[back.ravel()], found.compared, found.whole)
