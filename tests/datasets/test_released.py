"""What is released of a column: nothing that fewer than ten rows share; and how a block is read."""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.datasets.dummy.measuring import main, measure, null_share, outward
from dure.datasets.dummy.released import (
    LEAST_ROWS,
    MOST_CODES,
    TERM,
    NotReleasedForm,
    block,
    read_released,
    typed,
)
from dure.datasets.dummy.types import arrow_type


def moment(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, *(1, 1, 1)[len(parts) : 3])  # noqa: DTZ001 (a column without a zone)


def measured(values: list[Any], kind: pa.DataType | None = None) -> dict[str, Any]:
    return measure(pa.chunked_array([pa.array(values, kind)]))


# ── what is released ───────────────────────────────────────────────────────────────────────────
def test_codes_are_listed_when_every_one_has_ten_rows() -> None:
    common = ["가"] * 10 + ["나"] * 500
    assert measured(common)["codes"] == ["가", "나"]
    assert "codes" not in measured([*common, "다"])
    assert "codes" not in measured([*common, *["다"] * 9])
    assert measured([*common, *["다"] * 10])["codes"] == ["가", "나", "다"]
    many = [f"{i}" for i in range(MOST_CODES)] * LEAST_ROWS
    assert len(measured(many)["codes"]) == MOST_CODES
    assert "codes" not in measured([*many, *["more"] * 10])
    assert "codes" not in measured(["x" * 201] * 10)


@pytest.mark.parametrize(
    ("values", "kind", "codes"),
    [
        ([1, 2], pa.int8(), ["1", "2"]),
        ([True, False], None, ["false", "true"]),
        ([1.5, 2.0], None, ["1.5", "2"]),
        ([Decimal("1.50")], pa.decimal128(9, 2), ["1.50"]),
        ([dt.date(2026, 1, 31)], None, ["2026-01-31"]),
        ([dt.time(9, 30)], pa.time64("us"), ["09:30:00.000000"]),
        ([moment(2026, 1, 31, 9)], pa.timestamp("s"), ["2026-01-31 09:00:00"]),
        ([moment(2026, 1, 31)], pa.timestamp("us", "Asia/Seoul"), ["2026-01-31 00:00:00.000000Z"]),
    ],
    ids=str,
)  # fmt: skip
def test_codes_of_every_type_are_read_back(
    values: list[Any], kind: pa.DataType | None, codes: list[str]
) -> None:
    array = pa.array(values * LEAST_ROWS, kind)
    found = measure(pa.chunked_array([array]))
    assert found["codes"] == codes
    released = read({"c": found}, {"c": str(array.type)})["c"]
    assert set(typed(released.codes, array.type).to_pylist()) == set(array.to_pylist())


@given(st.lists(st.integers(-(10**6), 10**6), min_size=10, max_size=200))
def test_a_range_tells_no_row_apart(values: list[int]) -> None:
    """Ten rows lie at or beyond... each end's value before rounding; the extremes never show."""
    found = measured(values)
    if "range" not in found:
        assert len(values) < 2 * LEAST_ROWS or "codes" in found or "format" in found
        return
    low, high = map(int, found["range"])
    ordered = sorted(values)
    assert low <= ordered[LEAST_ROWS - 1] <= ordered[-LEAST_ROWS] <= high
    # Nine rows at each end, whatever they hold, change nothing that is released of the range.
    others = [-(10**9) - i for i in range(9)] + ordered[9:-9] + [10**9 + i for i in range(9)]
    assert measured(others)["range"] == found["range"]


def test_an_extreme_value_does_not_show() -> None:
    usual = [1000 + i for i in range(500)]
    assert measured([*usual, 987_654_321])["range"] == measured([*usual, 1499])["range"]
    texts = [f"note {'x' * (i % 40)} end." for i in range(300)]
    secret = [*texts, "비밀 " + "가" * 500]
    assert {k: v for k, v in measured(secret).items() if k != "unique"} == {
        k: v for k, v in measured(texts).items() if k != "unique"
    }


@given(
    st.lists(
        st.text(
            st.sampled_from("abcXYZ019가나다東 -_./@") | st.characters(codec="utf-8"), max_size=20
        ),
        min_size=1,
        max_size=60,
    ),
    st.integers(1, 9),
)
def test_no_text_of_fewer_than_ten_rows_is_released(texts: list[str], times: int) -> None:
    """Each text stands in at most nine rows here; only kinds of letters may come out."""
    found = measured([text for text in dict.fromkeys(texts) for _ in range(times)])
    assert "codes" not in found
    assert found.get("nulls", "0") in ("0", "1")
    for shape in found.get("shapes", []):
        assert not re.search(r"[b-zB-Z0-8나-힣東西]", shape)
    assert set(found.get("letters", "")) <= set("9Aa가漢 ")


@pytest.mark.parametrize("few", [1, 9])
def test_a_column_with_fewer_than_ten_values_is_all_gaps(few: int) -> None:
    assert measured([5] * few + [None] * 100, pa.int64()) == {"nulls": "1"}
    assert measured([5] * 10 + [None] * 100, pa.int64()) == {"nulls": "0.9", "codes": ["5"]}
    assert measured([None] * 20, pa.string()) == {"nulls": "1"}
    assert measured([float("nan"), float("inf")] * 30) == {"nulls": "1"}


@given(st.integers(10, 10**7), st.data())
def test_a_share_of_gaps_stands_for_ten_rows_or_none(rows: int, data: st.DataObject) -> None:
    nulls = data.draw(st.integers(0, rows - 10) | st.integers(0, min(30, rows - 10)))
    share = Decimal(null_share(nulls, rows))
    assert (share == 0) == (nulls < LEAST_ROWS)
    assert share == round(share, 2) <= Decimal("0.99")
    assert abs(float(share) - nulls / rows) <= max(0.011, 11 / rows)
    if share and share != Decimal("0.99"):
        assert (share * 100) % max(1, -(-1000 // rows)) == 0, "in steps of ten rows or more"


@pytest.mark.parametrize(
    ("values", "format_", "range_"),
    [
        ([f"2025{m:02}{d:02}" for m in (3, 4, 5) for d in range(1, 29)], "%Y%m%d", ["2025-03-01", "2025-05-31"]),
        ([20250000 + m * 100 + d for m in (3, 4, 5) for d in range(1, 29)], "%Y%m%d", ["2025-03-01", "2025-05-31"]),
        ([f"{y}-01-{d:02}" for y in range(2001, 2011) for d in range(1, 29)], "%Y-%m-%d", ["2001-01-01", "2010-12-31"]),
        ([f"{y}.{m:02}.01" for y in range(2001, 2011) for m in range(1, 13)], "%Y.%m.%d", ["2001-01-01", "2010-12-31"]),
        ([f"{y}{m:02}" for y in range(2001, 2011) for m in range(1, 13)], "%Y%m", ["2001-01-01", "2010-12-31"]),
        ([f"2025-03-{d:02} {h:02}:30" for d in range(1, 29) for h in range(24)], "%Y-%m-%d %H:%M", ["2025-03-01", "2025-03-31"]),
    ],
    ids=range(6),
)  # fmt: skip
def test_dates_that_are_written_out_are_known(
    values: list[Any], format_: str, range_: list[str]
) -> None:
    found = measured(values)
    assert (found["format"], found["range"]) == (format_, range_)
    spoilt = measured([*values[:-1], type(values[0])("99999999"[: len(str(values[0]))])])
    assert "format" not in spoilt


def test_times_and_numbers_have_their_grain() -> None:
    hours = [moment(2026, 3, 1) + dt.timedelta(hours=i) for i in range(600)]
    assert measured(hours) == {
        "nulls": "0", "unique": True, "step_s": 3600,
        "range": ["2026-03-01 00:00:00", "2026-03-31 00:00:00"],
    }  # fmt: skip
    assert measured([*hours, hours[0].replace(minute=7)])["step_s"] == 3600, "one row is no grain"
    fine = [hour.replace(microsecond=i) for i, hour in enumerate(hours)]
    assert "step_s" not in measured(fine)
    assert measured([i / 4 for i in range(1000)])["places"] == 2
    assert "places" not in measured([i / 7 for i in range(1, 1000)])
    zoned = measured(hours, pa.timestamp("us", "Asia/Seoul"))
    assert zoned["range"][0].endswith("Z")
    clock = [dt.time(i % 24, i % 60) for i in range(500)]
    assert measured(clock)["range"] == ["00:00:00", "23:59:59"]


def test_ranges_stay_within_the_type() -> None:
    assert measured([i % 128 for i in range(1000)], pa.int8())["range"] == ["0", "127"]
    assert measured([i % 256 for i in range(2000)], pa.uint8())["range"] == ["0", "255"]
    assert measured([2**64 - 1 - i for i in range(2000)], pa.uint64())["range"][1] == str(2**64 - 1)
    assert "range" not in measured([1e300 + i * 1e297 for i in range(1000)])
    money = [Decimal(i) / 100 for i in range(1_000, 9_999)]
    assert "range" not in measured(money, pa.decimal128(4, 2))
    assert measured(money, pa.decimal128(9, 2))["range"] == ["10", "100"]


@given(st.decimals(-(10**9), 10**9, places=3), st.decimals(0, 10**9, places=3))
def test_ranges_are_rounded_outward(least: Decimal, width: Decimal) -> None:
    low, high = outward(least, least + width)
    assert low <= least
    assert high >= least + width
    assert high - low <= max(width * Decimal("1.2"), abs(least), Decimal(1))


def test_a_name_with_a_dot_is_measured_as_its_own(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a.b": ["x"] * 20, "a": [1] * 20}), tmp_path / "t.parquet")
    main(tmp_path / "t.parquet", tmp_path)
    said = json.loads((tmp_path / "released.json").read_text("utf-8"))
    assert [(one["name"], one["codes"]) for one in said] == [("a.b", ["x"]), ("a", ["1"])]


def test_codes_that_name_somebody_are_not_listed(tmp_path: Path) -> None:
    """Ten rows each, and yet a phone number: the scan has a veto, of texts and of numbers."""
    columns = {
        "연락처": ["010-1234-5678", "010-8765-4321"] * 10,
        "주민등록번호": [9001011234568, 9001011234568] * 10,
        "등급": ["가", "나"] * 10,
    }
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")
    main(tmp_path / "t.parquet", tmp_path)
    text = (tmp_path / "released.json").read_text("utf-8")
    said = {one["name"]: one for one in json.loads(text)}
    assert said["등급"]["codes"] == ["가", "나"]
    assert "codes" not in said["연락처"]
    assert "codes" not in said["주민등록번호"]
    assert not re.search("1234|5678|4321", text)


# ── how a block is read ────────────────────────────────────────────────────────────────────────
def read(columns: dict[str, dict[str, Any]], fields: dict[str, str]) -> dict[str, Any]:
    written = block([{"name": name, **parts} for name, parts in columns.items()])
    return read_released(json.loads(json.dumps({TERM: written})), fields)


ANY_COLUMN = st.one_of(
    st.lists(st.integers() | st.none(), max_size=60).map(lambda v: [i if i is None else i % 2**40 for i in v]),
    st.lists(st.floats() | st.none(), max_size=60),
    st.lists(st.text(st.characters(codec="utf-8"), max_size=12) | st.none(), max_size=60),
    st.lists(st.dates() | st.none(), max_size=60),
    st.lists(st.datetimes(min_value=moment(1700), max_value=moment(2200)) | st.none(), max_size=60),
    st.lists(st.booleans() | st.none(), max_size=60),
    st.lists(st.times() | st.none(), max_size=60),
)  # fmt: skip


@given(ANY_COLUMN, st.sampled_from([1, 10, 25]))
def test_what_was_measured_is_read_back(values: list[Any], times: int) -> None:
    array = pa.array([None, *values] * times)
    array = array.cast(pa.string()) if array.type == pa.null() else array
    found = measure(pa.chunked_array([array]))
    released = read({"c": found}, {"c": str(array.type)})["c"]
    assert released.nulls == float(found["nulls"])
    assert list(released.codes) == found.get("codes", [])
    assert (released.range is None) == ("range" not in found)


FIELDS = {"n": "int64", "t": "string", "x": "double", "d": "date32[day]", "b": "bool"}
RIGHT: dict[str, Any] = {
    TERM: block(
        [
            {"name": "n", "nulls": "0", "range": ["0", "10"], "unique": True},
            {"name": "t", "nulls": "0.1", "shapes": ["A9"]},
            {"name": "x", "nulls": "0.25", "range": ["-1.5", "1e3"], "places": 2},
            {"name": "d", "nulls": "1"},
            {"name": "b", "nulls": "0", "codes": ["true", "false"]},
        ]
    )
}


def test_a_document_without_a_block_releases_nothing() -> None:
    assert read_released({}, FIELDS) == {}
    assert set(read_released(RIGHT, FIELDS)) == set(FIELDS)


WRONG = [
    (0, {"name": "nowhere"}, "released-form"),
    (0, {"name": ["n"]}, "released-form"),
    (1, {"name": "n"}, "released-form"),
    (0, {"nulls": 0}, "released-form"),
    (0, {"nulls": "1.5"}, "released-form"),
    (0, {"nulls": "0.123"}, "released-form"),
    (0, {"nulls": "-0.1"}, "released-form"),
    (0, {"unique": 1}, "released-form"),
    (0, {"more": 1}, "released-form"),
    (0, {"codes": "12"}, "released-form"),
    (0, {"codes": ["1"] * 2}, "released-form"),
    (0, {"codes": [str(i) for i in range(65)]}, "released-form"),
    (0, {"codes": [1]}, "released-form"),
    (0, {"codes": [["1"]]}, "released-form"),
    (0, {"codes": ["x"]}, "released-range"),
    (0, {"codes": ["9" * 40]}, "released-range"),
    (1, {"codes": ["x" * 1000]}, "released-form"),
    (0, {"range": ["0"]}, "released-form"),
    (0, {"range": {"0": "1"}}, "released-form"),
    (0, {"range": [0, 1]}, "released-form"),
    (0, {"range": ["1", "0"]}, "released-range"),
    (0, {"range": ["0", "1e400"]}, "released-range"),
    (2, {"range": ["0", "inf"]}, "released-range"),
    (2, {"range": ["nan", "nan"]}, "released-range"),
    (2, {"range": ["-1e999", "0"]}, "released-range"),
    (1, {"range": ["a", "b"]}, "released-form"),
    (3, {"range": ["2026-13-01", "2027-01-01"]}, "released-range"),
    (2, {"places": -1}, "released-form"),
    (2, {"places": 10**9}, "released-form"),
    (2, {"places": True}, "released-form"),
    (0, {"step_s": 0}, "released-form"),
    (1, {"format": "%s%s%s"}, "released-form"),
    (1, {"format": ["%Y"]}, "released-form"),
    (2, {"format": "%Y%m%d"}, "released-form"),
    (1, {"shapes": [""]}, "released-form"),
    (1, {"shapes": ["9" * 65]}, "released-form"),
    (1, {"shapes": ["Bob"]}, "released-form"),
    (1, {"shapes": ["9"] * 17}, "released-form"),
    (1, {"shapes": [9]}, "released-form"),
    (1, {"letters": "xyz"}, "released-form"),
    (1, {"letters": 5}, "released-form"),
    (1, {"length": [5, 1]}, "released-form"),
    (1, {"length": [-1, 5]}, "released-form"),
    (1, {"length": [0, 10**12]}, "released-form"),
    (1, {"length": [0.0, 5]}, "released-form"),
    (1, {"length": "12"}, "released-form"),
]


@pytest.mark.parametrize(("at", "change", "reason"), WRONG, ids=[str(w[1])[:40] for w in WRONG])
def test_a_block_of_another_form_is_refused(at: int, change: dict[str, Any], reason: str) -> None:
    document = copy.deepcopy(RIGHT)
    document[TERM]["columns"][at] |= change
    with pytest.raises(NotReleasedForm) as refused:
        read_released(document, FIELDS)
    assert (refused.value.reason, refused.value.column) == (reason, at + 1)


@pytest.mark.parametrize(
    "given",
    [[], "x", 1, {}, {"version": 2, "columns": []}, {"version": 1}, {"version": 1, "columns": {}}],
)
def test_something_else_in_the_blocks_place_is_refused(given: object) -> None:
    with pytest.raises(NotReleasedForm):
        read_released({TERM: given}, FIELDS)
    with pytest.raises(NotReleasedForm):
        read_released({TERM: {"version": 1, "columns": [1]}}, FIELDS)


@pytest.mark.parametrize(
    "name",
    [
        *("", "object", "null", "list<item: int64>"),
        *("timestamp[us, tz=Nowhere/Land]", "timestamp[us, tz=../x]", "timestamp[us, tz=+25:00]"),
        *("decimal128(39, 2)", "decimal128(2, 3)", "decimal128(0, 0)"),
    ],
)
def test_types_that_no_data_set_has(name: str) -> None:
    with pytest.raises(ValueError, match="unknown"):
        arrow_type(name)


@pytest.mark.parametrize(
    "kind",
    [
        *(pa.int8(), pa.uint64(), pa.float32(), pa.bool_(), pa.string(), pa.date32()),
        *(pa.time32("ms"), pa.time64("ns"), pa.timestamp("s"), pa.timestamp("us", "UTC")),
        *(pa.timestamp("ns", "+09:00"), pa.timestamp("ms", "Asia/Seoul"), pa.decimal128(38, 9)),
    ],
    ids=str,
)
def test_types_are_known_by_their_names(kind: pa.DataType) -> None:
    assert arrow_type(str(kind)) == kind


def test_polars_counts_the_letters_that_are_meant() -> None:
    """The classes of a shape are the regular expressions of another library: seen as it is."""
    found = measured(["Ab9-가힣 東É３ㄱ"] * 100 + [f"{i}" for i in range(5)])
    assert found["shapes"] == ["Aa9-가가 漢漢9가"]
    assert pl.Series(["É"]).str.replace_all(r"[A-Za-z]", "x").to_list() == ["É"]
