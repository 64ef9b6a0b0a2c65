"""Adaptive attacks on a leaderboard, and the mechanisms that answer them.

The targets are random, so that nothing can be learnt: what an attack gains over one half was told by
the answers alone.

Source
------
Blum and Hardt, The Ladder (ICML 2015), section 4 (the boosting attack); Hardt and Ullman, Preventing
false discovery in interactive data analysis is hard (FOCS 2014).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dure.trials.bootstrap import resampled_cells
from dure.trials.gates.candidate import Budget, Candidate, History, Told
from dure.trials.gates.passing import pass_gates
from dure.trials.history import told_figures
from dure.trials.kinds.estimates import Comparison, compare
from dure.trials.outcomes import OutcomeClass
from dure.trials.results import ResultForm
from dure.trials.scoring import Score, write_score
from dure.trials.tasks import TaskType

Ints = NDArray[np.int64]
FORM = ResultForm(TaskType.CLASSIFICATION, ("accuracy",))
RESAMPLES = 200


class Exact:
    """Tells the accuracy as it is."""

    digits: int | None = None

    def __init__(self, targets: Ints, queries: int) -> None:
        self.targets, self.queries = targets, queries

    def ask(self, predicted: Ints) -> float:
        score = float((predicted == self.targets).mean())
        return score if self.digits is None else float(f"{score:.{self.digits}g}")


class Rounded(Exact):
    """Tells it in three digits."""

    digits = 3


class Ladder(Exact):
    """Tells what the gates of a trial let through; of what is held, what was told before."""

    def __init__(self, targets: Ints, queries: int) -> None:
        super().__init__(targets, queries)
        self.told: list[Told] = []
        self.asked = 0
        self.best = 0.5

    def ask(self, predicted: Ints) -> float:
        self.asked += 1
        rows = len(self.targets)
        gated = pass_gates(
            Candidate(
                "run",
                FORM,
                OutcomeClass.OK,
                write_score(Score(rows, rows // 3, (self._accuracy(predicted),))),
                Budget(self.asked, self.queries),
                History(tuple(self.told)),
            )
        )
        assert gated.outcome is OutcomeClass.OK
        figures: Any = gated.result["figures"]
        if figures:
            self.told.append(Told(told_figures(gated.result)))
            self.best = self.told[-1].figures["accuracy"]["algorithm"][0]
        return self.best

    def _accuracy(self, predicted: Ints) -> Comparison:
        """Return what `classification` says of the accuracy, alone and so sooner."""
        cells = np.bincount(self.targets * 2 + predicted, minlength=4)
        counts = resampled_cells(cells, RESAMPLES, np.random.default_rng(1))
        rows = len(self.targets)
        return compare(
            "accuracy",
            float((predicted == self.targets).mean()),
            float((self.targets == 0).mean()),
            (counts[:, 0] + counts[:, 3]) / rows,
            (counts[:, 0] + counts[:, 1]) / rows,
        )


def majority(mechanism: Exact, queries: int, rng: np.random.Generator) -> Ints:
    """Ask for random answers; put those that seemed better than one half, and the others turned round,
    together by a vote."""
    rows = len(mechanism.targets)
    votes = np.zeros(rows)
    for _ in range(queries):
        guess = rng.integers(0, 2, rows)
        told = mechanism.ask(guess)
        votes += np.sign(told - 0.5) * (2 * guess - 1)
    return (votes > 0).astype(np.int64)


def climbing(mechanism: Exact, queries: int, rng: np.random.Generator) -> Ints:
    """Change a part of the best answer so far, and keep what is told to be better."""
    rows = len(mechanism.targets)
    best = rng.integers(0, 2, rows)
    told = mechanism.ask(best)
    for _ in range(queries - 1):
        guess = np.where(rng.random(rows) < 0.5, rng.integers(0, 2, rows), best)
        answer = mechanism.ask(guess)
        if answer > told:
            best, told = guess, answer
    return best


def sandbagging(mechanism: Exact, queries: int, rng: np.random.Generator) -> Ints:
    """Begin as badly as can be, so that every answer is progress, and learn block by block."""
    rows = len(mechanism.targets)
    blocks = np.arange(rows) * min(queries // 2, 40) // rows
    guess = np.zeros(rows, dtype=np.int64)
    told = mechanism.ask(guess)
    for block in range(int(blocks.max()) + 1):
        turned = np.where(blocks == block, 1 - guess, guess)
        answer = mechanism.ask(turned)
        if answer > told:
            guess, told = turned, answer
    return majority_within(mechanism, queries - int(blocks.max()) - 2, guess, rng)


def majority_within(mechanism: Exact, queries: int, best: Ints, rng: np.random.Generator) -> Ints:
    """Ask for changes of an answer, and put together those that were told to be better than others."""
    rows = len(mechanism.targets)
    known = 2 * best - 1
    changes, answers = [], []
    for _ in range(queries):
        guess = np.where(rng.random(rows) < 0.3, 1 - best, best)
        answers.append(mechanism.ask(guess))
        changes.append((2 * guess - 1) - 0.4 * known)
    weights = np.array(answers) - np.mean(answers)
    votes = weights @ np.array(changes)
    return np.where(votes == 0, best, votes > 0).astype(np.int64)


def near_the_baseline(mechanism: Exact, queries: int, rng: np.random.Generator) -> Ints:
    """Change a few rows of the baseline's answer, where the gap's standard error is least."""
    rows = len(mechanism.targets)
    best = np.zeros(rows, dtype=np.int64)
    told = mechanism.ask(best)
    for _ in range(queries - 1):
        guess = np.where(rng.random(rows) < 0.1, 1 - best, best)
        answer = mechanism.ask(guess)
        if answer > told:
            best, told = guess, answer
    return best


ATTACKS: dict[str, Callable[[Exact, int, np.random.Generator], Ints]] = {
    "majority": majority,
    "climbing": climbing,
    "sandbagging": sandbagging,
    "near-the-baseline": near_the_baseline,
}
MECHANISMS: dict[str, type[Exact]] = {"exact": Exact, "rounded": Rounded, "ladder": Ladder}


def gain(mechanism: type[Exact], attack: str, queries: int, rows: int, seed: int) -> float:
    """Return what an attack's last answer is better than one half, on the very rows it asked about."""
    rng = np.random.default_rng(seed)
    targets = rng.integers(0, 2, rows)
    found = ATTACKS[attack](mechanism(targets, queries), queries, rng)
    return float((found == targets).mean()) - 0.5


def as_bytes(score: dict[str, Any]) -> bytes:
    return json.dumps(score).encode("ascii")
