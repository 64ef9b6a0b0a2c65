"""Comparing two tables: laws, counts and the two statistics."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.datasets.versions import worker
from dure.datasets.versions.comparing import compare

ROWS = st.lists(
    st.tuples(
        st.integers(0, 9),
        st.one_of(st.none(), st.floats(width=32, allow_subnormal=False)),
        st.one_of(st.none(), st.sampled_from(["정상", "점검", ""])),
        st.booleans(),
    ),
    max_size=12,
)
SCHEMA = {"key": pl.Int64, "n": pl.Float64, "text": pl.String, "flag": pl.Boolean}


def table(folder: Path, name: str, rows: object, schema: object = SCHEMA) -> Path:
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(folder / name)  # type: ignore[arg-type]
    return folder / name


def once(rows: list[tuple]) -> list[tuple]:
    """Return the rows whose key comes first."""
    return list({row[0]: row for row in reversed(rows)}.values())


@given(first=ROWS, second=ROWS, keyed=st.booleans())
def test_a_diff_with_itself_is_empty_and_the_other_way_round_it_is_mirrored(
    tmp_path_factory: pytest.TempPathFactory, first: list, second: list, keyed: bool
) -> None:
    folder = tmp_path_factory.getbasetemp()
    keys = ("key",) if keyed else ()
    if keyed:
        first, second = once(first), once(second)
    files = table(folder, "first", first), table(folder, "second", second)
    nothing = compare(files[0], files[0], keys)
    assert (nothing.added, nothing.removed, nothing.retyped) == ((), (), ())
    rows = nothing.rows
    assert (rows.added, rows.removed, rows.changed, rows.same) == (0, 0, 0, len(first))
    assert all(each.shift == 0 and each.changed == 0 for each in nothing.columns)

    there, back = compare(*files, keys), compare(*files[::-1], keys)
    assert there.rows.first == back.rows.second == len(first)
    assert (there.rows.added, there.rows.removed) == (back.rows.removed, back.rows.added)
    assert (there.rows.changed, there.rows.same) == (back.rows.changed, back.rows.same)
    for one, other in zip(there.columns, back.columns, strict=True):
        assert (one.name, one.shift, one.changed) == (other.name, other.shift, other.changed)
        assert (one.nulls_first, one.nulls_second) == (other.nulls_second, other.nulls_first)
        assert 0 <= one.shift <= 1
    assert there.rows.same + there.rows.changed + there.rows.removed == len(first)
    assert there.rows.same + there.rows.changed + there.rows.added == len(second)


def test_rows_by_key(tmp_path: Path) -> None:
    rows = [(i, float(i), "정상", True) for i in range(10)]
    other = [(i, n, "점검" if i in (4, 5) else text, flag) for i, n, text, flag in rows[2:]]
    other += [(20, 1.0, None, False)]
    found = compare(table(tmp_path, "a", rows), table(tmp_path, "b", other[::-1]), ("key",))
    counts = found.rows
    assert (counts.added, counts.removed, counts.changed, counts.same) == (1, 2, 2, 6)
    assert {each.name: each.changed for each in found.columns} == {
        "key": 0, "n": 0, "text": 2, "flag": 0,
    }  # fmt: skip
    whole = compare(tmp_path / "a", tmp_path / "b", ()).rows
    assert (whole.added, whole.removed, whole.changed, whole.same) == (3, 4, 0, 6)


def test_rows_are_a_multiset(tmp_path: Path) -> None:
    row = (1, None, "정상", True)
    found = compare(table(tmp_path, "a", [row] * 5), table(tmp_path, "b", [row] * 3), ()).rows
    assert (found.added, found.removed, found.same) == (0, 2, 3)


def test_columns(tmp_path: Path) -> None:
    a = table(tmp_path, "a", {"x": [1, 2], "y": ["a", "b"], "z": [1.0, 2.0]}, None)
    b = table(tmp_path, "b", {"x": [1.0, 2.0], "z": [1.0, 2.0], "w": [True, False]}, None)
    found = compare(a, b, ())
    assert (found.added, found.removed) == (("w",), ("y",))
    assert [(one.name, one.first, one.second) for one in found.retyped] == [
        ("x", "int64", "double")
    ]
    assert [one.name for one in found.columns] == ["z"]
    assert found.rows.same == 2
    nothing = compare(table(tmp_path, "c", {"v": [1]}, None), b, ())
    assert (nothing.rows.added, nothing.rows.removed, nothing.columns) == (2, 1, ())


@pytest.mark.parametrize(
    ("rows", "keys", "fault"),
    [
        ([(1, 1.0, "a", True), (1, 2.0, "b", True)], ("key",), "key-repeats"),
        ([(1, 1.0, None, True)], ("text",), "key-repeats"),
        ([(1, 1.0, "a", True)], ("key", "none"), "no-key-column"),
        ([(1, 1.0, "a", True), (1, 2.0, "b", True)], ("key", "text"), ""),
    ],
)
def test_keys_that_name_no_row(tmp_path: Path, rows: list, keys: tuple, fault: str) -> None:
    file = table(tmp_path, "a", rows)
    assert compare(file, file, keys).fault == fault


def test_the_statistics_are_those_of_the_textbook(tmp_path: Path) -> None:
    """Kolmogorov and Smirnov against its definition; total variation against a sum by hand."""
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=200).round(1), rng.normal(0.5, size=300).round(1)
    first = {"n": x, "text": ["a"] * 150 + ["b"] * 50}
    second = {"n": y, "text": ["a"] * 150 + ["c"] * 150}
    found = compare(table(tmp_path, "a", first, None), table(tmp_path, "b", second, None), ())
    shifts = {each.name: (each.statistic, each.shift) for each in found.columns}
    largest = max(abs((x <= v).mean() - (y <= v).mean()) for v in (*x, *y))
    assert shifts["n"] == ("kolmogorov-smirnov", round(float(largest), 6))
    assert shifts["text"] == ("total-variation", 0.5)


def test_a_column_that_is_empty_on_one_side(tmp_path: Path) -> None:
    nothing = {
        "n": pl.Series([None, None], dtype=pl.Float64),
        "t": pl.Series([None] * 2, dtype=pl.String),
    }
    some = {"n": [1.0, None], "t": ["a", None]}
    a, b = table(tmp_path, "a", nothing, None), table(tmp_path, "b", some, None)
    assert [each.shift for each in compare(a, b, ()).columns] == [1, 1]
    assert [each.shift for each in compare(a, a, ()).columns] == [0, 0]


def test_the_worker_says_what_it_found(tmp_path: Path) -> None:
    rows = [(1, None, "정상", True), (2, 0.5, None, False)]
    table(tmp_path, "first", rows)
    table(tmp_path, "second", rows)
    table(tmp_path, "table", rows)
    worker.main(["diff", "key"], tmp_path, tmp_path)
    answer = json.loads((tmp_path / worker.ANSWER).read_text("utf-8"))
    assert answer["rows"]["same"] == 2
    assert "정상" not in json.dumps(answer, ensure_ascii=False)
    worker.main(["check"], tmp_path, tmp_path)
    answer = json.loads((tmp_path / worker.ANSWER).read_text("utf-8"))
    assert answer["rows"] == 2
    assert [(one["name"], one["nulls"]) for one in answer["columns"]] == [
        ("key", 0), ("n", 1), ("text", 1), ("flag", 0),
    ]  # fmt: skip
