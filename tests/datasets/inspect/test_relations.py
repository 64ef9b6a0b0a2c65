"""Repeated rows, parts of a split, correlations, and columns that tell the target."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

from dure.datasets.inspect.table import MOST_COLUMNS, UnknownColumnError
from tests.datasets.inspect.tables import statistics_of

RNG = np.random.default_rng(11)
CELLS = some.tuples(
    some.none() | some.integers(0, 2), some.sampled_from(["x", "y", "", None]), some.booleans()
)


@given(some.lists(CELLS, min_size=2, max_size=30))
def test_repeated_rows_are_counted_as_a_set_counts_them(rows: list[tuple[object, ...]]):
    first, second, third = zip(*rows, strict=True)
    columns = {
        "a": pa.array(first, pa.int64()),
        "b": pa.array(second, pa.string()),
        "c": pa.array(third, pa.bool_()),
    }
    repeated = len(rows) - len(set(rows))
    found = statistics_of(columns)
    assert (found.duplicates, found.twins) == (repeated, 0) or (
        # One of the columns has no value twice, so no row is repeated.
        repeated == found.duplicates == 0
    )
    numbered = statistics_of({"number": list(range(len(rows))), **columns})
    assert (numbered.duplicates, numbered.twins) == (0, repeated) or repeated == 0


def test_rows_that_differ_in_a_missing_value_or_a_column_are_not_equal():
    assert statistics_of({"a": [1, None, 1], "b": ["x", "x", None]}).duplicates == 0
    assert statistics_of({"a": [1, 2, 1, 2], "b": [2, 1, 2, 1]}).duplicates == 2
    assert statistics_of({"a": [0.0, -0.0, math.nan, math.nan]}).duplicates == 2


def test_a_column_that_begins_like_a_key_and_is_none_still_counts():
    ends = {"a": [*range(100), 5], "b": ["same"] * 101}
    assert statistics_of(ends).duplicates == 1
    late = {"a": [*range(70_000), 5], "b": ["same"] * 70_001}  # the first batch has no repeat
    assert statistics_of(late).duplicates == 1


@given(
    some.lists(
        some.tuples(some.integers(0, 3), some.sampled_from(["train", "test", None])), min_size=1
    )
)
def test_rows_in_two_parts(rows: list[tuple[int, str | None]]):
    values, parts = zip(*rows, strict=True)
    found = statistics_of({"x": values, "part": pa.array(parts, pa.string())}, split="part").split
    assert found is not None
    sizes = Counter(part for part in parts if part is not None)
    assert [one.count for one in found.parts] == list(sizes.values())
    if len(sizes) < 2 or not has_repeats(values):
        assert found.leaked == 0
        return
    small = min(sizes, key=lambda part: (sizes[part], -list(sizes).index(part)))
    told = {part: {value for value, one in rows if one == part} for part in sizes}
    both = told["train"] & told["test"]
    assert found.leaked == sum(one == small and value in both for value, one in rows)


def has_repeats(values: tuple[object, ...]) -> bool:
    return len(set(values)) < len(values)


def test_a_row_number_does_not_hide_a_leak():
    rows = 200
    values = [n % 100 for n in range(rows)]
    parts = ["train"] * 120 + ["test"] * 80
    found = statistics_of({"id": list(range(rows)), "x": values, "part": parts}, split="part").split
    assert found is not None
    assert found.leaked == 80
    apart = statistics_of({"id": list(range(rows)), "x": [n // 2 for n in range(rows)],
                           "part": parts}, split="part").split  # fmt: skip
    assert apart is not None
    assert apart.leaked == 0


def test_only_so_many_parts():
    found = statistics_of({"x": [1] * 40, "part": list(range(40))}, split="part").split
    assert found is not None
    assert len(found.parts) == 16


def test_correlations_are_numpys():
    rows = 500
    one = RNG.normal(size=rows)
    table = {"a": one, "b": one * 2 + RNG.normal(size=rows), "c": RNG.normal(size=rows) * 1e200,
             "d": np.ones(rows), "t": ["x"] * rows}  # fmt: skip
    gaps = np.where(RNG.random(rows) < 0.2, np.nan, table["b"])
    found = statistics_of({**table, "e": pa.array(gaps, from_pandas=True)})
    told = {(pair.first, pair.second): pair.value for pair in found.correlations}
    assert set(told) == {(0, 1), (0, 2), (0, 5), (1, 2), (1, 5), (2, 5)}  # nothing with a constant
    there = ~np.isnan(gaps)
    assert told[0, 1] == pytest.approx(np.corrcoef(table["a"], table["b"])[0, 1])
    assert told[0, 2] == pytest.approx(np.corrcoef(table["a"], table["c"] / 1e200)[0, 1])
    assert told[0, 5] == pytest.approx(np.corrcoef(one[there], gaps[there])[0, 1])
    assert told[1, 5] == pytest.approx(1)
    strengths = [abs(pair.value) for pair in found.correlations]
    assert strengths == sorted(strengths, reverse=True)


def leaking(columns: dict[str, object], target: str) -> set[str]:
    found = statistics_of(columns, target=target)  # type: ignore[arg-type]
    assert found.target is not None
    return {found.columns[one.column].name for one in found.target.leaks}


def test_columns_that_tell_a_class():
    rows = 2000
    goal = RNG.integers(0, 3, rows)
    honest = np.where(RNG.random(rows) < 0.4, goal, RNG.integers(0, 3, rows))
    columns = {
        "goal": [f"class {n}" for n in goal],
        "copy": [f"code {9 - n}" for n in goal],
        "score": goal * 10 + RNG.normal(size=rows),
        "honest": honest,
        "noise": RNG.normal(size=rows),
        "key": list(range(rows)),
        "serial": [f"s{n}" for n in range(rows)],
        "constant": [1] * rows,
    }
    assert leaking(columns, "goal") == {"copy", "score"}


def test_columns_that_tell_a_quantity():
    rows = 2000
    goal = RNG.normal(50, 10, rows)
    columns = {"goal": goal, "rescaled": goal * 1.8 + 32, "honest": goal + RNG.normal(0, 10, rows),
               "noise": RNG.normal(size=rows)}  # fmt: skip
    found = statistics_of(columns, target="goal")
    assert found.target is not None
    assert found.target.classes == ()
    assert leaking(columns, "goal") == {"rescaled"}


def test_the_classes_of_a_target():
    found = statistics_of(
        {"goal": ["a"] * 5 + ["b"] * 3 + [None], "x": range(9)}, target="goal"
    ).target
    assert found is not None
    assert [(one.count, one.value) for one in found.classes] == [(5, None), (3, None)]
    shown = statistics_of({"goal": ["a"] * 5 + ["b"] * 3}, target="goal", show_values=True).target
    assert shown is not None
    assert [one.value for one in shown.classes] == ["a", "b"]


@pytest.mark.parametrize("option", ["target", "split"])
def test_a_column_that_is_not_there(option: str):
    with pytest.raises(UnknownColumnError) as refused:
        statistics_of({"a": [1]}, **{option: "b"})
    assert refused.value.option == option
    assert statistics_of({"a": [1]}, **{option: "a"}).rows == 1


def test_columns_beyond_the_most_are_counted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("dure.datasets.inspect.table.MOST_COLUMNS", 3)
    found = statistics_of({f"c{n}": [n] for n in range(6)}, target="c4")
    assert [one.name for one in found.columns] == ["c0", "c1", "c2", "c4"]
    assert found.left_out == 2
    assert found.target is not None
    assert found.target.column == 3
    assert MOST_COLUMNS > 2000
