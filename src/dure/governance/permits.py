"""Permits: the executor's own word that people approved exactly this act, once, until then.

A permit carries the votes it rests on, each with the second at which the executor received it, so
that anyone who holds the charter can check the whole decision from the permit and the request
alone: `check_permit` is what the executor asks before it acts and what another node asks when a
bundle arrives. Whether it has been used, only the executor's store knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from dure.core.suites import Suite
from dure.core.times import read_time, write_time
from dure.governance.decisions import Request
from dure.governance.document import MAX_PRINCIPALS, Charter
from dure.governance.errors import GovernanceError
from dure.governance.forms import DIGEST, DOTTED, HEX, KEY_ID, TERM, Form
from dure.governance.tally import Ballot, Rulebook, count

MAX_BALLOTS = 2 * MAX_PRINCIPALS

_form = Form("governance.request")
_PROFILE = re.compile("embedded|separated")
_SIGNED = (
    "request", "digest", "action", "agency", "profile", "incarnation", "issued", "expires",
    "executor", "votes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Permit:
    """Permission for one act.

    Parameters
    ----------
    request, digest
        Id and digest of the request.
    action
        The action it permits.
    agency
        Agency whose executor issued it, and may use it.
    profile
        How that node is deployed: ``embedded`` or ``separated``. People's control is claimed for
        ``separated`` alone.
    incarnation
        Id of that executor's store; a restored store has another, so the permit is dead there.
    issued, expires
        UTC times by the executor's clock.
    executor
        Id of the executor's key.
    votes
        The votes it rests on, as they were received.
    signature
        Hex signature of the executor over all of the above.
    """

    request: str
    digest: str
    action: str
    agency: str
    profile: str
    incarnation: str
    issued: str
    expires: str
    executor: str
    votes: tuple[Ballot, ...]
    signature: str = ""

    def signed_dict(self) -> dict[str, object]:
        """Return what the signature is over, as plain values."""
        plain: dict[str, object] = {name: getattr(self, name) for name in _SIGNED}
        return plain | {"votes": [ballot.to_dict() for ballot in self.votes]}

    def to_dict(self) -> dict[str, object]:
        """Return the permit with its signature as plain values."""
        return {**self.signed_dict(), "signature": self.signature}

    @classmethod
    def from_dict(cls, value: object) -> Permit:
        """Return the permit that plain values write.

        Raises
        ------
        GovernanceError
            ``governance.request``.
        """
        parts = _form.fields(value, "$", (*_SIGNED, "signature"))
        return cls(
            request=_form.text(parts["request"], "$.request", KEY_ID),
            digest=_form.text(parts["digest"], "$.digest", DIGEST),
            action=_form.text(parts["action"], "$.action", DOTTED),
            agency=_form.text(parts["agency"], "$.agency", TERM),
            profile=_form.text(parts["profile"], "$.profile", _PROFILE),
            incarnation=_form.text(parts["incarnation"], "$.incarnation"),
            issued=_form.time(parts["issued"], "$.issued"),
            expires=_form.time(parts["expires"], "$.expires"),
            executor=_form.text(parts["executor"], "$.executor", KEY_ID),
            votes=_form.many(parts["votes"], "$.votes", MAX_BALLOTS, Ballot.from_dict),
            signature=_form.text(parts["signature"], "$.signature", HEX),
        )


def issue_permit(
    request: Request,
    ballots: tuple[Ballot, ...],
    *,
    suite: Suite,
    executor_public: bytes,
    sign: Callable[[str, object], str],
    now: int,
    profile: str = "embedded",
) -> Permit:
    """Return a signed permit for a request whose count is enough.

    Parameters
    ----------
    request
        The request.
    ballots
        Its votes.
    suite
        The charter's crypto suite.
    executor_public
        The executor's public key.
    sign
        Signs a value of a type with the executor's key, in hex.
    now
        Seconds since 1970.
    profile
        How the node is deployed.
    """
    permit = Permit(
        request=request.id,
        digest=request.digest(suite),
        action=request.action,
        agency=request.agency,
        profile=profile,
        incarnation=request.incarnation,
        issued=write_time(now),
        expires=request.expires,
        executor=suite.key_id(executor_public),
        votes=ballots,
    )
    return replace(permit, signature=sign("permit", permit.signed_dict()))


def check_permit(permit: Permit, request: Request, rulebook: Rulebook) -> None:
    """Check a permit against its request and a charter, as far as that can be seen from outside.

    The executor's signature, the exact request, and every vote, counted again. That the permit is
    unused, unexpired and of this incarnation, the executor checks besides.

    Raises
    ------
    GovernanceError
        ``governance.permit`` with the reason.
    """
    executor = bytes.fromhex(rulebook.charter.member(request.agency).executor)
    issued_s = read_time(permit.issued)
    tally = count(request, permit.votes, rulebook)
    reason = ""
    if not rulebook.suite.verify_value(executor, "permit", permit.signed_dict(), permit.signature):
        reason = "signature"
    elif (permit.request, permit.action, permit.agency, permit.incarnation, permit.expires) != (
        request.id, request.action, request.agency, request.incarnation, request.expires
    ) or permit.digest != request.digest(rulebook.suite):  # fmt: skip
        reason = "other-request"
    elif any(ballot.received_s > issued_s for ballot in permit.votes):
        reason = "early"
    elif issued_s >= request.expires_s:
        reason = "expired"
    elif request.policy != policy_version(rulebook.charter, rulebook.suite):
        reason = "charter-changed"
    elif tally.rejected:
        reason = "rejected"
    else:
        reason = tally.missing
    if reason:
        raise GovernanceError("governance.permit", request=request.id, reason=reason)


def policy_version(charter: Charter, suite: Suite) -> str:
    """Return the charter's version and digest, as a request names them."""
    return f"{charter.version}@{charter.digest(suite)}"
