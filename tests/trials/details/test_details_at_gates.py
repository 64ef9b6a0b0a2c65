"""Details at the gates: read strictly, told coarsely on rows enough, held unless a figure climbs."""

import copy
import json

import pytest

from dure.trials.details.holding import details_of
from dure.trials.figures import significant_digits
from dure.trials.gates.candidate import Budget, Candidate, History, Told
from dure.trials.gates.passing import pass_gates, recheck
from dure.trials.history import told_figures
from dure.trials.outcomes import OutcomeClass
from dure.trials.results import ResultForm
from dure.trials.tasks import TaskType

TELL = ("calibration", "resources", "subgroups")
FORM = ResultForm(TaskType.CLASSIFICATION, ("accuracy", "f1-macro"), (), 2, ("drift",), TELL)
TOLD = {"algorithm": [0.9, 0.88, 0.92], "baseline": [0.5] * 3, "difference": [0.4, 0.38, 0.42]}
SCORE = {
    "rows": 300, "smallest_cell": 90, "leak": False, "isolated": [],
    "figures": {"accuracy": TOLD, "f1-macro": TOLD},
    "subgroups": [{"rows": 150, "figures": {}}, {"rows": 150, "figures": {}}],
    "support": {"counts": [[75, 75], [75, 75], [0, 0]], "withheld": [[True] * 3] * 3 + [[False] * 3]},
    "details": {
        "p": {"accuracy": 0.001, "f1-macro": 0.0312},
        "calibration": {
            "bins": [
                {"lower": 0, "upper": 6, "rows": 123, "confidence": 0.5512, "right": 61},
                {"lower": 6, "upper": 10, "rows": 177, "confidence": 0.9031, "right": 170},
            ],
            "error": [0.0512, 0.0321, 0.0812],
            "below": [],
        },
        "subgroups": [
            {"accuracy": [150, 150, [0.9133, 0.8667, 0.96]], "f1-macro": [150, 75, [0.9, 0.85, 0.94]]},
            {"accuracy": [150, 150, [0.8867, 0.8333, 0.94]], "f1-macro": [150, 9, [0.9, 0.85, 0.94]]},
        ],
        "robustness": {
            "cells": [
                [100, 100, [0.89, 0.83, 0.95]],
                [100, 100, [0.81, 0.73, 0.89]],
                [100, 100, [0.7, 0.61, 0.79]],
            ]
        },
    },
}  # fmt: skip


def sound():
    score = copy.deepcopy(SCORE)
    del score["support"]["withheld"]
    score["support"] = None
    return score


def changed(*path, to):
    score = sound()
    place = score
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return score


def gate(score, form=FORM, history=(), stress=OutcomeClass.OK):
    data = json.dumps(score).encode()
    return pass_gates(
        Candidate(
            "run",
            form,
            OutcomeClass.OK,
            data,
            Budget(1, 20),
            History(tuple(history)),
            stress=stress,
        )
    )


def figures_in(value):
    if isinstance(value, dict):
        for part in value.values():
            yield from figures_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from figures_in(part)
    elif value not in ("withheld", "ok", "accuracy"):
        yield value


def test_what_is_told():
    gated = gate(sound())
    assert (gated.outcome, gated.climbed) == (OutcomeClass.OK, True)
    told = details_of(gated.result)
    assert told["p"] == {"accuracy": "0.001", "f1-macro": "0.05"}
    first, last = told["calibration"]["bins"]
    assert (first["from"], first["to"], first["rows"]) == ("0", "0.6", "100")
    assert first["share"]["value"] == "0.5"
    assert first["confidence"] == "0.55"
    assert (last["rows"], last["confidence"], last["share"]["value"]) == ("200", "0.9", "0.96")
    assert told["calibration"]["error"] == {"value": "0.06", "lower": "0.04", "upper": "0.08"}
    points = told["robustness"]["curves"]["drift"]
    assert [point["level"] for point in points] == ["0.25", "0.5", "1"]
    assert points[0]["figure"] == {"value": "0.9", "lower": "0.85", "upper": "0.95"}
    assert told["robustness"]["metric"] == "accuracy"
    assert told["subgroups"][0]["accuracy"]["value"] == "0.9"
    assert told["subgroups"][1]["f1-macro"] == "withheld"  # of a class there are nine
    assert all(significant_digits(one) <= 3 for one in figures_in(told))
    assert recheck(gated.result, "report", FORM) == ()


def test_a_forecast_tells_its_coverage():
    form = ResultForm(TaskType.FORECASTING, ("pinball",), (), 0, (), ("calibration",))
    sides = TOLD | {"difference": [-0.4, -0.42, -0.38]}
    score = {name: SCORE[name] for name in ("rows", "smallest_cell", "leak", "isolated")}
    score |= {"figures": {"pinball": sides}}
    score["details"] = {"p": {"pinball": 0.5}, "calibration": {"below": [33, 148, 268]}}
    gated = gate(score, form, stress=None)
    levels = gated.result["calibration"]["levels"]
    assert [one["level"] for one in levels] == ["0.1", "0.5", "0.9"]
    assert [one["share"]["value"] for one in levels] == ["0.12", "0.5", "0.9"]
    assert gated.result["p"] == {"pinball": "1"}
    assert recheck(gated.result, "report", form) == ()
    for below in ([33, 20, 268], [33, 148, 301], [33, 148], [33.0, 148, 268]):
        score["details"]["calibration"] = {"below": below}
        assert gate(score, form, stress=None).outcome is OutcomeClass.REFUSED


BINS = ("details", "calibration", "bins")


@pytest.mark.parametrize(
    ("score", "code"),
    [
        (changed("details", to=[]), "gate.schema"),
        (changed("details", "stdout", to="a row"), "gate.schema"),
        (changed("details", "p", to={"mae": 0.5}), "gate.schema"),
        (changed("details", "p", "accuracy", to=0.0), "gate.range"),
        (changed("details", "p", "accuracy", to="Kim"), "gate.range"),
        (changed(*BINS, to=[]), "gate.schema"),
        (changed(*BINS, 0, "note", to="x"), "gate.schema"),
        (changed(*BINS, 0, "upper", to=5), "gate.schema"),
        (changed(*BINS, 0, "rows", to=124), "gate.schema"),
        (changed(*BINS, 0, "right", to=124), "gate.range"),
        (changed(*BINS, 0, "confidence", to=1.5), "gate.range"),
        (changed(*BINS, 0, "confidence", to=float("nan")), "gate.range"),
        (changed("details", "calibration", "error", to=[0.1, 0.2, 1.1]), "gate.range"),
        (changed("details", "calibration", "below", to=[3]), "gate.schema"),
        (changed("details", "robustness", "cells", to=[]), "gate.schema"),
        (changed("details", "robustness", to={"refused": 1}), "gate.schema"),
        (changed("details", "robustness", to=None), "gate.schema"),
        (changed("details", "robustness", "cells", 0, 2, to=[0.5, 0.6, 1.7]), "gate.range"),
        (changed("details", "robustness", "cells", 0, 2, to=[0.5, 0.6]), "gate.schema"),
        (changed("details", "robustness", "cells", 0, 0, to=-1), "gate.schema"),
        (changed("details", "subgroups", to=[{}]), "gate.schema"),
        (changed("details", "subgroups", 0, to={"roc-auc": [1, 1, [0.5] * 3]}), "gate.schema"),
        (changed("details", "subgroups", 0, "accuracy", 2, to=[0.5, 0.9, 0.1]), "gate.range"),
    ],
)  # fmt: skip
def test_each_refusal(score, code):
    gated = gate(score)
    assert [found.code for found in gated.findings] == [code]
    assert set(gated.result) == {"outcome", "task"}


def test_a_bin_of_nine_rows_is_refused():
    score = sound()
    first, last = score["details"]["calibration"]["bins"]
    first |= {"rows": 9, "right": 4}
    last |= {"rows": 291, "right": 280}
    assert gate(score).findings[0].code == "gate.cells"
    first |= {"rows": 10}
    last |= {"rows": 290}
    assert gate(score).findings == ()


def test_what_was_not_asked_for_is_refused():
    plain = ResultForm(TaskType.CLASSIFICATION, FORM.metrics, (), 2)
    assert gate(sound(), plain).findings[0].code == "gate.schema"
    told = gate(sound()).result
    assert recheck(told, "report", plain)[0].code == "gate.schema"


def test_points_that_rest_on_too_few_rows_or_have_no_width_are_withheld():
    for cell in (
        [9, 9, [0.8, 0.7, 0.9]],
        [100, 9, [0.8, 0.7, 0.9]],
        [100, 100, [1.0, 1.0, 1.0]],
        None,
    ):
        gated = gate(changed("details", "robustness", "cells", 1, to=cell))
        point = gated.result["robustness"]["curves"]["drift"][1]
        assert point["figure"] == "withheld"
        assert (point["rows"] == "withheld") == (cell is None or cell[0] < 10)
        assert recheck(gated.result, "report", FORM) == ()


def test_subgroups_that_leave_a_few_rows_over_are_not_told():
    score = sound()
    score["subgroups"][1]["rows"] = 141  # the whole less both would be nine rows
    assert gate(score).findings == ()
    assert "subgroups" not in gate(score).result
    score["subgroups"][1]["rows"] = 140
    assert "subgroups" in gate(score).result


@pytest.mark.parametrize(
    ("stress", "refused", "told"),
    [
        (OutcomeClass.ALGORITHM_ERROR, False, "algorithm-error"),
        (OutcomeClass.LIMIT_EXCEEDED, False, "limit-exceeded"),
        (OutcomeClass.OK, True, "invalid-predictions"),
    ],
)
def test_a_stress_run_that_fails_is_told_by_its_class_and_spoils_nothing(stress, refused, told):
    score = sound()
    del score["details"]["robustness"]
    if refused:
        score["details"]["robustness"] = {"refused": True}
    gated = gate(score, stress=stress)
    assert gated.result["robustness"] == {"outcome": told}
    assert gated.result["figures"] == gate(sound()).result["figures"]
    assert recheck(gated.result, "report", FORM) == ()


def told(gated, same):
    return Told(told_figures(gated.result), same, details_of(gated.result))


def test_when_all_is_held_no_detail_is_told():
    first = gate(sound())
    held = gate(sound(), history=[told(first, same=False)])
    assert held.result["held"] == ["accuracy", "f1-macro"]
    assert details_of(held.result) == {}
    assert not held.climbed


def test_the_same_question_has_the_same_details_and_other_ones_are_held():
    """An algorithm that goes by the clock: the same figures, another curve."""
    first = gate(sound())
    again = gate(sound(), history=[told(first, same=True)])
    assert again.result == first.result
    assert not again.climbed
    for path, other in (
        ((*BINS, 0, "right"), 20),
        (("details", "subgroups", 0, "accuracy", 2), [0.5, 0.45, 0.55]),
        (("details", "robustness", "cells", 0, 2), [0.5, 0.45, 0.55]),
        (("details", "p", "f1-macro"), 0.2),
    ):
        gated = gate(changed(*path, to=other), history=[told(first, same=True)])
        assert gated.result["figures"] == first.result["figures"]
        assert details_of(gated.result) == {}


def test_details_go_with_the_figures_that_are_told():
    before = gate(sound())
    score = sound()
    better = {
        "algorithm": [0.99, 0.98, 1.0],
        "baseline": [0.5] * 3,
        "difference": [0.49, 0.48, 0.5],
    }
    score["figures"]["f1-macro"] = better
    gated = gate(score, history=[told(before, same=False)])
    assert gated.result["held"] == ["accuracy"]
    assert gated.climbed
    assert set(gated.result["p"]) == {"f1-macro"}
    assert [set(group) for group in gated.result["subgroups"]] == [{"f1-macro"}] * 2
    assert "robustness" not in gated.result  # drawn of the accuracy
    assert "calibration" in gated.result
    assert recheck(gated.result, "report", FORM) == ()


def _set(path, value):
    result = copy.deepcopy(dict(gate(sound()).result))
    place = result
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return result


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("p", "accuracy"), "0.0007", "gate.digits"),
        (("p", "roc-auc"), "0.05", "gate.schema"),
        (("p",), {}, "gate.schema"),
        (("calibration", "error"), "0.1", "gate.schema"),
        (("calibration", "bins", 0, "rows"), "9", "gate.cells"),
        (("calibration", "bins", 0, "rows"), "123", "gate.digits"),
        (("calibration", "bins", 0, "to"), "0.55", "gate.schema"),
        (("calibration", "bins", 1, "to"), "0.9", "gate.schema"),
        (("calibration", "bins", 0, "confidence"), "1.5", "gate.range"),
        (("calibration", "bins", 0, "share", "value"), "1.5", "gate.range"),
        (("calibration", "bins"), "", "gate.schema"),
        (("calibration",), {"levels": []}, "gate.schema"),
        (("robustness", "outcome"), "fine", "gate.schema"),
        (("robustness", "metric"), "roc-auc", "gate.schema"),
        (("robustness", "curves", "noise"), [], "gate.schema"),
        (("robustness", "curves", "drift"), [], "gate.schema"),
        (("robustness", "curves", "drift", 0, "level"), "0.3", "gate.schema"),
        (("robustness", "curves", "drift", 0, "rows"), "9", "gate.cells"),
        (("robustness", "curves", "drift", 0, "rows"), "withheld", "gate.cells"),
        (("robustness", "curves", "drift", 0, "figure", "value"), "0.1234", "gate.digits"),
        (("robustness",), {"outcome": "refused", "why": "Kim"}, "gate.schema"),
        (("subgroups",), [{}], "gate.schema"),
        (("subgroups", 0, "roc-auc"), "withheld", "gate.schema"),
        (("subgroups", 0, "accuracy", "value"), "1.2", "gate.range"),
        (("figures",), {}, "gate.schema"),
    ],
)
def test_the_executor_and_the_receiver_find_what_was_changed(path, value, code):
    assert recheck(gate(sound()).result, "report", FORM) == ()
    result = _set(path, value)
    if path == ("figures",):  # details without a figure
        result["held"] = ["accuracy", "f1-macro"]
    assert [found.code for found in recheck(result, "report", FORM)] == [code]
