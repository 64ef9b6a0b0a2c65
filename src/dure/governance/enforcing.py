"""Enforcing: the act itself, at most once, whatever happens around it.

1. The request is looked at anew: charter, incarnation, time, permit, every vote.
2. The act computes the evidence again; another digest voids the request.
3. One transaction looks again, enters the claim and ``<action>.begun`` (``permit.claimed``).
4. The act is performed (``act.performed``).
5. One transaction enters outcome, releases and ``<action>.done`` (``outcome.recorded``).

A process that dies after 3 leaves a claim. `recover` finds claims of dead processes and calls them
unknown; nobody ever performs them again. `reconcile` asks the act whether it happened. The same
question is asked at once when an act raises, since an error in the middle tells nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, insert, select

from dure.core import faults
from dure.core.errors import DureError
from dure.governance import docket
from dure.governance import events as types
from dure.governance.deciding import end, settle
from dure.governance.decisions import NEXT, PENDING, State
from dure.governance.docket import Case
from dure.governance.enactment import Enactment
from dure.governance.errors import GovernanceError
from dure.governance.events import Event
from dure.governance.permits import check_permit
from dure.governance.setting import Setting
from dure.governance.tables import RELEASES
from dure.governance.tally import count


def execute(setting: Setting, request_id: str) -> Mapping[str, object]:
    """Perform an approved request, once; see `Executor.execute`."""
    with setting.db.write() as connection:
        case = settle(setting, connection, docket.find(connection, request_id))
        enactment = _ready(setting, connection, case)
    if enactment is None:
        raise _refusal(case)
    # What the act reads for its evidence is a read of content like any other.
    detail = {"action": case.request.action}
    reads = [
        Event(types.CONTENT_READ, "", asset, request_id, detail) for asset in case.request.assets
    ]
    if reads:
        with setting.db.write() as connection:
            setting.log(connection, *reads)
    if enactment.act.evidence(case.request, enactment.context) != case.request.evidence:
        return _changed(setting, request_id)
    claimed = _claim(setting, request_id)
    try:
        return _act(claimed)
    finally:
        setting.running.discard(request_id)


def recover(setting: Setting) -> tuple[str, ...]:
    """Call claims of dead processes unknown, and end what has ended; see `Executor.recover`."""
    found = []
    with setting.db.write() as connection:
        for case in docket.listed(connection, PENDING):
            settle(setting, connection, case)
        for case in docket.listed(connection, frozenset({State.CLAIMED})):
            if _abandoned(setting, case):
                _unsettled(setting, connection, case)
                found.append(case.request.id)
        faults.point("recovery.recording")
    faults.point("recovery.recorded")
    return tuple(found)


def reconcile(setting: Setting, request_id: str) -> Case:
    """Ask whether an act happened, and close it; see `Executor.reconcile`."""
    with setting.db.write() as connection:
        case = docket.find(connection, request_id)
        if case.state is State.CLAIMED and _abandoned(setting, case):
            case = _unsettled(setting, connection, case)
        charter = setting.charter(connection)
    if case.state is State.CLAIMED:
        raise GovernanceError("governance.unsettled", request=request_id, reason="still-running")
    if case.state is not State.UNKNOWN or case.permit is None:
        raise GovernanceError("governance.permit", request=request_id, reason="not-unknown")
    enactment = Enactment(setting, case, case.permit, setting.acts[case.request.action], charter)
    outcome = enactment.happened()
    faults.point("reconcile.asked")
    note = Event(types.RECONCILED, decision=request_id, detail={"happened": outcome is not None})
    return _close(enactment, outcome, "crash", note)


def _ready(setting: Setting, connection: Connection, case: Case) -> Enactment | None:
    """Return the enactment of an approved case whose permit holds, or None when it is not approved."""
    request, permit = case.request, case.permit
    if case.state is State.OPEN:
        tally = count(request, case.ballots, setting.rulebook(connection, request.action))
        raise GovernanceError(
            "governance.permit", request=request.id, reason=tally.missing or "not-approved"
        )
    if case.state is not State.APPROVED or permit is None:
        return None
    rulebook = setting.rulebook(connection, request.action)
    check_permit(permit, request, rulebook)
    if setting.clock() - request.created_s < rulebook.quorum.review_s:
        raise GovernanceError("governance.permit", request=request.id, reason="early")
    return Enactment(setting, case, permit, setting.acts[request.action], rulebook.charter)


def _refusal(case: Case) -> GovernanceError:
    request_id = case.request.id
    if case.state is State.UNKNOWN:
        return GovernanceError("governance.unsettled", request=request_id, reason="unsettled")
    return GovernanceError("governance.permit", request=request_id, reason=case.reason or "used")


def _changed(setting: Setting, request_id: str) -> Mapping[str, object]:
    with setting.db.write() as connection:
        case = docket.find(connection, request_id)
        if case.state in PENDING:
            case = end(setting, connection, case, State.VOID, "evidence-changed")
    raise _refusal(case)


def _claim(setting: Setting, request_id: str) -> Enactment:
    marked = False
    try:
        with setting.db.write() as connection:
            case = settle(setting, connection, docket.find(connection, request_id))
            enactment = _ready(setting, connection, case)
            if enactment is not None:
                enactment.begun = setting.log(
                    connection, _event(enactment, "begun", {"digest": enactment.permit.digest})
                )
                enactment.case = docket.claim(connection, case, setting.claimant, setting.clock())
                # Before the commit: whoever sees the claim must see that it is being performed.
                setting.running.add(request_id)
                marked = True
                faults.point("permit.claiming")
    except BaseException:
        if marked:
            setting.running.discard(request_id)
        raise
    if enactment is None:
        raise _refusal(case)
    faults.point("permit.claimed")
    return enactment


def _act(enactment: Enactment) -> Mapping[str, object]:
    request_id = enactment.case.request.id
    cause = ""
    outcome: Mapping[str, object] | None
    try:
        outcome = enactment.perform()
        faults.point("act.performed")
    except Exception as error:  # whatever it was, only the target knows how far it came
        cause = error.code if isinstance(error, DureError) else type(error).__name__
        try:
            outcome = enactment.happened()
        except Exception as doubt:
            _doubt(enactment)
            raise GovernanceError(
                "governance.unsettled", request=request_id, reason="unsettled"
            ) from doubt
        closed = _close(enactment, outcome, cause)
        if outcome is None:
            raise GovernanceError(
                "governance.act", request=request_id, reason="act-raised", cause=cause
            ) from error
    except BaseException:  # the process is being stopped; it says what it can
        _doubt(enactment)
        raise
    else:
        closed = _close(enactment, outcome, cause)
    faults.point("outcome.recorded")
    if closed.state is not State.DONE:  # somebody settled it otherwise while it was being performed
        raise GovernanceError(
            "governance.unsettled", request=request_id, reason="settled-otherwise"
        )
    return dict(closed.outcome or {})


def _close(
    enactment: Enactment, outcome: Mapping[str, object] | None, cause: str, *notes: Event
) -> Case:
    setting, now = enactment.setting, enactment.setting.clock()
    state = State.FAILED if outcome is None else State.DONE
    with setting.db.write() as connection:
        case = docket.find(connection, enactment.case.request.id)
        if state not in NEXT[case.state]:
            return case  # another process has reconciled it meanwhile: the first word stands
        for kind, digest in dict.fromkeys(enactment.released if outcome is not None else ()):
            _release(connection, kind, digest, case.request.id, now)
        detail = {"cause": cause} if outcome is None else outcome
        asset = str(detail.get("asset", ""))
        setting.log(connection, *notes, _event(enactment, state, detail, asset))
        case = docket.close(connection, case, state, detail, now)
        faults.point("outcome.recording")
    return case


def _event(
    enactment: Enactment, phase: str, detail: Mapping[str, object], asset: str = ""
) -> Event:
    request = enactment.case.request
    known = asset if len(asset) == 64 else ""
    return Event(f"{request.action}.{phase}", "", known, request.id, detail)


def _doubt(enactment: Enactment) -> None:
    with enactment.setting.db.write() as connection:
        case = docket.find(connection, enactment.case.request.id)
        if State.UNKNOWN in NEXT[case.state]:
            _unsettled(enactment.setting, connection, case)


def _unsettled(setting: Setting, connection: Connection, case: Case) -> Case:
    setting.log(connection, Event(types.UNSETTLED, decision=case.request.id))
    return docket.move(connection, case, State.UNKNOWN, setting.clock(), "unsettled")


def _abandoned(setting: Setting, case: Case) -> bool:
    if case.claimant == setting.claimant:
        return case.request.id not in setting.running
    return not setting.is_alive(case.claimant)


def _release(connection: Connection, kind: str, digest: str, request_id: str, now: int) -> None:
    same = (RELEASES.c.kind == kind) & (RELEASES.c.digest == digest)
    if connection.execute(select(RELEASES.c.kind).where(same)).first() is None:
        connection.execute(
            insert(RELEASES).values(kind=kind, digest=digest, request_id=request_id, released_s=now)
        )
