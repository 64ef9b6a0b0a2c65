"""Rows of two parts of a split that are nearly the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from dure.datasets.inspect.page_tables import class_balance
from dure.datasets.inspect.statistics import Split
from tests.datasets.inspect.tables import codes_of, findings_of, statistics_of

ROWS, TEST = 1200, 300


def table(copied: int = 0, change: Any = lambda columns, new, old: None) -> dict[str, Any]:
    """Return a table whose last rows are a test part, in which some rows are changed copies."""
    rng = np.random.default_rng(8)
    columns: dict[str, Any] = {
        "id": np.arange(ROWS),
        "site": np.array(["부산", "울산", "인천"], object)[rng.integers(0, 3, ROWS)],
        "speed": rng.normal(10, 3, ROWS),
        "heading": rng.integers(0, 360, ROWS),
        "day": np.datetime64("2026-01-01") + rng.integers(0, 300, ROWS).astype("timedelta64[D]"),
        "note": np.array([f"Note {n}" for n in rng.integers(0, 5000, ROWS)], object),
        "part": np.array(["train"] * (ROWS - TEST) + ["test"] * TEST, object),
    }
    new, old = np.arange(ROWS - copied, ROWS), np.arange(copied)
    for name in ("site", "speed", "heading", "day", "note"):
        columns[name][new] = columns[name][old]
    change(columns, new, old)
    return columns


def split_of(columns: dict[str, Any], **kwargs: Any) -> Split:
    found = statistics_of(columns, split="part", **kwargs).split
    assert found is not None
    return found


def test_without_any_none_are_found():
    assert (split_of(table()).leaked, split_of(table()).near) == (0, 0)
    assert "similarity.split-near" not in codes_of(table(), split="part")


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("speed", lambda columns, new, old: columns["speed"][old] + 5),
        ("heading", lambda columns, new, old: columns["heading"][old] + 400),
        ("note", lambda columns, new, old: np.array([f"other {n % 9}" for n in new], object)),
        ("day", lambda columns, new, old: columns["day"][old] + 1000),
    ],
)
def test_copies_that_differ_in_one_column_are_found(column: str, change: Any):
    def changed(columns: dict[str, Any], new: Any, old: Any) -> None:
        columns[column][new] = change(columns, new, old)

    found = split_of(table(40, changed))
    assert (found.leaked, found.near) == (0, 40)


def test_roundings_and_spellings_do_not_hide_a_copy_and_exact_ones_are_counted_apart():
    def changed(columns: dict[str, Any], new: Any, old: Any) -> None:
        columns["speed"][new[:20]] *= 1 + 1e-7
        columns["note"][new[:20]] = [f" {text.upper()}" for text in columns["note"][old[:20]]]

    found = split_of(table(50, changed))
    assert (found.leaked, found.near) == (30, 20)


def test_rows_that_differ_in_two_columns_are_not_called_alike():
    def changed(columns: dict[str, Any], new: Any, old: Any) -> None:
        columns["heading"][new] += 400
        columns["day"][new] += 1000

    assert split_of(table(40, changed)).near == 0


def test_where_few_columns_tell_rows_apart_agreement_says_nothing():
    rng = np.random.default_rng(2)
    part = np.array(["train"] * (ROWS - TEST) + ["test"] * TEST)
    codes = {name: rng.integers(0, 3, ROWS) for name in "abc"}
    told = split_of({**codes, "x": rng.normal(size=ROWS), "y": rng.normal(size=ROWS), "part": part})
    assert told.near == 0  # without x and y most rows agree with another; that is no copy
    assert split_of({"x": rng.integers(0, 9, ROWS), "part": part}).near == 0


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(1).normal(size=ROWS),
        [f"{number} " + "a long description of its own " * 3 for number in range(ROWS)],
    ],
)
def test_measurements_and_long_texts_name_no_rows(values: Any):
    """With such a column left out as if it were a serial number, every row would have a double."""
    part = np.array(["train"] * (ROWS - TEST) + ["test"] * TEST)
    columns = {"site": np.arange(ROWS) % 3, "value": values, "part": part}
    assert split_of(columns).leaked == 0
    assert split_of({**columns, "value": np.arange(ROWS)}).leaked == TEST


def test_it_is_said_with_the_share_and_not_looked_for_in_what_is_too_large():
    def changed(columns: dict[str, Any], new: Any, old: Any) -> None:
        columns["heading"][new] += 400

    columns = table(30, changed)
    (told,) = [one for one in findings_of(columns, split="part") if one.code.endswith("split-near")]
    assert told.locator == "part"
    assert "30 rows (10 %)" in told.words.en
    large = statistics_of(columns, split="part", exact_rows=100)
    assert large.split is not None
    assert large.split.near is None
    assert "too large" in class_balance(large, "en", withheld=frozenset())


def test_missing_values_agree_and_no_part_is_no_part():
    def changed(columns: dict[str, Any], new: Any, old: Any) -> None:
        gone = np.isin(np.arange(ROWS), [*new, *old])
        columns["speed"] = pa.array(columns["speed"], mask=gone)
        columns["heading"][new] += 400
        columns["part"][new[:5]] = None

    assert split_of(table(25, changed)).near == 20
