"""A folder as one string of bytes, and back: POSIX ustar in exactly one spelling.

Names are sorted, and owner, time and mode are constants, so that the same files give the same bytes. The
reader rebuilds every header from the name and size it found and demands the same 512 bytes back:
links, devices, extension headers, padding tricks and every second spelling fall away by themselves.
"""

from __future__ import annotations

import os
import re
import stat
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from dure.core.system import reason_of
from dure.trials.errors import TrialsError

MOST_FILES = 256
MOST_BYTES = 32 * 1024 * 1024
MOST_NAME = 100
MOST_DEPTH = 8

_BLOCK = 512
_END = bytes(2 * _BLOCK)
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_SKIPPED = ("__pycache__",)


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return the one spelling of these files.

    Parameters
    ----------
    files
        Relative path with ``/`` -> content.

    Raises
    ------
    TrialsError
        ``trials.folder`` when a name, a size or the count is not allowed.

    Source
    ------
    IEEE Std 1003.1, pax, "ustar Interchange Format".

    Examples
    --------
    >>> unpack(pack({"algorithm.toml": b"x"}))
    {'algorithm.toml': b'x'}
    """
    if not files or len(files) > MOST_FILES:
        raise _folder(".", "file-count", count=len(files))
    if sum(map(len, files.values())) > MOST_BYTES:
        raise _folder(".", "too-large")
    blocks: list[bytes] = []
    for name in sorted(files):
        if not _allowed(name) or any(above in files for above in _above(name)):
            raise _folder(ascii(name)[:64], "name-not-allowed")
        content = files[name]
        blocks += [_header(name, len(content)), content, bytes(-len(content) % _BLOCK)]
    return b"".join(blocks) + _END


def unpack(data: bytes) -> dict[str, bytes]:
    """Return the files of packed bytes, in order of name.

    Raises
    ------
    TrialsError
        ``trials.package`` when the bytes are not exactly what `pack` writes.
    """
    if len(data) > MOST_BYTES + (2 * MOST_FILES + 2) * _BLOCK:
        raise _package(0, "too-large")
    files: dict[str, bytes] = {}
    offset, last, total = 0, "", 0
    while data[offset : offset + _BLOCK] != bytes(_BLOCK):
        if len(files) == MOST_FILES:
            raise _package(offset, "too-many-files")
        name, size = _read_header(data, offset)
        total += size
        if name <= last or any(above in files for above in _above(name)):
            raise _package(offset, "not-in-order")
        if total > MOST_BYTES:
            raise _package(offset, "too-large")
        start = offset + _BLOCK
        end = start + size
        offset = end + -size % _BLOCK
        if len(data) < offset or any(data[end:offset]):
            raise _package(start, "cut-off")
        files[name], last = data[start:end], name
    if not files or data[offset:] != _END:
        raise _package(offset, "no-end")
    return files


def read_folder(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder, following no link; hidden files and caches are left out.

    Raises
    ------
    TrialsError
        ``trials.folder`` when the folder is missing, too large, or holds something else than plain
        files and folders.
    """
    files: dict[str, bytes] = {}
    waiting = [(folder, "")]
    room = MOST_BYTES
    while waiting:
        place, prefix = waiting.pop()
        for entry in _entries(place, prefix or str(folder)):
            name = prefix + entry.name
            if entry.name.startswith(".") or entry.name in _SKIPPED or name.endswith(".pyc"):
                continue
            if entry.is_symlink():
                raise _folder(ascii(name)[:64], "link")
            if entry.is_dir(follow_symlinks=False):
                if name.count("/") >= MOST_DEPTH:
                    raise _folder(ascii(name)[:64], "too-deep")
                waiting.append((Path(entry.path), name + "/"))
                continue
            files[name] = _read_plain(entry.path, name, room)
            room -= len(files[name])
            if len(files) > MOST_FILES:
                raise _folder(".", "too-many-files")
    return files


def read_files(folder: Path, names: Iterable[str]) -> dict[str, bytes]:
    """Return these plain files of a folder, following no link.

    Raises
    ------
    TrialsError
        ``trials.folder``.
    """
    files: dict[str, bytes] = {}
    for name in names:
        files[name] = _read_plain(
            str(folder / name), name, MOST_BYTES - sum(map(len, files.values()))
        )
    return files


def _entries(place: Path, shown: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(place) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        raise _folder(shown, reason_of(error)) from None


def _read_plain(path: str, name: str, room: int) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _folder(ascii(name)[:64], reason_of(error)) from None
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise _folder(ascii(name)[:64], "not-plain")
        content = file.read(room + 1)
    if len(content) > room:
        raise _folder(".", "too-large")
    return content


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size = size
    return info.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")


def _read_header(data: bytes, offset: int) -> tuple[str, int]:
    header = data[offset : offset + _BLOCK]
    try:
        name = header[:MOST_NAME].rstrip(b"\0").decode("ascii")
        size = int(header[124:135], 8)
    except ValueError:
        raise _package(offset, "unreadable-header") from None
    if not _allowed(name) or not 0 <= size <= MOST_BYTES or _header(name, size) != header:
        raise _package(offset, "other-form")
    return name, size


def _allowed(name: str) -> bool:
    parts = name.split("/")
    return (
        len(name) <= MOST_NAME
        and len(parts) <= MOST_DEPTH + 1
        and all(_PART.fullmatch(part) for part in parts)
    )


def _above(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def _folder(path: str, reason: str, **facts: object) -> TrialsError:
    return TrialsError(
        "trials.folder",
        path=path,
        reason=reason,
        limit_mib=MOST_BYTES // (1024 * 1024),
        limit_files=MOST_FILES,
        **facts,
    )


def _package(offset: int, reason: str) -> TrialsError:
    return TrialsError("trials.package", offset=offset, reason=reason)
