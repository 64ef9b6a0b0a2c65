"""From a file of unknown origin to its statistics: this side of the sandbox.

The file is read and measured in one run, and only numbers come out of it: no table of it ever lies on
this side. What comes out is held to a strict form, since the run may have been taken over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import msgspec

from dure.datasets.errors import DatasetError
from dure.datasets.inspect.statistics import Asked, Statistics
from dure.datasets.personal.binds import scan_binds
from dure.datasets.personal.summary import EXAMPLES, KindSummary
from dure.readers.errors import ReaderError
from dure.readers.parse import Raw, more_packages, read_inside
from dure.readers.tables import Options
from dure.sandbox.tasks import MIB

ANSWER_BYTES = 64 * MIB
_NAME_CHARACTERS = 255
_TABLE_BYTES = 8192 * MIB
_SETTINGS = {"POLARS_MAX_THREADS": "2"}


@dataclass(frozen=True, slots=True)
class _Answer:
    statistics: Statistics | None = None
    personal: tuple[KindSummary, ...] = ()
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """A file that was measured.

    Parameters
    ----------
    statistics
        What was measured.
    personal
        What personal data its columns hold, counted.
    raw
        Digest and size of the file's bytes.
    """

    statistics: Statistics
    personal: tuple[KindSummary, ...]
    raw: Raw


def measure_file(
    source: Path | int, kind: str, asked: Asked, *, options: Options | None = None
) -> Measured:
    """Measure a file in the sandbox.

    Parameters
    ----------
    source
        A file, or a readable descriptor (read to its end, stays the caller's).
    kind
        One of `dure.readers.tables.KINDS`.
    asked
        What is asked for.
    options
        How to read it.

    Raises
    ------
    DatasetError
        ``datasets.document`` when the table lacks the target or the split column.
    ReaderError
        Why it is no table.
    SandboxError
        When this host can't provide the sandbox.
    """
    chosen = options or Options()
    words = json.dumps({"reading": chosen.words(), "asked": asdict(asked)})
    limits = replace(chosen.limits, output_bytes=ANSWER_BYTES, tmp_bytes=_TABLE_BYTES)
    parts: list[bytes] = []

    def take(_: str, blocks: Iterator[bytes]) -> None:
        parts.extend(blocks)

    command = ["-m", "dure.datasets.inspect.worker", kind, words]
    binds = [*scan_binds(), *more_packages(kind)]
    raw = read_inside(source, command, limits, take, binds=binds, environment=_SETTINGS)
    answer = decoded(b"".join(parts))
    if answer is not None and answer.unknown in {"target", "split"}:
        place = f"--{answer.unknown}"
        file = source.name if isinstance(source, Path) else "-"
        raise DatasetError("datasets.document", file=file, place=place, reason="no-column")
    if answer is None or answer.statistics is None:
        raise ReaderError("readers.stopped", cause="output", size_bytes=raw.size_bytes)
    return Measured(answer.statistics, answer.personal, raw)


def decoded(data: bytes) -> _Answer | None:
    """Return the answer of a run, or None when it does not have the form of one."""
    try:
        answer = msgspec.json.decode(data, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    found = answer.statistics
    if found is None:
        return answer
    return answer if _honest(found) and _told_of(found, answer.personal) else None


def _told_of(found: Statistics, personal: tuple[KindSummary, ...]) -> bool:
    """Say whether counts of personal data are about the table's columns and rows."""
    names = {one.name for one in found.columns}
    return all(
        one.column in names
        and 0 < one.rows <= found.rows
        and one.hits == one.low + one.medium + one.high >= one.rows
        and min(one.low, one.medium, one.high) >= 0
        and 0 < len(one.examples) <= EXAMPLES
        and all(0 <= row < found.rows for row in one.examples)
        for one in personal
    )


def _honest(told: Statistics) -> bool:
    """Say whether statistics fit together as an honest run's do."""
    columns = told.columns
    names = {one.name for one in columns}
    places = [
        *(place for pair in told.correlations for place in (pair.first, pair.second)),
        *(
            (told.target.column, *(leak.column for leak in told.target.leaks))
            if told.target
            else ()
        ),
        *((told.split.column,) if told.split else ()),
    ]
    return (
        told.rows >= 1
        and 0 < len(columns) == len(names)
        and all(
            0 < len(name) <= _NAME_CHARACTERS and name.replace("\n", " ").isprintable()
            for name in names
        )
        and all(0 <= place < len(columns) for place in places)
        and all(
            0 <= one.nulls <= told.rows
            and 0 <= one.distinct <= told.rows
            and (one.kind == "number") == (one.numbers is not None)
            and (one.kind == "time") == (one.times is not None)
            and (one.kind == "text") == (one.texts is not None)
            for one in columns
        )
    )
