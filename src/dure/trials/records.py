"""The room's rows: written in one transaction each, read as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.engine import RowMapping

from dure.core.times import write_time
from dure.governance.house import House
from dure.trials.errors import TrialsError
from dure.trials.spec import SWEEP
from dure.trials.tables import BENCHMARKS, RELEASES, RUNS, SUBMISSIONS

_KINDS = {
    SUBMISSIONS.name: "algorithm",
    BENCHMARKS.name: "benchmark",
    RUNS.name: "run",
    RELEASES.name: "release",
}


def keep(house: House, table: Table, values: Mapping[str, Any], verb: str) -> None:
    """Write a row with who and when, unless a row of that key is there already.

    Parameters
    ----------
    house
        The node.
    table
        One of the room's tables.
    values
        Its columns, without who and when.
    verb
        First part of those two columns' names: ``recorded`` for ``recorded_at``, ``recorded_by``.
    """
    [key] = table.primary_key.columns
    stamped = {
        **values,
        f"{verb}_at": write_time(house.now()),
        f"{verb}_by": house.principal.id,
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
        raise TrialsError("trials.unknown", kind=_KINDS[table.name], name=ascii(name)[1:33])
    return found[0]


def listed(house: House, table: Table) -> list[RowMapping]:
    """Return every row of a table, in order of its key."""
    [key] = table.primary_key.columns
    with house.database.read() as connection:
        return list(connection.execute(select(table).order_by(key)).mappings())


def begin_run(
    house: House,
    run: str,
    submission: RowMapping,
    benchmark: tuple[str, int],
    seed: int,
    lease_s: int,
) -> int:
    """Write the row of a run that begins, and return how many its agency has now spent.

    Parameters
    ----------
    house
        The node.
    run
        Id of the run.
    submission
        Row of the submission.
    benchmark
        Id of the benchmark and its budget.
    seed
        The run's seed.
    lease_s
        Seconds after which a run that has not ended has died.

    Counting and writing are one transaction of the store's only writer, so that two runs at once
    can't both take the last of a budget.

    Raises
    ------
    TrialsError
        ``trials.budget-spent``.
    """
    now = house.now()
    agency = submission["agency"]
    benchmark_id, budget = benchmark
    with house.database.write() as connection:
        spent = connection.execute(
            select(func.count())
            .select_from(RUNS)
            .where(
                RUNS.c.agency == agency,
                RUNS.c.benchmark_id == benchmark_id,
                RUNS.c.status != "failed",
            )
        ).scalar_one()
        if spent >= budget:
            raise TrialsError("trials.budget-spent", agency=agency, spent=spent, limit=budget)
        connection.execute(
            insert(RUNS).values(
                id=run,
                submission_id=submission["asset_id"],
                benchmark_id=benchmark_id,
                agency=agency,
                seed=seed,
                status="running",
                begun_at=write_time(now),
                begun_by=house.principal.id,
                lease_ends_at=write_time(now + lease_s),
            )
        )
    return int(spent) + 1


def end_run(house: House, run: str, status: str, **values: str) -> None:
    """Write how a run ended; a run that has ended stays as it is."""
    with house.database.write() as connection:
        connection.execute(
            update(RUNS)
            .where(RUNS.c.id == run, RUNS.c.status == "running")
            .values(status=status, ended_at=write_time(house.now()), **values)
        )


def sweep(house: House) -> int:
    """Mark runs whose lease is over as failed (their process died), and return how many there were."""
    now = write_time(house.now())
    over = (RUNS.c.status == "running") & (RUNS.c.lease_ends_at < now)
    with house.database.read() as connection:
        runs = list(connection.execute(select(RUNS.c.id).where(over)).scalars())
    if runs:
        with house.doing(SWEEP, detail={"runs": runs}), house.database.write() as connection:
            connection.execute(update(RUNS).where(over).values(status="failed", ended_at=now))
    return len(runs)
