"""Dummy data from a document: through a node's import, and bare, from documents of any origin."""

from __future__ import annotations

import io
import json
import os
import resource
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dure.datasets.croissant import read_table
from dure.datasets.dummy import measured as measuring_side
from dure.datasets.dummy import writing
from dure.datasets.dummy.chosen import chosen_rows
from dure.datasets.dummy.released import TERM, block, with_block
from dure.datasets.dummy.writing import write_dummy
from dure.datasets.errors import DatasetError
from dure.governance.policy.errors import PolicyError
from dure.node.node import Node
from dure.readers.delimited import Dialect, read_delimited
from dure.readers.errors import ReaderError
from tests.datasets.reading import opened, records, told, write
from tests.datasets.test_use import mixed
from tests.datasets.world import LABEL, ROOT, World


@pytest.fixture
def holdings(tmp_path: Path) -> Path:
    """A file that no other test imports, since its own path is in it."""
    file = tmp_path / "holdings.csv"
    rows = [f"{i},{'정상' if i % 3 else '점검'},{i * 7},{tmp_path.name}" for i in range(400)]
    file.write_text("\n".join(["번호,상태,금액,place", *rows]) + "\n", "utf-8")
    return file


def released(document: Any) -> dict[str, dict[str, Any]]:
    return {column["name"]: column for column in document[TERM]["columns"]}


# ── the steward's part ─────────────────────────────────────────────────────────────────────────
def test_nothing_is_released_unless_the_steward_asks(steward: Node, holdings: Path) -> None:
    plain = steward.datasets.import_(holdings, label=LABEL)
    assert TERM not in json.dumps(steward.datasets.show(plain.id)["croissant"])
    steps: list[str] = []
    asked = steward.datasets.import_(holdings, label=LABEL, ranges=True, progress=steps.append)
    assert steps == ["parse", "seal", "measure", "describe"]
    assert asked.id != plain.id
    assert asked.parents == plain.parents, "the table is the same"
    found = released(steward.datasets.show(asked.id)["croissant"])
    assert found["상태"] == {"name": "상태", "nulls": "0", "codes": ["점검", "정상"]}
    assert found["번호"] == {"name": "번호", "nulls": "0", "unique": True, "range": ["0", "390"]}
    assert steward.datasets.import_(holdings, label=LABEL, ranges=True) == asked


def test_the_measuring_is_a_read_in_the_ledger(steward: Node, holdings: Path) -> None:
    steward.datasets.import_(holdings, label=LABEL, ranges=True)
    types = [entry["type"] for entry in steward.ledger.show(3)]
    assert types == ["dataset.import.begun", "content.read", "dataset.import.done"]


def test_the_standards_own_reader_takes_the_block(
    steward: Node, holdings: Path, tmp_path: Path
) -> None:
    asset = steward.datasets.import_(holdings, label=LABEL, ranges=True)
    steward.datasets.export(asset.id, tmp_path / "out")
    opened(tmp_path / "out")
    table = pq.read_table(tmp_path / "out" / "data.parquet")
    assert list(records(tmp_path / "out")) == told(table)


def test_who_may_not_import_has_nothing_measured(
    world: World, holdings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = world.left()
    with world.open("bravo.clerk") as node, pytest.raises(PolicyError):
        node.datasets.import_(holdings, label=LABEL, ranges=True)
    assert not world.left().since(before)


@pytest.mark.parametrize(
    "left",
    [
        b"",
        b"[",
        b"[" * 100_000,
        b"{}",
        b'[{"name": "nowhere", "nulls": "0"}]',
        '[{"name": "번호", "nulls": "0", "codes": ["x"]}]'.encode(),
        '[{"name": "번호", "nulls": "0", "more": "a value of the data"}]'.encode(),
    ],
    ids=range(7),
)
def test_a_measuring_that_was_taken_over_gets_nothing_into_the_document(
    steward: Node, holdings: Path, left: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the sandbox leaves is held to the block's form; here another program stands there."""
    real = measuring_side.python_command

    def other(_: Any, **named: Any) -> Any:
        program = f"open('/out/released.json', 'wb').write({left!r})"
        return real(["-c", program], **named)

    monkeypatch.setattr(measuring_side, "python_command", other)
    before = {row["id"] for row in steward.datasets.list()}
    with pytest.raises(ReaderError) as refused:
        steward.datasets.import_(holdings, label=LABEL, ranges=True)
    assert (refused.value.code, refused.value.facts["cause"]) == ("readers.stopped", "output")
    assert {row["id"] for row in steward.datasets.list()} == before


def test_a_measuring_that_fails_or_floods_is_no_import(
    steward: Node, holdings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = measuring_side.python_command
    monkeypatch.setattr(
        measuring_side, "python_command", lambda _, **named: real(["-c", "raise OSError"], **named)
    )
    with pytest.raises(ReaderError) as refused:
        steward.datasets.import_(holdings, label=LABEL, ranges=True)
    assert refused.value.facts["cause"] == "exit"
    monkeypatch.setattr(measuring_side, "python_command", real)
    monkeypatch.setattr(measuring_side, "_MOST_BYTES", 10)
    with pytest.raises(ReaderError) as refused:
        steward.datasets.import_(holdings, label=LABEL, ranges=True)
    assert refused.value.facts["cause"] == "output"
    monkeypatch.undo()
    assert steward.datasets.import_(holdings, label=LABEL, ranges=True).kind == "dataset"


# ── the developer's part ───────────────────────────────────────────────────────────────────────
@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bare folder whose document releases what its table's columns are like."""
    from dure.datasets.dummy.measuring import measure

    table = mixed(400)
    document = write(tmp_path / "out", table)
    found = block([{"name": name, **measure(table[name])} for name in table.column_names])
    save(tmp_path / "out", with_block(document, found))
    return tmp_path / "out"


def save(folder: Path, document: Any) -> None:
    text = json.dumps(document, ensure_ascii=False)
    (folder / "croissant.json").write_text(text, "utf-8")


def load(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "croissant.json").read_text("utf-8"))
    return found


def test_no_record_is_read(folder: Path, tmp_path: Path) -> None:
    with_table, alone = tmp_path / "a.parquet", tmp_path / "b.parquet"
    write_dummy(folder, with_table, rows=50, seed=3)
    (folder / "data.parquet").unlink()
    write_dummy(folder / "croissant.json", alone, rows=50, seed=3)
    assert with_table.read_bytes() == alone.read_bytes()


def test_the_file_has_the_real_ones_columns(folder: Path, tmp_path: Path) -> None:
    real = pq.read_schema(folder / "data.parquet")
    table = write_dummy(folder, tmp_path / "d.parquet", rows=70)
    assert table == read_table(load(folder))
    made = pq.read_table(tmp_path / "d.parquet")
    assert made.schema.remove_metadata() == real.remove_metadata()
    assert made.num_rows == 70
    assert b"dure:dummy" in made.schema.metadata, "nobody takes it for the data"
    assert stat.S_IMODE((tmp_path / "d.parquet").stat().st_mode) == 0o600
    write_dummy(folder, tmp_path / "e.parquet", rows=70, seed=2)
    assert not pq.read_table(tmp_path / "e.parquet").equals(made)


def test_a_csv_is_read_with_the_same_types(folder: Path, tmp_path: Path) -> None:
    """The reader that imports finds in the dummy what it found in the real file."""
    names = ["n", "gap", "x", "yes", "이름", "day", "at"]
    document = load(folder)
    fields = document["recordSet"][0]["field"]
    document["recordSet"][0]["field"] = [one for one in fields if one["name"] in names]
    document[TERM]["columns"] = [c for c in document[TERM]["columns"] if c["name"] in names]
    save(folder, document)
    write_dummy(folder, tmp_path / "d.csv", rows=300)
    known = read_delimited(
        tmp_path / "d.csv", tmp_path / "again.parquet", tmp_path / "text", Dialect()
    )
    kinds = {column["name"]: column["type"] for column in known["columns"]}  # type: ignore[attr-defined]
    assert kinds == {
        "n": "int64", "gap": "int64", "x": "double", "yes": "bool", "이름": "string",
        "day": "date32[day]", "at": "timestamp[us, tz=UTC]",
    }  # fmt: skip
    write_dummy(folder, tmp_path / "d.parquet", rows=300)
    frame = pl.read_parquet(tmp_path / "again.parquet")
    assert frame.equals(pl.read_parquet(tmp_path / "d.parquet").cast(frame.schema))  # type: ignore[arg-type]


def test_types_alone_are_enough(tmp_path: Path) -> None:
    write(tmp_path / "out", mixed(20))
    write_dummy(tmp_path / "out", tmp_path / "d.parquet", rows=200)
    made = pq.read_table(tmp_path / "d.parquet")
    assert all(column.null_count for column in made.columns)


@pytest.mark.parametrize(
    ("rows", "name"), [(0, "d.csv"), (-1, "d.csv"), (10**7 + 1, "d.csv"), (1, "d.xlsx"), (1, "d")]
)
def test_what_can_not_be_written(folder: Path, tmp_path: Path, rows: int, name: str) -> None:
    with pytest.raises(ValueError, match="rows"):
        write_dummy(folder, tmp_path / name, rows=rows)
    assert not (tmp_path / name).exists()
    write_dummy(folder, tmp_path / "d.csv", rows=1)


def test_nothing_is_overwritten_or_left(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "d.csv"
    for taken in (out.write_text, lambda text: (out.unlink(), out.symlink_to(text))):
        taken("mine")
        with pytest.raises(DatasetError) as refused:
            write_dummy(folder, out)
        assert (refused.value.code, refused.value.facts["reason"]) == ("datasets.folder", "EEXIST")
    out.unlink()
    with pytest.raises(DatasetError) as refused:
        write_dummy(folder, tmp_path / "nowhere" / "d.csv")
    assert refused.value.facts["reason"] == "ENOENT"

    def broken(*_: Any) -> Any:
        yield from list(writing_batches(*_))[:1]
        raise OSError(28, "full")

    writing_batches = writing.batches
    monkeypatch.setattr(writing, "batches", broken)
    with pytest.raises(DatasetError) as refused:
        write_dummy(folder, out)
    assert refused.value.facts["reason"] == "ENOSPC"
    assert {path.name for path in tmp_path.iterdir()} == {"out"}
    monkeypatch.undo()
    write_dummy(folder, out)
    assert out.exists()


# ── documents of any origin ────────────────────────────────────────────────────────────────────
def field(name: str, kind: str) -> dict[str, Any]:
    source = {"fileObject": {"@id": "table"}, "extract": {"column": name}}
    return {"name": name, "dure:arrowType": kind, "source": source}


HOSTILE: dict[str, tuple[str, Callable[[dict[str, Any]], object]]] = {
    "count -1": ("document-form", lambda d: d["recordSet"][0]["annotation"].update(value=-1)),
    "count text": ("document-form", lambda d: d["recordSet"][0]["annotation"].update(value="9")),
    "count nan": ("document-form", lambda d: d["recordSet"][0]["annotation"].update(value=float("nan"))),
    "no columns": ("document-form", lambda d: d["recordSet"][0].update(field=[])),
    "columns a number": ("document-form", lambda d: d["recordSet"][0].update(field=7)),
    "name a list": ("document-form", lambda d: d["recordSet"][0].update(field=[field(["n"], "int64")])),  # type: ignore[arg-type]
    "name twice": ("document-form", lambda d: d["recordSet"][0].update(field=[field("n", "int64")] * 2)),
    "name half a pair": ("document-form", lambda d: d["recordSet"][0].update(field=[field("\ud800", "int64")])),
    "type unknown": ("column-type", lambda d: d["recordSet"][0].update(field=[field("n", "int65")])),
    "type a number": ("document-form", lambda d: d["recordSet"][0].update(field=[field("n", 64)])),  # type: ignore[arg-type]
    "type nested": ("column-type", lambda d: d["recordSet"][0].update(field=[field("n", "list<item: int64>")])),
    "block a text": ("released-form", lambda d: d.update({TERM: "x"})),
    "block of another table": ("released-form", lambda d: d[TERM]["columns"][0].update(name="other")),
    "absurd range": ("released-range", lambda d: d[TERM]["columns"][0].update(range=["0", "1e99999"])),
    "endless range": ("released-form", lambda d: d[TERM]["columns"][0].update(range=["0", "9" * 100_000])),
    "codes in millions": ("released-form", lambda d: d[TERM]["columns"][0].update(codes=[str(i) for i in range(10**6)])),
    "long texts": ("released-form", lambda d: d[TERM]["columns"][5].update(length=[0, 10**15])),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_document_is_refused_and_leaves_nothing(
    folder: Path, tmp_path: Path, what: str
) -> None:
    reason, change = HOSTILE[what]
    document = load(folder)
    write_dummy(folder, tmp_path / "right.csv")
    change(document)
    (folder / "croissant.json").write_text(json.dumps(document), "utf-8")
    with pytest.raises(DatasetError) as refused:
        write_dummy(folder, tmp_path / "d.csv")
    assert (refused.value.code, refused.value.facts["reason"]) == ("datasets.document", reason)
    assert not list(tmp_path.glob("*d.csv")) + list(tmp_path.glob(".*"))


def test_a_huge_count_in_the_document_writes_no_more_rows(folder: Path, tmp_path: Path) -> None:
    document = load(folder)
    document["recordSet"][0]["annotation"]["value"] = 10**300
    save(folder, document)
    write_dummy(folder, tmp_path / "d.parquet", rows=7)
    assert pq.read_metadata(tmp_path / "d.parquet").num_rows == 7


@pytest.mark.slow
def test_ten_thousand_columns_of_long_texts_in_bounded_memory(tmp_path: Path) -> None:
    """In a process of its own, whose memory is limited."""
    document = dict(write(tmp_path / "out", pa.table({"n": [1]})))
    names = [f"열 {i}" for i in range(10_000)]
    document["recordSet"][0]["field"] = [field(name, "string") for name in names]
    columns = [
        {"name": name, "nulls": "0", "letters": "가", "length": [0, 10_000]} for name in names
    ]
    save(tmp_path / "out", with_block(document, block(columns)))
    limit = 2 << 30

    done = subprocess.run(
        [sys.executable, "-c", "import sys; from pathlib import Path; "
         "from dure.datasets.dummy.writing import write_dummy; "
         "write_dummy(Path(sys.argv[1]), Path(sys.argv[2]), rows=2)",
         tmp_path / "out", tmp_path / "d.parquet"],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit)),
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-500:]
    metadata = pq.read_metadata(tmp_path / "d.parquet")
    assert (metadata.num_rows, metadata.num_columns) == (2, 10_000)


def test_rows_of_chosen_columns_tell_no_class_that_the_document_does_not(folder: Path) -> None:
    told = load(folder)
    names = {column["name"]: column for column in told[TERM]["columns"]}
    listed = next(name for name, column in names.items() if "codes" in column)
    text = next(
        field["name"] for field in told["recordSet"][0]["field"]
        if field["dure:arrowType"] == "string" and "codes" not in names[field["name"]]
    )  # fmt: skip
    made = pq.read_table(io.BytesIO(chosen_rows(told, [text, listed], few=[text, listed])))
    assert made.column_names == [text, listed]
    assert set(made[listed].to_pylist()) - {None} <= set(typed_codes(names[listed], made[listed]))
    assert set(made[text].to_pylist()) - {None} == {"group-1", "group-2", "group-3"}
    del told[TERM]  # nothing is released: types alone
    made = pq.read_table(io.BytesIO(chosen_rows(told, [text, listed], whole=[text], rows=300)))
    assert (made.num_rows, made[text].null_count) == (300, 0)
    assert made[listed].null_count > 0
    assert not set(made[listed].to_pylist()) & set(names[listed]["codes"])
    with pytest.raises(ValueError, match="lacks"):
        chosen_rows(told, ["no such column"])


def typed_codes(column: dict[str, Any], like: pa.ChunkedArray) -> list[Any]:
    return pa.array(column["codes"]).cast(like.type).to_pylist()
