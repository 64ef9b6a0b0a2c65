"""The file that a reader leaves: groups of rows of one size, written beside the reading."""

from __future__ import annotations

import queue
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dure.readers.lasting import LastingWriter
from dure.readers.pieces import PieceWriter, Target

GROUP_ROWS = 1 << 17
"""Rows that are stored and read together."""
ARROW = ".arrow"
"""Ending of a file that is plain Arrow: twice as large as Parquet, in a third of the time."""
BATCH_ROWS = 1 << 15
"""Rows of a batch of such a file."""

_AHEAD = 2
_SAMPLE_ROWS = 1 << 14
_DICTIONARY_SHARE = 4


class ArrowWriter:
    """Writes an Arrow file in batches of `BATCH_ROWS`; speaks as Parquet's writer does."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._file = pa.OSFile(str(path), "wb")
        self._table = pa.ipc.new_file(self._file, schema)

    def write_table(self, group: pa.Table, row_group_size: int) -> None:
        """Add rows, of which so many at most lie together while they are written."""
        for start in range(0, len(group), row_group_size):
            part = group.slice(start, row_group_size).combine_chunks()
            self._table.write_table(part, BATCH_ROWS)

    def close(self) -> None:
        """Write the end."""
        self._table.close()
        self._file.close()


class TableFile:
    """Writes batches as one file; compressing goes on while the next batch is read.

    Parameters
    ----------
    target
        The file, or the way out.
    schema
        Of every batch.
    lasting
        Whether it is kept (`dure.readers.lasting`), or read at once and forgotten: Parquet with lz4, or plain
        Arrow when its name ends in `ARROW`.
    """

    def __init__(self, target: Target, schema: pa.Schema, lasting: bool) -> None:
        self._target, self._schema = target, schema
        self._kept = LastingWriter(target, schema) if lasting else None
        self._writer: pq.ParquetWriter | ArrowWriter | None = None
        self._waiting: list[pa.RecordBatch] = []
        self._rows = 0
        self._groups: queue.Queue[pa.Table | None] = queue.Queue(_AHEAD if lasting else 1)
        self._error: BaseException | None = None
        self._dropped = False
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self.drop()
        if self._dropped:
            return
        self._flush(whole=False)
        self._end()
        if self._error is not None:
            raise self._error
        if self._kept is not None:
            self._kept.close()
        else:
            self._opened(None).close()

    def drop(self) -> None:
        """Write no more: what is there is no table."""
        if not self._dropped:
            self._dropped = True
            self._end()
            writer = self._writer if self._kept is None else self._kept.writer
            if (
                writer is not None
            ):  # closed by the collector it would write into the next one's file
                with suppress(OSError, pa.ArrowException):
                    writer.close()
            if isinstance(self._target, PieceWriter):
                self._target.again()
            else:
                self._target.unlink(missing_ok=True)

    def _end(self) -> None:
        self._groups.put(None)
        self._thread.join()

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows.

        Raises
        ------
        OSError
            What the disk refused, now or some batches ago.
        """
        if self._error is not None:
            raise self._error
        self._waiting.append(batch)
        self._rows += len(batch)
        if self._kept is not None:
            self._flush(whole=False)  # where groups end, their content says
        elif self._rows >= GROUP_ROWS:
            self._flush(whole=True)

    def _flush(self, *, whole: bool) -> None:
        """Pass on the rows that wait, of which `whole` keeps back those beyond the last group."""
        table = pa.Table.from_batches(self._waiting, self._schema)
        ready = self._rows - self._rows % GROUP_ROWS if whole else self._rows
        if ready:
            self._groups.put(table.slice(0, ready))
        self._waiting = table.slice(ready).to_batches()
        self._rows -= ready

    def _work(self) -> None:
        while (group := self._groups.get()) is not None:
            if self._error is not None:
                continue  # nobody may wait for room that will not come
            try:
                self._store(group)
            except BaseException as error:  # noqa: BLE001 (raised again in the caller's thread)
                self._error = error

    def _store(self, group: pa.Table) -> None:
        if self._kept is None:
            self._opened(group).write_table(group, row_group_size=GROUP_ROWS)
            return
        for batch in group.to_batches():
            self._kept.write(batch)

    def _opened(self, first: pa.Table | None) -> pq.ParquetWriter | ArrowWriter:
        target = self._target
        if self._writer is None and isinstance(target, Path) and target.suffix == ARROW:
            self._writer = ArrowWriter(target, self._schema)
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                target,
                self._schema,
                compression="lz4",
                use_dictionary=[] if first is None else _repetitive(first.slice(0, _SAMPLE_ROWS)),
            )
        return self._writer


def _repetitive(sample: pa.Table) -> list[str]:
    """Return the columns whose values come back, so that a dictionary of them is worth its time."""
    return [
        name
        for name, values in zip(sample.column_names, sample.columns, strict=True)
        if pc.count_distinct(values).as_py() * _DICTIONARY_SHARE < len(values)
    ]
