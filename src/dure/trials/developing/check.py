"""Check a submission on the developer's own machine, in the same sandbox and by the same steps.

The rows are dummies, so here, and only here, everything may be shown: what the algorithm printed, why its
predictions were refused, its figures in full, the time and memory it took.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dure.core.canonical import canonical_json
from dure.core.system import reason_of
from dure.sandbox.tasks import MIB, Outcome
from dure.trials import steps
from dure.trials.benchmark import cannot_split
from dure.trials.bootstrap import RESAMPLES
from dure.trials.definition import Definition, told_of_order
from dure.trials.developing.columns import columns_in
from dure.trials.developing.sample import MAKERS, TIMES, sample_schema, sample_table
from dure.trials.developing.scenes import order_of, scene_table, without_truths
from dure.trials.errors import TrialsError
from dure.trials.fit import check_fit
from dure.trials.kinds.lines import Refusal
from dure.trials.kinds.parts import PARTS
from dure.trials.manifest import ColumnType, Manifest, Schema
from dure.trials.offering.card import Card
from dure.trials.outcomes import OutcomeClass, class_of
from dure.trials.packing import pack
from dure.trials.predictions import FILE
from dure.trials.runner import ALGORITHM
from dure.trials.runtimes import RUNTIMES
from dure.trials.scoring import SCORE
from dure.trials.split import FACTS, REFUSALS
from dure.trials.submission import manifest_of, read_submission
from dure.trials.tasks import TaskType

MOST_DATA = 1024 * MIB
_LAST_WORDS = 4096
_REFUSED = {reason.value for reason in Refusal}


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check came to.

    Parameters
    ----------
    manifest
        The submission's.
    outcome
        Its class, as a trial would have it.
    refusal
        Why predictions were refused; empty when they weren't.
    printed
        The end of what it printed, its traceback too.
    figures
        Metric -> value; of dummy rows, so only their being there means something.
    size_bytes
        Size of the packed submission.
    rows
        Rows of the test.
    wall_s, peak_bytes
        Time on the clock and memory of the algorithm.
    """

    manifest: Manifest
    outcome: OutcomeClass
    refusal: str
    printed: str
    figures: Mapping[str, float] = field(default_factory=dict)
    size_bytes: int = 0
    rows: int = 0
    wall_s: float = 0.0
    peak_bytes: int = 0


def check(
    path: Path,
    *,
    data: Path | None = None,
    card: Card | None = None,
    target: str = "",
    seed: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> Checked:
    """Run a submission on dummy rows, as a trial would, and say everything about it.

    Parameters
    ----------
    path
        Folder with ``algorithm.toml``, or a model or wheel with one beside it.
    data
        Parquet file of dummy rows (``dure datasets dummy``); without it rows are made up after
        ``[schema]``.
    card
        A benchmark's card: the submission must fit it, and its dummy rows are used.
    target
        Column to predict; by default the schema's, else the last column of ``data``.
    seed
        Of the rows, the split and the algorithm.
    progress
        Told the step under way: ``split``, ``algorithm``, ``scoring``.

    Raises
    ------
    TrialsError
        ``trials.folder``, ``trials.manifest``, ``trials.pickle``, ``trials.runtime``,
        ``trials.benchmark`` when the rows can't be split so, ``trials.worker``; with a card
        ``trials.mismatch``, ``trials.columns``.
    SandboxError
        When this host can't make the sandbox.
    """
    files = read_submission(path)
    manifest, packed = manifest_of(files), pack(files)
    runtime = RUNTIMES[manifest.runtime]
    if not runtime.is_installed():
        raise TrialsError("trials.runtime", name=runtime.name)
    steps.require_scorer(manifest.task)
    if card is None:
        table, definition = _rows(manifest, data, target, seed)
    else:
        table, definition = _rows_of(card, manifest, seed)
    progress("split")
    parts = _split(table, definition)
    progress("algorithm")
    told = {
        "target": definition.target,
        "features": list(definition.features),
        "seed": seed,
        **told_of_order(definition),
    }
    ended = steps.run_step(
        steps.RUNNER,
        {
            ALGORITHM: packed,
            "train.parquet": parts[PARTS[0]],
            "features.parquet": parts[PARTS[1]],
            "task.json": canonical_json(told),
        },
        steps.algorithm_limits(manifest),
        runtime=runtime,
    )
    reasons = frozenset(reason for _, reason in ended.refused)
    outcome = class_of(ended.status, ended.cause, reasons)
    refusal, figures, rows = "", dict[str, float](), 0
    if outcome is OutcomeClass.OK:
        progress("scoring")
        outcome, refusal, figures, rows = _score(ended, parts[PARTS[2]], definition, seed)
    return Checked(
        manifest=manifest,
        outcome=outcome,
        refusal=refusal,
        printed=ended.stdout[-_LAST_WORDS:].decode("utf-8", "replace"),
        figures=figures,
        size_bytes=len(packed),
        rows=rows,
        wall_s=ended.wall_s,
        peak_bytes=ended.peak_bytes,
    )


def _rows(
    manifest: Manifest, data: Path | None, target: str, seed: int
) -> tuple[bytes, Definition]:
    if data is None:
        schema = sample_schema(manifest.schema, manifest.task)
        table = sample_table(schema, manifest.task, seed=seed)
        return _written(table), _definition(manifest, schema, seed, table.column_names)
    content = _read(data)
    wanted, columns = columns_in(io.BytesIO(content), target or manifest.schema.target)
    tracking = manifest.task is TaskType.TRACKING
    features = manifest.schema.features or (without_truths(columns) if tracking else columns)
    return content, _definition(manifest, Schema(wanted, features), seed, columns)


def _rows_of(card: Card, manifest: Manifest, seed: int) -> tuple[bytes, Definition]:
    """Return a card's rows, or made-up ones where it has none, and what is asked of them."""
    asked = card.definition
    check_fit(manifest, asked)
    if card.dummy:
        kept = (
            "name", "task", "target", "features", "test_permille", "metrics", "time", "series", "places"
        )  # fmt: skip
        return card.dummy, Definition(seed=seed, **{name: getattr(asked, name) for name in kept})
    if asked.places:  # made up as the card has them: rows of chance would be no scenes
        types = {name: card.types.get(name, ColumnType.NUMBER) for name in asked.features}
        order = (asked.time, asked.series, asked.places)
        table = scene_table(Schema(asked.target, types), MAKERS, seed, order)
        return _written(table), replace(asked, seed=seed)
    return _rows(manifest, None, asked.target, seed)


def _definition(
    manifest: Manifest, schema: Schema, seed: int, columns: Iterable[str]
) -> Definition:
    """Return the benchmark of a check; a forecast's time is the first feature that is one."""
    time, series, places = "", "", None
    if manifest.task is TaskType.FORECASTING:
        time = next((name for name, kind in schema.features.items() if kind in TIMES), "")
    if manifest.task is TaskType.TRACKING:
        time, series, places = order_of(schema.features, columns)
    return Definition(
        "check",
        manifest.task,
        schema.target,
        tuple(schema.features),
        seed=seed,
        time=time,
        series=series,
        places=places,
    )


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_DATA + 1)
    except OSError as error:
        raise TrialsError("trials.folder", path=path.name, reason=reason_of(error)) from None
    if len(content) > MOST_DATA:
        raise TrialsError("trials.folder", path=path.name, reason="too-large")
    return content


def _written(table: pa.Table) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


def _split(table: bytes, definition: Definition) -> Mapping[str, bytes]:
    ended = steps.run_step(
        steps.SPLIT,
        {"data.parquet": table, "definition.json": definition.to_bytes()},
        steps.OWN_LIMITS,
    )
    facts = _json(ended.outputs.get(FACTS, b"")) if ended.status == "done" else {}
    if (refused := facts.get("refused")) in REFUSALS:
        raise cannot_split(str(refused))
    if not set(PARTS) <= set(ended.outputs):
        raise TrialsError("trials.worker", cause=ended.cause or "no-answer")
    return ended.outputs


def _score(
    ended: Outcome, answers: bytes, definition: Definition, seed: int
) -> tuple[OutcomeClass, str, dict[str, float], int]:
    if FILE not in ended.outputs:
        return OutcomeClass.INVALID_PREDICTIONS, Refusal.MISSING.value, {}, 0
    plan = {
        "task": definition.task.value,
        "metrics": list(definition.metrics),
        "seed": seed,
        "resamples": RESAMPLES,
    }
    scored = steps.run_step(
        steps.SCORING,
        {FILE: ended.outputs[FILE], "answers.parquet": answers, "plan.json": canonical_json(plan)},
        steps.OWN_LIMITS,
    )
    told = _json(scored.outputs.get(SCORE, b""))
    if told.get("refused") in _REFUSED:
        return OutcomeClass.INVALID_PREDICTIONS, str(told["refused"]), {}, 0
    if scored.status != "done" or not isinstance(told.get("figures"), dict):
        return OutcomeClass.REFUSED, "", {}, 0
    figures = {name: parts["algorithm"][0] for name, parts in told["figures"].items()}
    return OutcomeClass.OK, "", figures, int(told["rows"])


def _json(data: bytes) -> dict[str, Any]:
    # Of our own steps, on dummy rows and the developer's own algorithm.
    told = json.loads(data) if data else {}
    return told if isinstance(told, dict) else {}
