"""Deciding: a charter is pinned, requests are opened, people vote, and the permit is issued.

A vote and what follows from it (rejection, or approval with its permit) are one transaction, with
their ledger entries in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from dure.core import faults
from dure.core.errors import CoreError
from dure.core.labels import Label
from dure.core.times import write_time
from dure.governance import docket
from dure.governance import events as types
from dure.governance.charter import Charter, SignedCharter
from dure.governance.decisions import NONCE_BYTES, PENDING, Choice, Request, State, Vote
from dure.governance.docket import Case
from dure.governance.errors import GovernanceError
from dure.governance.events import Event
from dure.governance.permits import issue_permit, policy_version
from dure.governance.setting import Setting
from dure.governance.tally import Ballot, check_vote, count

_END_TYPES: Mapping[State, str] = {
    State.REJECTED: types.REJECTED,
    State.EXPIRED: types.EXPIRED,
    State.VOID: types.VOIDED,
}


def pin_charter(setting: Setting, signed: SignedCharter, actor: str) -> Charter:
    """Pin a charter and end what it makes void; see `Executor.pin_charter`."""
    with setting.db.write() as connection:
        signers = setting.pins.pin(connection, signed, setting.clock())
        if signers is not None:
            detail = {
                "version": signed.charter.version,
                "digest": signed.charter.digest(),
                "signers": sorted(signers),
            }
            setting.log(connection, Event(types.CHARTER_PINNED, actor, detail=detail))
            for case in docket.listed(connection, PENDING):
                settle(setting, connection, case)
        faults.point("charter.pinning")
    faults.point("charter.pinned")
    return signed.charter


def open_request(
    setting: Setting,
    action: str,
    *,
    arguments: Mapping[str, object],
    assets: Sequence[str],
    source: str,
    target: str,
    evidence: str,
    requester: str,
) -> Request:
    """Open a request; see `Executor.open_request`."""
    now = setting.clock()
    with setting.db.write() as connection:
        rulebook = setting.rulebook(connection, action)
        if not rulebook.charter.principal(requester).roles & rulebook.action.roles:
            raise GovernanceError(
                "governance.request", where="$.requester", reason="requester-role"
            )
        nonce = setting.random(NONCE_BYTES).hex()
        before, after = (_label(text, part, rulebook.charter) for part, text in (
            ("source", source), ("target", target)
        ))  # fmt: skip
        if not rulebook.action.lowers and not after.dominates(before):
            raise GovernanceError("governance.label-falls")
        request = Request.from_dict(
            {
                "id": nonce[:16],
                "action": action,
                "arguments": arguments,
                "assets": list(assets),
                "source": str(before),
                "target": str(after),
                "evidence": evidence,
                "policy": policy_version(rulebook.charter, setting.suite),
                "requester": requester,
                "agency": setting.agency,
                "incarnation": setting.incarnation(connection),
                "nonce": nonce,
                "created": write_time(now),
                "expires": write_time(now + rulebook.quorum.expires_s),
            }
        )
        docket.add(connection, request, setting.suite)
        detail = {"digest": request.digest(setting.suite), "action": action}
        setting.log(
            connection,
            Event(types.REQUESTED, requester, decision=request.id, detail=detail),
        )
        faults.point("request.recording")
    faults.point("request.recorded")
    return request


def cast_vote(setting: Setting, vote: Vote) -> Case:
    """Take a vote; see `Executor.cast_vote`."""
    with setting.db.write() as connection:
        case = settle(setting, connection, docket.find_digest(connection, vote.request))
        if vote in [ballot.vote for ballot in case.ballots]:
            return case  # sent again after a lost answer
        pending = case.state in PENDING
        if pending:
            case = _take(setting, connection, case, vote)
            faults.point("vote.recording")
    if not pending:
        raise GovernanceError("governance.vote", reason=case.reason or "not-open")
    faults.point("vote.recorded")
    if case.state is State.APPROVED:
        faults.point("permit.issued")
    return case


def settle(setting: Setting, connection: Connection, case: Case) -> Case:
    """End a pending request whose time is over or whose ground has moved, and return it."""
    seen = look(setting, connection, case)
    if seen.state is case.state:
        return case
    return end(setting, connection, case, seen.state, seen.reason)


def look(setting: Setting, connection: Connection, case: Case) -> Case:
    """Return a case as it stands at this moment, without writing anything."""
    if case.state not in PENDING:
        return case
    request = case.request
    if request.incarnation != setting.incarnation(connection):
        return case.with_state(State.VOID, "restored")
    if request.policy != policy_version(setting.charter(connection), setting.suite):
        return case.with_state(State.VOID, "charter-changed")
    if setting.clock() >= request.expires_s:
        return case.with_state(State.EXPIRED, "expired")
    return case


def end(
    setting: Setting, connection: Connection, case: Case, state: State, reason: str, actor: str = ""
) -> Case:
    """End a pending request without an act."""
    setting.log(
        connection,
        Event(_END_TYPES[state], actor, decision=case.request.id, detail={"reason": reason}),
    )
    return docket.move(connection, case, state, setting.clock(), reason)


def describe(setting: Setting, connection: Connection, case: Case) -> dict[str, object]:
    """Return a case as it stands, with its count, as plain values; see `Executor.show`."""
    case = look(setting, connection, case)
    shown: dict[str, object] = {
        "id": case.request.id,
        "digest": case.request.digest(setting.suite),
        "state": str(case.state),
        "reason": case.reason,
        "request": case.request.to_dict(),
        "votes": [ballot.to_dict() for ballot in case.ballots],
        "permit": None if case.permit is None else case.permit.to_dict(),
        "outcome": None if case.outcome is None else dict(case.outcome),
    }
    if case.state in PENDING:
        rulebook = setting.rulebook(connection, case.request.action)
        tally = count(case.request, case.ballots, rulebook)
        shown |= {
            "approvals": list(tally.approvals),
            "agencies": list(tally.agencies),
            "missing": tally.missing,
            "needs": {
                "votes": rulebook.quorum.votes,
                "roles": sorted(rulebook.quorum.roles),
                "agencies": rulebook.quorum.agencies,
                "votes_from": write_time(case.request.created_s + rulebook.quorum.review_s),
            },
        }
    return shown


def _take(setting: Setting, connection: Connection, case: Case, vote: Vote) -> Case:
    now = setting.clock()
    rulebook = setting.rulebook(connection, case.request.action)
    ballot = Ballot(vote, now)
    check_vote(case.request, ballot, rulebook)
    if (vote.voter, vote.choice) in [(b.vote.voter, b.vote.choice) for b in case.ballots]:
        raise GovernanceError("governance.vote", reason="duplicate")
    if case.state is State.APPROVED and vote.choice is Choice.APPROVE:
        raise GovernanceError("governance.vote", reason="not-open")
    case = docket.add_vote(connection, case, ballot)
    detail = {"vote": setting.suite.digest("vote", vote.to_dict()), "client": str(vote.client)}
    setting.log(connection, Event(types.VOTED, vote.voter, decision=case.request.id, detail=detail))
    tally = count(case.request, case.ballots, rulebook)
    if tally.rejected:
        return end(setting, connection, case, State.REJECTED, "rejected", vote.voter)
    if not tally.enough:
        return case
    permit = issue_permit(
        case.request,
        case.ballots,
        suite=setting.suite,
        executor_public=setting.key.public,
        sign=setting.sign,
        now=now,
        profile=setting.profile,
    )
    detail = {"permit": setting.suite.digest("permit", permit.to_dict())}
    setting.log(connection, Event(types.APPROVED, decision=case.request.id, detail=detail))
    return docket.add_permit(connection, case, permit, now)


def _label(text: str, part: str, charter: Charter) -> Label:
    try:
        return Label.parse(text, charter.labels)
    except CoreError as error:
        raise GovernanceError(
            "governance.request", where=f"$.{part}", reason="wrong-form"
        ) from error
