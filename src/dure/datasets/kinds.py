"""Which kind of file a file is, before anybody looks into it."""

from __future__ import annotations

from pathlib import Path, PurePath

from dure.datasets.errors import DatasetError
from dure.readers.images.errors import ImageError

KINDS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".parquet": "parquet"}


def kind_of(source: PurePath, kind: str = "") -> str:
    """Return a file's kind: the one that was said, or the one that its ending tells.

    Raises
    ------
    DatasetError
        ``datasets.kind``.
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
    return found
