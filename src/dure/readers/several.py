"""Several files that a description puts together as one table; runs inside the sandbox.

The input is a plan and the files, one after the other: how many contents there are, how long each is,
then the contents, as `dure.readers.several.framed` puts them. Each file is read by the reader of its
kind; of its columns those are taken that the plan names, under the plan's names. A column that is not
of one type in all files, or that the description calls text, is kept as it is written.
"""

from __future__ import annotations

import os
import posixpath
import re
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dure.readers.faults import Fault
from dure.readers.pieces import Target
from dure.readers.single import read_file

_COUNT = struct.Struct("<Q")
_BATCH_ROWS = 1 << 16
_BLOCK_BYTES = 1 << 20
_FLOATS = frozenset({"Float", "Number", "Float16", "Float32", "Float64"})
_TEXTS = frozenset({"Text", "URL"})


class Taken(msgspec.Struct, frozen=True):
    """One column: its name, its name in the files, and the types that the description gives it."""

    name: str
    column: str
    types: tuple[str, ...] = ()


class FromPath(msgspec.Struct, frozen=True):
    """One column that a file's path tells: of which part of it, and by which pattern ("" for all)."""

    name: str
    of: str
    regex: str = ""


class Plan(msgspec.Struct, frozen=True):
    """What is put together: the kind of the files, their paths in order, and the columns."""

    kind: str
    places: tuple[str, ...]
    columns: tuple[Taken, ...]
    paths: tuple[FromPath, ...] = ()


def framed(plan: Plan, sizes: Sequence[int]) -> bytes:
    """Return what stands before the files' bytes."""
    told = msgspec.json.encode(plan)
    return b"".join(map(_COUNT.pack, (1 + len(sizes), len(told), *sizes))) + told


def read_several(
    raw: Path, target: Target, scratch: Path, words: Mapping[str, Any], *, lasting: bool = True
) -> dict[str, object]:
    """Write the files as one typed Parquet file, and return what is known about the table.

    Raises
    ------
    Fault
        What is wrong with a file; ``readers.header`` where one lacks a column, ``readers.parquet`` where
        whole numbers don't fit their type.
    """
    from dure.readers.columnar import read_columnar

    whole = scratch.with_suffix(".whole")
    with raw.open("rb") as file:
        plan, sizes = _head(file)
        typed = _all_typed(file, plan, sizes, scratch, words)
    schema = _schema(plan, [schema for _, schema in typed])
    with pq.ParquetWriter(whole, schema, compression="lz4") as writer:
        for place, (part, _) in zip(plan.places, typed, strict=True):
            for batch in pq.ParquetFile(part).iter_batches(_BATCH_ROWS):
                writer.write_batch(_put_together(batch, plan, place, schema))
            part.unlink()
    found = read_columnar(whole, target, lasting=lasting)
    return {**found, "facts": {"format": plan.kind, "files": str(len(plan.places))}}


def path_value(place: str, told: FromPath) -> str:
    """Return what a file's path tells: the first group that the pattern finds, else the whole.

    Examples
    --------
    >>> path_value("data/train-0.csv", FromPath("split", "filename", "(train|test)-.*"))
    'train'
    """
    value = posixpath.basename(place) if told.of == "filename" else place
    try:
        found = re.compile(told.regex).match(value) if told.regex else None
    except re.error:
        return value
    return next((one for one in found.groups() if one is not None), value) if found else value


def _head(file: BinaryIO) -> tuple[Plan, tuple[int, ...]]:
    count = _COUNT.unpack(file.read(_COUNT.size))[0]
    first, *sizes = struct.unpack(f"<{count}Q", file.read(_COUNT.size * count))
    return msgspec.json.decode(file.read(first), type=Plan), tuple(sizes)


def _all_typed(
    file: BinaryIO, plan: Plan, sizes: Sequence[int], scratch: Path, words: Mapping[str, Any]
) -> list[tuple[Path, pa.Schema]]:
    """Write each file as typed Parquet; where columns differ in type, all files with those as text."""
    begin = file.tell()
    texts = {one.column for one in plan.columns if _TEXTS & set(one.types)}
    while True:
        file.seek(begin)
        found = [
            _typed(file, number, size, plan.kind, scratch, {**words, "texts": sorted(texts)})
            for number, size in enumerate(sizes)
        ]
        _check_there(plan, [schema for _, schema in found])
        differing = _differing(plan, [schema for _, schema in found]) - texts
        if plan.kind != "csv" or not differing:
            return found
        texts |= differing


def _typed(
    file: BinaryIO, number: int, size: int, kind: str, scratch: Path, words: Mapping[str, Any]
) -> tuple[Path, pa.Schema]:
    part, typed = scratch.with_suffix(".part"), scratch.with_suffix(f".{number}")
    with part.open("wb") as out:
        left = size
        while left:
            block = file.read(min(left, _BLOCK_BYTES))
            left -= out.write(block)
    told = read_file(kind, part, typed, scratch, words, lasting=False)
    os.truncate(part, 0)
    columns: Any = told["columns"]
    full = {one["name"]: one["nulls"] < told["rows"] for one in columns}
    schema = pq.read_schema(typed)
    return typed, pa.schema([one if full[one.name] else one.with_type(pa.null()) for one in schema])


def _check_there(plan: Plan, schemas: Sequence[pa.Schema]) -> None:
    """Refuse files that lack a column; they had it when they were held against the description."""
    for number, one in enumerate(plan.columns, 1):
        if not all(one.column in schema.names for schema in schemas):
            expected = len(plan.columns)
            raise Fault("readers.header", fault="name-gone", column=number, expected=expected)


def _differing(plan: Plan, schemas: Sequence[pa.Schema]) -> set[str]:
    return {
        one.column
        for one in plan.columns
        if len(kinds := _kinds(one, schemas)) > 1
        and not all(pa.types.is_integer(each) or pa.types.is_floating(each) for each in kinds)
    }


def _kinds(one: Taken, schemas: Sequence[pa.Schema]) -> list[pa.DataType]:
    """Return the types that a column has in the files in which it has a value."""
    found = dict.fromkeys(schema.field(one.column).type for schema in schemas)
    return [kind for kind in found if not pa.types.is_null(kind)]


def _schema(plan: Plan, schemas: Sequence[pa.Schema]) -> pa.Schema:
    fields = [pa.field(one.name, _kind(one, _kinds(one, schemas))) for one in plan.columns]
    return pa.schema([*fields, *(pa.field(one.name, pa.string()) for one in plan.paths)])


def _kind(one: Taken, kinds: Sequence[pa.DataType]) -> pa.DataType:
    numbers = all(pa.types.is_integer(each) or pa.types.is_floating(each) for each in kinds)
    if kinds and numbers and (len(kinds) > 1 or _FLOATS & set(one.types)):
        return kinds[0] if len(kinds) == 1 and pa.types.is_floating(kinds[0]) else pa.float64()
    return kinds[0] if len(kinds) == 1 else pa.string()


def _put_together(
    batch: pa.RecordBatch, plan: Plan, place: str, schema: pa.Schema
) -> pa.RecordBatch:
    rows = len(batch)
    columns: list[Any] = []
    for number, one in enumerate(plan.columns, 1):
        try:
            columns.append(pc.cast(batch.column(one.column), schema.field(one.name).type))
        except pa.ArrowInvalid:
            raise Fault("readers.parquet", fault="type", column=number) from None
    columns += [pa.repeat(path_value(place, one), rows) for one in plan.paths]
    return pa.record_batch(columns, schema=schema)
