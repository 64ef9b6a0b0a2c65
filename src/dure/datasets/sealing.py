"""Sealing a data set: its table while it streams by, and the document that names the table's digest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from dure.core.assets import Asset
from dure.core.labels import Label
from dure.datasets.about.statement import EMPTY, Statement
from dure.datasets.about.vocabularies import with_origin, with_statement, with_terms
from dure.datasets.croissant import (
    MEDIA_TYPE,
    TABLE_FILE,
    Description,
    Field,
    Table,
    write_document,
)
from dure.datasets.meter import Meter
from dure.datasets.search import words_of
from dure.datasets.spec import IMPORT
from dure.governance.house import House
from dure.readers.tables import Parsed

DATASET = "dataset"
TABLE = "dataset.table"
IMAGES = "dataset.images"
SPANS = "dataset.spans"
DOCUMENT_SCHEMA = "croissant/1.1"
TABLE_SCHEMA = "dure/table/v1"
IMAGES_SCHEMA = "dure/images/v1"


@dataclass(frozen=True, slots=True)
class Words:
    """What people call it."""

    name: str
    description: str
    licence: str


def seal_table(
    house: House, blocks: Iterator[bytes], label: Label, *, basis: str = ""
) -> tuple[Asset, Meter]:
    """Seal the blocks of a table that our own reader wrote, in the sandbox; ``basis`` resembles it."""
    meter = Meter()
    table = house.seal(
        meter.counted(blocks),
        kind=TABLE,
        media_type="application/vnd.apache.parquet",
        schema_id=TABLE_SCHEMA,
        label=label,
        producer=IMPORT.name,
        name=TABLE_FILE,
        basis=basis,
    )
    return table, meter


def fields_of(parsed: Parsed) -> tuple[Field, ...]:
    """Return the columns of a parsed table as a document names them."""
    return tuple(
        Field(
            column.name,
            column.type,
            unit=column.unit,
            role=column.role,
            written=column.written,
            codes=column.codes,
        )
        for column in parsed.columns
    )


def usual_description(name: str, rows: int, columns: int) -> str:
    """Return what stands for a description that nobody wrote."""
    return f"{name}: {rows} rows, {columns} columns."


def document_of(
    house: House,
    parsed: Parsed,
    table: Asset,
    meter: Meter,
    words: Words,
    released: Mapping[str, Any],
    statement: Statement = EMPTY,
    *,
    producer: str = IMPORT.name,
) -> dict[str, Any]:
    """Return the Croissant document of a sealed table."""
    rows, columns = parsed.rows, len(parsed.columns)
    document = write_document(
        Description(
            name=words.name,
            description=words.description or usual_description(words.name, rows, columns),
            agency=house.agency,
            label=str(table.label),
            label_policy=table.label.policy.id,
            licence=words.licence,
            created=table.created,
        ),
        Table(
            fields_of(parsed),
            rows,
            meter.size,
            meter.digest.hexdigest(),
            parsed.digest.removeprefix("sha256:"),
        ),
    )
    document = with_terms(with_statement(document, statement), table.label)
    document = with_origin(document, producer, table.created)
    if released:
        from dure.datasets.dummy.released import with_block

        document = with_block(document, released)
    return document


def written(document: Mapping[str, Any]) -> bytes:
    """Return a document's bytes as they are sealed."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def seal_document(
    house: House,
    document: Mapping[str, Any],
    table: Asset,
    name: str,
    parsed: Parsed,
    *,
    after: Sequence[str] = (),
    producer: str = IMPORT.name,
    noting: Callable[[Connection, Asset], None] | None = None,
) -> Asset:
    """Seal a table's document, which is the data set; ``after`` names the version before it."""
    return house.seal(
        [written(document)],
        kind=DATASET,
        media_type=MEDIA_TYPE,
        schema_id=DOCUMENT_SCHEMA,
        label=table.label,
        parents=(table.id, *after),
        producer=producer,
        name=name,
        # Digests stay inside the sealed document: out here they would show that two are equal.
        facts={
            "rows": str(parsed.rows),
            "columns": str(len(parsed.columns)),
            "words": words_of(document),
        },
        noting=noting,
    )
