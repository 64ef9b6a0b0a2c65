"""Writing a table that is kept: as Parquet whose parts stay the same where the data do.

A table that is delivered again is mostly the same. So that its file is, too, nothing in it depends on
how many rows stand before: a row group ends where the content of a row says so, within bounds
(content-defined chunking), which finds its way back after rows were added or removed. Within a group
pages have a fixed number of rows, so that an edit moves no page's end.

And a page that changes does so only where its values changed: numbers, dates and times lie plain and
uncompressed; texts are compressed by Snappy, which codes no bits, and have a dictionary only while it
is very short. A vault keeps such pages as patches on the earlier ones, and packs them tighter than Parquet
would (`dure.storage.vault.packing`). ADR 16 has what was measured.

`cuts` says where the pages of the file lie, so that others can cut it without understanding it.

Source
------
Apache Parquet format, "Parquet.thrift": PageHeader; Apache Thrift, compact protocol. Xia et al., "FastCDC",
USENIX ATC 2016 (content-defined chunking with a least and a greatest size).
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

LEAST_GROUP_ROWS = 1 << 16
MOST_GROUP_ROWS = 3 << 16
LEAST_CUT_BYTES = 32 * 1024
"""Shorter pages stay together with the next."""

_MARK = np.uint64((1 << 15) - 1)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)
_MARKING_COLUMNS = 8
"""How many columns say where a group ends: a column that is added at the end moves nothing."""
_PAGES = {
    "max_rows_per_page": 1 << 15,
    "data_page_size": 8 * 1024 * 1024,
    # A dictionary of many values has them in an order that one edit changes.
    "dictionary_pagesize_limit": 2048,
}


class LastingWriter:
    """Writes record batches as a Parquet file that changes little when the data do.

    Parameters
    ----------
    target
        The file.
    schema
        Its columns.
    """

    def __init__(self, target: Path, schema: pa.Schema) -> None:
        texts = [field.name for field in schema if pa.types.is_string(field.type)]
        self.writer = pq.ParquetWriter(
            target,
            schema,
            compression={name: "snappy" if name in set(texts) else "none" for name in schema.names},
            use_dictionary=texts,
            **_PAGES,
        )
        self._batches: list[pa.RecordBatch] = []
        self._marks = np.empty(0, dtype=bool)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: object, __: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.writer.close()

    def close(self) -> None:
        """Write the rows that wait, and the file's end."""
        if self._batches:
            self._flush(len(self._marks))
        self.writer.close()

    def write(self, batch: pa.RecordBatch) -> None:
        """Write the next rows, as soon as it is known where their group ends."""
        self._batches.append(batch)
        self._marks = np.concatenate((self._marks, _marks(batch)))
        while (rows := self._group_rows()) is not None:
            self._flush(rows)

    def _group_rows(self) -> int | None:
        """Return how many of the waiting rows make a group, None when that is not known yet."""
        ends = np.flatnonzero(self._marks[LEAST_GROUP_ROWS:MOST_GROUP_ROWS])
        if len(ends):
            return LEAST_GROUP_ROWS + int(ends[0])
        return MOST_GROUP_ROWS if len(self._marks) >= MOST_GROUP_ROWS else None

    def _flush(self, rows: int) -> None:
        waiting = pa.Table.from_batches(self._batches)
        self.writer.write_table(waiting.slice(0, rows).combine_chunks(), row_group_size=rows)
        self._batches = waiting.slice(rows).to_batches()
        self._marks = self._marks[rows:]


def _marks(batch: pa.RecordBatch) -> np.ndarray:
    """Return for each row whether a group may begin with it: about one row in 32,768 by its content."""
    mixed = np.zeros(batch.num_rows, dtype=np.uint64)
    for column in [each for each in batch.columns if _marking(each.type)][:_MARKING_COLUMNS]:
        mixed = (mixed ^ _bits(column)) * _MIX
        mixed ^= mixed >> _SHIFT
    return cast(np.ndarray, (mixed & _MARK) == 0)


def _marking(kind: pa.DataType) -> bool:
    types = pa.types
    plain = types.is_string(kind) or types.is_integer(kind) or types.is_float64(kind)
    return plain or (types.is_temporal(kind) and kind.bit_width in (32, 64))


def _bits(column: pa.Array) -> np.ndarray:
    """Return something of each value that tells it from others: the length of a text, else its bits."""
    kind = column.type
    if pa.types.is_string(kind):
        column = pc.binary_length(column)
    elif pa.types.is_temporal(kind):
        column = column.view(pa.int64() if kind.bit_width == 64 else pa.int32())
    if column.null_count:
        column = pc.fill_null(column, 0)
    values = column.to_numpy(zero_copy_only=False)
    wide = values.dtype.itemsize == 8
    return cast(np.ndarray, values.view(np.uint64) if wide else values.astype(np.uint64))


def cuts(file: Path) -> list[int]:
    """Return the places, in rising order, at which a Parquet file may be cut between two pages."""
    with (
        file.open("rb") as opened,
        mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        found: list[int] = []
        last = 0
        for place in _places(pq.read_metadata(file), content):
            if place - last >= LEAST_CUT_BYTES:
                found.append(place)
                last = place
        return found


def _places(metadata: Any, content: mmap.mmap) -> Iterator[int]:
    for group in (metadata.row_group(i) for i in range(metadata.num_row_groups)):
        for column in (group.column(i) for i in range(group.num_columns)):
            place = column.data_page_offset
            if column.has_dictionary_page:
                place = column.dictionary_page_offset
            end = place + column.total_compressed_size
            while place < end:
                yield place
                place = _after_page(content, place)
            yield end


# ── page headers, in Thrift's compact protocol ─────────────────────────────────────────────────

_STOP, _BINARY, _STRUCT = 0, 8, 12
_BOOLEANS, _INTEGERS = (1, 2), (4, 5, 6)
_COMPRESSED_PAGE_SIZE = 3
"""Number of that field in a page's header."""


def _after_page(content: mmap.mmap, place: int) -> int:
    """Return where the page ends whose header begins at a place."""
    number = size = 0
    while (head := content[place]) != _STOP:
        place += 1
        if step := head >> 4:
            number += step
        else:
            number, place = _signed(content, place)
        if number == _COMPRESSED_PAGE_SIZE:
            size, place = _signed(content, place)
        else:
            place = _after_value(content, place, head & 15)
    return place + 1 + size


def _after_value(content: mmap.mmap, place: int, kind: int) -> int:
    if kind in _BOOLEANS:
        return place
    if kind in _INTEGERS:
        return _unsigned(content, place)[1]
    if kind == _BINARY:
        length, place = _unsigned(content, place)
        return place + length
    if kind == _STRUCT:
        while (head := content[place]) != _STOP:
            place += 1
            if not head >> 4:
                place = _unsigned(content, place)[1]
            place = _after_value(content, place, head & 15)
        return place + 1
    raise ValueError("a page's header holds nothing else")


def _unsigned(content: mmap.mmap, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[place]
        place += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, place


def _signed(content: mmap.mmap, place: int) -> tuple[int, int]:
    value, place = _unsigned(content, place)
    return (value >> 1) ^ -(value & 1), place
