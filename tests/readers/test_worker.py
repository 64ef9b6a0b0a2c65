"""The program inside, called in this process: many files, none of which may break it."""

from __future__ import annotations

import csv
import io
import json
import os
import unicodedata
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.readers import delimited, worker
from dure.readers.columnar import plain_type
from dure.readers.delimited import find_shape
from dure.readers.faults import CODES, Fault, honest
from dure.readers.names import column_names
from dure.readers.tables import Options
from dure.readers.text import find_encoding, first_wrong_byte
from dure.readers.types import Guess, as_type
from tests.readers.streams import opened, pieces_of

PLAIN = json.dumps(Options().words())


def said(**options) -> str:
    return json.dumps(Options(**options).words())


def work(folder: Path, data: bytes, kind: str = "csv", options: str = PLAIN) -> tuple[int, dict]:
    raw, out = folder / "raw", folder / "out"
    raw.write_bytes(data)
    out.mkdir(exist_ok=True)
    for path in out.iterdir():
        path.unlink()
    way = opened(folder / "stream")
    status = worker.main([kind, options], raw=raw, out=out, scratch=folder / "text", way=way)
    os.close(way)
    names = sorted(path.name for path in out.iterdir())
    if status == 0:
        assert names == ["schema.json"]
        return status, json.loads((out / "schema.json").read_text())
    assert names == ["fault.json"]
    return status, json.loads((out / "fault.json").read_text())


def table_of(folder: Path, data: bytes, **more) -> pa.Table:
    status, known = work(folder, data, **more)
    assert status == 0, known
    return pq.read_table(io.BytesIO(b"".join(pieces_of(folder / "stream"))))


def fault_of(folder: Path, data: bytes, **more) -> str:
    status, fault = work(folder, data, **more)
    assert status == 3, fault
    return fault["code"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "-2", ""], "int64"),
        (["0", "9223372036854775807"], "int64"),
        (["9223372036854775808"], "string"),
        (["1", "2.5"], "double"),
        (["1e-3", "-.5", "+2", "3."], "double"),
        (["9007199254740993", "0.5"], "string"),
        (["00123", "00456"], "string"),
        (["1", "007"], "string"),
        (["1,000"], "string"),
        (["true", "False", "NA"], "bool"),
        (["yes", "no"], "string"),
        (["2026-01-31", "2024-02-29"], "date32[day]"),
        (["2026-02-30"], "string"),
        (["2026-01-31 09:30:00", "2026-01-31T09:30"], "timestamp[us]"),
        (["2026-01-31T09:30:00Z", "2026-01-31 09:30:00.5+09:00"], "timestamp[us, tz=UTC]"),
        (["2026-01-31T09:30:00Z", "2026-01-31T09:30:00"], "string"),
        (["2026-01-31", "2026-01-31T09:30:00"], "string"),
        (["31/01/2026"], "string"),
        (["NaN"], "string"),
        (["", "NA"], "string"),
        ([" 1"], "string"),
        (["1", "x"], "string"),
    ],
)
def test_a_type_is_given_only_when_every_value_has_its_form(
    tmp_path: Path, values: list[str], kind: str
) -> None:
    data = "k,v\n" + "".join(f'r,"{one}"\n' if "," in one else f"r,{one}\n" for one in values)
    assert str(table_of(tmp_path, data.encode()).schema.field("v").type) == kind


def test_a_late_value_changes_the_type_of_the_whole_column(tmp_path: Path) -> None:
    rows = ["1"] * 900_000
    assert (
        str(table_of(tmp_path, "\n".join(["v", *rows, "2.5"]).encode()).schema.types[0]) == "double"
    )
    late = table_of(tmp_path, "\n".join(["v", *rows, "x"]).encode())
    assert late.column(0)[0].as_py() == "1"


@pytest.mark.parametrize("late", [["2.5"], ["x"], ["N/A"], ["9007199254740993", "0.5"]])
def test_a_late_change_of_type_gives_the_file_that_an_early_one_gives(
    tmp_path: Path, late: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"{number},{number % 7}" for number in range(3000)]
    changed = [f"{one},1" for one in late]
    tables = []
    for order in (changed + rows, rows + changed):
        monkeypatch.setattr(delimited, "BLOCK_BYTES", 4096)
        tables.append(table_of(tmp_path, "\n".join(["a,b", *order]).encode()))
    first, last = tables
    assert first.schema == last.schema
    count = len(late)
    assert first.slice(count).equals(last.slice(0, len(rows)))
    assert first.slice(0, count).equals(last.slice(len(rows)))


def test_a_row_longer_than_a_block_is_read_and_one_beyond_the_limit_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 1024)
    monkeypatch.setattr(delimited, "_LONGEST_BYTES", 8192)
    rows = ["a,b", *["1,x"] * 1000, "2," + "y" * 5000]
    assert table_of(tmp_path, "\n".join(rows).encode()).num_rows == 1001
    rows[500] = "2," + "y" * 30_000
    assert fault_of(tmp_path, "\n".join(rows).encode()) == "readers.long-row"
    rows[500] = "2"
    assert fault_of(tmp_path, "\n".join(rows).encode()) == "readers.rows"


def test_quoted_texts_are_missing_only_when_that_is_said(tmp_path: Path) -> None:
    data = b'a,b\n"1","x"\n"","NA"\n'
    assert table_of(tmp_path, data).to_pylist()[1] == {"a": "", "b": "NA"}
    quoted = said(quoted_missing=True)
    assert table_of(tmp_path, data, options=quoted).to_pylist()[1] == {"a": None, "b": None}
    assert str(table_of(tmp_path, data, options=quoted).schema.types[0]) == "int64"


@pytest.mark.parametrize(
    ("encoding", "wanted", "told"),
    [
        ("utf-16-le", "", "utf-16-le"),
        ("utf-16-be", "", "utf-16-be"),
        ("utf-16-le", "utf-16-le", "utf-16-le"),
        ("utf-16", "utf-16-le", "utf-16-le"),
        ("utf-8-sig", "", "utf-8-sig"),
        ("utf-8-sig", "utf-8", "utf-8-sig"),
        ("euc-kr", "euc-kr", "euc-kr"),
        ("euc-kr", "", "cp949"),
        ("cp949", "", "cp949"),
    ],
)
def test_korean_headers_in_every_encoding(
    tmp_path: Path, encoding: str, wanted: str, told: str
) -> None:
    data = '함정명,"속력, 최대"\n독도함,12\n'.encode(encoding)
    status, known = work(tmp_path, data, options=said(encoding=wanted))
    assert status == 0, known
    assert known["facts"]["encoding"] == told
    assert [one["name"] for one in known["columns"]] == ["함정명", "속력, 최대"]
    table = pq.read_table(io.BytesIO(b"".join(pieces_of(tmp_path / "stream"))))
    assert table.to_pylist() == [{"함정명": "독도함", "속력, 최대": 12}]


def test_korean_that_begins_late_is_read_in_its_encoding(tmp_path: Path) -> None:
    data = b"a,b\n" + b"1,x\n" * 300_000 + "2,가\n".encode("cp949")
    table = table_of(tmp_path, data)
    assert table.column("b")[-1].as_py() == "가"
    assert fault_of(tmp_path, data, options=said(encoding="utf-8")) == "readers.encoding"


def test_values_survive_exactly(tmp_path: Path) -> None:
    data = 'v,w\n"a ""quoted"" one","two\nlines"\n"NA",NA\n'
    assert table_of(tmp_path, data.encode()).to_pylist() == [
        {"v": 'a "quoted" one', "w": "two\nlines"},
        {"v": "NA", "w": None},
    ]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_separator_is_found(tmp_path: Path, delimiter: str, line_end: str) -> None:
    rows = [["a", "b", "c"], ["1", "x, y; z", "2"], ["3", "4", "5"]]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    table = table_of(tmp_path, text.getvalue().encode())
    assert table.column_names == ["a", "b", "c"]
    assert table.column("b").to_pylist() == ["x, y; z", "4"]


def test_what_is_wanted_is_held_to(tmp_path: Path) -> None:
    semicolon = said(encoding="cp949", delimiter=";", missing=("-",))
    table = table_of(tmp_path, "이름;값\n가;-\n".encode("cp949"), options=semicolon)
    assert table.to_pylist() == [{"이름": "가", "값": None}]
    strict = said(encoding="utf-8", missing=())
    assert (
        fault_of(tmp_path, "이름;값\n가;-\n".encode("cp949"), options=strict) == "readers.encoding"
    )


def test_names_are_written_in_nfc_and_may_not_meet_there(tmp_path: Path) -> None:
    apart = unicodedata.normalize("NFD", "각")
    assert table_of(tmp_path, f" {apart} ,b\n1,2\n".encode()).column_names == ["각", "b"]
    assert fault_of(tmp_path, f"{apart},각\n1,2\n".encode()) == "readers.header"


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        *((blank, "name-empty") for blank in ("", "  ", "\u3000", "\u00a0\t", "\r\n")),
        ("x" * 256, "name-length"),
        *(
            (f"a{char}b", "name-unseen")
            for char in "\x07\x1c\x85\u200b\u200d\u202e\u2066\ufeff\xad"
        ),
        *((f"a{char}b", "name-unseen") for char in "\u2028\u3164\u1160\u2800\ue000\ud800"),
        *((f"{char}a", "name-unseen") for char in "\x1f\u2029\ufeff\u200f"),
        *((f"fine{char}", "name-taken") for char in " \u3000\u00a0\u202f\n"),
    ],
)
def test_a_name_must_be_seen_and_its_own(name: str, fault: str) -> None:
    with pytest.raises(Fault) as refused:
        column_names(["fine", name])
    assert refused.value.facts == {"column": 2, "expected": 2, "fault": fault}


def test_every_space_in_a_name_is_the_plain_one(tmp_path: Path) -> None:
    data = '\u3000함정\u3000이름\u00a0,"속력\n(kn)",a\u2003b\n1,2,3\n'
    assert table_of(tmp_path, data.encode()).column_names == ["함정 이름", "속력 (kn)", "a b"]
    assert fault_of(tmp_path, "a\u3000b,a b\n1,2\n".encode()) == "readers.header"
    assert fault_of(tmp_path, "a\u200bb,c\n1,2\n".encode()) == "readers.header"


def test_the_first_wrong_byte_is_found_beyond_the_first_block(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.write_bytes(b"x" * 3_000_000 + b"\xff")
    assert first_wrong_byte(raw, "utf-8") == 3_000_000
    raw.write_bytes(b"x" * 3_000_000 + b"\xea\xb0")
    assert first_wrong_byte(raw, "utf-8") >= 3_000_000
    raw.write_bytes("가".encode())
    assert first_wrong_byte(raw, "utf-8") == -1
    assert find_encoding(raw, "utf-8") == "utf-8"


def test_one_column_needs_no_separator(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("only\n1\n2\n")
    assert find_shape(tmp_path / "text", "").names == ("only",)


def test_a_full_folder_is_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(worker, "read", full)
    (tmp_path / "out").mkdir()
    assert worker.main(["parquet", "{}"], raw=tmp_path, out=tmp_path / "out") == 4

    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(worker, "read", broken)
    with pytest.raises(OSError, match="Input"):
        worker.main(["parquet", "{}"], raw=tmp_path, out=tmp_path / "out")


@pytest.mark.parametrize(
    ("given_type", "kept"),
    [
        (pa.large_string(), pa.string()),
        (pa.float16(), pa.float32()),
        (pa.date64(), pa.date32()),
        (pa.decimal128(9, 2), pa.decimal128(9, 2)),
        (pa.timestamp("ns", "Asia/Seoul"), pa.timestamp("ns", "Asia/Seoul")),
        (pa.time32("s"), pa.time32("ms")),
        (pa.dictionary(pa.int8(), pa.int64()), pa.int64()),
    ],
)
def test_plain_types_are_kept(given_type: pa.DataType, kept: pa.DataType) -> None:
    assert plain_type(given_type, 1) == kept


@pytest.mark.parametrize(
    ("given_type", "fault"),
    [(pa.list_(pa.int8()), "nested"), (pa.binary(), "type"), (pa.duration("s"), "type")],
)
def test_other_types_are_refused(given_type: pa.DataType, fault: str) -> None:
    with pytest.raises(Fault) as caught:
        plain_type(given_type, 7)
    assert caught.value.facts == {"fault": fault, "column": 7}
    assert plain_type(pa.null(), 1) == pa.string()


def test_faults_that_the_sandbox_shows_are_found_here_too(tmp_path: Path) -> None:
    for data in (b"", b"\n\n", b"a,b\n"):
        assert fault_of(tmp_path, data) == "readers.empty"
    for data in (b"a,b\n1\n", b'a,b\n1,"x\n', b'a,b\n"x"y",2\n3\n'):
        assert fault_of(tmp_path, data) == "readers.rows"
    assert table_of(tmp_path, b'a,b\n5" pipe,2\n').to_pylist() == [{"a": '5" pipe', "b": 2}]
    empty = io.BytesIO()
    pq.write_table(pa.table({"a": pa.array([], pa.int64())}), empty)
    assert fault_of(tmp_path, empty.getvalue(), kind="parquet") == "readers.empty"
    assert fault_of(tmp_path, b"", kind="parquet") == "readers.parquet"


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=20))
def test_whole_numbers_come_back(numbers: list[int]) -> None:
    values = pa.array([str(number) for number in numbers])
    guess = Guess()
    guess.look(values)
    assert as_type(values, guess.type()).to_pylist() == numbers


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_numbers_come_back(numbers: list[float]) -> None:
    values = pa.array([repr(number) for number in numbers])
    guess = Guess()
    guess.look(values)
    assert guess.type() == pa.float64()
    assert as_type(values, guess.type()).to_pylist() == numbers


_CELLS = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=8)


@given(st.lists(st.lists(_CELLS, min_size=3, max_size=3), min_size=1, max_size=12))
def test_any_cells_come_back_as_text_or_as_what_they_say(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    folder = tmp_path_factory.mktemp("cells")
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([["k1", "k2", "k3"], *rows])
    options = said(encoding="utf-8", delimiter=",", missing=())
    table = table_of(folder, text.getvalue().encode(), options=options)
    assert table.num_rows == len(rows)
    for number, column in enumerate(table.columns):
        if pa.types.is_string(column.type):
            assert column.to_pylist() == [row[number] for row in rows]


@given(
    st.one_of(
        st.binary(max_size=400),
        st.lists(
            st.sampled_from([b"a", b"1", b",", b";", b"\n", b"\r", b'"', b"\xea\xb0\x80", b"\x00"])
        ).map(b"".join),
    )
)
def test_any_bytes_as_csv_are_a_table_or_an_honest_fault(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    status, known = work(tmp_path_factory.mktemp("any"), data)
    assert status == 0 or (known["code"] in CODES and honest(known["code"], known["facts"]))


_VALID = io.BytesIO()
pq.write_table(pa.table({"a": list(range(50)), "b": ["x", None] * 25}), _VALID)


@given(st.data())
def test_a_mutated_parquet_file_is_a_table_or_an_honest_fault(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    raw = bytearray(_VALID.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    for version in (bytes(raw), bytes(raw[:cut])):
        status, known = work(tmp_path_factory.mktemp("any"), version, "parquet")
        assert status == 0 or (known["code"] in CODES and honest(known["code"], known["facts"]))
