"""What each method does to a column: laws that hold of any values."""

from __future__ import annotations

import datetime as dt
import os
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.datasets.deidentify import methods
from dure.datasets.deidentify.methods import AnyMethod
from dure.datasets.deidentify.plan import Plan
from dure.datasets.deidentify.transforming import Transformer, UnfitError

TEXTS = st.lists(st.none() | st.text(max_size=12), min_size=1, max_size=30)
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))


def done(
    method: AnyMethod, values: list[Any], kind: pa.DataType | None = None, **more: Any
) -> list[Any]:
    return treated(Plan(column=(method,)), {method.name: pa.array(values, kind), **more})[
        method.name
    ]


def treated(plan: Plan, columns: dict[str, Any], keys: Any = None) -> dict[str, list[Any]]:
    table = pa.table(columns)
    known = keys or {element: bytes(32) for element in plan.elements}
    batch = table.combine_chunks().to_batches()[0]
    found: dict[str, list[Any]] = Transformer(plan, known, table.schema).apply(batch).to_pydict()
    return found


# ── pseudonyms ─────────────────────────────────────────────────────────────────────────────────


@given(TEXTS, st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_a_pseudonym_is_stable_injective_and_of_its_key_alone(
    values: list[str | None], one: bytes, other: bytes
):
    plan = Plan(column=(methods.Pseudonym(name="c", of="e"),))
    columns = {"c": pa.array(values, pa.string())}
    first, again, second = (treated(plan, columns, {"e": key})["c"] for key in (one, one, other))
    assert first == again
    assert [value is None for value in first] == [value is None for value in values]
    assert len(set(first)) == len(set(values))
    for value, name in zip(values, first, strict=True):
        if value is not None:
            assert len(name) == 32
            assert set(name) <= set("bcdfghjklmnpqrst")
    if one != other:
        assert not (set(first) & set(second)) - {None}


def test_a_value_has_one_pseudonym_whatever_the_type_and_the_column():
    plan = Plan(column=(methods.Pseudonym(name="a", of="id"), methods.Pseudonym(name="b", of="id")))
    found = treated(plan, {"a": ["7", "8"], "b": [8, 7]})
    assert found["a"] == found["b"][::-1]


# ── masks ──────────────────────────────────────────────────────────────────────────────────────


@given(TEXTS, st.integers(0, 5), st.integers(0, 5), st.booleans())
def test_a_mask_keeps_no_character_beyond_what_the_plan_says(
    values: list[str | None], first: int, last: int, same: bool
):
    method = methods.Mask(name="c", keep_first=first, keep_last=last, same_length=same)
    for value, masked in zip(values, done(method, values, pa.string()), strict=True):
        if value is None:
            assert masked is None
            continue
        begin, end = value[:first], value[len(value) - last :]
        if len(value) <= first + last:
            begin = end = ""
        stars = len(value) - len(begin) - len(end) if same else 3
        assert masked == begin + "*" * stars + end


def test_what_the_scan_finds_is_replaced_by_its_kind():
    notes = ["전화 010-1234-5678, 900101-1234568", None, "아무것도", "x@y.kr"]
    found = done(methods.MaskPersonal(name="c"), notes)
    assert found == ["전화 [phone], [resident-number]", None, "아무것도", "[email]"]


# ── generalisation ─────────────────────────────────────────────────────────────────────────────


@given(
    st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=20),
    st.integers(1, 10**6),
)
def test_a_band_begins_at_or_below_its_values(values: list[int | None], width: int):
    found = done(methods.Generalise(name="c", width=width), values, pa.int64())
    for value, band in zip(values, found, strict=True):
        wanted = None if value is None else value // width * width
        assert band == (None if wanted is None or wanted < -(2**63) else wanted)


def test_ends_words_characters_and_periods():
    made = methods.Generalise
    assert done(made(name="c", bottom=20, top=60), [3, 20, 99, None]) == [20, 20, 60, None]
    assert done(made(name="c", width=0.5), [0.7, -0.2, float("inf")])[:2] == [0.5, -0.5]
    texts = ["경기도  성남시 분당구", "서울", None]
    assert done(made(name="c", words=2), texts) == ["경기도  성남시", "서울", None]
    assert done(made(name="c", characters=2), ["13487", "1", None]) == ["13", "1", None]
    days = [dt.date(2019, 8, 31), dt.date(1969, 12, 31), None]
    periods = [done(made(name="c", to=to), days) for to in ("month", "quarter", "year", "decade")]
    assert [found[0] for found in periods] == [
        dt.date(2019, 8, 1),
        dt.date(2019, 7, 1),
        dt.date(2019, 1, 1),
        dt.date(2010, 1, 1),
    ]
    assert periods[3][1:] == [dt.date(1960, 1, 1), None]
    moments = [dt.datetime(2019, 8, 31, 9, 30, tzinfo=dt.UTC)]
    (month,) = done(made(name="c", to="month"), moments)
    assert month == dt.datetime(2019, 8, 1, tzinfo=dt.UTC)


# ── dates ──────────────────────────────────────────────────────────────────────────────────────


@given(
    st.lists(st.tuples(st.none() | st.sampled_from("abc"), DAYS, DAYS), min_size=1, max_size=20),
    st.integers(1, 400),
    st.binary(min_size=32, max_size=32),
)
def test_a_shift_keeps_the_intervals_of_a_subject(
    visits: list[tuple[str | None, dt.date, dt.date]], days: int, key: bytes
):
    plan = Plan(
        column=tuple(methods.DateShift(name=name, subject="who", days=days) for name in "xy")
    )
    who, x, y = zip(*visits, strict=True)
    columns = {"who": pa.array(who, pa.string()), "x": list(x), "y": list(y)}
    found = treated(plan, columns, {"date-shift/who": key})
    moved: dict[str, set[dt.timedelta]] = {}
    for subject, *four in zip(who, x, y, found["x"], found["y"], strict=True):
        if subject is None:
            assert four[2:] == [None, None]
            continue
        moved.setdefault(subject, set()).update((four[2] - four[0], four[3] - four[1]))
    assert all(len(each) == 1 for each in moved.values())
    assert all(abs(shift.days) <= days for each in moved.values() for shift in each)


def test_times_shift_by_whole_days_in_every_unit():
    for unit in ("s", "ms", "us", "ns"):
        moments = pa.array([dt.datetime(2026, 1, 31, 9, 30)], pa.timestamp(unit))  # noqa: DTZ001
        method = methods.DateShift(name="c", subject="who", days=10)
        (moved,) = done(method, moments.to_pylist(), moments.type, who=["a"])
        shift = moved - moments[0].as_py()
        assert shift == dt.timedelta(shift.days)
        assert abs(shift.days) <= 10


# ── noise ──────────────────────────────────────────────────────────────────────────────────────


def test_noise_is_of_its_key_and_its_scale_and_within_its_bounds():
    values = [50.0] * 20_000
    for mechanism, deviation in (("laplace", 2 * 2**0.5), ("gaussian", 2.0)):
        method = methods.Noise(name="c", scale=2, mechanism=mechanism)  # type: ignore[arg-type]
        found = done(method, values)
        assert found == done(method, values)
        mean = sum(found) / len(found)
        assert abs(mean - 50) < 0.1
        spread = (sum((one - mean) ** 2 for one in found) / len(found)) ** 0.5
        assert abs(spread - deviation) < 0.1
    plan = Plan(column=(methods.Noise(name="c", scale=2),))
    assert treated(plan, {"c": values}, {"noise/c": os.urandom(32)})["c"] != found
    bounded = methods.Noise(name="c", scale=50, bottom=40, top=60, decimals=1)
    assert all(40 <= one <= 60 and one == round(one, 1) for one in done(bounded, values[:100]))
    assert all(isinstance(one, int) for one in done(methods.Noise(name="c", scale=3), [1, 2, 3]))
    assert done(methods.Noise(name="c", scale=3), [1.0, None])[1] is None


# ── what doesn't fit ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("method", "values"),
    [
        (methods.Pseudonym(name="c"), [1.5]),
        (methods.Pseudonym(name="c"), [True]),
        (methods.Mask(name="c"), [1.5]),
        (methods.MaskPersonal(name="c"), [1]),
        (methods.Generalise(name="c", width=1), ["a"]),
        (methods.Generalise(name="c", to="year"), ["a"]),
        (methods.Generalise(name="c", words=1), [1]),
        (methods.Generalise(name="c", characters=1), [1]),
        (methods.DateShift(name="c", subject="c"), ["a"]),
        (methods.DateShift(name="c", subject="c"), [dt.date(2026, 1, 1)]),
        (methods.Noise(name="c", scale=1), ["a"]),
    ],
)
def test_a_method_that_a_type_can_not_bear_is_refused(method: AnyMethod, values: list[Any]):
    with pytest.raises(UnfitError) as refused:
        done(method, values)
    assert (refused.value.column, refused.value.reason) == ("c", "type")


def test_a_column_that_is_not_there_and_a_table_without_columns_are_refused():
    for plan in (
        Plan(column=(methods.Keep(name="x"),)),
        Plan(quasi=("x",)),
        Plan(sensitive=("x",)),
        Plan(column=(methods.DateShift(name="c", subject="x"),)),
    ):
        with pytest.raises(UnfitError) as refused:
            treated(plan, {"c": [dt.date(2026, 1, 1)]})
        assert (refused.value.column, refused.value.reason) == ("x", "no-column")
    with pytest.raises(UnfitError) as refused:
        treated(Plan(column=(methods.Drop(name="c"),)), {"c": [1]})
    assert refused.value.reason == "nothing-left"


def test_what_the_plan_does_not_name_goes_by_as_it_is():
    plan = Plan(column=(methods.Drop(name="a"), methods.Keep(name="b")))
    columns = {
        "a": [1],
        "b": pa.array([dt.time(9, 30)], pa.time32("s")),
        "a.b": pa.array([1], pa.decimal256(70, 2)),
    }
    table = pa.table(columns)
    batch = table.to_batches()[0]
    assert Transformer(plan, {}, table.schema).apply(batch).equals(batch.select(["b", "a.b"]))
