"""Zeek's own logs: tab-separated values under a header that names fields and types.

Source
------
The Zeek Project, "Book of Zeek": log formats, Zeek TSV.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from dure.readers.codes import Codes
from dure.readers.faults import Fault
from dure.readers.fields import LongRow, text_fields
from dure.readers.meanings import described
from dure.readers.names import column_names
from dure.readers.pieces import Target
from dure.readers.table_file import TableFile
from dure.readers.text import find_encoding

_HEADER_BYTES = 1 << 20
_BLOCK_BYTES = 1 << 22
_COMMENT = re.compile(rb"^#.*\n?", re.MULTILINE)
_CODE = "readers.log"
_MICROSECOND = pa.decimal128(20, 6)


def _time(values: pa.Array) -> pa.Array:
    seconds = pc.cast(values, _MICROSECOND)
    micros = pc.multiply(seconds, pa.scalar(1_000_000, pa.decimal128(7, 0)))
    return pc.cast(micros, pa.int64()).cast(pa.timestamp("us", tz="UTC"))


def _truth(values: pa.Array) -> pa.Array:
    if not pc.all(pc.is_in(values.drop_null(), pa.array(["T", "F"]))).as_py():
        raise pa.ArrowInvalid("no truth value")
    return pc.equal(values, "T")


def _text(values: pa.Array) -> pa.Array:
    return values


_Convert = Callable[[pa.Array], pa.Array]
_NUMBERS: dict[str, pa.DataType] = {
    "count": pa.int64(),
    "int": pa.int64(),
    "port": pa.int64(),
    "double": pa.float64(),
    "interval": pa.float64(),
}


def _conversion(kind: str) -> tuple[pa.DataType, _Convert]:
    if kind == "time":
        return pa.timestamp("us", tz="UTC"), _time
    if kind == "bool":
        return pa.bool_(), _truth
    if kind in _NUMBERS:
        type_ = _NUMBERS[kind]
        return type_, lambda values: pc.cast(values, type_)
    return pa.string(), _text


def read_zeek(
    raw: Path, target: Target, scratch: Path, *, lasting: bool = True
) -> dict[str, object]:
    """Write a Zeek log as typed Parquet, and return what is known about it.

    Parameters
    ----------
    raw, target
        The file, and the Parquet file to write.
    scratch
        Where its rows may lie without the header.
    lasting
        Whether the Parquet file is kept.

    Raises
    ------
    Fault
        ``readers.log``, ``readers.empty``, ``readers.encoding`` or ``readers.header``.
    """
    header = _header(raw)
    find_encoding(raw, "utf-8")
    kinds = header["types"]
    names = column_names(header["fields"])
    conversions = [_conversion(kind) for kind in kinds]
    schema = pa.schema([(name, type_) for name, (type_, _) in zip(names, conversions, strict=True)])
    _without_comments(raw, scratch, header)
    nulls, codes, rows = [0] * len(names), [Codes() for _ in names], 0
    unset, empty = header.get("unset_field", ["-"])[0], header.get("empty_field", ["(empty)"])[0]
    parsing = pacsv.ParseOptions(delimiter="\t", quote_char=False, double_quote=False)
    try:
        with TableFile(target, schema, lasting) as file:
            for batch in text_fields(scratch, len(names), parsing, missing=(unset,)):
                columns = [
                    convert(_filled(values, empty))
                    for values, (_, convert) in zip(batch.columns, conversions, strict=True)
                ]
                rows += len(batch)
                for place, column in enumerate(columns):
                    nulls[place] += column.null_count
                    codes[place].look(column)
                file.write(pa.record_batch(columns, schema=schema))
    except (pa.ArrowInvalid, LongRow) as error:
        if scratch.stat().st_size:
            raise Fault(_CODE, fault="rows") from error
    if not rows:
        raise Fault("readers.empty", size_bytes=raw.stat().st_size)
    return {
        "columns": [
            described(name, type_, count, one) | ({"unit": "s"} if kind == "interval" else {})
            for name, type_, count, one, kind in zip(
                names, schema.types, nulls, codes, kinds, strict=True
            )
        ],
        "rows": rows,
        "facts": {"format": "zeek"},
    }


def _filled(values: pa.Array, empty: str) -> pa.Array:
    return pc.if_else(pc.equal(values, empty), "", values)


def _header(raw: Path) -> dict[str, list[str]]:
    with raw.open("rb") as file:
        head = file.read(_HEADER_BYTES)
    found: dict[str, list[str]] = {}
    for line in head.split(b"\n"):
        if not line.startswith(b"#"):
            break
        words = line[1:].decode("utf-8", "replace").rstrip("\r")
        key, *values = words.split(" ", 1) if words.startswith("separator ") else words.split("\t")
        found[key] = values
    if found.get("separator") != ["\\x09"]:
        raise Fault(_CODE, fault="not-zeek")
    fields, types = found.get("fields", []), found.get("types", [])
    if not fields or len(fields) != len(types):
        raise Fault(_CODE, fault="not-zeek")
    return found


def _without_comments(raw: Path, scratch: Path, header: dict[str, list[str]]) -> None:
    """Copy the rows; a value never begins with the sign of a comment, for Zeek escapes that."""
    known = {b"#" + "\t".join((key, *header[key])).encode() for key in ("fields", "types")}
    rest = b""
    with raw.open("rb") as source, scratch.open("wb") as file:
        while block := source.read(_BLOCK_BYTES):
            whole, line_end, rest = (rest + block).rpartition(b"\n")
            file.write(_rows(whole + line_end, known))
        file.write(_rows(rest, known))


def _rows(block: bytes, known: set[bytes]) -> bytes:
    for line in _COMMENT.findall(block):
        if line.startswith((b"#fields", b"#types")) and line.rstrip(b"\r\n") not in known:
            raise Fault(_CODE, fault="two-headers")
    return _COMMENT.sub(b"", block)
