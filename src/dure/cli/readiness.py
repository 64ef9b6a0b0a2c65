"""How the outcome of an inspection is shown: of a table, of a folder of images, of a corpus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import typer

from dure.cli import session
from dure.cli.words import LANGUAGE, say
from dure.core.findings import Finding, Severity

if TYPE_CHECKING:
    from dure.datasets.inspect.quality import Measure
    from dure.datasets.inspect.verdict import ReadinessVerdict


class Inspected(Protocol):
    """What every inspection comes to."""

    @property
    def verdict(self) -> ReadinessVerdict:
        """Whether it is ready for AI."""

    @property
    def quality(self) -> Sequence[Measure]:
        """A measure for each family that applies."""

    @property
    def findings(self) -> Sequence[Finding]:
        """The gravest first."""

    def to_dict(self, language: str) -> dict[str, Any]:
        """Return all of it as plain values."""

    def to_html(self, language: str) -> str:
        """Return the report."""


def show(found: Inspected, numbers: Mapping[str, str], report: Path | None) -> None:
    """Write the report and say what was found; ends with status 1 when it is not ready.

    Parameters
    ----------
    found
        The inspection.
    numbers
        What a person is told first, by its name in the language.
    report
        The file to write, if any.
    """
    from dure.datasets.inspect.inspection import write_report

    output, verdict = session.current.output, found.verdict
    if report is not None:
        write_report(report, found.to_html(LANGUAGE))
    if output.as_json:
        told = found.to_dict(LANGUAGE)
        output.value(told if report is None else {**told, "report": str(report)})
    else:
        output.line(f"{verdict.readiness.title.say(LANGUAGE)}. {verdict.summary.say(LANGUAGE)}")
        output.value(
            {
                **numbers,
                **{one.family.title.say(LANGUAGE): f"{one.value:.1%}" for one in found.quality},
                **({say("report", "보고서"): str(report)} if report is not None else {}),
            }
        )
        output.rows(
            [one.to_dict(LANGUAGE) for one in found.findings if one.severity > Severity.INFO],
            [
                ("severity", say("severity", "심각도")),
                ("words", say("finding", "점검 결과")),
                ("next_step", say("next step", "다음 조치")),
            ],
        )
    if verdict.readiness == "not-ready":
        raise typer.Exit(1)
