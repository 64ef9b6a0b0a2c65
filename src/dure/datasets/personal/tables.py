"""The scan of a Parquet file, column by column: what stands in it, counted. Belongs into the sandbox."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from dure.datasets.personal.scan import Scanner
from dure.datasets.personal.summary import KindSummary, summarise

_BATCH_ROWS = 1 << 16


def search(
    table: Path, scanner: Scanner, columns: Collection[str] | None = None
) -> tuple[KindSummary, ...]:
    """Return what personal data a Parquet file's columns hold, one column at a time.

    Parameters
    ----------
    table
        The file.
    scanner
        Looks for it.
    columns
        Which columns, of those that it has; all when None.
    """
    found: list[KindSummary] = []
    with pq.ParquetFile(table) as source:
        for name in source.schema_arrow.names:
            if columns is None or name in columns:
                found += summarise(scanner.scan(_batches(source, name)))
    return tuple(found)


def _batches(source: pq.ParquetFile, name: str) -> Iterator[pa.RecordBatch]:
    # A dot in a name is taken for a nested column: more may come than was asked for.
    for batch in source.iter_batches(_BATCH_ROWS, columns=[name], use_threads=False):
        yield pa.record_batch([batch.column(name)], names=[name])
