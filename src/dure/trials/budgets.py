"""What an agency, and a developer of it, has spent of the runs that it may make on the same targets."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, select

from dure.trials.errors import TrialsError
from dure.trials.outcomes import OutcomeClass
from dure.trials.tables import APPEALS, RUNS, SUBMISSIONS

Question = tuple[str, int, str]
"""Submission, seed and benchmark."""
NONE: Question = ("", 0, "")


@dataclass(frozen=True, slots=True)
class Asked:
    """A benchmark that is asked, and how often that may be.

    Parameters
    ----------
    benchmark
        Its id.
    runs
        How many runs an agency may make on it and its kin.
    each
        The same for one developer; 0 means as many.
    """

    benchmark: str
    runs: int
    each: int = 0


def spent_of(
    connection: Connection, agency: str, benchmarks: Collection[str], question: Question = NONE
) -> int:
    """Return what an agency has spent but for failed runs of a question, which is asked once more."""
    return _count(connection, _of(agency, benchmarks), question)


def refuse_more(
    connection: Connection, asked: Asked, kin: Collection[str], agency: str, question: Question
) -> None:
    """Refuse a question when the agency, or the developer who submitted it, may ask no more.

    Raises
    ------
    TrialsError
        ``trials.budget-spent``.
    """
    ours = _of(agency, kin)
    limits = [(agency, ours, asked.runs)]
    who = developer_of(connection, question[0])
    if asked.each and who:
        own = select(SUBMISSIONS.c.asset_id).where(SUBMISSIONS.c.developer == who)
        limits.append((who, ours & RUNS.c.submission_id.in_(own), asked.each))
    for whose, runs, limit in limits:
        if (spent := _count(connection, runs, question)) >= limit:
            raise TrialsError("trials.budget-spent", who=whose, spent=spent, limit=limit)


def developer_of(connection: Connection, submission: str) -> str:
    """Return who submitted an algorithm, as their agency's node says; "" when it didn't."""
    said = select(SUBMISSIONS.c.developer).where(SUBMISSIONS.c.asset_id == submission)
    return str(connection.execute(said).scalar() or "")


def _of(agency: str, benchmarks: Collection[str]) -> ColumnElement[bool]:
    return (RUNS.c.agency == agency) & RUNS.c.benchmark_id.in_(benchmarks)


def _count(connection: Connection, asked: ColumnElement[bool], question: Question) -> int:
    """Return how many runs count.

    Of one question all failed runs together count once, and not at all beside one that did not fail.
    """
    excused = select(APPEALS.c.run_id).where(APPEALS.c.ruling == "again")
    # What was forgiven and taken up again may have got its answer since.
    counted = asked & (RUNS.c.id.not_in(excused) | (RUNS.c.outcome == OutcomeClass.OK.value))
    parts = (RUNS.c.submission_id, RUNS.c.seed, RUNS.c.benchmark_id, RUNS.c.status)
    answered, failed = [], set()
    for *asking, status in connection.execute(select(*parts).where(counted)):
        if status == "failed":
            failed.add(tuple(asking))
        else:
            answered.append(tuple(asking))
    return len(answered) + len(failed - {question, *answered})
