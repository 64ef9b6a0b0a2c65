"""Windows event logs (EVTX): one row for each event, the system's part in columns, the rest as JSON.

What is damaged is refused, never passed over: a log in which events are missing looks like one in which
nothing happened. A NUL in a text, which tables here don't have, is written as its escape.

Source
------
Microsoft, [MS-EVEN6], section 2.2.12 (event). Schuster: Introducing the Microsoft Vista event log file
format, Digital Investigation 4 (2007), file header and chunks.
"""

from __future__ import annotations

import datetime as dt
import json
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from dure.readers.codes import Codes
from dure.readers.faults import Fault
from dure.readers.meanings import described
from dure.readers.objects import DEPTH, Flaw, json_text
from dure.readers.pieces import Target
from dure.readers.table_file import TableFile

COLUMNS: tuple[tuple[str, pa.DataType], ...] = (
    ("record_id", pa.int64()),
    ("time", pa.timestamp("us", tz="UTC")),
    ("provider", pa.string()),
    ("provider_id", pa.string()),
    ("event_id", pa.int64()),
    ("version", pa.int64()),
    ("level", pa.int64()),
    ("task", pa.int64()),
    ("opcode", pa.int64()),
    ("keywords", pa.string()),
    ("channel", pa.string()),
    ("computer", pa.string()),
    ("process_id", pa.int64()),
    ("thread_id", pa.int64()),
    ("user_id", pa.string()),
    ("activity_id", pa.string()),
    ("data_kind", pa.string()),
    ("data", pa.string()),
)
"""The columns of every log. ``data`` is the JSON of ``data_kind``: EventData, UserData or another part."""

_CODE = "readers.log"
_MAGIC = b"ElfFile\0"
_HEADER = struct.Struct("<8s8x8x8xIHHHH76xI")
_HEADER_BYTES, _CHUNK_BYTES = 4096, 65536
_DIRTY = 1
_ROWS = 1 << 12
_MOST = (1 << 63) - 1
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


def read_events(raw: Path, target: Target, *, lasting: bool = True) -> dict[str, object]:
    """Write a Windows event log as typed Parquet, and return what is known about it.

    Parameters
    ----------
    raw, target
        The file, and the Parquet file to write.
    lasting
        Whether the Parquet file is kept.

    Raises
    ------
    Fault
        ``readers.log`` or ``readers.empty``.
    """
    _check_whole(raw)
    schema = pa.schema(list(COLUMNS))
    nulls, codes, rows = [0] * len(COLUMNS), [Codes() for _ in COLUMNS], 0
    with TableFile(target, schema, lasting) as file:
        for batch in _batches(raw, schema):
            rows += len(batch)
            for place, column in enumerate(batch.columns):
                nulls[place] += column.null_count
                codes[place].look(column)
            file.write(batch)
    if not rows:
        raise Fault("readers.empty", size_bytes=raw.stat().st_size)
    return {
        "columns": [
            described(name, kind, count, one)
            for (name, kind), count, one in zip(COLUMNS, nulls, codes, strict=True)
        ],
        "rows": rows,
        "facts": {"format": "evtx"},
    }


def _check_whole(raw: Path) -> None:
    """Refuse what is no log, or ends before its header says.

    Raises
    ------
    Fault
        ``readers.log``.
    """
    size = raw.stat().st_size
    with raw.open("rb") as file:
        head = file.read(_HEADER.size)
    if len(head) < _HEADER.size or not head.startswith(_MAGIC):
        raise Fault(_CODE, fault="not-evtx")
    _, _, _, _, header, chunks, flags = _HEADER.unpack(head)
    # While Windows has the log open, the header says less than there is.
    wanted = 0 if flags & _DIRTY else chunks
    if header != _HEADER_BYTES or size < header + wanted * _CHUNK_BYTES:
        raise Fault(_CODE, fault="cut-off")
    if (size - header) % _CHUNK_BYTES:
        raise Fault(_CODE, fault="cut-off")


def _batches(raw: Path, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    waiting: list[tuple[object, ...]] = []
    for row in _rows(raw):
        waiting.append(row)
        if len(waiting) == _ROWS:
            yield _batch(waiting, schema)
            waiting = []
    if waiting:
        yield _batch(waiting, schema)


def _batch(rows: list[tuple[object, ...]], schema: pa.Schema) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.record_batch(arrays, schema=schema)


def _rows(raw: Path) -> Iterator[tuple[object, ...]]:
    from evtx import PyEvtxParser

    record = 0
    try:
        # One thread, and checksums held: what was edited afterwards is not read as if it were whole.
        parser = PyEvtxParser(str(raw), number_of_threads=1, validate_checksums=True)
        events: Iterator[Any] = iter(parser.records_json())
        for one in events:
            record += 1
            yield _row(json.loads(one["data"], parse_constant=_refused), one["event_record_id"])
    except (RuntimeError, ValueError, OSError, RecursionError, KeyError, TypeError, Flaw) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise Fault(_CODE, fault="damaged-event", record=record + 1) from error


def _refused(_: str) -> Any:
    raise ValueError


def _row(told: Mapping[str, Any], number: int) -> tuple[object, ...]:
    event = _part(told, "Event")
    system = _part(event, "System")
    provider, execution = _attributes(system, "Provider"), _attributes(system, "Execution")
    kind = next((name for name in event if name not in ("System", "#attributes")), None)
    data = None if kind is None else event[kind]
    return (
        _whole(system.get("EventRecordID", number)),
        _time(_attributes(system, "TimeCreated").get("SystemTime")),
        _text(provider.get("Name")),
        _text(provider.get("Guid")),
        _whole(system.get("EventID")),
        _whole(system.get("Version")),
        _whole(system.get("Level")),
        _whole(system.get("Task")),
        _whole(system.get("Opcode")),
        _text(system.get("Keywords")),
        _text(system.get("Channel")),
        _text(system.get("Computer")),
        _whole(execution.get("ProcessID")),
        _whole(execution.get("ThreadID")),
        _text(_attributes(system, "Security").get("UserID")),
        _text(_attributes(system, "Correlation").get("ActivityID")),
        kind,
        None if data is None else json_text(data, 1),
    )


def _part(above: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = above[name]
    if not isinstance(found, dict):
        raise TypeError
    return found


def _attributes(system: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    element = system.get(name)
    found = element.get("#attributes") if isinstance(element, dict) else None
    return found if isinstance(found, dict) else {}


def _plain(value: Any) -> Any:
    """Return the text of an element that has attributes too."""
    return value.get("#text") if isinstance(value, dict) else value


def _whole(value: Any) -> int | None:
    found = _plain(value)
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) < 19:
        found = int(found)
    if not isinstance(found, int) or isinstance(found, bool):
        return None
    return found if -_MOST <= found <= _MOST else None


def _text(value: Any) -> str | None:
    found = _plain(value)
    if found is None:
        return None
    text = found if isinstance(found, str) else json_text(found, DEPTH)
    return text.replace("\0", "\\u0000")


def _time(value: Any) -> int | None:
    """Return microseconds since 1970; a seventh digit, of 100 nanoseconds, is cut off."""
    if not isinstance(value, str):
        return None
    try:
        found = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=dt.UTC)
    return (found - _EPOCH) // _MICROSECOND
