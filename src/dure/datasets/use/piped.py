"""A sealed table that streams by, read in bounded memory.

Parquet says at its end where everything lies, and the keeper gives a pipe that nobody can turn
back. So the first stream is digested and held against the document before anybody gets a row, and
leaves the file's end; each later stream gives the blocks as they pass, one in memory at a time.
Reading in another order (a shuffle) takes the file's compressed bytes into memory, never to a disk.
Every stream is a ticket, and so a read in the ledger.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import pyarrow as pa
import pyarrow.parquet as pq

from dure.datasets.croissant import Table
from dure.datasets.use.source import (
    Blocks,
    FileSource,
    block_batches,
    changed,
    checked_schema,
    columns_with_nulls,
    held,
    opened,
)
from dure.governance.house import Stream

_BLOCK_BYTES = 1 << 20
_TAIL_BYTES = 1 << 16
_TAIL_BYTES_A_COLUMN = 1 << 10
_TRAILER_BYTES = 8
"""What a Parquet file ends with: four bytes of length, four of ``PAR1``."""


class PipedSource:
    """A Parquet file that streams out of a vault.

    Parameters
    ----------
    stream
        Opens the file once more: a new ticket each time.
    told
        What the document says about the file.
    name
        What messages call the data set.

    Raises
    ------
    DatasetError
        ``datasets.changed`` when the file is not the document's.
    """

    def __init__(self, stream: Callable[[], Stream], told: Table, name: str) -> None:
        self._stream = stream
        self._told = told
        self._name = name
        tail = self._checked_tail(
            min(told.size, _TAIL_BYTES + _TAIL_BYTES_A_COLUMN * len(told.fields))
        )
        end_bytes = int.from_bytes(tail[-_TRAILER_BYTES:-4], "little") + _TRAILER_BYTES
        if len(tail) < end_bytes <= told.size:
            tail = self._checked_tail(end_bytes)
        self._tail = tail
        with closing(opened(self._window(b"", 0), name)) as parquet:
            self._metadata = parquet.metadata
            self.schema, self.block_rows = checked_schema(parquet, told, name)

    def blocks(self, numbers: Sequence[int], columns: Sequence[str], batch_rows: int) -> Blocks:
        """Yield, for each of the blocks in that order, its record batches.

        Raises
        ------
        DatasetError
            ``datasets.changed`` when the stream ends early, or, at its end, was another one.
        """
        spans = [_span(self._metadata.row_group(number)) for number in numbers]
        starts = [start for start, _ in spans]
        ends = [end for _, end in spans]
        if any(end > start for end, start in zip(ends, starts[1:], strict=False)):
            yield from self.in_memory().blocks(numbers, columns, batch_rows)
            return
        with os.fdopen(self._stream().fd, "rb") as pipe:
            passing = _Passing(pipe, self._name)
            for number, (start, end) in zip(numbers, spans, strict=True):
                passing.skip(start)
                block = passing.read(end - start)
                with closing(opened(self._window(block, start), self._name)) as parquet:
                    yield block_batches(parquet, number, columns, batch_rows, self._name)
            passing.skip(self._told.size)
            if passing.digest.hexdigest() != self._told.sha256:
                raise changed(self._name)

    def in_memory(self) -> FileSource:
        """Return the same table with its compressed bytes in memory, to be read in any order."""
        digest = hashlib.sha256()

        def digested() -> Iterator[bytes]:
            for block in self._stream_blocks():
                digest.update(block)
                yield block

        descriptor = held(digested())
        if digest.hexdigest() != self._told.sha256:
            os.close(descriptor)
            raise changed(self._name)
        return FileSource(descriptor, self._told, self._name)

    def with_nulls(self) -> frozenset[str]:
        """Return the columns that have a null somewhere, or whose file does not say."""
        return columns_with_nulls(self._metadata)

    def _checked_tail(self, tail_bytes: int) -> bytes:
        """Return the last bytes of the file, after all of it was held against the document."""
        digest, size = hashlib.sha256(), 0
        last: deque[bytes] = deque()
        kept = 0
        for block in self._stream_blocks():
            digest.update(block)
            size += len(block)
            kept += len(block)
            last.append(block)
            while kept - len(last[0]) >= tail_bytes:
                kept -= len(last.popleft())
        if (size, digest.hexdigest()) != (self._told.size, self._told.sha256):
            raise changed(self._name)
        return b"".join(last)

    def _stream_blocks(self) -> Iterator[bytes]:
        with os.fdopen(self._stream().fd, "rb", buffering=0) as pipe:
            while block := pipe.read(_BLOCK_BYTES):
                yield block

    def _window(self, block: bytes, start: int) -> pa.NativeFile:
        size = self._told.size
        pieces = ((start, block), (size - len(self._tail), self._tail))
        return pa.PythonFile(_Window(size, pieces), "r")


class _Passing:
    """A stream that is digested while it passes.

    Parameters
    ----------
    pipe
        What it comes from.
    name
        What messages call the data set.
    """

    def __init__(self, pipe: io.BufferedReader, name: str) -> None:
        self.digest = hashlib.sha256()
        self._pipe = pipe
        self._name = name
        self._at = 0

    def read(self, count: int) -> bytes:
        """Return the next bytes, exactly so many."""
        block = self._pipe.read(count)
        if len(block) != count:
            raise changed(self._name)
        self.digest.update(block)
        self._at += count
        return block

    def skip(self, to: int) -> None:
        """Let the bytes up to a place pass."""
        while self._at < to:
            self.read(min(to - self._at, _BLOCK_BYTES))


class _Window(io.RawIOBase):
    """A file of which two pieces are there, and nothing else is asked for.

    Parameters
    ----------
    size
        Size of the whole file in bytes.
    pieces
        Where each piece begins, and its bytes.
    """

    def __init__(self, size: int, pieces: Sequence[tuple[int, bytes]]) -> None:
        super().__init__()
        self._size = size
        self._pieces = pieces
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        wanted = max(0, self._size - self._at)
        wanted = wanted if size < 0 else min(size, wanted)
        for start, piece in self._pieces:
            if start <= self._at and self._at + wanted <= start + len(piece):
                found = piece[self._at - start : self._at - start + wanted]
                self._at += wanted
                return found
        raise OSError("that part of the file has not come by")


def _span(group: pq.RowGroupMetaData) -> tuple[int, int]:
    """Return where the bytes of a block begin and end."""
    columns = [group.column(i) for i in range(group.num_columns)]
    starts = [
        min(c.data_page_offset, c.dictionary_page_offset or c.data_page_offset) for c in columns
    ]
    ends = [start + c.total_compressed_size for start, c in zip(starts, columns, strict=True)]
    return min(starts), max(ends)
