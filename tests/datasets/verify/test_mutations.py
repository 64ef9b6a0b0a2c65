"""Each way in which data and description can part, made by hand: each is caught with a code of its own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlcroissant as mlc
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dure.core.findings import Severity
from dure.datasets import export as exporting
from dure.datasets.croissant import DOCUMENT_FILE, TABLE_FILE
from dure.datasets.errors import DatasetError
from dure.datasets.verify.folders import hold, verify_folder
from dure.node.node import Node
from dure.readers.errors import ReaderError
from tests.datasets.reading import write
from tests.datasets.world import LABEL, World

TABLE = pa.table({"n": [1, 2, 3], "name": ["가", "나", None], "x": [0.5, 1.5, 2.5]})


@dataclass
class Export:
    """An exported folder, and its document opened for changing."""

    folder: Path
    document: Any

    @property
    def file(self) -> Any:
        return self.document["distribution"][0]

    @property
    def fields(self) -> Any:
        return self.document["recordSet"][0]["field"]

    def rewrite(self, table: pa.Table) -> None:
        """Change the table, and have size and digest say so."""
        whole = write(self.folder, table)["distribution"][0]
        for key in ("sha256", "contentSize"):
            self.file[key] = whole[key]


@pytest.fixture
def export(tmp_path: Path) -> Export:
    write(tmp_path, TABLE)
    return Export(tmp_path, json.loads((tmp_path / DOCUMENT_FILE).read_text("utf-8")))


def found(export: Export) -> list[tuple[str, str]]:
    (export.folder / DOCUMENT_FILE).write_text(json.dumps(export.document), "utf-8")
    report = verify_folder(export.folder)
    return [
        (one.code.removeprefix("datasets.verify."), one.locator)
        for one in report.findings
        if one.severity >= Severity.ERROR
    ]


def test_what_was_not_changed_is_verified(export: Export) -> None:
    assert found(export) == []
    report = verify_folder(export.folder)
    assert report.result == {"verified": True, "files": 1, "columns": 3, "rows": 3}
    assert report.findings == ()
    hold(report, "t")


def _digest(export: Export) -> None:
    export.file["sha256"] = "0" * 64


def _size(export: Export) -> None:
    export.file["contentSize"] = "1 B"


def _missing_column(export: Export) -> None:
    export.rewrite(TABLE.drop(["name"]))


def _renamed_column(export: Export) -> None:
    export.fields[1]["source"]["extract"]["column"] = "other"


def _unlisted_column(export: Export) -> None:
    del export.fields[1]


def _type(export: Export) -> None:
    export.fields[0]["dataType"] = "sc:Boolean"


def _exact_type(export: Export) -> None:
    export.fields[0]["dure:arrowType"] = "int32"


def _changed_type(export: Export) -> None:
    export.rewrite(TABLE.set_column(0, "n", pa.array(["1", "2", "3"])))


def _rows(export: Export) -> None:
    export.document["recordSet"][0]["annotation"]["value"] = 4


def _fewer_rows(export: Export) -> None:
    export.rewrite(TABLE.slice(0, 2))


def _swapped(export: Export) -> None:
    pq.write_table(
        pa.table({"n": [7] * 99, "name": ["x"] * 99, "x": [0.5] * 99}), export.folder / TABLE_FILE
    )


def _changed_byte(export: Export) -> None:
    file = export.folder / TABLE_FILE
    content = bytearray(file.read_bytes())
    content[-20] ^= 1
    file.write_bytes(content)


def _missing_file(export: Export) -> None:
    (export.folder / TABLE_FILE).unlink()


def _link(export: Export) -> None:
    (export.folder / TABLE_FILE).rename(export.folder / "real.parquet")
    (export.folder / TABLE_FILE).symlink_to("real.parquet")


def _pipe(export: Export) -> None:
    (export.folder / TABLE_FILE).unlink()
    os.mkfifo(export.folder / TABLE_FILE)


def _outside(export: Export) -> None:
    (export.folder / TABLE_FILE).rename(export.folder.parent / "outside.parquet")
    export.file["contentUrl"] = "../outside.parquet"


def _no_licence(export: Export) -> None:
    del export.document["license"]


def _no_table(export: Export) -> None:
    (export.folder / TABLE_FILE).write_bytes(b"no table")


MUTATIONS: list[tuple[Callable[[Export], None], list[tuple[str, str]]]] = [
    (_digest, [("digest", "")]),
    (_size, [("size", "")]),
    (_missing_column, [("missing-column", "name")]),
    (_renamed_column, [("missing-column", "other"), ("unlisted-column", "name")]),
    (_unlisted_column, [("unlisted-column", "name")]),
    (_type, [("type", "n")]),
    (_exact_type, [("type", "n")]),
    (_changed_type, [("type", "n")]),
    (_rows, [("rows", "records")]),
    (_fewer_rows, [("rows", "records")]),
    (_swapped, [("swapped-file", ""), ("rows", "records")]),
    (_changed_byte, [("digest", "")]),
    (_missing_file, [("missing-file", "")]),
    (_link, [("missing-file", "")]),
    (_pipe, [("missing-file", "")]),
    (_outside, [("path", "../outside.parquet")]),
    (_no_licence, [("licence", "")]),
    (_no_table, [("unreadable", ""), ("swapped-file", "")]),
]


@pytest.mark.usefixtures("unboxed")
@pytest.mark.parametrize(
    ("change", "codes"), MUTATIONS, ids=lambda one: getattr(one, "__name__", "")
)
def test_each_change_is_caught(
    export: Export, change: Callable[[Export], None], codes: list[tuple[str, str]]
) -> None:
    change(export)
    caught = found(export)
    if change is _changed_byte:  # which part of the file it hits is not ours to say
        caught = [one for one in caught if one[0] != "unreadable"]
    assert caught == codes
    with pytest.raises(DatasetError) as refused:
        hold(verify_folder(export.folder), "t")
    assert refused.value.code == "datasets.changed"


@pytest.mark.usefixtures("unboxed")
@pytest.mark.parametrize("change", [_missing_column, _type, _rows])
def test_the_reference_reader_opens_what_we_catch(
    export: Export, change: Callable[[Export], None]
) -> None:
    """Why this is needed: its constructor takes them."""
    change(export)
    assert found(export)
    mlc.Dataset(str(export.folder / DOCUMENT_FILE))


@pytest.mark.usefixtures("unboxed")
def test_two_files_that_changed_places(tmp_path: Path) -> None:
    names = ("a", "b")
    parts = {}
    for number, name in enumerate(names):
        table = pa.table({"n": [number, number + 10]})
        parts[name] = dict(write(tmp_path / name, table))
    document = dict(parts["a"])
    document["distribution"] = [
        {**parts[name]["distribution"][0], "@id": name, "contentUrl": f"{name}/{TABLE_FILE}"}
        for name in names
    ]
    document["recordSet"] = []
    for name in names:
        (records,) = json.loads(json.dumps(parts[name]["recordSet"]))
        records["@id"] = records["name"] = name
        for field in records["field"]:
            field["source"]["fileObject"]["@id"] = name
        document["recordSet"].append(records)
    whole = Export(tmp_path, document)
    assert found(whole) == []
    (tmp_path / "a" / TABLE_FILE).rename(tmp_path / "x")
    (tmp_path / "b" / TABLE_FILE).rename(tmp_path / "a" / TABLE_FILE)
    (tmp_path / "x").rename(tmp_path / "b" / TABLE_FILE)
    assert found(whole) == [("swapped-file", "")] * 2


@pytest.mark.usefixtures("unboxed")
def test_a_folder_without_a_document(tmp_path: Path) -> None:
    with pytest.raises(ReaderError) as refused:
        verify_folder(tmp_path)
    assert refused.value.code == "readers.source"


# ── before an export ───────────────────────────────────────────────────────────────────────────


def test_an_export_is_verified_before_it_appears(
    world: World, steward: Node, csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table that comes out of the vault has another type than its description says."""
    asset = steward.datasets.import_(csv, label=LABEL)
    real = exporting.describe

    def lying(*words: Any, **more: Any) -> Any:
        document = json.loads(json.dumps(real(*words, **more)))
        document["recordSet"][0]["field"][1]["dure:arrowType"] = "double"
        return document

    monkeypatch.setattr(exporting, "describe", lying)
    with pytest.raises(DatasetError) as refused:
        steward.datasets.export(asset.id, tmp_path / "out")
    assert refused.value.facts["finding"] == "datasets.verify.type"
    assert [path.name for path in tmp_path.iterdir()] == [csv.name]
    assert world.ledger(1) == ["dataset.export.failed"]
    monkeypatch.undo()
    steward.datasets.export(asset.id, tmp_path / "out")
    assert verify_folder(tmp_path / "out").result["verified"]
