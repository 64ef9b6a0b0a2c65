"""Rows from a database, as JSON lines: fetched here, given their types in the sandbox.

A query is put to any database that SQLAlchemy has a driver for, as one statement that only reads: in a
read-only transaction where the database has one, and rolled back everywhere. The address holds a
password, so it comes from a file that its owner alone may read, and no message repeats it, nor anything
that a driver says.
"""

from __future__ import annotations

import datetime as dt
import decimal
import json
import math
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from dure.core.system import reason_of
from dure.datasets.errors import DatasetError
from dure.readers.errors import ReaderError
from dure.storage.passphrases import read_private_file

SQL = ".sql"
LIMIT_S = 600.0
_QUERY_BYTES = 1 << 20
_ROWS = 1_000
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_READING = re.compile(r"\s*(select|with|values|table)\b", re.IGNORECASE)
_STATE = re.compile(r"[0-9A-Z]{5}")


@dataclass(frozen=True, slots=True)
class Query:
    """A question to a database.

    Parameters
    ----------
    name
        Of the file that it stands in.
    text
        One statement that reads, without a semicolon.
    address
        SQLAlchemy URL of the database; shows itself nowhere.
    """

    name: str
    text: str = field(repr=False)
    address: str = field(repr=False)


def read_query(file: Path, address: Path) -> Query:
    """Return the query in one file, to the database whose address is in another.

    Raises
    ------
    ReaderError
        ``readers.source`` when the query can't be read.
    StorageError
        ``storage.key-mode`` when others could read the address, ``storage.file``.
    DatasetError
        ``datasets.feed`` when it is no query, or there is no such address.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(_QUERY_BYTES + 1)
    except OSError as error:
        raise ReaderError("readers.source", name=file.name, reason=reason_of(error)) from None
    with suppress(UnicodeDecodeError):
        # Two statements in one text would end the transaction that only reads.
        text = content.decode("utf-8-sig").rstrip().removesuffix(";")
        alone = len(content) <= _QUERY_BYTES and ";" not in text
        if alone and _READING.match(_COMMENT.sub(" ", text)):
            where = read_private_file(address).decode("utf-8", "replace").strip()
            _parsed(where)
            return Query(file.name, text, where)
    raise _refused("not-query")


def json_lines(query: Query, *, limit_s: float = LIMIT_S) -> Iterator[bytes]:
    """Yield the rows that answer a query, some at a time, as JSON lines in UTF-8.

    Parameters
    ----------
    query
        The query.
    limit_s
        How long it may take.

    Raises
    ------
    DatasetError
        ``datasets.feed``.
    """
    deadline = time.monotonic() + limit_s
    engine = _engine(query.address)
    try:
        with _connected(engine) as connection:
            _only_read(connection, limit_s)
            options = {"stream_results": True, "no_parameters": True, "yield_per": _ROWS}
            answer = connection.execution_options(**options).exec_driver_sql(query.text)
            if not answer.returns_rows:
                raise _refused("not-query")
            names = list(answer.keys())
            if len(set(names)) != len(names):
                raise _refused("column-twice")
            keys = [json.dumps(name, ensure_ascii=False) for name in names]
            for rows in answer.partitions(_ROWS):
                if time.monotonic() > deadline:
                    raise _refused("too-slow")
                yield "".join(_line(keys, row) for row in rows).encode("utf-8", "surrogatepass")
    except DBAPIError as error:
        state = str(getattr(error.orig, "sqlstate", None) or "")
        state = state if _STATE.fullmatch(state) else "-"
        raise _refused("too-slow" if state == "57014" else "refused", state=state) from None
    except SQLAlchemyError:
        raise _refused("refused") from None
    finally:
        engine.dispose()


def _connected(engine: Engine) -> Connection:
    try:
        return engine.connect()
    except (SQLAlchemyError, OSError):
        raise _refused("unreachable") from None


def _engine(address: str) -> Engine:
    parsed = _parsed(address)
    with suppress(ImportError, NoSuchModuleError, ArgumentError, TypeError):
        engine = create_engine(parsed, poolclass=NullPool, hide_parameters=True)
        if engine.dialect.name == "sqlite" and (
            parsed.database in (None, "", ":memory:") or not Path(parsed.database or "").is_file()
        ):
            raise _refused("unreachable")
        return engine
    raise _refused("no-driver")


def _parsed(address: str) -> URL:
    try:
        parsed = make_url(address)
    except (ArgumentError, ValueError):
        raise _refused("not-address") from None
    own = parsed.drivername == "postgresql"
    return parsed.set(drivername="postgresql+psycopg") if own else parsed


def _only_read(connection: Connection, limit_s: float) -> None:
    match connection.dialect.name:
        case "sqlite":
            connection.exec_driver_sql("PRAGMA query_only=ON")
        case "postgresql":
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {int(limit_s * 1000)}")
        case "mysql" | "mariadb":
            connection.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")
            connection.rollback()


def _line(keys: list[str], row: Any) -> str:
    pairs = (
        f"{key}:{_value(value, number)}"
        for number, (key, value) in enumerate(zip(keys, row, strict=True), 1)
    )
    return f"{{{','.join(pairs)}}}\n"


def _value(value: Any, column: int) -> str:
    """Return a value as JSON; a text has the form that the readers know a day or a time by."""
    match value:
        case None | bool() | int() | str() | list() | dict():
            with suppress(TypeError, ValueError, RecursionError):
                return json.dumps(value, ensure_ascii=False, allow_nan=False)
            raise _refused("column-type", column=column)
        case float() | decimal.Decimal():
            if not math.isfinite(value):
                raise _refused("not-finite", column=column)
            return repr(value) if isinstance(value, float) else str(value)
        case dt.datetime() | dt.date() | dt.time():
            return f'"{value.isoformat()}"'
        case dt.timedelta():
            return repr(value.total_seconds())
        case uuid.UUID():
            return f'"{value}"'
    raise _refused("column-type", column=column)


def _refused(reason: str, **facts: object) -> DatasetError:
    return DatasetError("datasets.feed", **{"reason": reason, "state": "-", "column": 0, **facts})
