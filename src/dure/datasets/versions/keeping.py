"""Withdrawal, legal hold and garbage: what is kept of a data set, and for how long.

A withdrawn version is refused to everybody from then on, with the reason, and so is all that was made
of it: benchmarks, reports, runs, other data sets. Nothing is destroyed by it. A later version is not
made of an earlier one (`dure.governance.retention`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dure.core.actions import Action
from dure.core.assets import Asset
from dure.datasets.catalogue import table_of
from dure.datasets.import_ import any_purpose
from dure.datasets.spec import GC, HOLD, LIFT, WITHDRAW
from dure.datasets.words import DESCRIPTION_CHARACTERS, checked
from dure.governance.house import House


def dependants(house: House, dataset_id: str) -> list[dict[str, Any]]:
    """Return what a withdrawal would reach, the data set itself first.

    Raises
    ------
    DatasetError
        ``datasets.not-dataset``.
    GovernanceError
        ``governance.denied``.
    """
    _allowed(house, WITHDRAW, dataset_id)
    return _rows(house, house.keeping.dependants(dataset_id))


def withdraw(house: House, dataset_id: str, *, reason: str) -> list[dict[str, Any]]:
    """Withdraw a version and all that was made of it; doing it twice is doing it once.

    Parameters
    ----------
    house
        The node.
    dataset_id
        The data set.
    reason
        Why, for the ledger; not empty.

    Returns
    -------
    list of dict
        What was reached, the data set itself first.

    Raises
    ------
    DatasetError
        ``datasets.not-dataset``, ``datasets.words``.
    GovernanceError
        ``governance.denied``.
    ValueError
        For an empty reason.
    """
    why = checked("reason", reason, DESCRIPTION_CHARACTERS, lines=True)
    if not why:
        raise ValueError("a withdrawal has a reason")
    _allowed(house, WITHDRAW, dataset_id)
    with house.doing(WITHDRAW.name, asset=dataset_id, detail={"reason": why}) as doing:
        reached = house.keeping.withdraw(dataset_id)
        # An entry has a bound, and what may be reached has none: how many, and the digest of which.
        doing.detail["reached"] = len(reached)
        doing.detail["assets"] = house.suite.digest("withdrawn", list(reached))
    return _rows(house, reached)


def hold(house: House, dataset_id: str) -> None:
    """Lay a legal hold on a version: neither it nor what it was made of is ever destroyed.

    Raises
    ------
    DatasetError
        ``datasets.not-dataset``.
    GovernanceError
        ``governance.denied``.
    """
    _allowed(house, HOLD, dataset_id)
    with house.doing(HOLD.name, asset=dataset_id):
        house.keeping.hold(dataset_id)


def lift(house: House, dataset_id: str) -> bool:
    """Lift a legal hold; say whether there was one. Errors as for `hold`."""
    _allowed(house, LIFT, dataset_id)
    with house.doing(LIFT.name, asset=dataset_id) as doing:
        lifted = house.keeping.lift(dataset_id)
        doing.detail["lifted"] = lifted
    return lifted


def collect_garbage(house: House) -> Mapping[str, int]:
    """Destroy what crashes and refusals left sealed and nothing refers to; return how much went.

    Raises
    ------
    GovernanceError
        ``governance.denied``.
    StorageError
        ``storage.vault`` while something is being sealed.
    """
    house.require_here(GC.name)
    with house.doing(GC.name) as doing:
        found = house.keeping.collect_garbage()
        doing.detail.update(found)
    return found


def _allowed(house: House, action: Action, dataset_id: str) -> Asset:
    table_of(house, dataset_id)
    asset = house.assets.get(dataset_id).asset
    purpose = any_purpose(house, asset.label)
    house.require(action.name, asset.label, purpose=purpose, owner=asset.owner)
    return asset


def _rows(house: House, asset_ids: Iterable[str]) -> list[dict[str, Any]]:
    entries = [house.assets.get(each) for each in house.assets.held(list(asset_ids))]
    return [
        {
            "id": entry.asset.id,
            "kind": entry.asset.kind,
            "name": entry.name,
            "withdrawn": entry.withdrawn_at,
        }
        for entry in entries
    ]
