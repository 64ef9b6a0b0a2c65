"""Details on their way out: what is told has the form, what is hostile is refused, what is old is held."""

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dure.trials.definition import Definition
from dure.trials.details.form import DETAILS, P_WORDS
from dure.trials.details.holding import details_of
from dure.trials.errors import TrialsError
from dure.trials.figures import DIGITS, significant_digits
from dure.trials.gates.candidate import History, Told
from dure.trials.gates.passing import recheck
from dure.trials.outcomes import OutcomeClass
from dure.trials.perturbing.kinds import KINDS, cells
from dure.trials.tasks import METRICS, TaskType
from tests.trials.details.made import (
    CLASSES,
    FORECAST,
    ROBUST,
    changed,
    details,
    forecast_details,
    gated,
    point,
    score,
)


def told(found, **how):
    """Return the details that the gates let out of a score."""
    passed = gated(score(found, form=how.get("form", CLASSES)), **how)
    assert passed.outcome is OutcomeClass.OK, passed.findings
    assert recheck(passed.result, "report", how.get("form", CLASSES)) == ()
    return details_of(passed.result)


def refused(whole, **how):
    """Return the code of why the gates refused a score."""
    passed = gated(whole, **how)
    assert passed.outcome is OutcomeClass.REFUSED
    assert set(passed.result) == {"outcome", "task"}
    [finding] = passed.findings
    return finding.code


def texts_in(value):
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from texts_in(one)
    else:
        yield value


# ── what is told ─────────────────────────────────────────────────────────────────────────────────


def test_all_of_a_classification():
    found = told(details())
    assert set(found) == set(DETAILS)
    assert found["p"] == {"accuracy": "0.001", "f1-macro": "0.05"}
    first = found["calibration"]["bins"][0]
    assert (first["from"], first["to"], first["rows"]) == ("0", "0.6", "400")
    assert first["share"] == {"value": "0.75", "lower": "0.7", "upper": "0.8"}
    # a standard error of 0.0125 allows no finer grid than 0.02
    error = found["calibration"]["error"]
    assert error == {"value": "0.12", "lower": "0.1", "upper": "0.14"}
    curves = found["robustness"]["curves"]
    assert set(curves) == set(ROBUST)
    assert [one["level"] for one in curves["noise"]] == list(KINDS["noise"].levels)
    assert found["robustness"]["metric"] == "accuracy"
    assert curves["drift"][0] == {
        "level": "0.25",
        "rows": "150",
        "figure": {"value": "0.8", "lower": "0.75", "upper": "0.85"},
    }
    assert found["subgroups"][0]["accuracy"]["value"] == "0.8"
    assert [set(group) for group in found["subgroups"]] == [{"accuracy", "f1-macro"}] * 2


def test_all_of_a_forecast():
    found = told(forecast_details(), form=FORECAST)
    levels = found["calibration"]["levels"]
    assert [one["level"] for one in levels] == ["0.1", "0.5", "0.9"]
    assert [one["share"]["value"] for one in levels] == ["0.1", "0.5", "0.91"]
    assert "subgroups" not in found


SHARES = st.floats(0.0, 1.0)
TRIPLES = st.tuples(SHARES, SHARES, SHARES).map(lambda t: [t[0], min(t[1:]), max(t[1:])])
POINTS = st.tuples(st.integers(0, 900), st.integers(0, 900), TRIPLES).map(list)
GROUPS = st.fixed_dictionaries({}, optional=dict.fromkeys(CLASSES.metrics, POINTS))


@st.composite
def calibrations(draw):
    ends = sorted({0, 10, *draw(st.sets(st.integers(1, 9), max_size=4))})
    count = len(ends) - 1
    rows = draw(st.lists(st.integers(10, 200), min_size=count, max_size=count))
    rows[-1] = 900 - sum(rows[:-1])
    bins = [
        {
            "lower": ends[n],
            "upper": ends[n + 1],
            "rows": rows[n],
            "confidence": draw(st.floats(0.0, 1.001)),
            "right": draw(st.integers(0, rows[n])),
        }
        for n in range(count)
    ]
    return {"bins": bins, "error": draw(TRIPLES), "below": []}


ANY_DETAILS = st.fixed_dictionaries(
    {
        "p": st.fixed_dictionaries(
            {}, optional={name: st.floats(0.0, 1.0, exclude_min=True) for name in CLASSES.metrics}
        )
    },
    optional={
        "calibration": st.none() | calibrations(),
        "robustness": st.just({"refused": True})
        | st.fixed_dictionaries(
            {"cells": st.lists(st.none() | POINTS, min_size=6, max_size=6)},
        ),
        "subgroups": st.lists(GROUPS, min_size=2, max_size=2),
    },
)


@given(ANY_DETAILS, st.sampled_from([None, *OutcomeClass]))
@settings(max_examples=60)
def test_what_telling_writes_has_the_form_that_is_checked(found, sweep):
    """The law: whatever is sound on the way in is told in three digits, and passes every gate again."""
    if sweep is OutcomeClass.OK and "robustness" not in found:
        sweep = OutcomeClass.ALGORITHM_ERROR
    out = told(found, sweep=sweep)
    for text in texts_in(out):
        assert isinstance(text, str)
        if text[:1].isdigit():
            assert significant_digits(text) <= DIGITS
    assert set(out.get("p", {}).values()) <= set(P_WORDS)
    for group, before in zip(out.get("subgroups", []), found.get("subgroups", []), strict=True):
        for name, shown in group.items():
            small = name not in before or min(before[name][:2]) < 10
            assert not small or shown == "withheld"


def test_few_rows_and_rows_all_alike_are_withheld():
    few, rests, alike = point(0.8, 9), point(0.8, 150, 9), point(1.0, half=0.0)
    found = details()
    found["robustness"]["cells"][:4] = [few, rests, alike, None]
    found["subgroups"][0] = {"accuracy": few}
    found["calibration"]["error"] = [0.0, 0.0, 0.0]
    out = told(found)
    curves = out["robustness"]["curves"]
    assert [one["rows"] for one in curves["drift"]] == ["withheld", "150", "150"]
    assert [one["figure"] for one in curves["drift"]] == ["withheld"] * 3
    assert curves["noise"][0] == {"level": "0.25", "rows": "withheld", "figure": "withheld"}
    assert curves["noise"][1]["figure"]["value"] != "withheld"  # the control
    assert out["subgroups"][0] == {"accuracy": "withheld", "f1-macro": "withheld"}
    assert out["calibration"]["error"] == "withheld"


@pytest.mark.parametrize(
    ("second", "are_told"), [(400, True), (390, True), (391, False), (399, False)]
)
def test_no_subgroups_where_the_rest_is_small(second, are_told):
    whole = score(details())
    whole["subgroups"][1]["rows"] = second
    assert ("subgroups" in gated(whole).result) is are_told


@pytest.mark.parametrize(
    "outcome", [one for one in OutcomeClass if one is not OutcomeClass.OK], ids=str
)
def test_of_a_sweep_that_failed_only_its_class(outcome):
    out = told(details() | {"robustness": None}, sweep=outcome)
    assert out["robustness"] == {"outcome": outcome.value}
    assert "p" in out  # the main result stands
    secret = told(details(), sweep=outcome)  # nor what scoring says of it all the same
    assert secret["robustness"] == {"outcome": outcome.value}


def test_predictions_of_the_sweep_that_were_refused():
    out = told(details() | {"robustness": {"refused": True}})
    assert out["robustness"] == {"outcome": "invalid-predictions"}


def test_what_nobody_asked_for_is_not_told():
    bare = replace(CLASSES, robust=(), tell=())
    out = told({"p": details()["p"]}, form=bare, sweep=None)
    assert set(out) == {"p"}


def test_a_score_without_details_is_as_before():
    passed = gated(score(None))
    assert passed.outcome is OutcomeClass.OK
    assert details_of(passed.result) == {}
    [step] = [step for step in passed.steps if step.gate == "details"]
    assert step.passage == "not-applicable"


# ── what is hostile ──────────────────────────────────────────────────────────────────────────────

BIN = ("calibration", "bins", 0)
CELL = ("robustness", "cells", 0)
NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("stdout",), "first row: Kim", "gate.schema"),
        (("p",), [], "gate.schema"),
        (("p", "first row: Kim"), 0.5, "gate.schema"),
        (("p", "accuracy"), 0.0, "gate.range"),
        (("p", "accuracy"), 1.5, "gate.range"),
        (("p", "accuracy"), 1, "gate.range"),
        (("p", "accuracy"), "0.001", "gate.range"),
        (("p", "accuracy"), NAN, "gate.range"),
        (("calibration",), [], "gate.schema"),
        (("calibration", "extra"), 1, "gate.schema"),
        (("calibration", "below"), [1, 2, 3], "gate.schema"),
        (("calibration", "bins"), [], "gate.schema"),
        (("calibration", "bins"), [{}] * 11, "gate.schema"),
        (("calibration", "error"), [0.1, 0.1], "gate.schema"),
        (("calibration", "error", 0), NAN, "gate.range"),
        (("calibration", "error", 0), INF, "gate.range"),
        (("calibration", "error", 0), 1.1, "gate.range"),
        (("calibration", "error", 1), 0.2, "gate.range"),
        ((*BIN, "name"), "Kim", "gate.schema"),
        ((*BIN, "rows"), -400, "gate.schema"),
        ((*BIN, "rows"), 400.0, "gate.schema"),
        ((*BIN, "rows"), True, "gate.schema"),
        ((*BIN, "rows"), 401, "gate.schema"),
        ((*BIN, "rows"), 10**15 - 1, "gate.schema"),
        ((*BIN, "right"), 401, "gate.range"),
        ((*BIN, "confidence"), 1.5, "gate.range"),
        ((*BIN, "confidence"), -0.1, "gate.range"),
        ((*BIN, "confidence"), NAN, "gate.range"),
        ((*BIN, "confidence"), 1, "gate.range"),
        ((*BIN, "lower"), 1, "gate.schema"),
        ((*BIN, "upper"), 5, "gate.schema"),
        ((*BIN, "upper"), 0, "gate.schema"),
        (("calibration", "bins", 1, "upper"), 11, "gate.schema"),
        (("robustness",), [], "gate.schema"),
        (("robustness",), {"refused": 1}, "gate.schema"),
        (("robustness",), {"refused": True, "why": "Kim"}, "gate.schema"),
        (("robustness",), None, "gate.schema"),
        (("robustness", "curves"), {}, "gate.schema"),
        (("robustness", "cells"), [], "gate.schema"),
        (("robustness", "cells"), [None] * 7, "gate.schema"),
        (CELL, [150, 60], "gate.schema"),
        (CELL, "Kim", "gate.schema"),
        ((*CELL, 0), -150, "gate.schema"),
        ((*CELL, 1), 60.0, "gate.schema"),
        ((*CELL, 2, 0), NAN, "gate.range"),
        ((*CELL, 2, 0), -INF, "gate.range"),
        ((*CELL, 2, 0), 1, "gate.schema"),
        ((*CELL, 2, 2), 1.5, "gate.range"),
        ((*CELL, 2, 1), 0.99, "gate.range"),
        (("subgroups",), [], "gate.schema"),
        (("subgroups",), {}, "gate.schema"),
        (("subgroups", 0), [], "gate.schema"),
        (("subgroups", 0, "mae"), point(0.5), "gate.schema"),
        (("subgroups", 0, "first row: Kim"), point(0.5), "gate.schema"),
        (("subgroups", 0, "accuracy", 2, 0), 1.5, "gate.range"),
        (("subgroups", 0, "accuracy", 0), -1, "gate.schema"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_hostile_details_are_refused(path, value, code):
    assert gated(score(details())).outcome is OutcomeClass.OK  # the control
    assert refused(score(changed(details(), path, value))) == code


def test_small_bins_are_refused_wherever_the_edges_are():
    found = details()
    found["calibration"]["bins"][0] |= {"rows": 9, "right": 5}
    found["calibration"]["bins"][1] |= {"rows": 891}
    assert refused(score(found)) == "gate.cells"


@pytest.mark.parametrize(
    "whole",
    [None, [], "Kim", {}, {"calibration": None}],
)
def test_details_of_no_form(whole):
    data = score({}) | {"details": whole}
    assert refused(data) == "gate.schema"


@pytest.mark.parametrize("part", ["calibration", "subgroups"])
def test_a_detail_that_nobody_asked_for_is_refused(part):
    assert refused(score(details()), form=replace(CLASSES, tell=())) == "gate.schema"
    asked = tuple(one for one in CLASSES.tell if one != part)
    assert refused(score(details()), form=replace(CLASSES, tell=asked)) == "gate.schema"


@pytest.mark.parametrize(
    "below", [[88, 455], [455, 88, 822], [88, 455, 901], [-1, 1, 2], [1.0, 2.0, 3.0]]
)
def test_hostile_levels_of_a_forecast(below):
    found = changed(forecast_details(), ("calibration", "below"), below)
    assert refused(score(found, form=FORECAST), form=FORECAST) in ("gate.schema", "gate.range")


def test_an_interval_of_a_sliver_is_no_width():
    """The gates stand whatever floats the bytes hold."""
    for sliver in (5e-324, 1e-320, 1e-200, 1e-101):
        found = changed(details(), (*CELL, 2), [0.5, 0.0, sliver])
        assert told(found)["robustness"]["curves"]["drift"][0]["figure"] == "withheld"


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5), st.lists))
@settings(max_examples=30)
def test_any_json_for_details_is_refused(value):
    assert refused(score({}) | {"details": value}) in ("gate.schema", "gate.range")


# ── what is read again ───────────────────────────────────────────────────────────────────────────

RESULT = json.loads(json.dumps(dict(gated(score(details())).result)))
TENTH = ("calibration", "bins", 0)
LEVEL = ("robustness", "curves", "noise", 0)


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("p",), {}, "gate.schema"),
        (("p",), "0.001", "gate.schema"),
        (("p", "roc-auc"), "0.05", "gate.schema"),
        (("p", "accuracy"), "0.002", "gate.digits"),
        (("p", "accuracy"), 1, "gate.digits"),
        (("p", "accuracy"), ["1"], "gate.digits"),
        (("calibration",), {"levels": []}, "gate.schema"),
        (("calibration", "note"), "Kim", "gate.schema"),
        (("calibration", "bins"), [], "gate.schema"),
        (("calibration", "bins"), ["Kim"], "gate.schema"),
        (("calibration", "error"), "Kim", "gate.schema"),
        (("calibration", "error", "value"), "0.1234", "gate.digits"),
        (("calibration", "error", "value"), 0.12, "gate.digits"),
        (("calibration", "error", "value"), "NaN", "gate.digits"),
        (("calibration", "error", "value"), "1.2", "gate.range"),
        ((*TENTH, "from"), "0.1", "gate.schema"),
        ((*TENTH, "to"), "0.55", "gate.schema"),
        ((*TENTH, "to"), ["0.6"], "gate.schema"),
        ((*TENTH, "rows"), "9", "gate.cells"),
        ((*TENTH, "rows"), "-400", "gate.cells"),
        ((*TENTH, "rows"), "401", "gate.digits"),
        ((*TENTH, "rows"), 400, "gate.digits"),
        ((*TENTH, "confidence"), "1.1", "gate.range"),
        ((*TENTH, "share", "upper"), "1.01", "gate.range"),
        (("robustness",), "ok", "gate.schema"),
        (("robustness", "outcome"), "escaped", "gate.schema"),
        (("robustness", "outcome"), "algorithm-error", "gate.schema"),
        (("robustness", "metric"), "roc-auc", "gate.schema"),
        (("robustness", "metric"), ["accuracy"], "gate.schema"),
        (("robustness", "curves"), {}, "gate.schema"),
        (("robustness", "curves"), [], "gate.schema"),
        (("robustness", "curves", "fog"), [], "gate.schema"),
        (("robustness", "curves", "noise"), [], "gate.schema"),
        (("robustness", "curves", "noise"), {}, "gate.schema"),
        ((*LEVEL, "level"), "0.3", "gate.schema"),
        ((*LEVEL, "row"), "Kim", "gate.schema"),
        ((*LEVEL, "rows"), "9", "gate.cells"),
        ((*LEVEL, "rows"), "withheld", "gate.cells"),
        ((*LEVEL, "rows"), "1234", "gate.digits"),
        ((*LEVEL, "figure", "value"), "1.1", "gate.range"),
        (("subgroups",), [], "gate.schema"),
        (("subgroups",), {"0": {}}, "gate.schema"),
        (("subgroups", 0), "Kim", "gate.schema"),
        (("subgroups", 0, "mae"), "withheld", "gate.schema"),
        (("subgroups", 0, "accuracy"), "Kim", "gate.schema"),
        (("subgroups", 0, "accuracy", "value"), "0.8123", "gate.digits"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_recheck_finds_what_was_changed(path, value, code):
    assert recheck(RESULT, "report", CLASSES) == ()
    findings = recheck(changed(RESULT, path, value), "report", CLASSES)
    assert [finding.code for finding in findings] == [code]


@pytest.mark.parametrize("part", DETAILS)
def test_no_detail_stands_without_a_figure(part):
    figureless = {name: value for name, value in RESULT.items() if name not in DETAILS}
    figureless |= {"figures": {}, "held": sorted(RESULT["figures"])}
    assert recheck(figureless, "report", CLASSES) == ()
    findings = recheck(figureless | {part: RESULT[part]}, "report", CLASSES)
    assert [finding.code for finding in findings] == ["gate.schema"]


def test_an_older_report_reads_as_before():
    older = {name: value for name, value in RESULT.items() if name not in DETAILS}
    assert recheck(older, "report", CLASSES) == ()
    assert recheck(older, "report", replace(CLASSES, robust=(), tell=())) == ()


# ── what is held ─────────────────────────────────────────────────────────────────────────────────


def earlier(value, *, same=False, found=None, over=0.25):
    figures = {
        name: {
            "algorithm": (value, value - 0.02, value + 0.02),
            "difference": (over, over - 0.02, over + 0.02),
        }
        for name in CLASSES.metrics
    }
    return Told(figures, same, details=found or {})


def after(*before, found=None, value=0.75):
    whole = score(found or details(), value=value)
    passed = gated(whole, history=History(before))
    assert passed.outcome is OutcomeClass.OK
    assert recheck(passed.result, "report", CLASSES) == ()
    return passed


FIRST = details_of(RESULT)


def test_details_are_told_when_a_figure_climbs_and_held_when_none_does():
    passed = after(earlier(0.6, over=0.1))
    assert passed.climbed
    assert details_of(passed.result) == FIRST
    passed = after(earlier(0.75))
    assert not passed.climbed
    assert passed.result["held"] == ["accuracy", "f1-macro"]
    assert details_of(passed.result) == {}


def test_the_same_question_has_the_same_details_again_and_no_others():
    again = after(earlier(0.75, same=True, found=FIRST))
    assert (again.climbed, details_of(again.result)) == (False, FIRST)
    assert "held" not in again.result
    # an algorithm that goes by the clock: the same figures, another curve
    other = changed(details(), (*CELL, 2), [0.5, 0.4, 0.6])
    passed = after(earlier(0.75, same=True, found=FIRST), found=other)
    assert "held" not in passed.result
    assert details_of(passed.result) == {}
    # somebody else's details are no reason, nor is it that once there were none
    assert details_of(after(earlier(0.75, found=FIRST)).result) == {}
    assert details_of(after(earlier(0.75, same=True)).result) == {}


def test_of_a_metric_that_is_held_nothing_is_told():
    climbing = earlier(0.6, over=0.1)
    held = Told(
        {
            "accuracy": earlier(0.75).figures["accuracy"],
            "f1-macro": climbing.figures["f1-macro"],
        }
    )
    passed = after(held)
    assert passed.result["held"] == ["accuracy"]
    out = details_of(passed.result)
    assert set(out["p"]) == {"f1-macro"}
    assert [set(group) for group in out["subgroups"]] == [{"f1-macro"}] * 2
    assert "robustness" not in out  # its curves are of the accuracy
    assert "calibration" in out


def test_a_sweep_that_failed_is_told_whatever_metric_climbs():
    held = Told({"accuracy": earlier(0.75).figures["accuracy"]})
    passed = gated(score(details()), history=History((held,)), sweep=OutcomeClass.LIMIT_EXCEEDED)
    assert passed.result["robustness"] == {"outcome": "limit-exceeded"}


# ── what can be asked for ────────────────────────────────────────────────────────────────────────


def asked(**changes):
    parts = {"name": "n", "task": TaskType.CLASSIFICATION, "target": "y", "features": ("x",)}
    return Definition(**(parts | changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"robust": ("fog",)},
        {"robust": ("noise", "drift")},
        {"robust": ("noise", "noise")},
        {"tell": ("targets",)},
        {"tell": ("subgroups",)},
        {"tell": ("resources", "calibration")},
        {"robust": ("noise",), "metrics": ("roc-auc",)},
        {"robust": ("missing",), "task": TaskType.IMAGES},
        {"robust": ("missing",), "task": TaskType.DETECTION},
    ],
)
def test_plans_that_are_refused(changes):
    control = asked(robust=("drift", "noise"), tell=("calibration", "resources"))
    assert Definition.from_dict(control.to_dict()) == control
    assert not {"robust", "tell"} & set(asked().to_dict())
    asked(**{**changes, "robust": (), "tell": ()})  # nothing else is amiss
    with pytest.raises(TrialsError, match=r"trials\.benchmark"):
        asked(**changes)


def test_every_task_has_a_metric_for_robustness():
    for metrics in METRICS.values():
        assert any(not metric.needs_scores for metric in metrics)
    assert len(cells(tuple(KINDS))) == sum(len(kind.levels) for kind in KINDS.values())
    assert all(math.isfinite(float(level)) for _, level in cells(tuple(KINDS)))
