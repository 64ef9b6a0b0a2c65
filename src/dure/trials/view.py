"""What a door shows of trials: plain rows, and a run's diagnosis for those cleared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dure.core.findings import Finding, Severity
from dure.core.text import Text
from dure.governance.house import House
from dure.sandbox.host import probe_host
from dure.sandbox.tasks import HostReport
from dure.sandbox.tiers import probe_tiers
from dure.trials import records
from dure.trials.benchmark import PURPOSE
from dure.trials.errors import TrialsError
from dure.trials.outcomes import WORDS, OutcomeClass
from dure.trials.releasing import MOST_REPORT_BYTES
from dure.trials.runtimes import RUNTIMES
from dure.trials.steps import runtime_facts
from dure.trials.tables import BENCHMARKS, RECEIVED, RELEASES, RUNS, SUBMISSIONS

Row = Mapping[str, Any]


def submissions(house: House) -> list[Row]:
    """Return the submissions that this node made or received."""
    hidden = {"manifest"}
    return [_without(dict(row), hidden) for row in records.listed(house, SUBMISSIONS)]


def benchmarks(house: House) -> list[Row]:
    """Return the benchmarks of this node, with what they ask."""
    return [
        {**_without(dict(row), {"definition"}), **json.loads(row["definition"])}
        for row in records.listed(house, BENCHMARKS)
    ]


def runs(house: House) -> list[Row]:
    """Return the runs of this node, the earliest first, with the requests to release them.

    One whose process died has failed, whether or not that is noted yet: to look writes nothing.
    """
    died = records.dead(house)
    asked: dict[str, list[Row]] = {}
    for row in records.listed(house, RELEASES):
        asked.setdefault(row["run_id"], []).append(dict(row))
    found = [
        {
            **_without(dict(row), {"claimant"}),
            **({"status": "failed"} if row["id"] in died else {}),
            "releases": asked.get(row["id"], []),
        }
        for row in records.listed(house, RUNS)
    ]
    return sorted(found, key=lambda row: (row["begun_at"], row["id"]))


def received(house: House) -> list[Row]:
    """Return the released reports that came to this node."""
    return [dict(row) for row in records.listed(house, RECEIVED)]


def outcome_words(outcome: str, language: str = "en") -> str:
    """Return an outcome's class in words."""
    return WORDS[OutcomeClass(outcome)].say(language)


def diagnosis(house: House, run_id: str) -> Mapping[str, Any]:
    """Return what happened inside a run, to an operator who is cleared for what went in.

    Raises
    ------
    TrialsError
        ``trials.unknown``, ``trials.not-releasable`` when the run has none.
    GovernanceError
        ``governance.denied``.
    """
    row = _ended(house, run_id)
    data = house.read(row["diagnosis_id"], purpose=PURPOSE, limit=MOST_REPORT_BYTES)
    told: Mapping[str, Any] = json.loads(data)
    return told


def doctor() -> tuple[HostReport, tuple[Finding, ...]]:
    """Return whether this host can run trials; needs no node.

    Returns
    -------
    The sandbox's own report, and findings about the runtimes.
    """
    here = ", ".join(name for name, runtime in RUNTIMES.items() if runtime.is_installed())
    found = Finding(
        "trials.runtime",
        Severity.INFO,
        "scikit-learn",
        ", ".join(f"{name} {number}" for name, number in runtime_facts().items()),
        Text(f"Runtimes that are here: {here}.", f"설치된 실행 환경: {here}."),
        Text("Nothing to do.", "조치할 것이 없습니다."),
    )
    return probe_host(), (found,)


def tiers(host: HostReport) -> list[dict[str, Any]]:
    """Return the tiers of sandbox as this host has them, each with what was probed and what to mend."""
    return [
        {
            "tier": one.name,
            "state": one.state,
            "facts": dict(one.facts),
            "findings": one.findings,
        }
        for one in probe_tiers(host)
    ]


def _ended(house: House, run_id: str) -> Row:
    row = records.find(house, RUNS, run_id)
    if row["status"] != "done":
        raise TrialsError("trials.not-releasable", reason="no-report")
    return dict(row)


def _without(row: Row, hidden: set[str]) -> Row:
    return {name: value for name, value in row.items() if name not in hidden}
