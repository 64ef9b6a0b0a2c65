"""From bytes to text: the encoding of a file, found by reading all of it.

A byte order mark decides; without one, text that is strictly UTF-8 is UTF-8, else text that is
strictly CP949 (the Korean extension of EUC-KR) is that. UTF-16 without a mark is tried where the first
bytes have the zeros that its separators and digits have. Nothing is ever replaced or dropped.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from dure.readers.faults import Fault

_BLOCK_BYTES = 1 << 20
_HEAD_BYTES = 1 << 12
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def marked_encoding(raw: Path) -> str:
    """Return the encoding that a byte order mark tells, or ""."""
    head = _head(raw)
    return next((name for mark, name in _MARKS if head.startswith(mark)), "")


def find_encoding(raw: Path, wanted: str) -> str:
    """Return the encoding in which every byte of a file is text.

    Parameters
    ----------
    raw
        The file.
    wanted
        An encoding to hold it to, or "" to find out.

    Raises
    ------
    Fault
        ``readers.encoding`` with the first byte that is wrong.
    """
    marked = marked_encoding(raw)
    if wanted in ("", "utf-8", "utf-8-sig") and marked == "utf-8-sig":
        tried = [marked]
    elif wanted:
        tried = [wanted]
    elif marked:
        tried = [marked]
    else:
        unmarked = _unmarked_utf16(_head(raw))
        tried = [unmarked] if unmarked else ["utf-8", "cp949"]
    offsets = []
    for name in tried:
        offset = first_wrong_byte(raw, name)
        if offset < 0:
            return name
        offsets.append(offset)
    raise Fault("readers.encoding", offset=offsets[0], tried=" / ".join(tried))


def first_wrong_byte(raw: Path, encoding: str) -> int:
    """Return where a file stops being text in an encoding, or -1 when all of it is.

    A NUL is no text: it means that the file is binary, or in an encoding that was not named.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    done = 0
    for block in _blocks(raw):
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            return max(0, done + error.start)
        if "\0" in text:
            return done + max(0, block.find(0))
        done += len(block)
    return -1


def write_utf8(raw: Path, encoding: str, target: Path) -> None:
    """Write the text of a file as UTF-8 without a mark."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with target.open("wb") as file:
        for number, block in enumerate(_blocks(raw)):
            text = decoder.decode(block, final=not block)
            # Who names the byte order himself may still meet its mark.
            file.write((text.removeprefix("\ufeff") if number == 0 else text).encode("utf-8"))


def _unmarked_utf16(head: bytes) -> str:
    """Return the byte order of UTF-16 in which the first bytes have a line end and the most zeros."""
    for name, line_end, zeros, others in (
        ("utf-16-le", b"\n\0", head[1::2], head[::2]),
        ("utf-16-be", b"\0\n", head[::2], head[1::2]),
    ):
        units = {head[place : place + 2] for place in range(0, len(head) - 1, 2)}
        if line_end in units and zeros.count(0) > others.count(0):
            return name
    return ""


def _head(raw: Path) -> bytes:
    with raw.open("rb") as file:
        return file.read(_HEAD_BYTES)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            yield block
    yield b""
