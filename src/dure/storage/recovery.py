"""Recovery files: a private key that the recovery key alone opens, beside its key file.

The key-encryption key's own file is locked for the recovery key too (`dure.storage.kek`). What else
the keeper needs to go on under another passphrase lies in files of this form. Nothing of the
recovery key itself is in them but its public half.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from dure.core.canonical import canonical_bytes
from dure.core.errors import CoreError
from dure.core.suites import suite
from dure.storage.errors import StorageError
from dure.storage.keys import PrivateKey, parse_checked, read_card, text, whole_key, write_checked
from dure.storage.passphrases import read_private_file

FORMAT = "dure/recovery-file/v1"


def write_recovery_file(path: Path, key: PrivateKey, recovery_public: bytes) -> None:
    """Write a key that the recovery key opens, mode 600, whole or not at all.

    Parameters
    ----------
    path
        Where to.
    key
        What to lock away.
    recovery_public
        Public half of the recovery key.

    Raises
    ------
    StorageError
        ``storage.conflict`` when a file is there, ``storage.file``, ``storage.no-space``.
    CoreError
        ``core.key-form`` when the public recovery key is malformed.
    """
    card = key.card
    clear = {"format": FORMAT, **asdict(card), "recovery_public": recovery_public.hex()}
    beside = canonical_bytes("recovery-file", clear, card.suite)
    wrapped = suite(card.suite).wrap(recovery_public, key.private, beside)
    write_checked(path, clear | {"recovery": wrapped.hex()}, replace=False)


def read_recovery_file(path: Path, recovery: PrivateKey) -> PrivateKey:
    """Return the key that a file holds, opened by the recovery key.

    Raises
    ------
    StorageError
        ``storage.key-file`` when it is damaged or not locked for this recovery key,
        ``storage.key-mode``, ``storage.file``.
    """
    values = parse_checked(path, read_private_file(path), FORMAT)
    card = read_card(path, values)
    try:
        for_key = text(values["recovery_public"])
    except (KeyError, ValueError):
        raise StorageError("storage.key-file", path=str(path), reason="clear-part") from None
    clear = {"format": FORMAT, **asdict(card), "recovery_public": for_key}
    try:
        private = suite(card.suite).unwrap(
            recovery.private,
            bytes.fromhex(str(values.get("recovery"))),
            canonical_bytes("recovery-file", clear, card.suite),
        )
    except (CoreError, ValueError):
        raise StorageError("storage.key-file", path=str(path), reason="other-recovery") from None
    return whole_key(path, card, private)
