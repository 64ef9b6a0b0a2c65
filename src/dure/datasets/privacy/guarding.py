"""No record, no way out: what the node asks before content leaves the agency, or its label falls.

Whether there is personal data, the bytes say: the table goes into the sandbox and is scanned. Names
of people are not found without a recogniser, so a steward who knows that a table names people writes a
record all the same; a record that is there is held to, whatever the scan finds.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator

from sqlalchemy import select

from dure.core.assets import Asset
from dure.datasets.catalogue import describe, images_of, table_of
from dure.datasets.corpora.importing import SPANS
from dure.datasets.deidentify.answers import Found
from dure.datasets.deidentify.sandboxed import search_table
from dure.datasets.images.people import is_about_people
from dure.datasets.import_ import any_purpose
from dure.datasets.personal.kinds import UNIQUELY_IDENTIFYING
from dure.datasets.privacy.errors import PrivacyError
from dure.datasets.privacy.keeping import last_record
from dure.datasets.privacy.record import Handling, PrivacyRecord
from dure.datasets.sealing import DATASET
from dure.datasets.spec import LOWER, SHRED, SHRED_KEYS
from dure.governance.house import House, Stream
from dure.storage.tables import ASSETS, PARENTS

_ASK_THEMSELVES = frozenset({LOWER.name, SHRED.name, SHRED_KEYS.name})
"""Actions that look for the record themselves, and sign it; nothing leaves by a shredding."""
_PARQUET = "application/vnd.apache.parquet"
_BLOCK_BYTES = 1 << 20


def before_leaving(house: House, action: str, asset_id: str) -> None:
    """Refuse that an asset leaves that holds personal data and has no record which allows it.

    Parameters
    ----------
    house
        The node.
    action
        The critical action that somebody asks for.
    asset_id
        The asset.

    Raises
    ------
    PrivacyError
        ``privacy.record``.
    """
    if action in _ASK_THEMSELVES:
        return
    asset = house.assets.get(asset_id).asset
    if asset.kind == DATASET:
        allowing_record(house, asset)
    elif asset.media_type == _PARQUET:
        _table_leaves(house, asset)


def allowing_record(house: House, dataset: Asset) -> tuple[Asset, PrivacyRecord] | None:
    """Return the record that allows a data set to leave; None when it needs none.

    Raises
    ------
    PrivacyError
        ``privacy.record``.
    """
    known = last_record(house, dataset.id)
    if known is not None and (reason := known[1].objection(today(house))):
        raise PrivacyError("privacy.record", asset=dataset.id[:16], reason=reason)
    is_here = bool(dataset.parents)  # of a bundle, the document alone may have come
    if is_here and (known is None or known[1].handling is not Handling.NONE):
        tables = [house.assets.get(table_of(house, dataset.id)).asset]
        spans = ASSETS.c.id.in_(dataset.parents) & (ASSETS.c.kind == SPANS)
        tables += [one.asset for one in house.assets.find(spans)]
        found = tuple(each for table in tables for each in personal_in(house, table))
        if known is None and _shows_people(house, dataset):
            raise PrivacyError("privacy.record", asset=dataset.id[:16], reason="shows-people")
        if reason := _contradiction(known, found):
            raise PrivacyError("privacy.record", asset=dataset.id[:16], reason=reason)
    return known


def refuse_images(house: House, dataset: Asset) -> None:
    """Refuse a data set of images or spans: what treats its table leaves the others.

    Raises
    ------
    PrivacyError
        ``privacy.request``.
    """
    if images_of(house, dataset):
        raise PrivacyError("privacy.request", asset=dataset.id[:16], reason="images")
    refuse_spans(house, dataset)


def refuse_spans(house: House, dataset: Asset) -> None:
    """Refuse a corpus: what treats, lowers or shreds its table leaves the spans.

    Raises
    ------
    PrivacyError
        ``privacy.request``.
    """
    if house.assets.count(ASSETS.c.id.in_(dataset.parents) & (ASSETS.c.kind == SPANS)):
        raise PrivacyError("privacy.request", asset=dataset.id[:16], reason="spans")


def _shows_people(house: House, dataset: Asset) -> bool:
    """Say whether images are of people or name them, as far as anybody knows."""
    return bool(images_of(house, dataset)) and is_about_people(describe(house, dataset.id))


def personal_in(house: House, table: Asset) -> tuple[Found, ...]:
    """Return what the scan surely finds in a sealed table; a read in the ledger."""
    stream = house.open(table.id, purpose=any_purpose(house, table.label), run="")
    return tuple(one for one in search_table(blocks(stream)) if one.is_sure)


def today(house: House) -> dt.date:
    """Return the day it is, in UTC."""
    return dt.datetime.fromtimestamp(house.now(), dt.UTC).date()


def blocks(stream: Stream) -> Iterator[bytes]:
    """Yield a stream's content."""
    with os.fdopen(stream.fd, "rb", buffering=0) as pipe:
        while part := pipe.read(_BLOCK_BYTES):
            yield part


def _contradiction(known: tuple[Asset, PrivacyRecord] | None, found: tuple[Found, ...]) -> str:
    if known is None:
        return "no-record" if found else ""
    strictly = known[1].handling is Handling.ANONYMISED
    left = [one for one in found if strictly or one.kind in UNIQUELY_IDENTIFYING]
    return "still-identifying" if left else ""


def _table_leaves(house: House, table: Asset) -> None:
    """Hold a bare table to the records of the data sets that describe it."""
    recorded = [one for one in datasets_of(house, table.id) if last_record(house, one.id)]
    for dataset in recorded:
        allowing_record(house, dataset)
    if not recorded and personal_in(house, table):
        raise PrivacyError("privacy.record", asset=table.id[:16], reason="no-record")


def datasets_of(house: House, table_id: str) -> list[Asset]:
    """Return the data sets that describe a table."""
    children = select(PARENTS.c.asset_id).where(
        PARENTS.c.parent_id == table_id, PARENTS.c.position == 0
    )
    found = house.assets.find(ASSETS.c.id.in_(children) & (ASSETS.c.kind == DATASET))
    return [entry.asset for entry in found]
