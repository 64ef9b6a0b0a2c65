"""Several files as one run of bytes: how they go into the sandbox, and how they are taken apart there.

A header of JSON says what the files are; then each file follows in chunks, each with its length before
it, and ends with a chunk of length 0. Neither side holds more than a chunk.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

_LENGTH = struct.Struct("<I")
MAX_HEADER = 1 << 30


class Given(msgspec.Struct, frozen=True, array_like=True):
    """What is said of a file before its content.

    Parameters
    ----------
    name
        Name of the document, or "" where the file itself names its documents.
    split
        Part that its documents belong to, or "".
    role
        ``text``, or ``annotations`` of the text before it.
    """

    name: str = ""
    split: str = ""
    role: str = "text"


def framed(given: Sequence[Given], contents: Iterable[Iterator[bytes]]) -> Iterator[bytes]:
    """Yield the header and the files."""
    yield from _chunk(msgspec.json.encode(given))
    for content in contents:
        for block in content:
            if block:
                yield from _chunk(block)
        yield _LENGTH.pack(0)


def _chunk(block: bytes) -> Iterator[bytes]:
    yield _LENGTH.pack(len(block))
    yield block


def unframed(raw: BinaryIO, scratch: Path) -> Iterator[tuple[int, Given]]:
    """Yield number and header of each file, whose content then lies in ``scratch``.

    Examples
    --------
    >>> import io, tempfile
    >>> place = Path(tempfile.mkdtemp(), "one")
    >>> run = b"".join(framed([Given("a"), Given("b")], [iter([b"x", b"y"]), iter([])]))
    >>> [(one.name, place.read_bytes()) for _, one in unframed(io.BytesIO(run), place)]
    [('a', b'xy'), ('b', b'')]
    """
    header = msgspec.json.decode(raw.read(_length(raw)), type=list[Given])
    for number, one in enumerate(header):
        with scratch.open("wb") as file:
            while length := _length(raw):
                file.write(raw.read(length))
        yield number, one


def _length(raw: BinaryIO) -> int:
    return int(_LENGTH.unpack(raw.read(_LENGTH.size))[0])
