"""Which kind of file a file is, and what its columns are, before anything is imported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from dure.datasets.errors import DatasetError

if TYPE_CHECKING:
    from dure.readers.tables import Options, Parsed

KINDS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".arrow": "arrow",
    ".arrows": "arrow",
    ".feather": "arrow",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".log": "zeek",
}


def kind_of(source: PurePath, kind: str = "") -> str:
    """Return a file's kind: the one that was said, or the one that its ending tells.

    Raises
    ------
    DatasetError
        ``datasets.kind``.

    Examples
    --------
    >>> kind_of(PurePath("holdings.TSV")), kind_of(PurePath("holdings.dat"), "parquet")
    ('csv', 'parquet')
    """
    found = kind or KINDS.get(source.suffix.lower(), "")
    if found not in set(KINDS.values()):
        given = kind or source.name
        raise DatasetError("datasets.kind", given=given, known=" ".join(sorted(KINDS)))
    return found


def look(source: Path, kind: str, options: Options) -> Parsed:
    """Read a file in the sandbox and keep nothing but what is known about its columns.

    Raises
    ------
    DatasetError
        ``datasets.kind``.
    ReaderError
        What is wrong with the file.
    SandboxError
        When this host can't provide the sandbox.
    """
    from dure.readers.parse import parse

    return parse(source, kind_of(source, kind), sink=_forget, options=options)


def _forget(blocks: Iterator[bytes]) -> None:
    for _ in blocks:
        pass
