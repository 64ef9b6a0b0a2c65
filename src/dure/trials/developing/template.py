"""Write a submission that runs: the shortest one for a task, to be changed from there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from dure.core.system import reason_of
from dure.trials.developing.sample import FEATURES, TARGET
from dure.trials.errors import TrialsError
from dure.trials.manifest import MANIFEST, ColumnType
from dure.trials.tasks import TaskType

_TOML = """\
# What this submission says about itself. Check it on this machine: dure trials check .
[algorithm]
name = "{name}"
version = "0.1"
task = "{task}"
entry_point = "algorithm:Algorithm"
runtime = "scikit-learn"
licence = "Apache-2.0"
origin = "Written by us; no weights from elsewhere."

[limits]
wall_s = 60
memory_mib = 1536

# The columns that it needs. The data's owner compares them with the benchmark.
[schema]
target = {target}

[schema.features]
{features}
"""

_CODE = '''\
"""Learn from the training rows, predict the test rows; the test rows' targets are never seen."""

import numpy as np
import pyarrow as pa
from sklearn.ensemble import {model}


class Algorithm:
    """Gradient boosting on all features; missing values stay missing."""

    def __init__(self, task):
        self.target = task["target"]
        self.features = task["features"]
        self.seed = task["seed"]

    def fit(self, train):
        """Learn from a pyarrow table of features and targets."""
        self.places = {{
            name: {{value: place for place, value in enumerate(train[name].unique().to_pylist())}}
            for name in self.features
            if not self._is_number(train[name].type)
        }}
        self.model = {model}(random_state=self.seed)
        self.model.fit(self._matrix(train), train[self.target].to_pylist())

    def predict(self, features):
        """Return one {what} for each row."""
        return self.model.predict(self._matrix(features))

    def _matrix(self, table):
        return np.column_stack([self._numbers(name, table[name]) for name in self.features])

    def _numbers(self, name, column):
        if not self._is_number(column.type):
            return [self.places[name].get(value, -1) for value in column.to_pylist()]
        if pa.types.is_temporal(column.type):
            column = column.cast(pa.timestamp("us", getattr(column.type, "tz", None)))
            column = column.cast(pa.int64())
        return column.cast(pa.float64(), safe=False).to_numpy()

    def _is_number(self, kind):
        is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind)
        return is_number or pa.types.is_date(kind) or pa.types.is_timestamp(kind)
'''


def new(
    folder: Path,
    task: TaskType,
    *,
    target: str = "",
    features: Mapping[str, ColumnType] | None = None,
) -> tuple[str, ...]:
    """Write a submission into a new folder and return the names of its files.

    Parameters
    ----------
    folder
        Must not exist yet.
    task
        What it is to do.
    target, features
        Columns it is to need; by default made-up ones that `dure trials check` knows.

    Raises
    ------
    TrialsError
        ``trials.template`` when the folder is there already or can't be made; nothing is written then.
    """
    regression = task is TaskType.REGRESSION
    files = {
        MANIFEST: _TOML.format(
            name=_name(folder),
            task=task.value,
            target=_quoted(target or TARGET),
            features="\n".join(
                f"{_quoted(name)} = {_quoted(kind)}"
                for name, kind in (features or FEATURES).items()
            ),
        ),
        "algorithm.py": _CODE.format(
            model=f"HistGradientBoosting{'Regressor' if regression else 'Classifier'}",
            what="number" if regression else "class",
        ),
    }
    try:
        folder.mkdir()
    except OSError as error:
        raise TrialsError("trials.template", path=folder.name, reason=reason_of(error)) from None
    written: list[Path] = []
    try:
        for name, text in files.items():
            written.append(folder / name)
            written[-1].write_text(text, encoding="utf-8")
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        folder.rmdir()
        raise TrialsError("trials.template", path=folder.name, reason=reason_of(error)) from None
    return tuple(files)


def _name(folder: Path) -> str:
    name = re.sub(r"[^a-z0-9._-]+", "-", folder.name.lower()).strip("-._")[:63]
    return name or "algorithm"


def _quoted(text: str) -> str:
    shown = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{shown}"'
