"""The verdict on a table: is it ready to train with, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dure.core.findings import Finding, Severity
from dure.core.text import Text


class Readiness(StrEnum):
    """How ready a table is for AI."""

    READY = "ready"
    WORK = "ready-with-work"
    NOT_READY = "not-ready"

    @property
    def title(self) -> Text:  # type: ignore[override]
        """The verdict in words."""
        return _TITLES[self]


_TITLES = {
    Readiness.READY: Text("Ready for AI", "AI에 바로 쓸 수 있습니다"),
    Readiness.WORK: Text("Ready after some work", "손질하면 쓸 수 있습니다"),
    Readiness.NOT_READY: Text("Not ready yet", "아직 쓸 수 없습니다"),
}
_SUMMARIES = {
    Readiness.READY: Text(
        "Nothing was found that stands in the way of training with these data.",
        "이 자료로 학습하는 데 걸림돌이 되는 것을 찾지 못했습니다.",
    ),
    Readiness.WORK: Text(
        "It can be trained with after what follows is settled.",
        "아래 사항을 정리한 뒤 학습에 쓸 수 있습니다.",
    ),
    Readiness.NOT_READY: Text(
        "Training with it now would mislead, or break a rule. What follows comes first.",
        "지금 학습하면 결과를 믿을 수 없거나 규정에 어긋납니다. 아래 사항이 먼저입니다.",
    ),
}


@dataclass(frozen=True, slots=True)
class ReadinessVerdict:
    """Whether a table is ready, and the findings that say so.

    Parameters
    ----------
    readiness
        The answer.
    reasons
        Findings of the gravity that decided; none when it is ready.
    """

    readiness: Readiness
    reasons: tuple[Finding, ...]

    @property
    def summary(self) -> Text:
        """The answer in one sentence."""
        return _SUMMARIES[self.readiness]


def verdict_on(findings: Sequence[Finding]) -> ReadinessVerdict:
    """Return the verdict: an error makes it not ready, a warning asks for work, a notice does not."""
    for severity, readiness in (
        (Severity.ERROR, Readiness.NOT_READY),
        (Severity.WARNING, Readiness.WORK),
    ):
        reasons = tuple(one for one in findings if one.severity == severity)
        if reasons:
            return ReadinessVerdict(readiness, reasons)
    return ReadinessVerdict(Readiness.READY, ())
