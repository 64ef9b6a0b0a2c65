"""Statistics against a naive reference, over small random tables."""

from __future__ import annotations

import math
import statistics as naive
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

from dure.datasets.inspect import ordered
from dure.datasets.inspect.statistics import QUANTILES
from tests.datasets.inspect.tables import NOW_S, column_of, statistics_of

FINITE = some.floats(allow_nan=False, allow_infinity=False, width=32)
NUMBERS = some.lists(some.none() | FINITE, min_size=1, max_size=60)
WHOLE = some.lists(some.none() | some.integers(-(2**62), 2**62), min_size=1, max_size=60)
TEXTS = some.lists(some.none() | some.text(max_size=4), min_size=1, max_size=40)


def near(found: float | None, wanted: float) -> bool:
    return found is not None and math.isclose(
        found, wanted, rel_tol=1e-9, abs_tol=1e-9 * max(1, abs(wanted))
    )


@given(NUMBERS | WHOLE)
def test_a_column_of_numbers(values: list[Any]):
    kind = (
        pa.int64() if all(one is None or isinstance(one, int) for one in values) else pa.float64()
    )
    column = column_of(pa.array(values, kind))
    present = [one for one in values if one is not None]
    assert (column.kind, column.nulls) == ("number", len(values) - len(present))
    assert column.distinct == len(set(present))
    assert column.exact
    numbers = column.numbers
    assert numbers is not None
    if not present:
        assert (numbers.minimum, numbers.quantiles, numbers.histogram) == (None, (), None)
        return
    assert (numbers.minimum, numbers.maximum) == (min(present), max(present))
    # What doubles of this size can tell apart: near values of both signs cancel.
    rounding = 1e-12 * max(map(abs, present))
    assert numbers.mean == pytest.approx(naive.fmean(present), rel=1e-9, abs=rounding)
    if len(present) > 1:
        wanted = naive.stdev(map(float, present))
        assert numbers.sd == pytest.approx(wanted, rel=1e-6, abs=1e3 * rounding)
    else:
        assert numbers.sd is None
    wanted_quantiles = np.quantile(np.array(present, float), QUANTILES)
    assert numbers.quantiles == pytest.approx(wanted_quantiles.tolist(), rel=1e-9, abs=rounding)
    picture = numbers.histogram
    assert picture is not None
    assert picture.below + sum(picture.counts) + picture.above == len(present)
    if column.top:
        assert [one.count for one in column.top] == [n for _, n in Counter(present).most_common(10)]


@given(
    some.lists(
        some.none() | FINITE | some.sampled_from([math.nan, math.inf, -math.inf]), min_size=1
    )
)
def test_numbers_that_are_not_finite_are_counted_apart(values: list[float | None]):
    numbers = column_of(pa.array(values, pa.float64(), from_pandas=False)).numbers
    present = [one for one in values if one is not None]
    finite = [one for one in present if math.isfinite(one)]
    assert numbers is not None
    assert numbers.nan == sum(map(math.isnan, present))
    assert numbers.infinite == len(present) - len(finite) - numbers.nan
    assert numbers.minimum == (min(finite) if finite else None)
    different = {one for one in present if not math.isnan(one)}
    assert column_of(pa.array(values, pa.float64(), from_pandas=False)).distinct == len(
        different
    ) + (numbers.nan > 0)


@given(TEXTS)
def test_a_column_of_text(values: list[str | None]):
    column = column_of(pa.array(values, pa.string()), show_values=True)
    present = [one for one in values if one is not None]
    assert (column.kind, column.nulls, column.distinct) == (
        "text", len(values) - len(present), len(set(present)),
    )  # fmt: skip
    counts = Counter(present)
    assert [one.count for one in column.top] == [count for _, count in counts.most_common(10)]
    assert all(counts[one.value] == one.count for one in column.top if one.value is not None)
    assert all(one.value is not None for one in column.top)
    texts = column.texts
    assert texts is not None
    if present:
        assert (texts.shortest, texts.longest) == (min(map(len, present)), max(map(len, present)))
        assert near(texts.mean_length, naive.fmean(map(len, present)))


@given(
    some.lists(
        some.none() | some.dates(date(1700, 1, 1), date(2500, 1, 1)), min_size=1, max_size=60
    )
)
def test_a_column_of_dates(values: list[date | None]):
    column = column_of(pa.array(values, pa.date32()))
    present = [one for one in values if one is not None]
    assert (column.kind, column.distinct) == ("time", len(set(present)))
    times = column.times
    assert times is not None
    if not present:
        assert (times.first, times.histogram) == ("", None)
        return
    assert (times.first, times.last) == (min(present).isoformat(), max(present).isoformat())
    today = datetime.fromtimestamp(NOW_S, UTC).date()
    assert times.future == sum(one > today for one in present)
    assert times.span_s == (max(present) - min(present)).total_seconds()


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_times_of_every_unit(unit: str):
    start = datetime(2026, 1, 1, 12, 30, 15, tzinfo=UTC)
    values = [start + timedelta(minutes=10) * n for n in range(50)] + [start + timedelta(days=9)]
    times = column_of(pa.array(values, pa.timestamp(unit))).times
    assert times is not None
    assert (times.first, times.last) == ("2026-01-01T12:30:15", "2026-01-10T12:30:15")
    assert (times.step_s, times.gaps) == (600.0, 0)
    assert times.future == 0


def test_a_long_pause_is_a_gap_and_a_regular_series_has_none():
    hours = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(400)]
    regular = column_of(pa.array(hours, pa.timestamp("us"))).times
    paused = column_of(pa.array([*hours[:200], *(one + timedelta(days=30) for one in hours[200:])],
                                pa.timestamp("us"))).times  # fmt: skip
    assert regular is not None
    assert paused is not None
    assert (regular.gaps, regular.step_s) == (0, 3600.0)
    assert (paused.gaps, paused.largest_gap_s) == (1, 30 * 86_400.0 + 3600)


def test_other_types():
    found = statistics_of(
        {
            "truth": pa.array([True, False, None, True]),
            "clock": pa.array([1, 2, 2, 3], pa.time64("us")),
            "small": pa.array([1, 2, 3, 3], pa.uint8()),
            "huge": pa.array([2**64 - 1, 0, 1, 1], pa.uint64()),
            "half": pa.array(np.array([0.5, 1.5, 1.5, 2.5], np.float16)),
            "money": pa.array(
                [Decimal("1.10"), Decimal("2.20"), None, Decimal("1.1")], pa.decimal128(9, 2)
            ),
            "wide": pa.array([Decimal(1), Decimal(2), None, Decimal(2)], pa.decimal256(50, 1)),
            "coded": pa.array(["a", "b", "a", "a"]).dictionary_encode(),
            "zoned": pa.array([0, 1, 2, 3], pa.timestamp("s", tz="Asia/Seoul")),
            "nothing": pa.nulls(4),
        }
    )
    told = {one.name: one for one in found.columns}
    assert [one.kind for one in found.columns] == [
        "truth", "other", "number", "number", "number", "number", "number", "text", "time", "text",
    ]  # fmt: skip
    assert [told[name].distinct for name in ("truth", "clock", "money", "wide", "coded", "nothing")] == [
        2, 3, 2, 2, 2, 0,
    ]  # fmt: skip
    assert [(one.value, one.count) for one in told["truth"].top] == [("true", 2), ("false", 1)]
    assert told["huge"].numbers is not None
    assert told["huge"].numbers.maximum == 2**64 - 1
    assert told["money"].numbers is not None
    assert told["money"].numbers.minimum == 1.1


def test_values_of_text_are_shown_only_when_asked():
    values = ["Busan", "Busan", "Ulsan"]
    assert [one.value for one in column_of(values).top] == [None, None]
    assert [one.value for one in column_of(values, show_values=True).top] == ["Busan", "Ulsan"]
    many = list(range(1000))
    assert column_of(many).top == ()
    assert len(column_of(many, show_values=True).top) == 10


def test_a_name_with_a_dot_is_its_own_column():
    found = statistics_of({"a": [1, 2], "a.b": [3, 3], "a.b.c": ["x", "y"]})
    assert [(one.name, one.kind, one.distinct) for one in found.columns] == [
        ("a", "number", 2), ("a.b", "number", 1), ("a.b.c", "text", 2),
    ]  # fmt: skip


@given(some.lists(some.integers(0, 3), min_size=1, max_size=30), some.integers(1, 4))
def test_runs(values: list[int], most: int):
    array = np.sort(np.array(values))
    runs = ordered.largest_runs(array, most)
    assert [count for count, _ in runs] == [count for _, count in Counter(values).most_common(most)]
    assert [count for count, place in runs] == [values.count(array[place]) for _, place in runs]


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch):
    rng = np.random.default_rng(1)
    array = np.sort(rng.integers(0, 40, 1000))
    whole = (ordered.count_distinct(array), ordered.largest_runs(array, 5), ordered.steps(array).tolist(),
             ordered.mean_and_sd(array))  # fmt: skip
    monkeypatch.setattr(ordered, "_BLOCK", 7)
    parts = (
        ordered.count_distinct(array),
        ordered.largest_runs(array, 5),
        ordered.steps(array).tolist(),
    )
    assert parts == whole[:3]
    assert ordered.mean_and_sd(array) == pytest.approx(whole[3])
    assert ordered.count_distinct(array[:0]) == 0
    assert ordered.largest_runs(array[:0], 5) == []


def test_sums_beyond_all_doubles_are_none():
    assert column_of([1.7e308, 1.7e308]).numbers.mean is None  # type: ignore[union-attr]
    spread = column_of([-1.7e308, 1.7e308]).numbers
    assert spread is not None
    assert (spread.mean, spread.sd) == (0.0, None)
    assert spread.histogram is not None


def test_outliers_and_what_is_far():
    calm = [float(n % 20) for n in range(400)]
    assert column_of(calm).numbers.outliers == 0  # type: ignore[union-attr]
    odd = column_of([*calm, 70.0, 5000.0, -90.0]).numbers
    assert odd is not None
    assert (odd.outliers, odd.far) == (3, 1)
    # Skewed, but each has its place on a scale of ratios.
    prices = column_of(np.exp(np.random.default_rng(3).normal(4, 1.2, 20_000)).tolist()).numbers
    assert prices is not None
    assert prices.outliers > 100
    assert prices.far == 0


def test_a_code_for_missing():
    calm = [float(n % 50) for n in range(300)]
    for code in (-999.0, 99999.0):
        found = column_of([*calm, *[code] * 9]).numbers
        assert found is not None
        assert found.placeholders == 9
    for rest in ([-999.0] * 1, [-998.0] * 9, [49.0] * 9):  # too few; no such code; not far
        found = column_of([*calm, *rest]).numbers
        assert found is not None
        assert found.placeholders == 0
    assert column_of([-1] * 300).numbers.placeholders == 0  # type: ignore[union-attr]
    unknown = column_of([date(2026, 1, 1), date(9999, 12, 31)]).times
    assert unknown is not None
    assert unknown.placeholders == 1


def test_of_a_large_table_a_share_gives_good_estimates():
    rng = np.random.default_rng(5)
    rows = 200_000
    columns = {
        "key": pa.array(np.arange(rows)),
        "normal": pa.array(rng.normal(10, 2, rows)),
        "few": pa.array(rng.integers(0, 50_000, rows)),
        "code": pa.array([f"c{n}" for n in rng.integers(0, 30_000, rows)]),
        "when": pa.array(rng.integers(0, 10**9, rows), pa.timestamp("s")),
    }
    exact = statistics_of(columns)
    rough = statistics_of(columns, exact_rows=40_000)
    assert (exact.exact, rough.exact) == (True, False)
    for one, other in zip(exact.columns, rough.columns, strict=True):
        assert other.distinct == pytest.approx(one.distinct, rel=0.05), one.name
        assert not other.exact
    first, second = (found.columns[1].numbers for found in (exact, rough))
    assert first is not None
    assert second is not None
    assert (first.minimum, first.maximum) == (second.minimum, second.maximum)
    assert first.quantiles == pytest.approx(second.quantiles, rel=0.02)
    # Every row twice, and a column that numbers the rows: half are twins.
    twice = {"a": pa.array(np.tile(rng.integers(0, 10**12, rows // 2), 2))}
    assert statistics_of(twice).duplicates == rows // 2
    assert statistics_of(twice, exact_rows=40_000).duplicates == pytest.approx(rows // 2, rel=0.05)
