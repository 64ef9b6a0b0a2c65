"""A bare file, through the sandbox, to findings and a report; and from the command line."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pytest

from dure.core.text import LANGUAGES
from dure.datasets.errors import DatasetError
from dure.datasets.feeds import read_query
from dure.datasets.inspect import worker
from dure.datasets.inspect.inspection import Inspection, check_report, inspect, write_report
from dure.datasets.inspect.measuring import decoded
from dure.datasets.inspect.verdict import Readiness
from dure.readers.errors import ReaderError
from dure.readers.tables import Options
from dure.storage.errors import StorageError
from tests.datasets.inspect.tables import NOW_S, write

CSV = "id,site,speed,goal\n" + "".join(
    f"{n},{'부산' if n % 3 else '울산'},{n % 17}.5,{'yes' if n % 2 else 'no'}\n" for n in range(300)
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "holdings.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


def inspected(file: Path, **asked: Any) -> Inspection:
    return inspect(file, now_s=NOW_S, **asked)


def test_a_csv_file(file: Path):
    steps: list[str] = []
    found = inspected(file, target="goal", progress=steps.append)
    statistics = found.measured.statistics
    assert [(one.name, one.kind) for one in statistics.columns] == [
        ("id", "number"), ("site", "text"), ("speed", "number"), ("goal", "text"),
    ]  # fmt: skip
    assert statistics.rows == 300
    assert found.measured.raw.size_bytes == file.stat().st_size
    assert found.verdict.readiness is Readiness.READY
    assert steps == ["measure", "judge"]
    assert "부산" not in json.dumps(found.to_dict(), ensure_ascii=False)
    assert "부산" in json.dumps(inspected(file, show_values=True).to_dict(), ensure_ascii=False)


def test_csv_and_parquet_of_the_same_table_say_the_same(tmp_path: Path, file: Path):
    from dure.readers.parse import parse

    other = tmp_path / "holdings.parquet"

    def keep(blocks: Any) -> None:
        other.write_bytes(b"".join(blocks))

    parse(file, "csv", sink=keep)
    assert inspected(file).measured.statistics == inspected(other).measured.statistics


def test_other_encodings_and_kinds(tmp_path: Path):
    (tmp_path / "a.tsv").write_text(CSV.replace(",", "\t"), encoding="cp949")
    (tmp_path / "b.dat").write_text(CSV, encoding="utf-16")
    one = inspected(tmp_path / "a.tsv")
    other = inspected(tmp_path / "b.dat", kind="csv")
    assert one.measured.statistics == other.measured.statistics
    with pytest.raises(DatasetError, match="kind"):
        inspected(tmp_path / "b.dat")


def test_personal_data_stand_in_the_way(tmp_path: Path):
    lines = [f"{n},전화 010-{1000 + n}-{2000 + n}\n" for n in range(300)]
    path = tmp_path / "notes.csv"
    path.write_text("n,note\n" + "".join(lines), encoding="utf-8")
    found = inspected(path)
    assert [one.column for one in found.measured.personal] == ["note"]
    assert found.withheld == {"note"}
    assert found.verdict.readiness is Readiness.WORK
    assert any(one.code.startswith("personal.") for one in found.verdict.reasons)
    measured = {one.family.value: one.value for one in found.quality}
    assert measured["identifiability"] == 0.5
    for language in LANGUAGES:
        assert not re.search(r"010-1\d{3}", found.to_html(language))
    assert re.search(r"010-1\d{3}", inspected(path, show_values=True).to_html())


def test_against_an_earlier_version_of_another_kind(file: Path, tmp_path: Path):
    earlier = tmp_path / "earlier.tsv"
    lines = (line.replace(",", "\t") for line in CSV.splitlines(keepends=True))
    earlier.write_text("".join(lines).replace("울산", "목포"), encoding="utf-8")
    found = inspected(file, against=earlier)
    compared = found.measured.compared
    assert compared is not None
    assert (compared.rows_first, [one.name for one in compared.columns if one.shift]) == (
        300,
        ["site"],
    )
    told = {one.code for one in found.findings if one.locator == "site"}
    assert {"representativeness.drift", "representativeness.new-values"} <= told
    assert {one.family.value: one.value for one in found.quality}["representativeness"] == 0.75
    assert '<rect class="now"' in found.to_html("ko")
    assert found.to_dict()["compared"]["against"] == "earlier.tsv"  # type: ignore[index]
    for missing in (tmp_path / "none.csv", tmp_path / "none.dat"):
        with pytest.raises((ReaderError, DatasetError)):
            inspected(file, against=missing)


def test_what_an_import_would_recognise_is_shown(tmp_path: Path):
    text = "lat,speed (kn),등급\n" + "35.1,1.5,가\n36,2.5,해당없음\n" * 120
    path = tmp_path / "track.csv"
    path.write_text(text, encoding="utf-8")
    table = {
        "lat": [35.1, 36.0] * 120,
        "speed (kn)": [1.5, 2.5] * 120,
        "등급": ["가", "해당없음"] * 120,
    }
    for given in (path, write(tmp_path / "track.parquet", table)):
        found = inspected(given)
        told = {one.name: (one.unit, one.role, one.codes) for one in found.measured.recognised}
        assert told == {
            "lat": ("", "latitude", ()),
            "speed (kn)": ("kn", "speed", ()),
            "등급": ("", "", ("해당없음",)),
        }
        assert all(word in found.to_html("ko") for word in ("위도", "속력", "이름에 적힌 단위"))


def test_the_answer_to_a_query(tmp_path: Path):
    base = tmp_path / "holdings.db"
    with sqlite3.connect(base) as opened:
        opened.execute("CREATE TABLE ships (name TEXT, draft REAL)")
        opened.executemany("INSERT INTO ships VALUES (?, ?)", [("가", n / 2) for n in range(250)])
    query, address = tmp_path / "ships.sql", tmp_path / "address"
    query.write_text("SELECT name, draft FROM ships", encoding="utf-8")
    address.write_text(f"sqlite:///{base}", encoding="utf-8")
    address.chmod(0o600)
    found = inspected(read_query(query, address))  # type: ignore[arg-type]
    assert (found.subject, found.measured.statistics.rows) == ("ships.sql", 250)
    query.write_text("SELECT name FROM none", encoding="utf-8")
    with pytest.raises(DatasetError) as refused:
        inspected(read_query(query, address))  # type: ignore[arg-type]
    assert refused.value.code == "datasets.feed"


@pytest.mark.parametrize("option", ["target", "split"])
def test_a_column_that_is_not_there_is_refused(file: Path, option: str):
    with pytest.raises(DatasetError) as refused:
        inspected(file, **{option: "gaol"})
    assert refused.value.code == "datasets.document"
    assert refused.value.facts["place"] == f"--{option}"
    assert inspected(file, **{option: "goal"}).measured.statistics.rows == 300


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a,b\n", "readers.empty"),
        (b"", "readers.empty"),
        (b"a,b\n1,2\n3\n", "readers.rows"),
        (b"a,a\n1,2\n", "readers.header"),
        ("a,\u202eb\n1,2\n".encode(), "readers.header"),
        (b"x" * 10_000 + b",b\n1,2\n", "readers.header"),
        (b"a\xff\xfe\xfa\n1\n", "readers.encoding"),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(tmp_path: Path, content: bytes, code: str):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(ReaderError) as refused:
        inspected(path)
    assert refused.value.code == code
    path.write_bytes(b"a,b\n1,2\n")
    assert inspected(path).measured.statistics.rows == 1


def test_parquet_that_is_none_or_broken_or_nested_is_refused(tmp_path: Path):
    path = write(tmp_path / "a.parquet", {"a": np.arange(5000)})
    good = path.read_bytes()
    assert inspected(path).measured.statistics.rows == 5000
    nested = write(tmp_path / "n.parquet", {"a": [[1], [2]]}).read_bytes()
    empty = write(tmp_path / "e.parquet", {"a": pa.array([], pa.int64())}).read_bytes()
    broken = bytearray(good)
    broken[200:400] = b"\0" * 200
    for content, code, fault in (
        (b"no parquet", "readers.parquet", "not-parquet"),
        (good[:-20], "readers.parquet", "damaged"),
        (bytes(broken), "readers.parquet", "damaged"),
        (nested, "readers.parquet", "nested"),
        (empty, "readers.empty", None),
    ):
        path.write_bytes(content)
        with pytest.raises(ReaderError) as refused:
            inspected(path)
        assert refused.value.code == code
        assert refused.value.facts.get("fault") == fault


def test_a_wide_table(tmp_path: Path):
    columns = {f"c{n}": np.arange(40) * n for n in range(2000)}
    found = inspected(write(tmp_path / "w.parquet", columns))
    assert len(found.measured.statistics.columns) == 2000
    assert found.to_html().count("<article") == 2000


# ── this side of the sandbox ───────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("answer")
    path = write(folder / "raw", {"a": [1, 2, 3], "b": ["x", "y", "010-1234-5678"]})
    asked = {"target": "b", "split": "", "show_values": False, "now_s": NOW_S}
    words = json.dumps({"reading": {}, "asked": asked, "against": "parquet"})
    assert worker.main(["parquet", words], raw=path, against=path, out=folder, scratch=folder) == 0
    return json.loads((folder / worker.ANSWER_NAME).read_text())  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda told: told["statistics"].update(rows=0),
        lambda told: told["statistics"].update(rows="many"),
        lambda told: told["statistics"].update(columns=[]),
        lambda told: told["statistics"]["columns"][0].update(nulls=4),
        lambda told: told["statistics"]["columns"][0].update(distinct=-1),
        lambda told: told["statistics"]["columns"][0].update(name="b"),
        lambda told: told["statistics"]["columns"][0].update(name="\x1b[2J"),
        lambda told: told["statistics"]["columns"][0].update(name="x" * 300),
        lambda told: told["statistics"]["columns"][0].update(numbers=None),
        lambda told: told["statistics"]["target"].update(column=2),
        lambda told: told["statistics"]["correlations"].append(
            {"first": 0, "second": 9, "value": 1.0}
        ),
        lambda told: told["personal"][0].update(column="c"),
        lambda told: told["personal"][0].update(rows=4),
        lambda told: told["personal"][0].update(examples=[3]),
        lambda told: told["personal"][0].update(hits=9),
        lambda told: told["personal"][0].update(kind="secret"),
        lambda told: told["recognised"][0].update(unit="a value"),
        lambda told: told["recognised"][0].update(codes=["010-1234-5678"]),
        lambda told: told["compared"].update(added=["\x1b[2J"]),
        lambda told: told["compared"]["retyped"].append(
            {"name": "a", "first": "int64", "second": "a value"}
        ),
        lambda told: told["compared"]["columns"][0].update(name="c"),
        lambda told: told["compared"]["columns"][0].update(shift=1.5),
        lambda told: told["compared"]["columns"][0].update(rows_second=4),
        lambda told: told["compared"]["columns"][0].update(fresh=4),
        lambda told: told["compared"]["columns"][0]["picture"].update(first=[1] * 99),
    ],
)
def test_an_answer_that_no_honest_run_gives_is_none(answer: dict[str, Any], spoil: Any):
    told = json.loads(json.dumps(answer))
    assert decoded(json.dumps(told).encode()) is not None
    spoil(told)
    assert decoded(json.dumps(told).encode()) is None


def test_a_search_that_breaks_off_is_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = write(tmp_path / "raw", {"note": ["전화 010-1234-5678", "none"] * 20})
    asked = {"target": "", "split": "", "show_values": False, "now_s": NOW_S}
    command = ["parquet", json.dumps({"reading": {}, "asked": asked})]
    assert worker.main(command, raw=path, out=tmp_path, scratch=tmp_path) == 0
    assert json.loads((tmp_path / worker.ANSWER_NAME).read_text())["personal"][0]["rows"] == 20
    (tmp_path / worker.ANSWER_NAME).unlink()

    def broken(*_: Any, **__: Any) -> None:
        raise ValueError

    monkeypatch.setattr("dure.datasets.inspect.searching.search", broken)
    assert worker.main(command, raw=path, out=tmp_path, scratch=tmp_path) == 3
    assert not (tmp_path / worker.ANSWER_NAME).exists()


def test_what_is_no_json_is_none():
    assert decoded(b"") is None
    assert decoded(b"\xff") is None
    assert decoded(b'{"unknown": "target"}') is not None


def test_a_run_that_was_taken_over_gets_an_error(file: Path, monkeypatch: pytest.MonkeyPatch):
    from dure.datasets.inspect import measuring

    monkeypatch.setattr(measuring, "decoded", lambda data: None)
    with pytest.raises(ReaderError) as refused:
        inspected(file)
    assert refused.value.facts["cause"] == "output"


def test_the_worker_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    raw, out = tmp_path / "raw", tmp_path / "out"
    out.mkdir()
    raw.write_text(CSV, encoding="cp949")
    asked = {"target": "", "split": "", "show_values": False, "now_s": NOW_S}
    words: dict[str, Any] = {"reading": Options().words(), "asked": asked}

    def run(kind: str = "csv") -> int:
        return worker.main([kind, json.dumps(words)], raw=raw, out=out, scratch=tmp_path)

    assert run() == 0
    assert decoded((out / "answer.json").read_bytes()) is not None
    words["asked"]["target"] = "none"
    assert run() == 0
    assert json.loads((out / "answer.json").read_text()) == {"unknown": "target"}
    assert run("parquet") == 3
    assert msgspec.json.decode((out / "fault.json").read_bytes())["facts"]["fault"] == "not-parquet"

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr(worker, "read", full)
    assert run() == 4

    def broken(*_: Any, **__: Any) -> None:
        raise OSError(5, "disk")

    monkeypatch.setattr(worker, "read", broken)
    assert run() == 1


# ── the report's file ──────────────────────────────────────────────────────────────────────────
def test_a_report_never_takes_the_place_of_the_data(file: Path, tmp_path: Path):
    check_report(file, tmp_path / "out.html")
    check_report(file, tmp_path / "out.HTM")
    (tmp_path / "old.html").write_text("an earlier report")
    check_report(file, tmp_path / "old.html")
    data = tmp_path / "data.html"
    file.rename(data)
    (tmp_path / "folder.html").mkdir()
    for report in (data, tmp_path / "folder.html", file):
        with pytest.raises(DatasetError) as refused:
            check_report(data, report)
        assert refused.value.code == "datasets.document"


def test_a_report_is_its_owners_alone_and_whole(tmp_path: Path):
    report = tmp_path / "out.html"
    write_report(report, "first")
    write_report(report, "second \ud800")
    assert report.read_text() == "second ?"
    assert report.stat().st_mode & 0o777 == 0o600
    with pytest.raises(StorageError):
        write_report(tmp_path / "nowhere" / "out.html", "text")
    assert list(tmp_path.iterdir()) == [report]
