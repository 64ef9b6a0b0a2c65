"""Score predictions against the answer key. Runs in a sandbox of its own.

The predictions may be hostile, and here they meet the targets; so this process has nothing else
to give away, and what it says passes the gates like anything that leaves a sandbox.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dure.sandbox.places import IN, OUT
from dure.trials import metrics
from dure.trials.metrics import Comparison
from dure.trials.predictions import FILE, Predictions, PredictionsRefused, Refusal, read_predictions
from dure.trials.split import ANSWER, BASELINE_KEY
from dure.trials.tasks import TaskType, metric_of

SCORE = "score.json"


@dataclass(frozen=True, slots=True)
class Plan:
    """How to score: task, metrics, seed and resamples of the bootstrap."""

    task: TaskType
    metrics: tuple[str, ...]
    seed: int
    resamples: int


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
    """

    rows: int
    smallest_cell: int
    comparisons: tuple[Comparison, ...]


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
    column = answers[ANSWER]
    rng = np.random.default_rng(plan.seed)
    if plan.task is TaskType.REGRESSION:
        found = metrics.regression(
            column.to_numpy(),
            np.asarray(predictions.values, dtype=np.float64),
            float(baseline["mean"]),
            plan.resamples,
            rng,
        )
        smallest = rows
    else:
        numbers = {name: number for number, name in enumerate(known)}
        targets = np.array([numbers[name] for name in column.to_pylist()], dtype=np.int64)
        found = _classified(predictions, targets, numbers, baseline["majority"], plan, rng)
        smallest = int(np.bincount(targets, minlength=len(known)).min())
    wanted = tuple(one for one in found if one.metric in plan.metrics)
    return Score(rows, smallest, wanted)


def _classified(
    predictions: Predictions,
    targets: metrics.Ints,
    numbers: dict[str, int],
    majority: str,
    plan: Plan,
    rng: np.random.Generator,
) -> list[Comparison]:
    predicted = np.array([numbers[str(name)] for name in predictions.values], dtype=np.int64)
    found = metrics.classification(
        targets, predicted, numbers[majority], len(numbers), plan.resamples, rng
    )
    scored = any(
        metric.needs_scores for name in plan.metrics if (metric := metric_of(plan.task, name))
    )
    every = len(np.unique(targets)) == len(numbers)
    if scored and predictions.classes and every:
        order = [predictions.classes.index(name) for name in numbers]
        scores = np.asarray(predictions.scores, dtype=np.float64)[:, order]
        found.append(metrics.roc_auc(targets, scores, plan.resamples, rng))
    return found


def write_score(score: Score) -> bytes:
    """Return the score as JSON, floats written in full; the gates come after."""
    figures = {
        one.metric: {
            part: [estimate.value, estimate.lower, estimate.upper]
            for part, estimate in (
                ("algorithm", one.algorithm),
                ("baseline", one.baseline),
                ("difference", one.difference),
            )
        }
        for one in score.comparisons
    }
    whole = {"rows": score.rows, "smallest_cell": score.smallest_cell, "figures": figures}
    return json.dumps(whole).encode("ascii")


def main(source: Path = IN, target: Path = OUT) -> None:
    """Score ``predictions.jsonl`` against ``answers.parquet`` by ``plan.json``."""
    told = json.loads((source / "plan.json").read_bytes())
    plan = Plan(TaskType(told["task"]), tuple(told["metrics"]), told["seed"], told["resamples"])
    answers = pq.read_table(source / "answers.parquet")
    try:
        said = write_score(score((source / FILE).read_bytes(), answers, plan))
    except PredictionsRefused as refused:
        said = json.dumps({"refused": refused.reason.value}).encode("ascii")
    except RecursionError:
        said = json.dumps({"refused": Refusal.NESTED.value}).encode("ascii")
    (target / SCORE).write_bytes(said)


if __name__ == "__main__":
    main()
