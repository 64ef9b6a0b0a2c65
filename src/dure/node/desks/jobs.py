"""The desk of the node's jobs: trials that wait in a queue, and the workers that take them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from dure.governance.jobs.fairness import Bounds
from dure.governance.jobs.job import Job
from dure.node.house import NodeHouse
from dure.trials.spec import WORK

_START = "from dure.cli.main import run; run()"
LOOK_S = 1.0


class JobsDesk:
    """Verbs on jobs."""

    def __init__(self, house: NodeHouse) -> None:
        self.house = house

    def put(self, submission: str, *, on: str, seed: int = 1) -> dict[str, Any]:
        """Put a run into the queue; its job has the run's id."""
        from dure.trials.jobs.queueing import put_run

        return self._shown([put_run(self.house, submission, on, seed=seed)])[0]

    def list(self) -> Sequence[dict[str, Any]]:
        """Return the jobs whose benchmark the principal may see, as they may see them."""
        from dure.node.desks.assets import visible
        from dure.storage.tables import ASSETS
        from dure.trials.jobs.queueing import queue_of

        jobs = queue_of(self.house).listed()
        wanted = sorted({str(job.arguments["benchmark"]) for job in jobs})
        entries = self.house.assets.find(visible(self.house) & ASSETS.c.id.in_(wanted))
        seen = {entry.asset.id for entry in entries}
        return self._shown([job for job in jobs if job.arguments["benchmark"] in seen])

    def show(self, run: str) -> dict[str, Any]:
        """Return one job, named by the beginning of its id, to those who may see it.

        Raises
        ------
        JobsError
            ``jobs.unknown``, also for one that may not be seen.
        """
        from dure.governance.jobs.errors import JobsError

        found = [
            row
            for row in self.list()
            if row["run"] == run or (len(run) >= 8 and row["run"].startswith(run))
        ]
        if len(found) != 1:
            raise JobsError("jobs.unknown", name=ascii(run)[1:33])
        return found[0]

    def watch(self, run: str, stop: threading.Event | None = None) -> Iterator[dict[str, Any]]:
        """Yield a job whenever what may be seen of it has changed, until it has ended."""
        over = stop or threading.Event()
        seen: dict[str, Any] = {}
        while not over.is_set():
            now = self.show(run)
            if now != seen:
                yield now
            if now["state"] in ("done", "failed", "cancelled", "ended"):
                return
            seen = now
            over.wait(LOOK_S)

    def cancel(self, run: str) -> dict[str, Any]:
        """Cancel a job.

        Raises
        ------
        JobsError
            ``jobs.unknown``, also for one that may not be seen.
        GovernanceError
            ``governance.denied`` for one that may be seen, but not run.
        """
        from dure.trials.jobs.queueing import cancel_run

        return self._shown([cancel_run(self.house, self.show(run)["run"])])[0]

    def run(self, run: str) -> dict[str, Any]:
        """Do the work of a job that a worker has taken, as whoever put it.

        The caller must be allowed to work, and whoever put it still to run it; both are in the ledger.

        Raises
        ------
        GovernanceError
            ``governance.denied`` when the caller may not; nothing becomes of the job. When whoever put it
            may not any more, the job has failed with that.
        """
        from dure.trials.jobs.body import run_job
        from dure.trials.jobs.queueing import queue_of

        self.house.require_here(WORK)
        job = queue_of(self.house).find(run)
        house = NodeHouse(self.house.home, self.house.links, job.put_by)
        detail = {"job": job.id, "queued_by": job.put_by}
        with self.house.doing(WORK, detail=detail) as doing, closing(house.database):
            ended = run_job(house, job.id)
            doing.detail.update(detail, attempt=ended.attempt, state=ended.state.value)
        return self._shown([ended])[0]

    def work(
        self,
        *,
        engine: str = "local",
        slots: int = 2,
        each: int = 0,
        until_empty: bool = False,
        partition: str = "",
        passphrase_file: Path | None = None,
        told: Callable[[Job], None] = lambda _: None,
        stop: threading.Event | None = None,
    ) -> None:
        """Serve the queue until told to stop, or until nothing waits and nothing runs.

        Parameters
        ----------
        engine
            ``local``, ``slurm`` or ``pbs``.
        slots
            How many run at once on that engine, whoever takes them.
        each
            The same for one agency; 0 means as many.
        until_empty
            End when nothing waits and nothing runs.
        partition
            Queue of the cluster.
        passphrase_file
            What the bodies of an embedded node's jobs open its keys with.
        told
            Called with each job that was taken, and with each that ended or came back.
        stop
            Set by whoever wants the worker to end in order.

        Raises
        ------
        TrialJobsError
            ``trials.unattended``, ``trials.engine``.
        GovernanceError
            ``governance.denied``, also when the permission is withdrawn meanwhile.
        """
        from dure.trials import records
        from dure.trials.jobs.errors import TrialJobsError
        from dure.trials.jobs.queueing import queue_of
        from dure.trials.jobs.starting import engine_of
        from dure.trials.jobs.worker import Worker

        if self.house.profile == "embedded" and passphrase_file is None:
            raise TrialJobsError("trials.unattended")
        self._may_work()
        records.sweep(self.house)
        bounds = Bounds(running=slots, running_each=each or slots)
        Worker(
            queue_of(self.house, bounds),
            engine_of(engine, self._command(passphrase_file), self.house.home.door, partition),
            told,
            stop or threading.Event(),
            self._may_work,
        ).work(until_empty=until_empty)

    def _command(self, passphrase_file: Path | None) -> Callable[[Job], Sequence[str]]:
        words = [sys.executable, "-P", "-c", _START, "--home", str(self.house.home.path)]
        words += ["--as", self.house.principal.id]
        if passphrase_file is not None:
            words += ["--passphrase-file", str(passphrase_file.resolve())]
        return lambda job: [*words, "trials", "run-job", job.id]

    def _may_work(self) -> None:
        """Refuse who may not work, by the charter that is pinned now: a worker lives for long."""
        who = self.house.principal.id
        NodeHouse(self.house.home, self.house.links, who).require_here(WORK)

    def _shown(self, jobs: Sequence[Job]) -> Sequence[dict[str, Any]]:
        from dure.trials.jobs.queueing import may_run
        from dure.trials.jobs.watching import shown

        return shown(jobs, self.house.now(), all_of=lambda job: may_run(self.house, job))
