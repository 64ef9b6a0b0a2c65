"""The quick ways of looking at a column say what the patterns say, or nothing."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from dure.readers.codes import Codes
from dure.readers.spellings import SPELLINGS, Spelling
from dure.readers.types import Guess

_QUICK = [spelling for spelling in SPELLINGS if spelling.quick]
_PIECES = st.lists(
    st.sampled_from(
        [*"0123456789", "-", "+", ".", "/", "e", "E", "x", " ", ":", "T", "Z", "20", "2026-01-31"]
    ),
    max_size=12,
).map("".join)
_VALUES = st.one_of(
    _PIECES,
    st.integers(-(2**64), 2**64).map(str),
    st.floats().map(repr),
    st.dates().map(str),
    st.datetimes().map(str),
    st.sampled_from(
        [
            "true",
            "TRUE",
            "tRue",
            "false",
            "007",
            "-0",
            "0x1F",
            "0xFFFFFFFFFF",
            "1.",
            ".5",
            "-.5",
            "00.5",
            "-00.5",
            "1e5",
            "1e400",
            "nan",
            "inf",
            "-inf",
            "2026-02-30",
            "2026-01-31T09",
            "2026-01-31 09:30Z",
            "2026-01-31T09:30:00.1234567",
            "2026-01-31T09:30+09",
            "2026-01-31T0930",
            "20260131",
            "",
            " 1",
            "1 ",
        ]
    ),
)


@given(
    values=st.lists(st.one_of(st.none(), _VALUES), min_size=1, max_size=4),
    spelling=st.sampled_from(_QUICK),
)
@example(["0xFFFFFFFFFF", "007"], SPELLINGS[0])
@example(["1", None, "-0"], SPELLINGS[0])
@example(["-9223372036854775808", "9223372036854775807"], SPELLINGS[0])
def test_the_quick_way_says_what_the_pattern_says(
    values: list[str | None], spelling: Spelling
) -> None:
    column = pa.array(["", *values], pa.string()).slice(1)
    assume(column.null_count < len(column))
    slow = replace(spelling, quick=None).cast(column)
    quick = spelling.cast(column)
    assert (quick is None) == (slow is None)
    assert quick is None or quick.equals(slow) or "nan" in str(quick)


@pytest.mark.parametrize("spelling", _QUICK)
def test_a_part_of_a_column_is_looked_at_by_itself(spelling: Spelling) -> None:
    good = {"int64": "12", "double": "1.5", "bool": "true", "date32[day]": "2026-01-31"}
    value = good.get(str(spelling.type), "2026-01-31T09:30:00")
    value += "Z" if "UTC" in str(spelling.type) else ""
    column = pa.array(["x", value, None, value, "y"])
    assert spelling.cast(column) is None
    assert spelling.cast(column.slice(1, 3)) is not None


@pytest.mark.parametrize(
    ("values", "kind", "beneath", "codes"),
    [
        (["1", "N/A", "2"], "string", "int64", ("N/A",)),
        (["N/A", "1", "2.5"], "string", "double", ("N/A",)),
        (["2026-01-31", "해당없음", "-"], "string", "date32[day]", ("-", "해당없음")),
        (["a", "N/A", "b"], "string", "string", ("N/A",)),
        (["N/A", "미상"], "string", "string", ("N/A", "미상")),
        (["1", "x", "2"], "string", "string", ()),
        (["1", "2", "-999", "-999"], "int64", "int64", ("-999",)),
        (["1", "2", "-999"], "int64", "int64", ()),
        (["1", "2000", "-999", "-999"], "int64", "int64", ()),
        (["0.5", "99.9", "99.9", "0.1"], "double", "double", ("99.9",)),
        (["900", "999", "999", "950"], "int64", "int64", ()),
    ],
)
def test_codes_for_missing_are_told_and_stay_values(
    values: list[str], kind: str, beneath: str, codes: tuple[str, ...]
) -> None:
    for size in (1, len(values)):  # batch by batch, and all at once
        guess = Guess()
        for start in range(0, len(values), size):
            guess.look(pa.array(values[start : start + size]))
        assert (str(guess.type()), str(guess.beneath())) == (kind, beneath)
        assert guess.codes.found() == codes


@pytest.mark.parametrize(
    ("values", "written"),
    [
        (["20260131", "20251231"], "date-digits"),
        (["20260131", "20261301"], ""),
        (["2026.01.31", "2026. 2. 1."], "date-dots"),
        (["2026/1/31"], "date-slashes"),
        (["2026년 1월 31일"], "date-korean"),
        (["31/01/2026", "01/02/2026"], "date-year-last"),
        (["1,234", "12,345.5"], "number-commas"),
        (["12%", "3.5%"], "number-percent"),
        (["12%", "x"], ""),
        (["1,234", "N/A"], "number-commas"),
    ],
)
def test_a_form_that_gives_no_type_is_told(values: list[str], written: str) -> None:
    guess = Guess()
    guess.look(pa.array(values))
    assert guess.written == written


def test_codes_of_other_columns_are_no_numbers() -> None:
    codes = Codes()
    codes.look(pa.array([True, False]))
    codes.look(pa.array([None, None], pa.int64()))
    assert (codes.found(), codes.has_days) == ((), False)
