"""From what was counted about a corpus to findings and measures of quality."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from dure.core.findings import Finding
from dure.core.suites import suite
from dure.core.text import Text, printable
from dure.datasets.corpora.statistics import TextStatistics
from dure.datasets.corpora.words import SENTENCES
from dure.datasets.inspect.families import Family
from dure.datasets.inspect.judging import share_of
from dure.datasets.inspect.quality import Measure
from dure.readers.corpora.facts import CorpusFacts
from dure.readers.corpora.folder import Listed

FEW_DOCUMENTS = 200
RARE = 10
UNEVEN = 20

_WRONG = {
    "range": "accuracy.outside",
    "empty-span": "accuracy.empty-spans",
    "mismatch": "accuracy.mismatched",
    "untagged": "accuracy.untagged",
}
_NOTED = {
    "crossing": "consistency.crossing",
    "nested": "consistency.nested",
    "repeated": "similarity.repeated",
    "contested": "accuracy.contested",
    "edges": "accuracy.edges",
    "stray": "consistency.stray",
    "relations": "completeness.relations",
}
_LIKE = {
    "copies": "similarity.copies",
    "near": "similarity.near",
    "copies-across": "similarity.split-leak",
    "near-across": "similarity.near-leak",
}

_ABOUT = {
    Family.COMPLETENESS: Text("texts that are not empty", "비어 있지 않은 글"),
    Family.ACCURACY: Text(
        "annotations that fit their text and contradict no other", "글과 맞고 서로 어긋나지 않는 주석"
    ),
    Family.CONSISTENCY: Text("spans that cross no other one", "다른 구간과 엇갈리지 않는 구간"),
    Family.SIMILARITY: Text(
        "texts that neither repeat nor resemble an earlier one", "앞의 글과 같거나 비슷하지 않은 글"
    ),
    Family.BALANCE: Text("evenness of the tags (1: all alike)", "태그의 고른 정도(1이면 모두 같음)"),
    Family.IDENTIFIABILITY: Text(
        "texts without personal data that was recognised", "인식된 개인정보가 없는 글"
    ),
}  # fmt: skip

_Told = tuple[str, str, dict[str, object]]


def judge(
    facts: CorpusFacts,
    texts: TextStatistics,
    listed: Listed,
    subject: str,
    suite_name: str = "intl",
) -> tuple[Finding, ...]:
    """Return the findings about a corpus, the gravest first."""
    told = [
        *_about_spans(facts),
        *_about_texts(facts, texts),
        *_about_tags(facts),
        *_about_files(facts, listed),
    ]
    findings = [_finding(*one, subject, suite_name) for one in told]
    return tuple(sorted(findings, key=lambda one: -one.severity))


def measures(facts: CorpusFacts, texts: TextStatistics, personal: int) -> tuple[Measure, ...]:
    """Return a measure of quality for each family that applies; so many texts have personal data."""
    documents = facts.documents
    like = texts.counts.get("copies", 0) + texts.counts.get("near", 0)
    values = {
        Family.COMPLETENESS: 1 - facts.empty / documents,
        Family.SIMILARITY: 1 - like / documents,
        Family.IDENTIFIABILITY: 1 - personal / documents,
    }
    wrong = sum(facts.wrong.values())
    if facts.spans + wrong:
        lacking = wrong + facts.noted.get("contested", 0)
        values[Family.ACCURACY] = 1 - lacking / (facts.spans + wrong)
    if facts.spans:
        values[Family.CONSISTENCY] = 1 - facts.noted.get("crossing", 0) / facts.spans
    if len(facts.tags) > 1:
        values[Family.BALANCE] = _evenness(list(facts.tags.values()))
    return tuple(
        Measure(one, min(1.0, max(0.0, values[one])), _ABOUT[one])
        for one in Family
        if one in values
    )


def _about_spans(facts: CorpusFacts) -> Iterator[_Told]:
    whole = facts.spans + sum(facts.wrong.values())
    for reason, code in _WRONG.items():
        if count := facts.wrong.get(reason, 0):
            place = f"document {facts.first_wrong.get(reason, 0)}"
            yield code, place, _counted(count, whole)
    if facts.looks_like:
        told = {"telling": f"{facts.telling:,}", "fitting": f"{facts.fitting:,}"}
        yield f"accuracy.{facts.looks_like}", "-", {**told}
    for name, code in _NOTED.items():
        if count := facts.noted.get(name, 0):
            yield code, "-", _counted(count, whole)


def _about_texts(facts: CorpusFacts, texts: TextStatistics) -> Iterator[_Told]:
    documents = facts.documents
    if facts.empty:
        yield "completeness.empty", "-", _counted(facts.empty, documents)
    if not facts.annotations:
        yield "completeness.no-spans", "-", {}
    elif facts.spanless:
        yield "completeness.spanless", "-", _counted(facts.spanless, documents)
    if facts.names_twice:
        yield "consistency.names", "-", _counted(facts.names_twice, documents)
    if facts.rebuilt:
        yield "consistency.rebuilt", "-", {}
    for name, code in _LIKE.items():
        if count := texts.counts.get(name, 0):
            examples = ", ".join(f"{one:,}" for one in texts.examples.get(name, ())[:5])
            yield code, "-", {**_counted(count, documents), "examples": examples}
    if not texts.searched_whole:
        yield "similarity.cut", "-", {}
    if documents < FEW_DOCUMENTS:
        yield "diversity.few", "-", {"count": documents}


def _about_tags(facts: CorpusFacts) -> Iterator[_Told]:
    counts = sorted(facts.tags.values(), reverse=True)
    rare = sum(count < RARE for count in counts)
    if len(counts) == 1:
        yield "balance.one-tag", "-", {}
    elif rare:
        yield "balance.rare-tags", "-", {"count": f"{rare:,}", "least": RARE}
    elif counts and counts[0] >= UNEVEN * counts[-1]:
        yield "balance.uneven", "-", {"times": f"{counts[0] / counts[-1]:,.0f}"}


def _about_files(facts: CorpusFacts, listed: Listed) -> Iterator[_Told]:
    left = listed.left
    if left.links or left.others:
        told = {"links": f"{left.links:,}", "others": f"{left.others:,}"}
        yield "completeness.left-out", "-", {**told}
    if listed.unplaced:
        yield "completeness.unplaced", "-", {"count": f"{listed.unplaced:,}"}
    if len({name.removesuffix("-sig") for name in facts.encodings}) > 1:
        yield "consistency.encodings", "-", {"count": len(facts.encodings)}


def _counted(count: int, whole: int) -> dict[str, object]:
    return {"count": f"{count:,}", "share": share_of(min(count, whole), max(whole, 1))}


def _finding(
    code: str, where: str, facts: dict[str, object], subject: str, suite_name: str
) -> Finding:
    sentence = SENTENCES[code]
    evidence = {"code": code, "locator": where, "subject": subject}
    evidence |= {name: str(fact) for name, fact in facts.items()}
    return Finding(
        code=code,
        severity=sentence.severity,
        subject=printable(subject),
        locator=where,
        words=sentence.words.fill(**facts),
        next_step=sentence.next_step.fill(**facts),
        evidence=suite(suite_name).digest("finding", evidence),
    )


def _evenness(counts: Sequence[int]) -> float:
    """Return the entropy of the tags over its maximum (Pielou 1966)."""
    whole = sum(counts)
    shares = [count / whole for count in counts if count]
    return min(1.0, max(0.0, -sum(one * math.log(one) for one in shares) / math.log(len(counts))))
