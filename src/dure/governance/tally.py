"""The count: which votes stand, and whether they are enough. Pure.

A vote is judged when it arrives, and all of them again when the permit is issued and when it is used,
each time against the charter pinned then. Time is the executor's: a vote counts from the second at
which the executor received it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dure.core.actions import Action, QuorumRule
from dure.core.errors import CoreError
from dure.core.labels import ALL, Label
from dure.core.principals import Principal
from dure.core.suites import Suite
from dure.governance.charter import Charter
from dure.governance.decisions import Choice, Client, Request, Vote
from dure.governance.errors import GovernanceError
from dure.governance.forms import Form

_form = Form("governance.request")


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote as the executor holds it.

    Parameters
    ----------
    vote
        The vote.
    received_s
        Seconds since 1970, by the executor's clock, at which it came in.
    """

    vote: Vote
    received_s: int

    def to_dict(self) -> dict[str, object]:
        """Return the ballot as plain values."""
        return {"vote": self.vote.to_dict(), "received_s": self.received_s}

    @classmethod
    def from_dict(cls, value: object, where: str = "$") -> Ballot:
        """Return the ballot that plain values write.

        Raises
        ------
        GovernanceError
            ``governance.request``.
        """
        parts = _form.fields(value, where, ("vote", "received_s"))
        received_s = _form.number(parts["received_s"], f"{where}.received_s", 0, 2**40)
        return cls(Vote.from_dict(parts["vote"]), received_s)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All that judges the votes on one action under one charter.

    Parameters
    ----------
    charter
        The pinned charter.
    action
        The critical action, as merged with the charter.
    suite
        The charter's crypto suite.
    """

    charter: Charter
    action: Action
    suite: Suite

    @property
    def quorum(self) -> QuorumRule:
        """What the action demands.

        Raises
        ------
        GovernanceError
            ``governance.request`` when the action is not critical.
        """
        if self.action.quorum is None:
            _form.refuse("$.action", "not-critical")
        return self.action.quorum


@dataclass(frozen=True, slots=True)
class Tally:
    """The count of one request's votes.

    Parameters
    ----------
    approvals
        Voters whose approval stands, sorted.
    agencies
        Their agencies, sorted.
    missing
        Why it is not enough yet (a code of `REASONS`), or ``""``.
    rejected
        True when a rejection stands.
    """

    approvals: tuple[str, ...]
    agencies: tuple[str, ...]
    missing: str
    rejected: bool

    @property
    def enough(self) -> bool:
        """True when the quorum stands and nobody rejected."""
        return not self.missing and not self.rejected


def needs_outside_client(request: Request, charter: Charter) -> bool:
    """Say whether one approval must come from a client outside the node that acts.

    So for the highest grade, and for acts that concern another agency: the requester's, an owner of
    the source, or one that the target may go to.

    Raises
    ------
    GovernanceError
        ``governance.request`` when a label can't be read.
    """
    source, target = (read_label(request, part, charter) for part in ("source", "target"))
    return (
        source.grade == len(charter.labels.grades) - 1
        or target.releasable == ALL
        or bool((target.releasable | source.owners) - {request.agency})
        or charter.principal(request.requester).agency != request.agency
    )


def read_label(request: Request, part: str, charter: Charter) -> Label:
    """Return the request's ``source`` or ``target`` label.

    Raises
    ------
    GovernanceError
        ``governance.request``.
    """
    try:
        return Label.parse(getattr(request, part), charter.labels)
    except CoreError as error:
        raise GovernanceError(
            "governance.request", where=f"$.{part}", reason="wrong-form"
        ) from error


def check_vote(request: Request, ballot: Ballot, rulebook: Rulebook) -> Principal:
    """Check one vote by itself; return the voter.

    Raises
    ------
    GovernanceError
        ``governance.vote`` with the reason, ``governance.unknown`` for a stranger.
    """
    vote, rule = ballot.vote, rulebook.quorum
    voter = rulebook.charter.principal(vote.voter)
    key = next((key for key in voter.keys if key.id == vote.key), None)
    reason = ""
    if vote.request != request.digest(rulebook.suite):
        reason = "other-request"
    elif key is None:
        reason = "unknown-key"
    elif key.revoked:
        reason = "key-revoked"
    elif not rulebook.suite.verify_value(
        bytes.fromhex(key.public), "vote", vote.signed_dict(), vote.signature
    ):
        reason = "signature"
    elif voter.id == request.requester:
        reason = "requester"
    elif not voter.roles & rule.roles:
        reason = "role"
    elif ballot.received_s - request.created_s < rule.review_s:
        reason = "early"
    elif ballot.received_s >= request.expires_s:
        reason = "expired"
    if reason:
        raise GovernanceError("governance.vote", reason=reason)
    return voter


def count(request: Request, ballots: Sequence[Ballot], rulebook: Rulebook) -> Tally:
    """Count the votes that stand; one that does not stand is as if it were not there.

    A person who voted twice is counted once, and a rejection outweighs everything.
    """
    standing = list(_standing(request, ballots, rulebook))
    rejected = any(vote.choice is Choice.REJECT for vote, _ in standing)
    yes = [(vote, voter) for vote, voter in standing if vote.choice is Choice.APPROVE]
    approvals = sorted({voter.id for _, voter in yes})
    agencies = sorted({voter.agency for _, voter in yes})
    missing = ""
    if len(approvals) < rulebook.quorum.votes:
        missing = "too-few"
    elif len(agencies) < rulebook.quorum.agencies:
        missing = "too-few-agencies"
    elif request.agency not in agencies:  # strangers alone don't decide over an agency's own
        missing = "owner-absent"
    elif needs_outside_client(request, rulebook.charter) and not any(
        vote.client is Client.CLI for vote, _ in yes
    ):
        missing = "outside-client"
    return Tally(tuple(approvals), tuple(agencies), missing, rejected)


def _standing(
    request: Request, ballots: Iterable[Ballot], rulebook: Rulebook
) -> Iterable[tuple[Vote, Principal]]:
    for ballot in ballots:
        try:
            yield ballot.vote, check_vote(request, ballot, rulebook)
        except GovernanceError:
            continue
