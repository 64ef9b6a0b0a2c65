"""Why a database refused: the driver's complaint in our words, which never hold data."""

from __future__ import annotations

import os
import re
import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from dure.storage.errors import StorageError

_LITTLE_BYTES = 1 << 20

_BUSY = "busy"
_SCHEMA = "other-schema"
_READ_ONLY = "read-only"
_FULL = "full"
_DISK = "disk"

_SQLITE = (
    (re.compile("locked|busy"), _BUSY),
    (re.compile("database or disk is full"), _FULL),
    (re.compile("disk I/O error"), _DISK),
    (re.compile("not a database|malformed"), "not-sqlite"),
    (re.compile("unable to open"), "unopened"),
    (re.compile("readonly"), _READ_ONLY),
    (re.compile("no such table|no such column|has no column"), _SCHEMA),
)
_POSTGRES = {
    "53100": _FULL,
    "55P03": _BUSY,
    "40001": "raced",
    "25006": _READ_ONLY,
    "42P01": _SCHEMA,
    "42703": _SCHEMA,
}
_SERVER = frozenset({"08", "28", "3D", "3F", "53", "57", "58"})


def refusal(error: BaseException, where: str, path: Path | None) -> StorageError | None:
    """Return our error for a driver's, or None when it is a defect of the caller.

    Parameters
    ----------
    error
        SQLAlchemy's wrapping, or the driver's own error from opening a connection.
    where
        The database without its password.
    path
        The SQLite file, None for PostgreSQL.
    """
    original = error.orig if isinstance(error, DBAPIError) else error
    reason = None
    if isinstance(original, sqlite3.Error):
        said = str(original)
        reason = next((words for pattern, words in _SQLITE if pattern.search(said)), None)
    elif type(original).__module__.startswith("psycopg"):
        reason = _of_postgres(original)
    if reason is None:
        return None
    if reason == _FULL or (reason == _DISK and path is not None and _little_left(path)):
        return StorageError("storage.no-space", path=where)
    return StorageError("storage.database", where=where, reason=reason)


def _of_postgres(error: BaseException | None) -> str | None:
    state: str | None = getattr(
        error, "sqlstate", None
    )  # psycopg is not imported for SQLite's sake
    if state is None:
        names = {kind.__name__ for kind in type(error).__mro__}
        return "no-server" if "OperationalError" in names else None
    return _POSTGRES.get(state) or ("server" if state[:2] in _SERVER else None)


def _little_left(path: Path) -> bool:
    """Say whether the disk is so full that SQLite's shared memory could not grow."""
    try:
        room = os.statvfs(path.parent)
    except OSError:
        return False
    return room.f_bavail * room.f_frsize < _LITTLE_BYTES
