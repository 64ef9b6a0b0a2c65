"""The docket: requests, votes and permits as rows, read and moved within the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from dure.core.canonical import canonical_json, parse_canonical
from dure.core.suites import Suite
from dure.governance.decisions import NEXT, Request, State, Vote
from dure.governance.errors import GovernanceError
from dure.governance.permits import Permit
from dure.governance.tables import PERMITS, REQUESTS, VOTES
from dure.governance.tally import Ballot


@dataclass(frozen=True, slots=True)
class Case:
    """A request with all that belongs to it.

    Parameters
    ----------
    request
        The request.
    state
        Where it stands.
    reason
        Why it ended without an act (a code of `REASONS`), or ``""``.
    ballots
        Votes in the order in which they came.
    permit
        The permit, once issued.
    claimant
        The process that claimed the permit, or ``""``.
    outcome
        What came of it: the act's outcome when done, ``{"cause": …}`` when failed.
    """

    request: Request
    state: State
    reason: str = ""
    ballots: tuple[Ballot, ...] = ()
    permit: Permit | None = None
    claimant: str = ""
    outcome: Mapping[str, object] | None = None

    def with_state(self, state: State, reason: str) -> Case:
        """Return the case in another state."""
        return replace(self, state=state, reason=reason)


def add(connection: Connection, request: Request, suite: Suite) -> None:
    """Enter an open request."""
    connection.execute(
        insert(REQUESTS).values(
            id=request.id,
            digest=request.digest(suite),
            action=request.action,
            state=State.OPEN,
            reason="",
            document=_write(request.to_dict()),
            created_s=request.created_s,
        )
    )


def find(connection: Connection, request_id: str) -> Case:
    """Return a case by its request's id.

    Raises
    ------
    GovernanceError
        ``governance.unknown``.
    """
    return _one(connection, select(REQUESTS).where(REQUESTS.c.id == request_id), request_id)


def find_digest(connection: Connection, digest: str) -> Case:
    """Return a case by its request's digest.

    Raises
    ------
    GovernanceError
        ``governance.unknown``.
    """
    return _one(connection, select(REQUESTS).where(REQUESTS.c.digest == digest), digest)


def listed(connection: Connection, states: frozenset[State] = frozenset()) -> tuple[Case, ...]:
    """Return the cases in these states (none given: in any), oldest first."""
    query = select(REQUESTS).order_by(REQUESTS.c.created_s, REQUESTS.c.id)
    if states:
        query = query.where(REQUESTS.c.state.in_(sorted(states)))
    return tuple(_case(connection, row) for row in connection.execute(query).all())


def add_vote(connection: Connection, case: Case, ballot: Ballot) -> Case:
    """Enter a vote."""
    connection.execute(
        insert(VOTES).values(
            request_id=case.request.id,
            voter=ballot.vote.voter,
            choice=ballot.vote.choice,
            document=_write(ballot.vote.to_dict()),
            received_s=ballot.received_s,
        )
    )
    return replace(case, ballots=(*case.ballots, ballot))


def add_permit(connection: Connection, case: Case, permit: Permit, now: int) -> Case:
    """Enter the permit: the request is approved."""
    connection.execute(
        insert(PERMITS).values(request_id=case.request.id, document=_write(permit.to_dict()))
    )
    return replace(move(connection, case, State.APPROVED, now), permit=permit)


def claim(connection: Connection, case: Case, claimant: str, now: int) -> Case:
    """Enter the claim, once: whoever claims after this finds no approved request."""
    _settle(connection, case, claimed_by=claimant, claimed_s=now)
    return replace(move(connection, case, State.CLAIMED, now), claimant=claimant)


def close(
    connection: Connection, case: Case, state: State, outcome: Mapping[str, object], now: int
) -> Case:
    """Enter what came of the act."""
    _settle(connection, case, outcome=_write(outcome), settled_s=now)
    return replace(move(connection, case, state, now), outcome=outcome)


def move(connection: Connection, case: Case, state: State, now: int, reason: str = "") -> Case:
    """Move a case to its next state.

    Raises
    ------
    RuntimeError
        When the state machine has no such step: a defect of the caller.
    """
    if state not in NEXT[case.state]:
        raise RuntimeError(f"a request can't go from {case.state} to {state}")
    connection.execute(
        update(REQUESTS)
        .where(REQUESTS.c.id == case.request.id)
        .values(state=state, reason=reason, closed_s=None if NEXT[state] else now)
    )
    return case.with_state(state, reason)


def _settle(connection: Connection, case: Case, **values: object) -> None:
    connection.execute(
        update(PERMITS).where(PERMITS.c.request_id == case.request.id).values(**values)
    )


def _one(connection: Connection, query: Select[Any], name: str) -> Case:
    row = connection.execute(query).first()
    if row is None:
        raise GovernanceError("governance.unknown", part="request", name=name[:80])
    return _case(connection, row)


def _case(connection: Connection, row: Row[Any]) -> Case:
    votes = connection.execute(
        select(VOTES)
        .where(VOTES.c.request_id == row.id)
        .order_by(VOTES.c.received_s, VOTES.c.voter, VOTES.c.choice)
    ).all()
    permit = connection.execute(select(PERMITS).where(PERMITS.c.request_id == row.id)).first()
    case = Case(
        request=Request.from_dict(_read(row.document)),
        state=State(row.state),
        reason=row.reason,
        ballots=tuple(Ballot(Vote.from_dict(_read(v.document)), v.received_s) for v in votes),
    )
    if permit is None:
        return case
    return replace(
        case,
        permit=Permit.from_dict(_read(permit.document)),
        claimant=permit.claimed_by or "",
        outcome=None if permit.outcome is None else _read(permit.outcome),
    )


def _write(value: Mapping[str, object]) -> str:
    return canonical_json(value).decode("utf-8")


def _read(document: str) -> Any:
    return parse_canonical(document.encode("utf-8"))
