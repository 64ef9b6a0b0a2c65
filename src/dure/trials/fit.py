"""Whether an algorithm fits a benchmark, as far as both say so themselves."""

from __future__ import annotations

from dure.trials.definition import Definition
from dure.trials.errors import TrialsError
from dure.trials.manifest import Manifest
from dure.trials.runtimes import RUNTIMES


def check_fit(manifest: Manifest, definition: Definition) -> None:
    """Refuse an algorithm that can't fit a benchmark, before anything is run or counted.

    Raises
    ------
    TrialsError
        ``trials.mismatch`` for another task, ``trials.columns`` for columns that the benchmark does
        not have, ``trials.runtime`` when the runtime is not installed here.
    """
    if manifest.task is not definition.task:
        raise TrialsError("trials.mismatch", declared=manifest.task, wanted=definition.task)
    schema = manifest.schema
    missing = sorted(set(schema.features) - set(definition.features))
    if missing or (schema.target and schema.target != definition.target):
        raise TrialsError("trials.columns", count=len(missing), target=definition.target)
    if not RUNTIMES[manifest.runtime].is_installed():
        raise TrialsError("trials.runtime", name=manifest.runtime)
