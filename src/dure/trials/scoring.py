"""Score predictions against the answer key. Runs in a sandbox of its own.

The predictions may be hostile, and here they meet the targets; so this process has nothing else
to give away, and what it says passes the gates like anything that leaves a sandbox.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dure.sandbox.places import IN, OUT
from dure.trials import metrics
from dure.trials.definition import USUAL, protection_of
from dure.trials.disclosure.sensitive import Protection
from dure.trials.disclosure.suppression import TableRefused, withheld_cells
from dure.trials.disclosure.table import CellTable, Marks
from dure.trials.forecasts import usual_quantiles
from dure.trials.metrics import Comparison, Estimate
from dure.trials.overlap import isolates
from dure.trials.predictions import FILE, Predictions, PredictionsRefused, Refusal, read_predictions
from dure.trials.split import ANSWER, BASELINE_KEY, ROW, SUBGROUP
from dure.trials.tasks import Predicted, TaskType, metric_of

SCORE = "score.json"
LEAK_SHARE = 0.99
MOST_COMMON = 0.9


@dataclass(frozen=True, slots=True)
class Plan:
    """How to score.

    Parameters
    ----------
    task, metrics
        What was asked.
    seed, resamples
        Of the bootstrap.
    subgroups
        How many subgroups the answer key has, the other rows not counted.
    floors
        Metrics that are needed of each subgroup.
    protection
        What is asked of tables.
    """

    task: TaskType
    metrics: tuple[str, ...]
    seed: int
    resamples: int
    subgroups: int = 0
    floors: tuple[str, ...] = ()
    protection: Protection = USUAL


@dataclass(frozen=True, slots=True)
class Score:
    """What scoring came to, before any gate.

    Parameters
    ----------
    rows
        Rows of the test.
    smallest_cell
        Rows behind the least populated group that any figure rests on.
    comparisons
        The figures.
    leak
        Predictions equal the targets to an implausible degree.
    groups
        Rows of each subgroup, and its figures.
    support
        Rows by subgroup and class.
    """

    rows: int
    smallest_cell: int
    comparisons: tuple[Comparison, ...]
    leak: bool = False
    groups: tuple[tuple[int, tuple[Comparison, ...]], ...] = ()
    support: CellTable | None = None


def score(data: bytes, answers: pa.Table, plan: Plan) -> Score:
    """Return the score of a file of predictions.

    Parameters
    ----------
    data
        The file.
    answers
        The answer key, one column, with its baseline.
    plan
        How to score.

    Raises
    ------
    PredictionsRefused
        With the reason.
    """
    baseline = json.loads(answers.schema.metadata[BASELINE_KEY])
    rows = answers.num_rows
    known = tuple(baseline.get("classes", ()))
    predictions = read_predictions(data, task=plan.task, rows=rows, classes=frozenset(known))
    key = _Key(plan, baseline, answers, predictions, np.random.default_rng(plan.seed))
    everything = np.ones(rows, dtype=bool)
    found = key.comparisons(everything, plan.metrics)
    if not plan.subgroups:
        return Score(rows, key.smallest(), found, key.leak())
    numbers = answers[SUBGROUP].to_numpy()
    groups = []
    for number in range(plan.subgroups):
        mask = numbers == number
        size = int(mask.sum())
        enough = size >= plan.protection.least
        groups.append((size, key.comparisons(mask, plan.floors) if enough else ()))
    support = np.zeros((plan.subgroups + 1, max(len(known), 1)), dtype=np.int64)
    np.add.at(support, (numbers, key.cells()), 1)
    return Score(rows, key.smallest(), found, key.leak(), tuple(groups), CellTable(support))


class _Key:
    """The answer key and the predictions, side by side."""

    def __init__(
        self,
        plan: Plan,
        baseline: dict[str, Any],
        answers: pa.Table,
        predictions: Predictions,
        rng: np.random.Generator,
    ) -> None:
        self.plan, self.baseline, self.predictions, self.rng = plan, baseline, predictions, rng
        self.numbers = {name: n for n, name in enumerate(baseline.get("classes", ()))}
        column = answers[ANSWER]
        if plan.task.predicts is not Predicted.CLASS:
            if plan.task.predicts is Predicted.QUANTILES:
                self.usual = usual_quantiles(answers)
            self.targets = column.to_numpy()
            self.predicted = np.asarray(predictions.values, dtype=np.float64)
            return
        targets = [self.numbers[name] for name in column.to_pylist()]
        self.targets = np.array(targets, dtype=np.int64)
        self.predicted = np.array(
            [self.numbers[str(name)] for name in predictions.values], dtype=np.int64
        )

    def comparisons(self, mask: Marks, wanted: tuple[str, ...]) -> tuple[Comparison, ...]:
        """Return the figures over some of the rows."""
        if not wanted:
            return ()
        targets: Any = self.targets[mask]
        predicted: Any = self.predicted[mask]
        resamples = self.plan.resamples
        if self.plan.task is TaskType.FORECASTING:
            found = self._forecast(targets, mask)
        elif self.plan.task is TaskType.REGRESSION:
            mean = float(self.baseline["mean"])
            found = metrics.regression(targets, predicted, mean, resamples, self.rng)
        else:
            found = self._classified(targets, predicted, mask)
        return tuple(one for one in found if one.metric in wanted)

    def _classified(
        self, targets: metrics.Ints, predicted: metrics.Ints, mask: Marks
    ) -> list[Comparison]:
        plan, predictions, numbers = self.plan, self.predictions, self.numbers
        majority = numbers[self.baseline["majority"]]
        found = metrics.classification(
            targets, predicted, majority, len(numbers), plan.resamples, self.rng
        )
        scored = any(
            metric.needs_scores for name in plan.metrics if (metric := metric_of(plan.task, name))
        )
        every = len(np.unique(targets)) == len(numbers)
        if scored and predictions.classes and every:
            order = [predictions.classes.index(name) for name in numbers]
            scores = np.asarray(predictions.scores, dtype=np.float64)[mask][:, order]
            found.append(metrics.roc_auc(targets, scores, plan.resamples, self.rng))
        return found

    def cells(self) -> metrics.Ints:
        """Return the class of each row; where numbers are predicted every row has the same."""
        if self.plan.task.predicts is not Predicted.CLASS:
            return np.zeros(len(self.targets), dtype=np.int64)
        classes: metrics.Ints = self.targets
        return classes

    def smallest(self) -> int:
        """Return the rows of the least populated class."""
        return int(np.bincount(self.cells(), minlength=max(len(self.numbers), 1)).min())

    def _forecast(self, targets: Any, mask: Marks) -> list[Comparison]:
        return metrics.forecast(
            targets,
            np.asarray(self.predictions.quantiles, dtype=np.float64)[mask],
            self.usual[mask],
            float(self.baseline["scale"]),
            self.plan.resamples,
            self.rng,
        )

    def leak(self) -> bool:
        """Say whether the predictions equal the targets to a degree that learning doesn't reach.

        Targets that are nearly all the same are no reason.
        """
        common = np.unique(self.targets, return_counts=True)[1].max() / len(self.targets)
        near = np.isclose(self.predicted, self.targets, rtol=1e-9, atol=1e-9)
        return bool(near.mean() >= LEAK_SHARE and common <= MOST_COMMON)


def _support(table: CellTable, protection: Protection) -> dict[str, object] | None:
    try:
        withheld = withheld_cells(table, protection)
    except TableRefused:
        return None  # then there is no table
    return {"counts": table.counts.tolist(), "withheld": withheld.tolist()}


def _triple(estimate: Estimate) -> list[float]:
    return [estimate.value, estimate.lower, estimate.upper]


def write_score(
    score: Score, isolated: Sequence[bool] = (), protection: Protection = USUAL
) -> bytes:
    """Return the score as JSON, floats written in full; the gates come after.

    Parameters
    ----------
    score
        What was found.
    isolated
        Of each other benchmark, whether its test rows are these but for a few.
    protection
        What is asked of tables.
    """
    figures = {
        one.metric: {
            part: _triple(estimate)
            for part, estimate in (
                ("algorithm", one.algorithm),
                ("baseline", one.baseline),
                ("difference", one.difference),
            )
        }
        for one in score.comparisons
    }
    whole: dict[str, object] = {
        "rows": score.rows,
        "smallest_cell": score.smallest_cell,
        "figures": figures,
        "leak": score.leak,
        "isolated": list(isolated),
    }
    if score.support is not None:
        whole["subgroups"] = [
            {"rows": rows, "figures": {one.metric: _triple(one.algorithm) for one in found}}
            for rows, found in score.groups
        ]
        whole["support"] = _support(score.support, protection)
    return json.dumps(whole).encode("ascii")


def other_keys(count: int) -> list[str]:
    """Return the names under which other benchmarks' answer keys are given."""
    return [f"other-{number}.parquet" for number in range(count)]


def _isolated(answers: pa.Table, other: Path) -> bool:
    if ROW not in pq.read_schema(other).names:
        return False
    return isolates(answers[ROW], pq.read_table(other, columns=[ROW])[ROW])


def main(source: Path = IN, target: Path = OUT) -> None:
    """Score ``predictions.jsonl`` against ``answers.parquet`` by ``plan.json``."""
    told = json.loads((source / "plan.json").read_bytes())
    plan = Plan(
        TaskType(told["task"]),
        tuple(told["metrics"]),
        told["seed"],
        told["resamples"],
        told.get("subgroups", 0),
        tuple(told.get("floors", ())),
        protection_of(told.get("protection", {})),
    )
    answers = pq.read_table(source / "answers.parquet")
    others = [_isolated(answers, source / name) for name in other_keys(told.get("others", 0))]
    try:
        said = write_score(
            score((source / FILE).read_bytes(), answers, plan), others, plan.protection
        )
    except PredictionsRefused as refused:
        said = json.dumps({"refused": refused.reason.value}).encode("ascii")
    except RecursionError:
        said = json.dumps({"refused": Refusal.NESTED.value}).encode("ascii")
    (target / SCORE).write_bytes(said)


if __name__ == "__main__":
    main()
