"""Backup and restore of a whole node: its stores, its vault, its (still locked) key files.

What a backup holds is sealed under a key derived from the vault's key-encryption key, so the keeper's
passphrase opens it, and so does the recovery key. A restored node begins a new incarnation: every
permit issued before is dead.

Of a separated node's folders each belongs to another process, and root copies them all: no link in one
of them is followed, or the door would be handed a copy of what lies in another's.
"""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from dure.core.times import write_time
from dure.node.errors import NodeError
from dure.node.genesis import give_away
from dure.node.home import Home
from dure.storage.backup import StorePart, back_up, backup_key, restore
from dure.storage.database import open_database
from dure.storage.errors import files
from dure.storage.kek import read_kek_file, recover_kek, write_kek_file
from dure.storage.keys import read_key_file
from dure.storage.passphrases import Passphrase

_FILES = (
    "node.toml",
    "door/charter.json",
    "executor/executor.key",
    "executor/node-signing.key",
    "keeper/sealing.key",
    "keeper/vault.kek",
    "public/member.json",
)
_FOLDERS = ("executor/releases", "door/charters", "door/spool", "door/outgoing", "door/arrivals")
_STORES = ("node", "executor", "keeper")


def backup_node(home: Home, folder: Path, passphrase: Passphrase) -> dict[str, object]:
    """Write a backup of a node into a new folder; its services should not be running.

    Parameters
    ----------
    home
        The node.
    folder
        Folder that is not there yet.
    passphrase
        Of the keeper's keys.

    Raises
    ------
    StorageError
        ``storage.passphrase``, ``storage.conflict`` when the folder is there, ``storage.no-space``.
    """
    folder = folder.absolute()
    key = backup_key(read_kek_file(home.keeper / "vault.kek", passphrase).key)
    if folder.exists():
        raise NodeError("node.home-taken", path=folder)
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    with files(folder):
        partial.mkdir(mode=0o700, parents=True)
    try:
        with _parts(home) as parts:
            manifest = back_up(
                partial / "state",
                key,
                stores=parts,
                vaults={"vault": home.vault},
                now=write_time(time.time()),
            )
        for name in _FILES:
            if _is_plain(home.path / name):
                (partial / "files" / name).parent.mkdir(parents=True, exist_ok=True)
                _copy(home.path / name, partial / "files" / name)
        for name in _FOLDERS:
            if _is_plain(home.path / name):
                _copy_folder(home.path / name, partial / "files" / name)
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return {"backup": str(folder), "made": manifest.made_at, "stores": sorted(manifest.stores)}


def restore_node(
    folder: Path,
    path: Path,
    passphrase: Passphrase,
    *,
    recovery: Path | None = None,
    new_passphrase: Passphrase | None = None,
) -> dict[str, object]:
    """Restore a backup into a new folder, as a new incarnation.

    Parameters
    ----------
    folder
        The backup.
    path
        Folder that is not there, or empty.
    passphrase
        Of the keeper's keys; of the recovery key when ``recovery`` is given.
    recovery
        The recovery key's file, when the keeper's passphrase is lost.
    new_passphrase
        What opens the vault from now on; as before when None.

    Raises
    ------
    NodeError
        ``node.home-taken``, ``node.home-missing``.
    StorageError
        ``storage.backup`` when it is not whole, ``storage.passphrase``.
    """
    path = path.absolute()
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise NodeError("node.home-taken", path=path)
    kek_file = folder / "files" / "keeper" / "vault.kek"
    if not kek_file.exists():
        raise NodeError("node.home-missing", path=folder)
    if recovery is None:
        kek = read_kek_file(kek_file, passphrase)
    else:
        kek = recover_kek(kek_file, read_key_file(recovery, passphrase))
    partial = path.with_name(path.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    with files(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        _copy_folder(folder / "files", partial)
        for name in ("door", "executor", "executor/releases", "keeper"):
            (partial / name).mkdir(mode=0o700, exist_ok=True)
            (partial / name).chmod(0o700)
        for name in ("run", "run/executor", "run/keeper"):
            (partial / name).mkdir(exist_ok=True)
            (partial / name).chmod(0o755)
        home = Home.find(partial)
        if new_passphrase is not None:
            write_kek_file(home.keeper / "vault.kek", kek, new_passphrase, replace=True)
        with _parts(home) as parts:
            incarnations = restore(
                folder / "state",
                backup_key(kek.key),
                stores=parts,
                vaults={"vault": home.vault},
                now=write_time(time.time()),
            )
        if home.settings.profile == "separated":
            partial.chmod(0o755)
            give_away(home)
        if path.exists():
            path.rmdir()
        partial.rename(path)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return {"home": str(path), "incarnation": incarnations["executor"]}


def _copy_folder(source: Path, target: Path) -> None:
    """Copy the plain files and folders below a folder, and nothing else that lies there."""

    def others(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if not _is_plain(Path(folder) / name)]

    shutil.copytree(source, target, ignore=others, copy_function=_copy)


def _is_plain(path: Path) -> bool:
    return not path.is_symlink() and (path.is_file() or path.is_dir())


def _copy(source: str | Path, target: str | Path) -> None:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with os.fdopen(os.open(source, flags), "rb") as content, Path(target).open("xb") as out:
        mode = stat.S_IMODE(os.fstat(content.fileno()).st_mode)
        os.fchmod(out.fileno(), mode)
        shutil.copyfileobj(content, out)


@contextmanager
def _parts(home: Home) -> Iterator[list[StorePart]]:
    with ExitStack() as stack:
        parts = []
        for name in _STORES:
            database = open_database(home.database_url(name))
            stack.callback(database.close)
            parts.append(StorePart(name, database, (name,)))
        yield parts
