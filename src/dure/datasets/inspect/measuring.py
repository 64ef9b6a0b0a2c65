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

from dure.datasets.drift.statistics import BARS, Comparison, Drift
from dure.datasets.errors import DatasetError
from dure.datasets.inspect.statistics import NAMED, Asked, Statistics, Suspects
from dure.datasets.personal.binds import scan_binds
from dure.datasets.personal.summary import EXAMPLES, KindSummary
from dure.readers.errors import ReaderError
from dure.readers.parse import Raw, Source, TypeName, is_told, more_packages, read_inside
from dure.readers.reading import MODULES
from dure.readers.tables import Column, Options
from dure.sandbox.tasks import MIB

ANSWER_BYTES = 64 * MIB
_NAME_CHARACTERS = 255
_TABLE_BYTES = 8192 * MIB
_SETTINGS = {
    "POLARS_MAX_THREADS": "2",
    # Trees of a small sample: threads that wait for each other take three times the processor time of one.
    "OMP_NUM_THREADS": "1",
    # Where AVX-512 stores to memory what it picks out slowly (AMD's Zen 4), numpy's sort with it takes four
    # to seven times as long as with AVX2; elsewhere AVX2 loses little.
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
}


class _Type(msgspec.Struct):
    name: TypeName


@dataclass(frozen=True, slots=True)
class _Answer:
    statistics: Statistics | None = None
    personal: tuple[KindSummary, ...] = ()
    recognised: tuple[Column, ...] = ()
    compared: Comparison | None = None
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
    recognised
        What an import would record of each column: units, roles, codes, ways of writing.
    compared
        How it differs from the earlier version, when one was given.
    """

    statistics: Statistics
    personal: tuple[KindSummary, ...]
    raw: Raw
    recognised: tuple[Column, ...] = ()
    compared: Comparison | None = None


def measure_file(
    source: Source,
    kind: str,
    asked: Asked,
    *,
    options: Options | None = None,
    against: tuple[Path, str] | None = None,
) -> Measured:
    """Measure a file in the sandbox.

    Parameters
    ----------
    source
        A file, a readable descriptor (read to its end, stays the caller's), or blocks.
    kind
        One of `dure.readers.tables.KINDS`.
    asked
        What is asked for.
    options
        How to read it.
    against
        An earlier version and its kind.

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
    words: dict[str, object] = {"reading": chosen.words(), "asked": asdict(asked)}
    more: dict[str, Path] = {}
    if against is not None:
        more["against"], words["against"] = against
    limits = replace(chosen.limits, output_bytes=ANSWER_BYTES, tmp_bytes=_TABLE_BYTES)
    parts: list[bytes] = []

    def take(_: str, blocks: Iterator[bytes]) -> None:
        parts.extend(blocks)

    command = ["-m", "dure.datasets.inspect.worker", kind, json.dumps(words)]
    kinds = {kind, *([against[1]] if against else [])}
    binds = [*scan_binds(), *(bind for one in sorted(kinds) for bind in more_packages(one))]
    raw = read_inside(
        source, command, limits, take, more=more, binds=binds, environment=_SETTINGS,
        imports=(f"dure.readers.{MODULES[kind]}",),
    )  # fmt: skip
    answer = decoded(b"".join(parts))
    if answer is not None and answer.unknown in {"target", "split"}:
        place = f"--{answer.unknown}"
        file = source.name if isinstance(source, Path) else "-"
        raise DatasetError("datasets.document", file=file, place=place, reason="no-column")
    if answer is None or answer.statistics is None or bool(answer.compared) != bool(against):
        raise ReaderError("readers.stopped", cause="output", size_bytes=raw.size_bytes)
    found = answer.statistics, answer.personal, raw, answer.recognised, answer.compared
    return Measured(*found)


def decoded(data: bytes) -> _Answer | None:
    """Return the answer of a run, or None when it does not have the form of one."""
    try:
        answer = msgspec.json.decode(data, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    found = answer.statistics
    if found is None:
        return answer
    honest = (
        _honest(found)
        and _told_of(found, answer.personal)
        and all(_is_name(one.name) and is_told(one, found.rows) for one in answer.recognised)
        and (answer.compared is None or _honestly_compared(answer.compared, found))
    )
    return answer if honest else None


def _honestly_compared(told: Comparison, found: Statistics) -> bool:
    """Say whether a comparison is about this table and has the form of one."""
    names = {one.name for one in found.columns}
    others = [*told.added, *told.removed, *(one.name for one in told.retyped)]
    types = [word for one in told.retyped for word in (one.first, one.second)]
    return (
        all(_is_name(name) for name in others)
        and all(map(_is_type, types))
        and all(one.name in names and _is_drift(one, told, found.rows) for one in told.columns)
    )


def _is_suspicion(told: Suspects | None, rows: int) -> bool:
    return told is None or (
        len(told.rows) <= told.count <= told.looked <= rows
        and len(told.rows) <= NAMED
        and all(0 <= row < rows for row in told.rows)
    )


def _is_type(word: str) -> bool:
    try:
        msgspec.convert({"name": word}, _Type)
    except msgspec.ValidationError:
        return False
    return True


def _is_drift(one: Drift, told: Comparison, rows: int) -> bool:
    counts = (one.below, one.above, one.fresh)
    drawn = one.picture
    bars = [] if drawn is None else [drawn.first, drawn.second]
    return (
        0 <= one.shift <= 1
        and one.stability >= 0
        and (one.rows_first, one.rows_second) == (told.rows_first, rows)
        and 0 <= one.nulls_first <= one.rows_first
        and 0 <= one.nulls_second <= one.rows_second
        and min(*counts, one.appeared, one.vanished, one.bins) >= 0
        and max(counts) <= rows
        and all(len(each) == len(bars[0]) <= BARS and min(each, default=0) >= 0 for each in bars)
    )


def _is_name(name: str) -> bool:
    return 0 < len(name) <= _NAME_CHARACTERS and name.replace("\n", " ").isprintable()


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
        and all(map(_is_name, names))
        and all(0 <= place < len(columns) for place in places)
        and (told.target is None or _is_suspicion(told.target.suspects, told.rows))
        and (told.split is None or 0 <= (told.split.near or 0) <= told.rows)
        and all(
            0 <= one.nulls <= told.rows
            and 0 <= one.distinct <= told.rows
            and (one.kind == "number") == (one.numbers is not None)
            and (one.kind == "time") == (one.times is not None)
            and (one.kind == "text") == (one.texts is not None)
            for one in columns
        )
    )
