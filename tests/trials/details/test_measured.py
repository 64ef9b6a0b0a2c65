"""Details measured from an answer key, from the split over both runs' predictions to what is told."""

import json

import numpy as np
import pyarrow as pa
import pytest

from dure.trials import scoring, split
from dure.trials.definition import Definition
from dure.trials.details.holding import details_of
from dure.trials.gates.candidate import Budget, Candidate
from dure.trials.gates.passing import pass_gates, recheck
from dure.trials.kinds.parts import CELL, PLACE
from dure.trials.outcomes import OutcomeClass
from dure.trials.perturbing.kinds import KINDS
from dure.trials.predictions import Predictions, write_predictions
from dure.trials.results import form_for
from dure.trials.tasks import TaskType

ROWS = 1500
ROBUST = ("drift", "noise")


def table():
    rng = np.random.default_rng(3)
    x = rng.normal(size=ROWS)
    return pa.table(
        {
            "hour": np.arange(ROWS),
            "x": x,
            "port": [("north", "south", "other")[n % 3] for n in range(ROWS)],
            "y": 10 * x + rng.normal(size=ROWS),
            "late": ["late" if value > 0 else "early" for value in x],
        }
    )


def definition(task, target, features=("x", "port"), **changes):
    parts = {"robust": ROBUST, "tell": ("calibration",), "features": features}
    return Definition(name="n", task=task, target=target, **(parts | changes))


GROUPED = {
    "subgroup": "port",
    "subgroups": ("north", "south"),
    "tell": ("calibration", "subgroups"),
}
PLAIN = {
    TaskType.REGRESSION: definition(TaskType.REGRESSION, "y", **GROUPED),
    TaskType.CLASSIFICATION: definition(TaskType.CLASSIFICATION, "late", **GROUPED),
    TaskType.FORECASTING: definition(TaskType.FORECASTING, "y", ("hour", "x"), time="hour"),
}


def plan(asked):
    return scoring.Plan(
        asked.task,
        asked.metrics,
        1,
        200,
        len(asked.subgroups),
        robust=asked.robust,
        tell=asked.tell,
    )


def written(predictions, task):
    return b"".join(write_predictions(predictions, task))


def scored(asked, parts, clean, worse=None):
    sweep = worse if worse is None or isinstance(worse, bytes) else written(worse, asked.task)
    found = scoring.score(written(clean, asked.task), parts.answers, plan(asked), sweep)
    return scoring.write_score(found)


def by_place(parts, values):
    """Return values of the test rows in the order of the perturbed part."""
    return np.asarray(values)[np.argsort(parts.answers[PLACE].to_numpy())]


def answered(task, features, lie=False):
    """Return what an honest algorithm says of features; one that lies has more confidence than luck."""
    x = features["x"].to_numpy()
    if task is TaskType.REGRESSION:
        return Predictions((10 * x).tolist())
    if task is TaskType.FORECASTING:
        return Predictions([[10 * v - 1.28, 10 * v, 10 * v + 1.28] for v in x])
    late = 1 / (1 + np.exp(-x)) if not lie else np.where(x > 0, 3.0, -2.0)
    names = ["late" if v > 0 else "early" for v in x]
    return Predictions(names, ("late", "early"), [[float(v), float(1 - v)] for v in late])


@pytest.mark.parametrize("asked", PLAIN.values(), ids=lambda one: one.task.value)
def test_the_whole_way_of_details(asked):
    parts = split.split(table(), asked)
    clean, worse = (answered(asked.task, one) for one in (parts.features, parts.perturbed))
    data = scored(asked, parts, clean, worse)
    assert data == scored(asked, parts, clean, worse)
    form = form_for(asked)
    sound = Candidate("run", form, OutcomeClass.OK, data, Budget(1, 20), sweep=OutcomeClass.OK)
    gated = pass_gates(sound)
    assert gated.outcome is OutcomeClass.OK, gated.findings
    assert recheck(gated.result, "report", form) == ()
    out = details_of(gated.result)
    assert set(out["p"]) <= set(gated.result["figures"])
    assert "0.001" in out["p"].values()
    assert ("subgroups" in out) == bool(asked.subgroups)
    assert ("calibration" in out) == (asked.task is not TaskType.REGRESSION)
    curves = out["robustness"]["curves"]
    assert {name: len(points) for name, points in curves.items()} == dict.fromkeys(ROBUST, 3)
    for name in ROBUST:
        sign = -1 if asked.task is TaskType.CLASSIFICATION else 1
        first, last = (sign * float(curves[name][n]["figure"]["value"]) for n in (0, 2))
        assert last > first, "what is worse is told to be worse"


def test_each_cell_s_figure_is_of_its_own_rows():
    """An algorithm that is off by its cell's number, on the perturbed part as it lies there."""
    asked = PLAIN[TaskType.REGRESSION]
    parts = split.split(table(), asked)
    targets, cell = (parts.answers[name].to_numpy() for name in ("answer", CELL))
    off = Predictions(by_place(parts, targets + cell).tolist())
    told = json.loads(scored(asked, parts, Predictions(targets.tolist()), off))["details"]
    found = told["robustness"]["cells"]
    assert [one[2][0] for one in found] == pytest.approx(range(6), abs=1e-9)
    assert [one[0] for one in found] == np.bincount(cell).tolist()
    # the control: in the order of the clean part the same answers are another matter
    astray = Predictions((targets + cell).tolist())
    found = json.loads(scored(asked, parts, Predictions(targets.tolist()), astray))["details"]
    assert min(one[2][0] for one in found["robustness"]["cells"]) > 1.0


def test_each_subgroup_s_figure_is_of_its_own_rows():
    asked = PLAIN[TaskType.REGRESSION]
    parts = split.split(table(), asked)
    targets = parts.answers["answer"].to_numpy()
    port = parts.features["port"].to_pylist()
    off = np.array([{"north": 1.0, "south": 2.0, "other": 9.0}[one] for one in port])
    told = json.loads(scored(asked, parts, Predictions((targets + off).tolist())))
    found = told["details"]["subgroups"]
    assert [one["mae"][2][0] for one in found] == pytest.approx([1.0, 2.0])
    assert [one["mae"][0] for one in found] == [port.count("north"), port.count("south")]
    assert "robustness" not in told["details"]  # there was no sweep


def test_scores_that_are_no_probabilities_have_no_calibration():
    asked = PLAIN[TaskType.CLASSIFICATION]
    parts = split.split(table(), asked)
    honest, lie = (answered(asked.task, parts.features, lie=one) for one in (False, True))
    assert json.loads(scored(asked, parts, honest))["details"]["calibration"]["bins"]
    assert json.loads(scored(asked, parts, lie))["details"]["calibration"] is None
    bare = Predictions(honest.values)
    assert json.loads(scored(asked, parts, bare))["details"]["calibration"] is None


def test_of_a_forecast_the_shares_below_each_level():
    asked = PLAIN[TaskType.FORECASTING]
    parts = split.split(table(), asked)
    targets = parts.answers["answer"].to_numpy()
    rows = len(targets)
    quarter = np.arange(rows) % 4
    quantiles = [
        [y - (q > 0), y - (q > 1) + 0.0, y + 1.0] for y, q in zip(targets, quarter, strict=True)
    ]
    quantiles = [sorted(one) for one in quantiles]
    told = json.loads(scored(asked, parts, Predictions(quantiles)))["details"]["calibration"]
    assert told == {"below": [int((quarter == 0).sum()), int((quarter < 2).sum()), rows]}


@pytest.mark.parametrize("sweep", [b"", b"[" * 100_000, b"{}\n"])
def test_a_sweep_of_another_form_is_refused_and_the_rest_stands(sweep):
    asked = PLAIN[TaskType.REGRESSION]
    parts = split.split(table(), asked)
    clean = answered(asked.task, parts.features)
    told = json.loads(scored(asked, parts, clean, sweep))
    assert told["details"]["robustness"] == {"refused": True}
    alone = json.loads(scored(asked, parts, clean))
    assert told["figures"] == alone["figures"]
    assert told["details"]["p"] == alone["details"]["p"]


def test_the_sweep_changes_nothing_of_the_main_result():
    asked = PLAIN[TaskType.CLASSIFICATION]
    parts = split.split(table(), asked)
    clean, worse = (answered(asked.task, one) for one in (parts.features, parts.perturbed))
    with_sweep, without = (json.loads(scored(asked, parts, clean, one)) for one in (worse, None))
    with_sweep["details"].pop("robustness")
    assert with_sweep == without


def test_kinds_of_the_plan_are_known():
    assert set(ROBUST) <= set(KINDS)
