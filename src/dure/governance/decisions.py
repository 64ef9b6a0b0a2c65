"""Decisions: people's signatures on exactly one act.

A request states the whole act: action, every argument, assets, source and target label, digest of
the evidence, charter, requester, and when it ends. People vote on its digest. When the quorum of the
action stands, the executor issues a permit, claims it, acts, and records what came of it::

                     ┌───────────► REJECTED   somebody voted against it
                     ├───────────► EXPIRED    its time was over
                     ├───────────► VOID       charter, evidence or store changed under it
      OPEN ──────────┤
       │ quorum      │
       ▼             │
    APPROVED ────────┘         a permit is issued; until it is claimed, the same three ends apply
       │ claim, committed before the act
       ▼
    CLAIMED ──► DONE           the act happened, and its outcome is recorded
       │  └───► FAILED         the act did not happen
       ▼
    UNKNOWN                    the executor died, or can't tell; never retried
       └──────► DONE | FAILED  by reconciling: asking the target whether it happened

Nothing leaves DONE, FAILED, REJECTED, EXPIRED and VOID. Any doubt ends on the side of not acting.

A request names the store's incarnation, so that a backup brought back can't collect votes, or act,
a second time. An asset's id is the keyed handle of its content, kind and label: naming the handle
names the content, and says nothing about it to whoever lacks the vault's key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from dure.core.suites import Suite
from dure.core.times import read_time
from dure.governance.forms import DIGEST, DOTTED, HANDLE, HEX, KEY_ID, LINE, TERM, Form

MAX_REQUEST_BYTES = 48 * 1024  # so that a request fits into one ledger entry
MAX_ASSETS = 256
NONCE_BYTES = 16

_request = Form("governance.request")
_REQUEST = (
    "id", "action", "arguments", "assets", "source", "target", "evidence", "policy", "requester",
    "agency", "incarnation", "nonce", "created", "expires",
)  # fmt: skip
_VOTE = ("request", "choice", "voter", "key", "client", "time")


class State(StrEnum):
    """Where a request stands; see the module's picture."""

    OPEN = "open"
    APPROVED = "approved"
    CLAIMED = "claimed"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REJECTED = "rejected"
    EXPIRED = "expired"
    VOID = "void"


NEXT: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.OPEN: frozenset({State.APPROVED, State.REJECTED, State.EXPIRED, State.VOID}),
        State.APPROVED: frozenset({State.CLAIMED, State.REJECTED, State.EXPIRED, State.VOID}),
        State.CLAIMED: frozenset({State.DONE, State.FAILED, State.UNKNOWN}),
        State.UNKNOWN: frozenset({State.DONE, State.FAILED}),
        State.DONE: frozenset(),
        State.FAILED: frozenset(),
        State.REJECTED: frozenset(),
        State.EXPIRED: frozenset(),
        State.VOID: frozenset(),
    }
)
"""State -> states that may follow it."""

PENDING = frozenset({State.OPEN, State.APPROVED})
"""States in which a request may still be rejected, expire or become void."""


class Choice(StrEnum):
    """What a vote says."""

    APPROVE = "approve"
    REJECT = "reject"


class Client(StrEnum):
    """Where the voter read the request: outside the node, or on the node's own page."""

    CLI = "cli"
    NODE = "node"


@dataclass(frozen=True, slots=True)
class Request:
    """One act, stated in full; its canonical bytes are what people sign.

    Parameters
    ----------
    id
        The first 16 hex digits of the nonce.
    action
        Name of the critical action.
    arguments
        Every argument of the act, as canonical values.
    assets
        Ids (keyed handles) of the assets that the act may read.
    source
        Text of the join of their labels.
    target
        Text of the label of what the act mints or sends.
    evidence
        Digest of what the voters were shown; the act computes it again before it happens.
    policy
        Charter version and digest it is asked under: ``3@sha256:…``.
    requester
        Principal who asks.
    agency
        Agency whose executor is to act.
    incarnation
        Id of that executor's store, drawn anew whenever it is restored from a backup.
    nonce
        32 hex digits.
    created, expires
        UTC times by the executor's clock.
    """

    id: str
    action: str
    arguments: Mapping[str, object]
    assets: tuple[str, ...]
    source: str
    target: str
    evidence: str
    policy: str
    requester: str
    agency: str
    incarnation: str
    nonce: str
    created: str
    expires: str

    def to_dict(self) -> dict[str, object]:
        """Return the request as plain values; its canonical form."""
        plain: dict[str, object] = {name: getattr(self, name) for name in _REQUEST}
        return plain | {"arguments": dict(self.arguments), "assets": list(self.assets)}

    def digest(self, suite: Suite) -> str:
        """Return the digest that votes and the permit name."""
        return suite.digest("request", self.to_dict())

    @property
    def created_s(self) -> int:
        """Seconds since 1970 at which it was opened."""
        return read_time(self.created)

    @property
    def expires_s(self) -> int:
        """Seconds since 1970 from which it is void."""
        return read_time(self.expires)

    @classmethod
    def from_dict(cls, value: object) -> Request:
        """Return the request that plain values write.

        Raises
        ------
        GovernanceError
            ``governance.request``.
        """
        _request.plain(value, "$", MAX_REQUEST_BYTES)
        parts = _request.fields(value, "$", _REQUEST)

        def text(name: str, form: Any = LINE) -> str:
            return _request.text(parts[name], f"$.{name}", form)

        nonce = text("nonce", HEX)
        if len(nonce) != 2 * NONCE_BYTES or parts["id"] != nonce[:16]:
            _request.refuse("$.nonce", "wrong-form")
        return cls(
            id=text("id"),
            action=text("action", DOTTED),
            arguments=_request.plain(parts["arguments"], "$.arguments", MAX_REQUEST_BYTES),
            assets=_request.many(
                parts["assets"],
                "$.assets",
                MAX_ASSETS,
                lambda item, at: _request.text(item, at, HANDLE),
            ),
            source=text("source"),
            target=text("target"),
            evidence=text("evidence", DIGEST),
            policy=text("policy"),
            requester=text("requester", DOTTED),
            agency=text("agency", TERM),
            incarnation=text("incarnation"),
            nonce=nonce,
            created=_request.time(parts["created"], "$.created"),
            expires=_request.time(parts["expires"], "$.expires"),
        )


@dataclass(frozen=True, slots=True)
class Vote:
    """A person's signed choice about one request.

    Parameters
    ----------
    request
        Digest of the request.
    choice
        ``approve`` or ``reject``.
    voter
        Principal who votes.
    key
        Id of the key that signed.
    client
        Where the voter read the request: ``cli`` is outside the node that acts. It is the voter's
        statement, and recorded as such.
    time
        When, by the voter's clock. Nothing is decided by it: the executor counts from the moment
        it received the vote.
    signature
        Hex signature over the canonical bytes of all of the above.
    """

    request: str
    choice: Choice
    voter: str
    key: str
    client: Client
    time: str
    signature: str = ""

    def signed_dict(self) -> dict[str, object]:
        """Return what the signature is over, as plain values."""
        return {name: str(getattr(self, name)) for name in _VOTE}

    def to_dict(self) -> dict[str, object]:
        """Return the vote with its signature as plain values."""
        return {**self.signed_dict(), "signature": self.signature}

    @classmethod
    def from_dict(cls, value: object) -> Vote:
        """Return the vote that plain values write.

        Raises
        ------
        GovernanceError
            ``governance.request``.
        """
        parts = _request.fields(value, "$", (*_VOTE, "signature"))
        if parts["choice"] not in list(Choice) or parts["client"] not in list(Client):
            _request.refuse("$.choice", "wrong-form")
        return cls(
            request=_request.text(parts["request"], "$.request", DIGEST),
            choice=Choice(parts["choice"]),
            voter=_request.text(parts["voter"], "$.voter", DOTTED),
            key=_request.text(parts["key"], "$.key", KEY_ID),
            client=Client(parts["client"]),
            time=_request.time(parts["time"], "$.time"),
            signature=_request.text(parts["signature"], "$.signature", HEX),
        )


def sign_vote(vote: Vote, private: bytes, suite: Suite) -> Vote:
    """Return the vote with its signature.

    Raises
    ------
    CoreError
        ``core.key-form``.
    """
    signature = suite.sign_value(private, "vote", vote.signed_dict())
    return Vote(vote.request, vote.choice, vote.voter, vote.key, vote.client, vote.time, signature)
