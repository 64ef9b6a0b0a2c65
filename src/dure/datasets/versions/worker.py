"""The program inside the sandbox: ``python -m dure.datasets.versions.worker check|diff [KEY…]``.

``check`` reads ``/in/table`` and says which columns and how many rows it has; ``diff`` compares
``/in/first`` with ``/in/second``. Either leaves ``/out/answer.json``. It never prints: the bytes are
somebody's data.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import msgspec

ANSWER = "answer.json"


class Seen(msgspec.Struct, forbid_unknown_fields=True):
    """A column as it was found: its name, its type as Arrow writes it, how many values are missing."""

    name: str
    type: str
    nulls: int


class Checked(msgspec.Struct, forbid_unknown_fields=True):
    """What a table is."""

    columns: tuple[Seen, ...]
    rows: int


def main(arguments: list[str], folder: Path = Path("/in"), out: Path = Path("/out")) -> None:
    """Do what the first argument says."""
    do, *keys = arguments
    answer: msgspec.Struct
    if do == "check":
        answer = check(folder / "table")
    else:
        from dure.datasets.versions.comparing import compare

        answer = compare(folder / "first", folder / "second", tuple(keys))
    (out / ANSWER).write_bytes(msgspec.json.encode(answer))


def check(table: Path) -> Checked:
    """Read every value of a Parquet table, and say what it is."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(table, page_checksum_verification=True, pre_buffer=False) as source:
        schema = source.schema_arrow
        nulls, rows = [0] * len(schema), 0
        for batch in source.iter_batches(1 << 14):
            batch.validate(full=True)
            rows += batch.num_rows
            nulls = [
                old + column.null_count for old, column in zip(nulls, batch.columns, strict=True)
            ]
    columns = tuple(
        Seen(field.name, str(field.type), count) for field, count in zip(schema, nulls, strict=True)
    )
    return Checked(columns, rows)


if __name__ == "__main__":
    main(sys.argv[1:])
    # The threads of polars are not waited for: everything is written by now.
    os._exit(0)
