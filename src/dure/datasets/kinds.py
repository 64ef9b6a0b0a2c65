"""Which kind of file a file is, and what its columns are, before anything is imported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from dure.datasets.errors import DatasetError
from dure.datasets.options import QUERY, check_options
from dure.readers.images.errors import ImageError

if TYPE_CHECKING:
    from dure.datasets.feeds import Query
    from dure.datasets.others.delivery import Delivery
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
    ".evtx": "evtx",
}


def kind_of(source: PurePath, kind: str = "", options: Options | None = None) -> str:
    """Return a file's kind: the one that was said, or the one that its ending tells.

    Raises
    ------
    DatasetError
        ``datasets.kind``; ``datasets.option`` for a way of reading that its kind hasn't.
    ImageError
        ``images.folder`` when it is a folder.

    Examples
    --------
    >>> kind_of(PurePath("holdings.TSV")), kind_of(PurePath("holdings.dat"), "parquet")
    ('csv', 'parquet')
    """
    if Path(source).is_dir():
        raise ImageError("images.folder", name=source.name or "/", reason="is-folder")
    found = kind or KINDS.get(source.suffix.lower(), "")
    if found not in set(KINDS.values()):
        given = kind or source.name
        raise DatasetError("datasets.kind", given=given, known=" ".join(sorted(KINDS)))
    if options is not None:
        check_options(source.name, found, options.given())
    return found


def opened(
    source: Path | Query | Delivery, kind: str, options: Options | None = None
) -> tuple[Path | Iterator[bytes], str]:
    """Return what is to be read, and its kind: a file, the rows that answer a query, or several files.

    Raises
    ------
    DatasetError
        ``datasets.kind``, ``datasets.option``.
    """
    if isinstance(source, Path):
        return source, kind_of(source, kind, options)
    from dure.datasets.feeds import Query, json_lines

    if not isinstance(source, Query):
        return source.blocks(), "several"
    if options is not None:
        check_options(source.name, QUERY, options.given())
    return json_lines(source), "jsonl"


def look(source: Path | Query, kind: str, options: Options) -> Parsed:
    """Read a file, or the answer to a query, in the sandbox; keep what is known about its columns.

    Raises
    ------
    DatasetError
        ``datasets.kind``, ``datasets.feed``.
    ReaderError
        What is wrong with the file.
    SandboxError
        When this host can't provide the sandbox.
    """
    from dure.readers.parse import parse

    return parse(*opened(source, kind, options), sink=_forget, options=options)


def _forget(blocks: Iterator[bytes]) -> None:
    for _ in blocks:
        pass
