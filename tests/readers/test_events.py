"""Windows event logs: what becomes of each event, and what is refused instead of passed over."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dure.readers.events import COLUMNS
from dure.readers.parse import parse
from tests.readers.event_logs import event, log
from tests.readers.test_formats import fault, parsed, survives

THREE = log([event(1), event(2)], [event(3)])


def test_an_event_becomes_a_row(tmp_path: Path) -> None:
    known, table = parsed(tmp_path, "evtx", THREE)
    assert (known["rows"], table.schema.names) == (3, [name for name, _ in COLUMNS])
    row = table.to_pylist()[0]
    assert row["time"].isoformat() == "2026-01-31T09:30:00.123456+00:00"
    assert table.schema.field("time").type == pa.timestamp("us", tz="UTC")
    told = {name: row[name] for name in ("record_id", "event_id", "level", "process_id", "version")}
    assert told == {"record_id": 1, "event_id": 4001, "level": 4, "process_id": 12, "version": None}
    words = [row[name] for name in ("provider", "channel", "computer", "user_id", "data_kind")]
    assert words == ["Tide", "Harbour", "pier-1", "S-1-5-18", "EventData"]
    assert json.loads(row["data"]) == {"Place": "부산"}


def test_it_is_parsed_in_the_sandbox(tmp_path: Path) -> None:
    file = tmp_path / "a.evtx"
    file.write_bytes(THREE)
    kept: list[bytes] = []
    assert parse(file, "evtx", sink=kept.extend).rows == 3
    assert kept


def test_odd_values_keep_their_row(tmp_path: Path) -> None:
    odd = [event(1, time="never", data="a\0b"), event(2, time="1601-01-01T00:00:00Z")]
    rows = parsed(tmp_path, "evtx", log(odd))[1].to_pylist()
    assert (rows[0]["time"], rows[1]["time"].year) == (None, 1601)
    assert "\0" not in rows[0]["data"]


def without(chunk: int) -> bytes:
    """Return the log with a chunk that is empty, as a disk leaves a block that it lost."""
    at = 4096 + 65536 * chunk
    return THREE[:at] + bytes(65536) + THREE[at + 65536 :]


def changed(at: int) -> bytes:
    return THREE[:at] + bytes([THREE[at] ^ 1]) + THREE[at + 1 :]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not-evtx"),
        (b"ElfFile\0", "not-evtx"),
        (b"n,m\n1,2\n" * 100, "not-evtx"),
        (THREE[:-65536], "cut-off"),
        (THREE[:-1], "cut-off"),
        (THREE[:4096], "cut-off"),
        (without(0), "empty-chunk"),
        (without(1), "empty-chunk"),
        (changed(4096 + 512 + 200), "damaged-event"),
        (changed(4096 + 16), "damaged-event"),
        (changed(4096 + 65536 + 700), "damaged-event"),
    ],
)
def test_a_damaged_log_is_refused_as_a_whole(tmp_path: Path, data: bytes, why: str) -> None:
    assert parsed(tmp_path, "evtx", THREE)[0]["rows"] == 3
    assert fault(tmp_path, "evtx", data) == ("readers.log", why)


def test_a_log_that_is_still_open_may_be_longer_than_its_header_says(tmp_path: Path) -> None:
    still_open = log([event(1)], [event(2)], flags=1, told=1)
    assert parsed(tmp_path, "evtx", still_open)[0]["rows"] == 2
    room = bytes(2 * 65536)  # it is made longer before it is needed
    assert parsed(tmp_path, "evtx", still_open + room)[0]["rows"] == 2
    hole = still_open[: 4096 + 65536] + room + still_open[4096 + 65536 :]
    assert fault(tmp_path, "evtx", hole) == ("readers.log", "empty-chunk")
    assert fault(tmp_path, "evtx", log())[0] == "readers.empty"


@settings(max_examples=30)
@given(at=st.integers(0, len(THREE) - 1), value=st.integers(0, 255), end=st.integers(0, len(THREE)))
def test_any_change_is_a_table_or_an_honest_fault(
    tmp_path_factory: pytest.TempPathFactory, at: int, value: int, end: int
) -> None:
    place = tmp_path_factory.mktemp("any")
    data = bytearray(THREE)
    data[at] = value
    assert isinstance(survives(place, "evtx", bytes(data)), bool)
    assert isinstance(survives(place, "evtx", THREE[:end]), bool)


@pytest.mark.third_party_data
@pytest.mark.slow
def test_real_logs_are_read_whole(tmp_path: Path) -> None:
    """Every log below the folder that DURE_TEST_EVTX names."""
    place = os.environ.get("DURE_TEST_EVTX")
    if not place:
        pytest.skip("DURE_TEST_EVTX names no folder of Windows event logs")
    files = sorted(Path(place).rglob("*.evtx"))
    assert files
    for file in files:
        _, table = parsed(tmp_path, "evtx", file.read_bytes())
        assert not any(table[name].null_count for name in ("record_id", "time", "event_id"))
