"""Records whose columns are only known at their end: kept as text on the way, then typed.

A format that says of each value what it is (JSON, a workbook) is believed in that: a number may become a
number, a text may become a time and nothing else, and a column that holds both stays text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from dure.readers.faults import Fault
from dure.readers.names import MOST_COLUMNS, column_names
from dure.readers.pieces import Target
from dure.readers.spellings import NUMBERS, TIMES, TOLD, TRUTH
from dure.readers.typed import TypedTable, write_typed
from dure.readers.types import Guess

IS_NUMBER, IS_TRUTH, IS_TEXT = 1, 2, 4
Value = tuple[int, str] | None
"""What a value is, and its text; None where there is none."""

_FORMS = {
    IS_NUMBER: NUMBERS,
    IS_TRUTH: (TRUTH,),
    IS_TEXT: (*TIMES, *TOLD),
}
_ROWS = 1 << 14
_CHARACTERS = 1 << 23
_CELLS = 1 << 22
_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")


class Spool:
    """Takes records and writes them as a table.

    Parameters
    ----------
    place
        A file for the text of what has come; it goes with the sandbox.
    code
        Of the fault when a text can't be kept.
    """

    def __init__(self, place: Path, code: str) -> None:
        self.rows = 0
        self._place, self._code = place, code
        self._kinds: dict[str, int] = {}
        self._waiting: dict[str, list[str | None]] = {}
        self._count = self._characters = 0
        place.unlink(missing_ok=True)

    def add(self, record: Mapping[str, Value]) -> None:
        """Take one record.

        Raises
        ------
        Fault
            Of the spool's code; ``readers.header`` when there are too many columns.
        """
        for name, value in record.items():
            column = self._waiting.get(name)
            if column is None:
                column = self._waiting[name] = []
                self._kinds.setdefault(name, 0)
                if len(self._kinds) > MOST_COLUMNS:
                    raise Fault(
                        "readers.header",
                        column=MOST_COLUMNS + 1,
                        expected=len(self._kinds),
                        fault="name-count",
                    )
            if value is not None:
                kind, text = value
                if len(column) < self._count:
                    column.extend([None] * (self._count - len(column)))
                column.append(text)
                self._kinds[name] |= kind
                self._characters += len(text)
        self.rows += 1
        self._count += 1
        cells = self._count * len(self._waiting)
        if self._count == _ROWS or self._characters > _CHARACTERS or cells > _CELLS:
            self._flush()

    def write(self, target: Target, lasting: bool) -> TypedTable:
        """Write all records as typed Parquet, unless there are none.

        Raises
        ------
        Fault
            Of the spool's code, or ``readers.header``.
        """
        self._flush()
        kept = [name for name, kind in self._kinds.items() if kind or not self._is_outer(name)]
        names = column_names(kept)
        guesses = [Guess(_FORMS.get(self._kinds[name], ())) for name in kept]
        return write_typed(
            names, lambda: self._batches(kept), target, guesses=guesses, lasting=lasting
        )

    def _is_outer(self, name: str) -> bool:
        """Say whether an object stands under this name elsewhere, so that its gap is no column."""
        return any(other.startswith(f"{name}.") for other in self._kinds)

    def _flush(self) -> None:
        if not self._count:
            return
        arrays = [self._array(column) for column in self._waiting.values()]
        batch = pa.record_batch(arrays, names=list(self._waiting))
        with (
            self._place.open("ab") as file,
            pa.ipc.new_stream(file, batch.schema, options=_OPTIONS) as stream,
        ):
            stream.write_batch(batch)
        self._waiting, self._count, self._characters = {}, 0, 0

    def _array(self, column: list[str | None]) -> pa.Array:
        column.extend([None] * (self._count - len(column)))
        try:
            found = pa.array(column, pa.string())
        except UnicodeEncodeError:
            raise Fault(self._code, fault="surrogate", record=self.rows) from None
        if pc.any(pc.match_substring(found, "\0")).as_py():
            raise Fault(self._code, fault="nul", record=self.rows)
        return found

    def _batches(self, names: list[str]) -> Iterator[pa.RecordBatch]:
        if not self.rows:
            return
        with self._place.open("rb") as file:
            size = self._place.stat().st_size
            while file.tell() < size:
                for batch in pa.ipc.open_stream(file):
                    there = {name: place for place, name in enumerate(batch.schema.names)}
                    gap = pa.nulls(len(batch), pa.string())
                    columns = [
                        batch.column(there[name]) if name in there else gap for name in names
                    ]
                    yield pa.record_batch(
                        columns, names=[str(place) for place in range(len(names))]
                    )
