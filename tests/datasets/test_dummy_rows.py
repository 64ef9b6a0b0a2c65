"""Made-up rows: faithful to what is released, the same for the same seed, bounded in memory."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.datasets.dummy.released import FORMATS, KINDS, TERM, Released, block, read_released
from dure.datasets.dummy.rows import UNKNOWN, batches, piece_rows
from dure.datasets.dummy.texts import KIND_LETTERS, room
from dure.datasets.dummy.types import arrow_type

INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
OTHERS = [
    *("double", "float", "bool", "string", "date32[day]", "time32[s]", "time32[ms]", "time64[us]"),
    *("time64[ns]", "timestamp[s]", "timestamp[ms, tz=UTC]", "timestamp[us, tz=Asia/Seoul]"),
    *("timestamp[ns]", "decimal128(9, 2)", "decimal128(38, 0)", "decimal128(1, 1)"),
]
TYPES = st.sampled_from(INTEGERS + OTHERS)


def column(
    kind: str, known: Released | None = None, rows: int = 200, seed: int = 1
) -> pa.ChunkedArray:
    fields = [("c", arrow_type(kind))]
    made = pa.Table.from_batches(batches(fields, {"c": known} if known else {}, rows, seed))
    made.validate(full=True)
    assert made.schema == pa.schema(fields)
    return made["c"]


def read(kind: str, **parts: Any) -> Released:
    """Read a column's parts as a document gives them."""
    return read_released({TERM: block([{"name": "c", "nulls": "0", **parts}])}, {"c": kind})["c"]


@given(TYPES, st.integers(1, 300), st.integers())
def test_of_every_type_something_is_made_up(kind: str, rows: int, seed: int) -> None:
    values = column(kind, rows=rows, seed=seed)
    assert len(values) == rows
    assert values.null_count >= (rows > 1), "what is not known may have a gap"
    assert values.equals(column(kind, rows=rows, seed=seed))


@given(st.sampled_from(INTEGERS), st.data(), st.integers(1, 60), st.booleans())
def test_whole_numbers_keep_to_their_range(
    kind: str, data: st.DataObject, rows: int, unique: bool
) -> None:
    limits = np.iinfo(kind)
    ends = sorted(data.draw(st.lists(st.integers(limits.min, limits.max), min_size=2, max_size=2)))
    known = read(kind, range=[str(end) for end in ends], unique=unique)
    values = column(kind, known, rows).to_pylist()
    if unique and rows <= int(limits.max) - ends[0]:
        assert len(set(values)) == rows
        assert min(values) >= ends[0]
    elif not unique:
        assert ends[0] <= min(values) <= max(values) <= ends[1]


@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False, allow_infinity=False),
    st.none() | st.integers(0, 9),
)
def test_numbers_keep_to_their_range(one: float, other: float, places: int | None) -> None:
    low, high = sorted([one, other])
    parts = {} if places is None else {"places": places}
    values = column("double", read("double", range=[repr(low), repr(high)], **parts)).to_pylist()
    slack = 0.0 if places is None else 10.0**-places
    assert low - slack <= min(values) <= max(values) <= high + slack
    if places is not None and max(abs(low), abs(high)) * 10**places < 2**53:
        assert all(round(value, places) == value for value in values)


@pytest.mark.parametrize(
    ("kind", "ends", "low", "high"),
    [
        ("date32[day]", ["2026-03-01", "2026-04-30"], dt.date(2026, 3, 1), dt.date(2026, 4, 30)),
        ("time64[us]", ["09:00:00", "17:59:59"], dt.time(9), dt.time(17, 59, 59)),
        ("decimal128(9, 2)", ["-1.5", "10"], Decimal("-1.50"), Decimal(10)),
        ("decimal128(38, 0)", ["-" + "9" * 38, "9" * 38], Decimal("-" + "9" * 38), Decimal("9" * 38)),
    ],
)  # fmt: skip
def test_other_types_keep_to_their_range(kind: str, ends: list[str], low: Any, high: Any) -> None:
    values = column(kind, read(kind, range=ends), rows=500).to_pylist()
    assert low <= min(values) <= max(values) <= high
    assert len(set(values)) > 50
    keys = column(kind, read(kind, range=ends, unique=True), rows=50).to_pylist()
    assert len(set(keys)) == 50


def test_times_have_their_grain() -> None:
    ends = ["2026-03-01 00:00:00Z", "2026-03-31 00:00:00Z"]
    for unique in (True, False):
        known = read("timestamp[ms, tz=UTC]", range=ends, step_s=3600, unique=unique)
        ticks = column("timestamp[ms, tz=UTC]", known).cast(pa.int64()).to_pylist()
        assert {tick % 3_600_000 for tick in ticks} == {0}
        assert all(1772323200000 <= tick <= 1774915200000 for tick in ticks)
        assert not unique or len(set(ticks)) == len(ticks)


@given(st.sampled_from(FORMATS), st.booleans())
def test_written_dates_are_dates(format_: str, as_number: bool) -> None:
    digits = not format_.strip("%YmdHMS").strip()
    kind = "int64" if as_number and digits else "string"
    known = read(kind, format=format_, range=["2024-02-01", "2024-02-29"])
    texts = pl.Series(column(kind, known).to_pylist()).cast(pl.String)
    if "%d" not in format_:
        texts, format_ = texts + "01", format_ + "%d"
    read_back = texts.str.to_datetime(format_, strict=True)
    assert {(day.year, day.month) for day in read_back.to_list()} == {(2024, 2)}


SHAPES = st.lists(
    st.text(st.sampled_from(KINDS + "-/. "), min_size=1, max_size=12), min_size=1, max_size=4
)


@given(SHAPES, st.integers(1, 300), st.booleans())
def test_texts_have_a_shape(shapes: list[str], rows: int, unique: bool) -> None:
    known = read("string", shapes=shapes, unique=unique)
    values = column("string", known, rows).to_pylist()
    if unique:
        assert len(set(values)) == rows
    if not unique or rows <= max(map(room, shapes)):
        kinds = {sign: kind for kind, signs in KIND_LETTERS.items() for sign in signs}
        assert {"".join(kinds.get(sign, sign) for sign in text) for text in values} <= set(shapes)


@given(
    st.text(st.sampled_from(KINDS + " "), max_size=6), st.integers(0, 30), st.integers(0, 30),
    st.booleans(),
)  # fmt: skip
def test_free_texts_have_their_length(letters: str, least: int, more: int, unique: bool) -> None:
    known = read("string", letters=letters, length=[least, least + more], unique=unique)
    values = column("string", known).to_pylist()
    if unique:
        assert len(set(values)) == len(values)
        return
    assert all(least <= len(text) <= least + more for text in values)
    assert all(text == text.strip() for text in values)
    allowed = {sign for kind in letters.strip() or "a" for sign in KIND_LETTERS.get(kind, " ")}
    assert {sign for text in values for sign in text} <= allowed | {" "} | set(KIND_LETTERS["a"])


def test_codes_are_the_ones_that_are_listed() -> None:
    values = column("string", read("string", codes=["정상", "점검", ""]), rows=300).to_pylist()
    assert set(values) == {"정상", "점검", ""}
    clock = column("time64[us]", read("time64[us]", codes=["09:30:00.000000"]), rows=3)
    assert clock.to_pylist() == [dt.time(9, 30)] * 3
    keys = column("int8", read("int8", codes=["1", "2", "3"], unique=True), rows=3).to_pylist()
    assert sorted(keys) == [1, 2, 3]


@given(st.sampled_from(["0", "0.01", "0.3", "0.99", "1"]), st.integers(1, 3_000))
def test_gaps_have_their_share(nulls: str, rows: int) -> None:
    values = column("int64", read("int64", nulls=nulls), rows)
    share = values.null_count / rows
    assert abs(share - float(nulls)) <= 4 * (0.25 / rows) ** 0.5 + 1 / rows
    assert (share > 0) == (nulls == "1" or (nulls != "0" and (rows > 1 or share > 0)))


def test_columns_and_seeds_differ_and_pieces_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from dure.datasets.dummy import rows as module

    kind = pa.int64()
    known = read("int64", range=["0", str(2**40)])
    names = [f"c{i}" for i in range(20)]

    def made(seed: int) -> list[list[int]]:
        pieces = batches([(name, kind) for name in names], dict.fromkeys(names, known), 64, seed)
        return [list(one) for one in zip(*(row.values() for row in pa.Table.from_batches(pieces).to_pylist()), strict=True)]  # fmt: skip

    one, other = made(1), made(2)
    monkeypatch.setattr(module, "_PIECE_ROWS", 7)
    columns = [*one, *other, *made(1)[1:2]]
    assert len({tuple(values) for values in columns}) == 41
    parts = [tuple(columns[-1][i : i + 7]) for i in range(0, 63, 7)]
    assert len(set(parts)) == 9
    everything = [value for values in columns[:40] for value in values]
    assert len(set(everything)) > len(everything) - 5, "no two columns share their chance"


def test_rows_stay_the_same_for_ever() -> None:
    """A seed in a bug report gives the reporter's rows, on whichever version."""
    fields = [(f"c{i}", arrow_type(kind)) for i, kind in enumerate(PORTABLE)]
    table = pa.Table.from_batches(batches(fields, {}, 50, 2026))
    text = "\n".join(str(row) for row in table.to_pylist())
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == VECTOR


PORTABLE = [kind for kind in INTEGERS + OTHERS if "ns" not in kind and "tz" not in kind]
VECTOR = "525211972ed61225"


@given(
    st.lists(st.builds(Released, length=st.tuples(st.just(0), st.integers(0, 10_000))), max_size=30)
)
def test_a_piece_fits_into_memory(known: list[Released]) -> None:
    rows = piece_rows(known)
    assert 1 <= rows <= 1 << 16
    widest = max((min(one.length[1], 1000) for one in known if one.length), default=0)
    assert rows == 1 or rows * widest * 32 <= 1 << 26
    assert piece_rows([UNKNOWN] * 10_000) * 10_000 * 16 <= 1 << 26


def test_rows_come_in_pieces() -> None:
    fields = [("c", pa.int64())]
    sizes = [batch.num_rows for batch in itertools.islice(batches(fields, {}, 10**7, 1), 2)]
    assert sizes == [1 << 16, 1 << 16]
