"""Documents of others become data sets: what they deliver is what the standard's own reader yields."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import mlcroissant as mlc
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dure.core.errors import DureError
from dure.datasets.context import CONTEXT
from dure.datasets.others.choosing import choose
from dure.datasets.others.delivery import Delivery
from dure.datasets.others.importing import is_document, look_at
from dure.datasets.others.telling import told_by
from dure.datasets.verify.documents import read_both
from dure.node.node import Node
from dure.readers.faults import Fault
from dure.readers.several import FromPath, Plan, Taken, framed, path_value, read_several
from dure.readers.tables import Options
from tests.datasets.world import LABEL

ROWS = {
    "train": "id,code,share,note\n1,007,0.5,가\n2,1.50,1,나\n",
    "test": "id,code,share,note\n3,12,2,\n",
}
COLUMNS = {"id": "sc:Integer", "code": "sc:Text", "share": "sc:Float", "note": "sc:Text"}


def field(name: str, kind: str, **source: Any) -> dict[str, Any]:
    source.setdefault("extract", {"column": name})
    return {
        "@type": "cr:Field", "@id": f"rows/{name}", "name": name, "dataType": kind,
        "description": f"what {name} is", "source": {"fileSet": {"@id": "parts"}, **source},
    }  # fmt: skip


SPLIT = field(
    "split",
    "sc:Text",
    extract={"fileProperty": "fullpath"},
    transform={"regex": "^parts/(train|test)-.*$"},
)


def document(*fields: dict[str, Any], **changes: Any) -> dict[str, Any]:
    plain = [field(*one) for one in COLUMNS.items()]
    return {
        "@context": dict(CONTEXT),
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": "ferries",
        "description": "Ferries of two ports.",
        "license": "https://spdx.org/licenses/CC-BY-4.0",
        "url": "https://example.org/ferries",
        "citeAs": "Port office 2024",
        "keywords": ["sea", "ports"],
        "distribution": [
            {
                "@type": "cr:FileSet", "@id": "parts", "name": "parts",
                "encodingFormat": "text/csv", "includes": "parts/*.csv",
            }
        ],
        "recordSet": [
            {"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "field": [*plain, *fields]}
        ],
        **changes,
    }  # fmt: skip


def lay(folder: Path, told: dict[str, Any], name: str = "croissant.json") -> Path:
    (folder / "parts").mkdir(parents=True, exist_ok=True)
    for part, text in ROWS.items():
        (folder / "parts" / f"{part}-0.csv").write_text(text, encoding="utf-8")
    (folder / name).write_text(json.dumps(told), encoding="utf-8")
    return folder / name


def refused(told: dict[str, Any], records: str = "") -> tuple[object, object]:
    content = json.dumps(told).encode()
    with pytest.raises(DureError) as caught:
        choose(read_both(content, "d.json")[0], Path("d.json"), records)
    assert caught.value.code == "datasets.document"
    return caught.value.facts["reason"], caught.value.facts["place"]


# ── what is carried ────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay(tmp_path_factory.mktemp("others"), document(SPLIT))


def test_a_document_of_others_becomes_a_data_set_of_the_node(
    steward: Node, place: Path, tmp_path: Path
) -> None:
    dataset = steward.datasets.import_(place, label=LABEL)
    entry = steward.house.assets.get(dataset.id)
    assert (entry.name, entry.facts["rows"], entry.facts["columns"]) == ("ferries", "3", "5")
    rows = list(steward.datasets.open(dataset.id).records())
    assert rows[1:] == [
        {"id": 1, "code": "007", "share": 0.5, "note": "가", "split": "train"},
        {"id": 2, "code": "1.50", "share": 1.0, "note": "나", "split": "train"},
    ]
    assert rows[0] == {"id": 3, "code": "12", "share": 2.0, "note": None, "split": "test"}
    made = steward.datasets.show(dataset.id)["croissant"]
    assert made["license"] == "https://spdx.org/licenses/CC-BY-4.0"
    assert (made["citeAs"], made["isBasedOn"]) == (
        "Port office 2024",
        "https://example.org/ferries",
    )
    (records,) = made["recordSet"]
    assert records["field"][1]["description"] == "what code is"
    assert [one["dure:arrowType"] for one in records["field"]] == [
        "int64", "string", "double", "string", "string",
    ]  # fmt: skip
    steward.datasets.export(dataset.id, tmp_path / "out")
    read: Any = mlc.Dataset(str(tmp_path / "out" / "croissant.json"))
    assert len(list(read.records("records"))) == 3
    again = steward.datasets.import_(place.parent, label=LABEL, kind="croissant", name="mine")
    assert steward.house.assets.get(again.id).name == "mine"
    assert again.parents == dataset.parents


def test_the_standards_own_reader_yields_the_same(place: Path, tmp_path: Path) -> None:
    read: Any = mlc.Dataset(str(place))
    theirs = [
        {name.removeprefix("rows/"): _plain(value) for name, value in one.items()}
        for one in read.records("rows")
    ]
    ours = put_together(look_at(place), tmp_path)
    assert len(ours) == len(theirs) == 3

    def known(row: dict[str, Any]) -> tuple[Any, ...]:
        return row["id"], row["share"], row["split"], row["note"]

    # Of the texts that look like numbers, theirs have lost how they were written.
    assert sorted(map(known, ours), key=str) == sorted(map(known, theirs), key=str)
    assert {row["code"] for row in ours} == {"007", "1.50", "12"}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode()
    return None if value != value else value


def put_together(delivery: Delivery, folder: Path) -> list[dict[str, Any]]:
    """Read what a document delivers as the worker does, without its walls."""
    (folder / "raw").write_bytes(b"".join(delivery.blocks()))
    target = folder / "table.parquet"
    read_several(folder / "raw", target, folder / "text", Options().words())
    found: list[dict[str, Any]] = pq.read_table(target).to_pylist()
    return found


def read(folder: Path, plan: Plan, *contents: bytes) -> pa.Table:
    raw = framed(plan, list(map(len, contents))) + b"".join(contents)
    (folder / "raw").write_bytes(raw)
    target = folder / "table.parquet"
    read_several(folder / "raw", target, folder / "text", Options().words())
    return pq.read_table(target)


def test_a_column_that_is_no_number_in_all_files_is_kept_as_it_is_written(tmp_path: Path) -> None:
    plan = Plan("csv", ("a", "b"), (Taken("x", "X"), Taken("y", "Y")))
    found = read(tmp_path, plan, b"Y,X\n1,1.50\n,2\n", b"X,Y\nn/a,2.5\n3,4\n")
    assert found.to_pydict() == {"x": ["1.50", "2", "n/a", "3"], "y": [1.0, None, 2.5, 4.0]}
    lines = Plan("jsonl", ("a", "b"), (Taken("x", "x", ("Float",)),), (FromPath("f", "fullpath"),))
    found = read(tmp_path, lines, b'{"x":1}\n', b'{"x":2}\n')
    assert found.to_pydict() == {"x": [1.0, 2.0], "f": ["a", "b"]}


def test_a_file_without_a_column_says_which(tmp_path: Path) -> None:
    plan = Plan("csv", ("a", "b"), (Taken("x", "X"), Taken("y", "Y")))
    assert read(tmp_path, plan, b"X,Y\n1,2\n", b"Y,X\n3,4\n").num_rows == 2
    with pytest.raises(Fault) as caught:
        read(tmp_path, plan, b"X,Y\n1,2\n", b"X,Z\n3,4\n")
    told = {"fault": "name-gone", "column": 2, "expected": 2}
    assert (caught.value.code, caught.value.facts) == ("readers.header", told)


@pytest.mark.parametrize("regex", ["(", "nothing(x)", ""])
def test_a_pattern_that_finds_nothing_leaves_the_path(regex: str) -> None:
    assert path_value("a/b.csv", FromPath("s", "fullpath", regex)) == "a/b.csv"


def test_words_of_others_are_held_to_what_can_be_shown() -> None:
    told = told_by({"name": "a\x00b\n", "license": {"name": "own"}, "version": 3, "keywords": []})
    assert ("\x00" in told.name, told.licence, dict(told.more)) == (False, "own", {})


# ── what is refused ────────────────────────────────────────────────────────────────────────────


def test_nothing_is_fetched_opened_or_transformed() -> None:
    def source(**changes: Any) -> dict[str, Any]:
        one = {"@type": "cr:FileObject", "@id": "parts", "contentUrl": "a.csv",
               "encodingFormat": "text/csv", **changes}  # fmt: skip
        return document(distribution=[one])

    assert refused(source(contentUrl="https://example.org/a.csv"))[0] == "remote"
    assert refused(source(containedIn={"@id": "a.zip"}))[0] == "archive"
    assert refused(source(encodingFormat="application/pdf"))[0] == "format"
    for outside in ("../a.csv", "/etc/hosts", "a/../../b.csv"):
        assert refused(source(contentUrl=outside))[0] == "path"
    transformed = [
        field("up", "sc:Text", transform={"separator": ","}),
        field("each", "sc:Text", transform={"regex": "(.)"}),
    ]
    assert refused(document(*transformed)) == (
        "transform",
        "recordSet[0].field[4], recordSet[0].field[5]",
    )
    nested = {**field("more", "sc:Text"), "repeated": True}
    assert refused(document(nested)) == ("nested", "recordSet[0].field[4]")
    assert refused(document(field("id", "sc:Integer")))[0] == "names-twice"
    other = field("z", "sc:Text") | {
        "source": {"fileSet": {"@id": "elsewhere"}, "extract": {"column": "z"}}
    }
    assert refused(document(other)) == ("sources-several", "parts, elsewhere")
    assert refused(document(distribution=[]))[0] == "no-source"
    assert refused(document())[0] == "no-files"
    two = document()["recordSet"] * 2
    two[1] = {**two[1], "@id": "more", "name": "more"}
    assert refused(document(recordSet=two)) == ("records-several", "rows, more")
    assert refused(document(recordSet=two), "third") == ("records-none", "third")
    assert refused(document(recordSet=[]))[0] == "records-none"


@pytest.mark.usefixtures("unboxed")
def test_a_repository_that_lies_beside_its_document_is_read(tmp_path: Path) -> None:
    repository = {
        "@type": "cr:FileObject", "@id": "repo", "encodingFormat": "git+https",
        "contentUrl": "https://example.org/repo",
    }  # fmt: skip
    told = document(SPLIT)
    told["distribution"][0]["containedIn"] = {"@id": "repo"}
    told["distribution"].insert(0, repository)
    file = lay(tmp_path, told, "ferries.jsonld")
    assert is_document(file)
    assert look_at(file).plan.places == ("parts/test-0.csv", "parts/train-0.csv")


@pytest.mark.usefixtures("unboxed")
def test_files_that_are_not_as_described_are_refused(tmp_path: Path) -> None:
    text = ROWS["train"].encode()
    one = {"@type": "cr:FileObject", "@id": "parts", "contentUrl": "parts/train-0.csv",
           "encodingFormat": "text/csv", "sha256": hashlib.sha256(text).hexdigest()}  # fmt: skip
    told = document(distribution=[one])
    file = lay(tmp_path, told)
    delivery = look_at(file)
    assert b"".join(delivery.blocks()).endswith(text)

    def finding() -> object:
        with pytest.raises(DureError) as caught:
            look_at(file)
        return caught.value.facts["finding"]

    data = tmp_path / "parts" / "train-0.csv"
    data.write_bytes(text.replace(b"0.5", b"0.6"))
    assert finding() == "datasets.verify.digest"
    with pytest.raises(DureError, match=r"datasets\.changed"):  # between looking and reading
        list(delivery.blocks())
    data.unlink()
    data.symlink_to(tmp_path / "croissant.json")
    assert finding() == "datasets.verify.missing-file"
    with pytest.raises(DureError, match=r"datasets\.changed"):
        list(delivery.blocks())
    data.unlink()
    data.write_bytes(text)
    lay(tmp_path, document(field("absent", "sc:Text"), distribution=[one]))
    assert finding() == "datasets.verify.missing-column"


def test_what_calls_itself_a_document_is_taken_for_one(tmp_path: Path) -> None:
    file = lay(tmp_path, document())
    plain = tmp_path / "rows.json"
    plain.write_text('[{"a": 1}]')
    (tmp_path / "croissant.csv").write_text("http://mlcommons.org/croissant/1.0\n1\n")
    os.mkfifo(tmp_path / "pipe.json")
    assert is_document(file)
    for other in ("rows.json", "croissant.csv", "pipe.json", "gone.json"):
        assert not is_document(tmp_path / other)
