"""Versions around the sandbox: tables are parsed and compared in there, and only counts come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec

from dure.datasets.versions.comparing import Compared
from dure.datasets.versions.worker import ANSWER, Checked
from dure.readers.errors import ReaderError
from dure.readers.tables import default_limits
from dure.sandbox.box import run
from dure.sandbox.runtime import python_command
from dure.sandbox.tasks import Input

_SETTINGS = {
    # Allocators that reserve much and touch little would meet the limit on private memory.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    # What a batch leaves is kept for the next one.
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": str(4 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(8 << 20),
    "OMP_NUM_THREADS": "2",
    "OPENBLAS_NUM_THREADS": "1",  # its threads spin when they begin, and nothing here uses them
    "ARROW_IO_THREADS": "2",
    "POLARS_MAX_THREADS": "2",
}
_Answer = TypeVar("_Answer")


def check_table(table: Input) -> Checked:
    """Return what a Parquet table is, every value of it read.

    Raises
    ------
    ReaderError
        ``readers.stopped`` when it is no table.
    SandboxError
        When this host can't provide the sandbox.
    """
    return _asked(("check",), {"table": table}, Checked, imports=("pyarrow.parquet",))


def compare_tables(first: Input, second: Input, keys: Sequence[str]) -> Compared:
    """Return how the second table differs from the first.

    Raises
    ------
    ReaderError
        ``readers.stopped`` when one is no table.
    SandboxError
        When this host can't provide the sandbox.
    """
    return _asked(("diff", *keys), {"first": first, "second": second}, Compared)


def _asked(
    words: tuple[str, ...],
    inputs: Mapping[str, Input],
    form: type[_Answer],
    *,
    imports: tuple[str, ...] | None = None,
) -> _Answer:
    task = python_command(
        ("-m", "dure.datasets.versions.worker", *words),
        inputs=tuple(inputs),
        environment=_SETTINGS,
        limits=default_limits(),
    )
    outcome = run(task, inputs, imports=imports)
    if outcome.status != "done":
        raise ReaderError("readers.stopped", cause=outcome.cause, size_bytes=0)
    try:
        return msgspec.json.decode(outcome.outputs.get(ANSWER, b""), type=form)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ReaderError("readers.stopped", cause="output", size_bytes=0) from None
