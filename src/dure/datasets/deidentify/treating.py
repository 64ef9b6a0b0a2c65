"""A whole table treated: written anew, its classes counted before and after. Runs inside the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa

from dure.datasets.deidentify.plan import Plan
from dure.datasets.deidentify.risk import Classes, classes, measure
from dure.datasets.deidentify.transforming import transformed
from dure.readers.lasting import LastingWriter


@dataclass(frozen=True, slots=True)
class Treatment:
    """What became of a table.

    Parameters
    ----------
    schema, rows
        Of the result.
    left_out
        Rows that were left out so that the plan's k is reached.
    before, after
        Classes of the table and of the result.
    """

    schema: pa.Schema
    rows: int
    left_out: int
    before: Classes
    after: Classes


def treat(table: Path, plan: Plan, keys: Mapping[str, bytes], target: Path) -> Treatment:
    """Write a table as a plan wants it.

    Rows of classes below the plan's k are left out when they are no more than the plan allows;
    otherwise all rows stay, and whoever asked sees the k that was reached.

    Parameters
    ----------
    table
        Parquet file.
    plan, keys
        What is done.
    target
        Where the result goes.

    Raises
    ------
    UnfitError
        When the plan doesn't fit the table.
    """
    schema, rows = _write(table, plan, keys, target, None)
    before = measure(table, plan.quasi, plan.sensitive)
    after = measure(target, plan.quasi, plan.sensitive)
    if after.least >= plan.k or not plan.suppress or not after.quasi:
        return Treatment(schema, rows, 0, before, after)
    small, left_out = _small(target, after.quasi, plan.k)
    if left_out > plan.suppress * rows:
        return Treatment(schema, rows, 0, before, after)
    _write(table, plan, keys, target, small)
    after = measure(target, plan.quasi, plan.sensitive)
    return Treatment(schema, rows - left_out, left_out, before, after)


@dataclass(frozen=True, slots=True)
class _Small:
    """Classes of too few rows, by their quasi-identifiers; the columns have names of their own."""

    quasi: tuple[str, ...]
    classes: pl.DataFrame

    def without(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the rows of a batch that are of none of these classes, in their order."""
        keys = {
            f"k{place}": pl.from_arrow(batch.column(name)) for place, name in enumerate(self.quasi)
        }
        frame = pl.DataFrame(keys).with_row_index("at")
        kept = frame.join(self.classes, on=list(keys), how="anti", nulls_equal=True)
        return batch.take(kept["at"].sort().to_arrow())


def _small(table: Path, quasi: tuple[str, ...], k: int) -> tuple[_Small, int]:
    """Return the classes of fewer than k rows, and how many rows these are."""
    found = classes(table, quasi).filter(pl.col("n") < k)
    return _Small(quasi, found.drop("n")), int(found["n"].sum())


def _write(
    table: Path, plan: Plan, keys: Mapping[str, bytes], target: Path, small: _Small | None
) -> tuple[pa.Schema, int]:
    writer, rows = None, 0
    try:
        for _, made in transformed(table, plan, keys):
            batch = made if small is None else small.without(made)
            if writer is None:
                writer = LastingWriter(target, batch.schema)
            writer.write(batch)
            rows += batch.num_rows
    finally:
        if writer is not None:
            writer.close()
    assert writer is not None  # noqa: S101 (a reader writes no table without rows)
    return batch.schema, rows
