"""Key files: one private key, locked by a passphrase, readable by its owner alone.

The file is canonical JSON: what the key is and its public half in clear (so that a node can show
whose it is without opening it), the private half locked, and a digest over all of it that tells a
damaged file from a wrong passphrase.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from dure.core import faults
from dure.core.canonical import canonical_bytes, canonical_json, parse_canonical
from dure.core.errors import CoreError
from dure.core.suites import KEY_BYTES, SEED_BYTES, Stretch, Suite, suite
from dure.storage.errors import StorageError, files
from dure.storage.locked import Random, lock, unlock
from dure.storage.passphrases import Passphrase, read_private_file
from dure.storage.sealed_files import new_file, sync_folder, write_all

FORMAT = "dure/key-file/v1"
KINDS = ("signing", "sealing", "recovery")


@dataclass(frozen=True, slots=True)
class PublicCard:
    """What a key file says in clear.

    Parameters
    ----------
    kind
        ``signing``, ``sealing`` or ``recovery`` (a sealing key that recovers a node's vault).
    id
        Whose key it is, such as ``coast.officer1``.
    suite
        Name of the crypto suite.
    public
        Hex of the public key.
    """

    kind: str
    id: str
    suite: str
    public: str

    @property
    def key_id(self) -> str:
        """Short name of the public key, 16 hex digits."""
        return suite(self.suite).key_id(bytes.fromhex(self.public))


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A private key in memory.

    Parameters
    ----------
    kind, id, suite
        As `PublicCard`.
    private
        32 bytes; not shown by ``repr``.
    """

    kind: str
    id: str
    suite: str
    private: bytes = field(repr=False)

    @property
    def public(self) -> bytes:
        """The public key."""
        algorithms = suite(self.suite)
        if self.kind == "signing":
            return algorithms.signing_public(self.private)
        return algorithms.sealing_public(self.private)

    @property
    def card(self) -> PublicCard:
        """What may be shown of it."""
        return PublicCard(self.kind, self.id, self.suite, self.public.hex())


def new_key(kind: str, id: str, suite_name: str, *, random: Random = os.urandom) -> PrivateKey:
    """Return a fresh key.

    Parameters
    ----------
    kind
        One of `KINDS`.
    id
        Whose it is.
    suite_name
        ``intl`` or ``kr-public``.
    random
        Source of random bytes.

    Raises
    ------
    ValueError
        For another kind.
    """
    if kind not in KINDS:
        raise ValueError("a key is for signing, sealing or recovery")
    algorithms, seed = suite(suite_name), random(SEED_BYTES)
    private = algorithms.signing_key(seed) if kind == "signing" else algorithms.sealing_key(seed)
    return PrivateKey(kind, id, suite_name, private)


def write_key_file(
    path: Path,
    key: PrivateKey,
    passphrase: Passphrase,
    *,
    stretch: Stretch | None = None,
    random: Random = os.urandom,
    replace: bool = False,
) -> PublicCard:
    """Write a key file, mode 600, whole or not at all.

    Parameters
    ----------
    path
        Where to.
    key
        What to lock away.
    passphrase
        What will open it, 8 bytes or more.
    stretch
        How hard the passphrase is stretched; the suite's own measure when None.
    random
        Source of random bytes.
    replace
        Whether a file that is there may be replaced.

    Raises
    ------
    StorageError
        ``storage.conflict`` when a file is there, ``storage.passphrase`` when it is too short,
        ``storage.file``, ``storage.no-space``.
    """
    card = key.card
    clear = {"format": FORMAT, **asdict(card)}
    passphrase.strong_enough(path)
    beside = canonical_bytes("key-file", clear, card.suite)
    locked = lock(
        suite(card.suite), key.private, passphrase, beside, stretch=stretch, random=random
    )
    write_checked(path, clear | {"locked": locked}, replace=replace)
    return card


def read_key_file(path: Path, passphrase: Passphrase) -> PrivateKey:
    """Return the key that a file holds.

    Raises
    ------
    StorageError
        ``storage.passphrase`` when it is another passphrase, ``storage.key-mode`` when others could
        read the file, ``storage.key-file`` when it is damaged or none, ``storage.file``.
    """
    values = parse_checked(path, read_private_file(path), FORMAT)
    card = read_card(path, values)
    beside = canonical_bytes("key-file", {"format": FORMAT, **asdict(card)}, card.suite)
    private = open_locked(path, suite(card.suite), values.get("locked"), passphrase, beside)
    return whole_key(path, card, private)


def change_passphrase(
    path: Path,
    old: Passphrase,
    new: Passphrase,
    *,
    stretch: Stretch | None = None,
    random: Random = os.urandom,
) -> None:
    """Lock a key file by another passphrase, in one step.

    Raises
    ------
    StorageError
        As `read_key_file` and `write_key_file`; the file is then as it was.
    """
    key = read_key_file(path, old)
    write_key_file(path, key, new, stretch=stretch, random=random, replace=True)


def public_card(path: Path) -> PublicCard:
    """Return what a key file says in clear, without opening it.

    Raises
    ------
    StorageError
        ``storage.key-file``, ``storage.file``.
    """
    with files(path):
        data = path.read_bytes()
    return read_card(path, parse_checked(path, data, FORMAT))


# ── the form that key files, recovery files and KEK files share ────────────────────────────────


def write_checked(path: Path, values: dict[str, Any], *, replace: bool) -> None:
    """Write values with their digest, mode 600, whole or not at all.

    Raises
    ------
    StorageError
        ``storage.conflict``, ``storage.file``, ``storage.no-space``.
    """
    data = canonical_json(values | {"digest": _digest(values)})
    if replace:
        with new_file(path) as descriptor, files(path):
            write_all(descriptor, data)
        return
    if path.exists():
        raise StorageError("storage.conflict", name=str(path), reason="exists")
    whole = path.with_name(f".{path.name}.{os.urandom(8).hex()}.new")
    with new_file(whole) as descriptor, files(path):
        write_all(descriptor, data)
    try:
        with files(path):
            os.link(whole, path)  # unlike a rename, this never replaces what came in between
            faults.point("keys.linked")
    finally:
        whole.unlink(missing_ok=True)
    with files(path):
        sync_folder(path.parent)


def parse_checked(path: Path, data: bytes, format_: str) -> dict[str, Any]:
    """Return the values of a file of that format, their digest proven.

    Raises
    ------
    StorageError
        ``storage.key-file``.
    """
    try:
        values = parse_canonical(data)
    except CoreError:
        values = None
    if not isinstance(values, dict) or values.get("format") != format_:
        raise StorageError(
            "storage.key-file", path=str(path), reason="other-format", format=format_
        )
    digest = values.pop("digest", None)
    if digest != _digest(values):
        raise StorageError("storage.key-file", path=str(path), reason="damaged")
    return values


def open_locked(
    path: Path, algorithms: Suite, locked: object, passphrase: Passphrase, beside: bytes
) -> bytes:
    """Return the secret of a locked part.

    Raises
    ------
    StorageError
        ``storage.passphrase``, ``storage.key-file``.
    """
    try:
        values = locked if isinstance(locked, dict) else {}
        secret = unlock(algorithms, values, passphrase, beside)
    except ValueError:
        raise StorageError("storage.key-file", path=str(path), reason="locked-part") from None
    if secret is None:
        raise StorageError("storage.passphrase", path=str(path), reason="wrong")
    return secret


def read_card(path: Path, values: dict[str, Any]) -> PublicCard:
    """Return what a file's values say in clear of its key.

    Raises
    ------
    StorageError
        ``storage.key-file``.
    """
    try:
        card = PublicCard(*(text(values[name]) for name in PublicCard.__slots__))
        suite(card.suite)
        bytes.fromhex(card.public)
    except (KeyError, ValueError, CoreError):
        raise StorageError("storage.key-file", path=str(path), reason="card") from None
    if card.kind not in KINDS:
        raise StorageError("storage.key-file", path=str(path), reason="unknown-kind")
    return card


def whole_key(path: Path, card: PublicCard, private: bytes) -> PrivateKey:
    """Return the key of a card and its private half, which must be one.

    Raises
    ------
    StorageError
        ``storage.key-file``.
    """
    key = PrivateKey(card.kind, card.id, card.suite, private)
    if len(private) != KEY_BYTES or not hmac.compare_digest(key.public.hex(), card.public):
        raise StorageError("storage.key-file", path=str(path), reason="halves")
    return key


def _digest(values: dict[str, Any]) -> str:
    return "sha256:" + hashlib.sha256(canonical_json(values)).hexdigest()


def text(value: object) -> str:
    """Return the value if it is text.

    Raises
    ------
    ValueError
        When it is not.
    """
    if not isinstance(value, str):
        raise ValueError("not text")  # noqa: TRY004  as every other malformed part
    return value
