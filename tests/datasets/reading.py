"""mlcroissant, the reference reader of Croissant, as the oracle."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import logging
import math
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import mlcroissant as mlc
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from dure.datasets.croissant import (
    DOCUMENT_FILE,
    RECORDS,
    TABLE_FILE,
    Description,
    Field,
    Table,
    field_id,
    write_document,
)
from tests.datasets.digests import sha256

ABOUT = Description(
    name="해상 항적 2026",
    description="Positions, one row each.",
    agency="bravo",
    label="bravo//O//maritime REL bravo FOR trial",
    label_policy="n2sf-test",
    licence="CC0-1.0",
    created="2026-01-31T09:30:00Z",
)


class _Words(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


def opened(folder: Path) -> mlc.Dataset:
    """Open an exported data set; no error, no warning, nothing said in the log."""
    words = _Words()
    logger = logging.getLogger("absl")
    logger.addHandler(words)
    try:
        dataset = mlc.Dataset(str(folder / DOCUMENT_FILE))
    finally:
        logger.removeHandler(words)
    issues = dataset.metadata.ctx.issues
    assert (issues.errors, issues.warnings, words.said) == (set(), set(), [])
    return dataset


def records(folder: Path, count: int | None = None) -> Iterator[dict[str, Any]]:
    return islice(iter(opened(folder).records(RECORDS)), count)


def told(table: pa.Table) -> list[dict[str, Any]]:
    """Return a table's rows as a Croissant reader should tell them."""
    names = [field_id(i, name) for i, name in enumerate(table.column_names)]
    return [
        dict(zip(names, (told_value(value) for value in row.values()), strict=True))
        for row in table.to_pylist()
    ]


def told_value(value: object) -> object:
    match value:
        case float() if math.isnan(value):
            return None  # pandas has one mark for "no value" and "no number"
        case str():
            return value.encode()
        case decimal.Decimal():
            return float(value)
        case dt.datetime() | dt.date():
            return pd.Timestamp(value)
        case _:
            return value


def write(folder: Path, table: pa.Table, about: Description = ABOUT) -> Mapping[str, Any]:
    """Write a table and its document, as an export would."""
    folder.mkdir(exist_ok=True)
    pq.write_table(table, folder / TABLE_FILE, compression="zstd")
    data = (folder / TABLE_FILE).read_bytes()
    fields = tuple(Field(field.name, str(field.type)) for field in table.schema)
    document = write_document(
        about, Table(fields, table.num_rows, len(data), sha256(data), sha256(b"raw"))
    )
    (folder / DOCUMENT_FILE).write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return document
