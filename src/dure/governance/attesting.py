"""Attesting: what the executor writes and signs for the node's doors, and what it won't.

Doors may append the events that rooms declare, never the executor's own. Reads of content are
written before the ticket exists. Envelopes that carry released content are signed only for content
that an act has released.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from dure.core.canonical import canonical_bytes, canonical_json
from dure.governance import docket
from dure.governance import events as types
from dure.governance.errors import GovernanceError
from dure.governance.events import Event
from dure.governance.forms import DIGEST, TERM, Form
from dure.governance.ledger.log import Appended
from dure.governance.setting import Setting
from dure.governance.tables import DETAILS, RELEASES
from dure.governance.tickets import TICKET_LIFE_S, Ticket

GUARDED_KINDS = frozenset({"bundle", "catalogue", "report"})
"""Kinds of envelope whose payload must have been released by an act."""

PROBES = "probe-report"
"""Type of the canonical bytes of a report of probes."""

_NONCE_BYTES = 16
_form = Form("governance.request")


def append(setting: Setting, events: Sequence[Event], may: frozenset[str]) -> Appended:
    """Write a door's events; see `Executor.append`."""
    checked = [Event.from_dict(event.to_dict()) for event in events]
    for event in checked:
        if event.type not in may:
            own = event.type in types.EVENTS or event.type.rpartition(".")[0] in setting.acts
            reason = "reserved-type" if own else "unknown-type"
            raise GovernanceError("governance.event", type=event.type, reason=reason)
    with setting.db.write() as connection:
        return setting.journal.write(connection, checked)


def note(setting: Setting, event: Event) -> Appended | None:
    """Write what the operator did while the executor did not run; see `Executor.note`."""
    checked = Event.from_dict(event.to_dict())
    if checked.type not in types.OPERATED:
        raise GovernanceError("governance.event", type=checked.type, reason="unknown-type")
    detail = canonical_json(dict(checked.detail)).decode("utf-8")
    with setting.db.write() as connection:
        if connection.execute(select(DETAILS.c.position).where(DETAILS.c.detail == detail)).first():
            return None
        return setting.log(connection, checked)


def issue_ticket(
    setting: Setting, asset: str, *, principal: str, action: str, purpose: str, run: str
) -> tuple[Ticket, str]:
    """Write a read of content into the ledger and sign a ticket; see `Executor.issue_ticket`."""
    detail = {"action": action, "purpose": purpose, "run": run}
    event = Event.from_dict(Event(types.CONTENT_READ, principal, asset, "", detail).to_dict())
    with setting.db.write() as connection:
        setting.charter(connection).principal(principal)
        entry = setting.journal.write(connection, [event]).first
    ticket = Ticket(
        asset=asset,
        principal=principal,
        action=action,
        purpose=purpose,
        run=run,
        nonce=setting.random(_NONCE_BYTES).hex(),
        expires=setting.clock() + TICKET_LIFE_S,
        entry=entry,
    )
    return ticket, setting.sign("ticket", ticket.to_dict())


def released(connection: Connection, kind: str, digest: str) -> str | None:
    """Return the request whose act released content with this digest, or None."""
    query = select(RELEASES.c.request_id).where(
        RELEASES.c.kind == kind, RELEASES.c.digest == digest
    )
    request_id: str | None = connection.execute(query).scalar()
    return request_id


def sign_envelope(setting: Setting, header: Mapping[str, object]) -> str:
    """Sign an envelope's header with the node's key; see `Executor.sign_envelope`."""
    kind = _form.text(header.get("kind"), "$.kind", TERM)
    digest = _form.text(header.get("payload_digest"), "$.payload_digest", DIGEST)
    message = canonical_bytes("envelope", dict(header), setting.suite.name)
    if header.get("from") != setting.agency:
        raise GovernanceError("governance.event", type="envelope", reason="other-agency")
    detail = {"kind": kind, "envelope": setting.suite.digest("envelope", dict(header))}
    with setting.db.write() as connection:
        if kind in GUARDED_KINDS and not _released_to(connection, kind, digest, header.get("to")):
            raise GovernanceError("governance.event", type=kind, reason="not-released")
        setting.log(connection, Event(types.ENVELOPE_SIGNED, detail=detail))
    return setting.node_key.sign(message).hex()


def sign_probes(setting: Setting, report: Mapping[str, object]) -> str:
    """Sign a report of this host's probes with the node's key; see `Executor.sign_probes`."""
    message = canonical_bytes(PROBES, dict(report), setting.suite.name)
    verdict = _form.text(report.get("verdict"), "$.verdict", TERM)
    detail = {"report": setting.suite.digest(PROBES, dict(report)), "verdict": verdict}
    with setting.db.write() as connection:
        setting.log(connection, Event(types.HOST_PROBED, detail=detail))
    return setting.node_key.sign(message).hex()


def _released_to(connection: Connection, kind: str, digest: str, to: object) -> bool:
    """Say whether an act released this content, and to this agency if people approved only some."""
    request_id = released(connection, kind, digest)
    if request_id is None:
        return False
    approved = docket.find(connection, request_id).request.arguments.get("to", to)
    return to in approved if isinstance(approved, list | tuple) else bool(approved == to)
