"""The Ladder: a figure is told only when it is better than what was told before, by more than chance.

Whoever may ask often enough learns the targets from exact scores: answers that are random but a little
lucky are put together to one that seems good and is worth nothing. So what was told before is
repeated in effect: a metric that is not better than the best told to the agency on these targets, and
than the baseline, by a step, is named as *held* and has no figure.

The step is not a parameter. It is so many standard errors, from the bootstrap intervals of the two
figures, that of all the metrics of all the trials that the budget allows, none that is no better comes
over it but with a chance of five in a hundred.

Source
------
Blum and Hardt, The Ladder: a reliable leaderboard for machine learning competitions (ICML 2015),
algorithms 1 and 2. There the step of the parameter-free variant is one paired standard error; here it
grows with the number of questions, since one standard error was seen to be too little (``bench/ladder.py``).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from statistics import NormalDist

from dure.core.text import Text
from dure.trials.figures import figure
from dure.trials.gates.candidate import Candidate, Triple
from dure.trials.gates.gate import Gate
from dure.trials.outcomes import OutcomeClass
from dure.trials.results import metric_in

CHANCE = 0.05
"""Chance that the Ladder is deceived once, in all the trials that a budget allows."""

_NORMAL = NormalDist()
_HALF_WIDTHS = 2.0 * _NORMAL.inv_cdf(0.975)


def step(questions: int, errors: Iterable[float]) -> float:
    """Return how much better a figure must be before it is told.

    Parameters
    ----------
    questions
        Figures that may be asked for in all, 1 or more.
    errors
        Standard errors of the two figures that are compared, or that of their difference.

    Examples
    --------
    >>> round(step(20, [0.01, 0.01]), 4), round(step(400, [0.01, 0.01]), 4)
    (0.0397, 0.0518)
    """
    return _NORMAL.inv_cdf(1.0 - CHANCE / max(questions, 1)) * math.hypot(*errors)


def standard_error(figures: Triple) -> float:
    """Return the standard error that a 95 % interval stands for."""
    _, lower, upper = figures
    return (upper - lower) / _HALF_WIDTHS


def is_better(figures: Triple, best: Triple, sign: float, questions: int) -> bool:
    """Say whether a figure is better than another by the step.

    Parameters
    ----------
    figures, best
        Value, lower and upper end of the interval of each.
    sign
        1 when more is better, -1 when less is.
    questions
        As `step` takes it.
    """
    errors = (standard_error(figures), standard_error(best))
    return sign * (figures[0] - best[0]) > step(questions, errors)


def _let_through(candidate: Candidate) -> Candidate | None:
    if candidate.outcome is not OutcomeClass.OK:
        return None
    held = sorted(name for name in candidate.figures if not _climbs(candidate, name))
    if not held:
        return candidate
    figures = candidate.result["figures"]
    assert isinstance(figures, dict)  # noqa: S101 (an earlier gate wrote it)
    told = {name: sides for name, sides in figures.items() if name not in held}
    return replace(candidate, result={**candidate.result, "figures": told, "held": held})


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
    sign = 1.0 if metric_in(candidate.form, name).larger_is_better else -1.0
    questions = _questions(candidate)
    own, difference = candidate.figures[name]["algorithm"], candidate.figures[name]["difference"]
    # The baseline needs no question, and both were resampled together: a paired standard error.
    if not sign * difference[0] > step(questions, [standard_error(difference)]):
        return False
    earlier = [told.figures[name] for told in candidate.history.told if name in told.figures]
    return all(is_better(own, best, sign, questions) for best in earlier)
