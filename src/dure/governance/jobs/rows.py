"""Rows of the queue, one at a time; within a transaction of the store's writer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select, update

from dure.governance.jobs.errors import JobsError
from dure.governance.jobs.job import Claim, Job, Stage, read_job, why_not
from dure.governance.jobs.tables import JOBS


def row_of(connection: Connection, job_id: str) -> Job:
    """Return a job.

    Raises
    ------
    JobsError
        ``jobs.unknown``.
    """
    row = connection.execute(select(JOBS).where(JOBS.c.id == job_id)).mappings().first()
    if row is None:
        raise JobsError("jobs.unknown", name=ascii(job_id)[1:33])
    return read_job(row)


def held(connection: Connection, claim: Claim) -> Job:
    """Return the job of a claim that still holds.

    Raises
    ------
    JobsError
        ``jobs.unknown``, ``jobs.claim``.
    """
    job = row_of(connection, claim.id)
    if job.state is not Stage.RUNNING:
        raise JobsError("jobs.claim", job=claim.id, reason=why_not(job, 0))
    if (job.attempt, job.worker) != (claim.attempt, claim.worker):
        raise JobsError("jobs.claim", job=claim.id, reason="superseded")
    return job


def change(connection: Connection, job_id: str, **values: Any) -> None:
    """Change columns of a job's row."""
    connection.execute(update(JOBS).where(JOBS.c.id == job_id).values(**values))
