"""Keeping privacy records: each is a sealed asset beside its data set, and none is ever changed.

A record carries its data set's label. Another one takes its place by a higher number; all of them
stay, also when the data set is shredded (article 28-4 (3) of the Act wants records kept).
"""

from __future__ import annotations

import datetime as dt

import msgspec
from sqlalchemy import select

from dure.core.assets import Asset
from dure.core.canonical import canonical_json, parse_canonical
from dure.core.errors import CoreError
from dure.datasets.import_ import any_purpose
from dure.datasets.privacy.errors import PrivacyError
from dure.datasets.privacy.record import FORM, PrivacyRecord
from dure.datasets.sealing import DATASET
from dure.datasets.spec import LOWER, RECORD
from dure.governance.house import House
from dure.storage.assets import CatalogueEntry
from dure.storage.tables import ASSETS, PARENTS

RECORD_KIND = "dataset.privacy-record"
MOST_BYTES = 64 * 1024


def write_record(house: House, record: PrivacyRecord) -> Asset:
    """Seal a data set's record; one that says what the last one says changes nothing.

    Parameters
    ----------
    house
        The node.
    record
        The record; its number is given here.

    Raises
    ------
    PrivacyError
        ``privacy.record`` when it is no record that may be written.
    GovernanceError
        ``governance.denied``.
    """
    entry = house.assets.get(record.dataset)
    label = entry.asset.label
    reviewers = {one.id for one in house.charter.principals}
    fault = record.fault()
    if not fault and record.reviewer and record.reviewer not in reviewers:
        fault = "reviewer"
    try:
        PrivacyRecord.from_dict(record.to_dict())
    except ValueError:
        fault = fault or "form"
    if fault or entry.asset.kind != DATASET:
        raise PrivacyError("privacy.record", asset=record.dataset[:16], reason=fault or "form")
    purpose = any_purpose(house, label)
    house.require(RECORD.name, label, purpose=purpose, owner=entry.asset.owner)
    last = last_record(house, record.dataset)
    if last is not None and last[1].says_the_same(record):
        return last[0]
    number = last[1].number + 1 if last else 1
    record = msgspec.structs.replace(record, number=number)
    with house.doing(RECORD.name, asset=record.dataset) as doing:
        asset = house.seal(
            [canonical_json(record.to_dict())],
            kind=RECORD_KIND,
            media_type="application/json",
            schema_id=FORM,
            label=label,
            parents=(record.dataset,),
            producer=RECORD.name,
            name=f"privacy record {record.number} of {entry.name}"[:128],
            facts={
                "dataset": record.dataset,
                "number": str(record.number),
                "retain_until": record.retain_until.isoformat(),
            },
        )
        doing.asset = asset.id
        doing.detail["dataset"] = record.dataset
    return asset


def last_record(house: House, dataset_id: str) -> tuple[Asset, PrivacyRecord] | None:
    """Return the record that counts for a data set, or None.

    A data set whose label people lowered holds what its source holds: until it has a record of its
    own, its source's counts.
    """
    entry = last_entry(house, dataset_id)
    return None if entry is None else (entry.asset, read_record(house, entry.asset))


def last_entry(house: House, dataset_id: str) -> CatalogueEntry | None:
    """Return the catalogue's entry of the record that counts, without reading it, or None."""
    children = select(PARENTS.c.asset_id).where(PARENTS.c.parent_id == dataset_id)
    found = house.assets.find(ASSETS.c.id.in_(children) & (ASSETS.c.kind == RECORD_KIND))
    if found:
        return max(found, key=lambda one: int(one.facts["number"]))
    asset = house.assets.get(dataset_id).asset
    if asset.producer == LOWER.name and len(asset.parents) > 1:
        return last_entry(house, asset.parents[1])
    return None


def carry_record(house: House, record: PrivacyRecord, dataset_id: str, day: dt.date) -> bool:
    """Write a data set's record for its lowered copy too; say whether it could be written.

    Its own reviewer can't: the source's record counts for the copy all the same.
    """
    copy = msgspec.structs.replace(
        record, dataset=dataset_id, written_on=day, written_by=house.principal.id
    )
    if copy.fault():
        return False
    write_record(house, copy)
    return True


def read_record(house: House, asset: Asset) -> PrivacyRecord:
    """Return the record that an asset holds; a read that the policy must allow.

    Raises
    ------
    PrivacyError
        ``privacy.record`` when it has another form.
    """
    content = house.read(asset.id, purpose=any_purpose(house, asset.label), limit=MOST_BYTES)
    return parse_record(content, asset.parents[0])


def parse_record(content: bytes, dataset_id: str) -> PrivacyRecord:
    """Return the record of a data set that these bytes are.

    Raises
    ------
    PrivacyError
        ``privacy.record``.
    """
    try:
        record = PrivacyRecord.from_dict(parse_canonical(content))
    except (CoreError, ValueError):
        raise PrivacyError("privacy.record", asset=dataset_id[:16], reason="form") from None
    if record.dataset != dataset_id:
        raise PrivacyError("privacy.record", asset=dataset_id[:16], reason="other")
    return record
