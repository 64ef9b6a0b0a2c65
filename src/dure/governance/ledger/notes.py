"""Signed notes and checkpoints: the text that a ledger signs, and its strict parser.

A note is a text, an empty line, and one line per signature. A checkpoint is a note whose text is
the ledger's origin, its size and its root hash. Signatures by keys that the reader does not know
are kept and say nothing; a wrong signature by a known key condemns the whole note.

Source: C2SP signed-note and tlog-checkpoint (https://c2sp.org).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dure.governance.ledger.errors import LedgerError
from dure.governance.ledger.merkle import HASH_BYTES
from dure.governance.ledger.note_keys import (
    ECDSA,
    KEY_ID_BYTES,
    NoteKey,
    cosigned,
    decode_base64,
    der_signature,
    encode_base64,
    is_key_name,
    malformed,
)

MAX_NOTE_BYTES = 128 * 1024
MAX_SIGNATURES = 64
MAX_SIZE = 2**63 - 1

_DASH = "\u2014"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who says to have signed, with which key, and the signature's bytes."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        """The line as it stands in the note, with its newline."""
        return f"{_DASH} {self.name} {encode_base64(self.key_id + self.signature)}\n"


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
        lines = [self.origin, str(self.size), encode_base64(self.root), *self.extensions]
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
        raise malformed("note-parts")
    if not lines.endswith("\n"):
        raise malformed("note-end")
    listed = lines[:-1].split("\n")
    if len(listed) > MAX_SIGNATURES:
        raise malformed("too-many-signatures", most=MAX_SIGNATURES)
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
        raise malformed("checkpoint-lines")
    size, root, *extensions = rest
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", size, re.ASCII) or int(size) > MAX_SIZE:
        raise malformed("checkpoint-size")
    raw = decode_base64(root)
    if len(raw) != HASH_BYTES:
        raise malformed("checkpoint-root")
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
        signature = der_signature(signature)
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
            raise LedgerError("ledger.signature", name=key.name, reason="wrong-signature")
        signed[key] = None
    if not signed:
        names = ", ".join(sorted({key.name for key in known.values()}))
        raise LedgerError("ledger.signature", name=names, reason="no-signature")
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
        raise LedgerError("ledger.signature", name=origin, reason="other-ledger")
    return checkpoint


def _parse_line(line: str) -> Signature:
    match line.split(" "):
        case [dash, name, encoded] if dash == _DASH and is_key_name(name):
            raw = decode_base64(encoded)
            if len(raw) <= KEY_ID_BYTES:
                raise malformed("signature-length")
            return Signature(name, raw[:KEY_ID_BYTES], raw[KEY_ID_BYTES:])
        case _:
            raise malformed("signature-line")


def _decode(data: str | bytes) -> str:
    try:
        raw = data.encode() if isinstance(data, str) else data
        if len(raw) > MAX_NOTE_BYTES:
            raise malformed("too-long", most=MAX_NOTE_BYTES)
        text = raw.decode()
    except UnicodeError:
        raise malformed("not-utf-8") from None
    if any(character < " " and character != "\n" for character in text):
        raise malformed("control-character")
    return text
