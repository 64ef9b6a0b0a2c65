"""A table that arrives while it is written: handed to whoever takes it, and called whole only at the end.

Whoever takes a table (seals it, checks it, keeps it in memory) works beside the one who writes it. What he
has is a draft until the blocks end without an error: they do so only when the run has ended well and
all that it said of the table has the right form.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from dure.readers.errors import ReaderError
from dure.readers.pieces import Again, BrokenOff, received

TableSink = Callable[[Iterator[bytes]], None]
Settle = Callable[[], None]
"""Returns when the run has ended as it should, and raises otherwise."""

_MOST_BEGINNINGS = 8
"""An honest reader begins anew for another encoding, for longer rows, and for a type of each of these."""


def take(pipe: BinaryIO, sink: TableSink, settle: Settle, limit_bytes: int) -> None:
    """Hand the table that comes through a pipe to a sink, once more whenever it comes anew.

    Parameters
    ----------
    pipe
        Where it comes from (`dure.readers.pieces`).
    sink
        Called with its blocks; it takes all of them.
    settle
        Called after the last block, before the sink learns that it was the last.
    limit_bytes
        Size of the table, at most.

    Raises
    ------
    ReaderError
        ``readers.stopped`` for a stream that is no table or too long; what ``settle`` raises.
    """
    for _ in range(_MOST_BEGINNINGS):
        blocks = _blocks(pipe, settle, limit_bytes)
        try:
            sink(blocks)
            for _ in blocks:
                pass
        except Again:
            continue
        return
    raise ReaderError("readers.stopped", cause="output", size_bytes=0)


def _blocks(pipe: BinaryIO, settle: Settle, limit_bytes: int) -> Iterator[bytes]:
    size = 0
    try:
        for block in received(pipe):
            size += len(block)
            if size > limit_bytes:
                raise ReaderError("readers.stopped", cause="output-size", size_bytes=0)
            yield block
    except BrokenOff:
        settle()  # why, the run's end says
        raise ReaderError("readers.stopped", cause="output", size_bytes=0) from None
    settle()


def unframed(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the pieces of a table from the blocks of a file that holds its stream.

    Raises
    ------
    ReaderError
        ``readers.stopped`` when that is no table.
    """
    with io.BufferedReader(_Blocks(blocks), 1 << 20) as pipe:
        try:
            yield from received(pipe)
        except (Again, BrokenOff):
            raise ReaderError("readers.stopped", cause="output", size_bytes=0) from None


class _Blocks(io.RawIOBase):
    """Blocks as a file to read from."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        super().__init__()
        self._blocks, self._rest = blocks, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any) -> int:
        if not self._rest:
            self._rest = memoryview(next(self._blocks, b""))
        size = min(len(room), len(self._rest))
        room[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
