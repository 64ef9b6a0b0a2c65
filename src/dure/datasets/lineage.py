"""Lineage: what an asset was made of, and what was made of it; no more than the asker may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select

from dure.governance.house import House
from dure.storage.assets import CatalogueEntry
from dure.storage.tables import ASSETS, PARENTS

MAX_ASSETS = 10_000


@dataclass(frozen=True, slots=True)
class Lineage:
    """A graph of assets.

    Parameters
    ----------
    start
        The asset it was asked of.
    assets
        Id -> entry: those that may be seen.
    parents
        Id -> what it was made of, as far as that may be seen.
    """

    start: str
    assets: Mapping[str, CatalogueEntry]
    parents: Mapping[str, tuple[str, ...]]

    def children(self, asset_id: str) -> tuple[str, ...]:
        """Return what was made of an asset, in order."""
        return tuple(sorted(child for child, above in self.parents.items() if asset_id in above))

    def to_dict(self) -> dict[str, Any]:
        """Return the graph as plain values."""
        return {
            "asset": self.start,
            "assets": [
                {
                    "id": entry.asset.id,
                    "name": entry.name,
                    "kind": entry.asset.kind,
                    "label": str(entry.asset.label),
                    "producer": entry.asset.producer,
                    "created": entry.asset.created,
                    "withdrawn": entry.withdrawn,
                }
                for entry in self.assets.values()
            ],
            "edges": [
                {"from": above, "to": below}
                for below, many in sorted(self.parents.items())
                for above in many
            ],
        }


def lineage(house: House, seen: ColumnElement[bool], asset_id: str) -> Lineage:
    """Return everything above and below an asset that the asker may see.

    What may not be seen is left out with its edges, and nothing beyond it is reached: neither a gap
    nor a number tells of it.

    Parameters
    ----------
    house
        The node.
    seen
        Condition for what the asker may see, or could until it was withdrawn.
    asset_id
        Where to begin; it may be seen.
    """
    assets: dict[str, CatalogueEntry] = {}
    _walk(house, seen, asset_id, assets, _above)
    _walk(house, seen, asset_id, assets, _below)
    parents = {
        each: tuple(above for above in entry.asset.parents if above in assets)
        for each, entry in assets.items()
    }
    return Lineage(asset_id, assets, parents)


def _walk(
    house: House,
    seen: ColumnElement[bool],
    start: str,
    assets: dict[str, CatalogueEntry],
    step: Any,
) -> None:
    """Add what is reached from the start in one direction."""
    reached, waiting = {start}, [start]
    while waiting and len(assets) < MAX_ASSETS:
        some, waiting = waiting[:400], waiting[400:]
        for entry in house.assets.find(seen & ASSETS.c.id.in_(some), withdrawn=True):
            assets[entry.asset.id] = entry
        visible = [each for each in some if each in assets]
        for found in step(house, visible):
            if found not in reached:
                reached.add(found)
                waiting.append(found)


def _above(house: House, some: Iterable[str]) -> Iterable[str]:
    return _ids(house, select(PARENTS.c.parent_id).where(PARENTS.c.asset_id.in_(list(some))))


def _below(house: House, some: Iterable[str]) -> Iterable[str]:
    return _ids(house, select(PARENTS.c.asset_id).where(PARENTS.c.parent_id.in_(list(some))))


def _ids(house: House, query: Any) -> list[str]:
    with house.database.read() as connection:
        return sorted(set(connection.execute(query).scalars()))
