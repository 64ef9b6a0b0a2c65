"""What the keeper keeps, and for how long: withdrawals, legal holds, and what nothing refers to.

All three are the keeper's own, in its own store, so that no door can forget one. A withdrawal reaches
everything that was made of the withdrawn asset; what is withdrawn is never opened again and never a
parent again, but it is not destroyed. A later version of a data set is made *after* an earlier one and
not *of* it (its producer is in `LATER`), so correcting a version does not withdraw the correction.

An asset is *abandoned* when it is of a kind that only ever is a part of others, no other names it as
its parent, and it is older than a grace that is longer than any import takes. Such an asset is what a
crash, or a rule that was broken, left sealed. Only that is destroyed here, and nothing that a legal
hold lies on.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from dure.core import faults
from dure.core.times import read_time, write_time
from dure.governance.errors import GovernanceError
from dure.governance.keeper_tables import ASSETS, HOLDS, WITHDRAWALS
from dure.storage.database import Database
from dure.storage.vault import Garbage, Vault

GRACE_S = 3600
LATER = frozenset({"dataset.commit"})
"""Producers of later versions: of their parents, only the first is what they are made of."""
PARTS = frozenset({"dataset.images", "dataset.spans", "dataset.table"})
"""Kinds of assets that are nothing by themselves."""
WHOLES = frozenset({"dataset"})
"""Kinds of assets that such a part goes with."""


@dataclass(frozen=True, slots=True)
class _Known:
    """An asset, as far as it matters here."""

    kind: str
    producer: str
    parents: tuple[str, ...]
    created: str

    @property
    def made_of(self) -> tuple[str, ...]:
        """Return the parents without which it would not be what it is."""
        return self.parents[:1] if self.producer in LATER else self.parents


class Retention:
    """Withdrawals, holds and garbage of one keeper.

    Parameters
    ----------
    vault
        The unlocked vault.
    database
        The keeper's own store.
    clock
        Returns seconds since 1970.
    """

    def __init__(self, vault: Vault, database: Database, clock: Callable[[], int]) -> None:
        self._vault = vault
        self._database = database
        self._clock = clock

    def withdrawn(self, asset_id: str) -> bool:
        """Say whether an asset is withdrawn."""
        with self._database.read() as connection:
            found = select(WITHDRAWALS.c.asset_id).where(WITHDRAWALS.c.asset_id == asset_id)
            return connection.execute(found).first() is not None

    def dependants(self, asset_id: str) -> tuple[str, ...]:
        """Return an asset, its parts that nothing else needs, and all that was made of them.

        Raises
        ------
        GovernanceError
            ``governance.ticket`` for an asset that the vault does not hold.
        """
        return _reached(self._known(asset_id), asset_id)

    def withdraw(self, asset_id: str) -> tuple[str, ...]:
        """Withdraw an asset and everything that `dependants` names; return all of them.

        Raises
        ------
        GovernanceError
            ``governance.ticket`` for an asset that the vault does not hold.
        """
        reached, at = self.dependants(asset_id), write_time(self._clock())
        with self._database.write() as connection:
            there = set(connection.execute(select(WITHDRAWALS.c.asset_id)).scalars())
            new = [
                {"asset_id": each, "cause": asset_id, "withdrawn": at}
                for each in reached
                if each not in there
            ]
            if new:
                connection.execute(insert(WITHDRAWALS), new)
            faults.point("keeper.withdrawing")
        faults.point("keeper.withdrawn")
        return reached

    def hold(self, asset_id: str) -> None:
        """Lay a legal hold on an asset; on one that has it, nothing changes.

        Raises
        ------
        GovernanceError
            ``governance.ticket`` for an asset that the vault does not hold.
        """
        self._known(asset_id)
        at = write_time(self._clock())
        with self._database.write() as connection:
            held = select(HOLDS.c.asset_id).where(HOLDS.c.asset_id == asset_id)
            if connection.execute(held).first() is None:
                connection.execute(insert(HOLDS).values(asset_id=asset_id, held=at))

    def lift(self, asset_id: str) -> bool:
        """Lift the legal hold on an asset; say whether there was one."""
        with self._database.write() as connection:
            gone = connection.execute(delete(HOLDS).where(HOLDS.c.asset_id == asset_id))
        return bool(gone.rowcount)

    def holds(self) -> dict[str, str]:
        """Return asset -> since when, for every legal hold."""
        with self._database.read() as connection:
            rows = connection.execute(select(HOLDS).order_by(HOLDS.c.asset_id))
            return {row.asset_id: row.held for row in rows}

    def held(self, asset_id: str) -> bool:
        """Say whether a legal hold lies on an asset, or on something that was made of it."""
        return asset_id in _with_parents(self._known(), self.holds())

    def parts(self, asset_id: str) -> frozenset[str]:
        """Return those of an asset's parents that are nothing by themselves.

        Raises
        ------
        GovernanceError
            ``governance.ticket`` for an asset that the vault does not hold.
        """
        known = self._known(asset_id)
        return frozenset(
            each for each in known[asset_id].parents if each in known and known[each].kind in PARTS
        )

    def doomed(self, asset_ids: Sequence[str]) -> tuple[str, ...]:
        """Return those assets that nothing is left of when all of them are destroyed.

        A part that belongs to something else, whose own content is still there, is not among them.

        Raises
        ------
        GovernanceError
            ``governance.ticket`` for an asset that the vault does not hold.
        """
        known = self._known(*asset_ids)
        kept = {
            part
            for other, about in known.items()
            if about.kind in WHOLES and other not in asset_ids and self._vault.exists(other)
            for part in about.made_of
        }
        return tuple(
            each for each in asset_ids if known[each].kind not in PARTS or each not in kept
        )

    def abandoned(self) -> tuple[str, ...]:
        """Return the assets that nothing refers to and nothing holds, oldest first."""
        known, now = self._known(), self._clock()
        named = {parent for each in known.values() for parent in each.parents}
        held = _with_parents(known, self.holds())
        return tuple(
            asset_id
            for asset_id, each in sorted(known.items(), key=lambda item: (item[1].created, item[0]))
            if each.kind in PARTS
            and asset_id not in named
            and asset_id not in held
            and now - read_time(each.created) > GRACE_S
        )

    def collect(self, wanted: Iterable[str]) -> tuple[tuple[str, ...], Garbage]:
        """Destroy those of the wanted assets that are abandoned, and what crashes left in the vault.

        Returns
        -------
        tuple of str, and Garbage
            What was destroyed, and the vault's own garbage.

        Raises
        ------
        StorageError
            ``storage.vault`` while something is being sealed; nothing is destroyed then.
        """
        garbage = self._vault.collect_garbage()
        abandoned = set(self.abandoned())
        dead = tuple(each for each in wanted if each in abandoned)
        for asset_id in dead:
            # The content first: a row without it is found again, content without a row is not.
            if self._vault.exists(asset_id):
                self._vault.shred(asset_id)
            faults.point("keeper.shredded")
            with self._database.write() as connection:
                connection.execute(delete(ASSETS).where(ASSETS.c.id == asset_id))
                connection.execute(delete(WITHDRAWALS).where(WITHDRAWALS.c.asset_id == asset_id))
        return dead, garbage

    def _known(self, *wanted: str) -> dict[str, _Known]:
        """Return every asset of the keeper, among which the wanted ones must be.

        Raises
        ------
        GovernanceError
            ``governance.ticket`` when one is not.
        """
        with self._database.read() as connection:
            rows = connection.execute(
                select(
                    ASSETS.c.id,
                    ASSETS.c.kind,
                    ASSETS.c.producer,
                    ASSETS.c.parents,
                    ASSETS.c.created,
                )
            ).all()
        known = {
            row.id: _Known(row.kind, row.producer, tuple(json.loads(row.parents)), row.created)
            for row in rows
        }
        for each in wanted:
            if each not in known:
                raise GovernanceError("governance.ticket", asset=each[:16], reason="unknown-asset")
        return known


def _reached(known: Mapping[str, _Known], asset_id: str) -> tuple[str, ...]:
    children: dict[str, list[str]] = defaultdict(list)
    for each, about in known.items():
        for parent in about.made_of:
            children[parent].append(each)
    found = dict.fromkeys((asset_id,))
    level = [asset_id]
    while level:
        above = [
            parent
            for each in level
            for parent in known[each].made_of
            if parent in known and known[parent].kind in PARTS
            # Two descriptions may share a table; it goes with the last of them.
            if all(
                other in found
                for other in children[parent]
                if known[other].kind == known[each].kind
            )
        ]
        below = [child for each in (*level, *above) for child in children[each]]
        level = [each for each in dict.fromkeys((*above, *below)) if each not in found]
        found.update(dict.fromkeys(level))
    return tuple(found)


def _with_parents(known: Mapping[str, _Known], held: Iterable[str]) -> set[str]:
    """Return the held assets and everything that they were made of, directly or not."""
    found: set[str] = set()
    level = list(held)
    while level:
        found.update(level)
        level = [
            parent
            for each in level
            if each in known
            for parent in known[each].parents
            if parent not in found
        ]
    return found
