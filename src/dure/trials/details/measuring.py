"""Measure a result's details from the answer key beside the predictions. Runs in the scoring sandbox."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa

from dure.trials.details.values import plain_metrics
from dure.trials.disclosure.table import Marks
from dure.trials.kinds.key import Ints, Key, Sides, rows_counted
from dure.trials.kinds.keys import KEYS
from dure.trials.kinds.parts import CELL, PLACE, SUBGROUP
from dure.trials.perturbing.kinds import cells
from dure.trials.predictions import Predictions

OF_ALL_ROWS = frozenset({"accuracy"})
"""Metrics of classes that rest on all rows alike, not on each class's own."""

_SALT = 36


@runtime_checkable
class Paired(Protocol):
    """A key that can say how likely its differences came about by chance."""

    def p_values(self, rng: np.random.Generator) -> dict[str, float]:
        """Return p of each metric that has one."""


@runtime_checkable
class Calibrated(Protocol):
    """A key that can say whether confidence can be trusted."""

    def calibration(self, rng: np.random.Generator) -> dict[str, Any] | None:
        """Return a calibration as the score has it; None when these answers have none."""


@runtime_checkable
class Grouped(Protocol):
    """A key whose figures rest on other groups of rows than `Key.cells`."""

    def fewest(self, mask: Marks) -> int:
        """Return the rows of the least populated group among some of the rows."""


def measured(
    key: Key, sides: Sides, worse: Predictions | None = None, refused: bool = False
) -> dict[str, object]:
    """Return the details that the plan asks for, as the score has them.

    Parameters
    ----------
    key, sides
        Answers and predictions, and what the key was made of.
    worse
        Predictions for the perturbed part, in its order; None when there are none.
    refused
        There were, in another form than the demanded one.
    """
    plan = sides.plan
    rng = np.random.default_rng([plan.seed, _SALT])
    found: dict[str, object] = {"p": {}}
    if isinstance(key, Paired):
        found["p"] = {name: p for name, p in key.p_values(rng).items() if name in plan.metrics}
    if "calibration" in plan.tell:
        found["calibration"] = key.calibration(rng) if isinstance(key, Calibrated) else None
    if "subgroups" in plan.tell:
        found["subgroups"] = _subgroups(key, sides)
    if worse is not None:
        found["robustness"] = {"cells": _curves(sides, worse)}
    elif refused:
        found["robustness"] = {"refused": True}
    return found


def _subgroups(key: Key, sides: Sides) -> list[dict[str, list[object]]]:
    numbers = sides.answers[SUBGROUP].to_numpy()
    return [_points(key, sides, numbers == number) for number in range(sides.plan.subgroups)]


def _curves(sides: Sides, worse: Predictions) -> list[list[object] | None]:
    """Return a point for each cell, of the first metric that needs no scores."""
    answers = sides.answers.take(pa.array(np.argsort(sides.answers[PLACE].to_numpy())))
    beside = replace(sides, answers=answers, predictions=worse)
    key = KEYS[sides.plan.task.predicts](beside)
    dealt = answers[CELL].to_numpy()
    chosen = plain_metrics(sides.plan.task, sides.plan.metrics)[0]
    return [
        _points(key, beside, dealt == number).get(chosen)
        for number in range(len(cells(sides.plan.robust)))
    ]


def _points(key: Key, sides: Sides, mask: Marks) -> dict[str, list[object]]:
    """Return rows, rows that it rests on, and figure of each metric over some of the rows."""
    counted = rows_counted(sides.answers)[mask]
    rows = int(counted.sum())
    if rows < sides.plan.protection.least:
        return {}
    fewest = _fewest(key, mask, counted)
    wanted = plain_metrics(sides.plan.task, sides.plan.metrics)
    found = {}
    for one in key.comparisons(mask):
        estimate = one.algorithm
        triple = [estimate.value, estimate.lower, estimate.upper]
        if one.metric in wanted and np.isfinite(triple).all():
            found[one.metric] = [rows, rows if one.metric in OF_ALL_ROWS else fewest, triple]
    return found


def _fewest(key: Key, mask: Marks, counted: Ints) -> int:
    if isinstance(key, Grouped):
        return key.fewest(mask)
    counts = np.bincount(key.cells()[mask], weights=counted)
    return int(counts[counts > 0].min())
