"""What is done to a node's stores as a whole: made, backed up, restored.

Each function is a piece of work for the process that the store belongs to (`dure.node.acting`): it
is told plain values, and opens the store for this one piece.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from dure.core.times import write_time
from dure.exchange.outbox import skip_all
from dure.node.acting import Ask
from dure.node.home import Home
from dure.node.shelves import open_shelf
from dure.node.unlocking import KEK, unlock_vault
from dure.storage.backup import Revisions, StorePart, backup_key
from dure.storage.database import open_database
from dure.storage.incarnation import begin
from dure.storage.kek import read_kek_file
from dure.storage.migrations import migrate
from dure.storage.passphrases import Passphrase, read_private_file
from dure.storage.vault import Vault
from dure.storage.vault.lock import alone

PART_OF = {"node": "door", "executor": "executor", "keeper": "keeper"}
"""Store -> the part of the node that it belongs to."""

Done = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AskedStore:
    """A store as a backup sees it, opened by the process that it belongs to.

    Parameters
    ----------
    name
        ``node``, ``executor`` or ``keeper``.
    ask
        Has its part do the work.
    """

    name: str
    ask: Ask

    def dump(self, target: int, key: bytes) -> Revisions:
        """As `StorePart.dump`."""
        revisions: Revisions = self.ask("store.dump", target, store=self.name, key=key.hex())[
            "revisions"
        ]
        return revisions

    def vacate(self, mark: str) -> None:
        """As `StorePart.vacate`."""
        self.ask("store.vacate", store=self.name, mark=mark)

    def fill(self, source: int, key: bytes, revisions: Revisions, now: str, mark: str) -> str:
        """As `StorePart.fill`."""
        told = {"key": key.hex(), "revisions": dict(revisions), "now": now, "mark": mark}
        return str(self.ask("store.fill", source, store=self.name, **told)["incarnation"])

    def empty(self) -> None:
        """As `StorePart.empty`."""
        self.ask("store.empty", store=self.name)

    def settle(self) -> None:
        """As `StorePart.settle`."""
        self.ask("store.settle", store=self.name)


def is_inside(home: Home, store: str) -> bool:
    """Say whether a store lies in the node's own folder, and so appears and goes with it."""
    return str(home.path) + "/" in home.database_url(store)


@contextmanager
def _opened(home: Home, store: str) -> Iterator[StorePart]:
    with closing(open_database(home.database_url(store))) as database:
        yield StorePart(store, database, (store,))


def make(home: Home, _: int | None, *, store: str) -> Done:
    """Make a store's tables and begin its first incarnation."""
    with _opened(home, store) as part:
        migrate(part.db, store)
        with part.db.write() as connection:
            begin(connection, write_time(time.time()))
    return {}


def create_vault(home: Home, _: int | None, *, key: str, grade: int) -> Done:
    """Make the vault, in the keeper's store and folder."""
    with _opened(home, "keeper") as part:
        shelf = open_shelf(home)
        Vault.create(home.vault, part.db, bytes.fromhex(key), grade=grade, shelf=shelf)
    return {}


def open_for_backup(home: Home, _: int | None, *, passphrase: str) -> Done:
    """Return the backup key and the file of the key-encryption key, proven to be the vault's own.

    Raises
    ------
    StorageError
        As `unlock_vault`.
    """
    secret = Passphrase(bytes.fromhex(passphrase))
    with _opened(home, "keeper") as part:
        kek = unlock_vault(home, part.db, lambda file: read_kek_file(file, secret))[1]
        with alone(home.vault):  # makes the lock, if nobody has yet, as the keeper
            file = read_private_file(home.keeper / KEK)
    return {"key": backup_key(kek.key).hex(), "file": file.hex()}


def dump(home: Home, fd: int, *, store: str, key: str) -> Done:
    """Write a store's rows, sealed, to an open file."""
    with _opened(home, store) as part:
        return {"revisions": dict(part.dump(fd, bytes.fromhex(key)))}


def vacate(home: Home, _: int | None, *, store: str, mark: str) -> Done:
    """Refuse a store that is not empty, but for the remains of the same restore."""
    with _opened(home, store) as part:
        part.vacate(mark)
    return {}


def fill(
    home: Home, fd: int, *, store: str, key: str, revisions: Revisions, now: str, mark: str
) -> Done:
    """Restore a store's rows from an open file."""
    with _opened(home, store) as part:
        begun = part.fill(fd, bytes.fromhex(key), revisions, now, mark)
    return {"incarnation": begun}


def empty(home: Home, _: int | None, *, store: str) -> Done:
    """Remove every table of a store."""
    with _opened(home, store) as part:
        part.empty()
    return {}


def settle(home: Home, _: int | None, *, store: str) -> Done:
    """Take the mark of being restored from a store."""
    with _opened(home, store) as part:
        part.settle()
    return {}


def skip_numbers(home: Home, _: int | None, *, peers: list[str], margin: int) -> Done:
    """Have the envelopes to every peer go on with higher numbers."""
    with _opened(home, "node") as part:
        return {"next_numbers": skip_all(part.db, peers, margin)}
