"""Finding assets by what a person types: an id, its beginning, or a name. Only what may be seen."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false, or_

from dure.core.assets import Asset
from dure.datasets.versions.series import chosen, newest
from dure.governance.policy.query import Query
from dure.governance.spec import READ
from dure.node.errors import NodeError
from dure.node.house import NodeHouse
from dure.storage.assets import CatalogueEntry
from dure.storage.tables import ASSETS

SHORT = 12
MIN_START = 6


def visible(house: NodeHouse, purpose: str = "", *, withdrawn: bool = False) -> ColumnElement[bool]:
    """Return the condition for what the principal may see, for one purpose or for any of theirs."""
    purposes = [purpose] if purpose else sorted(house.principal.purposes)
    may_see = (
        house.policy.visible(house.principal, name, withdrawn=withdrawn) for name in purposes
    )
    # Begins with "nothing": an empty `or_` would let everything through.
    return or_(false(), *may_see)


def rows(house: NodeHouse, kind: str, purpose: str = "") -> list[dict[str, Any]]:
    """Return the visible assets of a kind, as rows to show."""
    found = house.assets.find(visible(house, purpose) & (ASSETS.c.kind == kind))
    return [
        {
            "id": entry.asset.id,
            "short": entry.asset.id[:SHORT],
            "name": entry.name,
            "label": str(entry.asset.label),
            "created": entry.asset.created,
            **{name: value for name, value in entry.facts.items() if name != "words"},
        }
        for entry in found
    ]


def find(house: NodeHouse, text: str, kind: str, *, withdrawn: bool = False) -> Asset:
    """Return the one visible asset of a kind whose id begins so, or that has this name.

    Of the versions of one data set that share a name it is the newest; ``NAME@TAG`` and
    ``NAME@NUMBER`` name another.

    Parameters
    ----------
    house
        The node.
    text
        What was typed.
    kind
        Kind of the asset; "" for any.
    withdrawn
        Whether a withdrawn one will do.

    Raises
    ------
    NodeError
        ``node.unknown-asset`` when there is none, or more than one.
    PolicyError
        ``governance.denied`` when it is withdrawn.
    VersionError
        ``versions.tag`` when no version has that tag or number.
    """
    found = _named(house, text, kind)
    name, at, which = text.rpartition("@")
    if found is None and at and (base := _named(house, name, kind)) is not None:
        found = house.assets.get(chosen(house, base.asset.id, which))
    if found is None:
        raise NodeError("node.unknown-asset", prefix=text[:SHORT])
    if found.withdrawn and not withdrawn:
        label = found.asset.label
        purpose = min((each for each in house.principal.purposes if label.serves(each)), default="")
        house.policy.require(
            Query(
                principal=house.principal,
                action=READ.name,
                label=label,
                owner=found.asset.owner,
                purpose=purpose,
                withdrawn=True,
            )
        )
    return found.asset


def find_any(house: NodeHouse, text: str) -> Asset:
    """Return the one visible asset of any kind whose id begins so, or that has this name.

    Raises
    ------
    NodeError
        ``node.unknown-asset`` when there is none, or more than one.
    PolicyError
        ``governance.denied`` when it is withdrawn.
    """
    return find(house, text, "")


def _named(house: NodeHouse, text: str, kind: str) -> CatalogueEntry | None:
    """Return the one that is meant: of those that are not withdrawn, else of those that are."""
    begins = ASSETS.c.id == text
    if len(text) >= MIN_START:
        begins = ASSETS.c.id.startswith(text, autoescape=True)
    seen = visible(house, withdrawn=True) & or_(begins, ASSETS.c.name == text)
    entries = house.assets.find(seen & (ASSETS.c.kind == kind) if kind else seen, withdrawn=True)
    some = [entry for entry in entries if not entry.withdrawn] or entries
    if len(some) > 1:
        latest = newest(house, [entry.asset.id for entry in some])
        some = [entry for entry in some if entry.asset.id == latest]
    return some[0] if some else None
