"""Which kind of file a file is, before anybody looks into it."""

from __future__ import annotations

from pathlib import PurePath

from dure.datasets.errors import DatasetError

KINDS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".parquet": "parquet"}


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
