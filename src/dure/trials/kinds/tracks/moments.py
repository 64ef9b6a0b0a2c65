"""What was there at one moment and what was said of it, and how near two things must be to be the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dure.trials.bootstrap import Floats
from dure.trials.places import BOX

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Objects:
    """Objects of one moment.

    Parameters
    ----------
    ids
        n numbers, each once.
    places
        n x 2 or 3 positions, or n x 4 boxes.
    """

    ids: Ints
    places: Floats

    def of(self, marked: NDArray[np.bool_]) -> Objects:
        """Return some of them."""
        return Objects(self.ids[marked], self.places[marked])


@dataclass(frozen=True, slots=True)
class Moment:
    """The true objects of one moment, and those that somebody says are there."""

    true: Objects
    said: Objects


def apart(first: Floats, second: Floats) -> Floats:
    """Return the distances of n from m places: of positions in their unit, of boxes 1 - IoU.

    Parameters
    ----------
    first, second
        n x k and m x k matrices.

    Returns
    -------
    n x m matrix; both distances are metrics.

    Source
    ------
    Kosub (2019), A note on the triangle inequality for the Jaccard distance, Pattern Recognition Letters 120.
    """
    if first.shape[1] != BOX:
        gaps: Floats = np.sqrt(((first[:, None] - second[None]) ** 2).sum(axis=2))
        return gaps
    starts = np.maximum(first[:, None, :2], second[None, :, :2])
    ends = np.minimum((first[:, :2] + first[:, 2:])[:, None], (second[:, :2] + second[:, 2:])[None])
    shared = np.prod(np.maximum(ends - starts, 0.0), axis=2)
    areas = np.prod(first[:, 2:], axis=1)[:, None] + np.prod(second[:, 2:], axis=1)[None]
    distances: Floats = np.clip(1.0 - shared / (areas - shared), 0.0, 1.0)
    return distances


def likeness(distances: Floats, cutoff: float) -> Floats:
    """Return how alike things are, 0 to 1: a half at the cutoff, nothing from twice the cutoff on.

    Of boxes, with `dure.trials.places.BOX_CUTOFF`, it is the IoU.
    """
    alike: Floats = np.maximum(0.0, 1.0 - distances / (2.0 * cutoff))
    return alike
