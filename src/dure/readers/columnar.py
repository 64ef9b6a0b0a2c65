"""Parquet and Arrow: read under limits, checked value by value, and written anew.

The file that goes on is the one written here, so whatever a crafted file carried besides its values
(indexes, statistics, encodings, metadata) stays behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from dure.readers.codes import Codes
from dure.readers.faults import Fault
from dure.readers.images.box_type import BOX_LIST
from dure.readers.meanings import described
from dure.readers.names import column_names
from dure.readers.pieces import Target
from dure.readers.table_file import TableFile

_BATCH_ROWS = 1 << 14
_MAGIC = b"PAR1"
_ARROW_MAGIC = b"ARROW1"

Source = tuple[pa.Schema, Iterator[pa.RecordBatch]]


def read_columnar(raw: Path, target: Target, *, lasting: bool = True) -> dict[str, object]:
    """Write a Parquet file anew with plain types, and return what is known about it.

    Raises
    ------
    Fault
        ``readers.parquet``, ``readers.header`` or ``readers.empty``.
    """
    with raw.open("rb") as file:
        if file.read(4) != _MAGIC:
            raise Fault("readers.parquet", fault="not-parquet", column=0)
    return _anew(raw, target, "parquet", _parquet, lasting)


def read_arrow(raw: Path, target: Target, *, lasting: bool = True) -> dict[str, object]:
    """Write an Arrow file or stream (Feather version 2 too) as Parquet; as `read_columnar`."""
    return _anew(raw, target, "arrow", _arrow, lasting)


def _parquet(raw: Path) -> Source:
    # Without a buffer for whole column chunks: a row group may be as large as the file.
    source = pq.ParquetFile(
        raw, memory_map=False, pre_buffer=False, page_checksum_verification=True
    )
    return source.schema_arrow, source.iter_batches(_BATCH_ROWS, use_threads=False)


def _arrow(raw: Path) -> Source:
    with raw.open("rb") as file:
        is_file = file.read(len(_ARROW_MAGIC)) == _ARROW_MAGIC
    source = pa.OSFile(str(raw))
    if not is_file:
        stream = pa.ipc.open_stream(source)
        return stream.schema, iter(stream)
    opened = pa.ipc.open_file(source)
    return opened.schema, map(opened.get_batch, range(opened.num_record_batches))


def _anew(
    raw: Path, target: Target, kind: str, opened: Callable[[Path], Source], lasting: bool
) -> dict[str, object]:
    try:
        return _rewrite(*opened(raw), target, kind, raw.stat().st_size, lasting)
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise Fault("readers.parquet", fault="damaged", column=0) from error


def _rewrite(
    given: pa.Schema,
    batches: Iterator[pa.RecordBatch],
    target: Target,
    kind: str,
    size_bytes: int,
    lasting: bool,
) -> dict[str, object]:
    names = column_names(list(given.names))
    kinds = [plain_type(field.type, number) for number, field in enumerate(given, 1)]
    schema = pa.schema([pa.field(*pair) for pair in zip(names, kinds, strict=True)])
    nulls, codes = [0] * len(names), [Codes() for _ in names]
    rows = 0
    with TableFile(target, schema, lasting) as file:
        for batch in batches:
            batch.validate(full=True)
            columns = [
                column if column.type == type_ else column.cast(type_)
                for column, type_ in zip(batch.columns, kinds, strict=True)
            ]
            rows += batch.num_rows
            nulls = [old + column.null_count for old, column in zip(nulls, columns, strict=True)]
            for one, column in zip(codes, columns, strict=True):
                one.look(column)
            file.write(pa.record_batch(columns, schema=schema))
    if not rows:
        raise Fault("readers.empty", size_bytes=size_bytes)
    return {
        "columns": [
            described(name, type_, count, one, "date-digits" if one.has_days else "")
            for name, type_, count, one in zip(names, kinds, nulls, codes, strict=True)
        ],
        "rows": rows,
        "facts": {"format": kind},
    }


def plain_type(given: pa.DataType, number: int) -> pa.DataType:
    """Return the plain type that a column is written with.

    Raises
    ------
    Fault
        ``readers.parquet`` for a nested type, or one that is no number, text, date or time.
    """
    types = pa.types
    if given == BOX_LIST:
        return given
    if types.is_nested(given):
        raise Fault("readers.parquet", fault="nested", column=number)
    if types.is_dictionary(given):
        return plain_type(given.value_type, number)
    if types.is_string(given) or types.is_large_string(given) or types.is_string_view(given):
        return pa.string()
    if types.is_null(given):
        return pa.string()
    if types.is_float16(given):
        return pa.float32()
    if types.is_date(given):
        return pa.date32()
    # Parquet has no whole seconds; the type that is told is the one that is read again.
    if types.is_time(given) and given.unit == "s":
        return pa.time32("ms")
    if types.is_timestamp(given) and given.unit == "s":
        return pa.timestamp("ms", given.tz)
    kept = (
        types.is_integer,
        types.is_floating,
        types.is_boolean,
        types.is_timestamp,
        types.is_decimal,
    )
    if any(is_kept(given) for is_kept in (*kept, types.is_time)):
        return given
    raise Fault("readers.parquet", fault="type", column=number)
