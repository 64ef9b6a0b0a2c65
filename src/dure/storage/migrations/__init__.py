"""Migrations: each store's schema, one step after another, forwards only.

There is one linear history per store (``node``, ``executor``, ``keeper``) and per application
package; each keeps its own revision table, so that they can share a database. All missing steps
run in one transaction of the only writer: a crash leaves the old schema whole. To go back, restore
a backup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import CheckConstraint, Connection, MetaData, inspect

from dure.core import faults
from dure.storage.database import Database
from dure.storage.errors import StorageError

STORES = ("node", "executor", "keeper")
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class History:
    """A linear row of revisions.

    Parameters
    ----------
    name
        The store, or the application package.
    folder
        Where its revision files lie.
    """

    name: str
    folder: Path

    @property
    def version_table(self) -> str:
        """Name of the table that holds the revision a database is at."""
        return f"storage_schema_{self.name}"

    def script(self) -> ScriptDirectory:
        """Return Alembic's view of the revisions."""
        return ScriptDirectory(
            str(HERE),
            version_locations=[str(self.folder)],
            file_template="r%(rev)s_%(slug)s",
        )

    def head(self) -> str | None:
        """Return the newest revision, None when there is none yet.

        Raises
        ------
        RuntimeError
            When the history forks: a defect.
        """
        heads = self.script().get_heads()
        if len(heads) > 1:
            raise RuntimeError(f"the history of {self.name} forks: {', '.join(heads)}")
        return heads[0] if heads else None


def history(store: str | History) -> History:
    """Return the history of one of our stores.

    Raises
    ------
    ValueError
        When there is no such store.
    """
    if isinstance(store, History):
        return store
    if store not in STORES:
        raise ValueError(f"the stores are {', '.join(STORES)}")
    return History(store, HERE / store / "versions")


def revision(db: Database, store: str | History) -> str | None:
    """Return the revision that a database is at, None for an empty one."""
    with db.read() as connection:
        return _context(connection, history(store)).get_current_revision()


def migrate(db: Database, store: str | History, *, to: str | None = None) -> str | None:
    """Bring a database to a revision; return the revision that it is at then.

    Parameters
    ----------
    db
        The store's database.
    store
        ``node``, ``executor``, ``keeper``, or an application package's own history.
    to
        A revision, the newest when None.

    Raises
    ------
    StorageError
        ``storage.database`` when it was made by a newer dure, or refuses; it is then as it was.
    """
    wanted = history(store)
    script, target = wanted.script(), to or wanted.head()
    if target is None or (db_at := revision(db, wanted)) == target:
        return target
    try:
        _steps(script, target, db_at)
        with db.rebuild() as connection:
            context = _context(
                connection, wanted, fn=lambda at, _: script._upgrade_revs(target, at)
            )
            with Operations.context(context):
                context.run_migrations()
            faults.point("migrations.run")
    except CommandError:
        raise StorageError(
            "storage.database",
            where=db.where,
            reason="newer-schema",
            store=wanted.name,
        ) from None
    faults.point("migrations.committed")
    return target


def _steps(script: ScriptDirectory, target: str, at: str | None) -> None:
    """Refuse, before anything is locked, revisions that the history does not have."""
    for known in (target, at):
        if known is not None:
            script.get_revision(known)


def compare(
    db: Database, store: str | History, metadata: MetaData | Sequence[MetaData]
) -> list[str]:
    """Return in words how a migrated database differs from the tables that the code declares.

    Check constraints, which Alembic does not compare, are compared by name.

    Parameters
    ----------
    db
        A migrated database that holds nothing but this store.
    store
        Whose history it was migrated by.
    metadata
        All tables of the store.
    """
    declared = [metadata] if isinstance(metadata, MetaData) else list(metadata)
    with db.read() as connection:
        context = _context(connection, history(store), target_metadata=declared, compare_type=True)
        found = [repr(difference) for difference in compare_metadata(context, _one(declared))]
        return found + list(_checks(connection, declared))


def _one(declared: Sequence[MetaData]) -> MetaData:
    """Return all tables as one metadata, which is what Alembic's comparison takes."""
    joined = MetaData(naming_convention=declared[0].naming_convention)
    for metadata in declared:
        for table in metadata.sorted_tables:
            table.to_metadata(joined)
    return joined


def _checks(connection: Connection, declared: Iterable[MetaData]) -> Iterable[str]:
    inspector = inspect(connection)
    there = set(inspector.get_table_names())
    for metadata in declared:
        for table in metadata.sorted_tables:
            if table.name not in there:
                continue
            wanted = {
                str(connection.dialect.identifier_preparer.format_constraint(constraint))
                for constraint in table.constraints.union(*(c.constraints for c in table.columns))
                if isinstance(constraint, CheckConstraint)
            }
            found = {str(check["name"]) for check in inspector.get_check_constraints(table.name)}
            if wanted != found:
                yield f"checks of {table.name}: {sorted(wanted)} declared, {sorted(found)} found"


def _context(connection: Connection, wanted: History, **options: Any) -> MigrationContext:
    settings = {"version_table": wanted.version_table} | options
    return MigrationContext.configure(connection, opts=settings)
