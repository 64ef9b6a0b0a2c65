"""Of a table in plain Arrow the same is found as of the same table in Parquet."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from dure.datasets.inspect import worker
from dure.datasets.inspect.gathering import Source
from dure.datasets.inspect.searching import search
from dure.datasets.inspect.statistics import Asked
from dure.datasets.inspect.stored import ArrowTable, ParquetTable, stored
from dure.datasets.inspect.table import measure
from dure.datasets.personal.scan import Scanner
from dure.readers import table_file
from dure.readers.fields import BLOCK_BYTES
from dure.readers.table_file import TableFile
from dure.readers.tables import Options
from tests.datasets.inspect.tables import NOW_S

ROWS = 700
RNG = np.random.default_rng(26)
DAY = dt.date(2026, 1, 31)
COLUMNS: dict[str, pa.Array] = {
    "id": pa.array(range(ROWS)),
    "speed": pa.array(RNG.normal(size=ROWS), mask=RNG.random(ROWS) < 0.1),
    "small": pa.array(RNG.integers(0, 9, ROWS), pa.int16()),
    "price": pa.array([Decimal(f"{n % 90}.25") for n in range(ROWS)]),
    "seen": pa.array(RNG.integers(0, 10**15, ROWS), pa.timestamp("us")),
    "day": pa.array([DAY] * (ROWS - 1) + [None]),
    "is_old": pa.array(RNG.random(ROWS) < 0.5),
    "at": pa.array(RNG.integers(0, 80_000, ROWS).astype(np.int32), pa.time32("s")).cast(
        pa.time32("ms")
    ),
    "part.no": pa.array([f"{'가나다'[n % 3]}{n % 7}" if n % 11 else None for n in range(ROWS)]),
    "note": pa.array(
        [f"연락 010-{n:04}-{n:04}" if n % 9 == 0 else f"비고 {n}" for n in range(ROWS)]
    ),
    "empty": pa.nulls(ROWS, pa.string()),
}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let even these tables have several groups, and several batches in each."""
    monkeypatch.setattr(table_file, "GROUP_ROWS", 256)
    monkeypatch.setattr(table_file, "BATCH_ROWS", 64)
    monkeypatch.setattr("dure.datasets.inspect.stored.BATCH_ROWS", 64)


def lay(folder: Path, ending: str) -> Path:
    """Write the table as a reader does, in pieces that are no groups."""
    table = pa.table(COLUMNS)
    path = folder / f"table{ending}"
    with TableFile(path, table.schema, lasting=False) as file:
        for start in range(0, ROWS, 100):
            file.write(table.slice(start, 100).to_batches()[0])
    return path


@pytest.mark.usefixtures("small")
def test_all_that_is_measured_and_found_is_the_same(tmp_path: Path):
    arrow, parquet = (lay(tmp_path, ending) for ending in (".arrow", ".parquet"))
    assert isinstance(stored(arrow), ArrowTable)
    assert isinstance(stored(parquet), ParquetTable)
    asked = Asked(split="part.no", show_values=True, now_s=NOW_S)
    assert measure(arrow, asked) == measure(parquet, asked)
    assert measure(arrow, asked, exact_rows=100) == measure(parquet, asked, exact_rows=100)
    found, expected = (
        search(Source(path), Scanner(engine_name="re"), recognise=True) for path in (arrow, parquet)
    )
    assert found == expected
    assert [one["column"] for one in found["personal"]] == ["note"]


@pytest.mark.usefixtures("small")
def test_batches_of_both_end_at_the_same_rows(tmp_path: Path):
    arrow, parquet = (stored(lay(tmp_path, ending)) for ending in (".arrow", ".parquet"))
    assert arrow.rows == parquet.rows == ROWS
    for place, values in enumerate(COLUMNS.values()):
        found, expected = (list(one.batches(place)) for one in (arrow, parquet))
        assert [len(one) for one in found] == [64] * 10 + [60]
        assert found == expected
        assert pa.chunked_array(found) == pa.chunked_array([values])


@pytest.mark.parametrize("later", ["7", "x"])
def test_a_large_file_becomes_parquet_and_the_answer_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, later: str
):
    """A value far down may be of another type: then the table is begun anew."""
    raw = tmp_path / "raw"
    rows = 3 * BLOCK_BYTES // 1000
    raw.write_text("a,b\n" + f"1,{'x' * 1000}\n" * rows + f"{later},y\n")
    asked = {"target": "", "split": "", "show_values": True, "now_s": NOW_S}
    words = json.dumps({"reading": Options().words(), "asked": asked})

    def answer(folder: str) -> Any:
        place = tmp_path / folder
        place.mkdir()
        assert worker.main(["csv", words], raw=raw, out=place, scratch=place) == 0
        return {one.suffix for one in place.glob("table.*")}, json.loads(
            (place / worker.ANSWER_NAME).read_text()
        )

    plain = answer("plain")
    monkeypatch.setattr(worker, "_PLAIN_BYTES", 100)
    packed = answer("packed")
    assert (plain[0], packed[0]) == ({".arrow", ".json"}, {".parquet", ".json"})
    assert plain[1] == packed[1]
    assert plain[1]["statistics"]["rows"] == rows + 1
    first = plain[1]["statistics"]["columns"][0]["kind"]
    assert first == ("number" if later == "7" else "text")
