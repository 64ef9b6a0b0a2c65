"""Publishing as a node sees it: ask people, take in others' pages, acknowledge their conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from dure.core.assets import Asset
from dure.core.canonical import canonical_json
from dure.core.labels import ALL, Label
from dure.core.suites import digest_of
from dure.datasets.catalogue import table_of
from dure.datasets.croissant import MEDIA_TYPE, read_table
from dure.datasets.document import MAX_DOCUMENT_BYTES
from dure.datasets.import_ import any_purpose
from dure.datasets.publish.errors import PublishError
from dure.datasets.publish.page import (
    FORM,
    MAX_CROISSANT_BYTES,
    MAX_PAGE_BYTES,
    CataloguePage,
    agencies,
    read_page,
)
from dure.datasets.publish.recall import (
    is_recalled,
    mark_withdrawn,
    refuse_withdrawn,
    withdraw_page,
)
from dure.datasets.search import PAGE, words_of
from dure.datasets.spec import ACKNOWLEDGE, PUBLISH
from dure.datasets.words import NAME_CHARACTERS, checked
from dure.governance.decisions import Request
from dure.governance.house import House

ACKNOWLEDGEMENT = "dataset.acknowledgement"
ACKNOWLEDGED_FORM = "dure/acknowledgement/v1"


def request_publication(house: House, dataset_id: str, to: Sequence[str]) -> Request:
    """Ask people to make a data set known to other agencies.

    Parameters
    ----------
    house
        The owner's node.
    dataset_id
        The data set; its label is releasable to each of the agencies.
    to
        Agencies that are to know of it.

    Raises
    ------
    PublishError
        ``datasets.publish``.
    PrivacyError
        ``privacy.record`` for personal data without a record that allows it.
    DatasetError
        ``datasets.not-dataset``.
    GovernanceError
        ``governance.denied``, ``governance.unknown`` for an agency that the charter lacks.
    """
    table_of(house, dataset_id)
    label = house.assets.get(dataset_id).asset.label
    named = agencies(sorted(set(to)))
    for agency in named:
        house.charter.member(agency)
        if agency == house.agency:
            raise PublishError("datasets.publish", reason="agencies")
        if not label.released_to(agency):
            raise PublishError("datasets.publish", reason="not-releasable", to=agency)
    purpose = any_purpose(house, label)
    house.require(PUBLISH.name, label, purpose=purpose, owner=house.agency)
    content = description(house, dataset_id)
    if len(content) > MAX_CROISSANT_BYTES:
        raise PublishError("datasets.publish", reason="too-large")
    return house.propose(
        PUBLISH.name,
        arguments={"dataset": dataset_id, "to": list(named)},
        assets=[dataset_id],
        source=label,
        target=label,
        evidence=digest_of(content),
    )


def description(house: House, dataset_id: str) -> bytes:
    """Return a data set's description as it lies in the vault; a read that the policy must allow.

    Raises
    ------
    GovernanceError
        ``governance.denied``.
    """
    purpose = any_purpose(house, house.assets.get(dataset_id).asset.label)
    return house.read(dataset_id, purpose=purpose, limit=MAX_DOCUMENT_BYTES)


def take_page(house: House, payload: bytes, from_agency: str) -> Asset:
    """Keep a page that came in an envelope; taking it again changes nothing.

    One whose data set was recalled before the page came is withdrawn from the start.

    Raises
    ------
    PublishError
        ``datasets.page``.
    CoreError
        ``core.label-text``, ``core.label-term``.
    """
    page = _read(house, payload, from_agency)
    table = read_table(page.croissant)
    late = is_recalled(house, from_agency, page.dataset)
    taken = house.seal(
        [payload],
        kind=PAGE,
        media_type=MEDIA_TYPE,
        schema_id=FORM,
        label=page.label,
        producer=PUBLISH.name,
        name=checked("name", page.croissant["name"][:NAME_CHARACTERS], NAME_CHARACTERS),
        facts={
            "rows": str(table.rows),
            "columns": str(len(table.fields)),
            "agency": from_agency,
            "dataset": page.dataset,
            "published": page.published,
            "words": words_of(page.croissant),
        },
        noting=partial(mark_withdrawn, house) if late else None,
    )
    if late:
        withdraw_page(house, taken.id)
    return taken


def open_page(house: House, page_id: str) -> CataloguePage:
    """Return a page to somebody who has acknowledged its conditions.

    Raises
    ------
    PublishError
        ``datasets.conditions`` when the principal has not, ``datasets.recalled``.
    GovernanceError
        ``governance.denied``.
    """
    entry = house.assets.get(page_id)
    refuse_withdrawn(entry)
    agency = entry.facts["agency"]
    if not has_acknowledged(house, page_id):
        raise PublishError("datasets.conditions", agency=agency, page=page_id[:12])
    return _stored(house, page_id, agency)


def acknowledge(house: House, page_id: str) -> Mapping[str, Any]:
    """Note that the principal has read a page's conditions, and return them.

    Raises
    ------
    PublishError
        ``datasets.recalled``.
    GovernanceError
        ``governance.denied``.
    """
    entry = house.assets.get(page_id)
    refuse_withdrawn(entry)
    page = _stored(house, page_id, entry.facts["agency"])
    purpose = any_purpose(house, page.label)
    house.require(ACKNOWLEDGE.name, page.label, purpose=purpose, owner=house.agency)
    told = conditions(page.croissant, page.label)
    with house.doing(ACKNOWLEDGE.name, asset=page_id) as doing:
        house.seal(
            [canonical_json({"page": page_id, "principal": house.principal.id})],
            kind=ACKNOWLEDGEMENT,
            media_type="application/json",
            schema_id=ACKNOWLEDGED_FORM,
            label=page.label,
            parents=(page_id,),
            producer=ACKNOWLEDGE.name,
            name=_name(house, page_id),
        )
        doing.detail["agency"] = page.agency
    return told


def has_acknowledged(house: House, page_id: str) -> bool:
    """Say whether the principal has acknowledged a page's conditions."""
    from dure.storage.tables import ASSETS

    wanted = (ASSETS.c.kind == ACKNOWLEDGEMENT) & (ASSETS.c.name == _name(house, page_id))
    return house.assets.count(wanted) > 0


def conditions(croissant: Mapping[str, Any], label: Label) -> Mapping[str, Any]:
    """Return what binds whoever uses a data set: its label in words, and its licence."""
    anybody = label.releasable == ALL
    return {
        "label": str(label),
        "purposes": ["*"] if label.purposes == ALL else sorted(label.purposes),
        "agencies": ["*"] if anybody else sorted(label.releasable),
        "grade": label.policy.grades[label.grade],
        "categories": sorted(label.categories),
        "licence": croissant["license"],
    }


def _name(house: House, page_id: str) -> str:
    return f"{page_id} {house.principal.id}"


def _stored(house: House, page_id: str, agency: str) -> CataloguePage:
    label = house.assets.get(page_id).asset.label
    payload = house.read(page_id, purpose=any_purpose(house, label), limit=MAX_PAGE_BYTES)
    return _read(house, payload, agency)


def _read(house: House, payload: bytes, agency: str) -> CataloguePage:
    return read_page(
        payload, agency=agency, to=house.agency, charter=house.charter, suite=house.suite
    )
