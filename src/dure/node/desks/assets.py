"""Finding assets by what a person types: an id, its beginning, or a name. Only what may be seen."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false, or_

from dure.core.assets import Asset
from dure.node.errors import NodeError
from dure.node.house import NodeHouse
from dure.storage.tables import ASSETS

SHORT = 12
MIN_START = 6


def visible(house: NodeHouse, purpose: str = "") -> ColumnElement[bool]:
    """Return the condition for what the principal may see, for one purpose or for any of theirs."""
    purposes = [purpose] if purpose else sorted(house.principal.purposes)
    # Begins with "nothing": an empty `or_` would let everything through.
    return or_(false(), *(house.policy.visible(house.principal, name) for name in purposes))


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


def find(house: NodeHouse, text: str, kind: str) -> Asset:
    """Return the one visible asset of a kind whose id begins so, or that has this name.

    Raises
    ------
    NodeError
        ``node.unknown-asset`` when there is none, or more than one.
    """
    return _one(house, text, visible(house) & (ASSETS.c.kind == kind))


def find_any(house: NodeHouse, text: str) -> Asset:
    """Return the one visible asset of any kind whose id begins so, or that has this name.

    Raises
    ------
    NodeError
        ``node.unknown-asset`` when there is none, or more than one.
    """
    return _one(house, text, visible(house))


def _one(house: NodeHouse, text: str, seen: ColumnElement[bool]) -> Asset:
    begins = ASSETS.c.id == text
    if len(text) >= MIN_START:
        begins = ASSETS.c.id.startswith(text, autoescape=True)
    found = house.assets.find(seen & or_(begins, ASSETS.c.name == text))
    if len(found) != 1:
        raise NodeError("node.unknown-asset", prefix=text[:SHORT])
    return found[0].asset
