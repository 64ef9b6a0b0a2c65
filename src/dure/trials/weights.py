"""Find pickles among the files of a submission, by what they are and not only by their names.

An algorithm could unpickle something it unpacks by itself; in the sandbox that harms nobody. What is
refused here is weights that whoever takes the algorithm over would have to open with their eyes shut.

Looked into are zips within zips and what is compressed as a whole, as far as `_DEPTH` and `_MOST_BYTES`
go; what goes further is taken for a pickle, since nobody can say that it is none. Not seen is one that is
encrypted, stands in the middle of a file, or is of protocol 0 and imports nothing.
"""

from __future__ import annotations

import bz2
import io
import lzma
import pickletools
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

_SUFFIXES = (".pkl", ".pickle", ".joblib", ".p", ".pt", ".pth", ".ckpt", ".mar")
_NPY = b"\x93NUMPY"
_HEADER_BYTES = 4096
_DEPTH = 3
_MOST_MEMBERS = 4096
_MOST_BYTES = 64 * 1024 * 1024
"""Bytes that are unpacked of one file, all that is in it together."""

_XZ = (b"\xfd7zXZ\0", b"\x5d\x00\x00")
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    EOFError,
    OSError,
)
_OPCODES = frozenset(opcode.code.encode("latin-1") for opcode in pickletools.opcodes)
_TEXT = re.compile(rb"[(\]}ld0-9p\n]{0,16}c[\w.]+\n[\w.]+\n")
"""How a pickle of protocol 0 begins that names something to import."""
_MOST_TEXT = 1 << 20


def find_pickle(files: Mapping[str, bytes]) -> str:
    r"""Return the name of the first file that is a pickle or holds one; empty when none does.

    Parameters
    ----------
    files
        Relative path -> content.

    Source
    ------
    Python ``pickletools``: protocols 2 to 5 begin with the opcode PROTO; PyTorch's ``torch.save``:
    a zip with ``data.pkl``; NumPy NEP 1: arrays of objects are pickled, in an ``.npz`` as well.

    Examples
    --------
    >>> find_pickle({"weights.bin": b"\x80\x04N."})
    'weights.bin'
    >>> find_pickle({"algorithm.py": b"print()"})
    ''
    """
    for name, data in sorted(files.items()):
        if _is_pickle(name, partial(_beginning, data), _Room(_MOST_BYTES), _DEPTH):
            return name
    return ""


Reader = Callable[[int], bytes]
"""Gives the first bytes of a content, so many at most."""


class _TooMuchError(Exception):
    """More is packed in there than is looked at."""


class _Room:
    """How much may still be unpacked of a file."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, content: bytes) -> bytes:
        self.left -= len(content)
        if self.left < 0:
            raise _TooMuchError
        return content


def _beginning(data: bytes, most: int) -> bytes:
    return data[:most]


def _is_pickle(name: str, read: Reader, room: _Room, depth: int) -> bool:
    if name.lower().endswith(_SUFFIXES):
        return True
    head = read(_HEADER_BYTES)
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return head[2:3] in _OPCODES  # what stands behind its end changes nothing
    if head.startswith(_NPY):
        return _holds_objects(head)
    if _TEXT.match(head):
        return _ends(read(_MOST_TEXT))
    try:
        if (unpacker := _packed(head)) is not None:
            inside = partial(_unpacked, unpacker, read, room)
            return depth == 0 or _is_pickle("", inside, room, depth - 1)
        if head.startswith(b"PK") or (depth == _DEPTH and _ends_as_zip(read)):
            return depth == 0 or _holds_pickle(read(room.left + 1), room, depth - 1)
    except _TooMuchError:
        return True
    except _UNREADABLE:
        return False
    return False


def _ends(data: bytes) -> bool:
    try:
        return any(opcode.name == "STOP" for opcode, _, _ in pickletools.genops(data))
    except ValueError:
        return False


def _ends_as_zip(read: Reader) -> bool:
    """Say whether a zip's directory is at the end, whatever stands in front of it."""
    return zipfile.is_zipfile(io.BytesIO(read(_MOST_BYTES)))


def _packed(head: bytes) -> Callable[[], Any] | None:
    """Return what unpacks a file that is compressed as a whole; None when it isn't."""
    if head.startswith(b"\x1f\x8b"):
        return partial(zlib.decompressobj, wbits=31)
    if head[:1] == b"\x78" and int.from_bytes(head[:2]) % 31 == 0:
        return zlib.decompressobj
    if head.startswith(b"BZh"):
        return bz2.BZ2Decompressor
    if head.startswith(_XZ):
        return partial(lzma.LZMADecompressor, memlimit=_MOST_BYTES)
    return None


def _unpacked(unpacker: Callable[[], Any], read: Reader, room: _Room, most: int) -> bytes:
    packed = read(room.left + 1)
    return room.take(unpacker().decompress(packed, min(most, room.left + 1)))


def _holds_pickle(data: bytes, room: _Room, depth: int) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        if len(members) > _MOST_MEMBERS:
            return True
        # All names before any content: a name is enough, and content may be broken.
        if any(member.filename.lower().endswith(_SUFFIXES) for member in members):
            return True
        return any(
            _is_pickle("", partial(_member, archive, each, room), room, depth) for each in members
        )


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, room: _Room, most: int) -> bytes:
    try:
        with archive.open(member) as opened:
            return room.take(opened.read(min(most, room.left + 1)))
    except _UNREADABLE:
        return b""  # nor can anybody else


def _holds_objects(data: bytes) -> bool:
    return data.startswith(_NPY) and (b"|O" in data or b"'O'" in data)
