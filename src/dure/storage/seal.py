"""Seals: content encrypted in blocks, so that it streams and every fault has its name.

::

    seal   = header, block 0, block 1, …, the block that is marked final
    header = "DURESEAL" | version 2 | 0 2 | chunk size 4 | seal id 16 | crc 4 | mac 16
    block  = seal id 16 | index 8 | final 1 bit, length 31 bit | crc 4 | ciphertext | tag 16

Integers are big-endian, sizes in bytes. Every block but the final one holds exactly one chunk. Two
keys are derived from the caller's and the random seal id (HKDF-SHA256): one authenticates the
header, which also ties the seal to one key; the other encrypts the blocks with AES-256-GCM, nonce
= index, associated data = magic, version, seal id, index, final flag. So no nonce ever repeats
under a key, whatever else the caller seals with it.

The frame of a block stands in clear so that a reader can say *what* is wrong: content cut short,
blocks of this seal in another order, a block of another seal, bytes altered. The crc only tells an
accident in the frame from a move; what is refused is decided by the authentication alone.

Sources
-------
NIST SP 800-38D (GCM) §8.2.1; RFC 5869 (HKDF); Hoang, Reyhanitabar, Rogaway, Vizár, "Online
Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance" (2015), §7 (STREAM).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dure.storage.errors import StorageError

MAGIC = b"DURESEAL"
VERSION = 1
KEY_BYTES = 32
ID_BYTES = 16
TAG_BYTES = 16
CHUNK_BYTES = 512 * 1024
MIN_CHUNK_BYTES = 64
MAX_CHUNK_BYTES = 1024 * 1024

_HEADER = struct.Struct(">8sHHI16s")
_FRAME = struct.Struct(">16sQI")
_AAD = struct.Struct(">8sH16sQB")
_CRC = struct.Struct(">I")
_FINAL = 1 << 31

HEADER_BYTES = _HEADER.size + _CRC.size + TAG_BYTES
FRAME_BYTES = _FRAME.size + _CRC.size


@dataclass(frozen=True, slots=True)
class Seal:
    """One seal under way: its id, chunk size and block cipher. For the modules of storage.

    Parameters
    ----------
    id
        16 bytes that no other seal has.
    chunk_bytes
        Bytes of content in every block but the final one.
    cipher
        AES-256-GCM under this seal's own key.
    header
        The header as it stands at the front.
    """

    id: bytes
    chunk_bytes: int
    cipher: AESGCM
    header: bytes

    def frame(self, index: int, length: int, *, final: bool) -> bytes:
        """Return the clear frame of a block."""
        body = _FRAME.pack(self.id, index, length | (_FINAL if final else 0))
        return body + _CRC.pack(zlib.crc32(body))

    def bound(self, index: int, *, final: bool) -> bytes:
        """Return the associated data of a block."""
        return _AAD.pack(MAGIC, VERSION, self.id, index, final)


def nonce(index: int) -> bytes:
    """Return the 96-bit nonce of a block."""
    return index.to_bytes(12, "big")


def new_seal(key: bytes, *, chunk_bytes: int = CHUNK_BYTES, seal_id: bytes | None = None) -> Seal:
    """Return a new seal under a key.

    Parameters
    ----------
    key
        32 random bytes.
    chunk_bytes
        64 to 1,048,576.
    seal_id
        16 bytes never used before with this key; random when not given.

    Raises
    ------
    ValueError
        When a parameter is out of range.
    """
    seal_id = os.urandom(ID_BYTES) if seal_id is None else seal_id
    if len(key) != KEY_BYTES or len(seal_id) != ID_BYTES:
        raise ValueError("a key has 32 bytes and a seal id 16")
    if not MIN_CHUNK_BYTES <= chunk_bytes <= MAX_CHUNK_BYTES:
        raise ValueError("a chunk has 64 to 1048576 bytes")
    front = _HEADER.pack(MAGIC, VERSION, 0, chunk_bytes, seal_id)
    front += _CRC.pack(zlib.crc32(front))
    block_key, mac = _derive(key, seal_id, front)
    return Seal(seal_id, chunk_bytes, AESGCM(block_key), front + mac)


def open_seal(
    key: bytes, header: bytes, *, where: str = "seal", expected: bytes | None = None
) -> Seal:
    """Return the seal that a header begins.

    Parameters
    ----------
    key
        32 bytes.
    header
        The first `HEADER_BYTES` of the sealed content.
    where
        What is being read, for messages.
    expected
        The seal id that must stand here, when the caller knows it.

    Raises
    ------
    StorageError
        ``storage.seal-truncated``, ``storage.seal-header``, or ``storage.seal-swapped`` when an
        intact header of another seal stands here.
    """
    if len(header) < HEADER_BYTES:
        if not header or MAGIC.startswith(header[:8]) or header.startswith(MAGIC):
            raise StorageError("storage.seal-truncated", where=where, index=0)
        raise StorageError("storage.seal-header", where=where)
    front, mac = header[:-TAG_BYTES], header[-TAG_BYTES:]
    magic, version, zero, chunk_bytes, seal_id = _HEADER.unpack_from(front)
    intact = _CRC.unpack_from(front, _HEADER.size)[0] == zlib.crc32(front[: _HEADER.size])
    known = (magic, version, zero) == (MAGIC, VERSION, 0)
    if not (intact and known and MIN_CHUNK_BYTES <= chunk_bytes <= MAX_CHUNK_BYTES):
        raise StorageError("storage.seal-header", where=where)
    if expected is not None and seal_id != expected:
        raise StorageError("storage.seal-swapped", where=where, index=0)
    block_key, right = _derive(key, seal_id, front)
    if not hmac.compare_digest(mac, right):
        raise StorageError("storage.seal-header", where=where)
    return Seal(seal_id, chunk_bytes, AESGCM(block_key), header)


def open_block(seal: Seal, frame: bytes, index: int, *, where: str) -> tuple[int, bool]:
    """Return the content length and the final flag that the frame of the block at ``index`` claims.

    Raises
    ------
    StorageError
        ``storage.seal-truncated``, ``-altered``, ``-swapped`` or ``-reordered``.
    """
    if len(frame) < FRAME_BYTES:
        raise StorageError("storage.seal-truncated", where=where, index=index)
    seal_id, claimed, word = _FRAME.unpack_from(frame)
    length, final = word & ~_FINAL, bool(word & _FINAL)
    if _CRC.unpack_from(frame, _FRAME.size)[0] != zlib.crc32(frame[: _FRAME.size]):
        raise StorageError("storage.seal-altered", where=where, index=index)
    if seal_id != seal.id:
        raise StorageError("storage.seal-swapped", where=where, index=index)
    if claimed != index:
        raise StorageError("storage.seal-reordered", where=where, index=index)
    if length > seal.chunk_bytes or (length < seal.chunk_bytes and not final):
        raise StorageError("storage.seal-altered", where=where, index=index)
    return length, final


def seal(
    key: bytes,
    chunks: Iterable[bytes],
    *,
    chunk_bytes: int = CHUNK_BYTES,
    seal_id: bytes | None = None,
) -> Iterator[bytes]:
    """Yield the sealed form of content: the header, then one block at a time.

    Parameters
    ----------
    key
        32 random bytes; may seal any number of contents.
    chunks
        The content, cut anywhere.
    chunk_bytes, seal_id
        As `new_seal`.

    Examples
    --------
    >>> key = bytes(32)
    >>> b"".join(unseal(key, seal(key, [b"the common ", b"field"])))
    b'the common field'
    """
    began = new_seal(key, chunk_bytes=chunk_bytes, seal_id=seal_id)
    yield began.header
    index = 0
    held: bytes | None = None  # one chunk back, for the final one is only known at the end
    for chunk in _evenly(chunks, began.chunk_bytes):
        if held is not None:
            yield _block(began, held, index, final=False)
            index += 1
        held = chunk
    yield _block(began, held or b"", index, final=True)


def _block(began: Seal, chunk: bytes, index: int, *, final: bool) -> bytes:
    bound = began.bound(index, final=final)
    ciphertext = began.cipher.encrypt(nonce(index), chunk, bound)
    return began.frame(index, len(chunk), final=final) + ciphertext


def unseal(
    key: bytes,
    blocks: Iterable[bytes],
    *,
    where: str = "seal",
    expected: bytes | None = None,
) -> Iterator[bytes]:
    """Yield the content of a seal, each chunk only after it is proven.

    A missing end is only known at the end: act on nothing before the iterator is exhausted.

    Parameters
    ----------
    key
        The key it was sealed with.
    blocks
        The sealed bytes, cut anywhere.
    where
        What is being read, for messages.
    expected
        The seal id that must stand here, when the caller knows it.

    Raises
    ------
    StorageError
        ``storage.seal-header``, ``-truncated``, ``-reordered``, ``-swapped`` or ``-altered``.
    """
    source = _Source(blocks)
    began = open_seal(key, source.take(HEADER_BYTES), where=where, expected=expected)
    index, final = 0, False
    while not final:
        length, final = open_block(began, source.take(FRAME_BYTES), index, where=where)
        ciphertext = source.take(length + TAG_BYTES)
        if len(ciphertext) < length + TAG_BYTES:
            raise StorageError("storage.seal-truncated", where=where, index=index)
        try:
            bound = began.bound(index, final=final)
            chunk = began.cipher.decrypt(nonce(index), ciphertext, bound)
        except InvalidTag:
            raise StorageError("storage.seal-altered", where=where, index=index) from None
        if final:
            refuse_more(began, source.take(FRAME_BYTES), index + 1, where=where)
        if chunk:
            yield chunk
        index += 1


def refuse_more(began: Seal, after: bytes, index: int, *, where: str) -> None:
    """Refuse bytes after the final block, by their name.

    Raises
    ------
    StorageError
        ``storage.seal-swapped``, ``-reordered`` or ``-altered`` when there are any.
    """
    if not after:
        return
    if len(after) == FRAME_BYTES:
        open_block(began, after, index, where=where)
    raise StorageError("storage.seal-altered", where=where, index=index)


def _derive(key: bytes, seal_id: bytes, front: bytes) -> tuple[bytes, bytes]:
    """Return the block key and the header's authentication code."""
    extracted = hmac.digest(seal_id, key, "sha256")
    block_key = hmac.digest(extracted, b"dure/seal/v1/block\x01", "sha256")
    header_key = hmac.digest(extracted, b"dure/seal/v1/header\x01", "sha256")
    return block_key, hmac.digest(header_key, front, hashlib.sha256)[:TAG_BYTES]


def _evenly(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Yield the same bytes in pieces of ``size``, the last one shorter; nothing for no bytes."""
    source = _Source(chunks)
    while piece := source.take(size):
        yield piece


class _Source:
    """Takes exact lengths from bytes that come cut anywhere."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = memoryview(b"")

    def take(self, size: int) -> bytes:
        """Return ``size`` bytes, fewer only at the end."""
        rest = self._rest
        if len(rest) == 0:
            rest = self._next()
        if len(rest) >= size:
            self._rest = rest[size:]
            whole = rest.obj
            if len(rest) == size and isinstance(whole, bytes) and len(whole) == size:
                return whole
            return bytes(rest[:size])
        parts = [rest]
        missing = size - len(rest)
        while missing and len(part := self._next()):
            parts.append(part[:missing])
            self._rest = part[missing:]
            missing -= len(parts[-1])
        if missing:
            self._rest = memoryview(b"")
        return b"".join(parts)

    def _next(self) -> memoryview:
        for chunk in self._chunks:
            if len(chunk):
                return memoryview(chunk)
        return memoryview(b"")
