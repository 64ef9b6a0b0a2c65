"""GOSPA: how far two sets of positions are apart, and of what that consists.

It is a metric on finite sets. With its alpha at 2 it is the best pairing's distances, to the power of the
order, plus half of the cutoff's power for each object that is missed and each that is false; so it falls
into three parts that sum up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from dure.trials.bootstrap import Floats


@dataclass(frozen=True, slots=True)
class Gospa:
    """What two sets of positions are apart, in three parts.

    Parameters
    ----------
    localisation, missed, false
        The parts, each to the power of the order.
    order
        1 or more.
    """

    localisation: float
    missed: float
    false: float
    order: float = 1.0

    @property
    def distance(self) -> float:
        """The distance itself."""
        whole: float = (self.localisation + self.missed + self.false) ** (1.0 / self.order)
        return whole


def gospa(distances: Floats, cutoff: float, order: float = 1.0) -> Gospa:
    """Return the generalised optimal sub-pattern assignment of true and estimated objects.

    Parameters
    ----------
    distances
        n x m matrix of the distances of n true from m estimated objects, 0 or more; a metric's, if the
        result is to be one.
    cutoff
        From this distance on two can't be the same object; above 0, in the distances' unit.
    order
        1 or more; with 1 the parts are in the distances' unit, and sum up to the distance.

    Returns
    -------
    Gospa
        With alpha = 2.

    Source
    ------
    Rahmathullah, García-Fernández, Svensson (2017), Generalized optimal sub-pattern assignment metric,
    20th International Conference on Information Fusion: definition 1, and proposition 1 for the parts.

    Examples
    --------
    >>> gospa(np.array([[1.0, 9.0]]), cutoff=4.0)
    Gospa(localisation=1.0, missed=0.0, false=2.0, order=1.0)
    """
    true, estimated = distances.shape
    costs = np.minimum(distances, cutoff) ** order
    rows, columns = linear_sum_assignment(costs)
    near = distances[rows, columns] < cutoff
    half = cutoff**order / 2.0
    paired = int(near.sum())
    return Gospa(
        localisation=float(costs[rows, columns][near].sum()),
        missed=half * (true - paired),
        false=half * (estimated - paired),
        order=order,
    )
