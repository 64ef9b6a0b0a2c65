"""Crypto suites: which algorithms an alliance uses, as pure functions of bytes.

``intl`` is Ed25519, SHA-256, X25519 (HPKE, RFC 9180), AES-256-GCM and argon2id;
``kr-public`` is ECDSA P-256 (RFC 6979, raw r||s), SHA-256, P-256 (HPKE), AES-256-GCM and PBKDF2.
No validation of any module is claimed. Randomness comes in as a ``seed``; the ephemeral key of
HPKE is the one exception, drawn by the library.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from dure.core.canonical import canonical_bytes
from dure.core.errors import CoreError

if TYPE_CHECKING:
    from types import TracebackType

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.hpke import KEM
    from cryptography.hazmat.primitives.hpke import Suite as Hpke

SEED_BYTES = 48
SIGNATURE_BYTES = 64
KEY_BYTES = 32
P256_POINT_BYTES = 65

_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def digest_of(data: bytes) -> str:
    """Return ``sha256:<hex>`` of the bytes; both suites use SHA-256.

    Examples
    --------
    >>> digest_of(b"")[:15]
    'sha256:e3b0c442'
    """
    return "sha256:" + hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class Stretch:
    """How hard a passphrase is stretched into a key.

    Parameters
    ----------
    rounds
        Passes of argon2id, or iterations of PBKDF2.
    memory_kib
        Memory of argon2id in KiB; 0 for PBKDF2.
    """

    rounds: int
    memory_kib: int


class Suite(ABC):
    """The algorithms of one alliance. Keys and signatures are raw bytes."""

    name: str
    stretch: Stretch

    def digest(self, type_: str, value: object) -> str:
        """Return ``sha256:<hex>`` over the canonical bytes of a value."""
        return digest_of(canonical_bytes(type_, value, self.name))

    def sign_value(self, private: bytes, type_: str, value: object) -> str:
        """Return the hex signature over the canonical bytes of a value."""
        return self.sign(private, canonical_bytes(type_, value, self.name)).hex()

    def verify_value(self, public: bytes, type_: str, value: object, signature: str) -> bool:
        """Say whether a hex signature is over the canonical bytes of this value by this key."""
        try:
            raw = bytes.fromhex(signature)
        except ValueError:
            return False
        if raw.hex() != signature:  # one signature, one spelling
            return False
        return self.verify(public, canonical_bytes(type_, value, self.name), raw)

    def key_id(self, public: bytes) -> str:
        """Return the short name of a public key: 16 hex digits of its digest."""
        return hashlib.sha256(b"dure/key/" + self.name.encode() + b"\n" + public).hexdigest()[:16]

    @abstractmethod
    def signing_key(self, seed: bytes) -> bytes:
        """Return a private signing key (32 bytes) made from 48 random bytes."""

    @abstractmethod
    def signing_public(self, private: bytes) -> bytes:
        """Return the public key of a private signing key."""

    @abstractmethod
    def sign(self, private: bytes, message: bytes) -> bytes:
        """Return the 64-byte signature of a message; the same inputs give the same bytes."""

    @abstractmethod
    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Say whether the signature is right. A malformed key or signature is simply not right."""

    @abstractmethod
    def sealing_key(self, seed: bytes) -> bytes:
        """Return a private key for receiving sealed content (32 bytes), from 48 random bytes."""

    @abstractmethod
    def sealing_public(self, private: bytes) -> bytes:
        """Return the public key that others seal content to."""

    @abstractmethod
    def wrap(self, public: bytes, secret: bytes, info: bytes) -> bytes:
        """Encrypt a short secret to a public sealing key, bound to ``info`` (HPKE base mode).

        Raises
        ------
        CoreError
            ``core.key-form`` when the public key is malformed.
        """

    @abstractmethod
    def unwrap(self, private: bytes, wrapped: bytes, info: bytes) -> bytes:
        """Decrypt what `wrap` made.

        Raises
        ------
        CoreError
            ``core.key-form`` when it was not made for this key and this ``info``, or was altered.
        """

    @abstractmethod
    def stretch_passphrase(self, passphrase: bytes, salt: bytes, stretch: Stretch) -> bytes:
        """Return a 32-byte key for a passphrase; ``salt`` has 16 bytes or more."""


class _Intl(Suite):
    name = "intl"
    stretch = Stretch(rounds=3, memory_kib=64 * 1024)

    def signing_key(self, seed: bytes) -> bytes:
        return _narrow(seed, b"sign")

    def signing_public(self, private: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        with _Form("signing-key", self.name):
            return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()

    def sign(self, private: bytes, message: bytes) -> bytes:
        with _Form("signing-key", self.name):
            return _ed25519_private(private).sign(message)

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def sealing_key(self, seed: bytes) -> bytes:
        return _narrow(seed, b"seal")

    def sealing_public(self, private: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

        with _Form("sealing-key", self.name):
            return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()

    def wrap(self, public: bytes, secret: bytes, info: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
        from cryptography.hazmat.primitives.hpke import KEM

        with _Form("public-sealing-key", self.name):
            return _hpke(KEM.X25519).encrypt(
                secret, X25519PublicKey.from_public_bytes(public), info
            )

    def unwrap(self, private: bytes, wrapped: bytes, info: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
        from cryptography.hazmat.primitives.hpke import KEM

        with _Form("wrapped-key", self.name):
            key = X25519PrivateKey.from_private_bytes(private)
            return _hpke(KEM.X25519).decrypt(wrapped, key, info)

    def stretch_passphrase(self, passphrase: bytes, salt: bytes, stretch: Stretch) -> bytes:
        from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

        return Argon2id(
            salt=salt,
            length=KEY_BYTES,
            iterations=stretch.rounds,
            lanes=1,
            memory_cost=stretch.memory_kib,
        ).derive(passphrase)


class _KrPublic(Suite):
    name = "kr-public"
    stretch = Stretch(rounds=600_000, memory_kib=0)

    def signing_key(self, seed: bytes) -> bytes:
        return _p256_scalar(seed, b"sign")

    def signing_public(self, private: bytes) -> bytes:
        with _Form("signing-key", self.name):
            return _p256_point(private)

    def sign(self, private: bytes, message: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
        from cryptography.hazmat.primitives.hashes import SHA256

        with _Form("signing-key", self.name):
            key = _p256_private(private)
        r, s = decode_dss_signature(
            key.sign(message, ec.ECDSA(SHA256(), deterministic_signing=True))
        )
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
        from cryptography.hazmat.primitives.hashes import SHA256

        if len(signature) != SIGNATURE_BYTES:
            return False
        der = encode_dss_signature(
            int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        )
        try:
            key = _p256_public(public)
            key.verify(der, message, ec.ECDSA(SHA256()))
        except (InvalidSignature, ValueError):
            return False
        return True

    def sealing_key(self, seed: bytes) -> bytes:
        return _p256_scalar(seed, b"seal")

    def sealing_public(self, private: bytes) -> bytes:
        with _Form("sealing-key", self.name):
            return _p256_point(private)

    def wrap(self, public: bytes, secret: bytes, info: bytes) -> bytes:
        from cryptography.hazmat.primitives.hpke import KEM

        with _Form("public-sealing-key", self.name):
            key = _p256_public(public)
            return _hpke(KEM.P256).encrypt(secret, key, info)

    def unwrap(self, private: bytes, wrapped: bytes, info: bytes) -> bytes:
        from cryptography.hazmat.primitives.hpke import KEM

        with _Form("wrapped-key", self.name):
            return _hpke(KEM.P256).decrypt(wrapped, _p256_private(private), info)

    def stretch_passphrase(self, passphrase: bytes, salt: bytes, stretch: Stretch) -> bytes:
        return hashlib.pbkdf2_hmac("sha256", passphrase, salt, stretch.rounds, KEY_BYTES)


_SUITES: dict[str, Suite] = {suite.name: suite for suite in (_Intl(), _KrPublic())}
SUITE_NAMES = tuple(_SUITES)


def suite(name: str) -> Suite:
    """Return the suite of that name.

    Raises
    ------
    CoreError
        ``core.suite`` for an unknown name.

    Examples
    --------
    >>> suite("intl").name
    'intl'
    """
    try:
        return _SUITES[name]
    except KeyError:
        raise CoreError("core.suite", suite=name[:32], known=", ".join(SUITE_NAMES)) from None


class _Form:
    """Turn the library's complaint about a key's form into ours."""

    def __init__(self, part: str, suite_name: str) -> None:
        self.part, self.suite_name = part, suite_name

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        from cryptography.exceptions import InvalidTag

        if isinstance(error, ValueError | InvalidTag):
            raise CoreError("core.key-form", part=self.part, suite=self.suite_name) from None


def _narrow(seed: bytes, use: bytes) -> bytes:
    if len(seed) != SEED_BYTES:
        raise ValueError("a seed has 48 bytes")
    return hashlib.sha256(b"dure/seed/" + use + b"\n" + seed).digest()


def _p256_scalar(seed: bytes, use: bytes) -> bytes:
    if len(seed) != SEED_BYTES:
        raise ValueError("a seed has 48 bytes")
    wide = hashlib.sha512(b"dure/seed/" + use + b"\n" + seed).digest()
    return (int.from_bytes(wide, "big") % (_P256_ORDER - 1) + 1).to_bytes(32, "big")


@lru_cache(maxsize=4)
def _ed25519_private(private: bytes) -> Ed25519PrivateKey:
    # Reading a key costs as much as signing with it; a process signs with two keys at most.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(private)


@lru_cache(maxsize=4)
def _p256_private(private: bytes) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec

    if len(private) != KEY_BYTES:
        raise ValueError("a P-256 private key has 32 bytes")
    return ec.derive_private_key(int.from_bytes(private, "big"), ec.SECP256R1())


def _p256_public(public: bytes) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec

    if len(public) != P256_POINT_BYTES:  # the compressed spelling would give the key a second id
        raise ValueError("a P-256 public key is an uncompressed point")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)


def _p256_point(private: bytes) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    point: bytes = (
        _p256_private(private)
        .public_key()
        .public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    )
    return point


@cache
def _hpke(kem: KEM) -> Hpke:
    from cryptography.hazmat.primitives.hpke import AEAD, KDF
    from cryptography.hazmat.primitives.hpke import Suite as HpkeSuite

    return HpkeSuite(kem, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
