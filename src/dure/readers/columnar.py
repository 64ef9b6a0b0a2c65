"""Parquet: read under limits, checked value by value, and written anew.

The file that goes on is the one written here, so whatever a crafted file carried besides its values
(indexes, statistics, encodings, metadata) stays behind.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from dure.readers.faults import Fault
from dure.readers.images.box_type import BOX_LIST
from dure.readers.names import column_names

_BATCH_ROWS = 1 << 16
_GROUP_ROWS = 1 << 17
_MAGIC = b"PAR1"


def read_columnar(raw: Path, target: Path) -> dict[str, object]:
    """Write a Parquet file anew as zstd Parquet with plain types, and return what is known about it.

    Raises
    ------
    Fault
        ``readers.parquet``, ``readers.header`` or ``readers.empty``.
    """
    with raw.open("rb") as file:
        if file.read(4) != _MAGIC:
            raise Fault("readers.parquet", fault="not-parquet", column=0)
    try:
        with pq.ParquetFile(raw, memory_map=False, page_checksum_verification=True) as source:
            return _rewrite(source, target, raw.stat().st_size)
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise Fault("readers.parquet", fault="damaged", column=0) from error


def _rewrite(source: pq.ParquetFile, target: Path, size_bytes: int) -> dict[str, object]:
    given = source.schema_arrow
    names = column_names(list(given.names))
    kinds = [plain_type(field.type, number) for number, field in enumerate(given, 1)]
    schema = pa.schema([pa.field(*pair) for pair in zip(names, kinds, strict=True)])
    nulls = [0] * len(names)
    rows = 0
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for batch in source.iter_batches(_BATCH_ROWS, use_threads=False):
            batch.validate(full=True)
            columns = [
                column if column.type == kind else column.cast(kind)
                for column, kind in zip(batch.columns, kinds, strict=True)
            ]
            rows += batch.num_rows
            nulls = [old + column.null_count for old, column in zip(nulls, columns, strict=True)]
            writer.write_batch(pa.record_batch(columns, schema=schema), row_group_size=_GROUP_ROWS)
    if not rows:
        raise Fault("readers.empty", size_bytes=size_bytes)
    return {
        "columns": [
            {"name": name, "type": str(kind), "nulls": count}
            for name, kind, count in zip(names, kinds, nulls, strict=True)
        ],
        "rows": rows,
        "facts": {"format": "parquet"},
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
