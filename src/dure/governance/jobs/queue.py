"""The queue: who waits, who runs, and what came of it, each step one transaction of the store's writer.

A kill at any point loses nothing: what was put stays put, what was taken comes back when its lease is
over (or at once, when its process is seen to be dead on this machine), and a result is written in the
transaction that ends the job, by the latest attempt alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from dure.core import faults
from dure.core.canonical import canonical_json
from dure.governance.claims import is_gone
from dure.governance.jobs.errors import JobsError
from dure.governance.jobs.fairness import Bounds, next_agency
from dure.governance.jobs.job import (
    ATTEMPTS,
    BEGUN,
    ENDED,
    Claim,
    Draft,
    Job,
    Stage,
    read_job,
    why_not,
)
from dure.governance.jobs.rows import change, held, row_of
from dure.governance.jobs.standings import refuse_more, serve, standings
from dure.governance.jobs.tables import JOBS
from dure.storage.database import Database

MOST_ARGUMENTS_BYTES = 8 * 1024
_LIVE = ("queued", "running", "done")
_FREE: Mapping[str, Any] = {"worker": None, "lease_ends_s": None}


class Queue:
    """The jobs of one node.

    Parameters
    ----------
    db
        The node's own store.
    clock
        Returns seconds since 1970.
    random
        Gives that many random bytes.
    bounds
        How much there may be at once.
    """

    def __init__(
        self,
        db: Database,
        clock: Callable[[], int],
        random: Callable[[int], bytes],
        bounds: Bounds | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._random = random
        self._bounds = bounds or Bounds()

    # ── what is to be done ──────────────────────────────────────────────────────────────────────

    def put(self, draft: Draft, by: str) -> Job:
        """Put a job at the end of the queue; the one that is there already, when its key is known.

        Parameters
        ----------
        draft
            What is to be done.
        by
            Principal who asks.

        Raises
        ------
        JobsError
            ``jobs.full``.
        ValueError
            When the arguments are too long: a defect of the caller.
        """
        arguments = canonical_json(dict(draft.arguments))
        if len(arguments) > MOST_ARGUMENTS_BYTES:
            raise ValueError("the arguments of a job have at most 8 KiB")
        same = (JOBS.c.kind == draft.kind) & (JOBS.c.key == draft.key) & JOBS.c.state.in_(_LIVE)
        with self._db.write() as connection:
            known = connection.execute(select(JOBS).where(same)).mappings().first()
            if known is not None:
                return read_job(known)
            refuse_more(connection, self._bounds, draft.agency)
            last = connection.execute(select(func.max(JOBS.c.number))).scalar()
            job_id = self._random(16).hex()
            connection.execute(
                insert(JOBS).values(
                    id=job_id,
                    number=(last or 0) + 1,
                    kind=draft.kind,
                    key=draft.key,
                    agency=draft.agency,
                    arguments=arguments.decode("utf-8"),
                    state=Stage.QUEUED,
                    attempt=0,
                    lost=0,
                    progress="",
                    put_by=by,
                    put_s=self._clock(),
                    reason="",
                )
            )
            job = row_of(connection, job_id)
        faults.point("job.put")
        return job

    def cancel(self, job_id: str, by: str) -> Job:
        """Cancel a job: at once while it waits; one that runs is told so. One that has ended stays."""
        with self._db.write() as connection:
            job = row_of(connection, job_id)
            if job.state not in ENDED and not job.cancelling:
                change(connection, job_id, cancel_by=by, cancel_s=self._clock())
            if job.state is Stage.QUEUED:
                self._end(connection, job_id, Stage.CANCELLED)
            job = row_of(connection, job_id)
        faults.point("job.cancelled")
        return job

    # ── a worker's side ─────────────────────────────────────────────────────────────────────────

    def take(self, worker: str, engine: str, lease_s: int) -> Job | None:
        """Take the next job for a worker; None when nobody waits or no slot is free.

        Parameters
        ----------
        worker
            The process that takes it, as `dure.governance.claims` names it.
        engine
            What is going to run it; the bounds on running count what one engine runs.
        lease_s
            For how long nobody else gets it.
        """
        with self._db.read() as connection:  # who only looks does not take the writer's turn
            nobody = next_agency(standings(connection, engine), self._bounds) is None
            if nobody and not self._lost(connection):
                return None
        with self._db.write() as connection:
            self._give_up_lost(connection)
            agency = next_agency(standings(connection, engine), self._bounds)
            if agency is None:
                return None
            first = (
                select(JOBS.c.id)
                .where(JOBS.c.state == Stage.QUEUED, JOBS.c.agency == agency)
                .order_by(JOBS.c.number)
                .limit(1)
            )
            job_id = str(connection.execute(first).scalar_one())
            lease_ends_s = self._clock() + lease_s
            change(
                connection,
                job_id,
                state=Stage.RUNNING,
                engine=engine,
                native_id=None,
                worker=worker,
                lease_ends_s=lease_ends_s,
            )
            serve(connection, agency)
            job = row_of(connection, job_id)
        faults.point("job.taken")
        return job

    def name(self, job: Job, native_id: str) -> None:
        """Note what a job that was just taken is called by the engine that is to begin it.

        From then on it is that engine's, and stays so when the worker that took it ends.
        """
        with self._db.write() as connection:
            now = row_of(connection, job.id)
            if now.state is Stage.RUNNING and now.attempt == job.attempt:
                worker = f"{now.engine}/{native_id}"
                change(connection, job.id, native_id=native_id, worker=worker)
        faults.point("job.named")

    def keep(self, jobs: Iterable[str], lease_s: int) -> None:
        """Lengthen the leases of jobs that wait or run elsewhere, as their engine says."""
        until = self._clock() + lease_s
        with self._db.write() as connection:
            connection.execute(
                update(JOBS)
                .where(JOBS.c.id.in_(list(jobs)), JOBS.c.state == Stage.RUNNING)
                .where(JOBS.c.lease_ends_s < until)
                .values(lease_ends_s=until)
            )

    def give_up(self, job: Job, *, blame: bool = True) -> None:
        """Say that the attempt that was seen in a job is dead, or never began: it waits again.

        A job whose attempts died too often has failed; one that somebody cancelled is cancelled.
        Nothing happens when a later attempt has begun.

        Parameters
        ----------
        job
            As it was seen.
        blame
            False when the job can't be why, for instance since nothing could be started.
        """
        with self._db.write() as connection:
            now = row_of(connection, job.id)
            if now.state is Stage.RUNNING and now.attempt == job.attempt:
                self._lose(connection, now, blame=blame)
        faults.point("job.given-up")

    def expire(self) -> int:
        """Give up every job whose lease is over or whose process is seen to be dead; say how many."""
        with self._db.write() as connection:
            return self._give_up_lost(connection)

    # ── the side of the process that does the work ──────────────────────────────────────────────

    def begin(self, job_id: str, worker: str, lease_s: int) -> Claim:
        """Begin an attempt at a job that a worker has taken; earlier attempts are superseded.

        Raises
        ------
        JobsError
            ``jobs.unknown``; ``jobs.claim`` when it was not taken, has ended, was cancelled or was begun
            too often. Nothing has to be done then.
        """
        with self._db.write() as connection:
            job = row_of(connection, job_id)
            lost = job.lost + bool(job.progress)  # the attempt that this one supersedes
            reason = why_not(job, lost)
            if reason == "cancelled":
                self._end(connection, job_id, Stage.CANCELLED)
            elif reason == "attempts":
                self._end(connection, job_id, Stage.FAILED, reason="lost")
            elif not reason:
                now = self._clock()
                change(
                    connection,
                    job_id,
                    attempt=job.attempt + 1,
                    lost=lost,
                    progress=BEGUN,
                    worker=worker,
                    lease_ends_s=now + lease_s,
                    begun_s=job.begun_s or now,
                )
        if reason:
            raise JobsError("jobs.claim", job=job_id, reason=reason)
        faults.point("job.begun")
        return Claim(job_id, job.attempt + 1, worker)

    def renew(self, claim: Claim, lease_s: int, progress: str = "") -> None:
        """Lengthen the lease, and say which step is under way.

        Raises
        ------
        JobsError
            ``jobs.claim`` when this attempt must stop: superseded, cancelled or ended.
        """
        with self._db.write() as connection:
            job = held(connection, claim)
            if job.cancelling:
                raise JobsError("jobs.claim", job=claim.id, reason="cancelled")
            until = self._clock() + lease_s
            change(connection, claim.id, lease_ends_s=until, progress=progress or job.progress)
        faults.point("job.renewed")

    def finish(self, connection: Connection, claim: Claim, result: Mapping[str, object]) -> None:
        """Write what came of the job, in the transaction that writes it where it belongs.

        Raises
        ------
        JobsError
            ``jobs.claim`` when the attempt was superseded or the job has ended: the transaction must not
            be committed then.
        """
        held(connection, claim)
        written = canonical_json(dict(result)).decode("utf-8")
        self._end(connection, claim.id, Stage.DONE, result=written)

    def fail(self, claim: Claim, reason: str, *, again: bool = False) -> None:
        """End the job as failed; or, where another attempt may mend it, have it wait again.

        Parameters
        ----------
        claim
            The attempt that failed.
        reason
            Why: a code.
        again
            True when it was not the job's own fault; it counts like an attempt that died.

        Raises
        ------
        JobsError
            ``jobs.claim`` when the attempt was superseded or the job has ended.
        """
        with self._db.write() as connection:
            job = held(connection, claim)
            if again:
                self._lose(connection, job, blame=True, reason=reason)
            else:
                self._end(connection, claim.id, Stage.FAILED, reason=reason)
        faults.point("job.failed")

    def give_back(self, claim: Claim) -> Job:
        """Stop an attempt in order: the job waits again, or is cancelled if somebody asked for it.

        Raises
        ------
        JobsError
            ``jobs.claim`` when the attempt was superseded or the job has ended.
        """
        with self._db.write() as connection:
            job = held(connection, claim)
            if job.cancelling:
                self._end(connection, claim.id, Stage.CANCELLED)
            else:  # nothing died, so nothing counts against the job
                change(connection, claim.id, state=Stage.QUEUED, progress="", **_FREE)
            job = row_of(connection, claim.id)
        faults.point("job.given-back")
        return job

    # ── looking ─────────────────────────────────────────────────────────────────────────────────

    def find(self, name: str) -> Job:
        """Return the job of that id, or the one whose id begins so (8 characters or more).

        Raises
        ------
        JobsError
            ``jobs.unknown``.
        """
        begins = JOBS.c.id.startswith(name) if len(name) >= 8 and name.isalnum() else False
        with self._db.read() as connection:
            found = connection.execute(
                select(JOBS).where((JOBS.c.id == name) | begins).limit(2)
            ).mappings()
            rows = list(found)
        if len(rows) != 1:
            raise JobsError("jobs.unknown", name=ascii(name)[1:33])
        return read_job(rows[0])

    def listed(self, states: Sequence[Stage] = tuple(Stage), engine: str = "") -> list[Job]:
        """Return the jobs in these states, in the order in which they came."""
        wanted = select(JOBS).where(JOBS.c.state.in_(states)).order_by(JOBS.c.number)
        if engine:
            wanted = wanted.where(JOBS.c.engine == engine)
        with self._db.read() as connection:
            return [read_job(row) for row in connection.execute(wanted).mappings()]

    # ── within a transaction ────────────────────────────────────────────────────────────────────

    def _lost(self, connection: Connection) -> list[Job]:
        running = connection.execute(select(JOBS).where(JOBS.c.state == Stage.RUNNING)).mappings()
        now = self._clock()
        return [
            read_job(row)
            for row in running.all()
            if row["lease_ends_s"] < now or is_gone(row["worker"])
        ]

    def _give_up_lost(self, connection: Connection) -> int:
        lost = self._lost(connection)
        for job in lost:
            self._lose(connection, job, blame=bool(job.progress))
        return len(lost)

    def _lose(self, connection: Connection, job: Job, *, blame: bool, reason: str = "lost") -> None:
        if job.cancelling:
            self._end(connection, job.id, Stage.CANCELLED)
        elif (lost := job.lost + blame) >= ATTEMPTS:
            self._end(connection, job.id, Stage.FAILED, reason=reason)
        else:
            change(connection, job.id, state=Stage.QUEUED, lost=lost, progress="", **_FREE)

    def _end(self, connection: Connection, job_id: str, state: Stage, **values: str) -> None:
        ended = {"state": state, "ended_s": self._clock(), "progress": "", **_FREE}
        change(connection, job_id, **ended, **values)
