"""Shredding a data set whose time is over: the request, and what the executor does under its permit.

Before the permit is claimed (`evidence`) the executor reads the data set's record itself and refuses
while its retention date has not passed, and it holds table and images against the document: a door that
was taken over can't have people sign the end of something else. Under the permit the document is
destroyed, and then the table and the images: their keys, and so what the vault holds of them. Images that
another data set has too are kept by the keeper, and go with the last that has them; so the document goes
first, and of two that are shredded at once one is the last. The record stays. What is gone stays gone, so
that after a crash it is simply done to its end.

Source
------
Personal Information Protection Act (개인정보 보호법), article 21: what is no longer needed is destroyed
without delay, so that it can't be restored; article 28-4 (3): records of pseudonymised data are kept.
A backup that was made earlier still holds the content until its own keys are gone (docs/separated.md).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, cast

from sqlalchemy import ColumnElement, select

from dure.core import faults
from dure.core.labels import join_all
from dure.core.times import write_time
from dure.datasets.catalogue import NO_IMAGES, images_of, table_of
from dure.datasets.croissant import read_table
from dure.datasets.document import MAX_DOCUMENT_BYTES
from dure.datasets.images.document import content_digest, has_images
from dure.datasets.import_ import any_purpose
from dure.datasets.privacy.errors import PrivacyError
from dure.datasets.privacy.guarding import blocks, datasets_of, refuse_spans, today
from dure.datasets.privacy.keeping import MOST_BYTES, RECORD_KIND, last_entry, parse_record
from dure.datasets.sealing import DATASET
from dure.datasets.spec import SHRED
from dure.governance.acts import ActContext
from dure.governance.decisions import Request
from dure.governance.house import House
from dure.governance.permits import Permit
from dure.storage.assets import CatalogueEntry
from dure.storage.tables import ASSETS, PARENTS

_ARGUMENTS = frozenset({"dataset", "table", "images", "record", "retain_until", "why"})
WHY = "retention-over"


def due(house: House, seen: ColumnElement[bool]) -> list[dict[str, Any]]:
    """Return the data sets whose retention date has passed, from the catalogue alone.

    Parameters
    ----------
    house
        The node.
    seen
        Condition for what the principal may see.

    Returns
    -------
    list
        For each: ``id``, ``name``, ``retain_until`` and how many assets were ``derived`` from it, which
        have records of their own.
    """
    now, found = today(house), []
    for entry in house.assets.find(seen & (ASSETS.c.kind == DATASET)):
        record = last_entry(house, entry.asset.id)
        if record is None or not _is_over(record, now):
            continue
        found.append(
            {
                "id": entry.asset.id,
                "name": entry.name,
                "retain_until": record.facts["retain_until"],
                "derived": _derived(house, (entry.asset.id, table_of(house, entry.asset.id))),
            }
        )
    return found


def request_shred(house: House, dataset_id: str) -> Request:
    """Ask people to shred a data set whose retention date has passed.

    Parameters
    ----------
    house
        The node.
    dataset_id
        The data set.

    Raises
    ------
    PrivacyError
        ``privacy.record`` when it has none, ``privacy.request`` when its time is not over, another
        data set describes the same table and is not due.
    GovernanceError
        ``governance.denied``.
    """
    dataset, table_id = house.assets.get(dataset_id).asset, table_of(house, dataset_id)
    purpose = any_purpose(house, dataset.label)
    house.require(SHRED.name, dataset.label, purpose=purpose, owner=dataset.owner)
    refuse_spans(house, dataset)
    record = last_entry(house, dataset_id)
    if record is None:
        raise PrivacyError("privacy.record", asset=dataset_id[:16], reason="no-record")
    if record.facts["dataset"] != dataset_id:
        raise PrivacyError("privacy.record", asset=dataset_id[:16], reason="other")
    until = record.facts["retain_until"]
    others = [one for one in datasets_of(house, table_id) if one.id != dataset_id]
    if not _is_over(record, today(house)):
        raise PrivacyError("privacy.request", asset=dataset_id[:16], reason="not-due")
    if any(not _is_due(house, other.id) for other in others):
        raise PrivacyError("privacy.request", asset=dataset_id[:16], reason="shared")
    images_id = images_of(house, dataset)
    assets = [one for one in (dataset_id, table_id, images_id, record.asset.id) if one]
    digests = [
        _digest(blocks(house.open(one, purpose=purpose, run="")))
        for one in (dataset_id, record.asset.id)
    ]
    joined = join_all(house.assets.get(one).asset.label for one in assets)
    return house.propose(
        SHRED.name,
        arguments={
            "dataset": dataset_id,
            "table": table_id,
            "images": images_id or NO_IMAGES,
            "record": record.asset.id,
            "retain_until": until,
            "why": WHY,
        },
        assets=assets,
        source=joined,
        target=joined,
        evidence=house.suite.digest("shredding", digests),
    )


def shred(house: House, request_id: str) -> Mapping[str, object]:
    """Have the executor shred a data set, once, and withdraw it from the catalogue.

    Returns
    -------
    Mapping
        ``dataset``, ``table``, ``images`` and ``record``; ``gone``: which of them are destroyed.

    Raises
    ------
    GovernanceError
        When the votes are not enough, or the permit can't be used.
    """
    outcome = house.execute(request_id)
    note_shredded(house, request_id, outcome)
    return outcome


def note_shredded(house: House, request_id: str, outcome: Mapping[str, object]) -> None:
    """Withdraw in the catalogue what the executor destroyed; doing it twice is doing it once."""
    del request_id
    at = write_time(house.now())
    for part in cast("Sequence[str]", outcome["gone"]):
        house.assets.withdraw(part, by=house.principal.id, at=at)


class ShredDataset:
    """How the executor shreds a data set."""

    def evidence(self, request: Request, context: ActContext) -> str:
        """Hold the request against the record and the day; compute the evidence again.

        Raises
        ------
        PrivacyError
            ``privacy.request``, ``privacy.record``.
        """
        dataset_id, table_id, images_id, record_id = _assets(request)
        sealed = b"".join(_bounded(context.read(record_id)))
        record = parse_record(sealed, dataset_id)
        until = record.retain_until
        if request.arguments["retain_until"] != until.isoformat():
            raise _refuse(dataset_id, "figures")
        if dt.datetime.fromtimestamp(context.now(), dt.UTC).date() <= until:
            raise _refuse(dataset_id, "not-due")
        document = b"".join(_bounded(context.read(dataset_id), MAX_DOCUMENT_BYTES))
        table_sha256, images_sha256 = _parts(document, dataset_id)
        for part, stated in ((table_id, table_sha256), (images_id, images_sha256)):
            if (_digest(context.read(part)) if part else "") != stated:
                raise _refuse(dataset_id, "document")
        digests = [f"sha256:{sha256(one).hexdigest()}" for one in (document, sealed)]
        return context.suite.digest("shredding", digests)

    def perform(
        self, permit: Permit, request: Request, context: ActContext
    ) -> Mapping[str, object]:
        """Destroy the document, then what it describes."""
        del permit
        dataset_id, table_id, images_id, record_id = _assets(request)
        doomed = [one for one in (dataset_id, table_id, images_id) if one]
        gone = []
        for one in doomed:
            if context.shred(one):
                gone.append(one)
            faults.point("asset.shredded")
        named = {"table": table_id, "images": images_id, "record": record_id}
        return {"dataset": dataset_id, **named, "gone": gone}

    def happened(
        self, permit: Permit, request: Request, context: ActContext
    ) -> Mapping[str, object] | None:
        """Do it to its end: what is gone stays gone."""
        return self.perform(permit, request, context)


def _is_due(house: House, dataset_id: str) -> bool:
    record = last_entry(house, dataset_id)
    return record is not None and _is_over(record, today(house))


def _is_over(record: CatalogueEntry, day: dt.date) -> bool:
    return dt.date.fromisoformat(record.facts["retain_until"]) < day


def _derived(house: House, parents: tuple[str, ...]) -> int:
    """Count what was made of a data set or its table, other than its document and its records."""
    children = select(PARENTS.c.asset_id).where(PARENTS.c.parent_id.in_(parents))
    own = ASSETS.c.id.in_(parents) | (ASSETS.c.kind == RECORD_KIND)
    return house.assets.count(ASSETS.c.id.in_(children) & ~own)


def _assets(request: Request) -> tuple[str, str, str, str]:
    """Return data set, table, images ("" for none) and record."""
    told = request.arguments
    if set(told) != _ARGUMENTS:
        raise _refuse("-", "assets")
    images = "" if told["images"] == NO_IMAGES else str(told["images"])
    named = (str(told["dataset"]), str(told["table"]), images, str(told["record"]))
    if list(request.assets) != [one for one in named if one]:
        raise _refuse("-", "assets")
    return named


def _parts(content: bytes, dataset_id: str) -> tuple[str, str]:
    """Return the digests of table and images ("" for none) that a document states."""
    try:
        document = json.loads(content)
        images = f"sha256:{content_digest(document)}" if has_images(document) else ""
        return f"sha256:{read_table(document).sha256}", images
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _refuse(dataset_id, "document") from None


def _bounded(content: Iterator[bytes], most: int = MOST_BYTES) -> Iterator[bytes]:
    size = 0
    for part in content:
        size += len(part)
        if size > most:
            raise _refuse("-", "document")
        yield part


def _digest(content: Iterator[bytes]) -> str:
    digest = sha256()
    for part in content:
        digest.update(part)
    return f"sha256:{digest.hexdigest()}"


def _refuse(dataset_id: str, reason: str) -> PrivacyError:
    return PrivacyError("privacy.request", asset=dataset_id[:16], reason=reason)
