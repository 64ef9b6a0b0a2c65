"""Benchmarks over time: which version of a name is meant, which number is next, and which are closed.

Benchmarks of one name are its versions, numbered from 1: another definition, or another version of the
data set, makes the next. Each is an asset of its own, with runs and a leaderboard of its own, so figures
of two versions are never put beside each other; what an agency may still ask goes by the targets
(`dure.trials.kin`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import RowMapping

from dure.core.labels import Label
from dure.core.times import write_time
from dure.governance.house import House
from dure.trials import records, spec
from dure.trials.errors import TrialsError
from dure.trials.tables import BENCHMARKS

MOST_WORDS = 500
PURPOSE = "trial"

_NAMED = re.compile(r"([a-z0-9][a-z0-9._-]{0,62})(?:@([1-9][0-9]{0,5}))?")


def find_row(house: House, text: str) -> RowMapping:
    """Return the row of a benchmark: NAME@NUMBER, NAME for its newest open version, or by its id.

    When all versions of a name are closed it is the newest; the beginning of an id is enough.

    Raises
    ------
    TrialsError
        ``trials.unknown``.
    """
    named = _NAMED.fullmatch(text)
    found = _named(house, named[1], int(named[2] or 0)) if named else None
    return found or records.find(house, BENCHMARKS, text)


def _named(house: House, name: str, number: int) -> RowMapping | None:
    same = BENCHMARKS.c.name == name
    if number:
        same &= BENCHMARKS.c.version == number
    by = BENCHMARKS.c.closed_at.is_not(None), BENCHMARKS.c.version.desc()
    with house.database.read() as connection:
        return connection.execute(select(BENCHMARKS).where(same).order_by(*by)).mappings().first()


def same_row(house: House, dataset_id: str, definition: str) -> RowMapping | None:
    """Return the row of the benchmark of just this data set and definition, if there is one."""
    same = (BENCHMARKS.c.dataset_id == dataset_id) & (BENCHMARKS.c.definition == definition)
    with house.database.read() as connection:
        return connection.execute(select(BENCHMARKS).where(same)).mappings().first()


def latest(house: House, name: str) -> tuple[int, str]:
    """Return number and id of a name's newest version; 0 and "" when it has none."""
    same = BENCHMARKS.c.name == name
    newest = select(BENCHMARKS).where(same).order_by(BENCHMARKS.c.version.desc())
    with house.database.read() as connection:
        row = connection.execute(newest).mappings().first()
    return (row["version"], row["asset_id"]) if row else (0, "")


def keep(house: House, row: Mapping[str, Any]) -> None:
    """Write the row of a version, unless it is there already.

    Raises
    ------
    TrialsError
        ``trials.benchmark`` when somebody else made that version meanwhile.
    """
    other = (BENCHMARKS.c.name == row["name"]) & (BENCHMARKS.c.version == row["version"])
    stamp = {"prepared_at": write_time(house.now()), "prepared_by": house.principal.id}
    with house.database.write() as connection:
        there = connection.execute(select(BENCHMARKS.c.asset_id).where(other)).scalar()
        if there is None:
            connection.execute(insert(BENCHMARKS).values(**stamp, **row))
        elif there != row["asset_id"]:
            raise TrialsError("trials.benchmark", part="name", reason="made-meanwhile")


def require_open(row: RowMapping) -> None:
    """Refuse anything new on a version that is closed.

    Raises
    ------
    TrialsError
        ``trials.closed``.
    """
    if row["closed_at"] is not None:
        raise TrialsError(
            "trials.closed", name=row["name"], version=row["version"], when=row["closed_at"]
        )


def close(house: House, text: str, reason: str) -> RowMapping:
    """Close a version: what was run stays, nothing new is run on it. Closing twice changes nothing.

    Parameters
    ----------
    house
        The node of the data's owner.
    text
        As `find_row` takes it.
    reason
        A line of at most 500 characters.

    Raises
    ------
    TrialsError
        ``trials.unknown``, ``trials.benchmark`` for a reason of another form.
    GovernanceError
        ``governance.denied``.
    """
    row = find_row(house, text)
    label: Label = house.assets.get(row["asset_id"]).asset.label
    house.require(spec.PREPARE, label, purpose=PURPOSE, owner=house.agency)
    if not 0 < len(reason) <= MOST_WORDS or not reason.isprintable():
        raise TrialsError("trials.benchmark", part="reason", reason="line", most=MOST_WORDS)
    this = BENCHMARKS.c.asset_id == row["asset_id"]
    said = {
        "closed_reason": reason,
        "closed_at": write_time(house.now()),
        "closed_by": house.principal.id,
    }
    if row["closed_at"] is None:
        with (
            house.doing(spec.CLOSE, asset=row["asset_id"], detail={"reason": reason}),
            house.database.write() as connection,
        ):
            still = this & BENCHMARKS.c.closed_at.is_(None)
            connection.execute(update(BENCHMARKS).where(still).values(said))
    return records.find(house, BENCHMARKS, row["asset_id"])
