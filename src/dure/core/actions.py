"""Actions: verbs on assets. Some are critical: they need people's signatures."""

from __future__ import annotations

from dataclasses import dataclass

from dure.core.text import Text


@dataclass(frozen=True, slots=True)
class QuorumRule:
    """How many people of which roles must approve, how slowly and how soon.

    Parameters
    ----------
    votes
        Approvals by distinct principals, 1 or more.
    roles
        Roles that may vote.
    agencies
        Distinct agencies among the approving voters, 1 or more.
    review_s
        Seconds that must pass between the request and a vote.
    expires_s
        Seconds after which the request, and any permit from it, is void.
    """

    votes: int
    roles: frozenset[str]
    agencies: int
    review_s: int
    expires_s: int

    def raised_by(self, other: QuorumRule) -> QuorumRule:
        """Return the stricter of the two rules in every part; a charter can't go below the code."""
        return QuorumRule(
            votes=max(self.votes, other.votes),
            roles=self.roles & other.roles,
            agencies=max(self.agencies, other.agencies),
            review_s=max(self.review_s, other.review_s),
            expires_s=min(self.expires_s, other.expires_s),
        )


@dataclass(frozen=True, slots=True)
class Action:
    """A verb on an asset.

    Parameters
    ----------
    name
        ``thing.verb``, such as ``report.release``.
    title
        What it does, in words.
    roles
        Roles that may do it, or, when it is critical, request it.
    quorum
        The least that people must sign; None when the action is not critical.
    lowers
        True for the three actions that may mint an asset with a lower label.
    destroys
        True for an action under whose permit content may be shredded.
    evidence
        Command that shows what the voters decide on; ``{name}`` marks an argument of the request.
    """

    name: str
    title: Text
    roles: frozenset[str]
    quorum: QuorumRule | None = None
    lowers: bool = False
    destroys: bool = False
    evidence: str = ""

    @property
    def critical(self) -> bool:
        """True when the action needs a permit."""
        return self.quorum is not None
