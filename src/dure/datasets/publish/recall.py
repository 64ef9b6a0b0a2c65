"""The recall: the owner's word to other agencies that a data set whose page they have is no more.

It is one canonical value, ``{"form", "agency", "to", "dataset", "label", "withdrawn"}``. The envelope
that brings it is signed and numbered, and comes from ``agency`` to ``to``, or it is refused. It can only
take away, and only what the same agency gave: every page of that data set, those too that come later
than it does. No reason is in it: why somebody withdrew is their own affair, and free words may tell of
the data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists

from dure.core import faults
from dure.core.assets import Asset
from dure.core.canonical import canonical_json, parse_canonical
from dure.core.errors import CoreError
from dure.core.labels import Label
from dure.core.times import read_time, write_time
from dure.datasets.publish.errors import PublishError
from dure.datasets.sealing import DATASET
from dure.datasets.search import PAGE
from dure.datasets.spec import WITHDRAWN_PAGE
from dure.governance.charter import Charter
from dure.governance.forms import HANDLE
from dure.governance.house import House
from dure.storage.assets import CatalogueEntry
from dure.storage.tables import ASSETS, FACTS

FORM = "dure/page-recall/v1"
RECALL = "catalogue.recall"

_PARTS = frozenset({"form", "agency", "to", "dataset", "label", "withdrawn"})


@dataclass(frozen=True, slots=True)
class Recall:
    """A recall that was read and checked.

    Parameters
    ----------
    agency
        Agency that held the data set, and sent this.
    dataset
        Its id there.
    label
        Its label.
    withdrawn
        UTC time at which it was withdrawn.
    """

    agency: str
    dataset: str
    label: Label
    withdrawn: str


def gone(house: House) -> Mapping[str, CatalogueEntry]:
    """Return this node's own data sets that are withdrawn or shredded, by id."""
    found = house.assets.find(
        (ASSETS.c.kind == DATASET) & ASSETS.c.withdrawn_at.is_not(None), withdrawn=True
    )
    return {entry.asset.id: entry for entry in found}


def write_recall(house: House, entry: CatalogueEntry, to: str) -> bytes:
    """Return the recall of a data set that is withdrawn; the same for ever."""
    return canonical_json(
        {
            "form": FORM,
            "agency": house.agency,
            "to": to,
            "dataset": entry.asset.id,
            "label": str(entry.asset.label),
            "withdrawn": entry.withdrawn_at,
        }
    )


def read_recall(data: bytes, *, agency: str, to: str, charter: Charter) -> Recall:
    """Return a recall that came from another agency.

    Parameters
    ----------
    data
        The payload of its envelope.
    agency
        Agency that the envelope came from.
    to
        Agency that reads it.
    charter
        The pinned charter.

    Raises
    ------
    PublishError
        ``datasets.recall`` when it is none, is another agency's, or is not for this one.
    CoreError
        ``core.label-text``, ``core.label-term``.
    """
    try:
        document = parse_canonical(data)
    except CoreError:
        raise _refuse(agency, "recall-form") from None
    if not isinstance(document, dict) or set(document) != _PARTS or document["form"] != FORM:
        raise _refuse(agency, "recall-form")
    if not all(isinstance(part, str) for part in document.values()):
        raise _refuse(agency, "recall-form")
    if document["agency"] != agency:
        raise _refuse(agency, "page-agency")
    if document["to"] != to:
        raise _refuse(agency, "page-addressee")
    try:
        read_time(document["withdrawn"])
    except CoreError:
        raise _refuse(agency, "recall-form") from None
    if not HANDLE.fullmatch(document["dataset"]):
        raise _refuse(agency, "recall-form")
    label = Label.parse(document["label"], charter.labels)
    if not label.released_to(to):
        raise _refuse(agency, "page-label")
    return Recall(agency, document["dataset"], label, document["withdrawn"])


def take_recall(house: House, payload: bytes, from_agency: str) -> Sequence[str]:
    """Withdraw another agency's pages of a data set that it recalls; taking it again changes nothing.

    The recall itself is kept, for pages that are still on their way.

    Returns
    -------
    sequence of str
        The pages.

    Raises
    ------
    PublishError
        ``datasets.recall``, when the pages are another agency's too.
    CoreError
        ``core.label-text``, ``core.label-term``.
    """
    recall = read_recall(payload, agency=from_agency, to=house.agency, charter=house.charter)
    of_dataset = house.assets.find(_about(PAGE, dataset=recall.dataset), withdrawn=True)
    pages = [entry.asset.id for entry in of_dataset if entry.facts["agency"] == from_agency]
    if of_dataset and not pages:
        raise _refuse(from_agency, "page-agency")
    house.seal(
        [payload],
        kind=RECALL,
        media_type="application/json",
        schema_id=FORM,
        label=recall.label,
        producer=WITHDRAWN_PAGE,
        name=recall.dataset,
        facts={"agency": from_agency, "dataset": recall.dataset, "withdrawn": recall.withdrawn},
    )
    faults.point("recall.kept")
    for page_id in pages:
        withdraw_page(house, page_id)
    return pages


def is_recalled(house: House, agency: str, dataset: str) -> bool:
    """Say whether an agency has recalled a data set of its own."""
    return house.assets.count(_about(RECALL, agency=agency, dataset=dataset)) > 0


def mark_withdrawn(house: House, connection: Connection, page: Asset) -> None:
    """Have the catalogue know a page as withdrawn from the moment that it knows it at all."""
    house.assets.withdraw(
        page.id, by=house.principal.id, at=write_time(house.now()), connection=connection
    )


def withdraw_page(house: House, page_id: str) -> None:
    """Withdraw a page, and who acknowledged it; the keeper itself refuses it from then on."""
    agency = house.assets.get(page_id).facts["agency"]
    with house.doing(WITHDRAWN_PAGE, asset=page_id, detail={"agency": agency}) as doing:
        doing.detail["reached"] = len(house.keeping.withdraw(page_id))


def refuse_withdrawn(entry: CatalogueEntry) -> None:
    """Refuse a page that is withdrawn.

    Raises
    ------
    PublishError
        ``datasets.recalled``.
    """
    if entry.withdrawn:
        raise PublishError("datasets.recalled", agency=entry.facts["agency"])


def _about(kind: str, **facts: str) -> ColumnElement[bool]:
    stated: list[Any] = [
        exists().where(
            FACTS.c.asset_id == ASSETS.c.id, FACTS.c.name == name, FACTS.c.value == value
        )
        for name, value in facts.items()
    ]
    return and_(ASSETS.c.kind == kind, *stated)


def _refuse(agency: str, reason: str) -> PublishError:
    return PublishError("datasets.recall", agency=agency, reason=reason)
