"""Tables that are held against each other: kept in memory meanwhile, as the sandbox wrote them anew."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Self

from dure.datasets.verify.files import is_inside
from dure.datasets.verify.stating import StatedRecords, Stating
from dure.readers.arrival import TableSink

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = 1 << 13


class Tables:
    """Tables as the sandbox wrote them anew, in memory, by their paths; a context manager."""

    def __init__(self) -> None:
        self._descriptors: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for descriptor in self._descriptors.values():
            os.close(descriptor)

    def sink(self, place: str) -> TableSink:
        """Return what keeps the table of a file."""
        from dure.datasets.use.source import held

        def take(blocks: Iterator[bytes]) -> None:
            before, self._descriptors[place] = self._descriptors.get(place), held(blocks)
            if before is not None:
                os.close(before)

        return take

    def each(
        self, place: str, columns: Sequence[str], look: Callable[[pa.RecordBatch], None]
    ) -> bool:
        """Look at a table batch by batch; False when it is none with these columns."""
        if place not in self._descriptors:
            return False
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with pq.ParquetFile(f"/proc/self/fd/{self._descriptors[place]}") as table:
                for batch in table.iter_batches(_ROWS, columns=list(columns)):
                    look(batch)
        except (pa.ArrowException, OSError, ValueError, KeyError):
            return False
        return True


def held_places(said: Stating) -> frozenset[str]:
    """Return the files that are held against each other: those of the first spans, and of their texts.

    A corpus of ours has one record set of spans. However many a document names, no more than two tables
    are kept in memory.
    """
    spans = next((one for one in said.records if one.spans_of), None)
    if spans is None:
        return frozenset()
    both = (one for one in said.records if one.name in (spans.name, spans.spans_of))
    return frozenset([place_of(said, one) for one in both][:2])


def place_of(said: Stating, records: StatedRecords) -> str:
    """Return the file of a record set, where it is one Parquet file; else ""."""
    sources = {column.source for column in records.columns}
    stated = said.sources.get(sources.pop()) if len(sources) == 1 else None
    if stated is None or stated.kind != "parquet" or not is_inside(stated.place):
        return ""
    return stated.place
