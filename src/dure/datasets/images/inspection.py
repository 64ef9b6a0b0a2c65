"""Inspect a folder of images: decode them in the sandbox, judge them, and tell people. Needs no node."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from dure.core.findings import Finding, Severity
from dure.core.times import write_time
from dure.datasets.images.judging import counted_as, judge, measures
from dure.datasets.images.page import Contents, page
from dure.datasets.images.people import WORKER, personal_names
from dure.datasets.images.statistics import ImageStatistics, count
from dure.datasets.images.targets import find_targets
from dure.datasets.inspect.quality import Measure
from dure.datasets.inspect.verdict import ReadinessVerdict, verdict_on
from dure.readers.images.folder import Folder
from dure.readers.images.measuring import Image, measured, thumbnails

MOST_THUMBNAILS = 48


@dataclass(frozen=True, slots=True)
class ImageInspection:
    """What an inspection of images came to.

    Parameters
    ----------
    subject
        Name of the folder.
    made_at
        When.
    digest
        Of the paths and digests of all images.
    statistics
        What was counted.
    findings
        The gravest first.
    verdict
        Whether they are ready for AI.
    quality
        A measure for each family that applies.
    thumbnails
        Small pictures, bare pixels by path, when they were asked for.
    """

    subject: str
    made_at: str
    digest: str
    statistics: ImageStatistics
    findings: tuple[Finding, ...]
    verdict: ReadinessVerdict
    quality: tuple[Measure, ...]
    thumbnails: dict[str, bytes] = field(default_factory=dict)

    def to_dict(self, language: str = "en") -> dict[str, object]:
        """Return all of it as plain values, the thumbnails apart."""
        return {
            "subject": self.subject,
            "digest": self.digest,
            "size_bytes": self.statistics.size_bytes,
            "inspected": self.made_at,
            "readiness": self.verdict.readiness.value,
            "reasons": [one.words.say(language) for one in self.verdict.reasons],
            "quality": {one.family.value: round(one.value, 6) for one in self.quality},
            "findings": [one.to_dict(language) for one in self.findings],
            "statistics": asdict(self.statistics),
        }

    def summary(self) -> dict[str, str]:
        """Return the few numbers that a person is told first."""
        found = self.statistics
        return {
            "images": f"{found.images:,}",
            "targets": found.targets or "-",
            "boxes": f"{found.boxes:,}",
            "classes": f"{len(found.classes):,}",
        }

    def to_html(self, language: str = "en") -> str:
        """Return the readiness report."""
        return page(
            Contents(
                subject=self.subject,
                digest=self.digest,
                made_at=self.made_at,
                statistics=self.statistics,
                findings=self.findings,
                verdict=self.verdict,
                measures=self.quality,
                thumbnails=self.thumbnails,
            ),
            language,
        )


def inspect_images(
    source: Path,
    *,
    now_s: float,
    targets: Sequence[str] = ("auto",),
    show_values: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> ImageInspection:
    """Inspect a folder of images.

    Parameters
    ----------
    source
        The folder.
    now_s
        The present, in seconds since 1970.
    targets
        ``auto``, ``coco``, ``yolo``, ``folders``, ``none``, or files below the folder.
    show_values
        Whether the report may show small pictures of a few images.
    progress
        Told the step under way: ``measure``, ``judge``.

    Raises
    ------
    ImageError
        What is wrong with the folder, a file in it, or its targets.
    ReaderError
        ``readers.stopped``.
    SandboxError
        When this host can't provide the sandbox.
    """
    with Folder(source) as folder:
        listing = folder.listing()
        progress("measure")
        known = find_targets(folder, listing, targets)
        images = [one for chunk in measured(folder, listing.images, WORKER) for one in chunk.images]
        progress("judge")
        statistics = count(images, known, listing)
        names = personal_names([one.entry.path for one in images])
        statistics.hide({images[row].entry.path: row for rows in names.values() for row in rows})
        statistics.names = {str(kind): tuple(rows) for kind, rows in names.items()}
        findings = judge(statistics, folder.name)
        small = (
            thumbnails(folder, _worth_showing(images, statistics, findings)) if show_values else {}
        )
        return ImageInspection(
            subject=folder.name,
            made_at=write_time(now_s),
            digest=digest_of(images),
            statistics=statistics,
            findings=findings,
            verdict=verdict_on(findings),
            quality=measures(statistics),
            thumbnails=small,
        )


def digest_of(images: Sequence[Image]) -> str:
    """Return the digest of the paths and digests of images, in their order."""
    digest = hashlib.sha256()
    for one in images:
        digest.update(f"{one.sha256}  {one.entry.path}\n".encode())
    return f"sha256:{digest.hexdigest()}"


def _worth_showing(
    images: Sequence[Image], found: ImageStatistics, findings: Sequence[Finding]
) -> list[Image]:
    """Return images that show what was found: groups of look-alikes, then a few of each finding."""
    wanted: dict[str, None] = {}
    for group in found.groups[:6]:
        wanted |= dict.fromkeys(group[:4])
    for one in findings:
        if one.severity > Severity.INFO:
            wanted |= dict.fromkeys(found.examples.get(counted_as(one.code), ())[:4])
    known = {one.entry.path: one for one in images if not one.facts.fault}
    return [known[path] for path in wanted if path in known][:MOST_THUMBNAILS]
