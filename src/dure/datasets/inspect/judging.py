"""From statistics to findings. Each rule is a small function; its threshold stands beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dure.core.findings import Finding
from dure.core.suites import suite
from dure.core.text import Text, printable
from dure.datasets.inspect.statistics import (
    NAME_CHARACTERS,
    Column,
    Numbers,
    Statistics,
    Suspects,
    Texts,
    Times,
)
from dure.datasets.inspect.table import MOST_COLUMNS
from dure.datasets.inspect.words import SENTENCES, Sentence

MISSING = 0.05
MOSTLY_MISSING = 0.5
OUTLIERS = 0.01
FORMED = 0.8
"""From which share of numbers or dates on a column of text should have been one of them."""
FEW_ROWS = 200
DUPLICATES = 0.01
NEARLY = 0.99
RARE_ROWS = 10
UNEVEN = 20
REDUNDANT = 0.98
MANY_CLASSES = 1000
MANY_SUSPECTED = 0.05
SUSPECTS_NAMED = 10

_MOST_REDUNDANT = 20

Facts = dict[str, object]
Told = tuple[str, str, Facts]
"""Code, column and facts of a finding."""


def judge(found: Statistics, subject: str, suite_name: str = "intl") -> tuple[Finding, ...]:
    """Return the findings about a table, the gravest first.

    Parameters
    ----------
    found
        Its statistics.
    subject
        What was inspected: a file's name or an asset's id.
    suite_name
        Crypto suite of the digests.
    """
    told = [
        *_about_table(found),
        *(each for column in found.columns for each in _about_column(found, column)),
        *_about_target(found),
        *_about_pairs(found),
    ]
    return findings_of(told, SENTENCES, subject, suite_name)


def findings_of(
    told: Iterable[Told], sentences: Mapping[str, Sentence], subject: str, suite_name: str
) -> tuple[Finding, ...]:
    """Return findings from code, column and facts of each, the gravest first.

    Parameters
    ----------
    told
        What is to be said.
    sentences
        The words of each code.
    subject, suite_name
        As for `judge`.
    """
    findings = [
        _finding(sentences[code], code, where, facts, subject, suite_name)
        for code, where, facts in told
    ]
    return tuple(sorted(findings, key=lambda one: -one.severity))


def _finding(
    sentence: Sentence, code: str, where: str, facts: Facts, subject: str, suite_name: str
) -> Finding:
    evidence = {"code": code, "locator": where, "subject": subject}
    evidence |= {
        name: fact.en if isinstance(fact, Text) else str(fact) for name, fact in facts.items()
    }
    return Finding(
        code=code,
        severity=sentence.severity,
        subject=subject,
        locator=where,
        words=sentence.words.fill(**facts),
        next_step=sentence.next_step.fill(**facts),
        evidence=suite(suite_name).digest("finding", evidence),
    )


def share_of(part: int, whole: int) -> str:
    """Return a share in words that never round something to nothing, or to all.

    Examples
    --------
    >>> share_of(1, 3), share_of(1, 10_000_000), share_of(999, 1000), share_of(0, 5)
    ('33 %', '< 0.01 %', '99.9 %', '0 %')
    """
    percent = 100 * part / whole
    if percent in (0, 100):
        return f"{percent:.0f} %"
    if not 0.01 <= percent <= 99.99:
        return "< 0.01 %" if percent < 1 else "> 99.99 %"
    digits = 0 if 10 <= percent <= 99 else 1 if 1 <= percent <= 99.9 else 2
    return f"{percent:.{digits}f} %"


def duration(seconds: float) -> Text:
    """Return a length of time in its largest unit.

    Examples
    --------
    >>> duration(7200).en
    '2 hours'
    """
    for size, english, korean in (
        (86_400.0, "days", "일"),
        (3600.0, "hours", "시간"),
        (60.0, "minutes", "분"),
    ):
        if seconds >= size:
            return Text(f"{seconds / size:.3g} {english}", f"{seconds / size:.3g}{korean}")
    return Text(f"{seconds:.3g} seconds", f"{seconds:.3g}초")


def _about_table(found: Statistics) -> Iterator[Told]:
    rows = found.rows
    if rows < FEW_ROWS:
        yield "diversity.few-rows", "-", {"count": f"{rows:,}"}
    if found.left_out:
        facts: Facts = {"count": f"{found.left_out:,}", "most": f"{MOST_COLUMNS:,}"}
        yield "completeness.columns-left-out", "-", facts
    counted = {"count": f"{found.duplicates:,}", "share": share_of(found.duplicates, rows)}
    if found.duplicates >= DUPLICATES * rows:
        yield "similarity.duplicates", "-", {**counted}
    elif found.duplicates:
        yield "similarity.some-duplicates", "-", {**counted}
    if found.twins >= DUPLICATES * rows:
        facts = {"count": f"{found.twins:,}", "share": share_of(found.twins, rows)}
        yield "similarity.twins", "-", facts
    if found.split is not None and found.split.leaked:
        name = found.columns[found.split.column].name
        yield (
            "similarity.split-leak",
            name,
            {"count": f"{found.split.leaked:,}", "column": _shown(name)},
        )
    if found.split is not None and found.split.near:
        name, near = found.columns[found.split.column].name, found.split.near
        small = sum(one.count for one in found.split.parts)
        small -= max(one.count for one in found.split.parts)
        facts = {"count": f"{near:,}", "share": share_of(near, small), "column": _shown(name)}
        yield "similarity.split-near", name, facts


def _about_column(found: Statistics, column: Column) -> Iterator[Told]:
    rows, present = found.rows, found.rows - column.nulls
    base: Facts = {"column": _shown(column.name)}

    def told(code: str, **facts: object) -> Told:
        return code, column.name, {**base, **facts}

    if not present:
        yield told("completeness.empty")
        return
    if column.nulls >= MOSTLY_MISSING * rows:
        yield told("completeness.mostly-missing", share=share_of(column.nulls, rows))
    elif column.nulls >= MISSING * rows:
        yield told("completeness.missing", share=share_of(column.nulls, rows))
    if column.distinct == 1 and rows > 1 and not column.nulls:
        yield told("diversity.constant")
    elif column.top and column.distinct > 1 and column.top[0].count >= NEARLY * rows:
        yield told("diversity.nearly-constant", share=share_of(column.top[0].count, rows))
    if is_identifier(found, column):
        yield told("relevance.identifier")
    about = (
        _about_numbers(column.numbers, present) if column.numbers is not None
        else _about_times(column.times, present) if column.times is not None
        else _about_texts(column.texts) if column.texts is not None
        else ()
    )  # fmt: skip
    for code, facts in about:
        yield told(code, **facts)


def is_identifier(found: Statistics, column: Column) -> bool:
    """Say whether a column names rows: whole numbers or short texts, another one in every row."""
    if column.nulls or column.distinct < found.rows or found.rows < RARE_ROWS:
        return False
    if column.texts is not None:
        return column.texts.longest <= NAME_CHARACTERS
    return column.kind == "number" and "int" in column.type


def _about_numbers(numbers: Numbers, present: int) -> Iterator[tuple[str, Facts]]:
    odd = numbers.nan + numbers.infinite
    if odd:
        yield "accuracy.not-finite", {"count": f"{odd:,}"}
    if numbers.placeholders:
        yield "accuracy.placeholder", {"count": f"{numbers.placeholders:,}"}
    elif numbers.far:
        yield "accuracy.far", {"count": f"{numbers.far:,}"}
    if numbers.outliers >= OUTLIERS * present and not numbers.placeholders:
        yield "accuracy.outliers", {"share": share_of(numbers.outliers, present)}


def _about_times(times: Times, present: int) -> Iterator[tuple[str, Facts]]:
    if times.placeholders:
        yield "accuracy.placeholder", {"count": f"{times.placeholders:,}"}
    if times.future:
        yield "timeliness.future", {"share": share_of(times.future, present)}
    if times.gaps:
        yield (
            "timeliness.gaps",
            {"count": f"{times.gaps:,}", "longest": duration(times.largest_gap_s)},
        )


def _about_texts(texts: Texts) -> Iterator[tuple[str, Facts]]:
    seen = texts.sampled
    if not seen:
        return
    plain = texts.numeric - texts.coded
    meant = seen - texts.missing
    if texts.dates >= FORMED * meant > 0:
        yield "consistency.dates-as-text", {"share": share_of(texts.dates, seen)}
    elif plain >= FORMED * meant > 0 and not texts.coded:
        yield "consistency.numbers-as-text", {"share": share_of(plain, seen)}
    if texts.missing:
        yield "completeness.missing-words", {"share": share_of(texts.missing, seen)}
    if texts.padded:
        yield "consistency.padded", {"share": share_of(texts.padded, seen)}
    if texts.variants:
        yield "consistency.spellings", {"share": share_of(texts.variants, seen)}


def _about_target(found: Statistics) -> Iterator[Told]:
    target = found.target
    if target is None:
        return
    column = found.columns[target.column]
    base: Facts = {"column": _shown(column.name)}
    if column.nulls:
        yield "completeness.target-missing", column.name, {**base, "count": f"{column.nulls:,}"}
    for leak in target.leaks:
        name = found.columns[leak.column].name
        facts = {
            "column": _shown(name),
            "target": _shown(column.name),
            "strength": f"{leak.strength:.3f}",
        }
        yield "relevance.target-leak", name, {**facts}
    yield from _about_suspects(column.name, target.suspects)
    if not target.classes:
        return
    if column.distinct > min(MANY_CLASSES, found.rows // RARE_ROWS) and column.distinct > 2:
        facts = {"count": f"{column.distinct:,}", "rows": f"{found.rows:,}"}
        yield "relevance.many-classes", column.name, {**base, **facts}
        return
    counts = [one.count for one in target.classes]
    rare = sum(count < RARE_ROWS for count in counts)
    if len(counts) == 1:
        yield "balance.one-class", column.name, base
    elif rare:
        yield (
            "balance.rare-classes",
            column.name,
            {**base, "count": f"{rare:,}", "least": RARE_ROWS},
        )
    elif counts[0] >= UNEVEN * counts[-1]:
        yield "balance.uneven", column.name, {**base, "times": f"{counts[0] / counts[-1]:,.0f}"}


def _about_suspects(name: str, told: Suspects | None) -> Iterator[Told]:
    if told is None:
        return
    if not told.judged:
        yield "accuracy.targets-unjudged", name, {"column": _shown(name)}
    elif told.count:
        many = told.count >= MANY_SUSPECTED * told.looked
        facts: Facts = {
            "column": _shown(name),
            "count": f"{told.count:,}",
            "looked": f"{told.looked:,}",
            "share": share_of(told.count, told.looked),
            "examples": ", ".join(f"{row + 1:,}" for row in told.rows[:SUSPECTS_NAMED]),
        }
        code = "accuracy.suspected-targets" if many else "accuracy.some-suspected-targets"
        yield code, name, facts


def _about_pairs(found: Statistics) -> Iterator[Told]:
    target = -1 if found.target is None else found.target.column
    strong = [pair for pair in found.correlations if abs(pair.value) >= REDUNDANT]
    for pair in strong[:_MOST_REDUNDANT]:
        if target in (pair.first, pair.second):
            continue  # that is a leak, and said so
        one, other = (found.columns[place].name for place in (pair.first, pair.second))
        facts = {"column": _shown(one), "other": _shown(other), "strength": f"{pair.value:.3f}"}
        yield "relevance.redundant", f"{one}, {other}", {**facts}


def _shown(name: str) -> str:
    return printable(name)
