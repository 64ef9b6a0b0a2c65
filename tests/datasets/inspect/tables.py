"""Small tables for the tests of inspection, and the shortest way from one to what is found about it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dure.core.findings import Finding
from dure.datasets.inspect.judging import judge
from dure.datasets.inspect.statistics import Asked, Column, Statistics
from dure.datasets.inspect.table import measure

NOW_S = 1_800_000_000  # 2027-01-15
EXACT = 1 << 24


def statistics_of(
    columns: Mapping[str, Sequence[Any] | pa.Array], exact_rows: int = EXACT, **asked: Any
) -> Statistics:
    """Measure a table in this process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        write(path, columns)
        return measure(path, Asked(now_s=NOW_S, **asked), exact_rows=exact_rows)


def write(path: Path, columns: Mapping[str, Sequence[Any] | pa.Array]) -> Path:
    pq.write_table(pa.table(dict(columns)), path)
    return path


def column_of(values: Sequence[Any] | pa.Array, **asked: Any) -> Column:
    return statistics_of({"x": values}, **asked).columns[0]


def findings_of(
    columns: Mapping[str, Sequence[Any] | pa.Array], **asked: Any
) -> tuple[Finding, ...]:
    return judge(statistics_of(columns, **asked), "holdings.csv")


def codes_of(columns: Mapping[str, Sequence[Any] | pa.Array], **asked: Any) -> set[str]:
    return {one.code for one in findings_of(columns, **asked)}
