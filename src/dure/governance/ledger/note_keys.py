"""The keys that sign notes: how a signature line names them, and what they sign.

Interoperability with other C2SP software is claimed for suite ``intl`` (Ed25519, type 0x01, and
cosignature/v1, type 0x04). Suite ``kr-public`` signs as type 0x02 (ECDSA P-256, DER, key id over
the SPKI), which C2SP names but leaves to one implementation; no claim is made for it.

Source: C2SP signed-note and tlog-cosignature (https://c2sp.org).
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from hashlib import sha256

from dure.core.suites import SIGNATURE_BYTES, Suite
from dure.core.suites import suite as suite_named
from dure.governance.ledger.errors import LedgerError
from dure.governance.ledger.merkle import HASH_BYTES

ED25519, ECDSA, COSIGNATURE = 0x01, 0x02, 0x04
KEY_ID_BYTES = 4

_SUITE_OF = {ED25519: "intl", ECDSA: "kr-public", COSIGNATURE: "intl"}
# DER of SubjectPublicKeyInfo for an uncompressed P-256 point, up to the point itself (RFC 5480 §2).
_P256_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")
_POINT_BYTES = 65


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public key that signs notes under a name.

    Parameters
    ----------
    name
        Name on the signature line: not empty, no space, no ``+``. A ledger's is its origin.
    kind
        Signature type: ``ED25519``, ``ECDSA`` or ``COSIGNATURE``.
    public
        Raw public key of the suite: 32 bytes, or a 65-byte P-256 point.

    Raises
    ------
    LedgerError
        ``ledger.note`` for a name or a key that can't be written on a signature line.
    """

    name: str
    kind: int
    public: bytes
    key_id: bytes = field(init=False)
    """The four bytes that name the key on a signature line."""

    def __post_init__(self) -> None:
        if not is_key_name(self.name):
            raise malformed("key-name")
        if self.kind not in _SUITE_OF:
            raise malformed("key-type")
        point = self.kind == ECDSA
        length = _POINT_BYTES if point else HASH_BYTES
        if len(self.public) != length or (point and self.public[0] != 4):
            raise malformed("key-length", kind=self.kind, length=length)
        named = _P256_SPKI if point else self.name.encode() + b"\n" + bytes([self.kind])
        key_id = sha256(named + self.public).digest()[:KEY_ID_BYTES]
        object.__setattr__(self, "key_id", key_id)

    @property
    def text(self) -> str:
        """The verifier key (vkey): name, key id and public key on one line."""
        public = (_P256_SPKI if self.kind == ECDSA else b"") + self.public
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(bytes([self.kind]) + public)}"

    @classmethod
    def parse(cls, text: str) -> NoteKey:
        """Return the key of a verifier key line.

        Raises
        ------
        LedgerError
            ``ledger.note`` when it is malformed or its key id does not belong to the key.
        """
        name, _, rest = text.partition("+")
        key_id, _, encoded = rest.partition("+")
        raw = decode_base64(encoded)
        kind, public = raw[:1], raw[1:]
        if kind == bytes([ECDSA]):
            public = public.removeprefix(_P256_SPKI)
        key = cls(name, int.from_bytes(kind, "big"), public)
        if key.text != text or key_id != key.key_id.hex():
            raise malformed("key-id")
        return key

    def verifies(self, text: str, signature: bytes) -> bool:
        """Say whether the bytes after the key id are this key's signature of the note's text."""
        message = text.encode()
        if self.kind == COSIGNATURE:
            if len(signature) != 8 + SIGNATURE_BYTES or signature[0] & 0x80:
                return False
            message = cosigned(text, int.from_bytes(signature[:8], "big"))
            signature = signature[8:]
        elif self.kind == ECDSA:
            signature = _raw_signature(signature)
        return suite_named(_SUITE_OF[self.kind]).verify(self.public, message, signature)


def ledger_key(name: str, public: bytes, suite: Suite) -> NoteKey:
    """Return the key of a ledger: Ed25519 for suite ``intl``, ECDSA for ``kr-public``.

    Raises
    ------
    LedgerError
        ``ledger.note`` for a name or a key that can't be written on a signature line.
    """
    return NoteKey(name, ED25519 if suite.name == "intl" else ECDSA, public)


def cosigned(text: str, time_s: int) -> bytes:
    """Return the message that a cosignature signs."""
    return f"cosignature/v1\ntime {time_s}\n{text}".encode()


def is_key_name(name: str) -> bool:
    """Say whether a signature line can hold this name: not empty, no space, no plus sign."""
    return bool(name) and not any(c < " " or c == "+" or c.isspace() for c in name)


def encode_base64(raw: bytes) -> str:
    """Return the base64 of some bytes (RFC 4648 §4)."""
    return base64.b64encode(raw).decode("ascii")


def decode_base64(text: str) -> bytes:
    """Return the bytes, at least one, of the one base64 spelling that they have.

    Raises
    ------
    LedgerError
        ``ledger.note`` for any other spelling.
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not raw or encode_base64(raw) != text:
        raise malformed("base64")
    return raw


def _raw_signature(der: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    try:
        r, s = decode_dss_signature(der)
        raw = r.to_bytes(SIGNATURE_BYTES // 2, "big") + s.to_bytes(SIGNATURE_BYTES // 2, "big")
    except (ValueError, OverflowError):
        return b""
    return raw


def der_signature(raw: bytes) -> bytes:
    """Return the DER of a suite's raw ECDSA signature."""
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    half = SIGNATURE_BYTES // 2
    return encode_dss_signature(
        int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big")
    )


def malformed(reason: str, **facts: object) -> LedgerError:
    """Return ``ledger.note`` with its reason, a code, and the facts that its words name."""
    return LedgerError("ledger.note", reason=reason, **facts)
