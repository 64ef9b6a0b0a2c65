"""Other keys for a node's vault: a new key-encryption key, or a new passphrase by the recovery key.

Rotation goes in this order, each step on disk before the next:

1. ``node.rotated.begun`` is left for the ledger.
2. The new key is written beside the old one, locked by the same passphrase and for the same recovery
   key (``rotation.key-written``).
3. One transaction wraps every key of the vault under it (``vault.rotation.done``). From here on the
   old key opens nothing.
4. The new key's file takes the old one's name (``rotation.key-renamed``).
5. ``node.rotated.done`` is left for the ledger.

A crash before 3 leaves the old key in force, a crash after it the new one; whoever opens the vault
next finishes (`dure.node.unlocking`). Recovery replaces two files; a crash between them is mended
by doing it again, since the recovery key opens both, whatever passphrase they have.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from dure.core import faults
from dure.core.suites import Stretch
from dure.node.home import Home
from dure.node.notices import leave
from dure.node.resting import acting_for, at_rest
from dure.node.unlocking import COMING, KEK, take_over, unlock_vault
from dure.storage.database import open_database
from dure.storage.kek import Kek, new_kek, read_kek_file, recover_kek, write_kek_file
from dure.storage.keys import PrivateKey, read_key_file, write_key_file
from dure.storage.passphrases import Passphrase
from dure.storage.recovery import read_recovery_file

SEALING = "sealing.key"
SEALING_RECOVERY = "sealing.recovery"
"""The node's sealing key as the recovery key opens it."""


def rotate_node(
    home: Home,
    passphrase: Passphrase,
    *,
    stretch: Stretch | None = None,
    random: Callable[[int], bytes] = os.urandom,
) -> dict[str, object]:
    """Give the node's vault a new key-encryption key; the old one opens nothing afterwards.

    Backups that were made before keep the old key, locked by the passphrase they were made with.

    Parameters
    ----------
    home
        The node.
    passphrase
        Of the keeper's keys; it stays the same.
    stretch
        How hard it is stretched; the suite's own measure when None.
    random
        Gives that many random bytes.

    Raises
    ------
    NodeError
        ``node.awake`` while a service of the node runs.
    StorageError
        ``storage.passphrase``, ``storage.key-file``, ``storage.key-mode``, ``storage.vault``,
        ``storage.database``, ``storage.file``, ``storage.no-space``.
    """
    with (
        at_rest(home),
        acting_for(home, "keeper"),
        closing(open_database(home.database_url("keeper"))) as database,
    ):
        vault, old = unlock_vault(home, database, lambda file: read_kek_file(file, passphrase))
        new = new_kek(old.id, old.suite, old.recovery_public, random=random)
        with _told(home, "node.rotated", vault=vault.id):
            write_kek_file(
                home.keeper / COMING, new, passphrase, stretch=stretch, random=random, replace=True
            )
            faults.point("rotation.key-written")
            vault.rotate(new.key)
            take_over(home)
    return {"home": str(home.path), "vault": vault.id}


def recover_node(
    home: Home,
    recovery: Path,
    passphrase: Passphrase,
    new_passphrase: Passphrase,
    *,
    stretch: Stretch | None = None,
    random: Callable[[int], bytes] = os.urandom,
) -> dict[str, object]:
    """Give the keeper's keys a new passphrase, opened by the recovery key.

    The executor's keys have no recovery: what signs can't be had from a safe. When their passphrase
    is lost too, enrol new ones by a change of charter. In an embedded node one passphrase opens
    both services, so the new one has to be the executor's.

    Parameters
    ----------
    home
        The node.
    recovery
        The recovery key's file.
    passphrase
        Of the recovery key.
    new_passphrase
        What opens the keeper's keys from now on.
    stretch, random
        As for `rotate_node`.

    Raises
    ------
    NodeError
        ``node.awake`` while a service of the node runs.
    StorageError
        ``storage.passphrase`` when it is not the recovery key's, or the new one is too short;
        ``storage.key-file`` when the keys are not locked for this recovery key; others as
        `rotate_node`.
    """
    key = read_key_file(recovery, passphrase)
    new_passphrase.strong_enough(home.keeper / KEK)
    with (
        at_rest(home),
        acting_for(home, "keeper"),
        closing(open_database(home.database_url("keeper"))) as database,
    ):
        vault, kek = unlock_vault(home, database, lambda file: recover_kek(file, key))
        sealing = read_recovery_file(home.keeper / SEALING_RECOVERY, key)
        with _told(home, "node.recovered", vault=vault.id):
            lock_again(home, kek, sealing, new_passphrase, stretch=stretch, random=random)
    return {"home": str(home.path), "vault": vault.id}


def lock_again(
    home: Home,
    kek: Kek,
    sealing: PrivateKey,
    passphrase: Passphrase,
    *,
    stretch: Stretch | None = None,
    random: Callable[[int], bytes] = os.urandom,
) -> None:
    """Lock the keeper's keys by another passphrase.

    Raises
    ------
    StorageError
        ``storage.passphrase`` when it is too short, ``storage.file``, ``storage.no-space``.
    """
    write_key_file(
        home.keeper / SEALING, sealing, passphrase, stretch=stretch, random=random, replace=True
    )
    faults.point("recovery.sealing-locked")
    write_kek_file(home.keeper / KEK, kek, passphrase, stretch=stretch, random=random, replace=True)
    faults.point("recovery.vault-locked")


@contextmanager
def _told(home: Home, operation: str, **detail: object) -> Iterator[None]:
    """Leave for the ledger that something begins, and how it ended."""
    with acting_for(home, "executor"):
        leave(home, f"{operation}.begun", **detail)
    faults.point(f"{operation}.begun")
    try:
        yield
    except BaseException:
        with acting_for(home, "executor"):
            leave(home, f"{operation}.failed", **detail)
        raise
    with acting_for(home, "executor"):
        leave(home, f"{operation}.done", **detail)
    faults.point(f"{operation}.done")
