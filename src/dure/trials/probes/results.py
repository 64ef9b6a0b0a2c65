"""Secrets in what may leave: figures, what is held, ranks, and what two results tell together.

An algorithm that has seen the training data, or that is asked again and again, chooses its own figures,
and so could write in them. Each attempt sends several messages, or tries to learn the targets, through the
gates; the control does the same with what scoring alone would have told. What three digits and a class
of outcome carry whatever the gates do is told as something to know: budget and people bound it.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from dure.core.canonical import canonical_json
from dure.trials.gates.candidate import Budget, Candidate, Figures, History, Other, Told
from dure.trials.gates.passing import pass_gates
from dure.trials.leaderboard.standings import Entry, standings
from dure.trials.outcomes import OutcomeClass
from dure.trials.probes.attempt import ATTEMPTS, NAIVE, Act, Clues, Contained, Remark
from dure.trials.probes.parsers import RESULT
from dure.trials.results import ResultForm
from dure.trials.tasks import METRICS, TaskType

LIMIT = 20
"""Trials that a benchmark allows an agency unless it says otherwise."""

_HALF = 0.05
_BASE = 3.5
_ROWS, _QUESTIONS, _SEED = 1000, 200, 7
_MOST_GAIN = 0.04


def score_of(value: float, *, half: float = _HALF, isolated: Sequence[bool] = ()) -> bytes:
    """Return what scoring writes of one error that is so large, against a baseline of 3.5."""
    gap = value - _BASE
    return json.dumps(
        {
            "rows": 400,
            "smallest_cell": 40,
            "figures": {
                "mae": {
                    "algorithm": [value, value - half, value + half],
                    "baseline": [_BASE, _BASE - half, _BASE + half],
                    "difference": [gap, gap - half, gap + half],
                }
            },
            "leak": False,
            "isolated": list(isolated),
            "shared": [False] * len(isolated),
        }
    ).encode()


def leaves(data: bytes, history: History | None = None, form: ResultForm = RESULT) -> bytes:
    """Return the bytes that may leave of a score."""
    asked = Candidate("probe", form, OutcomeClass.OK, data, Budget(2, LIMIT), history or History())
    passed = pass_gates(asked)
    return canonical_json({"outcome": passed.outcome.value, "result": dict(passed.result)})


def _told(value: float) -> Told:
    gap = value - _BASE
    mae = {
        "algorithm": (value, value - _HALF, value + _HALF),
        "difference": (gap, gap - _HALF, gap + _HALF),
    }
    return Told({"mae": mae}, same=True)


# ── messages in figures ────────────────────────────────────────────────────────────────────────
_WORSE = [_BASE + n / 100 for n in range(64)]
_A_LITTLE_BETTER = [_BASE - n / 1000 for n in range(64)]
_AGAIN = [1.5 + n / 200 for n in range(1, 64)]
_BETTER = [1.0 + n / 100 for n in range(200)]

MESSAGES: dict[str, tuple[Sequence[float], History]] = {
    "worse-than-the-baseline": (_WORSE, History()),
    "little-better-than-the-baseline": (_A_LITTLE_BETTER, History()),
    "another-figure-of-the-same": (_AGAIN, History((_told(1.5),))),
}
"""Name -> figures that are the messages, and what was told before."""


def _sends(figures: Sequence[float], history: History) -> Act:
    def go(_: Clues) -> str:
        if b'"figures":{"mae"' not in leaves(score_of(1.0)):
            raise RuntimeError("an honest figure is not told")
        told = len({leaves(score_of(one), history) for one in figures})
        if told == 1:
            raise Contained(f"{len(figures)} messages leave the same bytes")
        return f"{told} of {len(figures)} messages can be told apart"

    return go


def _sends_raw(figures: Sequence[float]) -> Act:
    def go(_: Clues) -> str:
        return f"{len({score_of(one) for one in figures})} of {len(figures)} messages can be told apart"

    return go


for _entry, (_figures, _history) in MESSAGES.items():
    ATTEMPTS[f"results.{_entry}"] = _sends(_figures, _history)
    NAIVE[f"results.{_entry}"] = _sends_raw(_figures)


def _three_digits(_: Clues) -> Remark:
    told = len({leaves(score_of(one)) for one in _BETTER})
    return Remark(
        f"{math.log2(told):.1f} bits in a figure of three digits, if it is better and told"
    )


def _classes(_: Clues) -> Remark:
    return Remark(f"{math.log2(len(OutcomeClass)):.1f} bits in how a run ends, told or not")


ATTEMPTS["results.three-digits"] = _three_digits
NAIVE["results.three-digits"] = _sends_raw(_BETTER)
ATTEMPTS["results.class-of-outcome"] = _classes
NAIVE["results.class-of-outcome"] = lambda _: f"{len(OutcomeClass)} classes"


# ── two results together ───────────────────────────────────────────────────────────────────────
def _one_row_apart(_: Clues) -> str:
    """Have two results leave over the same rows but one: their difference is what that row says."""
    for left in (False, True):
        told = leaves(score_of(1.0, isolated=[left]), History(others=(Other("b", left=True),)))
        if (b'"outcome":"ok"' in told) is left:
            return "both leave"
    raise Contained("refused when the other has left")


def _row_of_two(_: Clues) -> str:
    errors = [random.Random(_SEED).uniform(0, 9) for _ in range(400)]  # noqa: S311
    more, less = sum(errors) / 400, sum(errors[:-1]) / 399
    if abs(more * 400 - less * 399 - errors[-1]) > 1e-6:
        raise OSError(2, "it does not tell")
    return "the error of one row"


ATTEMPTS["results.one-row-apart"] = _one_row_apart
NAIVE["results.one-row-apart"] = _row_of_two


# ── ranks ──────────────────────────────────────────────────────────────────────────────────────
def _ranks(rank: Callable[[Sequence[Entry]], Sequence[int]]) -> int:
    """Return how many orders of two agencies can be told apart, by figures that differ by chance."""
    seen = set()
    for gap in (-0.04, -0.01, 0.0, 0.01, 0.04):
        entries = [
            Entry(agency, "x", agency, released=True, figures=_figures_of(value))
            for agency, value in (("alpha", 1.5), ("bravo", 1.5 + gap))
        ]
        seen.add(tuple(rank(entries)))
    return len(seen)


def _figures_of(value: float) -> Figures:
    return {name: dict(sides) for name, sides in _told(value).figures.items()}


def _by_standing(entries: Sequence[Entry]) -> Sequence[int]:
    [mae] = [one for one in METRICS[TaskType.REGRESSION] if one.name == "mae"]
    placed = {one.entry.agency: one.rank for one in standings(entries, mae, LIMIT)}
    return [placed[one.agency] for one in entries]


def _by_value(entries: Sequence[Entry]) -> Sequence[int]:
    values = [one.figures["mae"]["algorithm"][0] for one in entries]
    return [1 + sum(other < value for other in values) for value in values]


def _rank(_: Clues) -> str:
    told = _ranks(_by_standing)
    if told == 1:
        raise Contained("differences by chance share a rank")
    return f"{told} orders can be told apart"


def _rank_by_value(_: Clues) -> str:
    return f"{_ranks(_by_value)} orders can be told apart"


ATTEMPTS["results.rank-by-chance"] = _rank
NAIVE["results.rank-by-chance"] = _rank_by_value


# ── learning the targets by asking ─────────────────────────────────────────────────────────────
_ACCURACY = ResultForm(TaskType.CLASSIFICATION, ("accuracy",))


def _accuracy_score(right: float) -> bytes:
    half = 1.96 * math.sqrt(0.25 / _ROWS)
    sides = {
        "algorithm": [right, right - half, right + half],
        "baseline": [0.5, 0.5 - half, 0.5 + half],
        "difference": [right - 0.5, right - 0.5 - half, right - 0.5 + half],
    }
    return json.dumps(
        {
            "rows": _ROWS,
            "smallest_cell": 400,
            "figures": {"accuracy": sides},
            "leak": False,
            "isolated": [],
            "shared": [],
        }
    ).encode()


def gain(answer: Callable[[float], float]) -> float:
    """Return how far over chance somebody comes who asks with random answers and joins the lucky ones.

    Parameters
    ----------
    answer
        What is told of a share of right answers; 0.5 when nothing is.
    """
    source = random.Random(_SEED)  # noqa: S311 (the same attempt every time)
    targets = source.getrandbits(_ROWS)
    votes = [0.0] * _ROWS
    for _ in range(_QUESTIONS):
        guess = source.getrandbits(_ROWS)
        weight = answer(1 - (guess ^ targets).bit_count() / _ROWS) - 0.5
        for row in range(_ROWS):
            votes[row] += weight if guess >> row & 1 else -weight
    right = sum(
        (vote > 0) == bool(targets >> row & 1) if vote else 0.5 for row, vote in enumerate(votes)
    )
    return right / _ROWS - 0.5


def _asking(_: Clues) -> str:
    history: list[Told] = []

    def answer(right: float) -> float:
        asked = Candidate(
            "probe", _ACCURACY, OutcomeClass.OK, _accuracy_score(right), Budget(1, _QUESTIONS),
            History(tuple(history)),
        )  # fmt: skip
        passed = pass_gates(asked)
        if passed.outcome is not OutcomeClass.OK:
            raise RuntimeError("an honest score is refused")
        figures = passed.result["figures"]
        if not isinstance(figures, dict) or "accuracy" not in figures:
            return 0.5
        sides = {
            side: tuple(float(told[part]) for part in ("value", "lower", "upper"))
            for side, told in figures["accuracy"].items()
        }
        history.append(Told({"accuracy": sides}))  # type: ignore[dict-item]
        return sides["algorithm"][0]

    won = gain(answer)
    if won < _MOST_GAIN:
        raise Contained(f"{_QUESTIONS} questions gain {won:.3f}")
    return f"{_QUESTIONS} questions gain {won:.3f} over chance"


def _asking_exactly(_: Clues) -> str:
    won = gain(lambda right: right)
    if won < _MOST_GAIN:
        raise OSError(2, "nothing is gained")
    return f"{_QUESTIONS} questions gain {won:.3f} over chance"


ATTEMPTS["results.asking-again"] = _asking
NAIVE["results.asking-again"] = _asking_exactly


def _over_budget(_: Clues) -> str:
    """Ask by failing: what has no figure would cost nothing where only answers are counted."""
    failed = Candidate("probe", RESULT, OutcomeClass.ALGORITHM_ERROR, b"", Budget(LIMIT, LIMIT))
    over = replace(failed, budget=Budget(LIMIT + 1, LIMIT))
    if pass_gates(failed).outcome is not OutcomeClass.ALGORITHM_ERROR:
        raise RuntimeError("the last run of the budget is refused")
    if pass_gates(over).outcome is OutcomeClass.REFUSED:
        raise Contained("refused")
    return "a question more than the budget"


ATTEMPTS["results.asking-by-failing"] = _over_budget
NAIVE["results.asking-by-failing"] = lambda _: f"{LIMIT + 1} questions"
