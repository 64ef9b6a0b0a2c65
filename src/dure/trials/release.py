"""Release a report, as the node sees it: ask people, have the executor act, note what came of it.

The voters sign a request that names the run, the sealed report, its two digests and both labels. What
the executor then does is in `dure.trials.releasing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import update

from dure.core.labels import ALL, Label
from dure.core.times import write_time
from dure.governance.decisions import Request
from dure.governance.house import House
from dure.trials import records, spec
from dure.trials.benchmark import ANSWER_KEY, PURPOSE, SCORING
from dure.trials.errors import TrialsError
from dure.trials.history import isolating
from dure.trials.tables import RELEASES, RUNS


def release_label(source: Label, to: str) -> Label:
    """Return the label that a released report has unless the request says otherwise.

    Without the answer key's category, releasable to the owners and to one agency more, for trial.
    Owners and grade stay.

    Parameters
    ----------
    source
        Label of the sealed report.
    to
        Agency that the report is for.
    """
    owners = source.owners | {to}
    agencies = owners if source.releasable == ALL else source.releasable | owners
    return replace(
        source,
        categories=source.categories - {ANSWER_KEY},
        releasable=agencies,
        purposes=frozenset({PURPOSE}),
    )


def request_release(
    house: House, run_id: str, *, to: str = "", target: Label | None = None
) -> Request:
    """Ask people to release the report of a run.

    Parameters
    ----------
    house
        The node of the data's owner.
    run_id
        The run, or the first 8 or more characters of its id.
    to
        Agency that the report is for; by default the one that submitted the algorithm.
    target
        Label of the released report; by default `release_label`.

    Raises
    ------
    TrialsError
        ``trials.unknown``, ``trials.not-releasable`` when the run has no report, or the label would
        not let that agency have it.
    GovernanceError
        ``governance.denied``.
    """
    row = records.find(house, RUNS, run_id)
    if row["status"] != "done":
        raise TrialsError("trials.not-releasable", reason="no-report")
    agency = to or row["agency"]
    if isolating(house, row):
        raise TrialsError("trials.not-releasable", reason="gate", gate="gate.differencing")
    report = house.assets.get(row["report_id"]).asset
    house.require(spec.RELEASE, report.label, purpose=SCORING, owner=house.agency)
    wanted = target or release_label(report.label, agency)
    if not wanted.released_to(agency):
        raise TrialsError("trials.not-releasable", reason="target-agency", to=agency)
    request = house.propose(
        spec.RELEASE,
        arguments={
            "run": row["id"],
            "report": report.id,
            "outcome": row["outcome"],
            "result": row["result_digest"],
            "evidence": row["evidence_digest"],
            "to": agency,
        },
        assets=[report.id],
        source=report.label,
        target=wanted,
        evidence=row["report_digest"],
    )
    note_request(house, request)
    return request


def note_request(house: House, request: Request) -> None:
    """Note a request in the node's own store; noting twice is once.

    A crash may have come between the executor, which has the request, and this node's own store.
    People may have signed it all the same.

    Raises
    ------
    TrialsError
        ``trials.unknown`` when it is about no run of this node.
    """
    told = request.arguments
    values = {
        "request_id": request.id,
        "run_id": records.find(house, RUNS, str(told.get("run")))["id"],
        "agency": str(told.get("to")),
        "requested_at": request.created,
        "requested_by": request.requester,
    }
    records.keep(house, RELEASES, values, "requested")


def release(house: House, request_id: str) -> Mapping[str, object]:
    """Have the executor release an approved report, and note that it did.

    Returns
    -------
    Mapping
        ``asset``, ``file`` and ``digest`` of the released document.

    Raises
    ------
    TrialsError
        ``trials.unknown``.
    GovernanceError
        When the votes are not enough, or the permit can't be used.
    """
    row = records.find(house, RELEASES, request_id)
    outcome = house.execute(row["request_id"])
    note_release(house, row["request_id"], outcome)
    return outcome


def note_release(house: House, request_id: str, outcome: Mapping[str, object]) -> None:
    """Note in the node's own store what the executor says came of a release; noting twice is once."""
    with house.database.write() as connection:
        connection.execute(
            update(RELEASES)
            .where(RELEASES.c.request_id == request_id, RELEASES.c.released_at.is_(None))
            .values(
                released_id=str(outcome["asset"]),
                released_at=write_time(house.now()),
                released_by=house.principal.id,
            )
        )
