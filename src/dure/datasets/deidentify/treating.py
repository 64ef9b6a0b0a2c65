"""A whole table treated: written anew, its classes counted before and after. Runs inside the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from dure.datasets.deidentify.plan import Plan
from dure.datasets.deidentify.risk import Classes, measure
from dure.datasets.deidentify.transforming import transformed

_GROUP_ROWS = 1 << 17


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
    before = measure(pl.scan_parquet(table), plan.quasi, plan.sensitive)
    after = measure(pl.scan_parquet(target), plan.quasi, plan.sensitive)
    if after.least >= plan.k or not plan.suppress or not after.quasi:
        return Treatment(schema, rows, 0, before, after)
    n = pl.len().alias("rows of the class")
    classes = pl.scan_parquet(target).group_by(after.quasi).agg(n)
    small = classes.filter(pl.last() < plan.k).collect(engine="streaming")
    left_out = int(small.to_series(-1).sum())
    if left_out > plan.suppress * rows:
        return Treatment(schema, rows, 0, before, after)
    _write(table, plan, keys, target, small.select(after.quasi))
    after = measure(pl.scan_parquet(target), plan.quasi, plan.sensitive)
    return Treatment(schema, rows - left_out, left_out, before, after)


def _write(
    table: Path, plan: Plan, keys: Mapping[str, bytes], target: Path, without: pl.DataFrame | None
) -> tuple[pa.Schema, int]:
    writer, rows = None, 0
    try:
        for _, made in transformed(table, plan, keys):
            batch = made if without is None else _others(made, without)
            if writer is None:
                writer = pq.ParquetWriter(target, batch.schema, compression="zstd")
            writer.write_batch(batch, row_group_size=_GROUP_ROWS)
            rows += batch.num_rows
    finally:
        if writer is not None:
            writer.close()
    assert writer is not None  # noqa: S101 (a reader writes no table without rows)
    return batch.schema, rows


def _others(batch: pa.RecordBatch, without: pl.DataFrame) -> pa.RecordBatch:
    """Return the rows of a batch that are of none of these classes, in their order."""
    keys = pl.DataFrame({name: pl.from_arrow(batch.column(name)) for name in without.columns})
    at = pl.Series("at", range(len(keys)), dtype=pl.Int64)
    named = [f"k{place}" for place in range(len(without.columns))]
    keys.columns = without.columns = named
    kept = keys.with_columns(at).join(without, on=named, how="anti", nulls_equal=True)
    return batch.take(kept["at"].sort().to_arrow())
