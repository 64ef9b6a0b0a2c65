"""Signed notes and checkpoints: the text that a ledger signs, and its strict parser.

A note is a text, an empty line, and one line per signature. A checkpoint is a note whose text is
the ledger's origin, its size and its root hash. Signatures by keys that the reader does not know
are kept and say nothing; a wrong signature by a known key condemns the whole note.

Interoperability with other C2SP software is claimed for suite ``intl`` (Ed25519, type 0x01, and
cosignature/v1, type 0x04). Suite ``kr-public`` signs as type 0x02 (ECDSA P-256, DER, key id over
the SPKI), which C2SP names but leaves to one implementation; no claim is made for it.

Source: C2SP signed-note, tlog-checkpoint and tlog-cosignature (https://c2sp.org).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from dure.core.suites import SIGNATURE_BYTES, Suite
from dure.core.suites import suite as suite_named
from dure.governance.ledger.errors import LedgerError
from dure.governance.ledger.merkle import HASH_BYTES

ED25519, ECDSA, COSIGNATURE = 0x01, 0x02, 0x04
MAX_NOTE_BYTES = 128 * 1024
MAX_SIGNATURES = 64
MAX_SIZE = 2**63 - 1

_DASH = "\u2014"
_KEY_ID_BYTES = 4
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
        if not _is_name(self.name):
            raise _malformed("A key name must not be empty nor hold a space or a plus sign")
        if self.kind not in _SUITE_OF:
            raise _malformed("The signature type of a key is not one of 1, 2 and 4")
        point = self.kind == ECDSA
        length = _POINT_BYTES if point else HASH_BYTES
        if len(self.public) != length or (point and self.public[0] != 4):
            raise _malformed(f"A public key of signature type {self.kind} has {length} bytes")
        named = _P256_SPKI if point else self.name.encode() + b"\n" + bytes([self.kind])
        key_id = sha256(named + self.public).digest()[:_KEY_ID_BYTES]
        object.__setattr__(self, "key_id", key_id)

    @property
    def text(self) -> str:
        """The verifier key (vkey): name, key id and public key on one line."""
        public = (_P256_SPKI if self.kind == ECDSA else b"") + self.public
        return f"{self.name}+{self.key_id.hex()}+{_base64(bytes([self.kind]) + public)}"

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
        raw = _unbase64(encoded)
        kind, public = raw[:1], raw[1:]
        if kind == bytes([ECDSA]):
            public = public.removeprefix(_P256_SPKI)
        key = cls(name, int.from_bytes(kind, "big"), public)
        if key.text != text or key_id != key.key_id.hex():
            raise _malformed("The key id of a verifier key does not belong to its key")
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


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who says to have signed, with which key, and the signature's bytes."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        """The line as it stands in the note, with its newline."""
        return f"{_DASH} {self.name} {_base64(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signatures under it. Nothing is verified by parsing alone.

    Parameters
    ----------
    text
        The signed text, with its final newline.
    signatures
        In the order of their lines.
    """

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(item.line for item in self.signatures)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a ledger at one size.

    Parameters
    ----------
    origin
        Name of the ledger.
    size
        Entries, 0 to 2^63-1.
    root
        Root hash, 32 bytes.
    extensions
        Further lines of the text; the house writes none.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text that is signed."""
        lines = [self.origin, str(self.size), _base64(self.root), *self.extensions]
        return "".join(f"{line}\n" for line in lines)


def parse_note(data: str | bytes) -> Note:
    """Return the note of these bytes.

    Raises
    ------
    LedgerError
        ``ledger.note`` for anything but the one spelling of a note, or beyond 128 KiB or 64
        signatures.
    """
    whole = _decode(data)
    text, separator, lines = whole.rpartition("\n\n")
    if not separator or not text.strip("\n"):
        raise _malformed("A note is a text, an empty line and signature lines")
    if not lines.endswith("\n"):
        raise _malformed("A note ends with a newline after its last signature line")
    listed = lines[:-1].split("\n")
    if len(listed) > MAX_SIGNATURES:
        raise _malformed(f"A note has at most {MAX_SIGNATURES} signatures")
    return Note(text + "\n", tuple(_parse_line(line) for line in listed))


def parse_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint of a note's text.

    Raises
    ------
    LedgerError
        ``ledger.note`` for anything but the one spelling of a checkpoint.
    """
    origin, *rest = text.removesuffix("\n").split("\n")
    if len(rest) < 2 or not origin or not all(rest) or not text.endswith("\n"):
        raise _malformed("A checkpoint has an origin, a size and a root hash, each on its line")
    size, root, *extensions = rest
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", size, re.ASCII) or int(size) > MAX_SIZE:
        raise _malformed("The size of a checkpoint is a decimal number without leading zeros")
    raw = _unbase64(root)
    if len(raw) != HASH_BYTES:
        raise _malformed("The root hash of a checkpoint has 32 bytes")
    return Checkpoint(origin, int(size), raw, tuple(extensions))


def sign_note(text: str, key: NoteKey, signer: Callable[[bytes], bytes]) -> Note:
    """Return the note that one key signed.

    Parameters
    ----------
    text
        With its final newline.
    key
        The signer's public key, of type ``ED25519`` or ``ECDSA``.
    signer
        Gives the suite's raw 64-byte signature of a message.
    """
    signature = signer(text.encode())
    if key.kind == ECDSA:
        signature = _der_signature(signature)
    return Note(text, (Signature(key.name, key.key_id, signature),))


def cosign(note: Note, key: NoteKey, signer: Callable[[bytes], bytes], time_s: int) -> Note:
    """Return the note with a witness's cosignature as its last line.

    Parameters
    ----------
    note
        A checkpoint that the witness found consistent with every earlier one it saw.
    key
        The witness's public key, of type ``COSIGNATURE``.
    signer
        Gives the suite's raw 64-byte signature of a message.
    time_s
        When, in seconds since 1970.

    Source
    ------
    C2SP tlog-cosignature, cosignature/v1.
    """
    signature = time_s.to_bytes(8, "big") + signer(cosigned(note.text, time_s))
    return Note(note.text, (*note.signatures, Signature(key.name, key.key_id, signature)))


def cosigned(text: str, time_s: int) -> bytes:
    """Return the message that a cosignature signs."""
    return f"cosignature/v1\ntime {time_s}\n{text}".encode()


def verify_note(note: Note, keys: Iterable[NoteKey]) -> tuple[NoteKey, ...]:
    """Return the known keys that signed a note, in the order of their lines.

    Raises
    ------
    LedgerError
        ``ledger.signature`` when none did, or when a signature by a known key is wrong.
    """
    known = {(key.name, key.key_id): key for key in keys}
    signed: dict[NoteKey, None] = {}
    for item in note.signatures:
        key = known.get((item.name, item.key_id))
        if key is None:
            continue
        if not key.verifies(note.text, item.signature):
            raise LedgerError("ledger.signature", name=key.name, reason="its signature is wrong")
        signed[key] = None
    if not signed:
        names = ", ".join(sorted({key.name for key in known.values()}))
        raise LedgerError("ledger.signature", name=names, reason="no signature by this key")
    return tuple(signed)


def open_checkpoint(data: str | bytes, origin: str, keys: Iterable[NoteKey]) -> Checkpoint:
    """Return the checkpoint of a note after verifying that one of the keys signed it.

    Raises
    ------
    LedgerError
        ``ledger.note`` when it is malformed; ``ledger.signature`` when it is not signed, wrongly
        signed, or a checkpoint of another ledger.
    """
    note = parse_note(data)
    verify_note(note, keys)
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.origin != origin:
        raise LedgerError("ledger.signature", name=origin, reason="it is of another ledger")
    return checkpoint


def _parse_line(line: str) -> Signature:
    match line.split(" "):
        case [dash, name, encoded] if dash == _DASH and _is_name(name):
            raw = _unbase64(encoded)
            if len(raw) <= _KEY_ID_BYTES:
                raise _malformed("A signature has more than the four bytes of its key id")
            return Signature(name, raw[:_KEY_ID_BYTES], raw[_KEY_ID_BYTES:])
        case _:
            raise _malformed("A signature line is a dash, a key name and a signature")


def _decode(data: str | bytes) -> str:
    try:
        raw = data.encode() if isinstance(data, str) else data
        if len(raw) > MAX_NOTE_BYTES:
            raise _malformed(f"A note has at most {MAX_NOTE_BYTES} bytes")
        text = raw.decode()
    except UnicodeError:
        raise _malformed("A note is UTF-8") from None
    if any(character < " " and character != "\n" for character in text):
        raise _malformed("A note holds no control character but newline")
    return text


def _is_name(name: str) -> bool:
    return bool(name) and not any(c < " " or c == "+" or c.isspace() for c in name)


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _unbase64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not raw or _base64(raw) != text:
        raise _malformed("A key, hash or signature is not in the one spelling of base64")
    return raw


def _raw_signature(der: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    try:
        r, s = decode_dss_signature(der)
        raw = r.to_bytes(SIGNATURE_BYTES // 2, "big") + s.to_bytes(SIGNATURE_BYTES // 2, "big")
    except (ValueError, OverflowError):
        return b""
    return raw


def _der_signature(raw: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    half = SIGNATURE_BYTES // 2
    return encode_dss_signature(
        int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big")
    )


def _malformed(reason: str) -> LedgerError:
    return LedgerError("ledger.note", reason=reason)
