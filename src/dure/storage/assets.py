"""The asset catalogue: what this node holds, under which label, made from what.

It says nothing about who may see an asset: callers pass the filter that policy gives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, select, true, update

from dure.core import faults
from dure.core.assets import Asset
from dure.core.errors import CoreError
from dure.core.labels import ALL, Label, LabelPolicy
from dure.storage.database import Database
from dure.storage.errors import StorageError
from dure.storage.tables import ASSETS, FACTS, PARENTS, TERMS

_NO_FACTS: Mapping[str, str] = MappingProxyType({})
_LOOKUP = 500


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """An asset as the catalogue holds it.

    Parameters
    ----------
    asset
        The asset.
    name
        What people call it here.
    facts
        What its producer says of it: counts and digests, never content.
    created_by
        Who recorded it.
    withdrawn_at, withdrawn_by
        When and by whom it was withdrawn; both "" while it is not.
    """

    asset: Asset
    name: str
    facts: Mapping[str, str]
    created_by: str
    withdrawn_at: str
    withdrawn_by: str

    @property
    def withdrawn(self) -> bool:
        """Whether it was withdrawn."""
        return bool(self.withdrawn_at)


class AssetCatalogue:
    """The catalogue of one node.

    Parameters
    ----------
    db
        The node's store.
    policy
        The label policy of the pinned charter.
    """

    def __init__(self, db: Database, policy: LabelPolicy) -> None:
        self._db = db
        self._policy = policy

    def record(
        self,
        asset: Asset,
        name: str,
        facts: Mapping[str, str] = _NO_FACTS,
        *,
        by: str = "",
        connection: Connection | None = None,
    ) -> bool:
        """Record an asset; recording the same again changes nothing.

        Parameters
        ----------
        asset
            What to record.
        name
            What people call it here.
        facts
            Names and values; counts and digests, never content.
        by
            Who records it; its producer when "".
        connection
            The caller's write transaction, when this belongs into one.

        Returns
        -------
        bool
            Whether it is new.

        Raises
        ------
        StorageError
            ``storage.conflict`` when another asset has this id.
        CoreError
            ``core.label-policy`` when its label follows another policy.
        """
        if asset.label.policy != self._policy:
            raise CoreError(
                "core.label-policy", first=asset.label.policy.id, second=self._policy.id
            )
        with self._writing(connection) as writing:
            there = self._entries(writing, ASSETS.c.id == asset.id)
            if there:
                if (there[0].asset, dict(there[0].facts)) != (asset, dict(facts)):
                    raise StorageError("storage.conflict", name=asset.id, reason="other-asset")
                return False
            _insert(writing, asset, name, facts, by or asset.producer)
            faults.point("assets.recorded")
        return True

    def get(self, asset_id: str) -> CatalogueEntry:
        """Return the entry of an asset, withdrawn or not.

        Raises
        ------
        StorageError
            ``storage.unknown``.
        """
        found = self.find(ASSETS.c.id == asset_id, withdrawn=True)
        if not found:
            raise StorageError("storage.unknown", kind="asset", name=asset_id[:64])
        return found[0]

    def find(
        self,
        where: ColumnElement[bool] | None = None,
        *,
        withdrawn: bool = False,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[CatalogueEntry]:
        """Return the entries that a filter lets through, newest first.

        Parameters
        ----------
        where
            A clause over `dure.storage.tables`; None lets all through.
        withdrawn
            Whether withdrawn assets are wanted too.
        limit, offset
            How many, after how many.
        """
        with self._db.read() as connection:
            return self._entries(connection, _clause(where, withdrawn), limit, offset)

    def count(self, where: ColumnElement[bool] | None = None, *, withdrawn: bool = False) -> int:
        """Return how many entries a filter lets through."""
        counting = select(func.count()).select_from(ASSETS).where(_clause(where, withdrawn))
        with self._db.read() as connection:
            return int(connection.execute(counting).scalar_one())

    def parents(self, asset_id: str) -> tuple[str, ...]:
        """Return the ids of everything an asset was made from, directly or not, nearest first.

        Ids that this node does not hold are named, and not followed.
        """
        found: dict[str, None] = {}
        with self._db.read() as connection:
            level = [asset_id]
            while level:
                ids = [each for ids in _parents(connection, level).values() for each in ids]
                level = [each for each in dict.fromkeys(ids) if each not in found]
                found.update(dict.fromkeys(level))
        return tuple(found)

    def withdraw(
        self, asset_id: str, *, by: str, at: str, connection: Connection | None = None
    ) -> bool:
        """Mark an asset as withdrawn; say whether it was not before.

        Parameters
        ----------
        asset_id
            Which.
        by
            Who withdraws it.
        at
            UTC time.
        connection
            The caller's write transaction, when this belongs into one.

        Raises
        ------
        StorageError
            ``storage.unknown``.
        """
        with self._writing(connection) as writing:
            row = writing.execute(
                select(ASSETS.c.withdrawn_at).where(ASSETS.c.id == asset_id)
            ).first()
            if row is None:
                raise StorageError("storage.unknown", kind="asset", name=asset_id[:64])
            if row.withdrawn_at is not None:
                return False
            writing.execute(
                update(ASSETS)
                .where(ASSETS.c.id == asset_id)
                .values(withdrawn_at=at, withdrawn_by=by)
            )
        return True

    def held(self, asset_ids: Sequence[str]) -> list[str]:
        """Return those of the ids that the catalogue has, in order."""
        with self._db.read() as connection:
            there = _there(connection, asset_ids)
        return [each for each in asset_ids if each in there]

    def forget(self, asset_ids: Sequence[str]) -> None:
        """Remove the entries of assets that are destroyed; ids that are not there don't matter."""
        with self._db.write() as connection:
            for start in range(0, len(asset_ids), _LOOKUP):
                some = asset_ids[start : start + _LOOKUP]
                for table in (TERMS, PARENTS, FACTS):
                    connection.execute(delete(table).where(table.c.asset_id.in_(some)))
                connection.execute(delete(ASSETS).where(ASSETS.c.id.in_(some)))

    @contextmanager
    def _writing(self, connection: Connection | None) -> Iterator[Connection]:
        if connection is not None:
            yield connection
        else:
            with self._db.write() as own:
                yield own

    def _entries(
        self,
        connection: Connection,
        where: ColumnElement[bool],
        limit: int | None = None,
        offset: int = 0,
    ) -> list[CatalogueEntry]:
        rows = connection.execute(
            select(ASSETS)
            .where(where)
            .order_by(ASSETS.c.created_at.desc(), ASSETS.c.id)
            .limit(limit)
            .offset(offset)
        ).all()
        ids = [row.id for row in rows]
        parents, facts = _parents(connection, ids), _facts(connection, ids)
        labels: dict[str, Label] = {}
        return [
            self._entry(row, self._label(row, labels), parents[row.id], facts[row.id])
            for row in rows
        ]

    def _label(self, row: Row[Any], labels: dict[str, Label]) -> Label:
        if row.policy != self._policy.id:
            raise CoreError("core.label-policy", first=row.policy, second=self._policy.id)
        if row.label_text not in labels:
            labels[row.label_text] = Label.parse(row.label_text, self._policy)
        return labels[row.label_text]

    def _entry(
        self, row: Row[Any], label: Label, parents: Sequence[str], facts: Mapping[str, str]
    ) -> CatalogueEntry:
        asset = Asset(
            id=row.id,
            kind=row.kind,
            media_type=row.media_type,
            schema_id=row.schema_id,
            label=label,
            owner=row.owner,
            parents=tuple(parents),
            producer=row.producer,
            created=row.created_at,
        )
        return CatalogueEntry(
            asset=asset,
            name=row.name,
            facts=MappingProxyType(dict(facts)),
            created_by=row.created_by,
            withdrawn_at=row.withdrawn_at or "",
            withdrawn_by=row.withdrawn_by or "",
        )


def _clause(where: ColumnElement[bool] | None, withdrawn: bool) -> ColumnElement[bool]:
    clause = true() if where is None else where
    return clause if withdrawn else clause & ASSETS.c.withdrawn_at.is_(None)


def _insert(
    connection: Connection, asset: Asset, name: str, facts: Mapping[str, str], by: str
) -> None:
    label = asset.label
    connection.execute(
        ASSETS.insert().values(
            id=asset.id,
            kind=asset.kind,
            media_type=asset.media_type,
            schema_id=asset.schema_id,
            owner=asset.owner,
            grade=label.grade,
            releasable_all=label.releasable == ALL,
            purposes_all=label.purposes == ALL,
            label_text=str(label),
            policy=label.policy.id,
            producer=asset.producer,
            name=name,
            created_at=asset.created,
            created_by=by,
        )
    )
    parts = {
        "category": label.categories,
        "releasable": label.releasable - ALL,
        "purpose": label.purposes - ALL,
        "owner": label.owners,
    }
    terms = [
        {"asset_id": asset.id, "part": part, "term": term}
        for part, group in parts.items()
        for term in sorted(group)
    ]
    connection.execute(TERMS.insert(), terms)  # never empty: a label has an owner
    if asset.parents:
        connection.execute(
            PARENTS.insert(),
            [
                {"asset_id": asset.id, "parent_id": parent, "position": position}
                for position, parent in enumerate(asset.parents)
            ],
        )
    if facts:
        connection.execute(
            FACTS.insert(),
            [{"asset_id": asset.id, "name": key, "value": facts[key]} for key in sorted(facts)],
        )


def _there(connection: Connection, ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(ids), _LOOKUP):
        rows = select(ASSETS.c.id).where(ASSETS.c.id.in_(ids[start : start + _LOOKUP]))
        found.update(connection.execute(rows).scalars())
    return found


def _parents(connection: Connection, ids: Sequence[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for start in range(0, len(ids), _LOOKUP):
        rows = (
            select(PARENTS)
            .where(PARENTS.c.asset_id.in_(ids[start : start + _LOOKUP]))
            .order_by(PARENTS.c.asset_id, PARENTS.c.position)
        )
        for row in connection.execute(rows):
            found[row.asset_id].append(row.parent_id)
    return found


def _facts(connection: Connection, ids: Sequence[str]) -> Mapping[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for start in range(0, len(ids), _LOOKUP):
        rows = select(FACTS).where(FACTS.c.asset_id.in_(ids[start : start + _LOOKUP]))
        for row in connection.execute(rows):
            found[row.asset_id][row.name] = row.value
    return found
