"""Elements around the sandbox: tables are looked at and made to conform in there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from dure.core.system import reason_of
from dure.datasets.croissant import Field
from dure.datasets.elements.conforming import Conformed, hold_columns, hold_score
from dure.datasets.elements.conversion import ARROW
from dure.datasets.elements.dates import FORMS
from dure.datasets.elements.element import ElementSet
from dure.datasets.elements.errors import ElementsError
from dure.datasets.elements.mapping import (
    MAX_COLUMNS,
    Mapping,
    hold,
    hold_confirmed,
    parse,
    proposed,
    write,
)
from dure.datasets.elements.matching import Proposed
from dure.datasets.elements.reasons import FAULTS, WHY
from dure.datasets.elements.units import UNITS
from dure.datasets.elements.worker import ANSWER, TABLE, Guess, Guessed, Plan, Unfit
from dure.datasets.errors import DatasetError
from dure.datasets.kinds import kind_of
from dure.datasets.plain_toml import content_of
from dure.readers.arrival import unframed
from dure.readers.errors import ReaderError
from dure.readers.parse import parse as parse_file
from dure.readers.tables import default_limits
from dure.sandbox.box import run
from dure.sandbox.runtime import python_command
from dure.sandbox.tasks import Input

Sink = Callable[[Iterator[bytes]], None]

_WORKER = ("-m", "dure.datasets.elements.worker")
_MOST_ANSWER_BYTES = 64 << 20
_SETTINGS = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "OMP_NUM_THREADS": "2",
    "POLARS_MAX_THREADS": "2",
}


def read_mapping(file: Path) -> Mapping:
    """Return the mapping that a file holds.

    Raises
    ------
    DatasetError
        ``datasets.document``.
    ReaderError
        ``readers.source`` when it can't be read.
    """
    return parse(content_of(file), file.name)


def propose_file(source: Path, elements: ElementSet, *, kind: str = "") -> Mapping:
    """Propose which column of a raw file is which element; no node is needed.

    Parameters
    ----------
    source
        CSV, TSV or Parquet file.
    elements
        The set.
    kind
        ``csv`` or ``parquet``; by default the file's ending tells.

    Raises
    ------
    DatasetError
        ``datasets.kind``.
    ReaderError
        What is wrong with the file, or that the look was stopped.
    SandboxError
        When this host can't provide the sandbox.
    """
    found: list[list[Proposed]] = []

    def sink(blocks: Iterator[bytes]) -> None:
        found.append(_guesses(blocks, elements, source.stem))

    parsed = parse_file(source, kind_of(source, kind), sink=sink)
    return _held(found[0], [column.name for column in parsed.columns], elements)


def propose_table(table: Input, elements: ElementSet, names: Sequence[str], name: str) -> Mapping:
    """Propose for a Parquet table that a reader has written; parameters as for `propose_file`."""
    return _held(_guesses(table, elements, name), names, elements)


def conform_file(
    source: Path,
    mapping: Mapping,
    elements: ElementSet,
    out: Path,
    *,
    kind: str = "",
    least: float = 0.0,
    file: str = "mapping",
) -> Conformed:
    """Write a raw file as a Parquet table that conforms; no node is needed.

    Parameters
    ----------
    source
        CSV, TSV or Parquet file.
    mapping
        Confirmed by a person.
    elements
        The set that it is about.
    out
        New file, in a folder that is there; it appears when it is whole and on disk.
    kind
        ``csv`` or ``parquet``; by default the file's ending tells.
    least
        Least score, 0 to 1; below it nothing is written.
    file
        Name of the mapping's file, for messages.

    Raises
    ------
    ElementsError
        ``elements.mapping``, ``elements.unconfirmed``, ``elements.score``.
    DatasetError
        ``datasets.kind``, ``datasets.folder``.
    ReaderError
        What is wrong with the file, or that the work was stopped.
    SandboxError
        When this host can't provide the sandbox.
    """
    hold(mapping, elements, file)
    hold_confirmed(mapping)
    found: list[Conformed] = []
    chosen = kind_of(source, kind)
    if os.path.lexists(out):
        raise DatasetError("datasets.folder", folder=out, reason="EEXIST")
    try:
        descriptor, partial = tempfile.mkstemp(prefix=".dure-", suffix=".parquet", dir=out.parent)
    except OSError as error:
        raise DatasetError("datasets.folder", folder=out, reason=reason_of(error)) from error
    try:
        with os.fdopen(descriptor, "wb") as written:

            def pour(blocks: Iterator[bytes]) -> None:
                try:
                    written.writelines(blocks)
                    written.flush()
                    os.fsync(written.fileno())
                except OSError as error:
                    reason = reason_of(error)
                    raise DatasetError("datasets.folder", folder=out, reason=reason) from error

            def sink(blocks: Iterator[bytes]) -> None:
                found.append(conform_table(blocks, mapping, elements, pour, least=least, file=file))

            parse_file(source, chosen, sink=sink)
        Path(partial).rename(out)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
    return found[0]


def conform_table(
    table: Input,
    mapping: Mapping,
    elements: ElementSet,
    sink: Sink,
    *,
    least: float = 0.0,
    file: str = "mapping",
) -> Conformed:
    """Make a Parquet table that a reader has written conform; its blocks go to the sink.

    Raises
    ------
    ElementsError
        ``elements.mapping``, ``elements.score``; nothing has gone to the sink then.
    ReaderError
        ``readers.stopped``.
    """
    found: list[Conformed] = []
    plan = Plan("conform", mapping=write(mapping))

    def take(name: str, blocks: Iterator[bytes]) -> None:
        # In order of name, so the answer comes before the table.
        if name == ANSWER:
            answer = _decoded(blocks, Conformed | Unfit)
            if isinstance(answer, Unfit):
                raise _of_another(answer, mapping, file)
            if not _honest(answer, mapping):
                raise _stopped("output")
            hold_score(answer, least)
            found.append(answer)
        elif name == TABLE and found:
            sink(unframed(blocks))
            found.append(found[0])

    _run(plan, table, elements, take)
    if len(found) != 2:
        raise _stopped("output")
    return found[0]


def conformed_fields(
    fields: Sequence[Field], mapping: Mapping, elements: ElementSet
) -> tuple[Field, ...]:
    """Return the columns of a table after it was made to conform.

    A column that is an element has the element's unit, and its part in a track; how its values were
    written, and which stood for none, is no longer so (`dropped_facts`). The others stay as they are.

    Raises
    ------
    ElementsError
        ``elements.mapping`` when the table has other columns than the mapping.
    """
    hold_columns([field.name for field in fields], mapping)
    known = {one.column: elements.by_id[one.element] for one in mapping.mapped}
    return tuple(
        Field(one.id, ARROW[one.type], unit=one.unit, role=field.role)
        if (one := known.get(field.name))
        else field
        for field in fields
    )


def dropped_facts(fields: Sequence[Field], mapping: Mapping) -> tuple[str, ...]:
    """Return what was recognised about columns that are elements and is not true of their new values.

    Examples
    --------
    >>> from dure.datasets.elements.mapping import ColumnMapping
    >>> told = Mapping("sea", 1, "", (ColumnMapping(column="day", element="YMD"),))
    >>> dropped_facts([Field("day", "string", written="date-dots")], told)
    ('day: dure:writtenAs',)
    """
    ids = {one.column for one in mapping.mapped}
    return tuple(
        f"{field.name}: {term}"
        for field in fields
        if field.name in ids
        for term, told in (("dure:writtenAs", field.written), ("dure:missingCodes", field.codes))
        if told
    )


def _guesses(table: Input, elements: ElementSet, name: str) -> list[Proposed]:
    parts: list[bytes] = []
    _run(Plan("propose", table=name[:255]), table, elements, lambda _, blocks: parts.extend(blocks))
    found: tuple[Guess, ...] = _decoded(iter(parts), Guessed).columns
    return [
        Proposed(one.column, one.element, one.confidence, one.reasons, one.unit, one.form)
        for one in found
    ]


def _held(found: Sequence[Proposed], names: Sequence[str], elements: ElementSet) -> Mapping:
    """Return the mapping of guesses that have the form of an honest run's."""
    taken = [one.element for one in found if one.element]
    honest = (
        [one.column for one in found] == list(names)
        and len(names) <= MAX_COLUMNS
        and len(set(taken)) == len(taken)
        and set(taken) <= set(elements.by_id)
        and all(set(one.reasons) <= set(WHY) for one in found)
        and all(one.form in ("", *FORMS) for one in found)
        and all(
            one.unit in ("", *UNITS) or one.unit == elements.by_id[one.element].unit
            for one in found
            if one.element
        )
    )
    if not honest:
        raise _stopped("output")
    return proposed(elements, found)


def _honest(found: Conformed, mapping: Mapping) -> bool:
    """Say whether an answer fits the mapping and itself."""
    return (
        [(one.column, one.element) for one in found.columns]
        == [(one.column, one.element) for one in mapping.mapped]
        and found.unmapped == mapping.unmapped
        and not found.dropped
        and all(
            one.conforming <= one.present <= found.rows
            and set(one.faults) <= set(FAULTS)
            and sum(one.faults.values()) == one.present - one.conforming
            and all(0 < row <= found.rows for row in one.rows)
            for one in found.columns
        )
    )


def _of_another(found: Unfit, mapping: Mapping, file: str) -> ElementsError:
    """Return the error of a mapping of another table; a column's name may not be a stranger's word."""
    known = {one.column for one in mapping.columns}
    place = found.place if found.place in known else "-"
    return ElementsError("elements.mapping", file=file, place=place, reason=found.reason)


def _run(
    plan: Plan, table: Input, elements: ElementSet, take: Callable[[str, Iterator[bytes]], None]
) -> None:
    inputs = {"plan": msgspec.json.encode(plan), "elements": elements.document, "table": table}
    task = python_command(
        _WORKER, inputs=tuple(inputs), environment=_SETTINGS, limits=default_limits()
    )
    outcome = run(task, inputs, sink=take)
    if outcome.status != "done":
        raise _stopped(outcome.cause)


def _decoded(blocks: Iterator[bytes], form: Any) -> Any:
    left = bytearray()
    for block in blocks:
        left += block
        if len(left) > _MOST_ANSWER_BYTES:
            raise _stopped("output")
    try:
        return msgspec.json.decode(bytes(left), type=form)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _stopped("output") from None


def _stopped(cause: str) -> ReaderError:
    return ReaderError("readers.stopped", cause=cause, size_bytes=0)
