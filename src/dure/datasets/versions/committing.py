"""Commit: a re-delivered file becomes the next version of a data set.

The file goes the way of an import (`dure.datasets.import_`): parsed in the sandbox, sealed while it
streams, held to the contract. While it streams it is read a second time, in another sandbox, and the
document is held against what that reading found before it is sealed: no version is made whose
description is not true. The name, the licence and the label are those of the version before.

A file whose table is that of the newest version makes no version. The number is claimed first
(`dure.datasets.versions.series`) and noted with the document's own record; a crash in between leaves a
claim that the next commit takes over, and sealed content that the same commit takes up again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from dure.core import faults
from dure.core.assets import Asset
from dure.datasets.about.vocabularies import with_stated
from dure.datasets.catalogue import describe, table_of
from dure.datasets.context import RELEASED_STATISTICS
from dure.datasets.croissant import NO_LICENCE, licence_words, read_table
from dure.datasets.import_ import any_purpose
from dure.datasets.kinds import kind_of
from dure.datasets.meter import Meter
from dure.datasets.rules.contract import Contract
from dure.datasets.rules.enforcing import enforced
from dure.datasets.sealing import (
    Words,
    document_of,
    fields_of,
    seal_document,
    seal_table,
    usual_description,
)
from dure.datasets.second_reading import hold_document, looked_at
from dure.datasets.spec import COMMIT
from dure.datasets.versions.series import DatasetVersion, claimed, made
from dure.datasets.versions.worker import Checked
from dure.datasets.words import DESCRIPTION_CHARACTERS, checked
from dure.governance.house import House
from dure.readers.parse import parse
from dure.readers.tables import Parsed

REVISION_OF = "prov:wasRevisionOf"


def commit(
    house: House,
    dataset_id: str,
    source: Path,
    *,
    kind: str = "",
    note: str = "",
    rules: Contract | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Asset:
    """Make the next version of a data set from a file.

    Parameters
    ----------
    house
        The node.
    dataset_id
        The newest version.
    source
        CSV, TSV or Parquet file.
    kind
        ``csv`` or ``parquet``; by default the file's ending tells.
    note
        What is to be said of this version.
    rules
        Contract that the data must keep; when they break it, no version is made.
    progress
        Told the step under way: ``parse``, ``seal``, ``measure``, ``describe``.

    Returns
    -------
    Asset
        The new version; the one that is there when the table is the same.

    Raises
    ------
    VersionError
        ``versions.commit`` when it is not the newest, or somebody else is committing.
    DatasetError
        ``datasets.kind``, ``datasets.not-dataset``, ``datasets.words``, ``datasets.rules``,
        ``datasets.changed``.
    ReaderError
        What is wrong with the file.
    GovernanceError
        ``governance.denied``.
    StorageError
        What the disk refused.
    """
    found = kind_of(source, kind)
    note = checked("note", note, DESCRIPTION_CHARACTERS, lines=True)
    table_id, base = table_of(house, dataset_id), house.assets.get(dataset_id).asset
    purpose = any_purpose(house, base.label)
    house.require(COMMIT.name, base.label, purpose=purpose, owner=base.owner)
    sealed: list[tuple[Asset, Meter, Checked]] = []

    def sink(blocks: Iterator[bytes]) -> None:
        progress("seal")
        seen: list[Checked] = []
        kept = looked_at(blocks if rules is None else enforced(blocks, rules), seen)
        sealed.append((*seal_table(house, kept, base.label, basis=table_id), seen[0]))

    with (
        house.doing(COMMIT.name, asset=dataset_id, detail={"kind": found}) as doing,
        claimed(house, dataset_id, note) as version,
    ):
        progress("parse")
        parsed = parse(source, found, sink=sink)
        faults.point("dataset.version-sealed")
        table, meter, seen = sealed[0]
        if table.id == table_id:
            doing.detail["new"] = 0
            return base
        dataset = _described(house, base, version, parsed, table, meter, seen, progress)
        faults.point("dataset.version-made")
        doing.asset = dataset.id
        doing.detail.update(new=1, version=version.number, rows=parsed.rows)
    return dataset


def _described(
    house: House,
    base: Asset,
    version: DatasetVersion,
    parsed: Parsed,
    table: Asset,
    meter: Meter,
    seen: Checked,
    progress: Callable[[str], None],
) -> Asset:
    purpose = any_purpose(house, base.label)
    before = describe(house, base.id, purpose=purpose)
    released = _measured(house, before, parsed, table, purpose, progress)
    progress("describe")
    words = _words(before)
    document = document_of(house, parsed, table, meter, words, released, producer=COMMIT.name)
    document = {
        **_stated(before, document),
        **with_stated(document, before),
        "@context": {**before["@context"], **document["@context"]},
        "version": f"{version.number}.0.0",
        REVISION_OF: {"@id": before["url"]},
    }
    hold_document(document, meter, seen, base.id[:16])
    return seal_document(
        house,
        document,
        table,
        words.name,
        parsed,
        after=(base.id,),
        producer=COMMIT.name,
        noting=partial(made, version),
    )


def _measured(
    house: House,
    before: Mapping[str, Any],
    parsed: Parsed,
    table: Asset,
    purpose: str,
    progress: Callable[[str], None],
) -> Mapping[str, Any]:
    """Return released statistics of the new table when the version before had some, else none."""
    if RELEASED_STATISTICS not in before:
        return {}
    from dure.datasets.dummy.measured import measured

    progress("measure")
    return measured(house, table.id, fields_of(parsed), purpose)


def _stated(before: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the steward stated about the version before: all that no table says."""
    return {
        name: value
        for name, value in before.items()
        if name not in document and name != RELEASED_STATISTICS
    }


def _words(before: Mapping[str, Any]) -> Words:
    """Return what the version before is called; a description that nobody wrote is written anew."""
    name, description, licence = before["name"], before["description"], licence_words(before)
    told = read_table(before)
    if description == usual_description(name, told.rows, len(told.fields)):
        description = ""
    return Words(name, description, "" if licence == NO_LICENCE else licence)
