"""The ledger's rows, through the driver's own cursor.

One statement through SQLAlchemy costs as much as half a durable commit on a fast disk, and an
append needs three; so the few statements of the ledger are written out here.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from dure.governance.ledger.tiles import Tile
from dure.storage.database import Database
from dure.storage.refusals import refusal

_LAST = (
    "SELECT position + 1, coalesce(checkpoint, '') FROM governance_ledger_entries "
    "ORDER BY position DESC LIMIT 1"
)
_NOTE = "SELECT coalesce(checkpoint, '') FROM governance_ledger_entries WHERE position = ? - 1"
_NOTES = (
    "SELECT position + 1, checkpoint FROM governance_ledger_entries "
    "WHERE position >= ? AND position < ? AND checkpoint IS NOT NULL ORDER BY position"
)
_LINES = "SELECT line FROM governance_ledger_cosignatures WHERE size = ? ORDER BY name"
_ENTRIES = (
    "SELECT position, data FROM governance_ledger_entries "
    "WHERE position >= ? AND position < ? ORDER BY position"
)
_TILE = "SELECT root, hashes FROM governance_ledger_tiles WHERE level = ? AND number = ?"
_ROOTS = (
    "SELECT root FROM governance_ledger_tiles "
    "WHERE level = ? AND number >= ? AND number < ? ORDER BY number"
)
_TILES = "SELECT count(*) FROM governance_ledger_tiles"
_ADD_ENTRY = "INSERT INTO governance_ledger_entries (position, data, checkpoint) VALUES (?, ?, ?)"
_ADD_TILE = "INSERT INTO governance_ledger_tiles (level, number, root, hashes) VALUES (?, ?, ?, ?)"
_ADD_LINE = "INSERT INTO governance_ledger_cosignatures (size, name, line) VALUES (?, ?, ?)"


class Rows:
    """The rows of a ledger, as one transaction sees them.

    Parameters
    ----------
    raw
        The driver's connection, in a transaction.
    placeholder
        How the driver marks a parameter: ``?`` or ``%s``.
    """

    def __init__(self, raw: Any, placeholder: str) -> None:
        self._cursor = raw.cursor()
        self._placeholder = placeholder

    def last(self) -> tuple[int, str]:
        """Return the size and the last entry's checkpoint; 0 and nothing for an empty ledger."""
        found = self._all(_LAST)
        return (int(found[0][0]), str(found[0][1])) if found else (0, "")

    def note(self, size: int) -> str:
        """Return the note of the checkpoint of this size; nothing when there is none."""
        found = self._all(_NOTE, size)
        return str(found[0][0]) if found else ""

    def notes(self, start: int, end: int) -> list[tuple[int, str]]:
        """Return sizes and notes of the checkpoints that the entries of a range carry."""
        return [(int(size), str(note)) for size, note in self._all(_NOTES, start, end)]

    def lines(self, size: int) -> str:
        """Return the cosignature lines kept for the checkpoint of this size."""
        return "".join(line for (line,) in self._all(_LINES, size))

    def entries(self, start: int, end: int) -> list[tuple[int, bytes]]:
        """Return positions and entries from ``start`` up to, not including, ``end``."""
        return [(int(at), bytes(data)) for at, data in self._all(_ENTRIES, start, end)]

    def tile(self, level: int, number: int) -> tuple[bytes, bytes] | None:
        """Return the root and the hashes of a full tile; None when it is not there."""
        found = self._all(_TILE, level, number)
        return (bytes(found[0][0]), bytes(found[0][1])) if found else None

    def roots(self, level: int, start: int, end: int) -> list[bytes]:
        """Return the roots of full tiles from ``start`` up to, not including, ``end``."""
        return [bytes(root) for (root,) in self._all(_ROOTS, level, start, end)]

    def tiles(self) -> int:
        """Return how many full tiles there are."""
        return int(self._all(_TILES)[0][0])

    def add_entries(self, first: int, entries: Sequence[bytes], note: str) -> None:
        """Write a batch at consecutive positions; its last entry carries the checkpoint."""
        last = first + len(entries) - 1
        rows = [(at, data, None) for at, data in enumerate(entries[:-1], first)]
        self._many(_ADD_ENTRY, [*rows, (last, entries[-1], note)])

    def add_tiles(self, tiles: Sequence[Tile]) -> None:
        """Write full tiles."""
        if tiles:
            self._many(_ADD_TILE, [(t.level, t.number, t.root, t.hashes) for t in tiles])

    def add_line(self, size: int, name: str, line: str) -> None:
        """Write a cosignature line."""
        self._many(_ADD_LINE, [(size, name, line)])

    def _all(self, statement: str, *values: int) -> list[tuple[Any, ...]]:
        self._cursor.execute(statement.replace("?", self._placeholder), values)
        found: list[tuple[Any, ...]] = self._cursor.fetchall()
        return found

    def _many(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        self._cursor.executemany(statement.replace("?", self._placeholder), rows)


_PLACEHOLDERS: Mapping[str, str] = MappingProxyType({"sqlite": "?", "postgresql": "%s"})


def rows_of(connection: Connection) -> Rows:
    """Return the rows as the transaction of an SQLAlchemy connection sees them."""
    raw: Any = connection.connection.driver_connection
    return Rows(raw, _PLACEHOLDERS[connection.dialect.name])


@contextmanager
def reading(db: Database) -> Iterator[Rows]:
    """Give the rows of one snapshot.

    Raises
    ------
    StorageError
        As ``Database.read``.
    """
    with db.read() as connection:
        yield rows_of(connection)


class Writer:
    """Gives the rows in a transaction of the store's only writer.

    Through ``Database.write``, which is right for every engine.

    Parameters
    ----------
    db
        The store.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    @contextmanager
    def rows(self) -> Iterator[Rows]:
        """Give the rows; commit when the body ends well.

        Raises
        ------
        StorageError
            As ``Database.write``. Nothing was written then.
        """
        with self._db.write() as connection:
            yield rows_of(connection)

    def close(self) -> None:
        """Let go of what the writer holds."""


class SqliteWriter(Writer):
    """Does on SQLite what ``Database.write`` does, on a connection of its own.

    A connection that only writes never switches ``query_only``, which would make SQLite prepare
    every statement anew; with the pool's own work that is half the time of a durable commit.
    """

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self._turn = threading.Lock()
        self._raw: sqlite3.Connection | None = None

    @contextmanager
    def rows(self) -> Iterator[Rows]:
        """Give the rows; commit when the body ends well.

        Raises
        ------
        StorageError
            As ``Database.write``. Nothing was written then.
        """
        with self._turn:
            try:
                raw = self._open()
                raw.execute("BEGIN IMMEDIATE")
                yield Rows(raw, "?")
                raw.execute("COMMIT")
            except BaseException as error:
                self.close()  # which rolls back
                said = refusal(error, self._db.where, self._db.path)
                if said is None:
                    raise
                raise said from error

    def close(self) -> None:
        """Close the connection; the next write opens another."""
        raw, self._raw = self._raw, None
        if raw is not None:
            raw.close()

    def _open(self) -> sqlite3.Connection:
        if self._raw is None:
            pooled: Any = self._db.engine.raw_connection()
            raw: sqlite3.Connection = pooled.driver_connection
            pooled.detach()
            raw.execute("PRAGMA query_only=OFF")
            self._raw = raw
        return self._raw


def writer_of(db: Database) -> Writer:
    """Return the writer for a store's engine."""
    return SqliteWriter(db) if db.sqlite else Writer(db)
