"""Score predictions against the answer key. Runs in a sandbox of its own.

The predictions may be hostile, and here they meet the targets; so this process has nothing else
to give away, and what it says passes the gates like anything that leaves a sandbox.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dure.sandbox.places import IN, OUT
from dure.trials.definition import USUAL, protection_of
from dure.trials.details.measuring import measured
from dure.trials.disclosure.sensitive import Protection
from dure.trials.disclosure.suppression import TableRefused, withheld_cells
from dure.trials.disclosure.table import CellTable, Marks
from dure.trials.kinds.estimates import Comparison, Estimate
from dure.trials.kinds.key import Key, Sides, rows_counted
from dure.trials.kinds.keys import KEYS
from dure.trials.kinds.lines import PredictionsRefused, Refusal
from dure.trials.kinds.parts import BASELINE_KEY, ROW, SUBGROUP, WHOLE
from dure.trials.kinds.plan import Plan
from dure.trials.overlap import isolates, shares
from dure.trials.predictions import FILE, Predictions, read_predictions
from dure.trials.tasks import Predicted, TaskType

SCORE = "score.json"
SWEEP = "sweep.jsonl"
"""Predictions for the perturbed part."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Another benchmark's test rows: these but for a few; these for a good part."""

    isolated: bool
    shared: bool


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
    details
        What may be told beside the figures, as `dure.trials.details.measuring` writes it.
    """

    rows: int
    smallest_cell: int
    comparisons: tuple[Comparison, ...]
    leak: bool = False
    groups: tuple[tuple[int, tuple[Comparison, ...]], ...] = ()
    support: CellTable | None = None
    details: Mapping[str, object] | None = None


def score(data: bytes, answers: pa.Table, plan: Plan, sweep: bytes | None = None) -> Score:
    """Return the score of a file of predictions.

    Parameters
    ----------
    data
        The file.
    answers
        The answer key, one column, with its baseline.
    plan
        How to score.
    sweep
        The file of predictions for the perturbed part, if there was a sweep.

    Raises
    ------
    PredictionsRefused
        With the reason.
    """
    baseline = json.loads(answers.schema.metadata[BASELINE_KEY])
    rows = answers.num_rows
    known = tuple(baseline.get("classes", ()))
    predictions = read_predictions(data, task=plan.task, rows=rows, classes=frozenset(known))
    sides = Sides(plan, baseline, answers, predictions, np.random.default_rng(plan.seed))
    key = KEYS[plan.task.predicts](sides)
    smallest, cells, counts = key.smallest(), key.cells(), rows_counted(answers)
    total = int(counts.sum())
    found = _chosen(key, np.ones(rows, dtype=bool), plan.metrics)
    if not plan.subgroups:
        details = measured(key, sides, *_swept(sweep, sides, known))
        return Score(total, smallest, found, key.leak(), details=details)
    numbers = answers[SUBGROUP].to_numpy()
    groups = []
    for number in range(plan.subgroups):
        mask = numbers == number
        size = int(counts[mask].sum())
        enough = size >= plan.protection.least
        groups.append((size, _chosen(key, mask, plan.floors) if enough else ()))
    width = max(len(known), 1) if plan.task.predicts is Predicted.CLASS else 1
    support = np.zeros((plan.subgroups + 1, width), dtype=np.int64)
    np.add.at(support, (numbers, cells), counts)
    details = measured(key, sides, *_swept(sweep, sides, known))
    table = CellTable(support)
    return Score(total, smallest, found, key.leak(), tuple(groups), table, details)


def _swept(
    data: bytes | None, sides: Sides, known: tuple[str, ...]
) -> tuple[Predictions | None, bool]:
    """Return the predictions of a sweep, and whether there were some that were refused."""
    if data is None:
        return None, False
    rows = sides.answers.num_rows
    try:
        task, classes = sides.plan.task, frozenset(known)
        return read_predictions(data, task=task, rows=rows, classes=classes), False
    except (PredictionsRefused, RecursionError):
        return None, True


def _chosen(key: Key, mask: Marks, wanted: tuple[str, ...]) -> tuple[Comparison, ...]:
    found = key.comparisons(mask) if wanted else []
    return tuple(one for one in found if one.metric in wanted)


def _support(table: CellTable, protection: Protection) -> dict[str, object] | None:
    try:
        withheld = withheld_cells(table, protection)
    except TableRefused:
        return None  # then there is no table
    return {"counts": table.counts.tolist(), "withheld": withheld.tolist()}


def _triple(estimate: Estimate) -> list[float]:
    return [estimate.value, estimate.lower, estimate.upper]


def write_score(
    score: Score, others: Sequence[Beside] = (), protection: Protection = USUAL
) -> bytes:
    """Return the score as JSON, floats written in full; the gates come after.

    Parameters
    ----------
    score
        What was found.
    others
        Each other benchmark's test rows beside these.
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
        "isolated": [other.isolated for other in others],
        "shared": [other.shared for other in others],
    }
    if score.support is not None:
        whole["subgroups"] = [
            {"rows": rows, "figures": {one.metric: _triple(one.algorithm) for one in found}}
            for rows, found in score.groups
        ]
        whole["support"] = _support(score.support, protection)
    if score.details is not None:
        whole["details"] = score.details
    return json.dumps(whole).encode("ascii")


def other_keys(count: int) -> list[str]:
    """Return the names under which other benchmarks' answer keys are given."""
    return [f"other-{number}.parquet" for number in range(count)]


def _beside(answers: pa.Table, other: Path) -> Beside:
    known = set(pq.read_schema(other).names) & set(answers.column_names)
    kinds = [name for name in (ROW, WHOLE) if name in known]
    there = pq.read_table(other, columns=kinds)
    return Beside(
        any(isolates(answers[name], there[name]) for name in kinds),
        any(shares(answers[name], there[name]) for name in kinds),
    )


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
        tuple(told.get("robust", ())),
        tuple(told.get("tell", ())),
    )
    answers = pq.read_table(source / "answers.parquet")
    others = [_beside(answers, source / name) for name in other_keys(told.get("others", 0))]
    try:
        sweep = (source / SWEEP).read_bytes() if (source / SWEEP).exists() else None
        found = score((source / FILE).read_bytes(), answers, plan, sweep)
        said = write_score(found, others, plan.protection)
    except PredictionsRefused as refused:
        said = json.dumps({"refused": refused.reason.value}).encode("ascii")
    except RecursionError:
        said = json.dumps({"refused": Refusal.NESTED.value}).encode("ascii")
    (target / SCORE).write_bytes(said)


if __name__ == "__main__":
    main()
