"""A real node with a submission and a benchmark, and one queued run or none."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select

from dure.governance.jobs.job import Job
from dure.governance.jobs.queue import Queue
from dure.governance.jobs.tables import JOBS
from dure.storage.database import Database, open_database
from dure.trials.tables import RUNS
from tests.adversarial import verbs
from tests.adversarial.trial_verbs import only
from tests.node.alliance import Alliance, services_inside

PATIENCE_S = 60


def prepared(folder: Path) -> Alliance:
    """A copy of an alliance in which bravo has a submission and a benchmark with a budget of one."""
    return verbs.after("prepare").copy(folder)


def put(made: Alliance, seed: int = 1) -> str:
    """Put a run; return its id."""
    with services_inside(), made.open() as node:
        submission, benchmark = only(node, "submissions"), only(node, "benchmarks")
        row = node.jobs.put(submission["asset_id"], on=benchmark["asset_id"], seed=seed)
    assert row["state"] == "queued"
    return str(row["run"])


class Store:
    """The node's own store, to look at while others work."""

    def __init__(self, made: Alliance) -> None:
        self.database: Database = open_database(f"sqlite:///{made.home()}/door/node.db")
        self.queue = Queue(self.database, lambda: int(time.time()), lambda n: b"\0" * n)

    def job(self, run: str) -> Job:
        return self.queue.find(run)

    def pid(self, run: str) -> int:
        """The process that does the work of a job."""
        with self.database.read() as connection:
            worker = connection.execute(select(JOBS.c.worker).where(JOBS.c.id == run)).scalar_one()
        return int(worker.split(":")[2])

    def run(self, run: str) -> dict[str, Any]:
        with self.database.read() as connection:
            return dict(connection.execute(select(RUNS).where(RUNS.c.id == run)).mappings().one())

    def when(self, run: str, true: Callable[[Job], bool]) -> Job:
        """Wait for something that other processes do."""
        end = time.monotonic() + PATIENCE_S
        while not true(job := self.job(run)):
            assert time.monotonic() < end, job
            time.sleep(0.01)
        return job

    def close(self) -> None:
        self.database.close()
