"""De-identification around the sandbox: the table is parsed and treated in there.

The keys reach the worker as an input of its run, which lies in memory that nobody else sees
(ADR 17); they are those of the plan's elements and open nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from dure.datasets.deidentify import answers
from dure.datasets.deidentify.answers import ANSWER
from dure.datasets.deidentify.coding import KEY_BYTES
from dure.datasets.deidentify.plan import Plan, parse, write
from dure.datasets.deidentify.worker import Work
from dure.datasets.kinds import kind_of
from dure.datasets.personal.binds import scan_binds
from dure.datasets.personal.shapes import Shape
from dure.datasets.privacy.errors import PrivacyError
from dure.readers.arrival import unframed
from dure.readers.errors import ReaderError
from dure.readers.parse import parse as parse_file
from dure.readers.tables import FULL_STATUS, TABLE_NAME, default_limits
from dure.sandbox.box import run
from dure.sandbox.runtime import python_command
from dure.sandbox.tasks import Input, Outcome

Keys = Mapping[str, bytes]
TableSink = Callable[[answers.Treated, Iterator[bytes]], None]

ROWS = 10
_MOST_ANSWER_BYTES = 64 << 20
_WORKER = ("-m", "dure.datasets.deidentify.worker")
_SETTINGS = {
    # Few threads: the limit on processes counts those of other runs beside this one.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "ARROW_IO_THREADS": "2",
    "MALLOC_ARENA_MAX": "2",
    "OMP_NUM_THREADS": "2",
    "POLARS_MAX_THREADS": "2",
}
_Answer = TypeVar("_Answer")


def any_keys(plan: Plan, random: Callable[[int], bytes] = os.urandom) -> Keys:
    """Return keys that nobody keeps: for looking at what a plan does, without a node."""
    return {element: random(KEY_BYTES) for element in plan.elements}


def propose_file(source: Path, *, kind: str = "", shapes: Collection[str] = ()) -> Plan:
    """Propose a plan for a raw file; no node is needed.

    Parameters
    ----------
    source
        CSV, TSV or Parquet file.
    kind
        ``csv`` or ``parquet``; by default the file's ending tells.
    shapes
        Shapes of service numbers to look for.

    Raises
    ------
    PrivacyError
        ``privacy.scan`` for a shape that is none.
    ReaderError
        What is wrong with the file, or that the search was stopped.
    SandboxError
        When this host can't provide the sandbox.
    """
    checked_shapes(shapes)
    return _of_file(source, kind, lambda table: propose_table(table, shapes))


def propose_table(table: Input, shapes: Collection[str] = ()) -> Plan:
    """Propose a plan for the Parquet table that a reader has written."""
    said = _asked(Work("propose", shapes=tuple(shapes)), {"table": table}, answers.Proposed)
    return parse(said.plan.encode("utf-8"))


def preview_file(
    source: Path, plan: Plan, *, kind: str = "", rows: int = ROWS, shown: Collection[str] = ()
) -> answers.Previewed:
    """Show what a plan does to the first rows of a raw file, with keys that nobody keeps."""
    keys = any_keys(plan)
    return _of_file(source, kind, lambda table: preview_table(table, plan, keys, rows, shown))


def preview_table(
    table: Input, plan: Plan, keys: Keys, rows: int = ROWS, shown: Collection[str] = ()
) -> answers.Previewed:
    """Show what a plan does to the first rows of a Parquet table."""
    work = Work("preview", write(plan), rows=rows, shown=tuple(shown))
    return _asked(work, {"table": table, "keys": _joined(plan, keys)}, answers.Previewed)


def risk_file(source: Path, plan: Plan, *, kind: str = "") -> answers.Treated:
    """Count a raw file's classes before and after a plan, with keys that nobody keeps."""
    return _of_file(source, kind, lambda table: treat_table(table, plan, any_keys(plan)))


def treat_table(
    table: Input, plan: Plan, keys: Keys, sink: TableSink | None = None
) -> answers.Treated:
    """Treat a Parquet table as a plan wants it.

    Parameters
    ----------
    table
        The table, as a reader has written it.
    plan, keys
        What is done.
    sink
        Given what was counted and the result's blocks; without one the result is not made to leave.

    Raises
    ------
    PrivacyError
        ``privacy.plan`` when the plan doesn't fit the table.
    ReaderError
        ``readers.stopped``.
    """
    work = Work("treat", write(plan), emit=sink is not None)
    inputs = {"table": table, "keys": _joined(plan, keys)}
    return _asked(work, inputs, answers.Treated, sink)


def search_table(table: Input) -> tuple[answers.Found, ...]:
    """Return what personal data a Parquet table holds."""
    return _asked(Work("search", write(Plan())), {"table": table}, answers.Searched).found


def checked_shapes(shapes: Collection[str]) -> None:
    """Refuse what is no shape of a service number.

    Raises
    ------
    PrivacyError
        ``privacy.scan``.
    """
    for shape in shapes:
        try:
            Shape(shape)
        except ValueError:
            raise PrivacyError("privacy.scan", name=shape[:40], reason="shape") from None


def _of_file(source: Path, kind: str, ask: Callable[[Iterator[bytes]], _Answer]) -> _Answer:
    found: list[_Answer] = []
    parse_file(source, kind_of(source, kind), sink=lambda blocks: found.append(ask(blocks)))
    return found[0]


def _joined(plan: Plan, keys: Keys) -> list[bytes]:
    # Chunks, not bytes: they go through a pipe that only the run has.
    return [b"".join(keys[element] for element in plan.elements)]


class _Leaving:
    """What the worker leaves: the answer first, in order of name, then the table."""

    def __init__(self, form: type, sink: TableSink | None) -> None:
        self.answer: object = None
        self.has_table = False
        self._form, self._sink = form, sink

    def take(self, name: str, blocks: Iterator[bytes]) -> None:
        if name == ANSWER:
            self.answer = _decoded(blocks)
            if isinstance(self.answer, answers.Refusal):
                told = self.answer
                raise PrivacyError("privacy.plan", column=told.column, reason=told.reason)
        elif name == TABLE_NAME and self._sink and isinstance(self.answer, answers.Treated):
            self._sink(self.answer, unframed(blocks))
            self.has_table = True


def _asked(
    work: Work, inputs: Mapping[str, Input], form: type[_Answer], sink: TableSink | None = None
) -> _Answer:
    task = python_command(
        _WORKER,
        inputs=("work", *inputs),
        binds=scan_binds(),
        environment=_SETTINGS,
        limits=default_limits(),
    )
    leaving = _Leaving(form, sink)
    outcome = run(task, {"work": msgspec.json.encode(work), **inputs}, sink=leaving.take)
    if outcome.status != "done":
        raise ReaderError("readers.stopped", cause=_cause(outcome), size_bytes=0)
    if not isinstance(leaving.answer, form) or (sink is not None and not leaving.has_table):
        raise ReaderError("readers.stopped", cause="output", size_bytes=0)
    return leaving.answer


def _decoded(blocks: Iterator[bytes]) -> object:
    kept = bytearray()
    for block in blocks:
        kept += block
        if len(kept) > _MOST_ANSWER_BYTES:
            return None
    try:
        answer: object = msgspec.json.decode(kept, type=answers.Answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if isinstance(answer, answers.Treated) and not answer.is_whole():
        return None
    return answer


def _cause(outcome: Outcome) -> str:
    full = outcome.status == "failed" and outcome.exit_status == FULL_STATUS
    return "output-size" if full else outcome.cause
