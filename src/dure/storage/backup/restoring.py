"""Restoring a backup: prove all of it, fill the stores, begin new incarnations, place the vaults."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Column, MetaData, Table, Text, inspect, select

from dure.core import faults
from dure.storage import incarnation
from dure.storage.backup import rows
from dure.storage.backup.form import (
    SCHEMA_TABLES,
    Manifest,
    StorePart,
    file_digest,
    part_key,
    read_manifest,
)
from dure.storage.backup.making import copy
from dure.storage.database import Database
from dure.storage.errors import StorageError, files
from dure.storage.migrations import history, migrate
from dure.storage.seal import unseal
from dure.storage.sealed_files import sync_folder
from dure.storage.vault.pages import PageFiles

_MARK = Table(f"{SCHEMA_TABLES}restoring", MetaData(), Column("place", Text, nullable=False))
"""Stands in a store while it is being restored, and names what the restore is for."""

Create = Callable[[StorePart, Mapping[str, str | None]], None]


def restore(
    source: Path,
    key: bytes,
    *,
    stores: Sequence[StorePart],
    vaults: Mapping[str, Path],
    now: str,
    create: Create | None = None,
    marked: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Restore a backup into empty places, and begin a new incarnation in every store.

    Parameters
    ----------
    source
        The backup's folder.
    key
        The key that it was made with.
    stores
        Where its stores go: databases without tables; every store of the backup by its name.
    vaults
        Name -> folder that is not there, or empty.
    now
        UTC time.
    create
        Makes a store's tables at the given revisions; migrates when None.
    marked
        Name of a store -> what it is restored for (a path). Such a store stays marked with it until
        `settle`; what a restore with the same mark left there is removed first.

    Returns
    -------
    dict
        Store's name -> its new incarnation ("" for a store without that table).

    Raises
    ------
    StorageError
        ``storage.backup`` when the backup is not whole or a place is not empty;
        ``storage.seal-…``, ``storage.file``, ``storage.no-space``, ``storage.database``. The places
        are empty again then.
    """
    manifest = read_manifest(source, key)
    marked = marked or {}
    _fits(source, manifest, stores, vaults, marked)
    placed: dict[Path, Path] = {}
    filled: list[Database] = []
    incarnations: dict[str, str] = {}
    try:
        for name, root in vaults.items():
            partial = root.with_name(f".{root.name}.{os.urandom(8).hex()}.partial")
            placed[root] = partial
            _vault(source, name, partial, key)
        for part in stores:
            filled.append(part.db)
            if part.name in marked:
                _mark(part.db, marked[part.name])
            (create or _migrated)(part, manifest.stores[part.name][1])
            incarnations[part.name] = _store(source, part, key, now)
            for each in part.histories:
                migrate(part.db, each)
        faults.point("restore.stores.filled")
        for root, partial in placed.items():
            with files(root):
                partial.rename(root)
                sync_folder(root.parent)
        faults.point("restore.done")
    except BaseException:
        for root, partial in placed.items():
            shutil.rmtree(partial if partial.exists() else root, ignore_errors=True)
        for db in filled:
            with suppress(StorageError):
                _empty(db)
        raise
    return incarnations


def settle(stores: Sequence[StorePart]) -> None:
    """Take the mark of being restored from stores, now that everything else is in its place.

    Raises
    ------
    StorageError
        ``storage.database``.
    """
    for part in stores:
        with part.db.rebuild() as connection:
            _MARK.drop(connection, checkfirst=True)


def _mark(db: Database, place: str) -> None:
    with db.rebuild() as connection:
        _MARK.create(connection)
        connection.execute(_MARK.insert().values(place=place))


def _marked(db: Database) -> str | None:
    with db.read() as connection:
        if not inspect(connection).has_table(_MARK.name):
            return None
        return connection.execute(select(_MARK.c.place)).scalar()


def _fits(
    source: Path,
    manifest: Manifest,
    stores: Sequence[StorePart],
    vaults: Mapping[str, Path],
    marked: Mapping[str, str],
) -> None:
    """Refuse, before anything changes, a backup that is not whole or a place that is not empty."""
    if {part.name for part in stores} != set(manifest.stores) or set(vaults) != set(
        manifest.vaults
    ):
        raise StorageError("storage.backup", where=str(source), reason="other-parts")
    for part in stores:
        _same(source / "stores" / f"{part.name}.sealed", manifest.stores[part.name][0])
        with part.db.read() as connection:
            metadata = MetaData()
            metadata.reflect(connection)
        if part.name in marked and _marked(part.db) == marked[part.name]:
            _empty(part.db)
        elif metadata.tables:
            raise StorageError("storage.backup", where=part.db.where, reason="store-not-empty")
    for name, root in vaults.items():
        _same(source / "vaults" / f"{name}.sealed", manifest.vaults[name])
        with files(root):
            if root.exists() and any(root.iterdir()):
                raise StorageError("storage.backup", where=str(root), reason="not-empty")


def _same(path: Path, digest: str) -> None:
    if file_digest(path) != digest:
        raise StorageError("storage.backup", where=str(path), reason="exchanged")


def _migrated(part: StorePart, revisions: Mapping[str, str | None]) -> None:
    for each in part.histories:
        migrate(part.db, each, to=revisions[history(each).name])


def _store(source: Path, part: StorePart, key: bytes, now: str) -> str:
    path = source / "stores" / f"{part.name}.sealed"
    with files(path), path.open("rb") as stream, part.db.rebuild() as connection:
        chunks = iter(lambda: stream.read(1 << 20), b"")
        content = unseal(part_key(key, f"store/{part.name}"), chunks, where=path.name)
        rows.load(connection, rows.split(content))
        known = {table.name for table in rows.tables_of(connection)}
        begun = ""
        if incarnation.INCARNATIONS.name in known:
            begun = incarnation.begin(connection, now)
        faults.point("restore.store.loaded")
    return begun


def _vault(source: Path, name: str, partial: Path, key: bytes) -> None:
    """Copy a vault's files into ``partial``, each proven against the sealed list."""
    listed = source / "vaults" / f"{name}.sealed"
    with files(listed):
        sealed = listed.read_bytes()
    lines = b"".join(unseal(part_key(key, f"vault/{name}"), [sealed], where=listed.name))
    originals, copies = PageFiles(source / "vaults" / name), PageFiles(partial)
    copies.create()
    touched = {partial}
    for line in lines.decode("ascii").splitlines():
        page, digest = line.split(" ")
        target = copies.path(page)
        with files(target):
            target.parent.mkdir(mode=0o700, exist_ok=True)
        touched |= {target.parent, target.parent.parent}
        if copy(originals.path(page), target) != digest:
            raise StorageError("storage.backup", where=str(originals.path(page)), reason="altered")
    copy(source / "vaults" / name / "vault.id", partial / "vault.id")
    with files(partial):
        for each in touched:
            sync_folder(each)
    faults.point("restore.vault.copied")


def _empty(db: Database) -> None:
    with db.rebuild() as connection:
        metadata = MetaData()
        metadata.reflect(connection)
        metadata.drop_all(connection)
