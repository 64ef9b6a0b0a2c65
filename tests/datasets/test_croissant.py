"""The Croissant document: read back as it was written, and by the standard's own reader."""

from __future__ import annotations

import copy
import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import mlcroissant as mlc
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dure.datasets.catalogue import MAX_DOCUMENT_BYTES
from dure.datasets.context import CONTEXT
from dure.datasets.croissant import (
    NO_LICENCE,
    RECORDS,
    Field,
    Table,
    data_type,
    field_id,
    licence_words,
    read_table,
    write_document,
)
from tests.datasets.reading import ABOUT, opened, records, told, write

DIGEST = "0123456789abcdef" * 4
TABLE = Table((Field("n", "int64"), Field("이름", "string")), 3, 512, DIGEST, DIGEST[::-1])

ARROW_TYPES = st.sampled_from(
    [
        "int8",
        "uint64",
        "double",
        "float",
        "bool",
        "string",
        "date32[day]",
        "time64[us]",
        "timestamp[us]",
        "timestamp[us, tz=UTC]",
        "decimal128(38, 9)",
        "something else",
    ]
)
NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=40)
DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)
WORDS = st.sampled_from(["", "kn", "latitude", "date-dots"])
FIELDS = st.builds(
    Field,
    NAMES,
    ARROW_TYPES,
    unit=WORDS,
    role=WORDS,
    written=WORDS,
    codes=st.lists(st.sampled_from(["", "-999", "해당없음"]), unique=True).map(tuple),
)
TABLES = st.builds(
    Table,
    st.lists(FIELDS, max_size=8, unique_by=lambda one: one.name).map(tuple),
    st.integers(1, 2**53),
    st.integers(1, 2**53),
    DIGESTS,
    DIGESTS,
)
ABOUTS = st.builds(
    replace, st.just(ABOUT), name=NAMES, description=st.text(), label=NAMES, licence=st.text()
)


@given(ABOUTS, TABLES)
def test_what_was_written_is_read_back(about: Any, table: Table) -> None:
    text = json.dumps(write_document(about, table), ensure_ascii=True)
    assert read_table(json.loads(text)) == table


@given(st.lists(NAMES, unique=True, max_size=12))
def test_every_column_has_an_identifier_of_its_own(names: list[str]) -> None:
    ids = [field_id(i, name) for i, name in enumerate(names)]
    assert len({*ids, f"{RECORDS}/~count"}) == len(names) + 1
    assert not any(set(' \t\n<>"{}|\\^`#?') & set(one) for one in ids)


@pytest.mark.parametrize("name", ["~3", "..", ".", "a/b", "a b", "100%", "#", "a" * 65])
def test_names_that_an_identifier_cannot_hold_get_their_position(name: str) -> None:
    assert field_id(7, name) == "records/~7"


@pytest.mark.parametrize(
    ("arrow", "croissant"),
    [
        ("bool", "sc:Boolean"),
        ("int8", "sc:Integer"),
        ("uint64", "sc:Integer"),
        ("float", "sc:Float"),
        ("double", "sc:Float"),
        ("decimal128(10, 2)", "sc:Float"),
        ("date32[day]", "sc:Date"),
        ("time32[s]", "sc:Time"),
        ("timestamp[ns, tz=UTC]", "sc:DateTime"),
        ("string", "sc:Text"),
        ("interval", "sc:Text"),
    ],
)
def test_arrow_types_have_croissant_types(arrow: str, croissant: str) -> None:
    assert data_type(arrow) == croissant


@pytest.mark.parametrize(
    ("stated", "shown"),
    [
        ("", NO_LICENCE),
        ("CC0-1.0", "https://spdx.org/licenses/CC0-1.0"),
        ("https://example.org/terms", "https://example.org/terms"),
        ("공공누리 제1유형", "공공누리 제1유형"),
    ],
)
def test_a_licence_is_a_url_or_says_what_it_is(tmp_path: Path, stated: str, shown: str) -> None:
    document = write(tmp_path, pa.table({"n": [1]}), replace(ABOUT, licence=stated))
    assert licence_words(document) == shown
    opened(tmp_path)


def test_the_context_is_the_specifications() -> None:
    """Appendix 1 of Croissant 1.1, with https for schema.org (mlcroissant refuses http)."""
    appendix = {
        "@language": "en",
        "@vocab": "https://schema.org/",
        "sc": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "dct": "http://purl.org/dc/terms/",
        "annotation": "cr:annotation",
        "arrayShape": "cr:arrayShape",
        "citeAs": "cr:citeAs",
        "column": "cr:column",
        "conformsTo": "dct:conformsTo",
        "containedIn": "cr:containedIn",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "equivalentProperty": "cr:equivalentProperty",
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "excludes": "cr:excludes",
        "extract": "cr:extract",
        "field": "cr:field",
        "fileProperty": "cr:fileProperty",
        "fileObject": "cr:fileObject",
        "fileSet": "cr:fileSet",
        "format": "cr:format",
        "includes": "cr:includes",
        "isArray": "cr:isArray",
        "isLiveDataset": "cr:isLiveDataset",
        "jsonPath": "cr:jsonPath",
        "key": "cr:key",
        "md5": "cr:md5",
        "parentField": "cr:parentField",
        "recordSet": "cr:recordSet",
        "references": "cr:references",
        "regex": "cr:regex",
        "readLines": "cr:readLines",
        "sdVersion": "cr:sdVersion",
        "separator": "cr:separator",
        "source": "cr:source",
        "subField": "cr:subField",
        "transform": "cr:transform",
        "unArchive": "cr:unArchive",
        "value": "cr:value",
    }
    more = {"path", "repeated", "replace", "samplingRate", "dure", "prov", "wd"}
    assert dict(CONTEXT) == appendix | {name: CONTEXT[name] for name in more}


def test_all_types_and_values_are_read_as_they_are(tmp_path: Path) -> None:
    moment = dt.datetime(2013, 1, 1, 10, 0, 0, 123456)  # noqa: DTZ001  # a column without a zone
    table = pa.table(
        {
            "함정명 (한글)": ["독도함", "", None],
            "text": ["a,b", 'say "no"', "NA"],
            "truth": [True, None, False],
            "whole": pa.array([1, -(2**62) - 1, 2**62 + 1], pa.int64()),
            "whole with gaps": pa.array([2**53 - 1, None, -(2**53) + 1], pa.int64()),
            "unsigned": pa.array([2**64 - 1, 0, 1], pa.uint64()),
            "small": pa.array([-128, None, 127], pa.int8()),
            "number": [1.5, float("inf"), None],
            "no number": [float("nan"), None, 0.1],
            "single": pa.array([0.5, -2.25, None], pa.float32()),
            "money": pa.array([Decimal("1.10"), None, Decimal("-3.00")], pa.decimal128(20, 2)),
            "day": [dt.date(1, 1, 1), None, dt.date(9999, 12, 31)],
            "moment": pa.array([moment, None, moment.replace(year=1700)], pa.timestamp("us")),
            "moment at UTC": pa.array([moment, None, moment], pa.timestamp("us", tz="UTC")),
            "time": [dt.time(1, 2, 3), None, dt.time(23, 59, 59)],
        }
    )
    write(tmp_path, table)
    assert list(records(tmp_path)) == told(table)


def test_what_was_recognised_stands_in_the_document_and_changes_no_record(tmp_path: Path) -> None:
    table = pa.table({"lat": [35.1, 91.0], "speed (kn)": [12.5, -999.0], "상태": ["정상", "미상"]})
    document = dict(write(tmp_path, table))
    fields = document["recordSet"][0]["field"]
    told_of = (
        {"equivalentProperty": "sc:latitude", "dure:role": "latitude", "dure:missingCodes": ["91"]},
        {"dure:unit": "kn", "dure:role": "speed", "dure:missingCodes": ["-999"]},
        {"dure:missingCodes": ["미상"]},
    )
    recognised = (
        Field("lat", "double", role="latitude", codes=("91",)),
        Field("speed (kn)", "double", unit="kn", role="speed", codes=("-999",)),
        Field("상태", "string", codes=("미상",)),
    )
    plain = read_table(document)
    document = write_document(ABOUT, replace(plain, fields=recognised))
    for field, words in zip(document["recordSet"][0]["field"], told_of, strict=True):
        assert words.items() <= field.items()
    assert len(fields) == 3
    (tmp_path / "croissant.json").write_text(json.dumps(document), encoding="utf-8")
    assert list(records(tmp_path)) == told(table)
    assert read_table(document).fields == recognised


@pytest.mark.parametrize("codes", ["-999", [7], {"a": 1}, [["x"]]])
def test_codes_of_another_form_are_refused(codes: Any) -> None:
    document = json.loads(json.dumps(write_document(ABOUT, TABLE)))
    document["recordSet"][0]["field"][0]["dure:missingCodes"] = codes
    with pytest.raises(ValueError, match=r"form|part"):
        read_table(document)


def test_whole_numbers_beyond_2_53_beside_gaps_are_rounded_by_mlcroissant(tmp_path: Path) -> None:
    """A limit of that reader (pandas makes such a column floats), not of the file: docs say so."""
    table = pa.table({"n": pa.array([2**53 + 1, None], pa.int64())})
    write(tmp_path, table)
    assert [row["records/n"] for row in records(tmp_path)] == [2**53, None]


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(st.lists(NAMES, unique=True, min_size=1, max_size=6), st.text(max_size=40))
def test_any_names_are_valid_croissant(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], words: str
) -> None:
    folder = tmp_path_factory.mktemp("set")
    table = pa.table({name: [i, None] for i, name in enumerate(names)})
    write(folder, table, replace(ABOUT, name=words or "-", description=words or "-"))
    assert list(records(folder)) == told(table)


def test_a_table_that_was_changed_is_refused_by_the_standards_reader(tmp_path: Path) -> None:
    write(tmp_path, pa.table({"n": [1, 2]}))
    assert len(list(records(tmp_path))) == 2
    write(tmp_path / "other", pa.table({"n": [1, 3]}))
    (tmp_path / "other" / "data.parquet").rename(tmp_path / "data.parquet")
    with pytest.raises(mlc.GenerationError) as refused:
        list(records(tmp_path))
    assert "is not identical" in str(refused.value.__cause__)


def test_the_widest_document_can_be_read_back() -> None:
    widest = tuple(Field(f"{i:05}" + "\U00020000" * 250, "timestamp[us, tz=UTC]") for i in range(9))
    text = json.dumps(write_document(ABOUT, replace(TABLE, fields=widest)), ensure_ascii=False)
    one = len(text.encode()) / 9
    assert one * 65_536 < MAX_DOCUMENT_BYTES


def _without(document: dict[str, Any], *path: str | int) -> dict[str, Any]:
    changed: Any = copy.deepcopy(document)
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return dict(changed)


@pytest.mark.parametrize(
    "path",
    [
        ("distribution",),
        ("distribution", 0),
        ("distribution", 0, "sha256"),
        ("distribution", 0, "contentSize"),
        ("distribution", 0, "prov:wasDerivedFrom"),
        ("recordSet",),
        ("recordSet", 0, "annotation"),
        ("recordSet", 0, "annotation", "value"),
        ("recordSet", 0, "field", 1, "dure:arrowType"),
        ("recordSet", 0, "field", 0, "source", "extract", "column"),
    ],
)
def test_a_document_that_lacks_a_part_is_refused(path: tuple[str | int, ...]) -> None:
    document = write_document(ABOUT, TABLE)
    assert read_table(document) == TABLE
    with pytest.raises(ValueError):
        read_table(_without(document, *path))


@pytest.mark.parametrize(
    ("part", "value"),
    [("sha256", "0"), ("sha256", None), ("contentSize", "many B"), ("contentSize", 5)],
)
def test_a_part_of_another_form_is_refused(part: str, value: object) -> None:
    document = write_document(ABOUT, TABLE)
    document["distribution"][0][part] = value
    with pytest.raises(ValueError):
        read_table(document)


def test_a_count_that_is_no_whole_number_is_refused() -> None:
    document = write_document(ABOUT, TABLE)
    for value in ("3", 3.0, True, None):
        document["recordSet"][0]["annotation"]["value"] = value
        with pytest.raises(ValueError):
            read_table(document)
