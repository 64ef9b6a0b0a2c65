"""What conforming does to values: exact units, dates, codes; what can't be is counted, never guessed."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.datasets.elements.conforming import Conformed, conform, hold_score
from dure.datasets.elements.conversion import POLARS, convert
from dure.datasets.elements.element import Code, Element
from dure.datasets.elements.errors import ElementsError
from dure.datasets.elements.mapping import ColumnMapping, Mapping, as_it_is
from dure.datasets.elements.reading import read_set
from dure.datasets.elements.units import UNITS, change, split_name, unit_named

SEA = read_set(Path(__file__).with_name("sea-v1.csv"))
SPEED = SEA.by_id["SPD"]
DAY = dt.date(2026, 1, 31)
SECRET = "s3cr3t"


def made(values: pl.Series, kind: str, parts: dict[str, object] | None = None, **told: object):
    element = Element(id="E", en="e", type=kind, **(parts or {}))  # type: ignore[arg-type]
    return convert(values, ColumnMapping(column="c", element="E", **told), element)  # type: ignore[arg-type]


def at(*parts: int) -> dt.datetime:
    return dt.datetime(*parts)  # noqa: DTZ001 (a table's times have no zone)


# ── units ─────────────────────────────────────────────────────────────────────────────────────
_PAIRS = [(a, b) for a in UNITS for b in UNITS if UNITS[a].dimension == UNITS[b].dimension]


@given(st.sampled_from(_PAIRS), st.fractions(-1000, 1000))
def test_units_go_both_ways_exactly(pair, value):
    there, back = change(*pair), change(pair[1], pair[0])
    assert there is not None
    assert back is not None
    assert back.factor * (there.factor * value + there.offset) + back.offset == value
    assert (there.back.factor, there.back.offset) == (back.factor, back.offset)


@given(st.sampled_from(_PAIRS), st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5))
def test_columns_go_both_ways_within_what_doubles_can_tell(pair, values):
    out = convert(
        pl.Series(values),
        ColumnMapping(column="c", element="E", unit=pair[0]),
        Element(id="E", en="e", type="number", unit=pair[1]),
    )
    back = convert(
        out.values,
        ColumnMapping(column="c", element="E", unit=pair[1]),
        Element(id="E", en="e", type="number", unit=pair[0]),
    )
    scale = max(1.0, *(abs(value) for value in values))
    offset = max(float(abs(UNITS[name].offset / UNITS[name].factor)) for name in pair)
    assert not out.faults
    assert back.values.to_list() == pytest.approx(values, abs=1e-12 * (scale + offset))


def test_known_values_of_units():
    for given_, wanted, value, expected in (
        ("degF", "degC", 212, 100),
        ("K", "degC", Fraction("273.15"), 0),
        ("kn", "km/h", 1, Fraction("1.852")),
        ("mi", "km", 1, Fraction("1.609344")),
        ("lb", "kg", 1, Fraction("0.45359237")),
        ("1000 KRW", "KRW", 5, 5000),
        ("pyeong", "m2", 121, 400),
    ):
        to = change(given_, wanted)
        assert to is not None
        assert to.factor * value + to.offset == expected
    assert change("kg", "m") is None
    assert change("furlong", "m") is None
    assert unit_named("노트") is UNITS["kn"]


@pytest.mark.parametrize(
    ("name", "bare", "unit"),
    [
        ("Body Mass (g)", "Body Mass", "g"),
        ("단가 (천원)", "단가", "1000 KRW"),
        ("speed_kmh", "speed", "km/h"),
        ("weight_in_lbs", "weight", "lb"),
        ("temp_min", "temp_min", ""),
        ("air_time", "air_time", ""),
        ("kg", "kg", ""),
        ("note (draft)", "note (draft)", ""),
    ],
)
def test_units_in_names(name, bare, unit):
    found, known = split_name(name)
    assert (found, known.name if known else "") == (bare, unit)


# ── values ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("kind", "values", "expected", "wrong"),
    [
        ("number", ["1,234.5", " 2 ", "1,23", "x", "nan"], [1234.5, 2.0, None, None, None], 3),
        ("number", [1, 2, None], [1.0, 2.0, None], 0),
        ("number", [1.5, float("nan"), float("inf")], [1.5, None, None], 2),
        ("number", [True, False], [None, None], 2),
        ("integer", ["7", "+8", "9.0"], [7, 8, 9], 0),
        ("integer", [1.0, 2.5, 1e300], [1, None, None], 2),
        ("integer", [dt.date(2013, 1, 1), dt.date(2013, 2, 1)], [2013, None], 1),
        ("boolean", ["Y", "n", "예", "아니오", "maybe"], [True, False, True, False, None], 1),
        ("boolean", [1, 0, 2], [True, False, None], 1),
        ("boolean", [True, None], [True, None], 0),
        ("boolean", [DAY], [None], 1),
        ("date", ["2026-01-31", "31.01.2026"], [DAY, None], 1),
        ("date", [DAY], [DAY], 0),
        ("date", [at(2026, 1, 31), at(2026, 1, 31, 5)], [DAY, None], 1),
        ("date", [1.5], [None], 1),
        ("datetime", [DAY], [at(2026, 1, 31)], 0),
        ("datetime", ["2026-01-31 09:30:00"], [at(2026, 1, 31, 9, 30)], 0),
        ("text", [7, 8], ["7", "8"], 0),
        ("text", [7.0, None], ["7", None], 0),
        ("text", [" a ", ""], ["a", None], 0),
    ],
)
def test_types(kind, values, expected, wrong):
    found = made(pl.Series(values, strict=False), kind)
    assert found.values.to_list() == expected
    assert found.values.dtype == POLARS[kind]
    assert sum(int(mask.sum()) for mask in found.faults.values()) == wrong


def test_forms_missing_values_and_codes():
    days = made(pl.Series([20260131, 99999999]), "date", form="YYYYMMDD", missing=("99999999",))
    assert (days.values.to_list(), days.present, days.faults) == ([DAY, None], 1, {})
    zoned = pl.Series([dt.datetime(2026, 1, 31, 9, tzinfo=dt.UTC)])
    assert made(zoned, "datetime").values.to_list() == [at(2026, 1, 31, 9)]
    sexes = {"codes": (Code("F", ("여", "female")), Code("M", ("남",)))}
    found = made(
        pl.Series(["여", "FEMALE", "m", "1", "9", "x"]),
        "text",
        parts=sexes,
        codes=("1=M",),
        missing=("9",),
    )
    assert found.values.to_list() == ["F", "F", "M", "M", None, None]
    assert found.present == 5
    assert found.faults["codes"].to_list() == [False] * 5 + [True]


def test_ranges_and_lengths_are_counted_apart():
    told = ColumnMapping(column="c", element="SPD", unit="km/h")
    found = convert(pl.Series([0.0, 100.0, 200.0]), told, SPEED)
    assert found.faults["range"].to_list() == [False, False, True]
    assert found.values.to_list() == [0.0, pytest.approx(53.9957), None]
    long = made(pl.Series(["ab", "abc"]), "text", parts={"length": 2})
    assert long.values.to_list() == ["ab", None]
    assert list(long.faults) == ["length"]


# ── tables ────────────────────────────────────────────────────────────────────────────────────
def mapped(**elements: ColumnMapping | str) -> Mapping:
    columns = tuple(
        one
        if isinstance(one, ColumnMapping)
        else ColumnMapping(column=name, element=one, confirmed=True)
        for name, one in elements.items()
    )
    return Mapping(SEA.name, SEA.version, SEA.digest, columns)


def conformed(folder: Path, frame: pl.DataFrame, told: Mapping) -> tuple[Conformed, pl.DataFrame]:
    source, target = folder / "in.parquet", folder / "out.parquet"
    frame.write_parquet(source)
    return conform(source, target, told, SEA), pl.read_parquet(target)


def test_two_agencies_tables_join(tmp_path):
    ours = pl.DataFrame(
        {"mmsi": [440001, 440002], "날짜": ["2026.01.31", "2026.02.01"], "kmh": [18.52, 37.04]}
    )
    theirs = pl.DataFrame(
        {"ship": ["440002", "440001"], "day": [20260201, 20260131], "temp_f": [50.0, 59.0]}
    )
    speed = ColumnMapping(column="kmh", element="SPD", unit="km/h", confirmed=True)
    days = ColumnMapping(column="날짜", element="DPTR_YMD", form="YYYY.MM.DD", confirmed=True)
    there = ColumnMapping(column="day", element="DPTR_YMD", form="YYYYMMDD", confirmed=True)
    heat = ColumnMapping(column="temp_f", element="WTR_TEMP", unit="degF", confirmed=True)
    told, left = conformed(tmp_path, ours, mapped(mmsi="MMSI", a=days, b=speed))
    other, right = conformed(tmp_path, theirs, mapped(ship="MMSI", a=there, b=heat))
    assert told.score == other.score == 1.0
    keys = [one.id for one in SEA.elements if one.key]
    both = left.join(right, on=keys).sort("MMSI")
    assert both.select("SPD", "WTR_TEMP").rows() == [
        (pytest.approx(10.0), pytest.approx(15.0)),
        (pytest.approx(20.0), pytest.approx(10.0)),
    ]


def test_what_is_no_element_stays_as_it_was(tmp_path):
    frame = pl.DataFrame({"memo": ["a", None], "speed": [1.0, 2.0], "x (kg)": [1, 2]})
    told = mapped(memo="", speed="SPD", **{"x (kg)": ""})
    found, out = conformed(tmp_path, frame, told)
    assert out.columns == ["memo", "SPD", "x (kg)"]
    assert out.drop("SPD").equals(frame.drop("speed"))
    assert found.unmapped == ("memo", "x (kg)")


def test_rows_that_do_not_conform_are_named_and_no_value_is(tmp_path):
    values = [f"{SECRET}{number}" if number % 2 else "C" for number in range(40)]
    found, out = conformed(tmp_path, pl.DataFrame({"type": values}), mapped(type="VSSL_TY"))
    assert out["VSSL_TY"].null_count() == 20
    (one,) = found.columns
    assert (one.present, one.conforming, one.faults) == (40, 20, {"codes": 20})
    assert one.rows == tuple(range(2, 22, 2))
    assert found.score == 0.5
    said = str(found.to_dict()) + str([finding.to_dict() for finding in found.findings("t")])
    with pytest.raises(ElementsError) as caught:
        hold_score(found, 0.51)
    assert SECRET not in said + str(caught.value)
    assert caught.value.facts == {"share": "50", "least": "51", "column": "type"}
    hold_score(found, 0.5)


@pytest.mark.parametrize(
    ("names", "reason"), [(["speed"], "no-column"), (["speed", "a", "b"], "more-columns")]
)
def test_a_mapping_of_another_table(tmp_path, names, reason):
    frame = pl.DataFrame({name: [1.0] for name in names})
    with pytest.raises(ElementsError) as caught:
        conformed(tmp_path, frame, mapped(speed="SPD", a=""))
    assert caught.value.facts["reason"] == reason
    assert (
        conformed(tmp_path, pl.DataFrame({"a": [1], "speed": [1.0]}), mapped(speed="SPD", a=""))[
            0
        ].rows
        == 1
    )


_VALUES = st.one_of(
    st.lists(st.one_of(st.none(), st.text("CTF남- 019.", max_size=5)), min_size=1, max_size=6),
    st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)), min_size=1, max_size=6),
    st.lists(st.one_of(st.none(), st.floats()), min_size=1, max_size=6),
    st.lists(st.one_of(st.none(), st.dates(dt.date(1600, 1, 1))), min_size=1, max_size=6),
    st.lists(st.one_of(st.none(), st.booleans()), min_size=1, max_size=6),
)


@given(_VALUES, st.sampled_from(SEA.elements))
def test_conforming_again_changes_nothing(values, element):
    first = convert(pl.Series(values), ColumnMapping(column="c", element=element.id), element)
    again = convert(first.values, as_it_is(SEA, [element.id]).columns[0], element)
    assert again.values.equals(first.values)
    assert not again.faults
    assert again.present == first.present - sum(int(mask.sum()) for mask in first.faults.values())
    assert len(first.values) == len(values)
