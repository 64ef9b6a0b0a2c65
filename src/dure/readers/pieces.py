"""A table on its way out of the sandbox while it is written: in pieces that end where pages do.

Each piece is a length (4 bytes, big-endian) and so many bytes. A length of zero ends the table; `_AGAIN`
says that what came before is no table, and that it comes anew: a column was of another type after all.
Inside is `PieceWriter`, a file to Arrow's Parquet writer; outside is `received`, which believes nothing.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from dure.readers.page_headers import after_page

LEAST_PIECE_BYTES = 32 * 1024
"""Shorter pages stay together with the next."""
MOST_PIECE_BYTES = 8 << 20
MOST_HELD_BYTES = 1 << 20
"""How much is held back before what is whole of it goes on."""

_HEAD_BYTES = 4
_AGAIN = 0xFFFFFFFF
_MAGIC_BYTES = 4


class Again(Exception):  # noqa: N818 (it leads to another beginning)
    """What came so far is no table; it comes anew."""


class BrokenOff(Exception):  # noqa: N818 (why, the end of the run tells)
    """The stream ended, or went wrong, before the table did."""


class PieceWriter(io.RawIOBase):
    """Takes a Parquet file as it is written, and hands it on piece by piece.

    Parameters
    ----------
    descriptor
        Where the pieces go; it stays open.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._begin()

    def _begin(self) -> None:
        self._held = bytearray()
        self._given = 0
        self._walked = _MAGIC_BYTES
        self._in_pages = False

    def writable(self) -> bool:
        """Say that it is there to be written to."""
        return True

    def tell(self) -> int:
        """Return how many bytes the file has."""
        return self._given + len(self._held)

    def write(self, data: bytes) -> int:  # type: ignore[override]  # Arrow gives bytes
        """Take what comes next in the file."""
        self._held += data
        if self._in_pages and len(self._held) >= MOST_HELD_BYTES:
            self._hand_on_pages()
        return len(data)

    def pages_follow(self) -> None:
        """Know that pages alone are written until `pages_are_whole`, each one's header at once."""
        self._in_pages = True

    def pages_are_whole(self) -> None:
        """Hand on what was written up to here, where a page ends, in pieces that end so, too."""
        self._in_pages = False
        self._hand_on_pages()

    def _hand_on_pages(self) -> None:
        begun = self._given
        ends = []
        while True:
            if self._walked > self.tell():
                break  # in the middle of a page
            if self._walked - begun >= LEAST_PIECE_BYTES:
                ends.append(self._walked - self._given)
                begun = self._walked
            if self._walked == self.tell():
                break
            self._walked = self._given + after_page(self._held, self._walked - self._given)
        start = 0
        with memoryview(self._held) as held:
            for end in ends:
                self._hand_on(held[start:end])
                start = end
        del self._held[:start]
        self._given += start

    def end(self) -> None:
        """Hand on the rest: the file is whole."""
        self._hand_on(memoryview(bytes(self._held)))
        self._send((0).to_bytes(_HEAD_BYTES, "big"))

    def again(self) -> None:
        """Forget the file; another one begins."""
        if self._given:
            self._send(_AGAIN.to_bytes(_HEAD_BYTES, "big"))
        self._begin()

    def _hand_on(self, piece: memoryview) -> None:
        for start in range(0, len(piece), MOST_PIECE_BYTES):
            part = piece[start : start + MOST_PIECE_BYTES]
            self._send(len(part).to_bytes(_HEAD_BYTES, "big"))
            self._send(part)

    def _send(self, data: bytes | memoryview) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]


Target = Path | PieceWriter
"""Where a reader writes its table: a file, or the way out."""


def received(pipe: BinaryIO) -> Iterator[bytes]:
    """Yield the pieces of one table.

    Parameters
    ----------
    pipe
        Where they come from: written by nobody who is trusted.

    Raises
    ------
    Again
        When the table comes anew: call this again.
    BrokenOff
        When the stream ends before the table, or is none.
    """
    while True:
        head = pipe.read(_HEAD_BYTES)
        size = int.from_bytes(head, "big")
        if len(head) == _HEAD_BYTES and size == 0:
            return
        if size == _AGAIN:
            raise Again
        piece = pipe.read(size) if 0 < size <= MOST_PIECE_BYTES else b""
        if len(head) < _HEAD_BYTES or not piece or len(piece) < size:
            raise BrokenOff
        yield piece
