"""Classes and risk: as a slow count by hand says, and as generalising changes them."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dure.datasets.deidentify import methods
from dure.datasets.deidentify.plan import Plan
from dure.datasets.deidentify.risk import AT_RISK_CLASS, Classes, measure, risk_of
from dure.datasets.deidentify.treating import treat

ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(0, 90),
        st.none() | st.sampled_from(["남", "여"]),
        st.none() | st.sampled_from("abc"),
    ),
    min_size=1,
    max_size=60,
)


def frame(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(
        rows, schema={"age": pl.Int64, "n": pl.String, "ill": pl.String}, orient="row"
    )


def written(folder: Path, rows: list[tuple[Any, ...]]) -> Path:
    file = folder / "in.parquet"
    pq.write_table(frame(rows).to_arrow(), file, row_group_size=7)
    return file


def by_hand(rows: list[tuple[Any, ...]]) -> tuple[int, ...]:
    sizes = Counter((age, sex) for age, sex, _ in rows)
    ills = defaultdict(set)
    for age, sex, ill in rows:
        ills[age, sex].add(ill)
    return (
        len(sizes),
        min(sizes.values()),
        sum(size == 1 for size in sizes.values()),
        sum(size for size in sizes.values() if size < AT_RISK_CLASS),
        min(map(len, ills.values())),
    )


@settings(max_examples=40)
@given(ROWS)
def test_classes_are_as_a_count_by_hand_says(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]]
):
    found = measure(written(tmp_path_factory.mktemp("k"), rows), ("age", "n", "gone"), ("ill",))
    assert found.quasi == ("age", "n")
    assert found.is_whole()
    counted = (found.classes, found.least, found.alone, found.at_risk, found.diversity[0].least)
    assert counted == by_hand(rows)


def test_batches_and_the_merging_of_them_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    rows = [(i % 7, "남여"[i % 2], "abc"[i % 3]) for i in range(100)]
    whole = measure(written(tmp_path, rows), ("age", "n"), ("ill",))
    monkeypatch.setattr("dure.datasets.deidentify.risk._BATCH_ROWS", 9)
    monkeypatch.setattr("dure.datasets.deidentify.risk._MOST_WAITING", 20)
    assert measure(tmp_path / "in.parquet", ("age", "n"), ("ill",)) == whole
    assert whole.classes == by_hand(rows)[0]


def test_risk_is_as_the_literature_defines_it():
    """Classes of 2, 3 and 5 rows; drawn from a population of 100, so that F = 10 f."""
    found = Classes(("q",), rows=10, classes=3, least=2, alone=0, at_risk=5)
    alone, sampled = risk_of(found), risk_of(found, 100)
    assert (alone.prosecutor_highest, alone.journalist_highest) == (0.5, 0.5)
    assert (alone.prosecutor_mean, alone.marketer, alone.at_risk) == (0.3, 0.3, 0.5)
    assert sampled.journalist_highest == 0.05
    assert sampled.marketer == pytest.approx(0.03)
    assert sampled.prosecutor_highest == 0.5
    assert risk_of(found, 3) == alone  # fewer people than rows is none that can be
    assert risk_of(Classes((), 0, 0, 0, 0, 0)).marketer == 0


def test_without_quasi_identifiers_all_rows_are_one_class(tmp_path: Path):
    found = measure(written(tmp_path, [(1, "a", "x"), (2, "b", "y")]), (), ("ill",))
    assert (found.classes, found.least, found.diversity[0].least) == (1, 2, 2)


@pytest.mark.parametrize(
    "counts",
    [(10, 3, 0, 0, 0), (10, 6, 2, 0, 0), (10, 1, 10, 5, 4), (0, 0, 1, 0, 0), (10, 1, 10, 0, 11)],
)
def test_counts_that_do_not_fit_together_are_not_believed(counts: tuple[int, ...]):
    assert not Classes(("q",), *counts).is_whole()
    assert Classes(("q",), 10, 3, 2, 0, 5).is_whole()


COARSER = (
    methods.Generalise(name="age", width=10),
    methods.Generalise(name="age", bottom=20, top=60),
    methods.Drop(name="age"),
    methods.Mask(name="age", keep_first=1),
)


@settings(max_examples=40)
@given(ROWS, st.sampled_from(COARSER), st.booleans())
def test_k_is_never_less_after_generalising(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[Any, ...]],
    method: methods.AnyMethod,
    renamed: bool,
):
    folder = tmp_path_factory.mktemp("risk")
    column = (method, methods.Pseudonym(name="n")) if renamed else (method,)
    plan = Plan(quasi=("age", "n"), sensitive=("ill",), column=column)
    found = treated(folder, rows, plan)
    assert found.after.least >= found.before.least
    assert found.after.diversity[0].least >= found.before.diversity[0].least
    assert risk_of(found.after).marketer <= risk_of(found.before).marketer


def treated(folder: Path, rows: list[tuple[Any, ...]], plan: Plan) -> Any:
    written(folder, rows)
    keys = {element: bytes(32) for element in plan.elements}
    return treat(folder / "in.parquet", plan, keys, folder / "out.parquet")


def test_rows_of_small_classes_are_left_out_as_far_as_the_plan_lets_them(tmp_path: Path):
    rows = [(30, "남", "a")] * 6 + [(None, "남", "b")] * 3 + [(50, None, "c")]
    plan = Plan(quasi=("age", "n"), k=3, suppress=0.1)
    found = treated(tmp_path, rows, plan)
    assert (found.left_out, found.rows, found.after.least) == (1, 9, 3)
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 9
    strict = treated(tmp_path, rows, Plan(quasi=("age", "n"), k=4, suppress=0.1))
    assert (strict.left_out, strict.after.least) == (0, 1)  # two classes too many
    kept = treated(tmp_path, rows, Plan(quasi=("age", "n"), k=3))
    assert (kept.left_out, kept.after.least) == (0, 1)


def test_noise_is_the_same_for_the_rows_that_stay(tmp_path: Path):
    rows = [(30, "남", "a")] * 6 + [(50, None, "c")] + [(30, "남", "a")] * 6
    noisy = methods.Noise(name="age", scale=3)
    treated(tmp_path, rows, Plan(column=(noisy,)))
    whole = pq.read_table(tmp_path / "out.parquet")["age"].to_pylist()
    treated(tmp_path, rows, Plan(quasi=("n",), k=2, suppress=0.1, column=(noisy,)))
    assert pq.read_table(tmp_path / "out.parquet")["age"].to_pylist() == whole[:6] + whole[7:]


def test_a_column_may_be_called_as_a_count_is(tmp_path: Path):
    table = pa.table({"n": ["a", "a", "b"], "k0": [1, 1, 1], "at": [1, 1, 2], "l0": [1, 2, 3]})
    pq.write_table(table, tmp_path / "in.parquet")
    plan = Plan(quasi=("n", "k0", "at"), sensitive=("l0",), k=2, suppress=0.5)
    found = treat(tmp_path / "in.parquet", plan, {}, tmp_path / "out.parquet")
    assert (found.before.classes, found.left_out, found.after.least) == (2, 1, 2)
