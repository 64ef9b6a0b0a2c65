"""A table in a file, of which one column is read at a time: Parquet of any origin, or Arrow made here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from dure.readers.table_file import ARROW, BATCH_ROWS


class Stored(Protocol):
    """A table in a file."""

    schema: pa.Schema
    rows: int

    def batches(self, column: int) -> Iterator[pa.Array]:
        """Yield the values of one column, `BATCH_ROWS` at a time."""
        ...


class ParquetTable:
    """A Parquet file whose values are held to their types before anybody sees them.

    Parameters
    ----------
    path
        The file.
    """

    def __init__(self, path: Path) -> None:
        # Buffering ahead would hold a column's pages of the whole file.
        self._file = pq.ParquetFile(
            path, memory_map=False, pre_buffer=False, page_checksum_verification=True
        )
        self.schema = self._file.schema_arrow
        self.rows: int = self._file.metadata.num_rows

    def batches(self, column: int) -> Iterator[pa.Array]:
        """Yield the values of one column, `BATCH_ROWS` at a time."""
        name = self.schema.names[column]
        for batch in self._file.iter_batches(BATCH_ROWS, columns=[name], use_threads=False):
            # A name with a dot also selects columns that begin with it.
            values = batch.column(batch.schema.get_field_index(name))
            values.validate(full=True)
            yield values


class ArrowTable:
    """An Arrow file that a reader has just written here, out of values that it had looked at.

    Parameters
    ----------
    path
        The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with pa.OSFile(str(path)) as file, pa.ipc.open_file(file) as table:
            self.schema = table.schema
        # Arrow's own count reads the whole file.
        self.rows = sum(len(values) for values in self.batches(0))

    def batches(self, column: int) -> Iterator[pa.Array]:
        """Yield the values of one column, as they were written."""
        options = pa.ipc.IpcReadOptions(included_fields=[column], use_threads=False)
        with (
            pa.OSFile(str(self._path)) as file,
            pa.ipc.open_file(file, options=options) as table,
        ):
            for number in range(table.num_record_batches):
                yield table.get_batch(number).column(0)


def stored(path: Path) -> Stored:
    """Open a table by the ending of its file."""
    return ArrowTable(path) if path.suffix == ARROW else ParquetTable(path)
