"""A curve with every answer gives random targets away; the gates tell none of them."""

import numpy as np
import pytest

from dure.trials.details.calibration import reliability
from dure.trials.details.grid import rows_of_bin
from dure.trials.gates.candidate import Budget, Candidate, History
from dure.trials.gates.passing import pass_gates
from dure.trials.outcomes import OutcomeClass
from dure.trials.results import ResultForm
from dure.trials.scoring import Score, write_score
from dure.trials.tasks import TaskType
from tests.trials import attack

ROWS, QUERIES, RESAMPLES = 900, 60, 50
TENTHS = np.arange(ROWS) % 10
FORM = ResultForm(TaskType.CLASSIFICATION, ("accuracy",), tell=("calibration",))


def gain(ask, seed):
    """Answer at random, with a confidence that says which tenth a row is in; vote by what comes back."""
    rng = np.random.default_rng(seed)
    targets = rng.integers(0, 2, ROWS)
    ladder, votes = attack.Ladder(targets, QUERIES), np.zeros(ROWS)
    for number in range(QUERIES):
        guess, tenth = rng.integers(0, 2, ROWS), rng.permutation(ROWS) % 10
        for (lower, upper), share in ask(ladder, guess, tenth, number).items():
            votes += np.where(
                (lower <= tenth) & (tenth < upper), (share - 0.5) * (2 * guess - 1), 0
            )
    return ((votes > 0) == targets).mean() - 0.5 if votes.any() else 0.0


def measured(ladder, guess, tenth, least=10):
    right = guess == ladder.targets
    return reliability(tenth / 10 + 0.05, right, least, RESAMPLES, np.random.default_rng(1))


def exact(ladder, guess, tenth, _):
    bins = measured(ladder, guess, tenth).bins
    return {(one.lower, one.upper): one.right / one.rows for one in bins}


def gated(ladder, guess, tenth, number):
    curve = measured(ladder, guess, tenth, rows_of_bin(ROWS, 10))
    bins = [
        {part: getattr(one, part) for part in ("lower", "upper", "rows", "confidence", "right")}
        for one in curve.bins
    ]
    details = {"p": {}, "calibration": {"bins": bins, "error": list(curve.error), "below": []}}
    score = Score(ROWS, ROWS // 3, (ladder._accuracy(guess),), details=details)
    told = pass_gates(
        Candidate(
            "run", FORM, OutcomeClass.OK, write_score(score), Budget(number + 1, QUERIES), History()
        )
    ).result
    assert told["outcome"] == "ok"
    return {
        (10 * float(one["from"]), 10 * float(one["to"])): float(one["share"]["value"])
        for one in told.get("calibration", {}).get("bins", ())
        if one["share"] != "withheld"
    }


def test_exact_curves_give_the_targets_away():
    """The positive control."""
    assert np.mean([gain(exact, seed) for seed in range(3)]) > 0.2


def test_the_gates_give_nothing_away():
    assert np.mean([gain(gated, seed) for seed in range(3)]) == pytest.approx(0.0, abs=0.02)


def test_the_control_a_good_answer_has_its_curve():
    ladder = attack.Ladder(np.arange(ROWS) % 2, QUERIES)
    wrong = np.arange(ROWS) % 7 == 0
    found = gated(ladder, np.where(wrong, 1 - ladder.targets, ladder.targets), TENTHS, 0)
    assert len(found) == 5  # of two tenths each: a bin has a hundred rows
    assert all(0.8 <= share <= 0.9 for share in found.values())
    assert gated(ladder, ladder.targets.copy(), TENTHS, 0) == {}  # no row of these is wrong
