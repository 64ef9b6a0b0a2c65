"""The Ladder: a figure is told only when it is better than what was told before, by more than chance.

Whoever may ask often enough learns the targets from exact scores: answers that are random but a little
lucky are put together to one that seems good and is worth nothing. So what was told before is
repeated in effect: a metric that is not better than the best told to the agency on these targets, and
than the baseline, by a step, is named as *held* and has no figure.

The step is not a parameter. It is so many standard errors that of all the metrics of all the trials
that the budget allows, none that is no better comes over it but with a chance of five in a hundred. The
standard error of the gap between two algorithms is at most the sum of theirs, whatever the two have in
common; of the figures themselves, or, where that is less, of their paired differences from the baseline,
which is the same for both. Both come from the bootstrap intervals.

The same question gets the same answer: figures that were told of just this algorithm with this seed are
told again. Other figures of it are a new answer like any: an algorithm may go by the clock. What stands
beside the figures is told with a figure that climbs, or again as it was (`dure.trials.details.holding`).

Source
------
Blum and Hardt, The Ladder: a reliable leaderboard for machine learning competitions (ICML 2015),
algorithms 1 and 2. There the step of the parameter-free variant is one paired standard error; here it
grows with the number of questions, since one standard error was seen to be too little (``bench/ladder.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from statistics import NormalDist

from dure.core.text import Text
from dure.trials.details.holding import hold_details
from dure.trials.figures import figure
from dure.trials.gates.candidate import Candidate, Told, Triple
from dure.trials.gates.gate import Gate
from dure.trials.outcomes import OutcomeClass
from dure.trials.results import metric_in

CHANCE = 0.05
"""Chance that the Ladder is deceived once, in all the trials that a budget allows."""

Sides = Mapping[str, Triple]

_NORMAL = NormalDist()
_HALF_WIDTHS = 2.0 * _NORMAL.inv_cdf(0.975)


def step(questions: int, error: float) -> float:
    """Return how much better a figure must be before it is told.

    Parameters
    ----------
    questions
        Figures that may be asked for in all, 1 or more.
    error
        Standard error of the gap.

    Examples
    --------
    >>> round(step(20, 0.01), 4), round(step(400, 0.01), 4)
    (0.0281, 0.0366)
    """
    return _NORMAL.inv_cdf(1.0 - CHANCE / max(questions, 1)) * error


def standard_error(figures: Triple) -> float:
    """Return the standard error that a 95 % interval stands for."""
    _, lower, upper = figures
    return (upper - lower) / _HALF_WIDTHS


def is_better(own: Sides, best: Sides, sign: float, questions: int) -> bool:
    """Say whether an algorithm is better than another by the step.

    Parameters
    ----------
    own, best
        Their figures of one metric, by side, as they are told: in three digits.
    sign
        1 when more is better, -1 when less is.
    questions
        As `step` takes it.
    """
    return any(
        sign * (own[side][0] - best[side][0])
        > step(questions, standard_error(own[side]) + standard_error(best[side]))
        for side in ("algorithm", "difference")
    )


def _let_through(candidate: Candidate) -> Candidate | None:
    if candidate.outcome is not OutcomeClass.OK:
        return None
    climbed = {name for name in candidate.figures if _climbs(candidate, name)}
    held = sorted(set(candidate.figures) - climbed - _told_already(candidate))
    result = dict(candidate.result)
    if held:
        figures = result["figures"]
        assert isinstance(figures, dict)  # noqa: S101 (an earlier gate wrote it)
        told = {name: sides for name, sides in figures.items() if name not in held}
        result |= {"figures": told, "held": held}
    result = hold_details(result, same_again=None if climbed else _same(candidate))
    return replace(candidate, result=result, climbed=bool(climbed))


LADDER = Gate(
    "ladder",
    Text(
        "Figures are told only when better than before by more than chance",
        "우연을 넘어 앞선 결과보다 나을 때에만 수치를 알림",
    ),
    _let_through,
    lambda candidate: {"chance": figure(CHANCE), "questions": str(_questions(candidate))},
)


def _questions(candidate: Candidate) -> int:
    return candidate.budget.limit * len(candidate.form.metrics)


def _climbs(candidate: Candidate, name: str) -> bool:
    """Say whether a figure is better than the baseline, and than all that was told before."""
    sign = 1.0 if metric_in(candidate.form, name).larger_is_better else -1.0
    questions = _questions(candidate)
    own = _sides(candidate.figures[name])
    if not _beats_baseline(candidate, name):
        return False
    earlier = [told for told in _told(candidate) if name in told.figures]
    return all(is_better(own, told.figures[name], sign, questions) for told in earlier)


def _beats_baseline(candidate: Candidate, name: str) -> bool:
    sign = 1.0 if metric_in(candidate.form, name).larger_is_better else -1.0
    # The baseline needs no question, and both were resampled together: a paired standard error.
    over = _sides(candidate.figures[name])["difference"]
    return sign * over[0] > step(_questions(candidate), standard_error(over))


def _told(candidate: Candidate) -> list[Told]:
    """Return what was told on these targets, or on others that are these for a good part."""
    return [
        told
        for told in candidate.history.told
        if told.other is None or candidate.shared[told.other]
    ]


def _told_already(candidate: Candidate) -> set[str]:
    """Return the metrics whose figures were told to this very question."""
    return {
        name
        for name, figures in candidate.figures.items()
        if _beats_baseline(candidate, name)
        and any(
            told.same and name in told.figures and _sides(told.figures[name]) == _sides(figures)
            for told in _told(candidate)
        )
    }


def _same(candidate: Candidate) -> list[Mapping[str, object]]:
    """Return the details that were told to this very question."""
    return [told.details for told in candidate.history.told if told.same and told.other is None]


def _sides(figures: Sides) -> Sides:
    return {side: _as_told(figures[side]) for side in ("algorithm", "difference")}


def _as_told(figures: Triple) -> Triple:
    value, lower, upper = (float(figure(part)) for part in figures)
    return value, lower, upper
