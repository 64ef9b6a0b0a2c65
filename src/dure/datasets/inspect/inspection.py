"""Inspect a file: measure it in the sandbox, judge it, and tell people. Needs no node."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dure.core.findings import Finding
from dure.core.times import write_time
from dure.datasets.drift.judging import judge as drift_findings
from dure.datasets.errors import DatasetError
from dure.datasets.inspect.judging import judge
from dure.datasets.inspect.measuring import Measured, measure_file
from dure.datasets.inspect.page import Contents, page
from dure.datasets.inspect.quality import Measure, measures
from dure.datasets.inspect.statistics import Asked
from dure.datasets.inspect.verdict import ReadinessVerdict, verdict_on
from dure.datasets.kinds import kind_of, opened
from dure.datasets.personal.summary import findings as findings_about
from dure.readers.tables import Column, Options
from dure.storage.sealed_files import new_file, write_all

if TYPE_CHECKING:
    from dure.datasets.feeds import Query
    from dure.datasets.others.delivery import Delivery


@dataclass(frozen=True, slots=True)
class Inspection:
    """What an inspection came to.

    Parameters
    ----------
    subject
        Name of the file.
    made_at
        When.
    asked
        What was asked for.
    measured
        Its statistics, digest and size.
    findings
        The gravest first.
    verdict
        Whether it is ready for AI.
    quality
        A measure for each family that applies.
    withheld
        Columns with personal data, whose values are not shown.
    against
        Name of the earlier version, or "".
    """

    subject: str
    made_at: str
    asked: Asked
    measured: Measured
    findings: tuple[Finding, ...]
    verdict: ReadinessVerdict
    quality: tuple[Measure, ...]
    withheld: frozenset[str] = field(default_factory=frozenset)
    against: str = ""

    def to_dict(self, language: str = "en") -> dict[str, object]:
        """Return all of it as plain values; values that are withheld are not in it."""
        statistics = asdict(self.measured.statistics)
        for column in statistics["columns"]:
            if column["name"] in self.withheld:
                column.update(top=(), numbers=None, times=None)
        target = statistics["target"]
        if target and statistics["columns"][target["column"]]["name"] in self.withheld:
            target["classes"] = [{**one, "value": None} for one in target["classes"]]
        return {
            "subject": self.subject,
            "digest": self.measured.raw.digest,
            "size_bytes": self.measured.raw.size_bytes,
            "inspected": self.made_at,
            "readiness": self.verdict.readiness.value,
            "reasons": [one.words.say(language) for one in self.verdict.reasons],
            "quality": {one.family.value: round(one.value, 6) for one in self.quality},
            "findings": [one.to_dict(language) for one in self.findings],
            "statistics": statistics,
            "recognised": [self._recognised(one) for one in self.measured.recognised],
            "compared": self._compared(),
        }

    def _recognised(self, column: Column) -> dict[str, object]:
        told = asdict(column)
        return {
            name: value for name, value in told.items() if value and name not in ("type", "nulls")
        }

    def _compared(self) -> dict[str, object] | None:
        if self.measured.compared is None:
            return None
        told = asdict(self.measured.compared)
        for column in told["columns"]:
            if column["name"] in self.withheld:
                column["picture"] = None
        return {"against": self.against, **told}

    def to_html(self, language: str = "en") -> str:
        """Return the readiness report."""
        return page(
            Contents(
                subject=self.subject,
                digest=self.measured.raw.digest,
                size_bytes=self.measured.raw.size_bytes,
                made_at=self.made_at,
                statistics=self.measured.statistics,
                findings=self.findings,
                verdict=self.verdict,
                measures=self.quality,
                withheld=self.withheld,
                recognised={one.name: one for one in self.measured.recognised},
                compared=self.measured.compared,
                against=self.against,
                values_shown=self.asked.show_values,
            ),
            language,
        )


def inspect(
    source: Path | Query | Delivery,
    *,
    now_s: float,
    target: str = "",
    split: str = "",
    show_values: bool = False,
    kind: str = "",
    options: Options | None = None,
    against: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Inspection:
    """Inspect a file.

    Parameters
    ----------
    source
        The file, a query to a database, or what a Croissant document delivers
        (`dure.datasets.others.importing.look_at`): then the digest is that of the document, which holds its
        files' own.
    now_s
        The present, in seconds since 1970.
    target
        Column to predict: looks at its classes, and for columns that tell it.
    split
        Column that says which part a row belongs to: looks for rows that stand in two.
    show_values
        Whether values of text columns, and of columns with personal data, are shown.
    kind
        By default the file's ending tells.
    options
        How to read it.
    against
        An earlier version of the file, whose ending tells its kind: looks for how values moved.
    progress
        Told the step under way: ``measure``, ``judge``.

    Raises
    ------
    DatasetError
        ``datasets.kind``, ``datasets.feed``; ``datasets.document`` for an unknown column, or an earlier
        version that is no table; ``datasets.changed`` when a described file is another by now.
    ReaderError
        What is wrong with the file.
    SandboxError
        When this host can't provide the sandbox.
    """
    from dure.datasets.others.delivery import Delivery
    from dure.datasets.others.importing import is_document

    if against is not None and is_document(against):
        place, reason = "--against", "describes"
        raise DatasetError("datasets.document", file=against.name, place=place, reason=reason)
    content, found = opened(source, kind, options)
    earlier = None if against is None else (against, kind_of(against))
    asked = Asked(target, split, show_values, int(now_s))
    progress("measure")
    measured = measure_file(content, found, asked, options=options, against=earlier)
    if isinstance(source, Delivery):
        measured = replace(measured, raw=replace(measured.raw, digest=source.digest))
    progress("judge")
    personal = findings_about(measured.personal, source.name)
    moved = () if measured.compared is None else drift_findings(measured.compared, source.name)
    found_all = [*personal, *judge(measured.statistics, source.name), *moved]
    findings = tuple(sorted(found_all, key=lambda one: -one.severity))
    return Inspection(
        subject=source.name,
        made_at=write_time(now_s),
        asked=asked,
        measured=measured,
        findings=findings,
        verdict=verdict_on(findings),
        quality=measures(measured.statistics, findings, measured.compared),
        withheld=frozenset() if show_values else frozenset(one.column for one in measured.personal),
        against="" if against is None else against.name,
    )


def check_report(source: Path, report: Path) -> None:
    """Refuse a report that would take the place of something else than an earlier report.

    Raises
    ------
    DatasetError
        ``datasets.document``: it is the inspected file itself, a folder, or no page.
    """
    if report.suffix.lower() not in {".html", ".htm"}:
        raise DatasetError(
            "datasets.document", file=report.name, place="--report", reason="not-html"
        )
    if report.exists() and (not report.is_file() or report.samefile(source)):
        raise DatasetError("datasets.document", file=report.name, place="--report", reason="EEXIST")


def write_report(report: Path, text: str) -> None:
    """Write a report that its owner alone may read, whole or not at all.

    Raises
    ------
    StorageError
        What the disk refused.
    """
    with new_file(report, mode=0o600) as descriptor:
        write_all(descriptor, text.encode("utf-8", "replace"))
