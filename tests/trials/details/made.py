"""Scores with details, as scoring writes them, and what the gates make of them."""

from __future__ import annotations

import copy
import json
from typing import Any

from dure.trials.gates.candidate import Budget, Candidate, History
from dure.trials.gates.passing import Gated, pass_gates
from dure.trials.outcomes import OutcomeClass
from dure.trials.perturbing.kinds import cells
from dure.trials.results import ResultForm
from dure.trials.tasks import TaskType

ROBUST = ("drift", "noise")
TELL = ("calibration", "resources", "subgroups")
CLASSES = ResultForm(
    TaskType.CLASSIFICATION, ("accuracy", "f1-macro"), subgroups=2, robust=ROBUST, tell=TELL
)
FORECAST = ResultForm(TaskType.FORECASTING, ("pinball", "mae"), robust=ROBUST, tell=TELL)


def point(value: float, rows: int = 150, rests: int = 60, half: float = 0.04) -> list[Any]:
    return [rows, rests, [value, value - half, value + half]]


def details() -> dict[str, Any]:
    return {
        "p": {"accuracy": 0.001, "f1-macro": 0.03},
        "calibration": {
            "bins": [
                {"lower": 0, "upper": 6, "rows": 400, "confidence": 0.47, "right": 301},
                {"lower": 6, "upper": 10, "rows": 500, "confidence": 0.83, "right": 402},
            ],
            "error": [0.123, 0.098, 0.147],
            "below": [],
        },
        "robustness": {"cells": [point(0.8 - n / 50) for n in range(len(cells(ROBUST)))]},
        "subgroups": [
            {"accuracy": point(0.812, 500), "f1-macro": point(0.7, 500)},
            {"accuracy": point(0.613, 380), "f1-macro": point(0.6, 380)},
        ],
    }


def forecast_details() -> dict[str, Any]:
    return {
        "p": {"pinball": 0.001, "mae": 0.2},
        "calibration": {"below": [88, 455, 822]},
        "robustness": {"cells": [point(0.3 + n / 50) for n in range(len(cells(ROBUST)))]},
    }


def sides(value: float, over: float) -> dict[str, list[float]]:
    return {
        "algorithm": [value, value - 0.02, value + 0.02],
        "baseline": [value - over, value - over - 0.02, value - over + 0.02],
        "difference": [over, over - 0.02, over + 0.02],
    }


def score(found: Any, *, form: ResultForm = CLASSES, value: float = 0.75) -> dict[str, Any]:
    """Return a score with these details; None for a score of before there were any."""
    over = 0.25 if form.task is TaskType.CLASSIFICATION else -0.25
    whole: dict[str, Any] = {
        "rows": 900,
        "smallest_cell": 400,
        "leak": False,
        "isolated": [],
        "shared": [],
        "figures": {name: sides(value, over) for name in form.metrics},
    }
    if form.subgroups:
        whole["subgroups"] = [{"rows": rows, "figures": {}} for rows in (500, 380)]
        whole["support"] = None
    if found is not None:
        whole["details"] = found
    return whole


def gated(
    whole: Any,
    *,
    form: ResultForm = CLASSES,
    history: History | None = None,
    sweep: OutcomeClass | None = OutcomeClass.OK,
) -> Gated:
    """Return what the gates make of a score, given as values or bytes."""
    data = whole if isinstance(whole, bytes) else json.dumps(whole).encode()
    candidate = Candidate("run", form, OutcomeClass.OK, data, Budget(1, 20), sweep=sweep)
    return pass_gates(
        candidate
        if history is None
        else Candidate("run", form, OutcomeClass.OK, data, Budget(1, 20), history, sweep=sweep)
    )


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """Return a copy with one part changed."""
    whole = copy.deepcopy(value)
    place = whole
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = new
    return whole
