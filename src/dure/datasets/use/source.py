"""Where rows come from: a Parquet file in blocks (row groups), whichever way its bytes are had."""

from __future__ import annotations

import hashlib
import os
import weakref
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from dure.datasets.croissant import TABLE_FILE, Table
from dure.datasets.errors import DatasetError

_BLOCK_BYTES = 1 << 20

Blocks = Generator[Iterator[pa.RecordBatch], None, None]
"""The record batches of each block; to be closed by who stops early."""


class Source(Protocol):
    """The table of a data set, checked against its document."""

    schema: pa.Schema
    block_rows: tuple[int, ...]

    def blocks(self, numbers: Sequence[int], columns: Sequence[str], batch_rows: int) -> Blocks:
        """Yield, for each of the blocks in that order, its record batches."""

    def with_nulls(self) -> frozenset[str]:
        """Return the columns that have a null somewhere, or whose file does not say."""


class FileSource:
    """A Parquet file that can be read at any place: on a disk, or in memory.

    Parameters
    ----------
    descriptor
        Readable, and this object's own from now on.
    told
        What the document says about the file.
    name
        What messages call the data set.

    Raises
    ------
    DatasetError
        ``datasets.changed`` when the file is no such table.
    """

    def __init__(self, descriptor: int, told: Table, name: str) -> None:
        self._descriptor = descriptor
        weakref.finalize(self, os.close, descriptor)
        self._name = name
        self._state = self._now()
        with closing(self._open()) as parquet:
            self._metadata = parquet.metadata
            self.schema, self.block_rows = checked_schema(parquet, told, name)

    def blocks(self, numbers: Sequence[int], columns: Sequence[str], batch_rows: int) -> Blocks:
        """Yield, for each of the blocks in that order, its record batches.

        Raises
        ------
        DatasetError
            ``datasets.changed`` when the file was written to since it was checked.
        """
        with closing(self._open()) as parquet:
            for number in numbers:
                yield self._unchanged(
                    block_batches(parquet, number, columns, batch_rows, self._name)
                )

    def with_nulls(self) -> frozenset[str]:
        """Return the columns that have a null somewhere, or whose file does not say."""
        return columns_with_nulls(self._metadata)

    def digest(self) -> tuple[int, str]:
        """Return the file's size in bytes and its SHA-256."""
        digest, size = hashlib.sha256(), 0
        while block := os.pread(self._descriptor, _BLOCK_BYTES, size):
            digest.update(block)
            size += len(block)
        return size, digest.hexdigest()

    def _unchanged(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            if self._now() != self._state:
                raise changed(self._name)
            yield batch

    def _open(self) -> pq.ParquetFile:
        # The path of the descriptor gives each reader a place of its own in the same file.
        return opened(f"/proc/self/fd/{self._descriptor}", self._name)

    def _now(self) -> tuple[int, int]:
        found = os.fstat(self._descriptor)
        return found.st_size, found.st_mtime_ns


def opened(file: str | pa.NativeFile, name: str) -> pq.ParquetFile:
    """Open a Parquet file.

    Raises
    ------
    DatasetError
        ``datasets.changed`` when it is none.
    """
    try:
        return pq.ParquetFile(file)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise changed(name) from error


def checked_schema(
    parquet: pq.ParquetFile, told: Table, name: str
) -> tuple[pa.Schema, tuple[int, ...]]:
    """Return a file's schema and the rows of each block, when the document says the same.

    Raises
    ------
    DatasetError
        ``datasets.changed``.
    """
    schema = parquet.schema_arrow.remove_metadata()
    groups = range(parquet.metadata.num_row_groups)
    rows = tuple(parquet.metadata.row_group(i).num_rows for i in groups)
    found = [(field.name, str(field.type)) for field in schema]
    if sum(rows) != told.rows or found != [(field.name, field.type) for field in told.fields]:
        raise changed(name)
    return schema, rows


def columns_with_nulls(metadata: pq.FileMetaData) -> frozenset[str]:
    """Return the columns that have a null somewhere, or whose file does not say."""
    found = set()
    for group in (metadata.row_group(i) for i in range(metadata.num_row_groups)):
        for column in (group.column(i) for i in range(group.num_columns)):
            statistics = column.statistics
            if statistics is None or not statistics.has_null_count or statistics.null_count:
                found.add(column.path_in_schema)
    return frozenset(found)


def block_batches(
    parquet: pq.ParquetFile, number: int, columns: Sequence[str], batch_rows: int, name: str
) -> Iterator[pa.RecordBatch]:
    """Yield one block's record batches, each of them found to be well formed.

    Raises
    ------
    DatasetError
        ``datasets.changed`` when a page is damaged or a value is none of its type.
    """
    try:
        for batch in parquet.iter_batches(batch_rows, row_groups=[number], columns=list(columns)):
            batch.validate(full=True)
            yield batch.replace_schema_metadata(None)
    except (pa.ArrowException, OSError) as error:
        raise changed(name) from error


def changed(name: str) -> DatasetError:
    """Return the error of a table that is not what its document says."""
    return DatasetError("datasets.changed", file=TABLE_FILE, asset=name)


def held(blocks: Iterable[bytes]) -> int:
    """Return a descriptor of these bytes in memory; the caller owns it."""
    descriptor = os.memfd_create("table", os.MFD_CLOEXEC)
    try:
        for block in blocks:
            view = memoryview(block)
            while view:
                view = view[os.write(descriptor, view) :]
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
