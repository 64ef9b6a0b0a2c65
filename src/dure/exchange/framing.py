"""One signed document before sealed content: the frame that envelopes and bundles share.

::

    magic line        ASCII, ends with a newline, names format and version
    length            4 bytes, unsigned, big-endian: bytes of the document
    document          canonical JSON (RFC 8785 on the house's subset): {"signature": hex, "value": …}
    sealed content    to the end of the file, in the form of `dure.storage.seal`

The signature is over the canonical bytes of ``value`` under its type. A reader takes no other
spelling of the document than the canonical one, and reads at most a fixed number of bytes of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

from dure.core.canonical import canonical_json, parse_canonical
from dure.core.errors import CoreError, DureError

LENGTH_BYTES = 4
BLOCK_BYTES = 1 << 20

_SIGNATURE = re.compile(r"[0-9a-f]{128}")

Malformed = Callable[[str, str], DureError]
"""Makes the caller's error of (where, reason); both are names and words, never data."""

Signer = Callable[[str, Mapping[str, object]], str]
"""Signs the canonical bytes of (type, value) and gives 128 hex digits."""


def write_frame(magic: bytes, value: Mapping[str, object], signature: str) -> bytes:
    """Return everything that stands before the sealed content."""
    document = canonical_json({"signature": signature, "value": value})
    return magic + len(document).to_bytes(LENGTH_BYTES, "big") + document


def read_frame(
    stream: BinaryIO, magic: bytes, limit: int, malformed: Malformed
) -> tuple[object, str]:
    """Read value and signature from the start of a stream, and leave it at the sealed content.

    Parameters
    ----------
    stream
        Anything with ``read``; at most ``limit`` bytes of document are read from it.
    magic
        The magic line that must stand first.
    limit
        Largest document, in bytes.
    malformed
        Makes the error to raise.

    Returns
    -------
    tuple
        The value, not yet checked in any way, and the signature's hex digits.

    Raises
    ------
    DureError
        What ``malformed`` makes, for anything but the one spelling.
    """
    if _exactly(stream, len(magic)) != magic:
        raise malformed("magic", "other-format")
    prefix = _exactly(stream, LENGTH_BYTES)
    length = int.from_bytes(prefix, "big")
    if len(prefix) != LENGTH_BYTES or not 0 < length <= limit:
        raise malformed("length", "length")
    raw = _exactly(stream, length)
    if len(raw) != length:
        raise malformed("document", "cut-off")
    try:
        document = parse_canonical(raw)
    except CoreError as error:
        raise malformed("document", "not-canonical") from error
    if not isinstance(document, dict) or set(document) != {"signature", "value"}:
        raise malformed("document", "members")
    signature = document["signature"]
    if not isinstance(signature, str) or not _SIGNATURE.fullmatch(signature):
        raise malformed("signature", "signature-form")
    return document["value"], signature


def blocks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the rest of a stream, a mebibyte at a time."""
    while block := stream.read(BLOCK_BYTES):
        yield block


def _exactly(stream: BinaryIO, count: int) -> bytes:
    parts, missing = [], count
    while missing and (part := stream.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
