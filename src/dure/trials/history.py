"""What left earlier, or may leave: read from the room's rows and the sealed reports, for the gates.

The figures themselves stay sealed: they are read from the reports, under the purpose ``scoring``, by whoever
may run the trial.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import select
from sqlalchemy.engine import RowMapping

from dure.governance.house import House
from dure.trials.benchmark import SCORING, find_benchmark
from dure.trials.definition import Definition
from dure.trials.details.holding import details_of
from dure.trials.gates.candidate import Figures, History, Other, Told, Triple
from dure.trials.outcomes import OutcomeClass
from dure.trials.releasing import MOST_REPORT_BYTES, read_report
from dure.trials.strict import ESTIMATE
from dure.trials.tables import BENCHMARKS, RELEASES, RUNS, SUBMISSIONS

ISOLATED = "isolated"
MOST_NEIGHBOURS = 32


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another benchmark on this node's data that asks for the same: its id, and its answer key's."""

    id: str
    answers: str


def neighbours(house: House, benchmark_id: str) -> tuple[Neighbour, ...]:
    """Return the other benchmarks with this target and task, at most 32, the latest first.

    Their test rows may be nearly this one's: another version of the data set, another split.
    """
    wanted = find_benchmark(house, benchmark_id)
    parts = (BENCHMARKS.c.asset_id, BENCHMARKS.c.answers_id, BENCHMARKS.c.definition)
    same = (BENCHMARKS.c.answers_id != wanted.answers.id) & (BENCHMARKS.c.asset_id != benchmark_id)
    newest = select(*parts).where(same).order_by(BENCHMARKS.c.prepared_at.desc())
    with house.database.read() as connection:
        rows = list(connection.execute(newest))
    asked = (wanted.definition.task, wanted.definition.target)
    found = (
        Neighbour(str(asset_id), str(answers_id))
        for asset_id, answers_id, written in rows
        for other in (Definition.from_dict(json.loads(written)),)
        if (other.task, other.target) == asked
    )
    return tuple(islice(found, MOST_NEIGHBOURS))


def of(house: House, run_id: str, others: Sequence[Neighbour]) -> History:
    """Return what the gates hold a run against.

    Parameters
    ----------
    house
        The node.
    run_id
        The run, which has begun.
    others
        `neighbours` of its benchmark.
    """
    gone = _asked_for(house)
    return History(
        tuple(_told(house, row, same) for row, same in _earlier(house, run_id)),
        tuple(Other(each.id, each.id in gone) for each in others),
    )


def _told(house: House, row: RowMapping, same: bool) -> Told:
    result = _result_of(house, row)
    return Told(told_figures(result), same, details_of(result))


def noted(isolated: Sequence[str]) -> Mapping[str, str]:
    """Return the facts that a report's asset carries of it."""
    return {ISOLATED: " ".join(isolated)} if isolated else {}


def isolating(house: House, run: RowMapping | Mapping[str, object]) -> bool:
    """Say whether a report, beside one that was asked for or released, would isolate a few rows."""
    here = _isolated_by(house, str(run["report_id"]))
    for benchmark_id, report_id in _asked_for_reports(house):
        if benchmark_id in here or run["benchmark_id"] in _isolated_by(house, report_id):
            return True
    return False


def figures_of(house: House, row: RowMapping) -> Figures:
    """Return the figures that a run's report tells."""
    return told_figures(_result_of(house, row))


def _result_of(house: House, row: RowMapping) -> Mapping[str, object]:
    told = read_report(house.read(row["report_id"], purpose=SCORING, limit=MOST_REPORT_BYTES))
    result = told["result"]
    assert isinstance(result, dict)  # noqa: S101 (read_report checked it)
    return result


def told_figures(result: object) -> Figures:
    """Return the figures that a result tells."""
    figures = result.get("figures", {}) if isinstance(result, dict) else {}
    return {
        name: {side: _triple(estimate) for side, estimate in sides.items()}
        for name, sides in figures.items()
    }


def _triple(estimate: Mapping[str, str]) -> Triple:
    value, lower, upper = (float(estimate[part]) for part in ESTIMATE)
    return value, lower, upper


def _earlier(house: House, run_id: str) -> list[tuple[RowMapping, bool]]:
    """Return the runs whose reports count for the Ladder, the earliest first; and which asked the same."""
    asked = (
        select(RUNS, SUBMISSIONS.c.digest, BENCHMARKS.c.answers_id)
        .join(SUBMISSIONS, SUBMISSIONS.c.asset_id == RUNS.c.submission_id)
        .join(BENCHMARKS, BENCHMARKS.c.asset_id == RUNS.c.benchmark_id)
    )
    with house.database.read() as connection:
        [this] = connection.execute(asked.where(RUNS.c.id == run_id)).mappings()
        same = (RUNS.c.agency == this["agency"]) & (BENCHMARKS.c.answers_id == this["answers_id"])
        done = (RUNS.c.status == "done") & (RUNS.c.outcome == OutcomeClass.OK.value)
        rows = connection.execute(
            asked.where(same & done, RUNS.c.id != run_id).order_by(RUNS.c.ended_at, RUNS.c.id)
        ).mappings()
        asking = ("digest", "seed", "benchmark_id")
        return [(row, all(row[part] == this[part] for part in asking)) for row in rows]


def _asked_for_reports(house: House) -> list[tuple[str, str]]:
    released = select(RUNS.c.benchmark_id, RUNS.c.report_id).where(
        RUNS.c.id.in_(select(RELEASES.c.run_id))
    )
    with house.database.read() as connection:
        return [(str(row[0]), str(row[1])) for row in connection.execute(released)]


def _asked_for(house: House) -> set[str]:
    return {benchmark_id for benchmark_id, _ in _asked_for_reports(house)}


def _isolated_by(house: House, report_id: str) -> set[str]:
    return set(house.assets.get(report_id).facts.get(ISOLATED, "").split())
