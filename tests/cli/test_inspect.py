"""``dure datasets inspect`` on a bare file: no node, no passphrase, no setting."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.node.alliance import command


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{n % 90},{'a' if n % 2 else 'b'},{n * 7 % 97}\n" for n in range(300))
    (tmp_path / "holdings.csv").write_text(f"speed,part,depth\n{rows}")
    return tmp_path


def test_a_steward_needs_no_node(folder: Path):
    said = command(None, "datasets", "inspect", "holdings.csv", "--report", "out.html")
    assert (said.status, said.err) == (0, "")
    assert "Ready for AI" in said.out
    assert "300" in said.out
    assert (folder / "out.html").read_text().startswith("<!DOCTYPE html>")
    assert {one.name for one in folder.iterdir()} == {"holdings.csv", "out.html"}


def test_json_is_one_value_with_all_of_it(folder: Path):
    said = command(None, "datasets", "inspect", "holdings.csv", "--json")
    told = json.loads(said.out)
    assert (said.status, told["readiness"], told["statistics"]["rows"]) == (0, "ready", 300)
    assert "report" not in told
    said = command(None, "datasets", "inspect", "holdings.csv", "--report", "out.html", "--json")
    assert json.loads(said.out)["report"] == "out.html"


def test_against_an_earlier_version_and_a_query_with_its_address(folder: Path):
    rows = "".join(f"{n % 90 + 40},a,{n * 7 % 97}\n" for n in range(300))
    (folder / "july.csv").write_text(f"speed,part,depth\n{rows}")
    words = ("datasets", "inspect", "july.csv", "--against", "holdings.csv", "--report")
    said = command(None, *words, "out.html")
    assert said.status == 0
    assert "earlier version" in said.out
    assert "Against “holdings.csv”" in (folder / "out.html").read_text()
    (folder / "ships.sql").write_text("SELECT 1 AS a")
    (folder / "address").write_text(f"sqlite:///{folder / 'none.db'}")
    (folder / "address").chmod(0o600)
    refused = command(None, "datasets", "inspect", "ships.sql", "--database", "address")
    assert refused.status == 214


def test_what_is_not_ready_ends_with_status_1(folder: Path):
    clean = command(None, "datasets", "inspect", "holdings.csv", "--split", "part")
    assert clean.status == 0
    rows = "".join(f"{n % 150},{'train' if n < 200 else 'test'}\n" for n in range(300))
    (folder / "split.csv").write_text(f"speed,part\n{rows}")
    said = command(None, "datasets", "inspect", "split.csv", "--split", "part", "--json")
    told = json.loads(said.out)
    assert (said.status, told["readiness"]) == (1, "not-ready")
    assert "similarity.split-leak" in [one["code"] for one in told["findings"]]


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (["missing.csv"], 45, "readers.source"),
        (["holdings.csv", "--target", "gaol"], 90, "datasets.document"),
        (["holdings.csv", "--report", "holdings.csv"], 90, "datasets.document"),
        (["holdings.csv", "--kind", "pdf"], 84, "datasets.kind"),
        (["holdings.csv", "--report", "nowhere/out.html"], 21, "storage.file"),
    ],
)
def test_refusals_have_their_status(folder: Path, words: list[str], status: int, code: str):
    said = command(None, "datasets", "inspect", *words, "--json")
    error = json.loads(said.out)["error"]
    assert (said.status, error["code"]) == (status, code)
    assert (folder / "holdings.csv").read_text().startswith("speed")


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("holdings.csv", ("--sheet", "1")),
        ("holdings.csv", ("--targets", "coco")),
        ("holdings.csv", ("--offsets", "utf-8")),
        ("holdings.parquet", ("--encoding", "cp949")),
        ("holdings.parquet", ("--missing", "-")),
        ("holdings.json", ("--delimiter", "tab")),
        ("holdings.json", ("--missing-in-quotes",)),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_an_option_that_means_nothing_is_refused_by_name(
    folder: Path, name: str, option: tuple[str, ...]
):
    (folder / name).touch()  # refused before anything is read
    said = command(None, "datasets", "inspect", name, *option)
    assert (said.status, said.out) == (225, "")
    assert f"{option[0]} is for " in said.err
    assert not list(folder.glob("*.html"))


def test_an_option_that_is_for_the_file_is_heard(folder: Path):
    (folder / "holdings.csv").write_text("speed;part\n" + "1;'-'\n2;b\n" * 20, encoding="utf-8")
    words = ("--delimiter", "semicolon", "--missing", "-", "--missing-in-quotes", "--kind", "csv")
    for verb in ("inspect", "columns"):
        said = command(None, "datasets", verb, "holdings.csv", *words, "--encoding", "utf-8")
        assert said.status in (0, 1), said
    refused = command(None, "datasets", "columns", "holdings.csv", "--sheet", "1")
    assert refused.status == 225
    assert command(None, "datasets", "rules", "propose", "holdings.csv", "--sheet", "1") == refused


def described(folder: Path, rows: str = "speed,part\n1,a\n2,b\n3,c\n") -> Path:
    """Lay a Croissant document beside its table; return the document."""
    (folder / "rows.csv").write_text(rows)
    fields = [
        {"@type": "cr:Field", "@id": f"rows/{name}", "name": name, "dataType": kind,
         "source": {"fileObject": {"@id": "rows.csv"}, "extract": {"column": name}}}
        for name, kind in (("speed", "sc:Integer"), ("part", "sc:Text"))
    ]  # fmt: skip
    file = {"@type": "cr:FileObject", "@id": "rows.csv", "name": "rows.csv", "contentUrl": "rows.csv",
            "encodingFormat": "text/csv",
            "sha256": hashlib.sha256(rows.encode()).hexdigest()}  # fmt: skip
    told = {
        "@context": {"sc": "https://schema.org/", "cr": "http://mlcommons.org/croissant/"},
        "@type": "sc:Dataset", "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": "boats", "distribution": [file],
        "recordSet": [{"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "field": fields}],
    }  # fmt: skip
    document = folder / "croissant.json"
    document.write_text(json.dumps(told))
    return document


def test_a_document_is_inspected_with_the_files_that_it_describes(folder: Path):
    """It once was itself taken for a table."""
    document = described(folder)
    said = command(None, "datasets", "inspect", "croissant.json", "--json")
    told = json.loads(said.out)
    assert told["statistics"]["rows"] == 3
    assert [one["name"] for one in told["statistics"]["columns"]] == ["speed", "part"]
    assert told["digest"] == f"sha256:{hashlib.sha256(document.read_bytes()).hexdigest()}"
    assert told["subject"] == "boats"
    for words in ((".", "--kind", "croissant"), ("croissant.json", "--records", "rows")):
        again = json.loads(command(None, "datasets", "inspect", *words, "--json").out)
        assert again["statistics"] == told["statistics"]
    as_table = command(None, "datasets", "inspect", "croissant.json", "--kind", "json", "--json")
    assert json.loads(as_table.out)["statistics"]["rows"] == 1


def test_a_document_whose_files_are_others_is_refused(folder: Path):
    described(folder)
    (folder / "rows.csv").write_text("speed,part\n9,z\n")
    said = command(None, "datasets", "inspect", "croissant.json", "--report", "out.html")
    assert said.status not in (0, 1)
    assert "rows.csv" in said.err
    assert not (folder / "out.html").exists()


def test_a_document_is_no_earlier_version_of_a_table(folder: Path):
    described(folder)
    words = ("datasets", "inspect", "holdings.csv", "--against")
    said = command(None, *words, "croissant.json")
    assert said.status == 90
    assert "Croissant" in said.err
    assert command(None, *words, "rows.csv").status in (0, 1)
