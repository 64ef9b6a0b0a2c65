"""Proposals: every rule holds, says why, and holds no record's value."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

from dure.datasets.rules import forms, proposing
from dure.datasets.rules.checking import check
from dure.datasets.rules.contract import parse, write
from dure.datasets.rules.proposing import CELL, propose
from dure.datasets.rules.shapes import shape
from tests.datasets.rules.test_checking import Columns, tables
from tests.datasets.rules.test_checking import write as write_table


def table(folder: Path, **columns: object) -> Path:
    file = folder / "t.parquet"
    pl.DataFrame(columns).write_parquet(file)
    return file


def proposed(file: Path, *columns: str) -> list[str]:
    """Return the names of the rules proposed about some columns."""
    contract, _ = propose(file)
    return [name for name, rule in contract.named() if set(rule.names) <= set(columns)]


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(tables())
def test_all_that_is_proposed_holds_and_has_its_reasons(tmp_path: Path, columns: Columns) -> None:
    many = {name: values * (proposing.ENOUGH_ROWS + 1) for name, values in columns.items()}
    file = write_table(tmp_path, many)
    contract, left_out = propose(file)
    assert parse(write(contract).encode()) == contract
    assert left_out == 0
    assert {one.state for one in check(file, contract)} == {"kept"}
    assert all(rule.why_en and rule.why_ko for rule in contract.rules)
    typed = {rule.names[0] for rule in contract.rules if isinstance(rule, forms.OfType)}
    assert typed == set(columns)


def test_what_is_proposed_about_each_kind_of_column(tmp_path: Path) -> None:
    rows = range(200)
    day = dt.date(2024, 2, 29)
    file = table(
        tmp_path,
        id=[*rows],
        price=[one * 1.5 for one in rows],
        gaps=[None if one % 3 else float(one) for one in rows],
        none=pl.Series([None] * 200, dtype=pl.String),
        same=[7] * 200,
        code=["정상" if one % 2 else "고장" for one in rows],
        serial=[f"SN{one:04d}" for one in rows],
        note=["메모 " + "x" * (one % 30) + "!" for one in rows],
        begin=[day for _ in rows],
        end=[day + dt.timedelta(days=one) for one in rows],
    )
    about = {name: proposed(file, name) for name in pl.read_parquet_schema(file)}
    assert about["id"] == ["row-count", "type(id)", "not-null(id)", "unique(id)"]
    assert about["price"][-1:] == ["range(price)"]
    assert about["gaps"] == ["row-count", "type(gaps)", "range(gaps)"]  # two thirds have none
    assert about["none"] == ["row-count", "type(none)"]
    assert about["same"][-1:] == ["not-null(same)"]
    assert about["code"][-2:] == ["allowed(code)", "length(code)"]
    assert about["serial"][-2:] == ["unique(serial)", "pattern(serial)"]
    assert about["note"][-1:] == ["length(note)"]
    assert about["end"][-1:] == ["range(end)"]
    assert "relation(begin, end)" in proposed(file, "begin", "end")
    assert "relation(end, begin)" not in proposed(file, "begin", "end")


def test_bounds_are_round_and_no_records(tmp_path: Path) -> None:
    file = table(
        tmp_path,
        n=[12_345, 98_765] * 100,
        x=[-0.0123, 4.5678] * 100,
        born=[dt.date(1961, 3, 14), dt.date(1999, 8, 2)] * 100,
        text=["김아무개", "이아무개아무개"] * 100,
    )
    text = write(propose(file)[0])
    for value in ("12345", "98765", "0123", "5678", "03-14", "08-02"):
        assert value not in text
    bounds = {
        rule.column: (rule.min, rule.max)
        for rule in propose(file)[0].rules
        if isinstance(rule, forms.Within)
    }
    assert bounds == {
        "n": (0, 110_000),
        "x": (-1.0, 6.0),
        "born": (dt.date(1960, 1, 1), dt.date(2000, 12, 31)),
    }


def test_a_code_that_few_rows_have_makes_no_code_list(tmp_path: Path) -> None:
    rare = table(tmp_path, code=["가"] * 200 + ["나"] * (CELL - 1))
    assert "allowed(code)" not in proposed(rare, "code")
    enough = table(tmp_path, code=["가"] * 200 + ["나"] * CELL)
    assert "allowed(code)" in proposed(enough, "code")


def test_few_rows_say_little(tmp_path: Path) -> None:
    few = table(tmp_path, n=[*range(proposing.ENOUGH_ROWS - 1)])
    assert proposed(few, "n") == ["row-count", "type(n)"]
    enough = table(tmp_path, n=[*range(proposing.ENOUGH_ROWS)])
    assert "not-null(n)" in proposed(enough, "n")


def test_columns_without_bounds_worth_a_rule(tmp_path: Path) -> None:
    file = table(
        tmp_path,
        huge=[2**60, 0] * 100,
        endless=[float("inf"), 0.0] * 100,
        vast=[1.6e308, -1.6e308] * 100,
        none=[float("nan"), 1.0] * 100,
        tiny=[5e-324, 0.0] * 100,
        long=["x" * 20_000, "y"] * 100,
        raw=pl.Series([b"a"] * 200, dtype=pl.Binary),
    )
    assert proposed(file, "huge")[-1] == "not-null(huge)"
    assert proposed(file, "endless")[-1] == "not-null(endless)"
    for name in ("vast", "tiny"):
        assert proposed(file, name)[-1] == f"not-null({name})"
    assert "range(none)" not in proposed(file, "none")
    assert proposed(file, "raw") == ["row-count", "not-null(raw)"]
    assert "length(long)" not in proposed(file, "long")


def test_more_than_a_contract_holds_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposing, "MAX_RULES", 3)
    contract, left_out = propose(table(tmp_path, a=[1], b=[2], c=[3], d=[4]))
    assert (len(contract.rules), left_out) == (3, 2)


def test_a_pattern_that_later_rows_break_is_not_proposed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposing, "_SHAPE_ROWS", 150)
    file = table(tmp_path, code=[f"SN{one:03d}" for one in range(150)] + ["other"] * 50)
    assert "pattern(code)" not in proposed(file, "code")
    same = table(tmp_path, code=[f"SN{one:03d}" for one in range(200)])
    assert "pattern(code)" in proposed(same, "code")


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["SN0001", "SN0420"], "SN[0-9]{4}"),
        (["제1보급대대", "제2보급대대"], "제[0-9]보급대대"),
        (["AB-1.5", "CD-2.7"], "[A-Z]{2}-[0-9]\\.[0-9]"),
        (["a/1", "b/2"], "[a-z]/[0-9]"),
        (["가1", "나2"], "[가-힣][0-9]"),
        (["1", "22"], ""),
        (["abc", "abd"], ""),
        (["a(1)", "b(2)"], ""),
        (["x1" * 40], ""),
        ([], ""),
        (["1-" * 31], "[0-9]-" * 31),
    ],
)
def test_shapes(texts: list[str], found: str) -> None:
    assert shape(texts) == found
    if found:
        rule = forms.Pattern(column="c", pattern=found)
        assert pl.Series(texts).str.contains(rule.whole).all()
