"""Wrapping: short secrets encrypted under a key, each bound to the place it belongs to."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dure.storage.errors import StorageError

KEY_BYTES = 32
NONCE_BYTES = 12


class Wrapper:
    """Wraps and unwraps under one key with AES-256-GCM and random nonces (at most 2^32 of them).

    Parameters
    ----------
    key
        32 random bytes.
    where
        The vault, for messages.

    Source
    ------
    NIST SP 800-38D §8.2.2 (random nonces) and §8.3 (how many).
    """

    __slots__ = ("_cipher", "_where")

    def __init__(self, key: bytes, where: str) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("a key has 32 bytes")
        self._cipher = AESGCM(key)
        self._where = where

    def __repr__(self) -> str:
        return f"Wrapper({self._where})"

    def wrap(self, secret: bytes, place: bytes) -> bytes:
        """Return the secret encrypted and bound to ``place``."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, place)

    def unwrap(self, wrapped: bytes, place: bytes) -> bytes:
        """Return the secret that `wrap` bound to ``place``.

        Raises
        ------
        StorageError
            ``storage.vault`` when the key is another, or the bytes or their place were changed.
        """
        try:
            return self._cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], place)
        except (InvalidTag, ValueError):
            raise StorageError(
                "storage.vault",
                where=self._where,
                reason="locked-" + place.split(b"|")[0].decode().replace(" ", "-"),
            ) from None
