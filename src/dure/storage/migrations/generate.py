"""Write the next revision of a store from the tables that the code declares.

``python -m dure.storage.migrations.generate keeper "first tables" module:METADATA …``
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData

from dure.core.rooms import load
from dure.storage.database import open_database
from dure.storage.migrations import STORES, History, _one, history, migrate


def write_revision(
    store: str | History, metadata: MetaData | Sequence[MetaData], message: str
) -> Path | None:
    """Write the revision that brings a store from its newest revision to the declared tables.

    Parameters
    ----------
    store
        ``node``, ``executor``, ``keeper``, or an application package's own history.
    metadata
        All tables of the store.
    message
        What the revision does, in a few words.

    Returns
    -------
    Path or None
        The new file; None when there is nothing to change.
    """
    wanted = history(store)
    declared = [metadata] if isinstance(metadata, MetaData) else list(metadata)
    with tempfile.TemporaryDirectory(prefix="dure-revision-") as scratch:
        db = open_database(f"sqlite:///{scratch}/store.db")
        migrate(db, wanted)
        with db.read() as connection:
            options = {
                "version_table": wanted.version_table,
                "compare_type": True,
                "render_as_batch": True,
                "target_metadata": declared,
            }
            context = MigrationContext.configure(connection, opts=options)
            steps = produce_migrations(context, _one(declared)).upgrade_ops
            if steps is None or steps.is_empty():
                return None
            upgrades = render_python_code(steps, render_as_batch=True, migration_context=context)
        db.close()
    script, head = wanted.script(), wanted.head()
    made = script.generate_revision(
        f"{int(head or '0') + 1:04d}",
        message,
        head=head or "base",
        version_path=str(wanted.folder),
        upgrades=upgrades,
        imports="",
    )
    return Path(made.path) if made is not None else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; return the exit status."""
    parser = argparse.ArgumentParser(description="write the next revision of a store")
    parser.add_argument("store", choices=STORES)
    parser.add_argument("message", help="what the revision does, in a few words")
    parser.add_argument("metadata", nargs="+", metavar="MODULE:METADATA")
    chosen = parser.parse_args(arguments)
    declared = [load(name) for name in chosen.metadata]
    written = write_revision(chosen.store, declared, chosen.message)
    sys.stdout.write(f"{written or 'nothing to change'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
