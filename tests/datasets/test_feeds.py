"""Rows from databases: fetched by a query that only reads, typed in the sandbox, no secret told."""

from __future__ import annotations

import datetime as dt
import decimal
import io
import json
import os
import sqlite3
import uuid
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from dure.datasets import feeds
from dure.datasets.errors import DatasetError
from dure.datasets.feeds import Query, json_lines, read_query
from dure.node.node import Node
from dure.readers.parse import parse
from dure.storage.errors import StorageError
from tests.datasets.reading import records, told
from tests.datasets.world import LABEL, World

SECRET = "correct-horse"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    file = tmp_path / "coast.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE sightings (mmsi INTEGER, name TEXT, seen TEXT, sog REAL)")
        connection.executemany(
            "INSERT INTO sightings VALUES (?, ?, ?, ?)",
            [(n, f"배 {n}", f"2026-01-{1 + n % 28:02}", n / 4) for n in range(2500)],
        )
    connection.close()
    return file


def private(folder: Path, text: str, mode: int = 0o600) -> Path:
    file = folder / "address"
    file.write_text(text)
    file.chmod(mode)
    return file


def asked(folder: Path, text: str, address: str) -> Query:
    (folder / "query.sql").write_text(text)
    return read_query(folder / "query.sql", private(folder, address))


def refused(query: Query) -> DatasetError:
    with pytest.raises(DatasetError) as caught:
        list(json_lines(query))
    assert caught.value.code == "datasets.feed"
    return caught.value


def test_a_query_becomes_a_data_set(steward: Node, tmp_path: Path, database: Path) -> None:
    text = "-- all of them\nSELECT * FROM sightings ORDER BY mmsi;\n"
    query = asked(tmp_path, text, f"sqlite:///{database}")
    asset = steward.datasets.import_(query, label=LABEL)
    shown = steward.datasets.show(asset.id)["croissant"]
    assert shown["name"] == "query"
    assert str(database) not in json.dumps(shown)
    steward.datasets.export(asset.id, tmp_path / "out")
    table = pq.read_table(tmp_path / "out" / "data.parquet")
    assert [str(kind) for kind in table.schema.types] == [
        "int64",
        "string",
        "date32[day]",
        "double",
    ]
    assert table.num_rows == 2500
    assert list(records(tmp_path / "out", 3)) == told(table.slice(0, 3))
    assert steward.datasets.import_(query, label=LABEL).id == asset.id


def test_a_query_that_fails_late_leaves_nothing(
    world: World, steward: Node, tmp_path: Path, database: Path
) -> None:
    before = world.left()
    late = "SELECT mmsi, CASE WHEN mmsi = 2400 THEN x'00' ELSE name END AS name FROM sightings"
    with pytest.raises(DatasetError) as caught:
        steward.datasets.import_(asked(tmp_path, late, f"sqlite:///{database}"), label=LABEL)
    assert (caught.value.code, caught.value.facts["column"]) == ("datasets.feed", 2)
    (tmp_path / "query.sql").unlink()
    (tmp_path / "address").unlink()
    assert not world.left().since(before)


@pytest.mark.parametrize(
    "text",
    [
        "DELETE FROM sightings",
        "",
        "SELECT 1; DROP TABLE sightings",
        "SELECT ';'",
        "/* SELECT */ INSERT INTO sightings VALUES (1, '', '', 1)",
        "selection",
        "\xff",
        "SELECT '" + "x" * (1 << 20) + "'",
    ],
)
def test_what_is_no_single_reading_statement_is_refused(
    tmp_path: Path, database: Path, text: str
) -> None:
    (tmp_path / "query.sql").write_bytes(text.encode("latin-1"))
    with pytest.raises(DatasetError) as caught:
        read_query(tmp_path / "query.sql", private(tmp_path, f"sqlite:///{database}"))
    assert caught.value.facts["reason"] == "not-query"
    for fine in ("SELECT 1", " with x as (select 1) select * from x;\n", "VALUES (1)"):
        assert asked(tmp_path, fine, f"sqlite:///{database}").text


def test_the_address_is_its_owners_alone_and_shows_nowhere(tmp_path: Path) -> None:
    address = f"postgresql://steward:{SECRET}@127.0.0.1:1/coast"
    query = asked(tmp_path, "SELECT 1", address)
    assert SECRET not in repr(query)
    with pytest.raises(StorageError) as open_to_others:
        read_query(tmp_path / "query.sql", private(tmp_path, address, 0o644))
    assert open_to_others.value.code == "storage.key-mode"
    for wrong, reason in (
        (address, "unreachable"),
        (f"nosuch+driver://a:{SECRET}@host/x", "no-driver"),
        (f"mysql+nosuch://a:{SECRET}@host/x", "no-driver"),
        ("sqlite:///" + str(tmp_path / "absent.db"), "unreachable"),
        ("sqlite://", "unreachable"),
    ):
        error = refused(Query("q.sql", "SELECT 1", wrong))
        assert error.facts["reason"] == reason
        assert SECRET not in str(error)
        assert error.__cause__ is None
        assert error.__context__ is None or error.__suppress_context__
    assert not (tmp_path / "absent.db").exists()
    with pytest.raises(DatasetError) as caught:
        asked(tmp_path, "SELECT 1", f"no url {SECRET}")
    assert caught.value.facts["reason"] == "not-address"
    assert SECRET not in str(caught.value)


def test_a_query_can_not_write(tmp_path: Path, database: Path) -> None:
    # What a trick gets past the first look meets a connection that only reads.
    query = Query("q.sql", "DELETE FROM sightings", f"sqlite:///{database}")
    assert refused(query).facts["reason"] == "refused"
    count = Query("q.sql", "SELECT count(*) AS n FROM sightings", f"sqlite:///{database}")
    assert list(json_lines(count)) == [b'{"n":2500}\n']


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SELECT secret FROM nowhere", "refused"),
        ("SELECT 1 AS a, 2 AS a", "column-twice"),
        ("SELECT x'00' AS a", "column-type"),
        ("SELECT 9e999 AS a", "not-finite"),
    ],
)
def test_what_the_database_answers_is_refused_with_a_reason(
    tmp_path: Path, database: Path, text: str, reason: str
) -> None:
    error = refused(Query("q.sql", text, f"sqlite:///{database}"))
    assert error.facts["reason"] == reason
    assert "secret" not in str(error)


def test_time_is_bounded(database: Path) -> None:
    query = Query("q.sql", "SELECT * FROM sightings", f"sqlite:///{database}")
    with pytest.raises(DatasetError) as caught:
        list(json_lines(query, limit_s=-1))
    assert caught.value.facts["reason"] == "too-slow"


@pytest.mark.parametrize(
    ("value", "told_as", "kind"),
    [
        (None, "null", "string"),
        (True, "true", "bool"),
        (2**53 + 1, "9007199254740993", "int64"),
        (0.1, "0.1", "double"),
        (decimal.Decimal("1200.50"), "1200.50", "double"),
        (decimal.Decimal("1E+3"), "1E+3", "double"),
        ("007", '"007"', "string"),
        (dt.date(2026, 1, 31), '"2026-01-31"', "date32[day]"),
        (dt.datetime(2026, 1, 31, 9, 30), '"2026-01-31T09:30:00"', "timestamp[us]"),  # noqa: DTZ001
        (
            dt.datetime(2026, 1, 31, 9, 30, tzinfo=dt.UTC),
            '"2026-01-31T09:30:00+00:00"',
            "timestamp[us, tz=UTC]",
        ),
        (dt.time(9, 30), '"09:30:00"', "string"),
        (dt.timedelta(seconds=90), "90.0", "double"),
        (uuid.UUID(int=7), '"00000000-0000-0000-0000-000000000007"', "string"),
        ([1, "x"], '[1, "x"]', "string"),
    ],
)
def test_values_of_drivers_have_one_text_and_one_type(
    tmp_path: Path, value: Any, told_as: str, kind: str
) -> None:
    from dure.readers.reading import read
    from dure.readers.tables import Options

    assert feeds._value(value, 1) == told_as
    raw = tmp_path / "raw"
    raw.write_text(f'{{"k": 1, "v": {told_as}}}\n')
    known: Any = read("jsonl", raw, tmp_path / "t", tmp_path / "s", Options().words())
    assert known["columns"][1]["type"] == kind


@pytest.mark.parametrize("value", [float("nan"), decimal.Decimal("Infinity"), b"x", object(), {1}])
def test_values_that_are_none_are_refused_by_their_column(value: Any) -> None:
    with pytest.raises(DatasetError) as caught:
        feeds._value(value, 7)
    assert caught.value.facts["column"] == 7


def test_blocks_may_come_from_anywhere() -> None:
    table = io.BytesIO()
    parsed = parse(
        iter([b'{"a":1}\n{"a', b'":2}\n']),
        "jsonl",
        sink=lambda blocks: table.write(b"".join(blocks)),
    )
    assert (parsed.rows, parsed.size_bytes) == (2, 16)


@pytest.mark.postgres
def test_postgresql_only_reads_and_stops_in_time(tmp_path: Path) -> None:
    address = os.environ["DURE_TEST_POSTGRES"]

    def one(text: str, **more: Any) -> list[bytes]:
        return list(json_lines(Query("q.sql", text, address), **more))

    assert one("SELECT 1 AS a, 1.50::numeric AS b, now() > 'epoch' AS c, '%s:x' AS d") == [
        b'{"a":1,"b":1.50,"c":true,"d":"%s:x"}\n'
    ]
    assert len(b"".join(one("SELECT * FROM generate_series(1, 2500) AS n")).splitlines()) == 2500
    assert one("SELECT current_setting('transaction_read_only') AS v") == [b'{"v":"on"}\n']
    with pytest.raises(DatasetError) as caught:
        one("SELECT 1 FROM nowhere")
    assert (caught.value.facts["reason"], caught.value.facts["state"]) == ("refused", "42P01")
    with pytest.raises(DatasetError) as slow:
        one("SELECT pg_sleep(5)", limit_s=0.05)
    assert slow.value.facts["reason"] == "too-slow"
