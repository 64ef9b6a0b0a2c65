"""What left earlier, or may leave: read from the room's rows and the sealed reports, for the gates.

The figures themselves stay sealed: they are read from the reports, under the purpose ``scoring``, by whoever
may run the trial. Two runs may come to their ends at once: whose history is not the latest any more when its
end is noted (`check_latest`) passes the gates again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from sqlalchemy import Connection, select
from sqlalchemy.engine import RowMapping

from dure.core.canonical import canonical_json
from dure.core.suites import digest_of
from dure.governance.house import House
from dure.storage.tables import FACTS
from dure.trials import kin
from dure.trials.benchmark import SCORING
from dure.trials.budgets import spent_of
from dure.trials.details.holding import details_of
from dure.trials.gates.candidate import Budget, Figures, History, Other, Told, Triple
from dure.trials.gates.passing import Gated
from dure.trials.kin import Relative, kin_of, relatives
from dure.trials.outcomes import OutcomeClass
from dure.trials.releasing import MOST_REPORT_BYTES, read_report
from dure.trials.strict import ESTIMATE
from dure.trials.tables import RELEASES, RUNS, SUBMISSIONS

ISOLATED = "isolated"
MARK = "history"
TOLD = "told"
"""Names of the facts of a run's diagnosis: what would be isolated, what it was held against, what it told."""
MOST_NEIGHBOURS = 32


class HistoryMovedError(Exception):
    """Something has left, or may leave, that the gates have not seen."""


def neighbours(house: House, benchmark_id: str) -> tuple[Relative, ...]:
    """Return the other benchmarks with this target that somebody ran on, at most 32, the latest first.

    Their test rows may be nearly this one's: other features, another version of the data set, another
    split.
    """
    this, others = relatives(house, benchmark_id)
    with house.database.read() as connection:
        tried = set(connection.execute(select(RUNS.c.benchmark_id).distinct()).scalars())
    found = (each for each in others if each.answers != this.answers and each.id in tried)
    return tuple(islice(found, MOST_NEIGHBOURS))


def of(house: House, run_id: str, others: Sequence[Relative]) -> History:
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
    with house.database.read() as connection:
        run, near, earlier, left = _past(house, connection, run_id, others)
        silent = _silent(connection)
    places = {each.id: place for place, each in enumerate(others) if each.id not in near}
    asking = ("digest", "seed")
    told = (
        Told(
            told_figures(result),
            all(row[part] == run[part] for part in asking),
            other=places.get(row["benchmark_id"]),
            details=details_of(result),
        )
        for row in earlier
        for result in [{} if row["diagnosis_id"] in silent else _result_of(house, row)]
    )
    return History(
        tuple(told),
        tuple(Other(each.id, each.id in left) for each in others),
        _mark(earlier, left),
    )


def check_latest(
    house: House, connection: Connection, run_id: str, others: Sequence[Relative], mark: str
) -> None:
    """Refuse, in the transaction that notes a run's end, a history that is not the latest any more.

    Raises
    ------
    HistoryMovedError
        Then nothing may be noted.
    """
    _, _, earlier, left = _past(house, connection, run_id, others)
    if _mark(earlier, left) != mark:
        raise HistoryMovedError


def budget_of(
    house: House, agency: str, benchmark_id: str, spent: int, limit: int, others: Sequence[Relative]
) -> Budget:
    """Return what an agency has spent, also beside the targets of a benchmark, when it began a run."""
    near = kin_of(house, benchmark_id)
    with house.database.read() as connection:
        beside = [
            0 if each.id in near else spent_of(connection, agency, [each.id]) for each in others
        ]
    return Budget(spent, limit, tuple(beside))


def noted(gated: Gated, mark: str) -> Mapping[str, str]:
    """Return the facts that a run's diagnosis carries of what its result was held against."""
    isolated = {ISOLATED: " ".join(gated.isolated)} if gated.isolated else {}
    figures = told_figures(gated.result)
    told = {TOLD: " ".join(sorted(figures))} if figures else {}
    return {MARK: mark, **told, **isolated, **kin.noted(gated.shared)}


def isolating(house: House, run: RowMapping | Mapping[str, object]) -> bool:
    """Say whether a report, beside one that was asked for or released, would isolate a few rows."""
    here = _isolated_by(house, str(run["diagnosis_id"]))
    for benchmark_id, diagnosis_id in _asked_for_runs(house):
        if benchmark_id in here or run["benchmark_id"] in _isolated_by(house, diagnosis_id):
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


def _past(
    house: House, connection: Connection, run_id: str, others: Sequence[Relative]
) -> tuple[RowMapping, frozenset[str], list[RowMapping], set[str]]:
    """Return a run, its benchmark's kin, the runs that count for the Ladder, and what may have left."""
    asked = select(RUNS, SUBMISSIONS.c.digest).join(
        SUBMISSIONS, SUBMISSIONS.c.asset_id == RUNS.c.submission_id
    )
    run = connection.execute(asked.where(RUNS.c.id == run_id)).mappings().one()
    near = kin_of(house, run["benchmark_id"])
    places = near | {each.id for each in others}
    same = (RUNS.c.agency == run["agency"]) & RUNS.c.benchmark_id.in_(places)
    done = (RUNS.c.status == "done") & (RUNS.c.outcome == OutcomeClass.OK.value)
    earlier = connection.execute(
        asked.where(same & done, RUNS.c.id != run_id).order_by(RUNS.c.ended_at, RUNS.c.id)
    ).mappings()
    gone = {str(name) for name in connection.execute(_ASKED_FOR.distinct()).scalars()}
    return run, near, list(earlier), gone & {each.id for each in others}


def _mark(earlier: Sequence[RowMapping], left: set[str]) -> str:
    return digest_of(canonical_json([sorted(row["id"] for row in earlier), sorted(left)]))


def _silent(connection: Connection) -> set[str]:
    """Return the diagnoses of runs that told nothing: their reports need not be read."""
    told = select(FACTS.c.asset_id).where(FACTS.c.name == TOLD)
    known = select(FACTS.c.asset_id).where(FACTS.c.name == MARK, FACTS.c.asset_id.not_in(told))
    return {str(name) for name in connection.execute(known).scalars()}


_ASKED_FOR = select(RUNS.c.benchmark_id, RUNS.c.diagnosis_id).where(
    RUNS.c.id.in_(select(RELEASES.c.run_id))
)
"""The runs whose reports were asked for or released."""


def _asked_for_runs(house: House) -> list[tuple[str, str]]:
    with house.database.read() as connection:
        return [(str(row[0]), str(row[1])) for row in connection.execute(_ASKED_FOR)]


def _isolated_by(house: House, diagnosis_id: str) -> set[str]:
    noted = select(FACTS.c.value).where(FACTS.c.asset_id == diagnosis_id, FACTS.c.name == ISOLATED)
    with house.database.read() as connection:
        return set(str(connection.execute(noted).scalar() or "").split())
