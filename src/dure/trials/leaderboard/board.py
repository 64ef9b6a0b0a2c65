"""A benchmark's leaderboard, read from the reports that the reader may see."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from dure.core.errors import DureError
from dure.governance.house import House
from dure.trials.benchmark import PURPOSE, find_benchmark
from dure.trials.errors import TrialsError
from dure.trials.figures import figure
from dure.trials.gates.candidate import Figures
from dure.trials.history import figures_of, told_figures
from dure.trials.leaderboard.standings import Entry, standings
from dure.trials.outcomes import OutcomeClass
from dure.trials.releasing import MOST_REPORT_BYTES
from dure.trials.tables import RELEASES, RUNS, SUBMISSIONS
from dure.trials.tasks import metric_of


def leaderboard(
    house: House, benchmark_id: str, *, metric: str = "", everything: bool = False
) -> list[Mapping[str, Any]]:
    """Return who stands where on a benchmark; of what was released, what the reader may read.

    Parameters
    ----------
    house
        The node of the data's owner.
    benchmark_id
        The benchmark.
    metric
        What to rank by; by default the benchmark's first.
    everything
        Count what passed the gates and was not released as well; for readers cleared for the reports.

    Raises
    ------
    TrialsError
        ``trials.unknown``, ``trials.benchmark`` when it has no such metric.
    GovernanceError
        ``governance.denied`` when ``everything`` is asked for.
    """
    benchmark = find_benchmark(house, benchmark_id)
    definition = benchmark.definition
    chosen = metric_of(definition.task, metric or definition.metrics[0])
    if chosen is None or chosen.name not in definition.metrics:
        raise TrialsError(
            "trials.benchmark", part="metrics", reason="one-of", known=", ".join(definition.metrics)
        )
    entries = _entries(house, benchmark.asset.id, everything)
    questions = definition.budget * len(definition.metrics)
    return [
        {
            "rank": standing.rank,
            "agency": standing.entry.agency,
            "algorithm": standing.entry.algorithm,
            "metric": chosen.name,
            **dict(
                zip(
                    ("value", "lower", "upper"),
                    map(figure, standing.entry.figures[chosen.name]["algorithm"]),
                    strict=True,
                )
            ),
            "released": standing.entry.released,
            "run": standing.entry.run,
        }
        for standing in standings(entries, chosen, questions)
    ]


def _entries(house: House, benchmark_id: str, everything: bool) -> list[Entry]:
    asked = (
        select(RUNS, SUBMISSIONS.c.name, SUBMISSIONS.c.version)
        .join(SUBMISSIONS, SUBMISSIONS.c.asset_id == RUNS.c.submission_id)
        .where(RUNS.c.benchmark_id == benchmark_id, RUNS.c.outcome == OutcomeClass.OK.value)
        .order_by(RUNS.c.ended_at, RUNS.c.id)
    )
    gone = select(RELEASES.c.run_id, RELEASES.c.released_id).where(
        RELEASES.c.released_id.is_not(None)
    )
    with house.database.read() as connection:
        runs = list(connection.execute(asked).mappings())
        released = {str(row[0]): str(row[1]) for row in connection.execute(gone)}
    found = []
    for row in runs:
        if row["id"] in released:
            try:
                figures = _released_figures(house, released[row["id"]])
            except DureError as error:
                if error.code != "governance.denied":
                    raise
                continue  # released to others alone
        elif everything:
            figures = figures_of(house, row)
        else:
            continue
        name = f"{row['name']} {row['version']}"
        found.append(Entry(row["agency"], name, row["id"], row["id"] in released, figures))
    return found


def _released_figures(house: House, asset_id: str) -> Figures:
    data = house.read(asset_id, purpose=PURPOSE, limit=MOST_REPORT_BYTES)
    return told_figures(json.loads(data)["document"]["result"])
