"""``dure datasets columns``, and the options of every command on a raw file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.node.alliance import command
from tests.readers.workbooks import book_of, rows


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    text = '이름;단가 (원);날\n"가";1;2026.01.31\n"나";N/A;2026.02.01\n'
    (tmp_path / "holdings.csv").write_text(text, encoding="utf-16-le")
    return tmp_path


def test_a_steward_sees_what_an_import_would_record(folder: Path):
    said = command(None, "datasets", "columns", "holdings.csv", "--json")
    told = json.loads(said.out)
    assert (said.status, told["rows"], told["facts"]["encoding"]) == (0, 2, "utf-16-le")
    price = told["columns"][1]
    assert (price["unit"], price["type"], price["would_be"]) == ("KRW", "string", "int64")
    assert price["codes"] == ["N/A"]
    assert told["columns"][2]["written"] == "date-dots"
    assert {one.name for one in folder.iterdir()} == {"holdings.csv"}


def test_what_is_known_of_a_workbook_is_said_in_words(folder: Path):
    sheet = rows(["n", "m"], [1, 2], [None, None], [3, 4])
    (folder / "book.xlsx").write_bytes(book_of({"a": sheet}))
    said = command(None, "datasets", "columns", "book.xlsx")
    assert said.status == 0
    assert "empty rows left out" in said.out
    assert "_" not in said.out
    told = json.loads(command(None, "datasets", "columns", "book.xlsx", "--json").out)
    assert told["facts"]["empty_rows"] == "1"  # a program gets the name


def test_the_options_do_what_they_say(folder: Path):
    words = ("--missing", "N/A", "--encoding", "utf-16-le", "--delimiter", "semicolon")
    said = command(None, "datasets", "columns", "holdings.csv", *words)
    assert said.status == 0
    assert "int64" in said.out
    for wrong in (("--encoding", "cp949"), ("--encoding", "utf-8")):
        assert command(None, "datasets", "columns", "holdings.csv", *wrong).status == 46
    said = command(None, "datasets", "columns", "holdings.csv", "--delimiter", "comma", "--json")
    assert len(json.loads(said.out)["columns"]) == 1
    said = command(None, "datasets", "columns", "holdings.csv", "--missing", "x" * 65)
    assert said.status == 2
    for words in (["inspect", "holdings.csv"], ["rules", "propose", "holdings.csv"]):
        assert command(None, "datasets", *words, "--encoding", "cp949").status == 46
        assert command(None, "datasets", *words, "--missing", "N/A").status == 0
