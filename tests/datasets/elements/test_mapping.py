"""Proposals and the mapping file: what is proposed, what never is, and how the file is held to its form."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.datasets.elements import mapping as files
from dure.datasets.elements.confidence import WEIGHTS, surety
from dure.datasets.elements.errors import ElementsError
from dure.datasets.elements.facts import column_facts
from dure.datasets.elements.judging import SIGNS, judge
from dure.datasets.elements.mapping import ColumnMapping, Mapping, confirm, hold, parse, write
from dure.datasets.elements.matching import propose
from dure.datasets.elements.reading import parse_csv, read_set
from dure.datasets.errors import DatasetError
from dure.datasets.plain_toml import MAX_BYTES

SEA = read_set(Path(__file__).with_name("sea-v1.csv"))
DAYS = ["20260131", "20260201", "20260315"]


def proposals(columns: dict[str, list[object]], table: str = "", elements=SEA) -> dict[str, str]:
    facts = [column_facts(name, pl.Series(name, values)) for name, values in columns.items()]
    return {one.column: one.element for one in propose(elements, facts, table)}


# ── proposals ─────────────────────────────────────────────────────────────────────────────────
def test_names_of_either_language_abbreviations_and_units():
    told = proposals(
        {
            "선박명": ["가", "나", "다"],
            "mmsi": [440001, 440002, 440003],
            "sailing_date": DAYS,
            "speed (km/h)": [18.5, 37.0, 5.0],
            "vsl_type": ["cargo", "tanker", "cargo"],
            "waterTemp_fahrenheit": [50.0, 59.0, 68.0],
            "boarded": ["Y", "N", "Y"],
        }
    )
    assert told == {
        "선박명": "VSSL_NM",
        "mmsi": "MMSI",
        "sailing_date": "DPTR_YMD",
        "speed (km/h)": "SPD",
        "vsl_type": "VSSL_TY",
        "waterTemp_fahrenheit": "WTR_TEMP",
        "boarded": "BRD_YN",
    }


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("speed", ["fast", "slow", "fast"]),  # no numbers
        ("speed", [100.0, 900.0, 4000.0]),  # out of range in every unit
        ("speed (kg)", [1.0, 2.0, 3.0]),  # another dimension
        ("water temperature", [10_000.0, 20_000.0, 30_000.0]),
        ("departure date", ["soon", "later", "never"]),
        ("vessel type", ["red", "green", "blue"]),  # no codes of the list
        ("vessel type", [346, 347, 346]),  # no numbers of three codes
        ("boarded", ["gate 1", "gate 2", "gate 3"]),
        ("crew size", [1.5, 2.5, 3.5]),  # not whole
        ("vessel name", [1.5, 2.5, 3.25]),
        ("memo", ["a", "b", "c"]),
        ("maximum speed of the other vessel", [1.0, 2.0, 3.0]),
        ("speed", [None, None, None]),
    ],
)
def test_what_is_no_element_is_not_proposed(name, values):
    assert proposals({name: values}) == {name: ""}


def test_the_same_names_with_values_that_fit():
    assert proposals({"speed": [1.0, 9.0, 30.0]}) == {"speed": "SPD"}
    assert proposals({"vessel type": ["C", "F", "T"]}) == {"vessel type": "VSSL_TY"}
    assert proposals({"vessel type": [1, 2, 3]}) == {"vessel type": "VSSL_TY"}
    assert proposals({"crew size": [1, 2, 3]}) == {"crew size": "CREW_CNT"}
    assert proposals({"departure date": DAYS}) == {"departure date": "DPTR_YMD"}


def test_an_element_is_proposed_for_one_column_at_most():
    twins = proposals({"ship name": ["a", "b", "c"], "vessel name": ["a", "b", "c"]})
    assert list(twins.values()).count("VSSL_NM") < 2
    surer = proposals({"vessel name": ["a", "b", "c"], "vessel nam": ["a", "b", "c"]})
    assert surer == {"vessel name": "VSSL_NM", "vessel nam": ""}


def test_a_name_that_two_elements_have_is_told_apart_by_values():
    text = (
        "id,name_en,type,allowed,synonyms\nDD,day of month,integer,1~31,day\n"
        "DOW,day of week,text,MON=Mon; TUE=Tue; WED=Wed,day\n"
    )
    days = parse_csv(text.encode(), "days")
    assert proposals({"day": [1, 15, 30]}, elements=days) == {"day": "DD"}
    assert proposals({"day": ["Mon", "Tue", "Wed"]}, elements=days) == {"day": "DOW"}
    assert proposals({"day": ["x", "y", "z"]}, elements=days) == {"day": ""}


def test_the_name_of_the_table_completes_a_column():
    ports = parse_csv(b"id,name_en,type\nPORT_NM,port name,text\n", "ports")
    named = {"name": ["Busan", "Incheon", "Ulsan"]}
    assert proposals(named, "ports", ports) == {"name": "PORT_NM"}
    assert proposals(named, "people", ports) == {"name": ""}


def test_days_and_months_that_can_be_turned_have_no_form():
    facts = column_facts("d", pl.Series(["01/02/2026", "03/04/2026"]))
    assert facts.form == ""
    assert column_facts("d", pl.Series(["31/01/2026", "01/02/2026"])).form == "DD/MM/YYYY"
    assert column_facts("d", pl.Series(["2026년 01월 31일"])).form == "YYYY년 MM월 DD일"


PEOPLE = parse_csv(
    b"id,name_en,type,unit,allowed,synonyms,subject\n"
    b"SEX,sex,text,,M=male; F=female,gender,person\nAGE,age,number,a,0~130,,person\n"
    b"TRT_NM,treatment,text,,,treatment arm,person\nTOWN_NM,town name,text,,,town,\n"
    b"CTRY_NM,country name,text,,,country,\nCTRY_CD,country code,text,,,iso code,\n"
    b"TEMP,air temperature,number,degC,-100~65,temperature,\nLAT,latitude,number,deg,-90~90,,\n"
    b"MDAL,medal,text,,,,\nYMD,date,date,,,,\n",
    "people",
)


@pytest.mark.parametrize(
    ("name", "wrong", "right", "element"),
    [
        ("female", ["a", "b", "c"], [0, 1, 1], "SEX"),  # named after one of two codes
        ("treatment", [3, 4, 5], ["drug", "none", "drug"], "TRT_NM"),
        ("town", [1, 2, 3], ["Busan", "Ulsan", "Jeju"], "TOWN_NM"),  # a name is no number
        ("country", ["KR", "JP", "FR"], ["Korea", "Japan", "France"], "CTRY_NM"),
        ("temperature", [175.0, 200.0, 225.0], [10.5, 20.0, 33.5], "TEMP"),  # only as kelvins
        ("metal", ["iron", "gold", "zinc"], ["?"], ""),  # a short word is no typing error
        ("medal", [1.5, 2.5, 3.25], ["gold", "silver", "none"], "MDAL"),
        ("date", ["2026-01-31 10:15", "2026-02-01 00:00"], DAYS, "YMD"),  # has times of a day
        (
            "date",
            [datetime(2026, 1, 31, 9, tzinfo=UTC)] * 2,
            [datetime(2026, 1, 31, tzinfo=UTC)] * 2,
            "YMD",
        ),
    ],
)
def test_values_tell_apart_what_one_name_may_mean(name, wrong, right, element):
    assert proposals({name: wrong}, elements=PEOPLE)[name] != (element or "MDAL")
    assert proposals({name: right}, elements=PEOPLE) == {name: element}


def test_short_codes_are_the_code_and_not_the_name():
    assert proposals({"country": ["KR", "JP", "FR"]}, elements=PEOPLE) == {"country": "CTRY_CD"}


def test_what_a_short_code_and_a_time_of_day_refuse():
    name, day = PEOPLE.by_id["CTRY_NM"], PEOPLE.by_id["YMD"]
    codes = column_facts("country", pl.Series(["KR", "JP", "FR"]))
    assert judge(name, codes, None, has_code=True) is None
    assert judge(name, codes, None) is not None
    for hour, fits in ((0, True), (9, False)):
        moments = pl.Series([datetime(2026, 1, 31, hour, tzinfo=UTC)])
        assert (judge(day, column_facts("d", moments), None) is not None) is fits


def test_few_small_whole_numbers_are_classes_and_no_measure():
    ages = {"age": [n % 60 + 18 for n in range(90)], "sex": ["M", "F"] * 45}
    assert proposals(ages, elements=PEOPLE) == {"age": "AGE", "sex": "SEX"}
    classes = ages | {"age": [n % 5 for n in range(90)]}
    assert proposals(classes, elements=PEOPLE) == {"age": "", "sex": "SEX"}


def test_two_numbers_may_tell_two_groups_apart():
    beside = {"sex": ["M", "F", "M", "F"], "age": [31, 45, 62, 28]}
    found = proposals(beside | {"treatment": [1, 2, 1, 2]}, elements=PEOPLE)
    assert found["treatment"] == "TRT_NM"


def test_the_plural_is_a_count_and_not_the_thing():
    assert proposals({"age": [20, 35, 61]}, elements=PEOPLE) == {"age": "AGE"}
    assert proposals({"ages": [20, 35, 61]}, elements=PEOPLE) == {"ages": ""}


VEHICLES = parse_csv(
    b"id,name_en,type,unit,allowed,synonyms,subject\n"
    b"VHCL_WT,vehicle weight,number,kg,0~60000,curb weight,vehicle\n"
    b"CYL_CNT,number of cylinders,integer,,1~16,cylinders,vehicle\n"
    b"HPWR,horsepower,number,,0~3000,,vehicle\nBDWT,body weight,number,kg,0~500,,person/body\n"
    b"SBP,systolic blood pressure,number,mmHg,40~300,,person/body\n"
    b"TEMP,air temperature,number,degC,-100~65,temperature,weather\n"
    b"MMSI,MMSI,text,,,,vessel\nDRTN,duration,number,,0~3000,,media\n",
    "vehicles",
)
TONS = [1200.5, 1350.0, 980.0]


def test_what_the_other_columns_are_about_completes_a_name():
    beside = {"cylinders": [4, 6, 8], "horsepower": [90.0, 120.0, 200.0]}
    assert proposals({"weight": TONS}, elements=VEHICLES) == {"weight": ""}
    facts = [
        column_facts(name, pl.Series(values))
        for name, values in ({"weight": TONS} | beside).items()
    ]
    weight, *_ = propose(VEHICLES, facts)
    assert weight.element == "VHCL_WT"
    assert {"subject", "kin"} <= set(weight.reasons)


@pytest.mark.parametrize(
    ("name", "wrong", "right", "element"),
    [
        ("mmsi", [1.5, 2.5, 3.25], [440001, 440002, 440003], "MMSI"),
    ],
)
def test_values_refuse_what_the_name_alone_would_be(name, wrong, right, element):
    assert proposals({name: wrong}, elements=VEHICLES) == {name: ""}
    assert proposals({name: right}, elements=VEHICLES) == {name: element}


def _sure(name: str, values: list[object], *others: str, elements=VEHICLES) -> float:
    columns = [(name, values), *((other, values) for other in others)]
    return propose(elements, [column_facts(n, pl.Series(v)) for n, v in columns])[0].confidence


def test_scaled_values_are_none_of_a_wide_range():
    scaled, warm = (column_facts("t", pl.Series([n / part for n in range(40)])) for part in (40, 2))
    assert judge(VEHICLES.by_id["TEMP"], scaled, None) is None
    assert judge(VEHICLES.by_id["TEMP"], warm, None) is not None


def test_a_name_that_only_says_what_sort_of_thing_is_less_sure():
    times = [12.5, 90.0, 45.0]
    assert _sure("duration", times) < _sure("horsepower", times)


def test_a_unit_may_be_the_last_letters_of_a_name():
    warm = [50.0, 59.0, 68.0]
    (told,) = propose(VEHICLES, [column_facts("temperaturefahrenheit", pl.Series(warm))])
    assert (told.element, told.unit) == ("TEMP", "degF")
    (other,) = propose(VEHICLES, [column_facts("temperaturekg", pl.Series(warm))])
    assert other.element == ""


def test_a_change_and_one_of_several_alike_are_less_sure():
    tons = [10.5, 20.0, 30.5]
    assert _sure("log temperature", tons) < _sure("zqx temperature", tons)
    assert _sure("temperature 1", tons, "temperature 2") < _sure("temperature 1", tons)


def test_an_abbreviation_of_several_words_is_written_out():
    pressures = [110.0, 121.5, 140.0]
    assert _sure("systolic_bp", pressures) > _sure("systolic_xy", pressures)


def test_codes_are_short_whatever_a_few_of_them_are():
    codes = ['"KOR"'] * 18 + ['"USA"'] * 9 + ['"JPN"'] * 9 + ["a mixed team of the north"]
    assert proposals({"country": codes}, elements=PEOPLE) == {"country": "CTRY_CD"}


def test_what_several_columns_begin_with_is_no_part_of_a_name():
    one = {"zqx_latitude": [10.5, 20.0, 33.5]}
    facts = [column_facts(name, pl.Series(values)) for name, values in one.items()]
    (alone,) = propose(PEOPLE, facts)
    beside, _ = propose(PEOPLE, [*facts, column_facts("zqx_other", pl.Series(["a"]))])
    assert beside.confidence > alone.confidence


def test_what_weighs_is_what_values_say():
    assert set(SIGNS) <= set(WEIGHTS)
    assert all(0 < surety({**dict.fromkeys(WEIGHTS, 0.0), name: 1.0}) < 1 for name in WEIGHTS)


@given(st.text(max_size=40), st.text(max_size=20))
def test_any_name_may_come(column, table):
    facts = [column_facts(column, pl.Series([1, 2, 3]))]
    (one,) = propose(SEA, facts, table)
    assert one.column == column
    assert one.element in {"", *SEA.by_id}
    assert 0 <= one.confidence <= 1


# ── the file ──────────────────────────────────────────────────────────────────────────────────
def mapping(*columns: ColumnMapping) -> Mapping:
    return Mapping(SEA.name, SEA.version, SEA.digest, columns)


def column(element: str = "SPD", **parts: object) -> ColumnMapping:
    return ColumnMapping(**{"column": "speed", "element": element, **parts})  # type: ignore[arg-type]


GOOD = column(unit="km/h", missing=("-9",), confirmed=True, confidence=0.9)

_TEXT = st.text("a가='\"\\#[]\t ", max_size=6).map(lambda text: text.replace("\t", " "))
_COLUMNS = st.builds(
    ColumnMapping,
    column=_TEXT.map(lambda text: f"c{text}"),
    element=st.sampled_from(["", "SPD", "VSSL_TY"]),
    confirmed=st.booleans(),
    confidence=st.sampled_from([0.0, 0.5, 0.95]),
    missing=st.lists(_TEXT, max_size=2).map(tuple),
    codes=st.lists(_TEXT, max_size=2).map(tuple),
)


@given(st.lists(_COLUMNS, min_size=1, max_size=3))
def test_a_mapping_reads_back_as_it_was(columns):
    told = mapping(*(one if one.element else ColumnMapping(column=one.column) for one in columns))
    assert parse(write(told).encode()) == told


HEAD = write(mapping(ColumnMapping(column="a"))).partition("[[")[0]


@pytest.mark.parametrize(
    ("text", "reason", "place"),
    [
        ("\xff", "encoding", "@0"),
        (HEAD + "[[column]]\ncolumn = {a = 1}\n", "form-line", "L7"),
        (HEAD + "[table]\n", "form-line", "L6"),
        (HEAD + '[[column]]\ncolumn = "a"\ncolumn = "b"\n', "toml", "L8"),
        (HEAD, "missing", "column"),
        (HEAD + "[[column]]\nelement = 'A'\n", "missing", "column[0].column"),
        (HEAD + "[[column]]\ncolumn = 'a'\nmagic = 1\n", "unknown", "column[0].magic"),
        (HEAD + "[[column]]\ncolumn = ''\n", "value", "column[0].column"),
        (HEAD + "[[column]]\ncolumn = 'a'\nconfidence = 2\n", "value", "column[0].confidence"),
        (HEAD + '[[column]]\ncolumn = "a\\u202e"\n', "unseen", "column[0]"),
        (HEAD.replace("mapping = 1", "mapping = 2"), "value", "mapping"),
    ],
)
def test_files_that_are_no_mapping(text, reason, place):
    with pytest.raises(DatasetError) as caught:
        parse(text.encode("latin-1" if text == "\xff" else "utf-8"), "m.toml")
    assert (caught.value.code, caught.value.facts["reason"]) == ("datasets.document", reason)
    assert caught.value.facts["place"] == place


def test_a_file_is_bounded():
    with pytest.raises(DatasetError, match="larger"):
        parse(b"#" * (MAX_BYTES + 1))
    assert parse((HEAD + "# remark\n[[column]]\ncolumn = 'a'\n").encode()).unmapped == ("a",)


@given(st.text(max_size=100))
def test_random_text_is_refused_by_name(text):
    with suppress(DatasetError):
        assert parse((HEAD + text).encode()).set == "sea"


@pytest.mark.parametrize(
    ("columns", "place", "reason"),
    [
        ([GOOD, GOOD], "speed", "column-twice"),
        ([GOOD, column(column="other")], "other", "element-twice"),
        ([column("NONE")], "speed", "element"),
        ([column(unit="kg")], "speed", "unit"),
        ([column(unit="furlong")], "speed", "unit"),
        ([column(form="YYYYMMDD")], "speed", "form"),
        ([column("DPTR_YMD", form="YYYYMMD")], "speed", "form"),
        ([column(codes=("a=C",))], "speed", "codes"),
        ([column("VSSL_TY", codes=("a=X",))], "speed", "codes"),
        ([column("VSSL_TY", codes=("a=C", "A=F"))], "speed", "codes"),
        ([GOOD, ColumnMapping(column="SPD")], "SPD", "taken"),
    ],
)
def test_what_does_not_fit_the_set(columns, place, reason):
    with pytest.raises(ElementsError) as caught:
        hold(mapping(*columns), SEA)
    assert caught.value.code == "elements.mapping"
    assert (caught.value.facts["place"], caught.value.facts["reason"]) == (place, reason)


def test_what_fits():
    hold(mapping(GOOD, ColumnMapping(column="SPD_2")), SEA)
    hold(mapping(column("VSSL_TY", codes=("1=C", "2=F"))), SEA)
    hold(mapping(column("DPTR_YMD", form="YYYYMMDD")), SEA)
    hold(mapping(column("MMSI")), SEA)


@pytest.mark.parametrize("change", [{"set": "other"}, {"version": 2}, {"digest": "sha256:0"}])
def test_a_mapping_is_about_one_set(change):
    with pytest.raises(ElementsError, match="another element set"):
        hold(replace(mapping(GOOD), **change), SEA)


def test_a_person_confirms_each_column():
    told = mapping(column(), ColumnMapping(column="note"))
    assert told.waiting == ("speed",)
    with pytest.raises(ElementsError) as caught:
        files.hold_confirmed(told)
    assert caught.value.facts == {"count": 1, "column": "speed"}
    files.hold_confirmed(confirm(told, ["speed"]))
    for stranger in ("note", "none"):
        with pytest.raises(ElementsError, match="no such column"):
            confirm(told, [stranger])


def test_a_proposal_is_unconfirmed_and_says_why():
    facts = [
        column_facts("speed (km/h)", pl.Series([18.5, 37.0, 5.0])),
        column_facts("x", pl.Series([1])),
    ]
    told = files.proposed(SEA, propose(SEA, facts))
    assert told.unmapped == ("x",)
    (one,) = told.mapped
    assert (one.element, one.unit, one.confirmed) == ("SPD", "km/h", False)
    assert "range" in one.why_en
    assert one.why_ko
    assert msgspec.structs.replace(one, confirmed=True) in confirm(told, ["speed (km/h)"]).columns
