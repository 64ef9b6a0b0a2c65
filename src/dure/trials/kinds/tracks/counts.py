"""What the figures of tracks are made of: counts of a stretch of moments, by trackeval and by GOSPA."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from dure.trials.bootstrap import Floats
from dure.trials.kinds.tracks.gospa import gospa
from dure.trials.kinds.tracks.moments import Ints, Moment, apart, likeness

THRESHOLDS = 19
"""Degrees of likeness that HOTA looks at: 0.05, 0.1 and so on to 0.95."""

HOTA_PARTS = ("HOTA_TP", "HOTA_FN", "HOTA_FP")
IDENTITY_PARTS = ("IDTP", "IDFN", "IDFP")
CLEAR_PARTS = ("CLR_TP", "CLR_FN", "CLR_FP", "IDSW")
GOSPA_PARTS = ("localisation", "missed", "false", "moments")
WIDTH = 4 * THRESHOLDS + len(IDENTITY_PARTS) + len(CLEAR_PARTS) + len(GOSPA_PARTS)


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
    distances = [apart(one.true.places, one.said.places) for one in moments]
    data = _as_trackeval(moments, [likeness(one, cutoff) for one in distances])
    hota, identity, clear = (metric.eval_sequence(data) for metric in _metrics())
    sets = [gospa(one, cutoff) for one in distances]
    return np.concatenate(
        [
            *(hota[name] for name in HOTA_PARTS),
            hota["AssA"] * hota["HOTA_TP"],
            [identity[name] for name in IDENTITY_PARTS],
            [clear[name] for name in CLEAR_PARTS],
            [sum(getattr(one, name) for one in sets) for name in GOSPA_PARTS[:3]],
            [len(moments)],
        ]
    ).astype(np.float64)


def _as_trackeval(moments: Sequence[Moment], alike: list[Floats]) -> dict[str, Any]:
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
        "similarity_scores": alike,
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
