"""Which reader reads which kind of file, one file at a time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dure.readers.pieces import Target


def read_file(
    kind: str,
    raw: Path,
    target: Target,
    scratch: Path,
    words: Mapping[str, Any],
    *,
    lasting: bool = True,
) -> dict[str, object]:
    """Write a file as typed Parquet, and return what is known about the table.

    Parameters
    ----------
    kind
        Of one file.
    raw, target
        The file, and the Parquet file to write.
    scratch
        A file for what lies between the two.
    words
        `dure.readers.tables.Options.words`.
    lasting
        Whether the Parquet file is kept, or read at once and forgotten.

    Raises
    ------
    Fault
        What is wrong with the file.
    """
    # Each reader is imported when it is wanted: the start counts for small files.
    if kind == "csv":
        from dure.readers.delimited import Dialect, read_delimited

        names = ("encoding", "delimiter", "quoted_missing")
        texts = frozenset(words.get("texts", ()))
        told = {name: words[name] for name in names}
        dialect = Dialect(missing=tuple(words["missing"]), texts=texts, **told)
        return read_delimited(raw, target, scratch, dialect, lasting=lasting)
    if kind in ("json", "jsonl"):
        from dure.readers.objects import read_json

        return read_json(raw, target, scratch, words["encoding"], lasting=lasting)
    if kind == "xlsx":
        from dure.readers.workbook import read_workbook

        sheet, missing = words["sheet"], tuple(words["missing"])
        return read_workbook(raw, target, scratch, sheet, missing, lasting=lasting)
    if kind == "zeek":
        from dure.readers.logs import read_zeek

        return read_zeek(raw, target, scratch, lasting=lasting)
    if kind == "evtx":
        from dure.readers.events import read_events

        return read_events(raw, target, lasting=lasting)
    from dure.readers.columnar import read_arrow, read_columnar

    reader = read_arrow if kind == "arrow" else read_columnar
    return reader(raw, target, lasting=lasting)
