"""Tracks beside what was there; the answer key's rows are moments, and what counts as a row is an object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from typing import Any

import numpy as np

from dure.trials.bootstrap import Floats
from dure.trials.disclosure.table import Marks
from dure.trials.kinds.estimates import Comparison
from dure.trials.kinds.key import LEAK_SHARE, MOST_COMMON, Ints, Sides, one_cell
from dure.trials.kinds.lines import PredictionsRefused, Refusal
from dure.trials.kinds.parts import ANSWER, COUNTS
from dure.trials.kinds.tracks.answers import OBSERVED, SEQUENCE, STRETCH, TRUE, USUAL
from dure.trials.kinds.tracks.counts import counts_of
from dure.trials.kinds.tracks.figures import tracking, tracking_p
from dure.trials.kinds.tracks.moments import Moment, Objects

MOST_TRACKS = 3000
"""Tracks in a sequence."""


class TracksKey:
    """As `dure.trials.kinds.key.Key`."""

    def __init__(self, sides: Sides) -> None:
        self.sides = sides
        answers, cutoff = sides.answers, float(sides.baseline["cutoff"])
        ids, places = answers[ANSWER].to_pylist(), answers[TRUE].to_pylist()
        width = next(len(place) // len(one) for one, place in zip(ids, places, strict=True) if one)
        true = _objects(ids, places, width)
        usual = _objects(answers[USUAL].to_pylist(), answers[OBSERVED].to_pylist(), width)
        said = _said(sides.predictions.values, answers[SEQUENCE].to_pylist(), width)
        self.own, self.baseline = (
            [Moment(*pair) for pair in zip(true, one, strict=True)] for one in (said, usual)
        )
        self.stretch = answers[STRETCH].to_numpy()
        self.counts = [
            np.vstack([counts_of(part, cutoff) for part in _parts(one, self.stretch)])
            for one in (self.own, self.baseline)
        ]

    def comparisons(self, mask: Marks) -> list[Comparison]:
        """Return all figures over some of the moments: whole stretches."""
        chosen = np.unique(self.stretch[mask])
        plan, rng = self.sides.plan, self.sides.rng
        own, baseline = (counts[chosen] for counts in self.counts)
        return tracking(own, baseline, plan.resamples, rng)

    def p_values(self, rng: np.random.Generator) -> dict[str, float]:
        """Return p of each metric; stretches are swapped whole."""
        return tracking_p(self.counts[0], self.counts[1], rng)

    def cells(self) -> Ints:
        """Return the class of each moment: every one has the same."""
        return one_cell(len(self.stretch))

    def smallest(self) -> int:
        """Return how many objects there are."""
        return int(self.sides.answers[COUNTS].to_numpy().sum())

    def leak(self) -> bool:
        """Say whether things are said to be just where they are, though they weren't observed there."""
        return _exact(self.own) >= LEAK_SHARE and _exact(self.baseline) <= MOST_COMMON


def _objects(
    ids: Sequence[Sequence[int]], places: Sequence[Sequence[float]], width: int
) -> list[Objects]:
    return [
        Objects(np.array(one, dtype=np.int64), np.array(place, dtype=float).reshape(-1, width))
        for one, place in zip(ids, places, strict=True)
    ]


def _said(
    values: Sequence[dict[str, list[float]]], sequences: Sequence[int], width: int
) -> list[Objects]:
    """Return the tracks of each moment, their ids as numbers.

    Raises
    ------
    PredictionsRefused
        ``wrong-form`` for places of another kind, ``too-many-tracks`` in a sequence.
    """
    if any(len(place) != width for tracks in values for place in tracks.values()):
        raise PredictionsRefused(Refusal.WRONG_FORM)
    numbers: dict[int, dict[str, int]] = {}
    ids = []
    for tracks, sequence in zip(values, sequences, strict=True):
        known = numbers.setdefault(sequence, {})
        ids.append([known.setdefault(name, len(known)) for name in tracks])
    if max(map(len, numbers.values())) > MOST_TRACKS:
        raise PredictionsRefused(Refusal.TOO_MANY_TRACKS)
    return _objects(ids, [list(chain(*tracks.values())) for tracks in values], width)


def _parts(moments: Sequence[Moment], stretch: Ints) -> Iterator[Sequence[Moment]]:
    ends = np.searchsorted(stretch, np.arange(stretch[-1] + 2))
    for start, end in pairwise(ends):
        yield moments[start:end]


def _exact(moments: Sequence[Moment]) -> float:
    """Return the share of the true objects of all moments that something is said to be just at."""
    hits = sum(_hits(one.true.places, one.said.places) for one in moments)
    return hits / sum(len(one.true.ids) for one in moments)


def _hits(true: Floats, said: Floats) -> int:
    near: Any = np.isclose(said[None], true[:, None], rtol=1e-9, atol=1e-9)
    return int(near.all(axis=2).any(axis=1).sum())
