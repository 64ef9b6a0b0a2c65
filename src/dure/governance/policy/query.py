"""The question that the policy answers, and the few names that its rules know."""

from __future__ import annotations

from dataclasses import dataclass

from dure.core.labels import Label
from dure.core.principals import Principal

READ = "content.read"
VOTE = "decision.vote"
SCORING = "scoring"
ANSWER_KEY = "answer-key"


@dataclass(frozen=True, slots=True)
class Query:
    """A question: may this principal do this to a thing with this label, for this purpose.

    Parameters
    ----------
    principal
        Who acts.
    action
        Name of the action, such as ``trial.run``.
    label
        Label of the thing it is done to; for several things, the join of their labels.
    owner
        Agency whose node holds the thing. It opens nothing: no owner bypass exists.
    purpose
        Purpose of the act, such as ``trial``.
    target
        Label that the result is to carry, where the act makes one.
    requester
        Id of the principal who opened the request, where the act is a vote on it.
    withdrawn
        True when the thing has been withdrawn.
    """

    principal: Principal
    action: str
    label: Label
    owner: str
    purpose: str
    target: Label | None = None
    requester: str = ""
    withdrawn: bool = False

    def target_falls(self) -> bool:
        """Say whether the result's label is not at least the source's; in doubt, yes."""
        if self.target is None:
            return False
        return self.target.policy != self.label.policy or not self.target.dominates(self.label)
