"""A job, its states, and what it may do next.

::

    queued ──► running ──► done
      ▲ │         │ ├────► failed
      │ └─────────┼─┴────► cancelled
      └───────────┘  (its worker died, or gave it back)

A worker *takes* a job and has a lease on it. The process that does the work *begins* it; that is an
**attempt**, and a later attempt supersedes every earlier one: whatever a superseded process still wants
to write is refused. So a job may be run twice, when nobody can know whether its worker lives, and has
one result all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dure.core.canonical import parse_canonical


class Stage(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = frozenset({Stage.DONE, Stage.FAILED, Stage.CANCELLED})

ATTEMPTS = 3
"""A job whose attempts died this often has failed: it may be what kills them."""

BEGUN = "begun"
"""Progress of an attempt before it has said anything of its own."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be done.

    Parameters
    ----------
    kind
        Dotted name of the work, such as ``trial.run``.
    key
        Idempotency key: of one kind and key no two jobs wait, run or are done.
    agency
        For whom; the queue is fair between agencies.
    arguments
        Canonical values, at most 8 KiB.
    """

    kind: str
    key: str
    agency: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Job:
    """A job as its row says.

    Parameters
    ----------
    id
        32 hex digits.
    number
        The order in which it came.
    kind, agency, arguments
        As in `Draft`.
    state
        Where it is.
    attempt, lost
        How often it was begun, and how many of these attempts died.
    progress
        Step of the attempt under way, a word; "" when none is.
    put_by
        Principal who put it.
    put_s, begun_s, ended_s
        Seconds since 1970; None when that has not happened.
    engine, native_id
        What runs it, and what it is called there; "" when that is not known.
    worker
        The process or the engine that has it now; "" when nobody has.
    cancelling
        True when somebody asked to cancel it.
    reason
        Why it failed: a code; else "".
    result
        What came of it, when it is done: plain values.
    """

    id: str
    number: int
    kind: str
    agency: str
    arguments: Mapping[str, object]
    state: Stage
    attempt: int
    lost: int
    progress: str
    put_by: str
    put_s: int
    begun_s: int | None
    ended_s: int | None
    engine: str
    native_id: str
    worker: str
    cancelling: bool
    reason: str
    result: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class Claim:
    """The right of one attempt to say what came of a job, until a later attempt begins."""

    id: str
    attempt: int
    worker: str


def read_job(row: Mapping[Any, Any]) -> Job:
    """Return the job that a row of ``governance_jobs`` writes."""
    plain = {
        name: row[name]
        for name in Job.__slots__
        if name not in ("arguments", "cancelling", "result")
    }
    result = row["result"]
    return Job(
        **{
            **plain,
            "state": Stage(str(row["state"])),
            "engine": row["engine"] or "",
            "native_id": row["native_id"] or "",
            "worker": row["worker"] or "",
            "arguments": parse_canonical(str(row["arguments"]).encode("utf-8")),
            "cancelling": row["cancel_s"] is not None,
            "result": None if result is None else parse_canonical(str(result).encode("utf-8")),
        }
    )


def why_not(job: Job, lost: int) -> str:
    """Return why an attempt can't begin, or "", when so many of its attempts are lost."""
    if job.state is not Stage.RUNNING:
        return "ended" if job.state in ENDED else "not-taken"
    if job.cancelling:
        return "cancelled"
    return "attempts" if lost >= ATTEMPTS else ""
