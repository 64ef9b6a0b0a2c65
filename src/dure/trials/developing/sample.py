"""Made-up rows for a submission's schema, to check it on a machine that has no data.

They are faithful to the names and types that `algorithm.toml` declares, and to nothing else; some
values are missing, as in real holdings. ``dure datasets dummy`` makes better ones where the data's
owner has published a description.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from dure.trials.developing import scenes
from dure.trials.images.source import IMAGE
from dure.trials.manifest import ColumnType, Schema
from dure.trials.tasks import OF_IMAGES, Predicted, TaskType

ROWS = 400
TARGET = "target"
FEATURES = {
    "size": ColumnType.NUMBER,
    "count": ColumnType.INTEGER,
    "kind": ColumnType.TEXT,
    "seen": ColumnType.DATE,
}
"""What a submission without a schema is checked on."""

TIMES = (ColumnType.DATE, ColumnType.TIME)

_MISSING = 0.03
_WORDS = ("north", "south", "east", "west", "가", "나", "다", "라")
_CLASSES = ("low", "middle", "high")
_DAY = dt.date(2026, 1, 1)


TEXT_FEATURES = {"text": ColumnType.TEXT}
"""The same, of a task on texts."""
IMAGE_FEATURES = {IMAGE: ColumnType.IMAGE}
"""The same, of a task on images."""
BOXES = "boxes"
"""Target of a detection; data sets of images have it under this name."""

_ON_TEXTS = (TaskType.TEXT, TaskType.GENERATION)


def sample_schema(schema: Schema, task: TaskType) -> Schema:
    """Return the schema with what it leaves open filled in."""
    if task is TaskType.TRACKING:
        return Schema(schema.target or scenes.TARGET, schema.features or scenes.FEATURES)
    usual = TEXT_FEATURES if task in _ON_TEXTS else FEATURES
    usual = IMAGE_FEATURES if task in OF_IMAGES else usual
    target = BOXES if task is TaskType.DETECTION else TARGET
    return Schema(schema.target or target, schema.features or usual)


def sample_table(schema: Schema, task: TaskType, *, rows: int = ROWS, seed: int = 1) -> pa.Table:
    """Return made-up rows: features by their types, and a target that depends on them.

    Parameters
    ----------
    schema
        Names and types; what is left open is filled in.
    task
        Decides the type of the target.
    rows
        How many, 100 or more.
    seed
        The same seed gives the same rows.
    """
    schema = sample_schema(schema, task)
    if task is TaskType.TRACKING:
        return scenes.scene_table(schema, MAKERS, seed)
    if task in OF_IMAGES:
        from dure.trials.developing.pictures import sample_images  # brings Pillow

        return sample_images(schema, task, seed=seed)
    rng = np.random.default_rng(seed)
    signal = np.zeros(rows)
    columns: dict[str, Any] = {}
    for name, kind in schema.features.items():
        drawn = rng.normal(size=rows)
        signal += drawn
        made = MAKERS[kind](drawn)
        gaps = task not in _ON_TEXTS and kind not in TIMES
        columns[name] = pa.array(made, mask=rng.random(rows) < _MISSING if gaps else None)
    signal = signal / max(1.0, len(schema.features) ** 0.5) + 0.3 * rng.normal(size=rows)
    columns[schema.target] = _TARGETS[task.predicts](signal)
    return pa.table(columns)


def _numbers(signal: Any) -> pa.Array:
    return pa.array(10.0 + 3.0 * signal)


def _levels(signal: Any) -> pa.Array:
    return pa.array([_CLASSES[number] for number in np.digitize(signal, (-0.5, 0.5))])


def _answers(signal: Any) -> pa.Array:
    return pa.array(
        [
            f"it is {level}, {int(10 * abs(one))}"
            for level, one in zip(_levels(signal).to_pylist(), signal, strict=True)
        ]
    )


_TARGETS: dict[Predicted, Callable[[Any], pa.Array]] = {
    Predicted.NUMBER: _numbers,
    Predicted.QUANTILES: _numbers,
    Predicted.CLASS: _levels,
    Predicted.TEXT: _answers,
}


def _places(drawn: Any) -> Any:
    return (np.argsort(np.argsort(drawn)) * len(_WORDS)) // len(drawn)


def _days(drawn: Any) -> list[dt.date]:
    return [_DAY + dt.timedelta(days=int(100 * one)) for one in drawn]


def _times(drawn: Any) -> list[dt.datetime]:
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    return [start + dt.timedelta(hours=float(one) * 100) for one in drawn]


MAKERS: dict[ColumnType, Callable[[Any], Any]] = {
    ColumnType.TEXT: lambda drawn: [_WORDS[place] for place in _places(drawn)],
    ColumnType.INTEGER: lambda drawn: np.round(50 + 20 * drawn).astype(np.int64),
    ColumnType.NUMBER: lambda drawn: 100 + 25 * drawn,
    ColumnType.BOOLEAN: lambda drawn: drawn > 0,
    ColumnType.DATE: _days,
    ColumnType.TIME: _times,
}
