"""Findings: what any inspection yields."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from dure.core.text import Text


class Severity(IntEnum):
    """How much a finding matters, in rising order."""

    INFO = 0
    NOTICE = 1
    WARNING = 2
    ERROR = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing an inspection found.

    Parameters
    ----------
    code
        Dotted name, ``family.what``.
    severity
        How much it matters.
    subject
        What was inspected: an asset's id, a file's name, a host.
    locator
        Where in it: a column, a row's number, a setting. Never a value.
    words
        The finding in words.
    next_step
        What to do about it.
    evidence
        Digest of what shows it, or "".
    """

    code: str
    severity: Severity
    subject: str
    locator: str
    words: Text
    next_step: Text
    evidence: str = ""

    def to_dict(self, language: str = "en") -> dict[str, object]:
        """Return the finding as plain values."""
        return {
            "code": self.code,
            "severity": self.severity.name.lower(),
            "subject": self.subject,
            "locator": self.locator,
            "words": self.words.say(language),
            "next_step": self.next_step.say(language),
            "evidence": self.evidence,
        }
