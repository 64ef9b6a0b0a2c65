"""Files of a node as one stream, to be sealed; read back strictly.

::

    stream = head, entry…, foot
    head   = {"bound":DIGEST,"format":"dure/backup-files/v1"} LF
    entry  = {"folder":NAME} LF  |  {"file":NAME,"size":BYTES} LF, then that many bytes
    foot   = {"entries":COUNT} LF, and nothing after it

Only plain files and folders are written: what else lies there (links, pipes, sockets) is left out,
and no link is followed on the way to it, since the folder may belong to a process that is trusted
less than the one that reads it. ``bound`` says which backup the stream belongs to.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dure.core.canonical import canonical_json, parse_canonical
from dure.core.errors import CoreError
from dure.storage.errors import StorageError, files
from dure.storage.sealed_files import new_file, write_all

FORMAT = "dure/backup-files/v1"
MAX_LINE_BYTES = 8192
MAX_ENTRIES = 1_000_000
MAX_NAME_BYTES = 1024

_CHUNK = 1 << 20
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NOT_PLAIN = frozenset({errno.ENOENT, errno.ELOOP, errno.ENXIO, errno.ENOTDIR})


def pack(root: Path, names: Iterable[str], *, bound: str) -> Iterator[bytes]:
    """Yield files and folders below a root as a stream.

    Parameters
    ----------
    root
        The folder that the names are relative to.
    names
        Files, and folders with all that lies in them; what is not there is left out.
    bound
        What the reader must find: the digest of the backup's manifest.

    Raises
    ------
    StorageError
        ``storage.file``, also when a file is cut short while it is read.
    """
    yield _line({"format": FORMAT, "bound": bound})
    entries = 0
    for path, descriptor in plain_below(root, names):
        entries += 1
        found = os.fstat(descriptor)
        if stat.S_ISDIR(found.st_mode):
            yield _line({"folder": path})
        else:
            yield _line({"file": path, "size": found.st_size})
            yield from _content(descriptor, found.st_size, root / path)
    yield _line({"entries": entries})


def plain_below(root: Path, names: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Yield plain files and folders, each opened without following a link on the way.

    Parameters
    ----------
    root, names
        As `pack`.

    Yields
    ------
    tuple
        The path below the root, and a descriptor that is open until the next one is asked for.

    Raises
    ------
    StorageError
        ``storage.file``.
    """
    with files(root):
        base = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in names:
            yield from _plain(base, "", name.split("/"))
    finally:
        os.close(base)


@contextmanager
def open_plain(path: Path) -> Iterator[int]:
    """Give a descriptor of a plain file, to read from; neither a link nor a pipe is opened.

    Raises
    ------
    StorageError
        ``storage.file``.
    """
    with files(path):
        descriptor = os.open(path, _READ)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise StorageError("storage.file", path=str(path), reason="not-plain")
        yield descriptor
    finally:
        os.close(descriptor)


def unpack(chunks: Iterable[bytes], target: Path, *, bound: str, where: str) -> int:
    """Write the files of a stream into a folder, each put on disk; return how many entries.

    Parameters
    ----------
    chunks
        The stream, already proven, cut anywhere.
    target
        A folder of the caller's own, in which none of them lies yet.
    bound
        What the head must say.
    where
        What is being read, for messages.

    Raises
    ------
    StorageError
        ``storage.backup`` when it is no such stream, or belongs to another backup;
        ``storage.file``, ``storage.no-space``. What was written until then is left to the caller.
    """
    stream = _Stream(chunks, where)
    head = stream.line()
    if head.get("format") != FORMAT:
        raise stream.refusal()
    if head != {"format": FORMAT, "bound": bound}:
        raise StorageError("storage.backup", where=where, reason="exchanged")
    entries = 0
    while (entry := stream.line()) != {"entries": entries}:
        entries += 1
        size = entry.get("size")
        if entries > MAX_ENTRIES:
            raise stream.refusal()
        if entry.keys() == {"folder"}:
            with files(target):
                (target / stream.name(entry["folder"])).mkdir(0o700, parents=True, exist_ok=True)
        elif entry.keys() == {"file", "size"} and type(size) is int and size >= 0:
            _write(stream, target / stream.name(entry["file"]), size)
        else:
            raise stream.refusal()
    stream.end()
    return entries


def _plain(parent: int, at: str, parts: list[str]) -> Iterator[tuple[str, int]]:
    """Yield path and descriptor of what lies at the end of ``parts``, and of all below it."""
    path = f"{at}/{parts[0]}".lstrip("/")
    try:
        descriptor = os.open(parts[0], _READ, dir_fd=parent)
    except OSError as error:
        if error.errno in _NOT_PLAIN:
            return
        with files(path):
            raise
    try:
        mode = os.fstat(descriptor).st_mode
        if parts[1:]:
            if stat.S_ISDIR(mode):
                yield from _plain(descriptor, path, parts[1:])
        elif stat.S_ISREG(mode):
            yield path, descriptor
        elif stat.S_ISDIR(mode):
            yield path, descriptor
            for name in sorted(os.listdir(descriptor)):
                yield from _plain(descriptor, path, [name])
    finally:
        os.close(descriptor)


def _content(descriptor: int, size: int, path: Path) -> Iterator[bytes]:
    """Yield exactly the bytes that the entry promised."""
    left = size
    while left:
        with files(path):
            chunk = os.read(descriptor, min(left, _CHUNK))
            if not chunk:
                raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        left -= len(chunk)
        yield chunk


def _write(stream: _Stream, path: Path, size: int) -> None:
    with files(path):
        path.parent.mkdir(0o700, parents=True, exist_ok=True)
    if path.is_symlink() or path.exists():
        raise stream.refusal()
    with new_file(path) as descriptor:
        for chunk in stream.bytes(size):
            with files(path):
                write_all(descriptor, chunk)


def _line(value: dict[str, object]) -> bytes:
    return canonical_json(value) + b"\n"


class _Stream:
    """The stream's bytes, taken as lines or by number; each limit is checked before memory is used."""

    def __init__(self, chunks: Iterable[bytes], where: str) -> None:
        self._chunks = iter(chunks)
        self._held = b""
        self._where = where

    def refusal(self) -> StorageError:
        return StorageError("storage.backup", where=self._where, reason="not-files")

    def line(self) -> dict[str, Any]:
        while b"\n" not in self._held:
            if len(self._held) > MAX_LINE_BYTES or not self._more():
                raise self.refusal()
        line, _, rest = self._held.partition(b"\n")
        if len(line) > MAX_LINE_BYTES:
            raise self.refusal()
        self._held = rest
        try:
            value = parse_canonical(line)
        except CoreError:
            raise self.refusal() from None
        if not isinstance(value, dict):
            raise self.refusal()
        return value

    def name(self, value: object) -> str:
        """Return a name that stays below the folder it is written into."""
        if not isinstance(value, str) or len(value.encode("utf-8")) > MAX_NAME_BYTES:
            raise self.refusal()
        if "\0" in value or any(part in ("", ".", "..") for part in value.split("/")):
            raise self.refusal()
        return value

    def bytes(self, size: int) -> Iterator[bytes]:
        while size:
            if not self._held and not self._more():
                raise self.refusal()
            chunk, self._held = self._held[:size], self._held[size:]
            size -= len(chunk)
            yield chunk

    def end(self) -> None:
        if self._held or self._more():
            raise self.refusal()

    def _more(self) -> bool:
        """Take the next chunk in; false at the end of the stream, where the seal is proven whole."""
        for chunk in self._chunks:
            if chunk:
                self._held += chunk
                return True
        return False
