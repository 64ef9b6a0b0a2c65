"""Verdicts: the policy's answer, and why."""

from __future__ import annotations

from dataclasses import dataclass

from dure.core.text import Text


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that spoke, by its name in the policy and in words."""

    rule: str
    words: Text


@dataclass(frozen=True, slots=True)
class Verdict:
    """The policy's answer to "may this principal do this to that?".

    Parameters
    ----------
    allowed
        The answer. Anything but a clear yes is no.
    reasons
        The rules that decided; never empty, also when no permit matched.
    policy
        Digest of the policy set and charter version that were asked.
    """

    allowed: bool
    reasons: tuple[Reason, ...]
    policy: str

    def say(self, language: str = "en") -> str:
        """Return the reasons as sentences."""
        return " ".join(reason.words.say(language) for reason in self.reasons)

    def to_dict(self, language: str = "en") -> dict[str, object]:
        """Return the verdict as plain values."""
        return {
            "allowed": self.allowed,
            "policy": self.policy,
            "reasons": [{"rule": r.rule, "words": r.words.say(language)} for r in self.reasons],
        }
