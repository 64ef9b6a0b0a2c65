"""A store's database: SQLite by default, PostgreSQL when the agency has one.

One store has one writer at a time. On SQLite a write begins with ``BEGIN IMMEDIATE`` under WAL and
``synchronous=FULL``; on PostgreSQL it begins with an advisory lock of the schema, taken under READ
COMMITTED so that every statement after it sees all that earlier writers committed. What
``write`` has left without an error is on disk. A ``read`` sees one unchanging snapshot and can't
write.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from dure.core import faults
from dure.storage.errors import StorageError, files
from dure.storage.refusals import refusal

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Naming convention of every ``MetaData`` in the house, so that migrations can name constraints."""

BUSY_S = 30.0

_READ = "dure_read"
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
    "PRAGMA trusted_schema=OFF",
)
_PG_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('dure/' || current_schema(), 0))"


class Database:
    """One store's database, with one writer at a time. Made by `open_database`.

    Attributes
    ----------
    engine
        The SQLAlchemy engine, for ``METADATA.create_all``; else use `read` and `write`. What
        begins here is a write too, in its turn.
    where
        The URL without its password, for messages.
    path
        The SQLite file; None for PostgreSQL.
    """

    def __init__(self, engine: Engine, where: str, path: Path | None) -> None:
        self.engine = engine
        self.where = where
        self.path = path
        self._busy = threading.local()
        options: dict[str, Any] = {_READ: True}
        if not self.sqlite:
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._reading = engine.execution_options(**options)

    def __repr__(self) -> str:
        return f"Database({self.where})"

    @property
    def sqlite(self) -> bool:
        """Whether this is SQLite (else it is PostgreSQL)."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one snapshot and can't write.

        Raises
        ------
        StorageError
            ``storage.database`` when the database can't be reached or refuses.
        """
        with self._said(), self._reading.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection in a transaction of the only writer; commit when the body ends well.

        Raises
        ------
        StorageError
            ``storage.database`` when the writer's turn does not come, or the database refuses;
            ``storage.no-space`` when its disk is full. Nothing was written then.
        RuntimeError
            When this thread is already writing here: a defect of the caller.
        """
        if getattr(self._busy, "writing", False):
            raise RuntimeError("a write inside a write of the same store")
        self._busy.writing = True
        try:
            with self._said(), self.engine.connect() as connection:
                with connection.begin():
                    faults.point("database.begun")
                    yield connection
                    faults.point("database.committing")
                faults.point("database.committed")
        finally:
            self._busy.writing = False

    @contextmanager
    def rebuild(self) -> Iterator[Connection]:
        """Give a writing connection for a change of schema.

        On SQLite, tables are changed by copying; foreign keys are off meanwhile, and checked
        before the commit.

        Raises
        ------
        StorageError
            As `write`; ``storage.database`` also when a foreign key would be left dangling.
        """
        if not self.sqlite:
            with self.write() as connection:
                yield connection
            return
        with self._said(), self.engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            raw.execute("PRAGMA foreign_keys=OFF")
            try:
                with connection.begin():
                    yield connection
                    if connection.execute(text("PRAGMA foreign_key_check")).first() is not None:
                        raise StorageError("storage.database", where=self.where, reason="dangling")
            finally:
                raw.execute("PRAGMA foreign_keys=ON")

    def scrub(self, *tables: str) -> None:
        """Let nothing deleted linger in the write-ahead log, as far as the engine allows.

        SQLite zeroes deleted content (``secure_delete``) and empties its log here, unless a reader
        holds it. PostgreSQL is asked to vacuum; its own log and free space may still hold
        old rows until they are reused, so there a rotation of the key-encryption key is what
        makes them worthless.

        Parameters
        ----------
        tables
            The tables that something was deleted from.
        """
        with self._said():
            raw: Any = self.engine.raw_connection()
            try:
                if self.sqlite:
                    raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                else:
                    raw.driver_connection.autocommit = True
                    raw.driver_connection.execute(f"VACUUM {', '.join(tables)}")
                    raw.driver_connection.autocommit = False
            finally:
                raw.close()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            said = refusal(error, self.where, self.path)
            if said is None:
                raise
            raise said from error


def open_database(url: str, *, busy_s: float = BUSY_S) -> Database:
    """Open a store's database; make the SQLite file (mode 600) when there is none.

    Parameters
    ----------
    url
        ``sqlite:///path`` or ``postgresql+psycopg://…`` (``postgresql://`` means the same).
    busy_s
        How long a writer waits for its turn, in seconds.

    Raises
    ------
    StorageError
        ``storage.database`` when the URL is of another kind or the database can't be opened,
        ``storage.file`` when the SQLite file can't be made.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     open_database(f"sqlite:///{folder}/node.db").close()
    """
    parsed = _parse(url)
    where = parsed.render_as_string(hide_password=True)
    path = Path(parsed.database or "") if parsed.drivername == "sqlite" else None
    if path is not None:
        _make_file(path)
        engine = create_engine(
            parsed, hide_parameters=True, connect_args={"timeout": busy_s}, pool_timeout=busy_s
        )
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
    else:
        engine = create_engine(
            parsed, hide_parameters=True, isolation_level="READ COMMITTED", pool_timeout=busy_s
        )
        event.listen(engine, "connect", _pg_connect(busy_s))
        event.listen(engine, "begin", _pg_begin)
    database = Database(engine, where, path)
    try:
        with database.read() as connection:
            connection.execute(text("SELECT 1"))
    except BaseException:
        engine.dispose()
        raise
    return database


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError):
        raise StorageError("storage.database", where="URL", reason="not-url") from None
    if parsed.drivername not in ("sqlite", "postgresql+psycopg"):
        raise StorageError(
            "storage.database",
            where=parsed.render_as_string(hide_password=True),
            reason="unknown-driver",
        )
    if parsed.drivername == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise StorageError("storage.database", where="sqlite", reason="no-file-name")
    return parsed


def _make_file(path: Path) -> None:
    # Never opened here when it is there: closing a descriptor would drop every lock that this process
    # has on the file (POSIX), and another process would take its log away under an open connection.
    with files(path), contextlib.suppress(FileExistsError):
        if not path.is_file():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def _sqlite_connect(raw: Any, _: object) -> None:
    raw.isolation_level = None  # we say BEGIN ourselves, so that schema changes are in it too
    for pragma in _PRAGMAS:
        raw.execute(pragma).fetchall()


def _sqlite_begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get(_READ, False)
    if connection.info.get(_READ, False) != reading:
        raw: Any = connection.connection.driver_connection
        raw.execute(f"PRAGMA query_only={'ON' if reading else 'OFF'}")
        connection.info[_READ] = reading
    # The driver itself: through SQLAlchemy this one statement costs as much as a whole look-up.
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN" if reading else "BEGIN IMMEDIATE")


def _pg_connect(busy_s: float) -> Any:
    settings = (
        "SET synchronous_commit TO on",
        f"SET lock_timeout TO {int(busy_s * 1000)}",
        "SET timezone TO 'UTC'",
    )

    def prepare(raw: Any, _: object) -> None:
        before = raw.autocommit
        raw.autocommit = True
        for setting in settings:
            raw.execute(setting)
        raw.autocommit = before

    return prepare


def _pg_begin(connection: Connection) -> None:
    if not connection.get_execution_options().get(_READ, False):
        connection.exec_driver_sql(_PG_LOCK)
