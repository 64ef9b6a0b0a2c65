"""Made-up scenes: things that move, and what somebody says of them."""

import numpy as np

from dure.trials.kinds.tracks.moments import Moment, Objects


def objects(*pairs, width=2):
    """Objects from (id, place) pairs."""
    ids = np.array([one for one, _ in pairs], dtype=np.int64)
    return Objects(ids, np.array([place for _, place in pairs], dtype=float).reshape(-1, width))


def scene(seed, moments=30, things=5, boxes=False, noise=0.3, lost=0.1, false=0.2, switch=0.02):
    """A stretch in which things move straight on, and a tracker errs in each way that there is."""
    rng = np.random.default_rng(seed)
    width = 4 if boxes else 2
    place = rng.uniform(0, 60, (things, 2))
    speed = rng.normal(0, 0.5, (things, 2))
    names, following = np.arange(things), things
    found = []
    for moment in range(moments):
        there = (np.arange(things) <= moment // 2 + 1) & (rng.random(things) < 0.97)
        whole = place + moment * speed
        if boxes:
            whole = np.hstack([whole, np.full((things, 2), 4.0)])
        for thing in np.flatnonzero(rng.random(things) < switch):
            names[thing], following = following, following + 1
        seen = there & (rng.random(things) >= lost)
        said = [(names[n], whole[n] + _shake(rng, noise, width)) for n in np.flatnonzero(seen)]
        for _ in range(rng.poisson(false)):
            said.append((following, np.r_[rng.uniform(0, 60, 2), [4.0] * (width - 2)]))
            following += 1
        true = [(n * 7, whole[n]) for n in np.flatnonzero(there)]
        found.append(Moment(objects(*true, width=width), objects(*said, width=width)))
    return found


def _shake(rng, noise, width):
    return np.r_[rng.normal(0, noise, 2), [0.0] * (width - 2)]
