"""Rows of a store as lines of JSON: a head for each table, then one array per row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, MetaData, Table, func, inspect, select, text

from dure.storage.backup.form import SCHEMA_TABLES
from dure.storage.errors import StorageError

_SOME = 1000


def tables_of(connection: Connection) -> list[Table]:
    """Return the store's tables, those that others refer to first, without revision tables."""
    metadata = MetaData()
    metadata.reflect(connection)
    tables = metadata.sorted_tables
    return [table for table in tables if not table.name.startswith(SCHEMA_TABLES)]


def dump(connection: Connection) -> Iterator[bytes]:
    """Yield every row of every table as the connection's snapshot shows it."""
    for table in tables_of(connection):
        columns = [column.name for column in table.columns]
        yield _line({"table": table.name, "columns": columns})
        ordered = select(table).order_by(*table.primary_key.columns)
        for rows in connection.execution_options(yield_per=_SOME).execute(ordered).partitions():
            yield b"".join(_line([_plain(value) for value in row]) for row in rows)


def load(connection: Connection, lines: Iterable[bytes]) -> None:
    """Insert rows that `dump` wrote into the empty tables of a store.

    Raises
    ------
    StorageError
        ``storage.backup`` when they don't fit the store's tables.
    """
    tables = {table.name: table for table in tables_of(connection)}
    table: Table | None = None
    columns: list[str] = []
    waiting: list[dict[str, Any]] = []
    for line in lines:
        value = json.loads(line)
        if isinstance(value, dict):
            _flush(connection, table, waiting)
            table, columns = tables.get(value["table"]), value["columns"]
            if table is None or not set(columns) <= set(table.columns.keys()):
                raise StorageError("storage.backup", where=value["table"], reason="no-table")
            continue
        waiting.append(dict(zip(columns, map(_value, value), strict=True)))
        if len(waiting) == _SOME:
            _flush(connection, table, waiting)
    _flush(connection, table, waiting)
    if connection.dialect.name == "postgresql":
        for each in tables.values():
            _continue_counting(connection, each)


def split(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield lines from bytes that come cut anywhere."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
    if rest:
        yield rest


def _flush(connection: Connection, table: Table | None, waiting: list[dict[str, Any]]) -> None:
    if table is not None and waiting:
        connection.execute(table.insert(), list(waiting))
    waiting.clear()


def _continue_counting(connection: Connection, table: Table) -> None:
    """Let a table's own counter go on after the rows that were put in."""
    for column in inspect(connection).get_columns(table.name):
        default = column.get("default") or ""
        if "nextval(" in default or column.get("identity"):
            name = column["name"]
            highest = connection.execute(select(func.max(table.c[name]))).scalar()
            sequence = connection.execute(
                text("SELECT pg_get_serial_sequence(:owner, :name)"),
                {"owner": table.name, "name": name},
            ).scalar()
            if highest is not None and sequence is not None:
                connection.execute(
                    text("SELECT setval(:sequence, :highest)"),
                    {"sequence": sequence, "highest": highest},
                )


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n"


def _plain(value: object) -> object:
    if isinstance(value, bytes | bytearray | memoryview):
        return {"hex": bytes(value).hex()}
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"a column of type {type(value).__name__} has no form in a backup")


def _value(value: object) -> object:
    return bytes.fromhex(value["hex"]) if isinstance(value, dict) else value
