"""From a file of unknown origin to a typed table: this side of the sandbox.

The bytes stream from the file into the sandbox and are digested on the way, here, where nobody who
wrote them has a say. What comes back is held to a strict form: the worker may have been taken over.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, BinaryIO, Literal, Self

import msgspec

from dure.core.system import reason_of
from dure.readers.arrival import TableSink, take
from dure.readers.errors import ReaderError
from dure.readers.faults import Fault, honest
from dure.readers.names import column_names
from dure.readers.reading import MODULES, PACKAGES
from dure.readers.tables import (
    FAULT_NAME,
    FAULT_STATUS,
    FULL_STATUS,
    KINDS,
    SCHEMA_NAME,
    Column,
    Options,
    Parsed,
)
from dure.readers.told import BOX_LIST_WORD, CODE_WORDS, ROLE_WORDS, UNITS, WRITTEN
from dure.sandbox.box import run
from dure.sandbox.runtime import package_binds, python_command
from dure.sandbox.tasks import MIB, Bind, Limits, Outcome

Source = Path | int | Iterator[bytes]

_BLOCK_BYTES = 1 << 20
_SCHEMA_BYTES = 16 << 20
_SETTINGS = {
    # Allocators that reserve much and touch little would meet the limit on private memory.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    # What batches leave is kept for the next ones (pages from the system cost a third of the time), and
    # only larger blocks go back when they are freed.
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": str(4 * MIB),
    "MALLOC_TRIM_THRESHOLD_": str(8 * MIB),
    "OMP_NUM_THREADS": "2",
    "OPENBLAS_NUM_THREADS": "1",  # its threads spin when they begin, and nothing here uses them
    "ARROW_IO_THREADS": "2",
}

_Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
_Word = Annotated[str, msgspec.Meta(max_length=256)]
TypeName = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[a-z0-9]{1,16}(\[[a-z]{1,3}(, tz=[A-Za-z0-9_/+:-]{1,40})?\]|\([0-9]{1,3}, -?[0-9]{1,3}\))?$"
        f"|^{BOX_LIST_WORD}$"
    ),
]
"""A plain type's name, as Arrow writes it."""


class _ColumnForm(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    type: TypeName
    nulls: _Count
    unit: _Word = ""
    role: _Word = ""
    written: _Word = ""
    codes: Annotated[tuple[_Word, ...], msgspec.Meta(max_length=64)] = ()
    would_be: TypeName | Literal[""] = ""


class _SchemaForm(msgspec.Struct, forbid_unknown_fields=True):
    columns: Annotated[list[_ColumnForm], msgspec.Meta(min_length=1, max_length=65536)]
    rows: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
    facts: dict[_Word, _Word]


class _FaultForm(msgspec.Struct, forbid_unknown_fields=True):
    code: _Word
    facts: dict[_Word, int | _Word]


def parse(
    source: Source,
    kind: str,
    *,
    sink: TableSink,
    options: Options | None = None,
) -> Parsed:
    """Read a file in the sandbox, and hand over the table as Parquet.

    Parameters
    ----------
    source
        A file, a readable descriptor (read to its end, stays the caller's), or blocks.
    kind
        One of `dure.readers.tables.KINDS`; ``csv`` is also tab, semicolon and pipe.
    sink
        Called with the blocks of the Parquet file while it is written. Blocks end where pages do
        (`dure.readers.lasting`). They end only when the whole file has been found to be in order;
        otherwise the iterator raises, and what the sink has of it is to be abandoned. So it is, too,
        when the table comes anew (`dure.readers.arrival`): then the sink is called again. When the
        sink raises, so does this.
    options
        What the bytes should not decide, and the limits.

    Returns
    -------
    Parsed
        Columns, rows, the digest of the raw bytes, and how they were read.

    Raises
    ------
    ReaderError
        Why it is no table: each reason has a code of its own.
    SandboxError
        When this host can't provide the sandbox.
    ValueError
        For an unknown kind.

    Examples
    --------
    >>> parse(Path("holdings.csv"), "csv", sink=my_sink).rows  # doctest: +SKIP
    336776
    """
    if kind not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}")
    chosen = options or Options()
    schema: list[_SchemaForm] = []
    # What is left in the end is kept in memory: it is said of the table, and small.
    limits = replace(chosen.limits, output_bytes=_SCHEMA_BYTES)
    raw = _Raw(source, limits.input_bytes)

    def reader(pipe: BinaryIO, ended: Callable[[], Outcome]) -> None:
        def settle() -> None:
            outcome = _well(ended(), raw)
            told = _decoded(outcome.outputs.get(SCHEMA_NAME, b""))
            if told is None:
                raise ReaderError("readers.stopped", cause="output", size_bytes=raw.size_bytes)
            schema[:] = [told]

        take(pipe, sink, settle, chosen.limits.output_bytes)

    task = python_command(
        ["-m", "dure.readers.worker", kind, json.dumps(chosen.words())],
        inputs=["raw"],
        binds=more_packages(kind),
        environment=_SETTINGS,
        limits=limits,
    )
    with raw:
        run(
            replace(task, stream=True),
            {"raw": raw.blocks()},
            reader=reader,
            imports=(f"dure.readers.{MODULES[kind]}",),
        )
    return Parsed(
        columns=tuple(Column(**msgspec.structs.asdict(one)) for one in schema[0].columns),
        rows=schema[0].rows,
        digest=f"sha256:{raw.digest.hexdigest()}",
        size_bytes=raw.size_bytes,
        facts=schema[0].facts,
    )


def more_packages(kind: str) -> list[Bind]:
    """Return what the reader of a kind sees besides the runtime's packages."""
    known = package_binds()
    wanted = PACKAGES.get(kind, ())
    return [bind for bind in package_binds(wanted) if bind not in known] if wanted else []


@dataclass(frozen=True, slots=True)
class Raw:
    """The bytes that a worker was given.

    Parameters
    ----------
    digest
        ``sha256:<hex>``, computed on this side of the sandbox.
    size_bytes
        How many.
    """

    digest: str
    size_bytes: int


def read_inside(
    source: Source,
    command: Sequence[str],
    limits: Limits,
    take: Callable[[str, Iterator[bytes]], None],
    *,
    more: Mapping[str, Path] | None = None,
    binds: Sequence[Bind] = (),
    environment: Mapping[str, str] | None = None,
    imports: tuple[str, ...] | None = None,
) -> Raw:
    """Run a worker over the bytes of a file, which it finds at ``/in/raw``, in the sandbox.

    Parameters
    ----------
    source
        A file, a readable descriptor (read to its end, stays the caller's), or blocks.
    command
        What follows ``python3``.
    limits
        What it may use; ``input_bytes`` bounds the file.
    take
        Given name and content of each file that it leaves, when it has ended well.
    more
        Further files that it finds under ``/in``, by name; each is bounded like the first.
    binds
        More of the host that it sees, read-only.
    environment
        More variables.
    imports
        What the worker imports late, and so while the file is on its way (`dure.sandbox.box.run`).

    Raises
    ------
    ReaderError
        ``readers.source``, ``readers.stopped``, or the fault that the worker names.
    SandboxError
        When this host can't provide the sandbox.
    """
    files = {"raw": source, **(more or {})}
    task = python_command(
        command,
        inputs=list(files),
        binds=binds,
        environment={**_SETTINGS, **(environment or {})},
        limits=limits,
    )
    with ExitStack() as opened:
        raws = {
            name: opened.enter_context(_Raw(one, limits.input_bytes)) for name, one in files.items()
        }
        blocks = {name: one.blocks() for name, one in raws.items()}
        outcome = run(task, blocks, sink=take, imports=imports)
    raw = raws["raw"]
    _well(outcome, raw)
    return Raw(f"sha256:{raw.digest.hexdigest()}", raw.size_bytes)


class _Raw:
    """The raw bytes on their way in: counted and digested."""

    def __init__(self, source: Source, limit_bytes: int) -> None:
        self.digest = hashlib.sha256()
        self.size_bytes = 0
        self._limit_bytes = limit_bytes
        self._owned = isinstance(source, Path)
        self._name = "-"
        self._blocks: Iterator[bytes] | None = None
        if isinstance(source, int):
            self._descriptor = source
            return
        if not isinstance(source, Path):
            self._blocks = source
            return
        self._name = source.name
        try:
            self._descriptor = os.open(source, os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY)
        except OSError as error:
            raise self._unreadable(error) from None
        try:
            os.read(self._descriptor, 0)
        except OSError as error:
            os.close(self._descriptor)
            raise self._unreadable(error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._owned:
            os.close(self._descriptor)

    def blocks(self) -> Iterator[bytes]:
        for block in iter(self._read, b"") if self._blocks is None else self._blocks:
            self.size_bytes += len(block)
            if self.size_bytes > self._limit_bytes:
                raise ReaderError("readers.stopped", cause="size", size_bytes=self.size_bytes)
            self.digest.update(block)
            yield block

    def _read(self) -> bytes:
        try:
            return os.read(self._descriptor, _BLOCK_BYTES)
        except OSError as error:  # a failing disk, a share that went away
            raise self._unreadable(error) from None

    def _unreadable(self, error: OSError) -> ReaderError:
        return ReaderError("readers.source", name=self._name, reason=reason_of(error))


def bounded(blocks: Iterator[bytes], most: int = _SCHEMA_BYTES) -> bytes:
    """Return what blocks make together, the rest of too much left out."""
    kept = bytearray()
    for block in blocks:
        kept += block
        if len(kept) > most:
            break
    return bytes(kept)


def _decoded(data: bytes) -> _SchemaForm | None:
    try:
        form = msgspec.json.decode(data, type=_SchemaForm)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if not all(is_told(one, form.rows) for one in form.columns) or not _plain_names(form):
        return None
    return form


def is_told(column: _ColumnForm | Column, rows: int) -> bool:
    """Say whether what is told of a column are words from the lists: anything else may be a value."""
    return (
        column.nulls <= rows
        and column.unit in ("", *UNITS)
        and column.role in ("", *ROLE_WORDS)
        and column.written in ("", *WRITTEN)
        and CODE_WORDS.issuperset(column.codes)
    )


def _plain_names(form: _SchemaForm) -> bool:
    """Say whether the names have the form that an honest worker gives them."""
    words = tuple(one.name for one in form.columns)
    try:
        return column_names(words) == words
    except Fault:
        return False


def _well(outcome: Outcome, raw: _Raw) -> Outcome:
    if outcome.status != "done":
        raise _why(outcome, raw.size_bytes)
    return outcome


def _why(outcome: Outcome, size_bytes: int) -> ReaderError:
    if outcome.status == "failed" and outcome.exit_status == FAULT_STATUS:
        try:
            form = msgspec.json.decode(outcome.outputs.get(FAULT_NAME, b""), type=_FaultForm)
            if honest(form.code, form.facts):
                return ReaderError(form.code, **form.facts)
        except (msgspec.DecodeError, UnicodeDecodeError, KeyError):
            pass
    full = outcome.status == "failed" and outcome.exit_status == FULL_STATUS
    cause = "output-size" if full else outcome.cause
    return ReaderError("readers.stopped", cause=cause, size_bytes=size_bytes)
