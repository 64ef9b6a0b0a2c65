"""The readiness report of a corpus: one HTML file, offline, without script, in one language.

No text of the corpus is in it: names of tags and parts alone, which are escaped, and numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from dure.core.findings import Finding
from dure.core.text import Text, printable
from dure.datasets.corpora.statistics import Lengths, TextStatistics
from dure.datasets.inspect import plots
from dure.datasets.inspect.judging import share_of
from dure.datasets.inspect.page import (
    findings_section,
    quality_section,
    verdict_section,
    whole_page,
)
from dure.datasets.inspect.quality import Measure
from dure.datasets.inspect.verdict import ReadinessVerdict
from dure.readers.corpora.facts import CorpusFacts

_MOST_TAGS = 40

KINDS = {
    "jsonl": Text("JSON lines with spans", "구간이 있는 JSON Lines"),
    "brat": Text("brat files", "brat 파일"),
    "conll": Text("columns with tags", "태그 열"),
    "none": Text("none", "없음"),
}
_SPLITS = {
    "train": Text("training", "학습"),
    "validation": Text("validation", "검증"),
    "test": Text("test", "시험"),
    "": Text("not said", "표시 없음"),
}


@dataclass(frozen=True, slots=True)
class Contents:
    """What a report says.

    Parameters
    ----------
    subject, digest, made_at
        Name of the corpus, its digest, and when it was inspected.
    kind
        How it is annotated.
    facts, statistics, findings, verdict, measures
        What was found.
    """

    subject: str
    digest: str
    made_at: str
    kind: str
    facts: CorpusFacts
    statistics: TextStatistics
    findings: tuple[Finding, ...]
    verdict: ReadinessVerdict
    measures: tuple[Measure, ...]


def page(contents: Contents, language: str) -> str:
    """Return the report as HTML in ``en`` or ``ko``."""
    sections = [
        verdict_section(contents.verdict, language),
        quality_section(contents.measures, language),
        findings_section(contents.findings, language),
        _tags(contents.facts, language),
        _parts(contents.facts, language),
        _lengths(contents.statistics, language),
    ]
    facts, footer = _facts(contents, language), _footer(language)
    return whole_page(contents.subject, facts, sections, footer, language)


def _say(text: Text, language: str) -> str:
    return escape(text.say(language))


def _section(heading: Text, inside: str, language: str) -> str:
    return f"<section><h2>{_say(heading, language)}</h2>{inside}</section>" if inside else ""


def _facts(contents: Contents, language: str) -> str:
    found = contents.facts
    facts = (
        (Text("texts", "글"), f"{found.documents:,}"),
        (Text("characters", "글자"), f"{contents.statistics.characters:,}"),
        (Text("annotations", "주석"), KINDS[contents.kind].say(language)),
        (Text("spans", "구간"), f"{found.spans:,}"),
        (Text("inspected", "점검 시각"), contents.made_at),
    )
    items = "".join(
        f"<li>{_say(name, language)} <b>{escape(value)}</b></li>" for name, value in facts
    )
    return f'<ul class="facts">{items}</ul><p class="soft">{escape(contents.digest)}</p>'


def _shares(counts: Iterable[tuple[str, int]], whole: int) -> str:
    items = []
    for name, count in counts:
        share = share_of(count, whole)
        shown = escape(plots.shortened(printable(name), 60))
        bar = plots.share_bar(count / whole, f"{printable(name)}: {share}")
        items.append(
            f'<li><div class="row"><span>{shown}</span><span class="tag">{count:,} · {share}</span></div>'
            f"{bar}</li>"
        )
    return f'<div class="card"><ul class="top">{"".join(items)}</ul></div>'


def _tags(found: CorpusFacts, language: str) -> str:
    if not found.spans:
        return ""
    inside = _shares(list(found.tags.items())[:_MOST_TAGS], found.spans)
    more = len(found.tags) - _MOST_TAGS
    if more > 0:
        rest = Text("And {n} more tags.", "태그가 {n}개 더 있습니다.").fill(n=more)
        inside += f"<p>{_say(rest, language)}</p>"
    return _section(Text("Tags", "태그"), inside, language)


def _parts(found: CorpusFacts, language: str) -> str:
    if set(found.splits) == {""}:
        return ""
    shown = [
        (_SPLITS[name].say(language) if name in _SPLITS else name, count)
        for name, count in found.splits.items()
    ][:_MOST_TAGS]
    return _section(Text("Parts", "나눈 쪽"), _shares(shown, found.documents), language)


def _lengths(found: TextStatistics, language: str) -> str:
    drawn = [(Text("Characters of a text", "글의 글자 수"), found.texts)]
    if found.spans is not None:
        drawn.append((Text("Characters of a span", "구간의 글자 수"), found.spans))
    cards = "".join(_histogram(name, one, language) for name, one in drawn)
    return _section(Text("Lengths", "길이"), f'<div class="grid">{cards}</div>', language)


def _histogram(name: Text, found: Lengths, language: str) -> str:
    told = Text(
        "from {least} to {most}, half of them up to {median}",
        "{least}자부터 {most}자까지, 절반은 {median}자 이하",
    ).fill(least=f"{found.least:,}", most=f"{found.most:,}", median=f"{found.median:,}")
    drawn = plots.histogram(found.histogram, f"{name.say(language)}: {told.say(language)}")
    return (
        f'<div class="card"><h3>{_say(name, language)}</h3><p class="soft">{_say(told, language)}</p>'
        f'{drawn}<div class="axis"><span>1</span><span>100,000,000</span></div></div>'
    )


def _footer(language: str) -> str:
    note = Text(
        "No text is shown, only names of tags and numbers. Near copies share most of their runs of five "
        "characters; that is likely, not certain, and not looked for in texts of fewer than 64 characters.",
        "글은 보이지 않고 태그 이름과 수만 있습니다. 거의 같은 글은 다섯 글자 묶음을 대부분 공유하는 글이며, "
        "확실한 것이 아니라 그럴 가능성이 높은 것입니다. 64자보다 짧은 글에서는 찾지 않습니다.",
    )
    return f"<footer><p>{_say(note, language)}</p></footer>"
