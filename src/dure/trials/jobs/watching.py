"""What may be seen of jobs and runs: everything by who might run them, classes by the others.

How long a run takes is a channel: an algorithm could write the data into its own pace, and a developer
read it off the queue. So whoever may not run the trial sees three classes only, as they were at the last
quarter of an hour, with no step, attempt, time or reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from dure.core.times import write_time
from dure.governance.jobs.job import Job

MARK_S = 15 * 60
"""How often what others see changes."""


class Seen(StrEnum):
    """All that others see of a job."""

    WAITING = "waiting"
    UNDER_WAY = "under-way"
    ENDED = "ended"


def class_of(job: Job, now_s: int) -> Seen:
    """Return the class in which a job was at the last quarter of an hour."""
    mark = now_s - now_s % MARK_S
    if job.ended_s is not None and job.ended_s <= mark:
        return Seen.ENDED
    if job.begun_s is not None and job.begun_s <= mark:
        return Seen.UNDER_WAY
    return Seen.WAITING


def has_ended(run: Mapping[str, Any], now_s: int) -> bool:
    """Say whether a run had ended at the last quarter of an hour."""
    return run["ended_at"] is not None and run["ended_at"] <= _mark(now_s)


def shown_run(run: Mapping[str, Any], now_s: int) -> Mapping[str, Any] | None:
    """Return what others see of a run's row; None before the quarter of an hour after it began."""
    if run["begun_at"] > _mark(now_s):
        return None
    ended = has_ended(run, now_s)
    return {
        **{part: run[part] for part in ("id", "submission_id", "benchmark_id", "agency", "seed")},
        "status": (Seen.ENDED if ended else Seen.UNDER_WAY).value,
        "outcome": run["outcome"] if ended else None,
        "releases": run["releases"] if ended else [],
    }


def _mark(now_s: int) -> str:
    return write_time(now_s - now_s % MARK_S)


def shown(
    jobs: Sequence[Job], now_s: int, *, all_of: Callable[[Job], bool]
) -> list[dict[str, object]]:
    """Return jobs as they may be shown.

    Parameters
    ----------
    jobs
        What may be seen at all.
    now_s
        Seconds since 1970.
    all_of
        Says of which jobs everything may be seen.
    """
    return [_whole(job) if all_of(job) else _coarse(job, now_s) for job in jobs]


def _whole(job: Job) -> dict[str, object]:
    return {
        "run": job.id,
        "agency": job.agency,
        "state": job.state.value,
        "step": job.progress,
        "attempt": job.attempt,
        "cancelling": job.cancelling,
        "reason": job.reason,
        "engine": job.engine,
    }


def _coarse(job: Job, now_s: int) -> dict[str, object]:
    return {"run": job.id, "agency": job.agency, "state": class_of(job, now_s).value}
