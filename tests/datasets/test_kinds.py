"""Each kind of file through a real node, and by the standard's own reader."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dure.core.text import Text
from dure.datasets.kinds import KINDS, look
from dure.datasets.recognised import FORMS, ROLES, words_of
from dure.node.node import Node
from dure.readers.errors import ReaderError
from dure.readers.images.box_type import BOX_LIST
from dure.readers.tables import KINDS as READ
from dure.readers.tables import Column, Options
from dure.readers.told import BOX_LIST_WORD, ROLE_WORDS, WRITTEN
from tests.datasets.reading import records, told
from tests.datasets.world import LABEL, World
from tests.readers.event_logs import event, log
from tests.readers.test_formats import HEADER, ROW, arrow
from tests.readers.workbooks import book_of, rows

RECORDS = [
    {"mmsi": 440123456, "at": {"lat": 35.1, "lon": 129.2}, "name": "독도함", "tags": ["a", "b"]},
    {"mmsi": 440123457, "at": {"lat": 91.0, "lon": 181.0}, "name": "미상", "tags": None},
]
TABLE = pa.table({"n": [1, 2], "이름": ["가", None]})


def content(kind: str) -> bytes:
    match kind:
        case "csv":
            return "n,이름\n1,가\n2,\n".encode("cp949")
        case "json":
            return json.dumps(RECORDS).encode()
        case "jsonl":
            return "\n".join(map(json.dumps, RECORDS)).encode()
        case "arrow":
            return arrow(TABLE, "file")
        case "xlsx":
            return book_of({"자료": rows(["n", "이름"], [1, "가"], [2, None])})
        case "zeek":
            return (HEADER + ROW).encode()
        case "evtx":
            return log([event(1), event(2, data="가")])
    out = io.BytesIO()
    pq.write_table(TABLE, out)
    return out.getvalue()


@pytest.mark.parametrize("kind", [kind for kind in READ if kind in KINDS.values()])
def test_every_kind_becomes_a_data_set_that_the_standards_reader_reads(
    steward: Node, tmp_path: Path, kind: str
) -> None:
    ending = next(ending for ending, known in KINDS.items() if known == kind)
    file = tmp_path / f"{kind}-{tmp_path.name}{ending}"
    file.write_bytes(content(kind))
    asset = steward.datasets.import_(file, label=LABEL)
    steward.datasets.export(asset.id, tmp_path / "out")
    table = pq.read_table(tmp_path / "out" / "data.parquet")
    assert list(records(tmp_path / "out")) == told(table)
    if kind in ("csv", "arrow", "xlsx", "parquet"):
        assert table.to_pydict() == TABLE.to_pydict()
    if kind in ("json", "jsonl"):
        assert table.column_names == ["mmsi", "at.lat", "at.lon", "name", "tags"]


def test_what_was_recognised_is_in_the_document(steward: Node, tmp_path: Path) -> None:
    file = tmp_path / f"{tmp_path.name}.csv"
    file.write_text(
        "mmsi,time,lat,sog (kn),상태\n"
        "1,2026-01-31T09:30:00Z,35.1,12.5,정상\n"
        "2,2026-01-31T09:31:00Z,91,102.3,해당없음\n"
    )
    asset = steward.datasets.import_(file, label=LABEL)
    fields = steward.datasets.show(asset.id)["croissant"]["recordSet"][0]["field"]
    assert [
        (field.get("dure:role"), field.get("dure:unit"), field.get("dure:missingCodes"))
        for field in fields
    ] == [
        ("identity", None, None),
        ("time", None, None),
        ("latitude", None, ["91"]),
        ("speed", "kn", ["102.3"]),
        (None, None, ["해당없음"]),
    ]


def test_a_file_that_is_refused_leaves_nothing(world: World, steward: Node, tmp_path: Path) -> None:
    before = world.left()
    (tmp_path / "twice.json").write_text('{"secret": 1, "secret": 2}')
    (tmp_path / "sheets.xlsx").write_bytes(book_of({"a": rows(["n"], [1]), "b": rows(["n"], [1])}))
    for name, code in (("twice.json", "readers.json"), ("sheets.xlsx", "readers.workbook")):
        with pytest.raises(ReaderError) as refused:
            steward.datasets.import_(tmp_path / name, label=LABEL)
        assert refused.value.code == code
        assert "secret" not in str(refused.value)
    assert not world.left().since(before)
    chosen = steward.datasets.import_(
        tmp_path / "sheets.xlsx", label=LABEL, options=Options(sheet="b")
    )
    assert steward.datasets.show(chosen.id)["croissant"]["name"] == "sheets"


def test_options_are_held_to(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text('n;v\n1;"2,5"\n-;3\n')
    found = look(file, "", Options(delimiter=";", missing=("", "NA", "-")))
    assert [(one.name, one.type, one.nulls) for one in found.columns] == [
        ("n", "int64", 1),
        ("v", "string", 0),
    ]
    for wrong in ({"missing": ("x" * 65,)}, {"missing": tuple(map(str, range(101)))}):
        with pytest.raises(ValueError, match="missing value"):
            Options(**wrong)


def test_every_word_of_the_readers_has_words_for_people() -> None:
    assert set(ROLES) == set(ROLE_WORDS)
    assert set(FORMS) == set(WRITTEN)
    column = Column("n", "string", 0, "kn", "speed", "number-commas", ("-", "N/A"), "int64")
    said = list(words_of(column))
    assert said[0] == Text("speed", "속력")
    assert said[2].en == 'may stand for no value: "-", "N/A"'
    assert "int64" in said[3].ko


def test_a_door_needs_no_package_for_tables_to_import_one() -> None:
    rooms = (
        "import dure.node.desks.datasets, dure.datasets.import_, dure.datasets.versions.committing"
    )
    loaded = "import sys; print({'pyarrow', 'numpy', 'polars'} & set(sys.modules))"

    def packages(first: str) -> str:
        script = [sys.executable, "-c", f"{first}\n{loaded}"]
        return subprocess.run(script, capture_output=True, text=True, check=True).stdout

    assert packages(rooms) == "set()\n"
    assert "pyarrow" in packages("import dure.readers.codes")  # the control
    assert str(BOX_LIST) == BOX_LIST_WORD
