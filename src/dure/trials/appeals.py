"""An appeal: a developer asks that a run be looked at again, and the data's owner answers.

The developer knows the class of the outcome and its hint, and gives a reason. The owner may look at the
diagnosis, and rules: it *stands*, or the algorithm may run *again* for nothing. Not where figures were
scored: what was asked and answered counts. Nobody answers an appeal of their own. The words of the
answer stay at this node; what is told to another agency, people tell it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import RowMapping

from dure.core.text import Text
from dure.core.times import write_time
from dure.governance.house import House
from dure.trials import records, spec
from dure.trials.benchmark import PURPOSE
from dure.trials.errors import TrialsError
from dure.trials.jobs.queueing import may_try
from dure.trials.jobs.watching import has_ended
from dure.trials.outcomes import HINTS, OutcomeClass
from dure.trials.tables import APPEALS, RUNS

MOST_WORDS = 500


class Ruling(StrEnum):
    """What an owner rules of an appeal."""

    STANDS = "stands"
    AGAIN = "again"


RULINGS = {
    Ruling.STANDS: Text("The outcome stands.", "결과를 그대로 둡니다."),
    Ruling.AGAIN: Text(
        "The run costs nothing: another may be made.",
        "이 실행은 한도에서 빼며 다시 시험할 수 있습니다.",
    ),
}


def appeal(house: House, run_id: str, reason: str) -> Mapping[str, Any]:
    """Ask that a run that has ended be looked at again.

    Parameters
    ----------
    house
        The node where it ran.
    run_id
        The run.
    reason
        A line of at most 500 characters.

    Returns
    -------
    Mapping
        The appeal, with the run's class and hint.

    Raises
    ------
    TrialsError
        ``trials.unknown``; ``trials.appeal`` when the run has not ended (to who may not run it: by the
        last quarter of an hour), was appealed already, or is of another agency.
    GovernanceError
        ``governance.denied``.
    """
    records.sweep(house)
    row = records.find(house, RUNS, run_id)
    algorithm = house.assets.get(row["submission_id"]).asset
    house.require(spec.APPEAL, algorithm.label, purpose=PURPOSE, owner=row["agency"])
    if not _concerns(house, row):
        raise _refuse("of-another")
    _check_line(reason)
    exactly = may_try(house, row["submission_id"], row["benchmark_id"])
    if row["status"] == "running" or not (exactly or has_ended(dict(row), house.now())):
        raise _refuse("still-running")
    made = {
        "run_id": row["id"],
        "agency": row["agency"],
        "reason": reason,
        "asked_at": write_time(house.now()),
        "asked_by": house.principal.id,
    }
    with (
        house.doing(spec.APPEAL, detail={"run": row["id"], "reason": reason}),
        house.database.write() as connection,
    ):
        known = select(APPEALS.c.run_id).where(APPEALS.c.run_id == row["id"])
        if connection.execute(known).first() is not None:
            raise _refuse("appealed-already")
        connection.execute(insert(APPEALS).values(**made))
    return _shown(row, {**made, "ruling": None, "words": None})


def answer(house: House, run_id: str, ruling: str, words: str) -> Mapping[str, Any]:
    """Answer the appeal of a run.

    Parameters
    ----------
    house
        The node where it ran.
    run_id
        The run.
    ruling
        One of `Ruling`.
    words
        Why: a line of at most 500 characters, for this node alone.

    Raises
    ------
    TrialsError
        ``trials.unknown``; ``trials.appeal`` when there is none, it was answered, whoever answers asked
        it, or a run that was scored is to cost nothing.
    GovernanceError
        ``governance.denied``.
    """
    row = records.find(house, RUNS, run_id)
    benchmark = house.assets.get(row["benchmark_id"]).asset
    house.require(spec.ANSWER, benchmark.label, purpose=PURPOSE, owner=house.agency)
    _check_line(words)
    if ruling not in tuple(Ruling):
        raise _refuse("one-of", known=", ".join(Ruling))
    if ruling == Ruling.AGAIN and row["outcome"] == OutcomeClass.OK.value:
        raise _refuse("scored-already")
    told = {
        "ruling": ruling,
        "words": words,
        "answered_at": write_time(house.now()),
        "answered_by": house.principal.id,
    }
    waiting = (APPEALS.c.run_id == row["id"]) & APPEALS.c.ruling.is_(None)
    with (
        house.doing(spec.ANSWER, detail={"run": row["id"], "ruling": ruling, "words": words}),
        house.database.write() as connection,
    ):
        asked = select(APPEALS.c.asked_by).where(waiting)
        asker = connection.execute(asked).scalar()
        if asker is None:
            raise _refuse("none-waiting")
        if asker == house.principal.id:
            raise _refuse("own-appeal")
        connection.execute(update(APPEALS).where(waiting).values(told))
        made = connection.execute(select(APPEALS).where(APPEALS.c.run_id == row["id"])).mappings()
        return _shown(row, dict(made.one()))


def appeals(house: House) -> Sequence[Mapping[str, Any]]:
    """Return the appeals with their runs' classes and hints, those that wait for an answer first.

    The owner's people see all of them, others those of their own agency.
    """
    found = [row for row in records.listed(house, APPEALS) if _concerns(house, row)]
    shown = [_shown(records.find(house, RUNS, row["run_id"]), row) for row in found]
    return sorted(shown, key=lambda one: (one["ruling"] is not None, one["asked_at"]))


def _concerns(house: House, row: RowMapping) -> bool:
    return house.principal.agency in (row["agency"], house.agency)


def _shown(run: RowMapping, row: Mapping[str, Any] | RowMapping) -> Mapping[str, Any]:
    outcome = run["outcome"] or ""
    return {
        "run": run["id"],
        "benchmark": run["benchmark_id"],
        "agency": row["agency"],
        "outcome": outcome,
        "hint": {"en": HINTS[OutcomeClass(outcome)].en, "ko": HINTS[OutcomeClass(outcome)].ko}
        if outcome
        else {},
        **{part: row[part] for part in ("reason", "asked_at", "asked_by", "ruling", "words")},
    }


def _check_line(words: str) -> None:
    if not 0 < len(words) <= MOST_WORDS or not words.isprintable():
        raise _refuse("line", most=MOST_WORDS)


def _refuse(reason: str, **facts: object) -> TrialsError:
    return TrialsError("trials.appeal", reason=reason, **facts)
