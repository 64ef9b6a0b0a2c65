"""Elements in a node: the sets that its charter names, and data sets made to conform to them.

A data set that conforms is a new one: its table's parent is the first data set, so that its label can't
fall below, and its document names the element of each column (``equivalentProperty``). What the steward
stated about the first is said of it too; what is no longer true is named and left out.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from collections.abc import Mapping as Mapped
from pathlib import Path
from typing import Any

import msgspec

from dure.core import faults
from dure.core.assets import Asset
from dure.datasets.about.vocabularies import with_origin, with_stated, with_terms
from dure.datasets.catalogue import describe, table_of
from dure.datasets.croissant import (
    MEDIA_TYPE,
    TABLE_FILE,
    Description,
    Table,
    licence_words,
    read_table,
    write_document,
)
from dure.datasets.elements.conforming import Conformed
from dure.datasets.elements.element import MAX_BYTES, ElementSet, from_bytes
from dure.datasets.elements.errors import ElementsError
from dure.datasets.elements.mapping import Mapping, hold, hold_confirmed
from dure.datasets.elements.reading import read_set
from dure.datasets.elements.sandboxed import (
    conform_table,
    conformed_fields,
    dropped_facts,
    propose_table,
)
from dure.datasets.import_ import any_purpose, own_label
from dure.datasets.meter import Meter
from dure.datasets.sealing import DATASET, DOCUMENT_SCHEMA, TABLE, TABLE_SCHEMA, written
from dure.datasets.search import words_of
from dure.datasets.spec import CONFORM, LOAD
from dure.datasets.words import NAME_CHARACTERS, checked
from dure.governance.charter import Charter
from dure.governance.house import House

ELEMENTS = "elements"
SCHEMA = "dure/elements/v1"
_BLOCK_BYTES = 1 << 20


def hold_adopted(charter: Charter, found: ElementSet) -> None:
    """Refuse a set that is not the one of this name in the charter.

    Raises
    ------
    ElementsError
        ``elements.charter``.
    """
    adopted = charter.elements.get(found.name)
    reason = ""
    if adopted is None:
        reason = "not-adopted"
    elif adopted.version != found.version:
        reason = "version"
    elif adopted.digest != found.digest:
        reason = "digest"
    if reason:
        raise ElementsError(
            "elements.charter", name=found.name, version=found.version, reason=reason
        )


def load(house: House, file: Path, *, label: str, name: str = "", version: int = 0) -> Asset:
    """Seal an element set that the charter names into the vault.

    Parameters
    ----------
    house
        The node.
    file
        CSV file or canonical document.
    label
        Text of its label.
    name, version
        What a CSV file's set is called; by default its file's name tells.

    Raises
    ------
    ElementsError
        ``elements.set``, ``elements.charter``.
    DatasetError
        ``datasets.owner``.
    GovernanceError
        ``governance.denied``.
    """
    found = read_set(file, name, version)
    hold_adopted(house.charter, found)
    wanted = own_label(house, label)
    house.require(LOAD.name, wanted, purpose=any_purpose(house, wanted), owner=house.agency)
    with house.doing(LOAD.name, detail={"set": found.name, "version": found.version}) as doing:
        asset = house.seal(
            [found.document],
            kind=ELEMENTS,
            media_type="application/json",
            schema_id=SCHEMA,
            label=wanted,
            producer=LOAD.name,
            name=found.name,
            facts={
                "version": str(found.version),
                "elements": str(len(found.elements)),
                "digest": found.digest,
            },
        )
        doing.asset = asset.id
    return asset


def opened(house: House, elements_id: str, *, purpose: str = "") -> ElementSet:
    """Return a set out of the vault; a read in the ledger.

    Raises
    ------
    ElementsError
        ``elements.set``; ``elements.charter`` when the charter names another version by now.
    GovernanceError
        ``governance.denied``.
    """
    asset = house.assets.get(elements_id).asset
    purpose = purpose or any_purpose(house, asset.label)
    found = from_bytes(house.read(elements_id, purpose=purpose, limit=MAX_BYTES), elements_id[:16])
    hold_adopted(house.charter, found)
    return found


def propose(house: House, dataset_id: str, elements: ElementSet, *, purpose: str = "") -> Mapping:
    """Propose which column of a data set is which element; a read in the ledger.

    Raises
    ------
    DatasetError
        ``datasets.not-dataset``, ``datasets.changed``.
    ElementsError
        ``elements.charter``.
    ReaderError, SandboxError
        When the look could not be had.
    GovernanceError
        ``governance.denied``.
    """
    hold_adopted(house.charter, elements)
    table_id, document, purpose = _told(house, dataset_id, purpose)
    names = [field.name for field in read_table(document).fields]
    blocks = _blocks(house, table_id, purpose)
    return propose_table(blocks, elements, names, str(document["name"]))


def conform(
    house: House,
    dataset_id: str,
    mapping: Mapping,
    elements: ElementSet,
    *,
    purpose: str = "",
    least: float = 0.0,
    name: str = "",
) -> tuple[Asset, Conformed]:
    """Make a data set that conforms; the first one is its parent.

    Parameters
    ----------
    house
        The node.
    dataset_id
        The data set.
    mapping
        Confirmed by a person.
    elements
        The set that it is about; the charter names it.
    purpose
        Purpose of the read; "" means any that the principal and the label have in common.
    least
        Least score, 0 to 1; below it nothing is sealed.
    name
        Name of the new data set; by default the first one's with the set's.

    Returns
    -------
    tuple
        The new data set, and what became of its columns. The same again gives the same asset.

    Raises
    ------
    ElementsError
        ``elements.charter``, ``elements.mapping``, ``elements.unconfirmed``, ``elements.score``.
    DatasetError
        ``datasets.not-dataset``, ``datasets.changed``, ``datasets.words``.
    ReaderError, SandboxError
        When the work was stopped.
    GovernanceError
        ``governance.denied``.
    """
    hold_adopted(house.charter, elements)
    hold(mapping, elements)
    hold_confirmed(mapping)
    table_id, document, purpose = _told(house, dataset_id, purpose)
    dataset, before = house.assets.get(dataset_id).asset, read_table(document)
    named = checked("name", name, NAME_CHARACTERS)
    named = named or f"{document['name'][: NAME_CHARACTERS - 70]} ({elements.name})"
    fields = conformed_fields(before.fields, mapping, elements)
    house.require(CONFORM.name, dataset.label, purpose=purpose, owner=dataset.owner)
    sealed: list[tuple[Asset, Meter]] = []

    def sink(blocks: Iterator[bytes]) -> None:
        meter = Meter()
        table = house.seal(
            meter.counted(blocks),
            kind=TABLE,
            media_type="application/vnd.apache.parquet",
            schema_id=TABLE_SCHEMA,
            label=dataset.label,
            parents=(dataset_id,),
            producer=CONFORM.name,
            name=TABLE_FILE,
        )
        sealed.append((table, meter))

    with house.doing(CONFORM.name, asset=dataset_id) as doing:
        blocks = _blocks(house, table_id, purpose)
        found = conform_table(blocks, mapping, elements, sink, least=least)
        faults.point("dataset.conform-sealed")
        table, meter = sealed[0]
        after = Table(fields, before.rows, meter.size, meter.digest.hexdigest(), before.raw_sha256)
        told = _document(house, document, named, table, after, mapping, elements)
        made = house.seal(
            [written(told)],
            kind=DATASET,
            media_type=MEDIA_TYPE,
            schema_id=DOCUMENT_SCHEMA,
            label=dataset.label,
            parents=(table.id, dataset_id),
            producer=CONFORM.name,
            name=named,
            facts={
                "rows": str(before.rows),
                "columns": str(len(fields)),
                "words": words_of(told),
            },
        )
        doing.asset = made.id
        doing.detail["rows"] = before.rows
        doing.detail["mapped"] = len(mapping.mapped)
    lost = (*sorted(document.keys() - told.keys()), *dropped_facts(before.fields, mapping))
    return made, msgspec.structs.replace(found, dropped=lost)


def element_iri(elements: ElementSet, element_id: str) -> str:
    r"""Return what a document names an element by.

    Examples
    --------
    >>> from dure.datasets.elements.reading import parse_csv
    >>> found = parse_csv(b"id,name_en,type\nLAT,latitude,number\n", "sea", 3)
    >>> element_iri(found, "LAT")
    'urn:dure:element:sea:3:LAT'
    """
    return f"urn:dure:element:{elements.name}:{elements.version}:{element_id}"


def _document(
    house: House,
    document: Mapped[str, Any],
    name: str,
    table: Asset,
    after: Table,
    mapping: Mapping,
    elements: ElementSet,
) -> dict[str, Any]:
    count = len(mapping.mapped)
    licence = licence_words(document)
    told = write_document(
        Description(
            name=name,
            description=f"{document['name']}: {count} columns are elements of {elements.name} "
            f"version {elements.version} ({elements.digest}).",
            agency=house.agency,
            label=str(table.label),
            label_policy=table.label.policy.id,
            licence=licence.removeprefix("https://spdx.org/licenses/"),
            created=table.created,
        ),
        after,
    )
    ids = {one.element for one in mapping.mapped}
    for field in told["recordSet"][0]["field"]:
        if field["name"] in ids:
            field["equivalentProperty"] = element_iri(elements, field["name"])
    told = with_stated(told, document)
    return with_origin(with_terms(told, table.label), CONFORM.name, table.created)


def _told(house: House, dataset_id: str, purpose: str) -> tuple[str, Mapped[str, Any], str]:
    """Return a data set's table, its document, and the purpose that it is read for."""
    table_id = table_of(house, dataset_id)
    purpose = purpose or any_purpose(house, house.assets.get(dataset_id).asset.label)
    return table_id, describe(house, dataset_id, purpose=purpose), purpose


def _blocks(house: House, table_id: str, purpose: str) -> Iterator[bytes]:
    stream = house.open(table_id, purpose=purpose, run="")
    with os.fdopen(stream.fd, "rb", buffering=0) as pipe:
        while part := pipe.read(_BLOCK_BYTES):
            yield part
