"""Options that are for other data than what is given: refused, and not passed over without a word."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.datasets.errors import DatasetError

CORPUS, CROISSANT, IMAGES, QUERY = "corpus", "croissant", "images", "query"
"""What data are taken for, beside the kinds of tables (`dure.readers.tables.KINDS`)."""

_LINES = frozenset({"csv", "json", "jsonl"})
_TABLES = _LINES | {"arrow", "evtx", "parquet", "xlsx", "zeek", QUERY}

FOR: Mapping[str, tuple[str, frozenset[str]]] = MappingProxyType(
    {
        "--encoding": ("for-text", _LINES | {CORPUS, CROISSANT}),
        "--delimiter": ("for-csv", frozenset({"csv", CROISSANT})),
        "--missing": ("for-cells", frozenset({"csv", "xlsx", CROISSANT})),
        "--missing-in-quotes": ("for-csv", frozenset({"csv", CROISSANT})),
        "--sheet": ("for-workbooks", frozenset({"xlsx"})),
        "--kind": ("for-tables", _TABLES | {CROISSANT}),
        "--with-ranges": ("for-tables", _TABLES | {CROISSANT}),
        "--target": ("for-tables", _TABLES | {CROISSANT}),
        "--split": ("for-tables", _TABLES | {CROISSANT}),
        "--against": ("for-tables", _TABLES | {CROISSANT}),
        "--database": ("for-tables", _TABLES),
        "--show-values": ("for-tables-and-images", _TABLES | {CROISSANT, IMAGES}),
        "--targets": ("for-images", frozenset({IMAGES})),
        "--annotations": ("for-corpora", frozenset({CORPUS})),
        "--offsets": ("for-corpora", frozenset({CORPUS})),
        "--leave-out-damaged": ("for-folders", frozenset({IMAGES, CORPUS})),
        "--records": ("for-croissant", frozenset({CROISSANT})),
    }
)
"""Option on the command line -> the word for what it is for, and what that is taken for."""


def check_options(name: str, taken: str, given: Mapping[str, object]) -> None:
    """Refuse options that mean nothing for what is given.

    Parameters
    ----------
    name
        Of the file or folder.
    taken
        What it is taken for: a kind of tables, or `CORPUS`, `CROISSANT`, `IMAGES`, `QUERY`.
    given
        Option -> whether, or with what, it was given.

    Raises
    ------
    DatasetError
        ``datasets.option``.
    """
    for option, value in given.items():
        reason, kinds = FOR[option]
        if value and taken not in kinds:
            raise DatasetError("datasets.option", name=name, option=option, reason=reason)
