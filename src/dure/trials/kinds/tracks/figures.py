"""Figures of merit of tracks, with their intervals.

Every figure is a function of counts that are summed over stretches of moments (`counts`): the resampled ones
are the same functions of the sums over stretches that are drawn again, whole. trackeval combines sequences
by these formulas; a test holds them to it.

Source
------
Davison, Hinkley (1997), Bootstrap methods and their application, section 3.8: what hangs together is drawn
together.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dure.trials.bootstrap import Floats
from dure.trials.details.pairing import paired_p_of_sums
from dure.trials.kinds.estimates import Comparison, compare_sums
from dure.trials.kinds.tracks.counts import THRESHOLDS

_IDENTITY = 4 * THRESHOLDS
_CLEAR = _IDENTITY + 3
_GOSPA = _CLEAR + 4


def _hota(sums: Floats) -> Floats:
    hits, missed, false, association = (
        sums[:, part * THRESHOLDS : (part + 1) * THRESHOLDS] for part in range(4)
    )
    detection = hits / np.maximum(1.0, hits + missed + false)
    values: Floats = np.sqrt(detection * association / np.maximum(1.0, hits)).mean(axis=1)
    return values


def _idf1(sums: Floats) -> Floats:
    hits, missed, false = sums[:, _IDENTITY:_CLEAR].T
    values: Floats = hits / np.maximum(1.0, hits + missed / 2.0 + false / 2.0)
    return values


def _mota(sums: Floats) -> Floats:
    hits, missed, false, switches = sums[:, _CLEAR:_GOSPA].T
    values: Floats = (hits - false - switches) / np.maximum(1.0, hits + missed)
    return values


def _mean_of(*parts: int) -> Callable[[Floats], Floats]:
    return lambda sums: sums[:, [_GOSPA + part for part in parts]].sum(axis=1) / sums[:, _GOSPA + 3]


_FIGURES: dict[str, Callable[[Floats], Floats]] = {
    "hota": _hota,
    "idf1": _idf1,
    "mota": _mota,
    "gospa": _mean_of(0, 1, 2),
    "gospa-localisation": _mean_of(0),
    "gospa-missed": _mean_of(1),
    "gospa-false": _mean_of(2),
}


def tracking(
    own: Floats, baseline: Floats, resamples: int, rng: np.random.Generator
) -> list[Comparison]:
    """Return HOTA, IDF1, MOTA, and GOSPA per moment with its parts, compared with a baseline's tracks.

    Parameters
    ----------
    own, baseline
        `dure.trials.kinds.tracks.counts.counts_of` each stretch, a row each.
    resamples
        Resamples of the bootstrap, 200 or more.
    rng
        Seeded generator.
    """
    return compare_sums(own, baseline, _FIGURES, resamples, rng)


def tracking_p(own: Floats, baseline: Floats, rng: np.random.Generator) -> dict[str, float]:
    """Return p of the same metrics' differences from the baseline."""
    return paired_p_of_sums(own, baseline, _FIGURES, rng)
