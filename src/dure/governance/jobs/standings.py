"""Where the agencies stand, as the queue's rows say; within a transaction of the store's writer."""

from __future__ import annotations

from sqlalchemy import Connection, func, insert, select, update

from dure.governance.jobs.errors import JobsError
from dure.governance.jobs.fairness import Bounds, Standing
from dure.governance.jobs.job import Stage
from dure.governance.jobs.tables import JOBS, SERVED


def standings(connection: Connection, engine: str) -> list[Standing]:
    """Return every agency that has jobs waiting, or running on an engine."""
    turns = {agency: int(turn) for agency, turn in connection.execute(select(SERVED))}
    here = (JOBS.c.state == Stage.QUEUED) | (
        (JOBS.c.state == Stage.RUNNING) & (JOBS.c.engine == engine)
    )
    counts: dict[str, dict[str, int]] = {}
    for agency, state, count in connection.execute(
        select(JOBS.c.agency, JOBS.c.state, func.count())
        .where(here)
        .group_by(JOBS.c.agency, JOBS.c.state)
    ):
        counts.setdefault(agency, {})[state] = int(count)
    return [
        Standing(
            agency, each.get(Stage.QUEUED, 0), each.get(Stage.RUNNING, 0), turns.get(agency, 0)
        )
        for agency, each in counts.items()
    ]


def serve(connection: Connection, agency: str) -> None:
    """Note that an agency is served now."""
    turn = (connection.execute(select(func.max(SERVED.c.turn))).scalar() or 0) + 1
    known = update(SERVED).where(SERVED.c.agency == agency).values(turn=turn)
    if not connection.execute(known).rowcount:
        connection.execute(insert(SERVED).values(agency=agency, turn=turn))


def refuse_more(connection: Connection, bounds: Bounds, agency: str) -> None:
    """Refuse one more job when too many wait.

    Raises
    ------
    JobsError
        ``jobs.full``.
    """
    waiting = {
        name: int(count)
        for name, count in connection.execute(
            select(JOBS.c.agency, func.count())
            .where(JOBS.c.state == Stage.QUEUED)
            .group_by(JOBS.c.agency)
        )
    }
    if sum(waiting.values()) >= bounds.queued:
        raise JobsError("jobs.full", reason="queue", limit=bounds.queued, agency=agency)
    if waiting.get(agency, 0) >= bounds.queued_each:
        raise JobsError("jobs.full", reason="agency", limit=bounds.queued_each, agency=agency)
