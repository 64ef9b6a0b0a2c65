"""Which test images look like a training image: identical bytes, or perceptual hashes close by.

Source
------
Zauner (2010), Implementation and benchmarking of perceptual image hash functions; the hash and the
distance are those with which data sets are inspected (``docs/decisions/0018-images.md``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RADIUS = 6
"""Bits of 64 in which the hashes of two look-alikes may differ."""

_CELLS = 8_000_000

Hashes = NDArray[np.uint64]


def look_alikes(test: Hashes, train: Hashes) -> NDArray[np.bool_]:
    """Say of each test hash whether a training hash is within `RADIUS` bits.

    Examples
    --------
    >>> look_alikes(np.array([0b111, 2**64 - 1], np.uint64), np.array([0], np.uint64)).tolist()
    [True, False]
    """
    found = np.zeros(len(test), dtype=bool)
    train = np.unique(train)
    step = max(1, _CELLS // max(1, len(train)))
    for first in range(0, len(test), step):
        apart = np.bitwise_count(test[first : first + step, None] ^ train[None, :])
        found[first : first + step] = (apart <= RADIUS).any(axis=1)
    return found
