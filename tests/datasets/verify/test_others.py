"""Documents that others wrote: verified, or refused with the part that can't be."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import mlcroissant as mlc
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.core.findings import Severity
from dure.datasets.errors import DatasetError
from dure.datasets.verify import documents, files, folders
from dure.datasets.verify.documents import read_document
from dure.datasets.verify.folders import verify_folder
from dure.datasets.verify.matching import family

CSV = "id,when,share,note\n1,2024-01-01,0.5,007\n2,2024-01-02,1,x\n"


def written(folder: Path, version: str, **changes: Any) -> Path:
    """Write a document as mlcroissant does, over a CSV file and a set of Parquet files."""
    folder.mkdir(exist_ok=True)
    (folder / "data.csv").write_text(CSV, "utf-8")
    (folder / "parts").mkdir(exist_ok=True)
    for number in range(2):
        pq.write_table(pa.table({"value": [number, 7]}), folder / "parts" / f"{number}.parquet")
    ctx = mlc.Context(conforms_to=f"http://mlcommons.org/croissant/{version}")
    kinds = {
        "id": mlc.DataType.INTEGER,
        "when": mlc.DataType.DATE,
        "share": mlc.DataType.FLOAT,
        "note": mlc.DataType.TEXT,
    }
    csv = mlc.FileObject(
        ctx=ctx,
        id="data.csv",
        name="data.csv",
        content_url="data.csv",
        encoding_formats=["text/csv"],
        content_size=f"{len(CSV)} B",
        sha256=hashlib.sha256(CSV.encode()).hexdigest(),
    )
    parts = mlc.FileSet(
        ctx=ctx,
        id="parts",
        name="parts",
        encoding_formats=["application/x-parquet"],
        includes=["parts/*.parquet"],
    )
    records = [
        mlc.RecordSet(
            ctx=ctx,
            id="rows",
            name="rows",
            fields=[
                _field(ctx, f"rows/{name}", kind, file_object="data.csv", column=name)
                for name, kind in kinds.items()
            ],
        ),
        mlc.RecordSet(
            ctx=ctx,
            id="values",
            name="values",
            fields=[
                _field(ctx, "values/value", mlc.DataType.INTEGER, file_set="parts", column="value")
            ],
        ),
    ]
    document = mlc.Metadata(
        ctx=ctx,
        name="x",
        description="d",
        license="https://spdx.org/licenses/CC0-1.0",
        url="https://example.org",
        cite_as="c",
        version="1.0.0",
        date_published="2024-01-01",
        distribution=[csv, parts],
        record_sets=records,
    ).to_json()
    text = json.dumps(document | changes, default=str)
    (folder / "metadata.json").write_text(text, "utf-8")
    return folder


def _field(ctx: Any, name: str, kind: Any, column: str, **source: str) -> Any:
    return mlc.Field(
        ctx=ctx,
        id=name,
        name=name,
        data_types=[kind],
        source=mlc.Source(ctx=ctx, extract=mlc.Extract(ctx=ctx, column=column), **source),
    )


def document_of(folder: Path) -> Any:
    return json.loads((folder / "metadata.json").read_text("utf-8"))


def codes(folder: Path, least: Severity = Severity.ERROR) -> list[tuple[str, str, str]]:
    return [
        (one.code.removeprefix("datasets.verify."), one.subject, one.locator)
        for one in verify_folder(folder).findings
        if one.severity >= least
    ]


def changed(folder: Path, document: Any) -> list[tuple[str, str, str]]:
    (folder / "metadata.json").write_text(json.dumps(document), "utf-8")
    return codes(folder)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_document_of_the_reference_library_is_verified(tmp_path: Path, version: str) -> None:
    report = verify_folder(written(tmp_path / "set", version))
    assert report.result == {"verified": True, "files": 3, "columns": 5, "rows": 6}
    warned = [(one.code, one.subject) for one in report.findings]
    no_digest = "datasets.verify.no-digest"
    assert warned == [(no_digest, "parts/0.parquet"), (no_digest, "parts/1.parquet")]
    assert verify_folder(tmp_path / "set" / "metadata.json") == report


@pytest.mark.usefixtures("unboxed")
def test_other_columns_of_others_are_no_error(tmp_path: Path) -> None:
    folder = written(tmp_path, "1.1")
    document = document_of(folder)
    del document["recordSet"][0]["field"][3]
    assert changed(folder, document) == []
    assert ("other-column", "data.csv", "note") in codes(folder, Severity.NOTICE)


@pytest.mark.usefixtures("unboxed")
def test_types_of_others(tmp_path: Path) -> None:
    folder = written(tmp_path, "1.1")
    document = document_of(folder)
    fields = document["recordSet"][0]["field"]

    def types(place: int, *names: str) -> list[tuple[str, str, str]]:
        fields[place]["dataType"] = list(names)
        return changed(folder, document)

    wrong = [("type", "data.csv", "id")]
    assert types(0, "sc:Boolean") == wrong
    assert types(0, "sc:DateTime") == wrong
    assert types(0, "cr:Int64") == []
    assert types(0, "https://schema.org/Integer", "wd:Q48277") == []
    assert types(0, "sc:ImageObject") == []
    assert types(0, "sc:Text") == []  # in a CSV file everything is text
    assert types(1, "sc:DateTime") == []
    assert types(2, "sc:Integer") == [("type", "data.csv", "share")]
    assert types(2, "sc:Number") == []
    document["recordSet"][1]["field"][0]["dataType"] = "sc:Text"
    assert changed(folder, document) == [
        ("type", f"parts/{number}.parquet", "value") for number in range(2)
    ]


@pytest.mark.usefixtures("unboxed")
def test_a_column_without_values_is_of_any_type(tmp_path: Path) -> None:
    folder = written(tmp_path, "1.1")
    document = document_of(folder)
    (folder / "data.csv").write_text(CSV.replace(",007", ",").replace(",x", ","))
    for key in ("sha256", "contentSize"):
        del document["distribution"][0][key]
    document["recordSet"][0]["field"][3]["dataType"] = "sc:Boolean"
    assert changed(folder, document) == []


@pytest.mark.usefixtures("unboxed")
def test_a_digest_may_be_md5_and_a_size_a_rounded_one(tmp_path: Path) -> None:
    folder = written(tmp_path, "1.0")
    document = document_of(folder)
    file = document["distribution"][0]
    del file["sha256"]
    file["md5"] = hashlib.md5(CSV.encode()).hexdigest()
    file["contentSize"] = "2 kB"
    assert changed(folder, document) == []
    file["md5"] = "0" * 32
    assert changed(folder, document) == [("digest", "data.csv", "")]


def _first(document: Any) -> Any:
    return document["recordSet"][0]["field"][0]


UNREAD: dict[str, tuple[Any, str, str]] = {
    "a remote file": (
        lambda d: d["distribution"][0].update(contentUrl="https://example.org/data.csv"),
        "distribution[0]",
        "elsewhere",
    ),
    "an archive": (
        lambda d: d["distribution"][1].update(containedIn={"@id": "data.csv"}),
        "distribution[1]",
        "archive",
    ),
    "a nested field": (
        lambda d: _first(d).update(subField=[{"@id": "x"}]),
        "recordSet[0].field[0]",
        "several",
    ),
    "repeated values": (
        lambda d: _first(d).update(repeated=True),
        "recordSet[0].field[0]",
        "several",
    ),
    "an array": (lambda d: _first(d).update(isArray=True), "recordSet[0].field[0]", "several"),
    "a file's property": (
        lambda d: _first(d)["source"].update(extract={"fileProperty": "filename"}),
        "recordSet[0].field[0]",
        "not a column",
    ),
    "a JSON path": (
        lambda d: _first(d)["source"].update(extract={"jsonPath": "$.x"}),
        "recordSet[0].field[0]",
        "not a column",
    ),
    "a transform": (
        lambda d: _first(d)["source"].update(transform={"regex": "(a+)+$"}),
        "recordSet[0].field[0]",
        "transformed",
    ),
    "a format": (
        lambda d: _first(d)["source"].update(format="%d.%m.%Y"),
        "recordSet[0].field[0]",
        "transformed",
    ),
    "no source": (lambda d: _first(d).pop("source"), "recordSet[0].field[0]", "one file"),
    "another field": (
        lambda d: _first(d).update(source={"field": {"@id": "rows/note"}}),
        "recordSet[0].field[0]",
        "one file",
    ),
    "another kind of file": (
        lambda d: d["distribution"][0].update(encodingFormat="application/pdf"),
        "data.csv",
        "neither CSV, JSON nor Parquet",
    ),
}


@pytest.mark.usefixtures("unboxed")
@pytest.mark.parametrize("name", UNREAD)
def test_a_part_that_cannot_be_verified_is_named(tmp_path: Path, name: str) -> None:
    change, place, words = UNREAD[name]
    folder = written(tmp_path, "1.1")
    document = document_of(folder)
    change(document)
    assert changed(folder, document) == [("unsupported", "metadata.json", place)]
    (finding,) = [one for one in verify_folder(folder).findings if one.severity >= Severity.ERROR]
    assert words in finding.words.en
    assert finding.words.ko


@pytest.mark.usefixtures("unboxed")
def test_an_archive_that_nothing_is_read_from_is_held_to_its_digest(tmp_path: Path) -> None:
    folder = written(tmp_path, "1.1")
    document = document_of(folder)
    (folder / "more.zip").write_bytes(b"PK")
    more = {
        "@type": "cr:FileObject",
        "@id": "more",
        "name": "more",
        "contentUrl": "more.zip",
        "encodingFormat": "application/zip",
        "sha256": hashlib.sha256(b"PK").hexdigest(),
    }
    document["distribution"].append(more)
    assert changed(folder, document) == []
    (folder / "more.zip").write_bytes(b"PX")
    assert changed(folder, document) == [("digest", "more.zip", "")]


@pytest.mark.usefixtures("unboxed")
def test_records_inside_the_document(tmp_path: Path) -> None:
    folder = written(tmp_path, "1.1")
    document = document_of(folder)
    splits = {
        "@type": "cr:RecordSet",
        "@id": "splits",
        "dataType": "cr:Split",
        "key": {"@id": "splits/name"},
        "field": [
            {"@type": "cr:Field", "@id": "splits/name", "name": "name", "dataType": "sc:Text"}
        ],
        "data": [{"splits/name": "train"}, {"splits/name": "test"}],
    }
    document["recordSet"].append(splits)
    assert changed(folder, document) == []
    assert ("unchecked", "metadata.json", "recordSet[2].key") in codes(folder, Severity.INFO)
    splits["data"] = [{"other": "train"}]
    with pytest.raises(DatasetError) as refused:
        changed(folder, document)
    assert refused.value.facts["reason"] == "missing"


@pytest.mark.usefixtures("unboxed")
def test_references_are_said_to_be_unchecked(tmp_path: Path) -> None:
    folder = written(tmp_path, "1.1")
    document = document_of(folder)
    _first(document)["references"] = {"field": {"@id": "values/value"}}
    assert changed(folder, document) == []
    place = ("unchecked", "metadata.json", "recordSet[0].field[0].references")
    assert place in codes(folder, Severity.INFO)


@pytest.mark.usefixtures("unboxed")
def test_sources_that_are_not_there(tmp_path: Path) -> None:
    folder = written(tmp_path, "1.1")
    document = document_of(folder)
    _first(document)["source"]["fileObject"]["@id"] = "nothing"
    document["distribution"][1]["excludes"] = ["parts/*"]
    assert changed(folder, document) == [
        ("no-files", "metadata.json", "parts"),
        ("no-source", "metadata.json", "nothing"),
    ]
    document["distribution"][1]["excludes"] = ["parts/1.*"]
    _first(document)["source"]["fileObject"]["@id"] = "data.csv"
    assert changed(folder, document) == []
    document["recordSet"] = []
    assert changed(folder, document) == [("nothing", "metadata.json", "")]


@pytest.mark.usefixtures("unboxed")
def test_too_many_files_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = written(tmp_path, "1.1")
    monkeypatch.setattr(files, "MAX_FILES", 1)
    monkeypatch.setattr(folders, "MAX_FILES", 1)
    assert ("no-files", "metadata.json", "parts") in codes(folder)


@pytest.mark.usefixtures("unboxed")
def test_links_in_a_set_are_left_out(tmp_path: Path) -> None:
    folder = written(tmp_path / "set", "1.1")
    pq.write_table(pa.table({"secret": [1]}), tmp_path / "outside.parquet")
    (folder / "parts" / "9.parquet").symlink_to(tmp_path / "outside.parquet")
    assert codes(folder) == [("missing-file", "parts/9.parquet", "")]
    (folder / "parts" / "9.parquet").unlink()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "outside.parquet").rename(tmp_path / "elsewhere" / "9.parquet")
    (folder / "linked").symlink_to(tmp_path / "elsewhere")
    document = document_of(folder)
    document["distribution"][1]["includes"] = ["*.parquet"]
    assert changed(folder, document) == []
    document["distribution"][1] |= {"@type": "cr:FileObject", "contentUrl": "linked/9.parquet"}
    assert ("missing-file", "linked/9.parquet", "") in changed(folder, document)


@pytest.mark.usefixtures("unboxed")
def test_a_file_that_changes_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path, "1.1")
    real = files.parse

    def changing(source: int, kind: str, **more: Any) -> Any:
        if kind == "csv":
            (folder / "data.csv").write_text(CSV + "3,2024-01-03,2,y\n")
        return real(source, kind, **more)

    monkeypatch.setattr(files, "parse", changing)
    assert codes(folder) == [("changing-file", "data.csv", "")]


# ── documents that can't be read ───────────────────────────────────────────────────────────────

START: dict[str, Any] = {"conformsTo": "http://mlcommons.org/croissant/1.1", "license": "x"}
FILE = {"@type": "cr:FileObject", "@id": "f", "contentUrl": "f.csv", "encodingFormat": "text/csv"}


def refused(content: bytes) -> tuple[str, str]:
    with pytest.raises(DatasetError) as said:
        read_document(content, "x.json")
    assert said.value.code == "datasets.document"
    return str(said.value.facts["reason"]), str(said.value.facts["place"])


def test_what_is_no_json(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(b"\xff") == ("encoding", "byte 0")
    for content in (b"", b"{", b'{"a": 1, "a": 2}', b"[" * 200_000, b"1" * 5000):
        assert refused(content) == ("json", "-"), content[:20]
    assert refused(b"[]") == ("value", "-")
    monkeypatch.setattr(documents, "MAX_BYTES", 10)
    assert refused(b" " * 11) == ("size", "-")


@pytest.mark.parametrize(
    ("part", "reason", "place"),
    [
        ({"conformsTo": "http://mlcommons.org/croissant/2.0"}, "version", "conformsTo"),
        ({"conformsTo": None}, "version", "conformsTo"),
        ({"@graph": []}, "expanded", "@graph"),
        ({"distribution": ["f"]}, "value", "distribution[0]"),
        ({"distribution": [{}]}, "missing", "distribution[0].@id"),
        ({"distribution": [FILE, FILE]}, "twice", "distribution[1]"),
        ({"distribution": {"@id": "f"}}, "missing", "distribution[0].contentUrl"),
        (
            {"distribution": {"@id": "f", "@type": "cr:FileSet"}},
            "missing",
            "distribution[0].includes",
        ),
        ({"distribution": {**FILE, "sha256": 3}}, "value", "distribution[0]"),
        ({"distribution": {**FILE, "contentUrl": "a\0b"}}, "value", "distribution[0].contentUrl"),
        ({"distribution": {**FILE, "@id": "x" * 5000}}, "value", "distribution[0]"),
        (
            {"recordSet": {"@id": "r", "annotation": {"dataType": "wd:Q4049983", "value": "3"}}},
            "value",
            "recordSet[0].annotation",
        ),
    ],
)
def test_what_is_no_document(part: dict[str, Any], reason: str, place: str) -> None:
    assert read_document(json.dumps(START).encode(), "x.json").licensed
    assert refused(json.dumps(START | part).encode()) == (reason, place)


def test_more_parts_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_PARTS", 2)
    assert refused(json.dumps(START | {"recordSet": [1, 2, 3]}).encode()) == ("size", "recordSet")


KEYS = [
    "@id",
    "@type",
    "name",
    "field",
    "source",
    "fileObject",
    "extract",
    "column",
    "data",
    "annotation",
    "dataType",
    "value",
    "contentUrl",
    "includes",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(
    st.fixed_dictionaries({}, optional={"distribution": JSON, "recordSet": JSON, "license": JSON})
)
def test_any_document_is_read_or_refused(parts: dict[str, Any]) -> None:
    try:
        read_document(json.dumps(START | parts).encode(), "x.json")
    except DatasetError as said:
        assert said.code == "datasets.document"  # noqa: PT017  # either answer is right


def test_families() -> None:
    names = [
        "int8",
        "double",
        "decimal128(3, 1)",
        "bool",
        "date32[day]",
        "timestamp[us]",
        "time64[us]",
        "string",
    ]
    assert [family(name) for name in names] == [
        "integer", "number", "number", "boolean", "date", "datetime", "time", "text",
    ]  # fmt: skip
