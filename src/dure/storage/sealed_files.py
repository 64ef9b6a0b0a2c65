"""Sealed files: a whole file sealed into another, quickly and never half.

The target appears under its name only when it is complete and on disk: it is written as a
temporary neighbour, synced, renamed, and the folder is synced. The digest of the content, when
wanted, runs in a second thread (SHA-256 takes far longer than AES-GCM and frees the interpreter
lock), so that it costs little while a processor is free.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography.exceptions import InvalidTag

from dure.core import faults
from dure.storage.errors import StorageError, files
from dure.storage.seal import (
    CHUNK_BYTES,
    FRAME_BYTES,
    HEADER_BYTES,
    TAG_BYTES,
    Seal,
    new_seal,
    nonce,
    open_block,
    open_seal,
    refuse_more,
)

_IN_FLIGHT = 4


@dataclass(frozen=True, slots=True)
class SealedFile:
    """What sealing or unsealing a file tells.

    Parameters
    ----------
    seal_id
        Hex of the random seal id.
    size
        Bytes of content.
    digest
        ``sha256:<hex>`` of the content, or "" when it was not asked for.
    """

    seal_id: str
    size: int
    digest: str


def seal_file(
    key: bytes,
    source: Path,
    target: Path,
    *,
    digest: bool = True,
    chunk_bytes: int = CHUNK_BYTES,
) -> SealedFile:
    """Seal a file into another.

    Parameters
    ----------
    key
        32 random bytes.
    source, target
        What to read and what to write; an existing target is replaced.
    digest
        Whether to digest the content on the way.
    chunk_bytes
        As `dure.storage.seal.new_seal`.

    Raises
    ------
    StorageError
        ``storage.file``, ``storage.no-space``; the target is then as it was before.
    """
    began = new_seal(key, chunk_bytes=chunk_bytes)
    with open_source(source) as reading, new_file(target) as writing, _digester(digest) as summing:
        with files(target):
            write_all(writing, began.header)
        size = _seal_blocks(began, reading, writing, summing, source, target)
        summed = summing.finish()
    return SealedFile(began.id.hex(), size, summed)


def _seal_blocks(
    began: Seal, reading: int, writing: int, summing: _Digester, source: Path, target: Path
) -> int:
    """Encrypt block after block; one chunk is read ahead to know the final one."""
    size, index = 0, 0
    out = bytearray(FRAME_BYTES + began.chunk_bytes + TAG_BYTES)
    whole = memoryview(out)
    buffers = [memoryview(bytearray(began.chunk_bytes)) for _ in range(_IN_FLIGHT)]
    ahead = _fill(reading, buffers[0], source)
    final = False
    while not final:
        chunk = ahead
        slot = (index + 1) % _IN_FLIGHT
        summing.update(index, chunk)
        summing.wait(index + 1 - _IN_FLIGHT)  # the buffer read into next must be summed already
        ahead = (
            _fill(reading, buffers[slot], source) if len(chunk) == began.chunk_bytes else chunk[:0]
        )
        final = len(ahead) == 0
        length = len(chunk)
        whole[:FRAME_BYTES] = began.frame(index, length, final=final)
        block = whole[: FRAME_BYTES + length + TAG_BYTES]
        began.cipher.encrypt_into(
            nonce(index), chunk, began.bound(index, final=final), block[FRAME_BYTES:]
        )
        with files(target):
            write_all(writing, block)
        faults.point("seal.block.written")
        size += length
        index += 1
    return size


def unseal_file(key: bytes, source: Path, target: Path, *, digest: bool = True) -> SealedFile:
    """Write the content of a sealed file to another file.

    Raises
    ------
    StorageError
        ``storage.seal-…`` as `dure.storage.seal.unseal`, ``storage.file``, ``storage.no-space``;
        the target is then as it was before.
    """
    where = source.name
    with open_source(source) as reading, new_file(target) as writing, _digester(digest) as summing:
        began = open_seal(key, bytes(_fill(reading, _room(HEADER_BYTES), source)), where=where)
        buffers = [_room(began.chunk_bytes) for _ in range(_IN_FLIGHT)]
        frame_room, block_room = _room(FRAME_BYTES), _room(began.chunk_bytes + TAG_BYTES)
        size, index, final = 0, 0, False
        while not final:
            frame = bytes(_fill(reading, frame_room, source))
            length, final = open_block(began, frame, index, where=where)
            block = _fill(reading, block_room[: length + TAG_BYTES], source)
            if len(block) < length + TAG_BYTES:
                raise StorageError("storage.seal-truncated", where=where, index=index)
            summing.wait(index - _IN_FLIGHT)
            chunk = buffers[index % _IN_FLIGHT][:length]
            bound = began.bound(index, final=final)
            try:
                began.cipher.decrypt_into(nonce(index), block, bound, chunk)
            except InvalidTag:
                raise StorageError("storage.seal-altered", where=where, index=index) from None
            summing.update(index, chunk)
            with files(target):
                write_all(writing, chunk)
            size += length
            index += 1
        refuse_more(began, bytes(_fill(reading, frame_room, source)), index, where=where)
        summed = summing.finish()
    return SealedFile(began.id.hex(), size, summed)


@contextmanager
def open_source(path: Path) -> Iterator[int]:
    """Give a descriptor to read a file from.

    Raises
    ------
    StorageError
        ``storage.file``.
    """
    with files(path):
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def new_file(target: Path, *, mode: int = 0o600) -> Iterator[int]:
    """Give a descriptor to write; the file takes its name only when the body ends well.

    Parameters
    ----------
    target
        Name it will have; what had that name is replaced in one step.
    mode
        Permission bits.

    Raises
    ------
    StorageError
        ``storage.file``, ``storage.no-space``; nothing is left behind then.
    """
    partial = target.with_name(f".{target.name}.{os.urandom(8).hex()}.partial")
    with files(target):
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        try:
            yield descriptor
            with files(target):
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        faults.point("file.written")
        with files(target):
            partial.rename(target)
            faults.point("file.renamed")
            sync_folder(target.parent)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Put a folder's entries on disk.

    Raises
    ------
    OSError
        When the system refuses.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_all(descriptor: int, data: bytes | memoryview) -> None:
    """Write every byte.

    Raises
    ------
    OSError
        When the system refuses.
    """
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _room(size: int) -> memoryview:
    return memoryview(bytearray(size))


def _fill(descriptor: int, buffer: memoryview, path: Path) -> memoryview:
    """Return the part of the buffer that the file filled: all of it but at the end."""
    got = 0
    with files(path):
        while got < len(buffer) and (read := os.readv(descriptor, [buffer[got:]])):
            got += read
    return buffer[:got]


class _Digester:
    """Digests buffers in order in a second thread; or, switched off, nothing at all."""

    def __init__(self, pool: ThreadPoolExecutor | None) -> None:
        self._pool = pool
        self._hash = hashlib.sha256()
        self._waiting: dict[int, Future[None]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True)

    def update(self, index: int, chunk: memoryview) -> None:
        """Have the chunk digested; it must not change until `wait` returns for its index."""
        if self._pool is not None:
            self._waiting[index] = self._pool.submit(self._hash.update, chunk)

    def wait(self, index: int) -> None:
        """Return when the chunk of that index is digested."""
        if index in self._waiting:
            self._waiting.pop(index).result()

    def finish(self) -> str:
        """Return the digest of all chunks, "" when switched off."""
        if self._pool is None:
            return ""
        for index in sorted(self._waiting):
            self.wait(index)
        return "sha256:" + self._hash.hexdigest()


def _digester(wanted: bool) -> AbstractContextManager[_Digester]:
    if not wanted:
        return nullcontext(_Digester(None))
    return _Digester(ThreadPoolExecutor(1, thread_name_prefix="dure-digest"))
