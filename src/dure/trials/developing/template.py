"""Write a submission that runs: the shortest one for a task, to be changed from there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from dure.core.system import reason_of
from dure.trials.developing.sample import sample_schema
from dure.trials.developing.scenes import without_truths
from dure.trials.errors import TrialsError
from dure.trials.manifest import MANIFEST, ColumnType, Schema
from dure.trials.tasks import OF_IMAGES, TaskType

_TOML = """\
# What this submission says about itself. Check it on this machine: dure trials check .
[algorithm]
name = "{name}"
version = "0.1"
task = "{task}"
entry_point = "algorithm:Learner"
runtime = "{runtime}"
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

_STARTERS = Path(__file__).parent / "starters"
_STARTER = {
    TaskType.REGRESSION: "tables.py",
    TaskType.CLASSIFICATION: "tables.py",
    TaskType.TEXT: "texts.py",
    TaskType.FORECASTING: "forecasts.py",
    TaskType.GENERATION: "answers.py",
    TaskType.IMAGES: "images.py",
    TaskType.DETECTION: "detectors.py",
    TaskType.TRACKING: "tracks.py",
}


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
    named = features or {}
    if task is TaskType.TRACKING:
        named = without_truths(named)
    schema = sample_schema(Schema(target, named), task)
    files = {
        MANIFEST: _TOML.format(
            name=_name(folder),
            task=task.value,
            runtime="images" if task in OF_IMAGES else "scikit-learn",
            target=_quoted(schema.target),
            features="\n".join(
                f"{_quoted(name)} = {_quoted(kind)}" for name, kind in schema.features.items()
            ),
        ),
        "algorithm.py": (_STARTERS / _STARTER[task]).read_text("utf-8"),
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
