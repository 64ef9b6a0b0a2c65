"""A store as a backup sees it: rows that go into a sealed file, and come back from one.

The file is an open descriptor and the key is that of this one store, so that the work can be done by
a process that may open the store and nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Column, MetaData, Table, Text, inspect, select

from dure.core import faults
from dure.storage import incarnation
from dure.storage.backup import rows
from dure.storage.backup.form import SCHEMA_TABLES
from dure.storage.database import Database
from dure.storage.errors import StorageError, files
from dure.storage.migrations import History, history, migrate, revision
from dure.storage.seal import seal, unseal
from dure.storage.sealed_files import write_all

Revisions = Mapping[str, str | None]
"""Name of a migration history -> the revision that a store is at."""

_CHUNK = 1 << 20
_MARK = Table(f"{SCHEMA_TABLES}restoring", MetaData(), Column("place", Text, nullable=False))
"""Stands in a store while it is being restored, and names what the restore is for."""


class Store(Protocol):
    """What a backup asks of a store, which may be opened by another process."""

    @property
    def name(self) -> str:
        """Lower-case name, unique in the backup."""

    def dump(self, target: int, key: bytes) -> Revisions:
        """Write the rows, sealed, to an open file."""

    def vacate(self, mark: str) -> None:
        """Refuse a store that is not empty, but for the remains of a restore with that mark."""

    def fill(self, source: int, key: bytes, revisions: Revisions, now: str, mark: str) -> str:
        """Restore the rows; return the new incarnation."""

    def empty(self) -> None:
        """Remove every table."""


@dataclass(frozen=True, slots=True)
class StorePart:
    """A store that this process opens itself.

    Parameters
    ----------
    name
        Lower-case name, unique in the backup.
    db
        The store's database.
    histories
        The migration histories that made its tables.
    """

    name: str
    db: Database
    histories: tuple[str | History, ...] = ()

    def dump(self, target: int, key: bytes) -> Revisions:
        """Write every row, from one snapshot, sealed, to an open file.

        Parameters
        ----------
        target
            Descriptor to write to; it stays open.
        key
            Of this store alone.

        Returns
        -------
        Mapping
            The revision that the store is at.

        Raises
        ------
        StorageError
            ``storage.database``, ``storage.file``, ``storage.no-space``.
        """
        with self.db.read() as connection:
            for block in seal(key, rows.dump(connection)):
                with files(f"{self.name}.sealed"):
                    write_all(target, block)
        return {history(each).name: revision(self.db, each) for each in self.histories}

    def vacate(self, mark: str) -> None:
        """Refuse a store that holds tables; remove them when they are a restore's own remains.

        Parameters
        ----------
        mark
            What the restore is for; "" when it leaves no mark.

        Raises
        ------
        StorageError
            ``storage.backup`` when it is not empty, ``storage.database``.
        """
        with self.db.read() as connection:
            metadata = MetaData()
            metadata.reflect(connection)
            marked = _MARK.name in metadata.tables
            remains = marked and connection.execute(select(_MARK.c.place)).scalar() == mark
        if mark and remains:
            self.empty()
        elif metadata.tables:
            raise StorageError("storage.backup", where=self.db.where, reason="store-not-empty")

    def fill(self, source: int, key: bytes, revisions: Revisions, now: str, mark: str) -> str:
        """Make the tables, load the rows that `dump` wrote, and begin a new incarnation.

        Parameters
        ----------
        source
            Descriptor to read from; it stays open.
        key
            The one that `dump` was given.
        revisions
            What `dump` returned; the store is at the newest ones afterwards.
        now
            UTC time.
        mark
            Stays in the store until `settle`; "" leaves none.

        Returns
        -------
        str
            The incarnation, "" for a store without that table.

        Raises
        ------
        StorageError
            ``storage.backup``, ``storage.seal-…``, ``storage.database``, ``storage.no-space``.
        """
        if mark:
            with self.db.rebuild() as connection:
                _MARK.create(connection)
                connection.execute(_MARK.insert().values(place=mark))
        self.make(revisions)
        begun = ""
        with self.db.rebuild() as connection:
            where = f"{self.name}.sealed"
            content = unseal(key, _chunks(source, where), where=where)
            rows.load(connection, rows.split(content))
            if inspect(connection).has_table(incarnation.INCARNATIONS.name):
                begun = incarnation.begin(connection, now)
            faults.point("restore.store.loaded")
        for each in self.histories:
            migrate(self.db, each)
        return begun

    def make(self, revisions: Revisions) -> None:
        """Make the tables as they were at those revisions.

        Raises
        ------
        StorageError
            ``storage.database``.
        """
        for each in self.histories:
            migrate(self.db, each, to=revisions[history(each).name])

    def empty(self) -> None:
        """Remove every table.

        Raises
        ------
        StorageError
            ``storage.database``.
        """
        with self.db.rebuild() as connection:
            metadata = MetaData()
            metadata.reflect(connection)
            metadata.drop_all(connection)

    def settle(self) -> None:
        """Take the mark of being restored away, now that everything else is in its place.

        Raises
        ------
        StorageError
            ``storage.database``.
        """
        with self.db.rebuild() as connection:
            _MARK.drop(connection, checkfirst=True)


def _chunks(source: int, where: str) -> Iterator[bytes]:
    while True:
        with files(where):
            chunk = os.read(source, _CHUNK)
        if not chunk:
            return
        yield chunk
