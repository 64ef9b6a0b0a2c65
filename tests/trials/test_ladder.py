"""The Ladder: hundreds of questions on random targets teach nothing, and real progress is told."""

import numpy as np
import pytest

from dure.trials.gates.candidate import Budget, Candidate, History, Told
from dure.trials.gates.ladder import CHANCE, is_better, standard_error, step
from dure.trials.gates.passing import pass_gates
from dure.trials.kinds.classes.figures import classification
from dure.trials.outcomes import OutcomeClass
from dure.trials.results import ResultForm
from dure.trials.scoring import write_score
from dure.trials.tasks import TaskType
from tests.trials import attack

QUERIES = 400
ROWS = 900
SEEDS = range(4)
CHANCE_GAIN = 0.04


@pytest.fixture(scope="module")
def gains():
    """Mean gain over chance of each mechanism's best attack, over several repetitions."""
    return {
        name: {kind: np.mean([attack.gain(mechanism, kind, QUERIES, ROWS, seed) for seed in SEEDS])
               for kind in attack.ATTACKS}
        for name, mechanism in attack.MECHANISMS.items()
    }  # fmt: skip


def test_exact_scores_give_the_targets_away(gains):
    """The positive control: each attack works where the scores are told as they are."""
    assert gains["exact"]["majority"] > 0.15
    assert min(gains["exact"].values()) > CHANCE_GAIN


def test_three_digits_are_no_protection(gains):
    assert gains["rounded"]["majority"] > 0.15


@pytest.mark.parametrize("kind", list(attack.ATTACKS))
def test_the_ladder_gives_away_next_to_nothing(gains, kind):
    assert gains["ladder"][kind] < CHANCE_GAIN


def test_real_progress_is_told():
    """The positive control: what is better by more than chance comes through, close to the truth."""
    rng = np.random.default_rng(5)
    targets = rng.integers(0, 2, ROWS)
    ladder = attack.Ladder(targets, QUERIES)
    told = []
    for share in (0.6, 0.75, 0.9):
        right = rng.random(ROWS) < share
        told.append(ladder.ask(np.where(right, targets, 1 - targets)))
    assert told == pytest.approx([0.6, 0.75, 0.9], abs=0.05)
    assert ladder.ask(np.where(rng.random(ROWS) < 0.7, targets, 1 - targets)) == told[-1]


def test_the_simulation_scores_as_a_trial_does():
    rng = np.random.default_rng(2)
    targets, predicted = rng.integers(0, 2, 500), rng.integers(0, 2, 500)
    ours = attack.Ladder(targets, 20)._accuracy(predicted)
    theirs = classification(targets, predicted, 0, 2, attack.RESAMPLES, np.random.default_rng(1))[0]
    assert ours == theirs


def test_the_step_grows_with_the_questions_and_the_error():
    assert step(400, 0.01) > step(20, 0.01) > step(1, 0.01) > 0
    assert step(20, 0.05) == pytest.approx(5 * step(20, 0.01))
    assert standard_error((0.5, 0.5 - 1.96 * 0.02, 0.5 + 1.96 * 0.02)) == pytest.approx(
        0.02, rel=1e-3
    )


def test_a_chance_of_five_in_a_hundred():
    """Of a budget's worth of equally good answers, one comes over the step no more often than said."""
    rng = np.random.default_rng(3)
    score = rng.normal(0, 0.01, (4000, 20))
    fooled = (score > step(20, 0.01)).any(axis=1).mean()
    assert CHANCE / 2 < fooled < CHANCE * 1.5


def sides(value, half=0.01, base=0.5, close=None):
    close = half if close is None else close
    over = value - base
    return {
        "algorithm": (value, value - half, value + half),
        "difference": (over, over - close, over + close),
    }


def test_less_is_better_for_an_error():
    assert is_better(sides(0.2), sides(0.4), -1.0, 20)
    assert not is_better(sides(0.4), sides(0.2), -1.0, 20)
    assert not is_better(sides(0.39), sides(0.4), -1.0, 20)


def test_what_the_two_share_with_the_baseline_need_not_be_overcome():
    """Errors that all algorithms make alike widen each interval, but not that of the differences."""
    assert not is_better(sides(0.7, 0.1), sides(0.6, 0.1), 1.0, 20)
    assert is_better(sides(0.7, 0.1, close=0.01), sides(0.6, 0.1, close=0.01), 1.0, 20)


FORM = ResultForm(TaskType.CLASSIFICATION, ("accuracy",))


def gated(value, earlier=(), over=None, same=()):
    over = value - 0.5 if over is None else over
    score = {
        "rows": 900, "smallest_cell": 400, "leak": False, "isolated": [], "shared": [],
        "figures": {"accuracy": {
            "algorithm": [value, value - 0.02, value + 0.02],
            "baseline": [0.5, 0.48, 0.52],
            "difference": [over, over - 0.02, over + 0.02],
        }},
    }  # fmt: skip
    told = [Told({"accuracy": sides(v, 0.02)}) for v in earlier]
    told += [Told({"accuracy": sides(v, 0.02)}, same=True) for v in same]
    history = History(tuple(told))
    data = attack.as_bytes(score)
    return pass_gates(Candidate("run", FORM, OutcomeClass.OK, data, Budget(1, 20), history))


def test_what_is_no_better_is_held_without_a_figure():
    told = gated(0.7)
    assert told.result["figures"]["accuracy"]["algorithm"]["value"] == "0.7"
    for held in (
        gated(0.7, [0.7]),
        gated(0.72, [0.7]),
        gated(0.6, [0.7, 0.5]),
        gated(0.5, over=0.0),
    ):
        assert held.outcome is OutcomeClass.OK
        assert (held.result["figures"], held.result["held"]) == ({}, ["accuracy"])
        assert "0.72" not in str(held.result)
    assert "held" not in gated(0.8, [0.7, 0.6]).result


def test_the_same_question_has_the_same_answer_and_another_one_is_held():
    """An algorithm that goes by the clock asks something new each time it is run again."""
    assert "held" not in gated(0.7, [0.75], same=[0.7]).result
    assert gated(0.7, [0.75]).result["held"] == ["accuracy"]
    for value in (0.699, 0.701, 0.72):
        assert gated(value, same=[0.7]).result["held"] == ["accuracy"]


def test_the_answer_to_an_attack_is_the_gates_own(monkeypatch):
    """The simulation asks the very gates of a trial, through the score's bytes."""
    asked = []
    monkeypatch.setattr(
        attack, "pass_gates", lambda candidate: asked.append(candidate) or pass_gates(candidate)
    )
    attack.Ladder(np.arange(200) % 2, 20).ask(np.zeros(200, dtype=np.int64))
    assert asked[0].form.metrics == ("accuracy",)
    assert write_score is attack.write_score
