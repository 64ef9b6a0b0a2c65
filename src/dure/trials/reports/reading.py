"""Find a report by its name and read it, as whoever asks may read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Table, select
from sqlalchemy.engine import RowMapping

from dure.governance.house import House
from dure.trials.benchmark import PURPOSE, SCORING
from dure.trials.errors import TrialsError
from dure.trials.releasing import MOST_REPORT_BYTES, read_report
from dure.trials.tables import BENCHMARKS, RECEIVED, RELEASES, RUNS

LEAST_NAME = 8
"""Characters of an id that are enough to name a thing."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A report that somebody may read.

    Parameters
    ----------
    id
        The run, or the released report.
    algorithm, benchmark
        Their names.
    benchmark_id
        The benchmark's id; "" where only its name is known.
    owner
        Agency that owns the data.
    label
        The report's label.
    document
        The report as it was written.
    result
        What passed the gates.
    released
        True of what the owner's executor released, False of what is sealed at the owner's.
    evidence
        What the result rests on, and what became of it at the gates; of a released report its digest
        alone.
    findings
        What those who decide should look at.
    digests
        Of result and evidence, by name.
    subgroups
        The subgroups' names, where they are known.
    resources
        What the algorithm used, in buckets, where the benchmark tells it.
    """

    id: str
    algorithm: str
    benchmark: str
    benchmark_id: str
    owner: str
    label: str
    document: Mapping[str, Any]
    result: Mapping[str, Any]
    released: bool
    evidence: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Mapping[str, Any], ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)
    subgroups: tuple[str, ...] = ()
    resources: Mapping[str, str] = field(default_factory=dict)


def read(house: House, name: str) -> Reading:
    """Return the report of that name to a reader who is cleared for it.

    Parameters
    ----------
    house
        The node.
    name
        A run, a report that this node released, or one that came to it: its id or how it begins, of 8
        characters or more.

    Raises
    ------
    TrialsError
        ``trials.unknown``, ``trials.not-releasable`` when the run has no report.
    GovernanceError
        ``governance.denied``.
    """
    run = _find(house, RUNS, RUNS.c.id, name)
    if run is not None:
        return _sealed(house, run)
    for table, column in ((RECEIVED, RECEIVED.c.asset_id), (RELEASES, RELEASES.c.released_id)):
        row = _find(house, table, column, name)
        if row is not None:
            return _released(house, str(row[column.name]))
    raise TrialsError("trials.unknown", kind="report", name=ascii(name)[1:-1][:32])


def _find(house: House, table: Table, column: Column[Any], name: str) -> RowMapping | None:
    """Return the one row of that id, or None when there is none or several begin so."""
    exact = column == name
    begins = column.startswith(name) if len(name) >= LEAST_NAME and name.isalnum() else exact
    with house.database.read() as connection:
        found = connection.execute(select(table).where(exact | begins).limit(2)).mappings().all()
    return found[0] if len(found) == 1 else None


def _sealed(house: House, run: RowMapping) -> Reading:
    if run["status"] != "done":
        raise TrialsError("trials.not-releasable", reason="no-report")
    data = house.read(run["report_id"], purpose=SCORING, limit=MOST_REPORT_BYTES)
    document: Mapping[str, Any] = read_report(data)
    evidence = document["evidence"]
    benchmark = str(run["benchmark_id"])
    return Reading(
        id=run["id"],
        algorithm=str(evidence.get("algorithm_name", "")),
        benchmark=str(evidence.get("benchmark_name", "")),
        benchmark_id=benchmark,
        owner=house.agency,
        label=str(house.assets.get(run["report_id"]).asset.label),
        document=document,
        result=document["result"],
        released=False,
        evidence=evidence,
        findings=tuple(document["findings"]),
        digests={"result": run["result_digest"], "evidence": run["evidence_digest"]},
        subgroups=_subgroups(house, benchmark),
        resources=evidence.get("resources", {}),
    )


def _released(house: House, asset_id: str) -> Reading:
    data = house.read(asset_id, purpose=PURPOSE, limit=MOST_REPORT_BYTES)
    # Its form and its signature were checked when it came, or by the executor that made it.
    document: Mapping[str, Any] = json.loads(data)["document"]
    ours = document["agency"] == house.agency
    benchmark = _benchmark_of(house, str(document["request"])) if ours else ""
    return Reading(
        id=asset_id,
        algorithm=str(document["algorithm"]),
        benchmark=str(document["benchmark"]),
        benchmark_id=benchmark,
        owner=str(document["agency"]),
        label=str(document["target"]),
        document=document,
        result=document["result"],
        released=True,
        digests={"result": document["result_digest"], "evidence": document["evidence_digest"]},
        subgroups=_subgroups(house, benchmark) if benchmark else (),
        resources=document.get("resources", {}),
    )


def _benchmark_of(house: House, request: str) -> str:
    """Return the benchmark of a released report at the node that released it; else ""."""
    asked = (
        select(RUNS.c.benchmark_id)
        .join(RELEASES, RELEASES.c.run_id == RUNS.c.id)
        .where(RELEASES.c.request_id == request)
    )
    with house.database.read() as connection:
        return str(connection.execute(asked).scalar() or "")


def _subgroups(house: House, benchmark_id: str) -> tuple[str, ...]:
    """Return the names of a benchmark's subgroups, to who may read a report on it.

    The benchmark's own label is no stricter than a sealed report's; what was released of it names none.
    """
    asked = select(BENCHMARKS.c.definition).where(BENCHMARKS.c.asset_id == benchmark_id)
    with house.database.read() as connection:
        told = connection.execute(asked).scalar()
    definition = json.loads(told) if told else {}
    column = definition.get("subgroup", "")
    return tuple(f"{column} = {value}" for value in definition.get("subgroups", ()))
