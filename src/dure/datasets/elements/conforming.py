"""A table made to conform: elements under their own names, other columns as they were, and a score.

One pass over the table in batches. This opens a Parquet file and so belongs into the sandbox.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from dure.core.findings import Finding, Severity
from dure.core.text import Text
from dure.datasets.elements.conversion import Converted, convert
from dure.datasets.elements.element import Element, ElementSet
from dure.datasets.elements.errors import ElementsError
from dure.datasets.elements.mapping import ColumnMapping, Mapping
from dure.datasets.elements.reasons import FAULTS
from dure.readers.lasting import LastingWriter
from dure.readers.pieces import Target

BATCH_ROWS = 1 << 16
SAMPLES = 10
_BATCH_VALUES = 1 << 22

_Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
_Name = Annotated[str, msgspec.Meta(max_length=255)]
_MEND = Text(
    "Look at these rows; correct the unit, the date form or the codes in the mapping, or the data.",
    "해당 행을 보고 대응표의 단위, 날짜 형식, 코드나 자료를 고치십시오.",
)


class ColumnOutcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What became of one column that is an element.

    Parameters
    ----------
    column, element
        Its names, before and after.
    present
        Rows that had a value.
    conforming
        Rows whose value became one of the element.
    faults
        Code of `dure.datasets.elements.reasons.FAULTS` -> rows.
    rows
        Numbers of the first rows that don't conform, from 1.
    """

    column: _Name
    element: _Name
    present: _Count
    conforming: _Count
    faults: dict[_Name, _Count] = {}
    rows: Annotated[tuple[_Count, ...], msgspec.Meta(max_length=SAMPLES)] = ()

    @property
    def share(self) -> float:
        """Share of its values that conform; 1 when it has none."""
        return self.conforming / self.present if self.present else 1.0

    def to_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        return {**msgspec.to_builtins(self), "share": round(self.share, 4)}


class Conformed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="conformed"):
    """What became of a table.

    Parameters
    ----------
    rows
        Its rows.
    columns
        The columns that are elements.
    unmapped
        Names of those that are none.
    dropped
        What the first data set's document says that is not true of this one: terms, and terms of
        columns (``speed: dure:writtenAs``). Of a bare file nothing is known.
    """

    rows: _Count
    columns: tuple[ColumnOutcome, ...]
    unmapped: tuple[_Name, ...]
    dropped: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """Share of the elements' values that conform; 1 when there is none."""
        present = sum(one.present for one in self.columns)
        return sum(one.conforming for one in self.columns) / present if present else 1.0

    def to_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        return {
            "rows": self.rows,
            "score": round(self.score, 4),
            "columns": [one.to_dict() for one in self.columns],
            "unmapped": list(self.unmapped),
            "dropped": list(self.dropped),
        }

    def findings(self, subject: str) -> tuple[Finding, ...]:
        """Return a finding for every column some of whose values don't conform."""
        return tuple(
            Finding(
                code=f"datasets.element.{fault}",
                severity=Severity.WARNING,
                subject=subject,
                locator=f"{one.column}; rows {', '.join(map(str, one.rows))}",
                words=Text(
                    f"{one.element}: {FAULTS[fault].en} ({count})",
                    f"{one.element}: {FAULTS[fault].ko} ({count})",
                ),
                next_step=_MEND,
            )
            for one in self.columns
            for fault, count in one.faults.items()
        )


def hold_score(found: Conformed, least: float) -> None:
    """Refuse a table that conforms too little.

    Raises
    ------
    ElementsError
        ``elements.score``.
    """
    if found.score < least:
        worst = min(found.columns, key=lambda one: one.share)
        raise ElementsError(
            "elements.score",
            share=f"{100 * found.score:.4g}",
            least=f"{100 * least:.4g}",
            column=worst.column,
        )


def hold_columns(names: Sequence[str], mapping: Mapping, file: str = "mapping") -> None:
    """Refuse a mapping of another table.

    Raises
    ------
    ElementsError
        ``elements.mapping``.
    """
    mapped = [one.column for one in mapping.columns]
    if absent := [name for name in mapped if name not in set(names)]:
        raise ElementsError("elements.mapping", file=file, place=absent[0], reason="no-column")
    if more := [name for name in names if name not in set(mapped)]:
        raise ElementsError("elements.mapping", file=file, place=more[0], reason="more-columns")


def conform(table: Path, target: Target, mapping: Mapping, elements: ElementSet) -> Conformed:
    """Write a table that conforms, and return what became of its columns.

    Parameters
    ----------
    table
        Parquet file; it has the mapping's columns, in any order.
    target
        Parquet file to write, or the way out; it is one that is kept (`dure.readers.lasting`).
    mapping
        Which column is which element; held to the set before (`mapping.hold`).
    elements
        The set.

    Raises
    ------
    ElementsError
        ``elements.mapping`` when the table has other columns.
    """
    with pq.ParquetFile(table, memory_map=False) as source:
        names = list(source.schema_arrow.names)
        hold_columns(names, mapping)
        tallies = [_Tally(one, elements.by_id[one.element]) for one in mapping.mapped]
        known = {tally.mapping.column: tally for tally in tallies}
        step = max(256, min(BATCH_ROWS, _BATCH_VALUES // max(1, len(names))))
        rows = 0
        writer = None
        try:
            for batch in source.iter_batches(step):
                made = [
                    known[name].take(values, rows) if name in known else values
                    for name, values in zip(names, batch.columns, strict=True)
                ]
                out = [known[name].element.id if name in known else name for name in names]
                piece = pa.record_batch(made, names=out)
                writer = writer or LastingWriter(target, piece.schema)
                writer.write(piece)
                rows += batch.num_rows
        finally:
            if writer is not None:
                writer.close()
    return Conformed(rows, tuple(tally.outcome() for tally in tallies), mapping.unmapped)


class _Tally:
    """One column under way."""

    def __init__(self, mapping: ColumnMapping, element: Element) -> None:
        self.mapping, self.element = mapping, element
        self._present = self._lost = 0
        self._faults: dict[str, int] = {}
        self._rows: list[int] = []

    def take(self, values: pa.Array, before: int) -> pa.Array:
        made: Converted = convert(_series(values), self.mapping, self.element)
        self._present += made.present
        for code, mask in made.faults.items():
            count = int(mask.sum())
            self._lost += count
            self._faults[code] = self._faults.get(code, 0) + count
            self._rows += [before + place + 1 for place in mask.arg_true().head(SAMPLES).to_list()]
        self._rows = sorted(self._rows)[:SAMPLES]
        return made.values.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(_arrow(self.element))

    def outcome(self) -> ColumnOutcome:
        return ColumnOutcome(
            self.mapping.column,
            self.element.id,
            self._present,
            self._present - self._lost,
            self._faults,
            tuple(self._rows),
        )


def _series(values: pa.Array) -> pl.Series:
    found = pl.from_arrow(values)
    assert isinstance(found, pl.Series)  # noqa: S101 (an array is one column)
    return found


def _arrow(element: Element) -> pa.DataType:
    return {
        "text": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "datetime": pa.timestamp("us"),
    }[element.type]
