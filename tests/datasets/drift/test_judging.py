"""What is said when a table moved, and silence when only chance moved it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from dure.core.findings import Finding
from dure.datasets.drift.judging import judge
from dure.datasets.drift.page import drift_section
from dure.datasets.drift.tables import compared
from dure.datasets.drift.words import SENTENCES
from dure.datasets.inspect.families import Family
from dure.datasets.inspect.gathering import Source
from tests.datasets.inspect.tables import write
from tests.datasets.personal.corpus import resident

ROWS = 3000
SITES = np.array(["부산", "울산", "인천", "목포"])


def table(seed: int, **changed: Any) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    days = np.datetime64("2026-01-01") + rng.integers(0, 28, ROWS).astype("timedelta64[D]")
    return {
        "id": np.arange(ROWS) + seed * ROWS,
        "site": SITES[rng.integers(0, 3, ROWS)],
        "speed": rng.normal(10, 3, ROWS),
        "wait": pa.array(rng.integers(0, 50, ROWS), mask=rng.random(ROWS) < 0.02),
        "day": days,
        "serial": [f"S{seed}-{number}" for number in range(ROWS)],
        "note": [
            f"비고 {number}" if number % 3 else "없음" for number in rng.integers(0, 9**9, ROWS)
        ],
    } | changed


def found(folder: Path, first: Mapping[str, Any], second: Mapping[str, Any]) -> tuple[Finding, ...]:
    sources = [
        Source(write(folder / f"{name}.parquet", columns))
        for name, columns in (("first", first), ("second", second))
    ]
    return judge(compared(*sources), "second")


def codes(folder: Path, **changed: Any) -> set[tuple[str, str]]:
    told = found(folder, table(1), table(2, **changed))
    return {(one.locator, one.code.partition(".")[2]) for one in told}


RNG = np.random.default_rng(5)
DAYS = np.datetime64("2026-02-01") + RNG.integers(0, 28, ROWS).astype("timedelta64[D]")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, set()),
        ({"speed": RNG.normal(12, 3, ROWS)}, {("speed", "drift")}),
        ({"speed": RNG.normal(11.1, 3, ROWS)}, {("speed", "some-drift")}),
        ({"speed": RNG.normal(10, 3, ROWS) + (RNG.random(ROWS) < 0.03) * 90}, {("speed", "range")}),
        (
            {"wait": pa.array(RNG.integers(0, 50, ROWS), mask=RNG.random(ROWS) < 0.3)},
            {("wait", "missing")},
        ),
        ({"site": SITES[RNG.choice(3, ROWS, p=[0.7, 0.2, 0.1])]}, {("site", "drift")}),
        (
            {"site": SITES[RNG.choice([1, 2, 3], ROWS)]},
            {("site", "drift"), ("site", "new-values"), ("site", "gone-values")},
        ),
        ({"day": DAYS}, {("day", "period")}),
        ({"day": [str(day) for day in DAYS]}, {("day", "column-type")}),
        ({"added": np.zeros(ROWS)}, {("added", "column-new")}),
        ({"wait": RNG.integers(0, 50, ROWS).astype(float)}, {("wait", "column-type")}),
    ],
)
def test_each_way_to_move_is_told(tmp_path: Path, changed: dict[str, Any], told: set[Any]):
    assert codes(tmp_path, **changed) == told


def test_a_column_that_went_and_one_that_lost_its_values(tmp_path: Path):
    later = table(2, wait=pa.array([None] * ROWS, pa.int64()))
    del later["speed"]
    told = {(one.locator, one.code) for one in found(tmp_path, table(1), later)}
    assert told == {
        ("speed", "representativeness.column-gone"), ("wait", "representativeness.missing"),
    }  # fmt: skip


def test_a_small_table_moves_by_chance_alone(tmp_path: Path):
    told = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        sides = [{"x": rng.normal(size=40), "y": rng.integers(0, 6, 40).astype(str)} for _ in "ab"]
        told += found(tmp_path, *sides)
    assert [one for one in told if one.code.endswith("drift")] == []


def test_no_value_is_in_a_finding_and_every_code_has_a_family(tmp_path: Path):
    later = table(2, site=SITES[RNG.choice([1, 2, 3], ROWS)])
    for one in found(tmp_path, table(1), later):
        for words in (one.words, one.next_step):
            assert not set(SITES) & set(words.ko.split())
            assert "{" not in words.en + words.ko
    assert {code.partition(".")[0] for code in SENTENCES} <= set(Family)


def test_the_report_shows_what_moved_and_nothing_of_withheld_columns(tmp_path: Path):
    later = table(2, site=SITES[RNG.choice([1, 2, 3], ROWS)], speed=RNG.normal(14, 3, ROWS))
    sources = [
        Source(write(tmp_path / f"{name}.parquet", columns))
        for name, columns in (("first", table(1)), ("second", later))
    ]
    moved = compared(*sources)
    for language, words in (
        ("en", ("not judged", "quite different")),
        ("ko", ("판단하지 않음", "크게 다름")),
    ):
        html = drift_section(moved, "<june>.csv", ROWS, language, withheld=frozenset())
        assert all(word in html for word in words)
        assert "&lt;june&gt;.csv" in html
        assert html.count("<svg") == 2
        assert not any(site in html for site in SITES)
    hidden = drift_section(moved, "june.csv", ROWS, "en", withheld=frozenset({"speed"}))
    assert hidden.count("<svg") == 1


def test_edges_are_never_of_what_was_personal_in_the_earlier_table(tmp_path: Path):
    """The later one has other numbers in that column, so nothing in it is withheld."""
    rng = Random(7)
    people = [int(resident(rng).replace("-", "")) for _ in range(300)]
    earlier = {"who": people, "speed": RNG.normal(10, 3, 300)}
    later = {"who": range(300), "speed": RNG.normal(14, 3, 300)}
    sources = [
        Source(write(tmp_path / f"{name}.parquet", columns))
        for name, columns in (("first", earlier), ("second", later))
    ]
    drawn = {one.name: one.picture is not None for one in compared(*sources).columns}
    assert drawn == {"who": False, "speed": True}
    shown = compared(*sources, show_values=True)
    assert all(one.picture is not None for one in shown.columns)
