"""Restoring a backup: prove all of it, fill the stores, begin new incarnations, place the vaults."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from dure.core import faults
from dure.core.errors import DureError
from dure.storage.backup.form import Manifest, file_digest, part_key, read_manifest
from dure.storage.backup.making import PAGE_MODE, copy_file
from dure.storage.backup.pages import NewPages
from dure.storage.backup.stores import Store
from dure.storage.backup.tree import open_plain
from dure.storage.errors import StorageError, files
from dure.storage.seal import unseal
from dure.storage.sealed_files import sync_folder
from dure.storage.vault.folder import Folder
from dure.storage.vault.shelf import MARK


def restore(
    source: Path,
    key: bytes,
    *,
    stores: Sequence[Store],
    vaults: Mapping[str, Path],
    now: str,
    marked: Mapping[str, str] | None = None,
    elsewhere: Mapping[str, NewPages] | None = None,
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
    marked
        Name of a store -> what it is restored for (a path). Such a store stays marked with it until
        it is settled; what a restore with the same mark left there is removed first.
    elsewhere
        Name of a vault -> where its pages go, when that is not its folder: a shelf that is empty.

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
    marked, elsewhere = marked or {}, elsewhere or {}
    _fits(source, manifest, stores, vaults, marked)
    placed: dict[Path, Path] = {}
    filled: list[Store] = []
    incarnations: dict[str, str] = {}
    try:
        for name, root in vaults.items():
            partial = root.with_name(f".{root.name}.{os.urandom(8).hex()}.partial")
            placed[root] = partial
            if name in elsewhere:
                with files(partial):
                    partial.mkdir(mode=0o700)
                _put_back(source, name, elsewhere[name], key)
            else:
                _vault(source, name, partial, key)
        for part in stores:
            filled.append(part)
            revisions, mark = manifest.stores[part.name][1], marked.get(part.name, "")
            with open_plain(source / "stores" / f"{part.name}.sealed") as sealed:
                incarnations[part.name] = part.fill(
                    sealed, part_key(key, f"store/{part.name}"), revisions, now, mark
                )
        faults.point("restore.stores.filled")
        for root, partial in placed.items():
            with files(root):
                partial.rename(root)
                sync_folder(root.parent)
        faults.point("restore.done")
    except BaseException:
        for root, partial in placed.items():
            shutil.rmtree(partial if partial.exists() else root, ignore_errors=True)
        for part in filled:
            with suppress(DureError):
                part.empty()
        for pages in elsewhere.values():
            with suppress(DureError):
                pages.remove_all()
        raise
    return incarnations


def _fits(
    source: Path,
    manifest: Manifest,
    stores: Sequence[Store],
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
        part.vacate(marked.get(part.name, ""))
    for name, root in vaults.items():
        _same(source / "vaults" / f"{name}.sealed", manifest.vaults[name])
        with files(root):
            if root.exists() and any(root.iterdir()):
                raise StorageError("storage.backup", where=str(root), reason="not-empty")


def _same(path: Path, digest: str) -> None:
    if file_digest(path) != digest:
        raise StorageError("storage.backup", where=str(path), reason="exchanged")


def _vault(source: Path, name: str, partial: Path, key: bytes) -> None:
    """Copy a vault's files into ``partial``, each proven against the sealed list."""
    originals, copies = Folder(source / "vaults" / name), Folder(partial)
    copies.create()
    touched = {partial}
    for page, digest in _listed(source, name, key):
        target = copies.path(page)
        with files(target):
            target.parent.mkdir(mode=0o700, exist_ok=True)
        touched |= {target.parent, target.parent.parent}
        if copy_file(originals.path(page), target, mode=PAGE_MODE) != digest:
            raise StorageError("storage.backup", where=str(originals.path(page)), reason="altered")
    copy_file(originals.root / MARK, partial / MARK)
    with files(partial):
        for each in touched:
            sync_folder(each)
    faults.point("restore.vault.copied")


def _put_back(source: Path, name: str, pages: NewPages, key: bytes) -> None:
    """Put a vault's pages where they lie from now on, each proven against the sealed list."""
    originals = Folder(source / "vaults" / name)
    for page, digest in _listed(source, name, key):
        path = originals.path(page)
        with open_plain(path) as original:
            with open(original, "rb", closefd=False) as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
            if found != digest:
                raise StorageError("storage.backup", where=str(path), reason="altered")
            os.lseek(original, 0, os.SEEK_SET)
            pages.write(page, original)
        faults.point("restore.page.put")
    pages.mark(originals.marked())
    faults.point("restore.vault.copied")


def _listed(source: Path, name: str, key: bytes) -> Iterator[tuple[str, str]]:
    """Yield a vault's pages and their digests, as the sealed list of the backup says."""
    listed = source / "vaults" / f"{name}.sealed"
    with files(listed):
        sealed = listed.read_bytes()
    lines = b"".join(unseal(part_key(key, f"vault/{name}"), [sealed], where=listed.name))
    for line in lines.decode("ascii").splitlines():
        page, digest = line.split(" ")
        yield page, digest
