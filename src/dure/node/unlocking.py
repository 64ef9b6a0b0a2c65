"""Unlocking the vault, also when a rotation of its key was cut short.

A rotation writes the new key-encryption key's file beside the old one, wraps the vault's keys anew in
one transaction, then gives the new file the old one's name (`dure.node.rekeying`). When it dies on
the way there are two files, and the vault itself tells which of them is its own: the other opens
nothing, and is removed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dure.core import faults
from dure.node.home import Home
from dure.node.shelves import open_shelf
from dure.storage.database import Database
from dure.storage.errors import StorageError, files
from dure.storage.kek import Kek
from dure.storage.sealed_files import sync_folder
from dure.storage.vault import Vault
from dure.storage.vault.lock import alone

KEK = "vault.kek"
COMING = "vault.kek.next"


def unlock_vault(
    home: Home, database: Database, open_kek: Callable[[Path], Kek]
) -> tuple[Vault, Kek]:
    """Return the node's vault and its key-encryption key.

    Parameters
    ----------
    home
        The node's home.
    database
        The keeper's store.
    open_kek
        Opens a key-encryption key's file, by the passphrase or by the recovery key.

    Raises
    ------
    StorageError
        What ``open_kek`` raises; ``storage.vault`` when the key is not the vault's, or its bucket
        can't be used.
    """
    if (home.keeper / COMING).exists():
        with alone(home.vault):
            _finish(home, database, open_kek)
    kek = open_kek(home.keeper / KEK)
    return _opened(home, database, kek), kek


def take_over(home: Home) -> None:
    """Give the coming key-encryption key's file the place of the old one.

    Raises
    ------
    StorageError
        ``storage.file``.
    """
    with files(home.keeper):
        (home.keeper / COMING).rename(home.keeper / KEK)
        faults.point("rotation.key-renamed")
        sync_folder(home.keeper)


def _finish(home: Home, database: Database, open_kek: Callable[[Path], Kek]) -> None:
    coming = home.keeper / COMING
    if not coming.exists():  # another process has just done it
        return
    try:
        _opened(home, database, open_kek(home.keeper / KEK))
    except StorageError as error:
        if error.code != "storage.vault":
            raise
    else:
        with files(coming):
            coming.unlink()
        return
    _opened(home, database, open_kek(coming))
    take_over(home)


def _opened(home: Home, database: Database, kek: Kek) -> Vault:
    return Vault.open(home.vault, database, kek.key, shelf=open_shelf(home))
