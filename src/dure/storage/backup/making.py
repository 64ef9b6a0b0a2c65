"""Making a backup: everything in a neighbour of the target, named only when it is complete."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from dure.core import faults
from dure.storage.backup import rows
from dure.storage.backup.form import (
    MANIFEST,
    Manifest,
    StorePart,
    file_digest,
    part_key,
)
from dure.storage.errors import StorageError, files
from dure.storage.seal import seal
from dure.storage.sealed_files import new_file, sync_folder, write_all
from dure.storage.vault.lock import alone
from dure.storage.vault.pages import PageFiles


def back_up(
    target: Path,
    key: bytes,
    *,
    stores: Sequence[StorePart],
    vaults: Mapping[str, Path],
    now: str,
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

    Raises
    ------
    StorageError
        ``storage.conflict`` when the target is there; ``storage.no-space``, ``storage.file``,
        ``storage.database``. Nothing is left behind then.
    """
    if target.exists():
        raise StorageError("storage.conflict", name=str(target), reason="exists")
    partial = target.with_name(f".{target.name}.{os.urandom(8).hex()}.partial")
    try:
        with files(partial):
            for folder in (partial, partial / "stores", partial / "vaults"):
                folder.mkdir(mode=0o700)
        with ExitStack() as held:
            for name in sorted(vaults):
                held.enter_context(alone(vaults[name]))
            made = Manifest(
                now,
                {part.name: (_store(part, partial, key), part.revisions()) for part in stores},
                {name: _vault(name, root, partial, key) for name, root in sorted(vaults.items())},
            )
        _write(partial / MANIFEST, [made.write(key)])
        faults.point("backup.written")
        with files(target):
            for folder in (partial / "stores", partial / "vaults", partial):
                sync_folder(folder)
            partial.rename(target)
            faults.point("backup.renamed")
            sync_folder(target.parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return made


def _store(part: StorePart, partial: Path, key: bytes) -> str:
    path = partial / "stores" / f"{part.name}.sealed"
    with part.db.read() as connection:
        _write(path, seal(part_key(key, f"store/{part.name}"), rows.dump(connection)))
    faults.point("backup.store.written")
    return file_digest(path)


def _vault(name: str, root: Path, partial: Path, key: bytes) -> str:
    folder = partial / "vaults" / name
    copies, lines = PageFiles(folder), []
    copies.create()
    originals = PageFiles(root)
    touched = {folder}
    for page in originals.names():
        source, target = originals.path(page), copies.path(page)
        with files(target):
            target.parent.mkdir(mode=0o700, exist_ok=True)
        touched |= {target.parent, target.parent.parent}
        lines.append(f"{page} {copy(source, target)}\n".encode())
    copy(root / "vault.id", folder / "vault.id")
    with files(folder):
        for each in touched:
            sync_folder(each)
    path = partial / "vaults" / f"{name}.sealed"
    _write(path, seal(part_key(key, f"vault/{name}"), lines))
    faults.point("backup.vault.written")
    return file_digest(path)


def copy(source: Path, target: Path) -> str:
    """Copy a file and put it on disk; return the SHA-256 of what was copied, in hex.

    Raises
    ------
    StorageError
        ``storage.file``, ``storage.no-space``.
    """
    digest = hashlib.sha256()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with files(source), source.open("rb") as reading:
        descriptor = os.open(target, flags, 0o600)
        try:
            while chunk := reading.read(1 << 20):
                digest.update(chunk)
                write_all(descriptor, chunk)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    return digest.hexdigest()


def _write(path: Path, chunks: Iterable[bytes]) -> None:
    with new_file(path) as descriptor:
        for chunk in chunks:
            with files(path):
                write_all(descriptor, chunk)
