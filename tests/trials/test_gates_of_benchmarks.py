"""What a benchmark asks of a result: floors in every subgroup, tables, and no few rows by difference."""

import json
from copy import deepcopy

import pytest

from dure.trials.gates.candidate import Budget, Candidate, History, Other
from dure.trials.gates.gate import Passage
from dure.trials.gates.passing import GATES, pass_gates, recheck
from dure.trials.outcomes import OutcomeClass
from dure.trials.refusals import WORDS
from dure.trials.results import ResultForm
from dure.trials.tasks import TaskType

TOLD = {"algorithm": [0.9, 0.88, 0.92], "baseline": [0.5] * 3, "difference": [0.4, 0.38, 0.42]}
SCORE = {
    "rows": 200,
    "smallest_cell": 90,
    "leak": False,
    "isolated": [False],
    "shared": [False],
    "figures": {"accuracy": TOLD},
    "subgroups": [
        {"rows": 100, "figures": {"accuracy": [0.9, 0.86, 0.94]}},
        {"rows": 60, "figures": {"accuracy": [0.88, 0.82, 0.93]}},
    ],
    "support": {
        "counts": [[50, 50], [30, 30], [20, 20]],
        "withheld": [[False] * 3 for _ in range(4)],
    },
}
FORM = ResultForm(TaskType.CLASSIFICATION, ("accuracy",), (("accuracy", "0.8"),), 2)
OTHER = History(others=(Other("b", left=True),))


def gate(score, form=FORM, history=OTHER):
    data = json.dumps(score).encode()
    return pass_gates(Candidate("run", form, OutcomeClass.OK, data, Budget(1, 20), history))


def changed(*path, to):
    score = deepcopy(SCORE)
    place = score
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return score


def test_a_sound_score_passes():
    gated = gate(SCORE)
    assert gated.outcome is OutcomeClass.OK
    assert gated.result["floors"] == {"accuracy": "0.8"}
    assert gated.result["support"][0] == ["50", "50", "100"]
    assert gated.result["support"][-1] == ["100", "100", "200"]
    assert recheck(gated.result, "report", FORM) == ()
    passages = {step.gate: step.passage for step in gated.steps}
    assert passages.pop("details") is Passage.NOT_APPLICABLE  # nobody asked for any
    assert set(passages.values()) == {Passage.PASSED}
    assert [step.gate for step in gated.steps] == [
        "schema", "range", "digits", "cells", "tables", "details", "floors", "differencing", "budget",
        "ladder", "outcome",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("score", "code"),
    [
        (changed("subgroups", 1, "figures", "accuracy", to=[0.88, 0.79, 0.93]), "gate.floors"),
        (changed("figures", "accuracy", "algorithm", to=[0.9, 0.79, 0.92]), "gate.floors"),
        (changed("subgroups", 1, "figures", to={}), "gate.floors"),
        (changed("subgroups", 1, "figures", "accuracy", to=[0.88, 0.79, 1.93]), "gate.range"),
        (changed("subgroups", 1, "figures", to={"mae": [0.88, 0.79, 0.93]}), "gate.schema"),
        (changed("subgroups", to=SCORE["subgroups"][:1]), "gate.schema"),
        (changed("subgroups", 1, to=[]), "gate.schema"),
        (changed("subgroups", 1, "figures", to=[]), "gate.schema"),
        (changed("subgroups", 1, "rows", to=9), "gate.cells"),
        (changed("subgroups", 0, "rows", to=191), "gate.cells"),
        (changed("isolated", to=[True]), "gate.differencing"),
        (changed("isolated", to=[]), "gate.schema"),
        (changed("support", "counts", 2, 0, to=3), "gate.tables"),
        (changed("support", "counts", to=[[60, 60], [38, 38], [2, 2]]), "gate.tables"),
        (changed("support", "counts", to=[[50, 50], [30, 30]]), "gate.schema"),
        (changed("support", "counts", to=[]), "gate.schema"),
        (changed("support", "counts", to=[[], [], []]), "gate.schema"),
        (changed("support", "counts", 0, 0, to=-1), "gate.schema"),
        (changed("support", "withheld", 0, 0, to=1), "gate.schema"),
        (changed("support", "withheld", to=None), "gate.schema"),
        (changed("support", to=[]), "gate.schema"),
    ],
)  # fmt: skip
def test_each_refusal_names_its_gate(score, code):
    gated = gate(score)
    assert [finding.code for finding in gated.findings] == [code]
    assert dict(gated.result) == {"outcome": "refused", "task": "tabular-classification"}
    at = [step.passage for step in gated.steps].index(Passage.REFUSED)
    assert "gate." + gated.steps[at].gate == code
    assert {step.passage for step in gated.steps[at + 1 :]} == {Passage.NOT_REACHED}


def test_withholding_the_small_cells_alone_is_refused():
    counts = [[60, 60], [37, 31], [4, 8]]
    alone = [[False] * 3, [False] * 3, [True, True, False], [False] * 3]
    score = changed("support", to={"counts": counts, "withheld": alone})
    assert gate(score).findings[0].code == "gate.tables"
    # The control: with enough of the others withheld, it passes, and the small ones aren't there.
    enough = [[True, True, False], [False] * 3, [True, True, False], [False] * 3]
    gated = gate(changed("support", to={"counts": counts, "withheld": enough}))
    assert gated.result["support"][2] == ["withheld", "withheld", "12"]
    assert recheck(gated.result, "report", FORM) == ()


def test_no_table_is_better_than_a_bad_one():
    assert "support" not in gate(changed("support", to=None)).result


def test_the_worst_of_an_error_is_its_upper_end():
    form = ResultForm(TaskType.REGRESSION, ("mae",), (("mae", "5"),))
    sides = {"algorithm": [3.0, 2.0, 4.9], "baseline": [9.0] * 3, "difference": [-6.0, -6.5, -5.5]}
    score = {name: SCORE[name] for name in ("rows", "smallest_cell", "leak", "isolated", "shared")}
    score["figures"] = {"mae": sides}
    assert gate(score, form).result["floors"] == {"mae": "5"}
    score["figures"] = {"mae": sides | {"algorithm": [3.0, 2.0, 5.1]}}
    assert gate(score, form).findings[0].code == "gate.floors"


def test_a_nearly_equal_benchmark_of_which_nothing_left_is_no_matter_yet():
    history = History(others=(Other("b", left=False),))
    gated = gate(changed("isolated", to=[True]), history=history)
    assert (gated.outcome, gated.isolated) == (OutcomeClass.OK, ("b",))


def test_a_leak_is_told_to_those_who_decide_and_refuses_nothing():
    gated = gate(changed("leak", to=True))
    assert [finding.code for finding in gated.findings] == ["trials.leak"]
    assert gated.outcome is OutcomeClass.OK
    assert gated.result == gate(SCORE).result
    assert gate(SCORE).findings == ()


def test_of_a_failure_no_gate_asks_more_than_it_must():
    candidate = Candidate("run", FORM, OutcomeClass.LIMIT_EXCEEDED, b"", Budget(1, 20))
    passages = {step.gate: step.passage for step in pass_gates(candidate).steps}
    assert {gate for gate, passage in passages.items() if passage is Passage.PASSED} == {
        "budget", "outcome",
    }  # fmt: skip
    assert set(passages.values()) == {Passage.PASSED, Passage.NOT_APPLICABLE}


@pytest.mark.parametrize(
    ("part", "value", "code"),
    [
        ("held", ["accuracy"], "gate.schema"),
        ("held", [], "gate.schema"),
        ("held", "accuracy", "gate.schema"),
        ("floors", {"accuracy": "0.7"}, "gate.schema"),
        ("support", [["3", "50"]] * 4, "gate.cells"),
        ("support", [["50.55", "50"]] * 4, "gate.digits"),
        ("support", [["50", "50"]] * 3, "gate.schema"),
        ("support", [["50"], ["50", "50"], ["50", "50"], ["50", "50"]], "gate.schema"),
        ("support", "50", "gate.schema"),
        ("support", [50] * 4, "gate.schema"),
        ("support", [[50, 50]] * 4, "gate.digits"),
    ],
)
def test_the_executor_finds_what_was_changed(part, value, code):
    result = dict(gate(SCORE).result)
    assert recheck(result, "report", FORM) == ()
    assert [found.code for found in recheck(result | {part: value}, "report", FORM)] == [code]


def test_what_is_held_has_no_figure():
    held = gate(changed("figures", "accuracy", "difference", to=[0.0, -0.1, 0.1])).result
    assert (held["figures"], held["held"]) == ({}, ["accuracy"])
    assert recheck(held, "report", FORM) == ()


def test_every_gate_has_words_in_both_languages():
    for one in GATES:
        assert one.title.en != one.title.ko
    assert {f"gate.{one.name}" for one in GATES} - {"gate.ladder"} <= set(WORDS)
