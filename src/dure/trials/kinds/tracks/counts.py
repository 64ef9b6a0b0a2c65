"""What the figures of tracks are made of: counts of a stretch of moments, by trackeval and by GOSPA."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from dure.trials.bootstrap import Floats
from dure.trials.kinds.tracks.gospa import Gospa, gospa
from dure.trials.kinds.tracks.moments import Ints, Moment, apart, likeness

THRESHOLDS = 19
"""Degrees of likeness that HOTA looks at: 0.05, 0.1 and so on to 0.95."""

HOTA_PARTS = ("HOTA_TP", "HOTA_FN", "HOTA_FP")
IDENTITY_PARTS = ("IDTP", "IDFN", "IDFP")
CLEAR_PARTS = ("CLR_TP", "CLR_FN", "CLR_FP", "IDSW")
GOSPA_PARTS = ("localisation", "missed", "false", "moments")
WIDTH = 4 * THRESHOLDS + len(IDENTITY_PARTS) + len(CLEAR_PARTS) + len(GOSPA_PARTS)

_AFTER = 4 * THRESHOLDS
_MISSED = [*range(THRESHOLDS, 2 * THRESHOLDS), _AFTER + 1, _AFTER + 4]
_FALSE = [*range(2 * THRESHOLDS, 3 * THRESHOLDS), _AFTER + 2, _AFTER + 5]


def counts_of(moments: Sequence[Moment], cutoff: float) -> Floats:
    """Return the counts of a stretch of moments in which tracks keep their ids.

    Parameters
    ----------
    moments
        In order of time.
    cutoff
        From this distance on two can't be the same object.

    Returns
    -------
    Vector of `WIDTH`, that may be summed over stretches: for each of HOTA's thresholds the true positives,
    false negatives, false positives, and the true positives' association; then `IDENTITY_PARTS`,
    `CLEAR_PARTS`, `GOSPA_PARTS`.

    Source
    ------
    Luiten et al. (2021), HOTA: a higher order metric for evaluating multi-object tracking, IJCV 129;
    Ristani et al. (2016), Performance measures and a data set for multi-target, multi-camera tracking (IDF1);
    Bernardin, Stiefelhagen (2008), Evaluating multiple object tracking performance (MOTA). As trackeval has
    them.
    """
    near = _near(moments, cutoff)
    hota, identity, clear = (metric.eval_sequence(near.data) for metric in _metrics())
    further = np.zeros(WIDTH)
    further[_MISSED], further[_FALSE] = near.missed, near.false
    return further + np.concatenate(
        [
            *(hota[name] for name in HOTA_PARTS),
            hota["AssA"] * hota["HOTA_TP"],
            [identity[name] for name in IDENTITY_PARTS],
            [clear[name] for name in CLEAR_PARTS],
            [sum(getattr(one, name) for one in near.sets) for name in GOSPA_PARTS[:3]],
            [len(moments)],
        ]
    ).astype(np.float64)


@dataclass(frozen=True, slots=True)
class _Near:
    """What trackeval is given, how often what it isn't given was missed and false; GOSPA of each moment."""

    data: dict[str, Any]
    missed: int
    false: int
    sets: list[Gospa]


def _near(moments: Sequence[Moment], cutoff: float) -> _Near:
    """Leave out objects and tracks that are never like any other: they are missed and false in any case.

    Without them its matrices are no larger than they need be, however much clutter there is.
    """
    sets, hit, right = list[Gospa](), [], []
    for one in moments:
        distances = apart(one.true.places, one.said.places)
        alike = likeness(distances, cutoff) > 0.0
        sets.append(gospa(distances, cutoff))
        hit.append(alike.any(axis=1))
        right.append(alike.any(axis=0))
    true, said = (
        _ever([one.true.ids for one in moments], hit),
        _ever([one.said.ids for one in moments], right),
    )
    left = [Moment(m.true.of(t), m.said.of(s)) for m, t, s in zip(moments, true, said, strict=True)]
    missed, false = (sum(int((~one).sum()) for one in kept) for kept in (true, said))
    return _Near(_as_trackeval(left, cutoff), missed, false, sets)


def _ever(ids: list[Ints], marked: list[Any]) -> list[Any]:
    """Return the marks of all ids that are marked at any moment."""
    found = np.concatenate([one[mark] for one, mark in zip(ids, marked, strict=True)])
    return [np.isin(one, found) for one in ids]


def _as_trackeval(moments: Sequence[Moment], cutoff: float) -> dict[str, Any]:
    """Return what its metrics read of a sequence, as its own data sets prepare it."""
    true, true_ids = _numbered([one.true.ids for one in moments])
    said, said_ids = _numbered([one.said.ids for one in moments])
    return {
        "num_timesteps": len(moments),
        "gt_ids": true,
        "tracker_ids": said,
        "num_gt_ids": true_ids,
        "num_tracker_ids": said_ids,
        "num_gt_dets": sum(map(len, true)),
        "num_tracker_dets": sum(map(len, said)),
        "similarity_scores": [
            likeness(apart(one.true.places, one.said.places), cutoff) for one in moments
        ],
    }


def _numbered(ids: Sequence[Ints]) -> tuple[list[Ints], int]:
    """Return ids as numbers from 0 without gaps, and how many there are."""
    known, numbers = np.unique(np.concatenate([*ids, np.empty(0, np.int64)]), return_inverse=True)
    ends = np.cumsum([len(one) for one in ids])
    return np.split(numbers.astype(np.int64), ends[:-1]), len(known)


@cache
def _metrics() -> tuple[Any, Any, Any]:
    # It prints while it is imported when parts for other data sets are missing.
    with contextlib.redirect_stdout(io.StringIO()):
        from trackeval.metrics import CLEAR, HOTA, Identity
    quiet = {"PRINT_CONFIG": False}
    return HOTA(), Identity(quiet), CLEAR(quiet)
