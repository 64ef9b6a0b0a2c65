"""The key-encryption key's file: locked by the keeper's passphrase, and by a recovery key.

The recovery key lives elsewhere (a safe). When the passphrase is lost or its holder gone, the
recovery key opens the same file; only its public half is on the node.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dure.core.canonical import canonical_bytes
from dure.core.errors import CoreError
from dure.core.suites import KEY_BYTES, Stretch, suite
from dure.storage.errors import StorageError
from dure.storage.keys import PrivateKey, open_locked, parse_checked, text, write_checked
from dure.storage.locked import Random, lock
from dure.storage.passphrases import Passphrase, read_private_file

FORMAT = "dure/kek-file/v1"

_CLEAR = ("format", "id", "suite", "recovery_public")


@dataclass(frozen=True, slots=True)
class Kek:
    """A key-encryption key in memory.

    Parameters
    ----------
    id
        Name of the vault it is for.
    suite
        Name of the crypto suite.
    key
        32 bytes; not shown by ``repr``.
    recovery_public
        Public half of the recovery key, which its file is locked for too.
    """

    id: str
    suite: str
    key: bytes = field(repr=False)
    recovery_public: bytes


def new_kek(
    id: str, suite_name: str, recovery_public: bytes, *, random: Random = os.urandom
) -> Kek:
    """Return a fresh key-encryption key."""
    return Kek(id, suite_name, random(KEY_BYTES), recovery_public)


def write_kek_file(
    path: Path,
    kek: Kek,
    passphrase: Passphrase,
    *,
    stretch: Stretch | None = None,
    random: Random = os.urandom,
    replace: bool = False,
) -> None:
    """Write the file, mode 600, whole or not at all.

    Parameters
    ----------
    path, passphrase, stretch, random, replace
        As `dure.storage.keys.write_key_file`.
    kek
        What to lock away.

    Raises
    ------
    StorageError
        As `dure.storage.keys.write_key_file`.
    CoreError
        ``core.key-form`` when the public recovery key is malformed.
    """
    algorithms = suite(kek.suite)
    clear = {
        "format": FORMAT,
        "id": kek.id,
        "suite": kek.suite,
        "recovery_public": kek.recovery_public.hex(),
    }
    passphrase.strong_enough(path)
    beside = canonical_bytes("kek-file", clear, kek.suite)
    locked = lock(algorithms, kek.key, passphrase, beside, stretch=stretch, random=random)
    recovery = algorithms.wrap(kek.recovery_public, kek.key, beside)
    write_checked(path, clear | {"locked": locked, "recovery": recovery.hex()}, replace=replace)


def read_kek_file(path: Path, passphrase: Passphrase) -> Kek:
    """Return the key-encryption key, opened by the passphrase.

    Raises
    ------
    StorageError
        ``storage.passphrase``, ``storage.key-mode``, ``storage.key-file``, ``storage.file``.
    """
    values, beside = _read(path)
    key = open_locked(path, suite(values["suite"]), values.get("locked"), passphrase, beside)
    return _kek(path, values, key)


def recover_kek(path: Path, recovery: PrivateKey) -> Kek:
    """Return the key-encryption key, opened by the recovery key.

    Raises
    ------
    StorageError
        ``storage.key-file`` when it was not locked for this recovery key; ``storage.key-mode``,
        ``storage.file``.
    """
    values, beside = _read(path)
    try:
        key = suite(values["suite"]).unwrap(
            recovery.private, bytes.fromhex(str(values.get("recovery"))), beside
        )
    except (CoreError, ValueError):
        raise StorageError("storage.key-file", path=str(path), reason="other-recovery") from None
    return _kek(path, values, key)


def _read(path: Path) -> tuple[dict[str, Any], bytes]:
    values = parse_checked(path, read_private_file(path), FORMAT)
    try:
        clear = {name: text(values[name]) for name in _CLEAR}
        bytes.fromhex(clear["recovery_public"])
        suite(clear["suite"])
    except (KeyError, ValueError, CoreError):
        raise StorageError("storage.key-file", path=str(path), reason="clear-part") from None
    return values, canonical_bytes("kek-file", clear, clear["suite"])


def _kek(path: Path, values: dict[str, Any], key: bytes) -> Kek:
    if len(key) != KEY_BYTES:
        raise StorageError("storage.key-file", path=str(path), reason="key-length")
    return Kek(values["id"], values["suite"], key, bytes.fromhex(values["recovery_public"]))
