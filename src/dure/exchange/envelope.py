r"""Envelopes: the one file in which nodes send each other anything. The format, fixed here.

One envelope is one file named ``<from>-<to>-<number, 8 digits>.dure-envelope``::

    dure-envelope/v1\n      magic line, ASCII
    length                  4 bytes, unsigned, big-endian: 1 to 65536
    document                that many bytes of canonical JSON (`dure.core.canonical`):
                            {"signature": 128 lower-case hex digits, "value": header}
    sealed payload          to the end of the file, as `dure.storage.seal` defines it, seal id as in
                            the header, under a random 32-byte key that this payload alone has

``header`` is the value that `dure.exchange.header` lists, and nothing else. The signature is by the
sender's node signing key, as the charter enrols it, over the header's canonical bytes: the line
``dure/envelope/v1/<suite>\n`` followed by its canonical JSON. The payload's key is wrapped (HPKE,
RFC 9180, base mode, as `dure.core.suites` fixes it per suite) to the recipient's node sealing key;
HPKE's ``info`` is the canonical bytes of type ``envelope-key`` over ``from``, ``to``, ``number`` and
``kind``. So a carrier reads the header and nothing more, and changes nothing unnoticed.

A reader refuses, in this order: anything but the one spelling (``exchange.malformed``), a sender or
suite or charter that is not ours (``exchange.stranger``, ``.charter``), a signature
(``.signature``), another addressee (``.addressee``), a time outside the envelope's life
(``.expired``), a number that was used (``.replayed``, see `dure.exchange.inbox`), a payload that
does not open whole (``.altered``) or is not the one that was signed (``.digest``). Nothing of a
payload may be acted upon before the last of these was passed.

``tests/exchange/vectors`` holds one envelope per suite with the keys that open it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from dure.core.errors import CoreError
from dure.exchange.errors import ExchangeError
from dure.exchange.framing import Signer, blocks, read_frame, write_frame
from dure.exchange.header import Header
from dure.exchange.payloads import Meter, Payload, chunks
from dure.storage.errors import StorageError
from dure.storage.seal import KEY_BYTES, seal, unseal

MAGIC = b"dure-envelope/v1\n"
SUFFIX = ".dure-envelope"
MAX_HEADER_BYTES = 64 * 1024

Unwrapper = Callable[[bytes, bytes], bytes]
"""Opens a wrapped key of (wrapped, info) with the node's sealing key, as the keeper does."""


@dataclass(frozen=True, slots=True)
class SignedHeader:
    """A header and its signature, well-formed; nothing else about it is known yet.

    Parameters
    ----------
    header
        The header.
    signature
        128 hex digits.
    """

    header: Header
    signature: str

    def to_bytes(self) -> bytes:
        """Return everything that stands before the sealed payload."""
        return write_frame(MAGIC, self.header.to_dict(), self.signature)


def pack(header: Header, payload: Payload, key: bytes, sign: Signer) -> Iterator[bytes]:
    """Yield the bytes of an envelope.

    Parameters
    ----------
    header
        As `dure.exchange.membership.address` makes it for this payload and key.
    payload
        Bytes, or a file that is read as it goes.
    key
        The payload's key, 32 bytes, used for nothing else.
    sign
        Signs the header with the sender's node signing key.

    Raises
    ------
    ExchangeError
        ``exchange.digest`` when the payload is not the one the header names.
    StorageError
        ``storage.file`` when the payload's file can't be read.
    """
    yield SignedHeader(header, sign("envelope", header.to_dict())).to_bytes()
    meter = Meter()
    yield from seal(key, chunks(payload, meter), seal_id=bytes.fromhex(header.seal_id))
    _same(header, meter)


def open_header(stream: BinaryIO) -> SignedHeader:
    """Read the header at the start of a stream and leave the stream at the sealed payload.

    Reads at most 64 KiB and a little. Only the form is checked, not who signed it.

    Raises
    ------
    ExchangeError
        ``exchange.malformed`` for anything but the one spelling of a header.
    """
    value, signature = read_frame(stream, MAGIC, MAX_HEADER_BYTES, _malformed)
    return SignedHeader(Header.from_dict(value), signature)


def unpack(stream: BinaryIO, signed: SignedHeader, unwrap: Unwrapper) -> Iterator[bytes]:
    """Yield the payload of an envelope whose header was checked.

    A missing end or another digest is only known at the end: act on nothing before the iterator
    is exhausted.

    Parameters
    ----------
    stream
        Stands at the sealed payload, where `open_header` left it.
    signed
        The header, checked with `dure.exchange.membership.check`.
    unwrap
        Opens the wrapped key with the node's sealing key.

    Raises
    ------
    ExchangeError
        ``exchange.altered`` when the payload does not open whole, ``exchange.digest`` when it is
        not the one that was signed.
    """
    header = signed.header
    altered = ExchangeError("exchange.altered", number=header.number, agency=header.sender)
    try:
        key = unwrap(bytes.fromhex(header.wrapped_key), header.key_info())
    except CoreError as error:
        raise altered from error
    if len(key) != KEY_BYTES:
        raise altered
    meter = Meter()
    sealed = unseal(
        key, blocks(stream), where=header.file_name(), expected=bytes.fromhex(header.seal_id)
    )
    while True:
        try:
            chunk = next(sealed, None)
        except StorageError as error:
            raise altered from error
        if chunk is None:
            break
        meter.add(chunk)
        if meter.size > header.payload_size:
            break
        yield chunk
    _same(header, meter)


def _same(header: Header, meter: Meter) -> None:
    if (meter.size, meter.digest) != (header.payload_size, header.payload_digest):
        raise ExchangeError("exchange.digest", number=header.number, agency=header.sender)


def _malformed(where: str, reason: str) -> ExchangeError:
    return ExchangeError("exchange.malformed", where=where, reason=reason)
