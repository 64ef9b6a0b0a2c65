"""The trivial tracker that others are compared with: each observation goes on with what was nearest.

It believes every observation, links each to the nearest thing of the moment before that is alike at all, and
begins a track where there is none. It neither filters nor waits, and forgets at once what it doesn't see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from scipy.optimize import linear_sum_assignment

from dure.trials.bootstrap import Floats
from dure.trials.kinds.tracks.moments import Objects, apart, likeness


def nearest(observed: Iterable[Floats], cutoff: float) -> Iterator[Objects]:
    """Yield the tracks of each moment of a sequence: every observation, with an id.

    Parameters
    ----------
    observed
        Of each moment an n x k matrix of places, in order of time.
    cutoff
        From twice this distance on nothing is linked.

    Source
    ------
    Blackman, Popoli (1999), Design and analysis of modern tracking systems: global nearest
    neighbour.
    """
    before, following = None, 0
    for places in observed:
        ids = np.full(len(places), -1, dtype=np.int64)
        if before is not None:
            alike = likeness(apart(before.places, places), cutoff)
            for old, new in zip(*linear_sum_assignment(-alike), strict=True):
                if alike[old, new] > 0.0:
                    ids[new] = before.ids[old]
        fresh = np.flatnonzero(ids < 0)
        ids[fresh] = following + np.arange(len(fresh))
        following += len(fresh)
        before = Objects(ids, places)
        yield before
