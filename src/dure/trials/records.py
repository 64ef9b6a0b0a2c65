"""The room's rows: written in one transaction each, read as plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, update
from sqlalchemy.engine import RowMapping

from dure.core.times import write_time
from dure.governance.claims import is_alive, this_process
from dure.governance.house import House
from dure.governance.jobs.job import Stage
from dure.governance.jobs.tables import JOBS
from dure.trials.budgets import Asked, refuse_more, spent_of
from dure.trials.errors import TrialsError
from dure.trials.kin import kin_of
from dure.trials.spec import SWEEP
from dure.trials.tables import APPEALS, BENCHMARKS, RELEASES, RUNS, SUBMISSIONS

_KINDS = {
    SUBMISSIONS.name: "algorithm",
    BENCHMARKS.name: "benchmark",
    RUNS.name: "run",
    RELEASES.name: "release",
}


def keep(house: House, table: Table, values: Mapping[str, Any], verb: str) -> None:
    """Write a row with who and when (here and now), unless a row of that key is there already.

    Parameters
    ----------
    house
        The node.
    table
        One of the room's tables.
    values
        Its columns; also who and when, if it was somebody else or earlier.
    verb
        First part of those two columns' names: ``recorded`` for ``recorded_at``, ``recorded_by``.
    """
    [key] = table.primary_key.columns
    stamped = {
        f"{verb}_at": write_time(house.now()),
        f"{verb}_by": house.principal.id,
        **values,
    }
    with house.database.write() as connection:
        known = select(key).where(key == values[key.name])
        if connection.execute(known).first() is None:
            connection.execute(insert(table).values(**stamped))


def find(house: House, table: Table, name: str) -> RowMapping:
    """Return the row of that key, or the one whose key begins so (8 characters or more).

    Raises
    ------
    TrialsError
        ``trials.unknown`` when there is none, or several begin so.
    """
    [key] = table.primary_key.columns
    exact = select(table).where(key == name)
    with house.database.read() as connection:
        found = connection.execute(exact).mappings().all()
        if not found and len(name) >= 8 and name.isalnum():
            begins = select(table).where(key.startswith(name)).limit(2)
            found = connection.execute(begins).mappings().all()
    if len(found) != 1:
        raise TrialsError("trials.unknown", kind=_KINDS[table.name], name=ascii(name)[1:-1][:32])
    return found[0]


def listed(house: House, table: Table) -> list[RowMapping]:
    """Return every row of a table, in order of its key."""
    [key] = table.primary_key.columns
    with house.database.read() as connection:
        return list(connection.execute(select(table).order_by(key)).mappings())


def unfinished(house: House, submission: str, benchmark: str, seed: int) -> str:
    """Return the id of the earliest run of just this that failed or died, or "" when there is none.

    What a job that waits or runs is going to take up is the job's.
    """
    queued = select(JOBS.c.id).where(JOBS.c.state.in_((Stage.QUEUED, Stage.RUNNING)))
    same = (
        (RUNS.c.submission_id == submission)
        & (RUNS.c.benchmark_id == benchmark)
        & (RUNS.c.seed == seed)
        & (RUNS.c.status == "failed")
        & RUNS.c.id.not_in(queued)
    )
    with house.database.read() as connection:
        found = select(RUNS.c.id).where(same).order_by(RUNS.c.begun_at, RUNS.c.id).limit(1)
        return connection.execute(found).scalar() or ""


def begin_run(
    house: House,
    run: str,
    submission: RowMapping,
    asked: Asked,
    seed: int,
    lease_s: int,
) -> tuple[str, int]:
    """Write the row of a run that begins or is taken up again.

    Parameters
    ----------
    house
        The node.
    run
        Id of the run: a new one, or `unfinished`.
    submission
        Row of the submission.
    asked
        The benchmark, and how often it may be asked.
    seed
        The run's seed.
    lease_s
        Seconds after which a run that has not ended has died, wherever it ran.

    Every run counts once, from its beginning, whatever becomes of it: that it failed tells somebody
    something, too. What failed may be made again for nothing, under its id or, by a job, under another;
    and an answered appeal may take a run out of the count that has no figures.

    Counting and writing are one transaction of the store's only writer, so that two runs at once
    can't both take the last of a budget, nor the same unfinished run.

    Returns
    -------
    str, int
        The run's id, a new one when another process has just taken up the unfinished one; and how
        many its agency has now spent on the same targets.

    Raises
    ------
    TrialsError
        ``trials.budget-spent``.
    """
    now = house.now()
    values = {
        "submission_id": submission["asset_id"],
        "benchmark_id": asked.benchmark,
        "agency": submission["agency"],
        "seed": seed,
        "status": "running",
        "begun_at": write_time(now),
        "begun_by": house.principal.id,
        "claimant": this_process(run),
        "lease_ends_at": write_time(now + lease_s),
        "ended_at": None,
    }
    kin = kin_of(house, asked.benchmark)
    question = (submission["asset_id"], seed, asked.benchmark)
    with house.database.write() as connection:
        again = (RUNS.c.id == run) & (RUNS.c.status == "failed")
        spent = spent_of(connection, submission["agency"], kin, question)
        if connection.execute(update(RUNS).where(again).values(values)).rowcount:
            return run, min(spent + 1, asked.runs)
        refuse_more(connection, asked, kin, submission["agency"], question)
        if connection.execute(select(RUNS.c.id).where(RUNS.c.id == run)).first() is not None:
            run = house.random(16).hex()
        connection.execute(insert(RUNS).values(id=run, **values))
    return run, spent + 1


def forgiven(house: House, submission: str, benchmark: str, seed: int) -> int:
    """Return how many runs of just this an answered appeal took out of the count."""
    same = (
        (RUNS.c.submission_id == submission)
        & (RUNS.c.benchmark_id == benchmark)
        & (RUNS.c.seed == seed)
        & RUNS.c.id.in_(select(APPEALS.c.run_id).where(APPEALS.c.ruling == "again"))
    )
    with house.database.read() as connection:
        return int(connection.execute(select(func.count()).where(same)).scalar_one())


def end_run(
    house: House,
    run: str,
    status: str,
    *,
    claimant: str = "",
    ending: Callable[[Connection], None] = lambda _: None,
    **values: str,
) -> bool:
    """Write how a run ended, and say whether it did now; a run that has ended stays as it is.

    Parameters
    ----------
    house
        The node.
    run
        Id of the run.
    status
        ``done`` or ``failed``.
    claimant
        Who must still have the run; "" means whoever has.
    ending
        Writes what else ends with it, in the same transaction.
    **values
        What came of it.
    """
    same = (RUNS.c.id == run) & (RUNS.c.status == "running")
    if claimant:
        same &= RUNS.c.claimant == claimant
    ended = {"status": status, "ended_at": write_time(house.now()), **values}
    with house.database.write() as connection:
        if not connection.execute(update(RUNS).where(same).values(ended)).rowcount:
            return False
        ending(connection)
    return True


def dead(house: House) -> dict[str, str]:
    """Return the runs whose process died before their end was noted, each with who had it.

    That it died is seen at once on this machine; of another, or another container, when the lease is
    over. What a job runs is left to the queue.
    """
    now = write_time(house.now())
    queued = select(JOBS.c.id).where(JOBS.c.state == Stage.RUNNING)
    ours = (RUNS.c.status == "running") & RUNS.c.id.not_in(queued)
    parts = select(RUNS.c.id, RUNS.c.claimant, RUNS.c.lease_ends_at).where(ours)
    with house.database.read() as connection:
        running = connection.execute(parts).all()
    return {
        str(run): str(claimant)
        for run, claimant, ends in running
        if ends < now or not is_alive(claimant)
    }


def sweep(house: House) -> int:
    """Mark runs whose process died as failed, and return how many there were."""
    now = write_time(house.now())
    died = dead(house)
    if died:
        with (
            house.doing(SWEEP, detail={"runs": sorted(died)}),
            house.database.write() as connection,
        ):
            for run, claimant in died.items():
                # Not what somebody has taken up again meanwhile.
                same = (RUNS.c.id == run) & (RUNS.c.claimant == claimant)
                connection.execute(
                    update(RUNS)
                    .where(same & (RUNS.c.status == "running"))
                    .values(status="failed", ended_at=now)
                )
    return len(died)
