"""Chance for made-up rows: the same for the same seed, column and piece, on every machine."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dure.datasets.use.order import random_words

Words = npt.NDArray[np.uint64]

_WORD = 2**64
_DRAWS = 1 << 12
_PIECES = 1 << 26


class Dice:
    """Random words of one column and one piece of the rows.

    Parameters
    ----------
    seed
        Any whole number.
    column
        Number of the column, from 0.
    piece
        Number of the piece, from 0.
    """

    def __init__(self, seed: int, column: int, piece: int) -> None:
        self._seed = seed
        self._salt = (column * _PIECES + piece) * _DRAWS

    def below(self, count: int, limit: int) -> Words:
        """Return whole numbers below a limit of at most 2**64.

        Examples
        --------
        >>> int(Dice(1, 0, 0).below(1000, 6).max())
        5
        """
        self._salt += 1
        words = random_words(count, self._seed, self._salt)
        return words if limit >= _WORD else words % np.uint64(limit)

    def shares(self, count: int) -> npt.NDArray[np.float64]:
        """Return numbers from 0 up to, but without, 1."""
        return (self.below(count, _WORD) >> np.uint64(11)).astype(np.float64) * 2.0**-53
