"""Locked: a secret encrypted under a passphrase, as plain JSON values.

``{"stretch": {"rounds", "memory_kib"}, "salt", "nonce", "ciphertext"}``; the key is the stretched
passphrase, the associated data whatever stands in clear beside it, so that no part of a key file
can be changed unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dure.core.suites import Stretch, Suite
from dure.storage.passphrases import Passphrase

Random = Callable[[int], bytes]

SALT_BYTES = 16
NONCE_BYTES = 12
_MOST = {"intl": Stretch(16, 1024 * 1024), "kr-public": Stretch(20_000_000, 0)}


def lock(
    suite: Suite,
    secret: bytes,
    passphrase: Passphrase,
    beside: bytes,
    *,
    stretch: Stretch | None,
    random: Random,
) -> dict[str, object]:
    """Return the secret, locked.

    Parameters
    ----------
    suite
        Stretches the passphrase.
    secret
        What is locked.
    passphrase
        What will open it.
    beside
        Canonical bytes of what stands in clear beside it.
    stretch
        How hard to stretch; the suite's own measure when None.
    random
        Source of random bytes.
    """
    hard = stretch or suite.stretch
    salt, nonce = random(SALT_BYTES), random(NONCE_BYTES)
    key = suite.stretch_passphrase(passphrase.reveal(), salt, hard)
    return {
        "stretch": {"rounds": hard.rounds, "memory_kib": hard.memory_kib},
        "salt": salt.hex(),
        "nonce": nonce.hex(),
        "ciphertext": AESGCM(key).encrypt(nonce, secret, beside).hex(),
    }


def unlock(
    suite: Suite, locked: Mapping[str, object], passphrase: Passphrase, beside: bytes
) -> bytes | None:
    """Return the secret, or None when the passphrase does not open it.

    Raises
    ------
    ValueError
        When the values are malformed, or ask for more stretching than any honest file.
    """
    stretch = locked.get("stretch")
    if not isinstance(stretch, dict):
        raise ValueError("no stretch")  # noqa: TRY004  one kind of complaint for a malformed file
    hard = Stretch(_whole(stretch.get("rounds")), _whole(stretch.get("memory_kib")))
    most = _MOST[suite.name]
    if hard.rounds > most.rounds or hard.memory_kib > most.memory_kib:
        raise ValueError("stretched beyond reason")
    salt, nonce, ciphertext = (_bytes(locked.get(name)) for name in ("salt", "nonce", "ciphertext"))
    if len(salt) != SALT_BYTES or len(nonce) != NONCE_BYTES:
        raise ValueError("a wrong length")
    key = suite.stretch_passphrase(passphrase.reveal(), salt, hard)
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, beside)
    except InvalidTag:
        return None


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("not a whole number")
    return value


def _bytes(value: object) -> bytes:
    if not isinstance(value, str):
        raise ValueError("not hex")  # noqa: TRY004  one kind of complaint for a malformed file
    return bytes.fromhex(value)
