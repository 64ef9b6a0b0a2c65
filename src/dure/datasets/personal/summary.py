"""What a scan found, counted by column and kind, and said in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dure.core.findings import Finding, Severity
from dure.core.text import Text, printable
from dure.datasets.personal.kinds import UNIQUELY_IDENTIFYING, WORDS, Confidence, Hit, Kind

EXAMPLES = 5
"""Rows that a summary names."""


@dataclass(frozen=True, slots=True)
class KindSummary:
    """How much of one kind is in one column.

    Parameters
    ----------
    column, kind
        Of what.
    hits
        How many spans.
    rows
        In how many rows.
    low, medium, high
        How many of the spans are of which confidence.
    examples
        Numbers, from 0, of the first rows with a hit of the highest confidence there is.
    """

    column: str
    kind: Kind
    hits: int
    rows: int
    low: int
    medium: int
    high: int
    examples: tuple[int, ...]

    @property
    def confidence(self) -> Confidence:
        """The highest confidence of any hit."""
        if self.high:
            return Confidence.HIGH
        return Confidence.MEDIUM if self.medium else Confidence.LOW


@dataclass(slots=True)
class _Tally:
    rows: int = 0
    last_row: int = -1
    bands: dict[Confidence, int] = field(default_factory=lambda: dict.fromkeys(Confidence, 0))
    examples: dict[Confidence, list[int]] = field(
        default_factory=lambda: {c: [] for c in Confidence}
    )

    def add(self, hit: Hit) -> None:
        self.rows += hit.row != self.last_row
        self.last_row = hit.row
        self.bands[hit.confidence] += 1
        rows = self.examples[hit.confidence]
        if len(rows) < EXAMPLES and hit.row not in rows:
            rows.append(hit.row)

    def summary(self, column: str, kind: Kind) -> KindSummary:
        best = max(confidence for confidence, count in self.bands.items() if count)
        return KindSummary(
            column=column,
            kind=kind,
            hits=sum(self.bands.values()),
            rows=self.rows,
            low=self.bands[Confidence.LOW],
            medium=self.bands[Confidence.MEDIUM],
            high=self.bands[Confidence.HIGH],
            examples=tuple(self.examples[best]),
        )


def summarise(hits: Iterable[Hit]) -> tuple[KindSummary, ...]:
    """Count the hits of a scan by column, in the order in which columns had one, then by kind.

    The hits are taken one at a time: nothing but the counts is kept.
    """
    tallies: dict[str, dict[Kind, _Tally]] = {}
    for hit in hits:
        tallies.setdefault(hit.column, {}).setdefault(hit.kind, _Tally()).add(hit)
    order = list(Kind)
    return tuple(
        tally.summary(column, kind)
        for column, kinds in tallies.items()
        for kind, tally in sorted(kinds.items(), key=lambda item: order.index(item[0]))
    )


_WORDS = Text(
    "{hits} {what.en} in {rows} rows of column {column}: {high} surely, {medium} probably, {low} "
    "perhaps; rows counted from 1, for instance {examples}.",
    "{column} 열의 {rows}개 행에 {what.ko} {hits}건이 있습니다. 확실 {high}건, 유력 {medium}건, "
    "가능 {low}건이며, 1부터 센 행 번호의 예는 {examples}입니다.",
)
_NEXT_UNIQUE = Text(
    "Drop or pseudonymise the column before it is published: the law lets nobody process such "
    "numbers without a law that says so or a separate consent.",
    "공개하기 전에 이 열을 삭제하거나 가명 처리하십시오. 고유식별정보는 법령의 근거나 별도 동의 없이 "
    "처리할 수 없습니다.",
)
_NEXT = Text(
    "Look at these rows; mask, generalise, pseudonymise or drop what is personal, or record the "
    "legal basis for keeping it.",
    "해당 행을 확인하고 개인정보를 가리거나 범주화, 가명 처리, 삭제하십시오. 남겨 두려면 처리 근거를 "
    "기록하십시오.",
)
_NEXT_LOW = Text(
    "Look at these rows: other numbers have this shape too.",
    "해당 행을 확인하십시오. 다른 번호도 이런 형태일 수 있습니다.",
)


def findings(summaries: Sequence[KindSummary], subject: str) -> tuple[Finding, ...]:
    """Return one finding for each column and kind.

    Its code is ``personal.`` and the kind, its locator the column. It is an error where the kind
    identifies a person uniquely and a hit is more than ``LOW``, a notice where all hits are ``LOW``, and
    a warning otherwise.

    Parameters
    ----------
    summaries
        What `summarise` returned.
    subject
        What was scanned: an asset's id or a file's name.
    """
    return tuple(_finding(each, subject) for each in summaries)


def _finding(summary: KindSummary, subject: str) -> Finding:
    column = printable(summary.column)
    severity, next_step = Severity.WARNING, _NEXT
    if summary.confidence is Confidence.LOW:
        severity, next_step = Severity.NOTICE, _NEXT_LOW
    elif summary.kind in UNIQUELY_IDENTIFYING:
        severity, next_step = Severity.ERROR, _NEXT_UNIQUE
    words = _WORDS.fill(
        hits=f"{summary.hits:,}",
        rows=f"{summary.rows:,}",
        what=WORDS[summary.kind],
        column=column,
        high=f"{summary.high:,}",
        medium=f"{summary.medium:,}",
        low=f"{summary.low:,}",
        examples=", ".join(f"{row + 1:,}" for row in summary.examples),
    )
    return Finding(
        code=f"personal.{summary.kind}",
        severity=severity,
        subject=subject,
        locator=column,
        words=words,
        next_step=next_step,
    )
