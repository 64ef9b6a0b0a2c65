"""JSON, workbooks, Arrow and Zeek logs: the parsers themselves, in this process."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.readers import objects, spool, table_file, workbook
from dure.readers.faults import CODES, Fault, honest
from dure.readers.reading import read
from dure.readers.tables import Options
from tests.readers.workbooks import DATE_STYLE, TIME_STYLE, Cell, book_of, rows


def parsed(folder: Path, kind: str, data: bytes, **options: Any) -> tuple[dict[str, Any], pa.Table]:
    raw, target = folder / "raw", folder / "table.parquet"
    raw.write_bytes(data)
    known = read(kind, raw, target, folder / "text", Options(**options).words())
    return known, pq.read_table(target)


def fault(folder: Path, kind: str, data: bytes, **options: Any) -> tuple[str, str]:
    with pytest.raises(Fault) as refused:
        parsed(folder, kind, data, **options)
    assert honest(refused.value.code, refused.value.facts)
    return refused.value.code, str(refused.value.facts.get("fault", ""))


def survives(folder: Path, kind: str, data: bytes) -> bool:
    """Say whether bytes are a table, or an honest fault."""
    try:
        return bool(parsed(folder, kind, data)[0]["rows"] > 0)
    except Fault as refused:
        return refused.code in CODES and honest(refused.code, refused.facts)


# ── JSON ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("form", ["lines", "list", "spread"])
def test_objects_become_rows(tmp_path: Path, form: str) -> None:
    records = ['{"이름": "독도함", "n": 1, "at": {"lat": 35.10, "tags": ["a", {"b": 2.50}]}}',
               '{"n": 2, "ok": true, "이름": null, "on": "2026-01-31"}']  # fmt: skip
    text = {
        "lines": "\n".join(records) + "\n",
        "list": f"[{','.join(records)}]",
        "spread": " [ " + " ,\n ".join(one.replace(",", ",\n") for one in records) + " ]\n",
    }[form]
    known, table = parsed(tmp_path, "json", text.encode())
    assert known["rows"] == 2
    assert [(one["name"], one["type"]) for one in known["columns"]] == [
        ("이름", "string"),
        ("n", "int64"),
        ("at.lat", "double"),
        ("at.tags", "string"),
        ("ok", "bool"),
        ("on", "date32[day]"),
    ]
    assert table.column("at.tags").to_pylist() == ['["a",{"b":2.50}]', None]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "2"], "int64"),
        (["1", "2.5"], "double"),
        (["123456789012345678901234567890"], "string"),
        (["9007199254740993", "0.5"], "string"),
        (["1e400"], "string"),
        (['"007"', '"8"'], "string"),
        (['"1"', "1"], "string"),
        (["true", '"true"'], "string"),
        (['"2026-01-31T09:30:00Z"'], "timestamp[us, tz=UTC]"),
        (["null", "{}"], "string"),
        (["[]", "[1]"], "string"),
    ],
)
def test_json_says_what_its_values_are(tmp_path: Path, values: list[str], kind: str) -> None:
    text = "\n".join(f'{{"k": 0, "v": {value}}}' for value in values)
    known, table = parsed(tmp_path, "jsonl", text.encode())
    assert known["columns"][1]["type"] == kind
    if kind == "string" and "null" not in values:
        assert table.column("v").to_pylist() == [value.strip('"') for value in values]


def test_columns_may_begin_late_and_an_outer_gap_is_no_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "_ROWS", 3)
    records = [{"a": None}] * 4 + [{"a": {"b": 1}}] + [{"c": 1, "a": {"b": None}}] * 3
    known, table = parsed(tmp_path, "jsonl", "\n".join(map(json.dumps, records)).encode())
    assert table.column_names == ["a.b", "c"]
    assert table.to_pydict() == {"a.b": [None] * 4 + [1] + [None] * 3, "c": [None] * 5 + [1] * 3}
    assert [one["nulls"] for one in known["columns"]] == [7, 5]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a": 1, "a": 2}', "twice"),
        ('{"a.b": 1, "a": {"b": 2}}', "twice"),
        ('{"a": 1} {"b": {"c": 1, "c": 2}}', "twice"),
        ('[{"a": 1}, {"a": NaN}]', "not-finite"),
        ('{"a": -Infinity}', "not-finite"),
        ('{"a": ' + "[" * 20 + "]" * 20 + "}", "too-deep"),
        ('{"a":' * 20 + "1" + "}" * 20, "too-deep"),
        ('{"a": ' + "[" * 200_000, "too-deep"),
        ("[1, 2]", "not-object"),
        ('"text"', "not-object"),
        ("[[1]]", "not-object"),
        ('[{"a": 1}', "not-json"),
        ('[{"a": 1}, ]', "not-object"),
        ('[{"a": 1} {"a": 2}]', "not-json"),
        ('[{"a": 1}] x', "not-json"),
        ('{"a": 1', "not-json"),
        ("{'a': 1}", "not-json"),
        ('{"a": "\\ud800"}', "surrogate"),
        ('{"a": "x\\u0000y"}', "nul"),
    ],
)
def test_json_that_is_no_table_is_refused_with_its_reason(
    tmp_path: Path, text: str, why: str
) -> None:
    assert fault(tmp_path, "json", text.encode()) == ("readers.json", why)


@pytest.mark.parametrize("text", ["", " \n", "[]", " [ ] ", "{}", "[{}, {}]"])
def test_json_without_a_value_has_no_rows(tmp_path: Path, text: str) -> None:
    assert fault(tmp_path, "json", text.encode())[0] == "readers.empty"


def test_a_record_may_be_as_long_as_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "_CHUNK", 64)
    monkeypatch.setattr(objects, "RECORD_CHARACTERS", 2048)
    records = [{"n": number, "note": "x" * (number * 17 % 900)} for number in range(200)]
    _, table = parsed(tmp_path, "json", json.dumps(records).encode())
    assert table.to_pylist() == records
    records[100]["note"] = "x" * 5000
    assert fault(tmp_path, "json", json.dumps(records).encode()) == ("readers.json", "too-long")


def test_json_in_another_encoding(tmp_path: Path) -> None:
    text = '{"이름": "가"}'
    for encoding in ("cp949", "utf-16", "utf-8-sig"):
        assert parsed(tmp_path, "json", text.encode(encoding))[1].to_pylist() == [{"이름": "가"}]
    assert fault(tmp_path, "json", text.encode("cp949"), encoding="utf-8")[0] == "readers.encoding"


def test_too_many_columns_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "MOST_COLUMNS", 3)
    assert parsed(tmp_path, "json", b'{"a":1,"b":1,"c":1}')[0]["rows"] == 1
    assert fault(tmp_path, "json", b'{"a":1,"b":1,"c":1,"d":1}') == ("readers.header", "name-count")
    header = ",".join(map(str, range((1 << 16) + 1)))
    assert fault(tmp_path, "csv", f"{header}\n".encode()) == ("readers.header", "name-count")


_PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=6),
)
_VALUES = st.recursive(_PLAIN, lambda inner: st.lists(inner, max_size=3), max_leaves=5)


@given(
    st.lists(st.dictionaries(st.sampled_from("abc"), _VALUES, min_size=1), min_size=1, max_size=6)
)
def test_any_records_come_back(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, Any]]
) -> None:
    text = "\n".join(json.dumps(one) for one in records).encode()
    _, table = parsed(tmp_path_factory.mktemp("any"), "jsonl", text)
    assert table.num_rows == len(records)
    for name in table.column_names:
        if not pa.types.is_string(table.schema.field(name).type):
            continue
        given_values = [one.get(name) for one in records]
        found = table.column(name).to_pylist()
        for value, text_value in zip(given_values, found, strict=True):
            said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            assert text_value == (None if value is None else said.replace(", ", ",")) or "," in said


@given(
    data=st.one_of(
        st.binary(max_size=200),
        st.lists(
            st.sampled_from(
                ['{"a":', "1", "}", "[", "]", ",", '"', "\\u", " ", "null", "NaN", "{}"]
            )
        ).map(lambda parts: "".join(parts).encode()),
    ),
    kind=st.sampled_from(["json", "jsonl", "arrow", "xlsx", "zeek"]),
)
def test_any_bytes_are_a_table_or_an_honest_fault(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, kind: str
) -> None:
    assert survives(tmp_path_factory.mktemp("any"), kind, data)


# ── workbooks ──────────────────────────────────────────────────────────────────────────────────
def styled(style: int, value: float) -> Cell:
    return Cell(f'<c r="{{at}}" s="{style}"><v>{value}</v></c>')


def formula(value: str, kind: str = "n") -> Cell:
    return Cell(f'<c r="{{at}}" t="{kind}"><f>1+1</f>{value}</c>')


ERROR = Cell('<c r="{at}" t="e"><v>#DIV/0!</v></c>')


def test_a_sheet_becomes_a_typed_table(tmp_path: Path) -> None:
    data = book_of(
        {
            "자료": rows(
                ["이름", "수", "날", "때", "참", "셈"],
                ["가", 1, styled(DATE_STYLE, 45000), styled(TIME_STYLE, 45000.5), True,
                 formula("<v>2</v>")],
                ["007", 2.5, styled(DATE_STYLE, 45001), None, False, formula("<v>2.25</v>")],
                [None] * 6,
                ["다", None, None, None, None, None],
            ),
            "빈 시트": "",
        }
    )  # fmt: skip
    known, table = parsed(tmp_path, "xlsx", data)
    assert [one["type"] for one in known["columns"]] == [
        "string",
        "double",
        "date32[day]",
        "timestamp[us]",
        "bool",
        "double",
    ]
    assert table.column("이름").to_pylist() == ["가", "007", "다"]
    assert str(table.column("날")[0]) == "2023-03-15"
    assert known["facts"] == {"format": "xlsx", "formulas": "2", "empty_rows": "1"}


@pytest.mark.parametrize(("sheet", "name"), [("둘", "b"), ("2", "b"), ("하나", "a"), ("1", "a")])
def test_a_sheet_is_named_when_there_are_several(tmp_path: Path, sheet: str, name: str) -> None:
    data = book_of({"하나": rows(["a"], [1]), "둘": rows(["b"], [1])})
    assert parsed(tmp_path, "xlsx", data, sheet=sheet)[1].column_names == [name]
    assert fault(tmp_path, "xlsx", data) == ("readers.workbook", "several-sheets")
    for absent in ("셋", "3", "0", "²"):
        assert fault(tmp_path, "xlsx", data, sheet=absent) == ("readers.workbook", "no-sheet")


def test_what_looks_empty_and_is_not_is_refused(tmp_path: Path) -> None:
    def sheet(cell: Cell) -> bytes:
        return book_of({"s": rows(["a", "b"], [1, cell], [2, 3])})

    assert fault(tmp_path, "xlsx", sheet(formula(""))) == ("readers.workbook", "not-computed")
    assert fault(tmp_path, "xlsx", sheet(formula("<v></v>"))) == (
        "readers.workbook",
        "not-computed",
    )
    assert fault(tmp_path, "xlsx", sheet(ERROR)) == ("readers.workbook", "error-cells")
    _, table = parsed(tmp_path, "xlsx", sheet(ERROR), missing=("#DIV/0!",))
    assert table.column("b").to_pylist() == [None, 3]
    assert parsed(tmp_path, "xlsx", sheet(formula("<v>7</v>")))[1].column("b")[0].as_py() == 7
    assert parsed(tmp_path, "xlsx", sheet(formula("<v></v>", "str")))[0]["rows"] == 2


def test_the_first_of_merged_cells_has_the_value(tmp_path: Path) -> None:
    body = rows(["a", "b"], ["x", 1], [None, 2])
    merged = f'<sheetData>{body}</sheetData><mergeCells><mergeCell ref="A2:A3"/></mergeCells>'
    known, table = parsed(tmp_path, "xlsx", book_of({"s": merged}))
    assert table.column("a").to_pylist() == ["x", None]
    assert known["facts"]["merged_ranges"] == "1"


def test_words_for_missing_are_missing_in_a_workbook_too(tmp_path: Path) -> None:
    data = book_of({"s": rows(["a", "b"], [1, "해당없음"], [2, 3])})
    known, _ = parsed(tmp_path, "xlsx", data)
    assert known["columns"][1]["codes"] == ["해당없음"]
    assert parsed(tmp_path, "xlsx", data, missing=("해당없음",))[1].schema.types[1] == pa.int64()


@pytest.mark.parametrize(
    ("header", "why"), [(["a", None], "name-empty"), (["a", "a"], "name-taken")]
)
def test_a_header_of_a_sheet_is_held_to_the_rules(
    tmp_path: Path, header: list[Any], why: str
) -> None:
    assert fault(tmp_path, "xlsx", book_of({"s": rows(header, [1, 2])})) == ("readers.header", why)
    assert parsed(tmp_path, "xlsx", book_of({"s": rows(["a", None], [1, None])}))[0]["rows"] == 1


def test_what_is_no_workbook_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = book_of({"s": rows(["a"], [1])})
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as parts:
        parts.writestr("readme.txt", "not a workbook")
    for data in (b"", b"PK\x03\x04junk", whole[:-30], other.getvalue()):
        assert fault(tmp_path, "xlsx", data) == ("readers.workbook", "not-workbook")
    assert fault(tmp_path, "xlsx", b"\xd0\xcf\x11\xe0" * 200) == ("readers.workbook", "old-format")
    for body in ("", rows(["a"]), rows(["a"], [None])):
        assert fault(tmp_path, "xlsx", book_of({"s": body}))[0] == "readers.empty"
    monkeypatch.setattr(workbook, "_UNPACKED_BYTES", 1000)
    assert fault(tmp_path, "xlsx", whole) == ("readers.workbook", "too-large")


@given(st.data())
def test_a_mutated_workbook_is_a_table_or_an_honest_fault(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    raw = bytearray(book_of({"s": rows(["a", "b"], ["x", 1], [formula("<v>2</v>"), ERROR])}))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert survives(tmp_path_factory.mktemp("any"), "xlsx", bytes(raw))


# ── Arrow ──────────────────────────────────────────────────────────────────────────────────────
TABLE = pa.table(
    {"a": [1, None, 3], "b": pa.array(["x", "y", "x"]).dictionary_encode(), "c": [0.5, 1.5, None]}
)


def arrow(table: pa.Table, form: str) -> bytes:
    out = io.BytesIO()
    new = pa.ipc.new_file if form == "file" else pa.ipc.new_stream
    with new(out, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table, max_chunksize=2)
    return out.getvalue()


@pytest.mark.parametrize("form", ["file", "stream"])
def test_arrow_is_written_anew(tmp_path: Path, form: str) -> None:
    known, table = parsed(tmp_path, "arrow", arrow(TABLE, form))
    assert table.to_pydict() == TABLE.to_pydict()
    assert [one["type"] for one in known["columns"]] == ["int64", "string", "double"]
    assert known["facts"] == {"format": "arrow"}
    damaged = ("readers.parquet", "damaged")
    assert fault(tmp_path, "arrow", arrow(TABLE, form)[: 300 if form == "file" else 250]) == damaged
    nested = pa.table({"a": [[1]]})
    assert fault(tmp_path, "arrow", arrow(nested, form)) == ("readers.parquet", "nested")
    assert fault(tmp_path, "arrow", arrow(TABLE.slice(0, 0), form))[0] == "readers.empty"


@given(st.data())
def test_a_mutated_arrow_file_is_a_table_or_an_honest_fault(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    raw = bytearray(arrow(TABLE, data.draw(st.sampled_from(["file", "stream"]))))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert survives(tmp_path_factory.mktemp("any"), "arrow", bytes(raw))


# ── Zeek ───────────────────────────────────────────────────────────────────────────────────────
HEADER = (
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n"
    "#fields\tts\tuid\tid.orig_p\tproto\tduration\tlocal\ttags\n"
    "#types\ttime\tstring\tport\tenum\tinterval\tbool\tset[string]\n"
)
ROW = '1467330271.123456\tCx"y\t443\ttcp\t0.5\tT\t(empty)\n'
GAPS = "1467330272.500000\tCy\t80\t-\t-\tF\ta,b\n"


def test_a_zeek_log_has_the_types_of_its_header(tmp_path: Path) -> None:
    data = HEADER + ROW + GAPS + "#close\t2026-01-31\n" + HEADER + GAPS
    known, table = parsed(tmp_path, "zeek", data.encode())
    assert [one["type"] for one in known["columns"]] == [
        "timestamp[us, tz=UTC]",
        "string",
        "int64",
        "string",
        "double",
        "bool",
        "string",
    ]
    assert known["columns"][4]["unit"] == "s"
    first, second, third = table.to_pylist()
    assert first["ts"].isoformat() == "2016-06-30T23:44:31.123456+00:00"
    assert (first["uid"], first["local"], first["tags"]) == ('Cx"y', True, "")
    assert (second["proto"], second["duration"], second["tags"]) == (None, None, "a,b")
    assert third == second


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("", "not-zeek"),
        ("a\tb\n1\t2\n", "not-zeek"),
        (HEADER.replace("\\x09", ","), "not-zeek"),
        (HEADER.replace("#types\ttime\t", "#types\t") + ROW, "not-zeek"),
        (HEADER + ROW.replace("\tT\t", "\tyes\t"), "rows"),
        (HEADER + ROW.replace("1467330271.123456", "yesterday"), "rows"),
        (HEADER + ROW.replace("\t443", ""), "rows"),
        (HEADER + ROW + HEADER.replace("\tuid\t", "\tid\t") + ROW, "two-headers"),
    ],
)
def test_a_log_that_does_not_fit_its_header_is_refused(tmp_path: Path, data: str, why: str) -> None:
    assert fault(tmp_path, "zeek", data.encode()) == ("readers.log", why)


def test_a_log_without_rows_is_empty_and_one_in_no_utf8_is_refused(tmp_path: Path) -> None:
    assert fault(tmp_path, "zeek", HEADER.encode())[0] == "readers.empty"
    assert fault(tmp_path, "zeek", HEADER.encode() + b"\xff\n")[0] == "readers.encoding"


# ── what is written ────────────────────────────────────────────────────────────────────────────
def test_row_groups_of_a_passing_table_have_one_size_and_repeating_columns_a_dictionary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_file, "GROUP_ROWS", 1000)
    schema = pa.schema([("a", pa.int64()), ("b", pa.int64())])
    numbers = list(range(2500))
    rows = pa.record_batch([numbers, [number % 3 for number in numbers]], schema=schema)
    with table_file.TableFile(tmp_path / "table.parquet", schema, lasting=False) as file:
        for start in range(0, 2500, 300):
            file.write(rows.slice(start, 300))
    written = pq.ParquetFile(tmp_path / "table.parquet").metadata
    assert [written.row_group(place).num_rows for place in range(3)] == [1000, 1000, 500]
    encodings = [written.row_group(0).column(place).encodings for place in range(2)]
    assert ["RLE_DICTIONARY" in one for one in encodings] == [False, True]


def test_a_full_disk_is_heard_whenever_it_fills(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_file, "GROUP_ROWS", 10)

    class Full:
        def __init__(self, *_: Any, **__: Any) -> None:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(table_file.pq, "ParquetWriter", Full)
    for count in (5, 500):
        with pytest.raises(OSError, match="No space"):
            parsed(tmp_path, "csv", ("a\n" + "1\n" * count).encode())
    monkeypatch.setattr(table_file, "ArrowWriter", Full)
    schema = pa.schema([("a", pa.int64())])
    for count in (5, 500):
        rows = pa.record_batch([range(count)], schema=schema)
        with (
            pytest.raises(OSError, match="No space"),
            table_file.TableFile(tmp_path / "table.arrow", schema, lasting=False) as file,
        ):
            file.write(rows)
