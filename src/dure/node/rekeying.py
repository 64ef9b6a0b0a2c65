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

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path

from dure.core import faults
from dure.core.suites import Stretch
from dure.node.acting import acting_for, at_work
from dure.node.home import Home
from dure.node.notices import leave
from dure.node.resting import at_rest
from dure.node.unlocking import COMING, KEK, take_over, unlock_vault
from dure.storage.database import open_database
from dure.storage.errors import files
from dure.storage.kek import Kek, new_kek, read_kek_file, recover_kek, write_kek_file
from dure.storage.keys import PrivateKey, read_key_file, write_key_file
from dure.storage.passphrases import Passphrase
from dure.storage.recovery import read_recovery_file
from dure.storage.vault import Vault

SEALING = "sealing.key"
SEALING_RECOVERY = "sealing.recovery"
"""The node's sealing key as the recovery key opens it."""


def rotate_node(
    home: Home, passphrase: Passphrase, *, stretch: Stretch | None = None
) -> dict[str, object]:
    """Give the node's vault a new key-encryption key; the old one opens nothing afterwards.

    Backups that were made before keep the old key, locked by the passphrase they were made with.

    Parameters
    ----------
    home
        The node; of a separated one root does it.
    passphrase
        Of the keeper's keys; it stays the same.
    stretch
        How hard it is stretched; the suite's own measure when None.

    Raises
    ------
    NodeError
        ``node.awake`` while a service of the node runs, ``node.separated`` without root.
    StorageError
        ``storage.passphrase``, ``storage.key-file``, ``storage.key-mode``, ``storage.vault``,
        ``storage.database``, ``storage.file``, ``storage.no-space``.
    """
    secret = passphrase.reveal().hex()
    with at_rest(home), at_work(home, "keeper") as keeper:
        vault = keeper("vault.examine", passphrase=secret)["vault"]
        with _told(home, "node.rotated", vault=vault):
            keeper("vault.rotate", passphrase=secret, stretch=_plain(stretch))
    return {"home": str(home.path), "vault": vault}


def recover_node(
    home: Home,
    recovery: Path,
    passphrase: Passphrase,
    new_passphrase: Passphrase,
    *,
    stretch: Stretch | None = None,
) -> dict[str, object]:
    """Give the keeper's keys a new passphrase, opened by the recovery key.

    The executor's keys have no recovery: what signs can't be had from a safe. When their passphrase
    is lost too, enrol new ones by a change of charter. In an embedded node one passphrase opens
    both services, so the new one has to be the executor's.

    Parameters
    ----------
    home
        The node; of a separated one root does it.
    recovery
        The recovery key's file.
    passphrase
        Of the recovery key.
    new_passphrase
        What opens the keeper's keys from now on.
    stretch
        As for `rotate_node`.

    Raises
    ------
    NodeError
        ``node.awake`` while a service of the node runs, ``node.separated`` without root.
    StorageError
        ``storage.passphrase`` when it is not the recovery key's, or the new one is too short;
        ``storage.key-file`` when the keys are not locked for this recovery key; others as
        `rotate_node`.
    """
    key = read_key_file(recovery, passphrase)
    new_passphrase.strong_enough(home.keeper / KEK)
    private, fresh = {**asdict(key), "private": key.private.hex()}, new_passphrase.reveal().hex()
    with at_rest(home), at_work(home, "keeper") as keeper:
        vault = keeper("vault.examine", recovery=private)["vault"]
        with _told(home, "node.recovered", vault=vault):
            keeper("vault.recover", recovery=private, passphrase=fresh, stretch=_plain(stretch))
    return {"home": str(home.path), "vault": vault}


# ── what the keeper does (`dure.node.acting`) ──────────────────────────────────────────────────


def examine(
    home: Home,
    _: int | None,
    *,
    passphrase: str | None = None,
    recovery: Mapping[str, str] | None = None,
) -> dict[str, object]:
    """Prove that a passphrase, or the recovery key, opens the keeper's keys; return the vault's id.

    Raises
    ------
    StorageError
        ``storage.passphrase``, ``storage.key-file``, ``storage.key-mode``, ``storage.vault``.
    """
    if recovery is not None:
        read_recovery_file(home.keeper / SEALING_RECOVERY, _private(recovery))
    with _unlocked(home, _opener(passphrase, recovery)) as (vault, _kek):
        return {"vault": vault.id}


def rotate(
    home: Home, _: int | None, *, passphrase: str, stretch: list[int] | None
) -> dict[str, object]:
    """Wrap the vault's keys under a new key-encryption key.

    Raises
    ------
    StorageError
        As `rotate_node`.
    """
    secret = Passphrase(bytes.fromhex(passphrase))
    with _unlocked(home, _opener(passphrase, None)) as (vault, old):
        new = new_kek(old.id, old.suite, old.recovery_public)
        write_kek_file(home.keeper / COMING, new, secret, stretch=_stretch(stretch), replace=True)
        faults.point("rotation.key-written")
        vault.rotate(new.key)
        take_over(home)
    return {}


def recover(
    home: Home,
    _: int | None,
    *,
    recovery: Mapping[str, str],
    passphrase: str,
    stretch: list[int] | None,
) -> dict[str, object]:
    """Lock the keeper's keys, opened by the recovery key, by a new passphrase.

    Raises
    ------
    StorageError
        As `recover_node`.
    """
    with _unlocked(home, _opener(None, recovery)) as (_vault, kek):
        sealing = read_recovery_file(home.keeper / SEALING_RECOVERY, _private(recovery))
        fresh = Passphrase(bytes.fromhex(passphrase))
        lock_again(home, kek, sealing, fresh, stretch=_stretch(stretch))
    return {}


@contextmanager
def _unlocked(home: Home, open_kek: Callable[[Path], Kek]) -> Iterator[tuple[Vault, Kek]]:
    with closing(open_database(home.database_url("keeper"))) as database:
        unlocked = unlock_vault(home, database, open_kek)
        with files(home.keeper):
            for left in home.keeper.glob(".*.partial"):
                left.unlink()  # from a crash: the node is at rest
        yield unlocked


def _opener(passphrase: str | None, recovery: Mapping[str, str] | None) -> Callable[[Path], Kek]:
    if recovery is not None:
        return lambda file: recover_kek(file, _private(recovery))
    secret = Passphrase(bytes.fromhex(passphrase or ""))
    return lambda file: read_kek_file(file, secret)


def _private(recovery: Mapping[str, str]) -> PrivateKey:
    return PrivateKey(**{**recovery, "private": bytes.fromhex(recovery["private"])})  # type: ignore[arg-type]


def _plain(stretch: Stretch | None) -> list[int] | None:
    return None if stretch is None else [stretch.rounds, stretch.memory_kib]


def _stretch(plain: list[int] | None) -> Stretch | None:
    return None if plain is None else Stretch(*plain)


def lock_again(
    home: Home,
    kek: Kek,
    sealing: PrivateKey,
    passphrase: Passphrase,
    *,
    stretch: Stretch | None = None,
) -> None:
    """Lock the keeper's keys by another passphrase.

    Raises
    ------
    StorageError
        ``storage.passphrase`` when it is too short, ``storage.file``, ``storage.no-space``.
    """
    write_key_file(home.keeper / SEALING, sealing, passphrase, stretch=stretch, replace=True)
    faults.point("recovery.sealing-locked")
    write_kek_file(home.keeper / KEK, kek, passphrase, stretch=stretch, replace=True)
    faults.point("recovery.vault-locked")


# ── what the ledger is told ────────────────────────────────────────────────────────────────────


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
