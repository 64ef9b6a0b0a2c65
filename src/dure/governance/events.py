"""Events: what the ledger says happened, without saying who or what to those who need not know.

An entry has a clear header (time, type, pseudonym of the actor, asset's handle, request's id) and one
salted digest over the rest. Salt and rest stay in the executor's store; shown to an auditor they
open the entry, and nothing else, with `open_detail`. The rest names the actor, so that a pseudonym
is opened the same way, entry by entry; the secret that makes pseudonyms is never shown.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from dure.core.canonical import canonical_json
from dure.core.suites import Suite
from dure.governance.forms import DIGEST, DOTTED, HANDLE, KEY_ID, Form

MAX_ENTRY_BYTES = 64 * 1024 - 1
MAX_DETAIL_BYTES = 64 * 1024
SALT_BYTES = 16

CONTENT_READ = "content.read"
CHARTER_PINNED = "charter.pinned"
ENVELOPE_SIGNED = "envelope.signed"
HOST_PROBED = "host.probed"
REQUESTED = "decisions.requested"
VOTED = "decisions.voted"
APPROVED = "decisions.approved"
REJECTED = "decisions.rejected"
EXPIRED = "decisions.expired"
VOIDED = "decisions.voided"
UNSETTLED = "decisions.unsettled"
RECONCILED = "decisions.reconciled"

OPERATIONS = ("node.restored", "node.rotated", "node.recovered")
"""What a node's operator does while its executor does not run; the executor writes it afterwards."""

OPERATED = frozenset(
    f"{operation}.{phase}" for operation in OPERATIONS for phase in ("begun", "done", "failed")
)
"""Event types of `OPERATIONS`."""

EVENTS = frozenset(
    {
        CONTENT_READ,
        CHARTER_PINNED,
        ENVELOPE_SIGNED,
        HOST_PROBED,
        REQUESTED,
        VOTED,
        APPROVED,
        REJECTED,
        EXPIRED,
        VOIDED,
        UNSETTLED,
        RECONCILED,
        *OPERATED,
    }
)
"""Types that the executor alone writes, besides those of the acts it performs."""

_form = Form("governance.request")
_EVENT = ("type", "actor", "asset", "decision", "detail")
_ENTRY = ("format", "time", "type", "actor", "asset", "decision", "detail")
_FORMAT = "dure/event/v1"
_ASSET = re.compile("|" + HANDLE.pattern)
_DECISION = re.compile("|" + KEY_ID.pattern)
_ACTOR = re.compile("|" + DOTTED.pattern)
_PSEUDONYM = re.compile(r"|[0-9a-f]{32}")


def phases(action: str) -> frozenset[str]:
    """Return the three event types of an action: begun, done, failed.

    Examples
    --------
    >>> sorted(phases("report.release"))
    ['report.release.begun', 'report.release.done', 'report.release.failed']
    """
    return frozenset(f"{action}.{phase}" for phase in ("begun", "done", "failed"))


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, as the process that saw it says; the executor adds the time.

    Parameters
    ----------
    type
        Dotted name, such as ``dataset.import.done``.
    actor
        Principal who did it; ``""`` for the node itself.
    asset
        Handle of the asset it is about, or ``""``.
    decision
        Id of the request it belongs to, or ``""``.
    detail
        The rest: canonical values, at most 64 KiB. Only its salted digest goes into the ledger.
    """

    type: str
    actor: str = ""
    asset: str = ""
    decision: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the event as plain values."""
        plain: dict[str, object] = {name: getattr(self, name) for name in _EVENT}
        return plain | {"detail": dict(self.detail)}

    @classmethod
    def from_dict(cls, value: object) -> Event:
        """Return the event that plain values write.

        Raises
        ------
        GovernanceError
            ``governance.request``.
        """
        parts = _form.fields(value, "$", _EVENT)
        return cls(
            type=_form.text(parts["type"], "$.type", DOTTED),
            actor=_form.text(parts["actor"], "$.actor", _ACTOR),
            asset=_form.text(parts["asset"], "$.asset", _ASSET),
            decision=_form.text(parts["decision"], "$.decision", _DECISION),
            detail=_form.plain(parts["detail"], "$.detail", MAX_DETAIL_BYTES),
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as anyone reads it in the ledger.

    Parameters
    ----------
    time
        UTC time by the executor's clock.
    type
        The event's type.
    actor
        Pseudonym of the actor, 32 hex digits, or ``""``.
    asset, decision
        Handle and request's id, or ``""``.
    detail
        Salted digest of the actor and the detail.
    """

    time: str
    type: str
    actor: str
    asset: str
    decision: str
    detail: str

    def to_bytes(self) -> bytes:
        """Return the entry's canonical JSON, which is the leaf of the ledger."""
        plain = {name: getattr(self, name) for name in _ENTRY[1:]}
        return canonical_json({"format": _FORMAT, **plain})


def pseudonym(secret: bytes, principal: str) -> str:
    """Return the pseudonym of a principal under one store's secret; ``""`` stays empty."""
    if not principal:
        return ""
    message = b"dure/pseudonym/v1\n" + principal.encode("utf-8")
    return hmac.digest(secret, message, "sha256").hex()[:32]


def detail_digest(salt: bytes, actor: str, detail: Mapping[str, object], suite: Suite) -> str:
    """Return the salted digest that stands in an entry."""
    value = {"salt": salt.hex(), "actor": actor, "detail": dict(detail)}
    return suite.digest("event-detail", value)


def write_entry(event: Event, *, time: str, secret: bytes, salt: bytes, suite: Suite) -> bytes:
    """Return the ledger entry of an event."""
    return Entry(
        time=time,
        type=event.type,
        actor=pseudonym(secret, event.actor),
        asset=event.asset,
        decision=event.decision,
        detail=detail_digest(salt, event.actor, event.detail, suite),
    ).to_bytes()


def read_entry(data: bytes) -> Entry:
    """Return the entry of a ledger leaf.

    Raises
    ------
    GovernanceError
        ``governance.request`` when the bytes are not an entry's.
    """
    parts = _form.fields(_form.decode(data, MAX_ENTRY_BYTES), "$", _ENTRY)
    if parts["format"] != _FORMAT:
        _form.refuse("$.format", "wrong-form")
    return Entry(
        time=_form.time(parts["time"], "$.time"),
        type=_form.text(parts["type"], "$.type", DOTTED),
        actor=_form.text(parts["actor"], "$.actor", _PSEUDONYM),
        asset=_form.text(parts["asset"], "$.asset", _ASSET),
        decision=_form.text(parts["decision"], "$.decision", _DECISION),
        detail=_form.text(parts["detail"], "$.detail", DIGEST),
    )


def open_detail(
    entry: Entry, salt: bytes, actor: str, detail: Mapping[str, object], suite: Suite
) -> bool:
    """Say whether this actor and detail, with this salt, are what the entry stands for."""
    return hmac.compare_digest(entry.detail, detail_digest(salt, actor, detail, suite))
