"""Inspect a corpus: check its annotations in the sandbox, judge it, and tell people. Needs no node."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from dure.core.findings import Finding
from dure.core.times import write_time
from dure.datasets.corpora.judging import judge, measures
from dure.datasets.corpora.page import Contents, page
from dure.datasets.corpora.statistics import TextStatistics
from dure.datasets.inspect.measuring import ANSWER_BYTES
from dure.datasets.inspect.quality import Measure
from dure.datasets.inspect.verdict import ReadinessVerdict, verdict_on
from dure.datasets.personal.binds import scan_binds
from dure.datasets.personal.summary import EXAMPLES, KindSummary
from dure.datasets.personal.summary import findings as findings_about
from dure.readers.corpora.facts import ANSWER, Asked, CorpusFacts
from dure.readers.corpora.reading import Corpus, Read, facts_of, run_inside
from dure.readers.errors import ReaderError
from dure.readers.parse import bounded

_SCANNED = frozenset({"name", "text", "attributes"})


@dataclass(frozen=True, slots=True)
class CorpusInspection:
    """What an inspection of a corpus came to.

    Parameters
    ----------
    subject, made_at
        Name of the corpus, and when.
    kind
        How it is annotated.
    read
        What was found in it, and its digest.
    statistics
        What was measured about its texts.
    findings
        The gravest first.
    verdict
        Whether it is ready for AI.
    quality
        A measure for each family that applies.
    """

    subject: str
    made_at: str
    kind: str
    read: Read
    statistics: TextStatistics
    findings: tuple[Finding, ...]
    verdict: ReadinessVerdict
    quality: tuple[Measure, ...]

    def to_dict(self, language: str = "en") -> dict[str, object]:
        """Return all of it as plain values."""
        return {
            "subject": self.subject,
            "digest": self.read.digest,
            "size_bytes": self.read.size_bytes,
            "inspected": self.made_at,
            "annotations": self.kind,
            "readiness": self.verdict.readiness.value,
            "reasons": [one.words.say(language) for one in self.verdict.reasons],
            "quality": {one.family.value: round(one.value, 6) for one in self.quality},
            "findings": [one.to_dict(language) for one in self.findings],
            "corpus": msgspec.to_builtins(self.read.facts),
            "statistics": asdict(self.statistics),
        }

    def summary(self) -> dict[str, str]:
        """Return the few numbers that a person is told first."""
        facts = self.read.facts
        return {
            "documents": f"{facts.documents:,}",
            "characters": f"{self.statistics.characters:,}",
            "annotations": self.kind,
            "spans": f"{facts.spans:,}",
            "tags": f"{len(facts.tags):,}",
        }

    def to_html(self, language: str = "en") -> str:
        """Return the readiness report."""
        return page(
            Contents(
                subject=self.subject,
                digest=self.read.digest,
                made_at=self.made_at,
                kind=self.kind,
                facts=self.read.facts,
                statistics=self.statistics,
                findings=self.findings,
                verdict=self.verdict,
                measures=self.quality,
            ),
            language,
        )


class _Answer(msgspec.Struct):
    facts: msgspec.Raw
    statistics: TextStatistics | None = None
    personal: tuple[KindSummary, ...] = ()
    having: int = 0
    """How many texts have personal data in them."""


def inspect_corpus(
    source: Path,
    *,
    now_s: float,
    annotations: str = "",
    encoding: str = "",
    offsets: str = "",
    progress: Callable[[str], None] = lambda _: None,
) -> CorpusInspection:
    """Inspect a corpus.

    Parameters
    ----------
    source
        A file of JSON lines or of columns, or a folder of texts.
    now_s
        The present, in seconds since 1970.
    annotations, encoding, offsets
        As `dure.datasets.corpora.importing.import_corpus` takes them.
    progress
        Told the step under way: ``measure``, ``judge``.

    Raises
    ------
    CorpusError
        What is wrong with the corpus or a file in it.
    ReaderError
        ``readers.stopped``.
    SandboxError
        When this host can't provide the sandbox.
    """
    with Corpus(source, annotations) as corpus:
        progress("measure")
        asked = Asked(corpus.listed.kind, encoding, offsets, leave_out=True)
        read, statistics, answer = _measured(corpus, asked)
        progress("judge")
        found = [
            *findings_about(answer.personal, corpus.name),
            *judge(read.facts, statistics, corpus.listed, corpus.name),
        ]
        findings = tuple(sorted(found, key=lambda one: -one.severity))
        return CorpusInspection(
            subject=corpus.name,
            made_at=write_time(now_s),
            kind=corpus.listed.kind,
            read=read,
            statistics=statistics,
            findings=findings,
            verdict=verdict_on(findings),
            quality=measures(read.facts, statistics, answer.having),
        )


def _measured(corpus: Corpus, asked: Asked) -> tuple[Read, TextStatistics, _Answer]:
    parts: list[bytes] = []

    def take(name: str, blocks: Iterator[bytes]) -> None:
        if name == ANSWER:
            parts.append(bounded(blocks, ANSWER_BYTES))

    worker = "dure.datasets.corpora.worker"
    run_inside(corpus, worker, asked, take, binds=scan_binds())
    answer = _decoded(b"".join(parts))
    facts = None if answer is None else facts_of(bytes(answer.facts), corpus)
    statistics = None if answer is None else answer.statistics
    if answer is None or facts is None or statistics is None or not _honest(facts, answer):
        raise ReaderError("readers.stopped", cause="output", size_bytes=0)
    return corpus.read(facts), statistics, answer


def _decoded(data: bytes) -> _Answer | None:
    try:
        return msgspec.json.decode(data, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _honest(facts: CorpusFacts, answer: _Answer) -> bool:
    statistics, documents = answer.statistics, facts.documents
    personal: Sequence[KindSummary] = answer.personal
    return (
        statistics is not None
        and statistics.is_honest(documents)
        and 0 <= answer.having <= documents
        and all(
            one.column in _SCANNED
            and 0 < one.rows <= documents
            and one.hits == one.low + one.medium + one.high >= one.rows
            and min(one.low, one.medium, one.high) >= 0
            and 0 < len(one.examples) <= EXAMPLES
            and all(0 <= row < documents for row in one.examples)
            for one in personal
        )
    )
