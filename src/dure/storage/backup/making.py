"""Making a backup: each store and vault into a folder that appears whole, or not at all."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from dure.core import faults
from dure.storage.backup.form import MANIFEST, Manifest, file_digest, part_key
from dure.storage.backup.pages import Pages, fetch
from dure.storage.backup.stores import Revisions, Store
from dure.storage.backup.tree import open_plain, plain_below
from dure.storage.errors import StorageError, files
from dure.storage.folders import new_folder
from dure.storage.seal import seal
from dure.storage.sealed_files import new_file, sync_folder, write_all
from dure.storage.vault.folder import Folder
from dure.storage.vault.lock import alone
from dure.storage.vault.shelf import MARK

PAGE_MODE = 0o400
"""Mode of a page's file: what is in it never changes."""

_NAME = re.compile(r"[0-9a-f]{32}")
_PAGE = re.compile(rf"pages/[0-9a-f]{{2}}/{_NAME.pattern}")


def back_up(
    target: Path,
    key: bytes,
    *,
    stores: Sequence[Store],
    vaults: Mapping[str, Path],
    now: str,
    elsewhere: Mapping[str, Pages] | None = None,
) -> Manifest:
    """Write a backup of stores and vaults into a new folder.

    Parameters
    ----------
    target
        Folder that is not there yet.
    key
        32 bytes; see `dure.storage.backup.backup_key`.
    stores
        What to read, in this order.
    vaults
        Name -> folder of the vault.
    now
        UTC time.
    elsewhere
        Name -> pages of a vault of which only the lock is in its folder.

    Raises
    ------
    StorageError
        ``storage.conflict`` when the target is there; ``storage.no-space``, ``storage.file``,
        ``storage.database``. Nothing is left behind then.
    """
    if target.exists():
        raise StorageError("storage.conflict", name=str(target), reason="exists")
    with files(target), new_folder(target) as partial:
        for folder in (partial / "stores", partial / "vaults"):
            folder.mkdir(mode=0o700)
        with ExitStack() as held:
            for name in sorted(vaults):
                held.enter_context(alone(vaults[name]))
            made = Manifest(
                now,
                {part.name: _store(part, partial, key) for part in stores},
                {
                    name: _vault(name, root, partial, key, (elsewhere or {}).get(name))
                    for name, root in sorted(vaults.items())
                },
            )
        write_new(partial / MANIFEST, [made.write(key)])
        faults.point("backup.written")
    return made


def _store(part: Store, partial: Path, key: bytes) -> tuple[str, Revisions]:
    path = partial / "stores" / f"{part.name}.sealed"
    with new_file(path) as descriptor:
        revisions = part.dump(descriptor, part_key(key, f"store/{part.name}"))
    faults.point("backup.store.written")
    return file_digest(path), revisions


def _vault(name: str, root: Path, partial: Path, key: bytes, elsewhere: Pages | None) -> str:
    """Copy a vault's pages as they are, each named with its digest in a list that is sealed."""
    folder = partial / "vaults" / name
    copies = Folder(folder)
    copies.create()
    if elsewhere is None:
        listed = _copied(root, copies)
        copy_file(root / MARK, folder / MARK)
    else:
        listed = _fetched(elsewhere, copies)
        copies.mark(elsewhere.marked())
    with files(folder):
        touched = {folder, folder / "pages", *(copies.path(page).parent for page in listed)}
        for each in touched:
            sync_folder(each)
    path = partial / "vaults" / f"{name}.sealed"
    lines = [f"{page} {digest}\n".encode() for page, digest in listed.items()]
    write_new(path, seal(part_key(key, f"vault/{name}"), lines))
    faults.point("backup.vault.written")
    return file_digest(path)


def _copied(root: Path, copies: Folder) -> dict[str, str]:
    """Copy the files of a folder: no link is followed, and what is no page is left out."""
    listed = {}
    for place, descriptor in plain_below(root, ["pages"]):
        page, target = place.rpartition("/")[2], copies.root / place
        if not _PAGE.fullmatch(place) or copies.path(page) != target:
            continue
        with files(target):
            target.parent.mkdir(mode=0o700, exist_ok=True)
        listed[page] = copy(descriptor, target, mode=PAGE_MODE)
    return listed


def _fetched(pages: Pages, copies: Folder) -> dict[str, str]:
    listed = {}
    for page in pages.names():
        if _NAME.fullmatch(page):  # another process says what there is
            fetch(pages, page, copies.path(page), PAGE_MODE)
            listed[page] = file_digest(copies.path(page)).removeprefix("sha256:")
    return listed


def copy_file(source: Path, target: Path, *, mode: int = 0o600) -> str:
    """Copy a plain file, put it on disk, and return the SHA-256 of what was copied, in hex.

    Raises
    ------
    StorageError
        ``storage.file``, also for a link or a pipe; ``storage.no-space``.
    """
    with open_plain(source) as descriptor:
        return copy(descriptor, target, mode=mode)


def copy(source: int, target: Path, *, mode: int) -> str:
    """Copy what an open file holds; as `copy_file`.

    Raises
    ------
    StorageError
        ``storage.file``, ``storage.no-space``.
    """
    digest = hashlib.sha256()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with files(target):
        descriptor = os.open(target, flags, mode)
        try:
            while chunk := os.read(source, 1 << 20):
                digest.update(chunk)
                write_all(descriptor, chunk)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    return digest.hexdigest()


def write_new(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file of a backup, whole and on disk, or not at all.

    Raises
    ------
    StorageError
        ``storage.file``, ``storage.no-space``, and what the chunks raise.
    """
    with new_file(path) as descriptor:
        for chunk in chunks:
            with files(path):
                write_all(descriptor, chunk)
