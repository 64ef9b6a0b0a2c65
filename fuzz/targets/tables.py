"""The readers of tables: the worker's own function, which the sandbox runs."""

from __future__ import annotations

import io
import json
import shutil
import tempfile
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from dure.readers import worker
from dure.readers.several import FromPath, Plan, Taken, framed
from dure.readers.tables import FAULT_STATUS, FULL_STATUS, Options
from fuzz.target import Target
from tests.readers.event_logs import event, log
from tests.readers.streams import pieces_of
from tests.readers.workbooks import book_of

_TEXT = 'name,n,at,품명\na,1,2026-01-31,가\n"b, c",,2026-02-01,나\n'
_TABLE = pa.table({"n": [1, 2, None], "text": ["a", "가", None], "at": [0.5, 1.5, 2.5]})
_ZEEK = (
    b"#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n"
    b"#fields\tts\tuid\tid.orig_p\n#types\ttime\tstring\tport\n1.5\tC1\t80\n2.5\t-\t443\n#close\tx\n"
)
_SHEET = '<row r="1"><c r="A1" t="str"><v>n</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>'


def _arrow() -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_file(out, _TABLE.schema) as writer:
        writer.write_table(_TABLE)
    return out.getvalue()


def _stream() -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_stream(out, _TABLE.schema) as writer:
        writer.write_table(_TABLE)
    return out.getvalue()


def _parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(_TABLE, out, compression="zstd")
    return out.getvalue()


SEEDS = {
    "csv": lambda: [_TEXT.encode(), _TEXT.encode("utf-16"), _TEXT.encode("cp949"), b"a\tb\n1\t2\n"],
    "json": lambda: [b'[{"a": 1, "b": {"c": "x"}}, {"a": 2.5, "d": [1, 2]}]'],
    "jsonl": lambda: [b'{"a": 1, "b": "2026-01-31"}\n{"a": null, "b": "x"}\n'],
    "arrow": lambda: [_arrow(), _stream()],
    "parquet": lambda: [_parquet()],
    "xlsx": lambda: [book_of({"one": _SHEET})],
    "zeek": lambda: [_ZEEK],
    "evtx": lambda: [log([event(1), event(2)])],
}
_OTHER = b"name,n,at\nd,1.5,\n"
_PLAN = Plan(
    "csv",
    ("train/a.csv", "test/b.csv"),
    (Taken("what", "name", ("Text",)), Taken("n", "n", ("Float",)), Taken("at", "at")),
    (FromPath("split", "fullpath", "(train|test)/.*"),),
)
_OPTIONS = json.dumps(Options().words())


def read(kind: str, data: bytes) -> None:
    """Read a file as the program in the sandbox does; it ends in one of three ways."""
    with tempfile.TemporaryDirectory(dir=".") as folder:
        raw, out = Path(folder, "raw"), Path(folder, "out")
        raw.write_bytes(data)
        out.mkdir()
        with Path(folder, "way").open("wb") as way:
            status = worker.main(
                [kind, _OPTIONS], raw=raw, out=out, scratch=Path(folder, "text"), way=way.fileno()
            )
        left = sorted(file.name for file in out.iterdir())
        wanted = {0: ["schema.json"], FAULT_STATUS: ["fault.json"], FULL_STATUS: left}
        if left != wanted[status]:
            raise AssertionError(f"status {status} left {left}")
        if not status:
            pq.read_metadata(io.BytesIO(b"".join(pieces_of(Path(folder, "way")))))
        shutil.rmtree(out)


def read_two(data: bytes) -> None:
    """Read a file beside another one, as a description of others puts them together."""
    read("several", framed(_PLAN, [len(data), len(_OTHER)]) + data + _OTHER)


TARGETS = [Target("several", SEEDS["csv"], read_two)]
TARGETS += [
    Target(
        kind, seeds, partial(read, kind), traced=kind not in ("arrow", "parquet", "xlsx", "evtx")
    )
    for kind, seeds in SEEDS.items()
]
