"""From bytes to text: the encoding of a file, found by reading all of it.

A byte order mark decides; without one, text that is strictly UTF-8 is UTF-8, else text that is
strictly CP949 (the Korean extension of EUC-KR) is that. Nothing is ever replaced or dropped.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from dure.readers.faults import Fault

_BLOCK_BYTES = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


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
    with raw.open("rb") as file:
        head = file.read(4)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), "")
    if wanted in ("", "utf-8", "utf-8-sig") and marked == "utf-8-sig":
        tried = [marked]
    elif wanted:
        tried = [wanted]
    else:
        tried = [marked] if marked else ["utf-8", "cp949"]
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
        for block in _blocks(raw):
            file.write(decoder.decode(block, final=not block).encode("utf-8"))


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            yield block
    yield b""
