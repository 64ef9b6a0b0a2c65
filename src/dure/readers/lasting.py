"""Writing a table that is kept: as Parquet whose parts stay the same where the data do.

A table that is delivered again is mostly the same. So that its file is, too, nothing in it depends on
how many rows stand before: a row group ends where the content of a row says so, within bounds
(content-defined chunking), which finds its way back after rows were added or removed. Within a group
pages have a fixed number of rows, so that an edit moves no page's end.

And a page that changes does so only where its values changed: numbers, dates and times lie plain and
uncompressed; texts are compressed by Snappy, which codes no bits, and have a dictionary only while it
is very short. A vault keeps such pages as patches on the earlier ones, and packs them tighter than Parquet
would (`dure.storage.vault.packing`). ADR 16 has what was measured.

When the file is on its way out of the sandbox (`dure.readers.pieces`), it goes in pieces that end where
pages do, so that others can keep it page by page without understanding it.

Source
------
Xia et al., "FastCDC", USENIX ATC 2016 (content-defined chunking with a least and a greatest size).
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dure.readers.pieces import PieceWriter, Target

LEAST_GROUP_ROWS = 1 << 16
MOST_GROUP_ROWS = 3 << 16

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
        The file, or the way out.
    schema
        Its columns.
    """

    def __init__(self, target: Target, schema: pa.Schema) -> None:
        self._pieces = target if isinstance(target, PieceWriter) else None
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
        if self._pieces is not None:
            self._pieces.end()

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
        if self._pieces is not None:
            self._pieces.pages_follow()
        self._batches, self._marks = waiting.slice(rows).to_batches(), self._marks[rows:]
        columns, schema = waiting.slice(0, rows).columns, waiting.schema
        del waiting
        for place, column in enumerate(columns):
            columns[place] = column.combine_chunks()  # what it was in pieces goes before the next
        self.writer.write_table(pa.Table.from_arrays(columns, schema=schema), row_group_size=rows)
        if self._pieces is not None:
            self._pieces.pages_are_whole()


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


def hand_on(table: Path, target: Path) -> None:
    """Write the stream of a table that a `LastingWriter` wrote into a file."""
    metadata = pq.read_metadata(table)
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    with table.open("rb") as file, target.open("wb") as out:
        pieces = PieceWriter(out.fileno())
        for last in (group.column(metadata.num_columns - 1) for group in groups):
            begun = last.data_page_offset
            if last.has_dictionary_page:
                begun = last.dictionary_page_offset
            pieces.write(file.read(begun + last.total_compressed_size - file.tell()))
            pieces.pages_are_whole()
        pieces.write(file.read())
        pieces.end()
