"""Import: a raw file becomes a described, checked, labelled and sealed data set.

The file's bytes are parsed in the sandbox alone; what comes out is a typed Parquet table, which is
sealed while it streams, and a Croissant document that names its digest. The document is the data
set (its id, its label); the table is its parent.

Until the document is recorded there is no data set: a crash in between leaves a sealed table that no
list shows, and the same import takes it up again. Everything in the document follows from the file,
the words and the label, its date from the day on which the table was first sealed. So importing the
same file again, whenever that may be, gives the same data set.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dure.core import faults
from dure.core.assets import Asset
from dure.core.labels import ALL, Label
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
from dure.datasets.errors import DatasetError
from dure.datasets.kinds import kind_of
from dure.datasets.rules.contract import Contract
from dure.datasets.rules.enforcing import enforced
from dure.datasets.search import words_of
from dure.datasets.spec import IMPORT
from dure.datasets.words import DESCRIPTION_CHARACTERS, NAME_CHARACTERS, checked, name_of
from dure.governance.house import House
from dure.readers.parse import parse
from dure.readers.tables import Parsed

DATASET = "dataset"
TABLE = "dataset.table"
DOCUMENT_SCHEMA = "croissant/1.1"
TABLE_SCHEMA = "dure/table/v1"


@dataclass(frozen=True, slots=True)
class _Words:
    """What people call it."""

    name: str
    description: str
    licence: str


@dataclass(slots=True)
class _Meter:
    """Counts and digests the table while it streams by."""

    size: int = 0
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def counted(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        for block in blocks:
            self.digest.update(block)
            self.size += len(block)
            yield block


def import_(
    house: House,
    source: Path,
    *,
    label: str,
    name: str = "",
    description: str = "",
    licence: str = "",
    kind: str = "",
    rules: Contract | None = None,
    ranges: bool = False,
    statement: Statement = EMPTY,
    progress: Callable[[str], None] = lambda _: None,
) -> Asset:
    """Import one file as a data set of this agency.

    Parameters
    ----------
    house
        The node.
    source
        CSV, TSV or Parquet file.
    label
        Text of its label; the importing agency is added to those it is releasable to.
    name, description, licence
        Words for the Croissant document; the name is the file's by default.
    kind
        ``csv`` or ``parquet``; by default the file's ending tells.
    rules
        Contract that the data must keep; when they break it, nothing is sealed.
    ranges
        Whether the document is to carry released statistics (`dure.datasets.dummy.released`), for
        dummy data; it never does unless the steward says so.
    statement
        What else the steward states about it; ``name``, ``description`` and ``licence`` win over its.
    progress
        Told the step under way: ``parse``, ``seal``, ``measure``, ``describe``.

    Returns
    -------
    Asset
        The data set. The same file, words and label give the same asset.

    Raises
    ------
    DatasetError
        ``datasets.kind``, ``datasets.owner``, ``datasets.words``, ``datasets.rules``.
    CoreError
        ``core.label-text``, ``core.label-term``.
    ReaderError
        What is wrong with the file.
    GovernanceError
        ``governance.denied``.
    StorageError
        What the disk refused.
    """
    found = kind_of(source, kind)
    wanted = own_label(house, label)
    words = _Words(
        checked("name", name or statement.name, NAME_CHARACTERS) or name_of(source),
        checked(
            "description",
            description or statement.description,
            DESCRIPTION_CHARACTERS,
            lines=True,
        ),
        checked("licence", licence or statement.licence, NAME_CHARACTERS),
    )
    house.require(IMPORT.name, wanted, purpose=any_purpose(house, wanted), owner=house.agency)
    sealed: list[tuple[Asset, _Meter]] = []

    def sink(blocks: Iterator[bytes]) -> None:
        progress("seal")
        meter = _Meter()
        table = house.seal(
            meter.counted(blocks if rules is None else enforced(blocks, rules)),
            kind=TABLE,
            media_type="application/vnd.apache.parquet",
            schema_id=TABLE_SCHEMA,
            label=wanted,
            producer=IMPORT.name,
            name=TABLE_FILE,
        )
        sealed.append((table, meter))

    with house.doing(IMPORT.name, detail={"kind": found}) as doing:
        progress("parse")
        parsed = parse(source, found, sink=sink)
        faults.point("dataset.table-sealed")
        released: Mapping[str, Any] = {}
        if ranges:
            from dure.datasets.dummy.measured import measured

            progress("measure")
            fields, purpose = _fields(parsed), any_purpose(house, wanted)
            released = measured(house, sealed[0][0].id, fields, purpose)
        progress("describe")
        dataset = _describe(house, parsed, *sealed[0], words, released, statement)
        faults.point("dataset.sealed")
        doing.asset = dataset.id
        doing.detail["rows"] = parsed.rows
        doing.detail["columns"] = len(parsed.columns)
    return dataset


def any_purpose(house: House, label: Label) -> str:
    """Return a purpose that both the label serves and the principal may act for, or "".

    Stewards act on a data set as a whole: one purpose in common is what the policy asks of them.
    """
    return min((name for name in house.principal.purposes if label.serves(name)), default="")


def own_label(house: House, text: str) -> Label:
    """Return the label with this agency among those it is releasable to.

    Raises
    ------
    DatasetError
        ``datasets.owner`` when another agency owns it.
    """
    label = Label.parse(text, house.charter.labels)
    if label.owners != {house.agency}:
        raise DatasetError("datasets.owner", agency=house.agency)
    if label.releasable == ALL:
        return label
    return replace(label, releasable=label.releasable | {house.agency})


def _fields(parsed: Parsed) -> tuple[Field, ...]:
    return tuple(Field(column.name, column.type) for column in parsed.columns)


def _describe(
    house: House,
    parsed: Parsed,
    table: Asset,
    meter: _Meter,
    words: _Words,
    released: Mapping[str, Any],
    statement: Statement,
) -> Asset:
    rows, columns = parsed.rows, len(parsed.columns)
    document = write_document(
        Description(
            name=words.name,
            description=words.description or f"{words.name}: {rows} rows, {columns} columns.",
            agency=house.agency,
            label=str(table.label),
            label_policy=table.label.policy.id,
            licence=words.licence,
            created=table.created,
        ),
        Table(
            _fields(parsed),
            rows,
            meter.size,
            meter.digest.hexdigest(),
            parsed.digest.removeprefix("sha256:"),
        ),
    )
    document = with_terms(with_statement(document, statement), table.label)
    document = with_origin(document, IMPORT.name, table.created)
    if released:
        from dure.datasets.dummy.released import with_block

        document = with_block(document, released)
    return house.seal(
        [json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8")],
        kind=DATASET,
        media_type=MEDIA_TYPE,
        schema_id=DOCUMENT_SCHEMA,
        label=table.label,
        parents=(table.id,),
        producer=IMPORT.name,
        name=words.name,
        # Digests stay inside the sealed document: out here they would show that two are equal.
        facts={"rows": str(rows), "columns": str(columns), "words": words_of(document)},
    )
