"""From what was counted about images to findings and measures of quality."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from dure.core.findings import Finding
from dure.core.suites import suite
from dure.core.text import Text, printable
from dure.datasets.images.statistics import EXAMPLES, TINY_PIXELS, ImageStatistics
from dure.datasets.images.words import SENTENCES
from dure.datasets.inspect.families import Family
from dure.datasets.inspect.judging import share_of
from dure.datasets.inspect.quality import Measure
from dure.datasets.personal.kinds import UNIQUELY_IDENTIFYING, WORDS, Kind
from dure.readers.images.errors import DECODING

FEW_IMAGES = 200
RARE = 10
UNEVEN = 20

_CODES = {
    "untargeted": "completeness.untargeted", "unplaced": "completeness.unplaced",
    "empty": "completeness.empty", "outlines": "completeness.outlines",
    "without-names": "completeness.without-names", "unclassed": "accuracy.unclassed",
    "malformed": "accuracy.malformed", "outside": "accuracy.outside", "blurred": "accuracy.blurred",
    "dark": "accuracy.dark", "glaring": "accuracy.glaring", "torn": "accuracy.torn",
    "suffix": "consistency.suffix", "trailing": "consistency.trailing", "frames": "consistency.frames",
    "copies": "similarity.copies", "near": "similarity.near", "leaked": "similarity.split-leak",
    "blank": "diversity.blank", "long": "diversity.long", "tiny": "relevance.tiny",
    "located": "identifiability.located", "named": "identifiability.named",
    "numbered": "identifiability.numbered", "commented": "identifiability.commented",
}  # fmt: skip
"""What was counted -> the finding that it makes."""

_ABOUT = {
    Family.COMPLETENESS: Text("images that can be decoded", "디코딩할 수 있는 이미지"),
    Family.ACCURACY: Text(
        "images that are neither blurred nor almost black or white",
        "흐릿하거나 거의 검거나 희지 않은 이미지",
    ),
    Family.CONSISTENCY: Text(
        "images of the format that their names say, with nothing after their end",
        "확장자와 형식이 같고 뒤에 붙은 것이 없는 이미지",
    ),
    Family.SIMILARITY: Text(
        "images that neither copy nor resemble an earlier one", "앞의 이미지와 같거나 비슷하지 않은 이미지"
    ),
    Family.DIVERSITY: Text("images that are no even surface", "단색이 아닌 이미지"),
    Family.BALANCE: Text(
        "evenness of the classes (1: all alike)", "분류의 고른 정도(1이면 모두 같음)"
    ),
    Family.IDENTIFIABILITY: Text(
        "images whose metadata don't say where or by whom they were taken",
        "촬영 위치나 사람 이름이 없는 이미지",
    ),
}  # fmt: skip

_LACKS = {
    Family.ACCURACY: ("blurred", "dark", "glaring"),
    Family.CONSISTENCY: ("suffix", "trailing", "frames"),
    Family.SIMILARITY: ("copies", "near"),
    Family.DIVERSITY: ("blank",),
    Family.IDENTIFIABILITY: ("located", "named"),
}


def judge(found: ImageStatistics, subject: str, suite_name: str = "intl") -> tuple[Finding, ...]:
    """Return the findings about a folder of images, the gravest first."""
    findings = [_finding(*told, subject, suite_name) for told in _told(found)]
    return tuple(sorted(findings, key=lambda one: -one.severity))


def measures(found: ImageStatistics) -> tuple[Measure, ...]:
    """Return a measure of quality for each family that applies."""
    damaged = sum(found.faults.values())
    whole = found.images - damaged
    values = {Family.COMPLETENESS: 1 - damaged / found.images}
    if whole:
        for family, codes in _LACKS.items():
            lacking = sum(found.counts.get(code, 0) for code in codes)
            values[family] = max(0.0, 1 - lacking / whole)
    counts = [count for _, count in found.classes]
    if len(counts) > 1 and any(counts):
        values[Family.BALANCE] = _evenness(counts)
    return tuple(Measure(one, values[one], _ABOUT[one]) for one in Family if one in values)


def counted_as(code: str) -> str:
    """Return under which name the images of a finding were counted, or ""."""
    return next((name for name, one in _CODES.items() if one == code), "")


_Told = tuple[str, str, dict[str, object]]


def _told(found: ImageStatistics) -> Iterator[_Told]:
    for fault, count in found.faults.items():
        facts: dict[str, object] = {"count": f"{count:,}", "why": DECODING[fault]}
        yield "completeness.undecodable", fault, facts
    for name, code in _CODES.items():
        if count := found.counts.get(name, 0):
            facts = {
                "count": f"{count:,}",
                "share": share_of(min(count, found.images), found.images),
                "least": TINY_PIXELS,
            }
            yield code, "-", facts
    links, others = found.counts.get("links", 0), found.counts.get("others", 0)
    if links or others:
        yield "completeness.left-out", "-", {"links": f"{links:,}", "others": f"{others:,}"}
    if found.images < FEW_IMAGES:
        yield "diversity.few-images", "-", {"count": found.images}
    if len({_colour(mode) for mode in found.modes}) > 1:
        yield "consistency.modes", "-", {"count": len(found.modes)}
    yield from _about_people(found)
    if not found.searched_whole:
        yield "similarity.cut", "-", {}
    yield from _about_classes(found)


def _about_people(found: ImageStatistics) -> Iterator[_Told]:
    """Say what is personal in metadata and names; where, by kind and by the number of a file."""
    for kind in Kind:
        gravely = "unique" if kind in UNIQUELY_IDENTIFYING else "personal"
        if count := found.personal.get(kind, 0):
            yield f"identifiability.{gravely}", kind, {"what": WORDS[kind], "count": f"{count:,}"}
        if rows := found.names.get(kind, ()):
            named = ", ".join(f"#{row + 1}" for row in rows[:EXAMPLES])
            facts = {"what": WORDS[kind], "count": f"{len(rows):,}", "examples": named}
            yield f"identifiability.{gravely}-names", kind, facts
    if found.images > sum(found.faults.values()):
        yield "identifiability.pixels", "-", {}


def _about_classes(found: ImageStatistics) -> Iterator[_Told]:
    if not found.targets:
        yield "completeness.no-targets", "-", {}
        return
    counts = [count for _, count in found.classes]
    rare = sum(count < RARE for count in counts)
    if len(counts) == 1:
        yield "balance.one-class", "-", {}
    elif rare:
        yield "balance.rare-classes", "-", {"count": f"{rare:,}", "least": RARE}
    elif counts and counts[0] >= UNEVEN * counts[-1]:
        yield "balance.uneven", "-", {"times": f"{counts[0] / counts[-1]:,.0f}"}


def _colour(mode: str) -> bool:
    return mode not in ("1", "L", "LA", "La", "I", "F") and not mode.startswith("I;")


def _finding(
    code: str, where: str, facts: dict[str, object], subject: str, suite_name: str
) -> Finding:
    sentence = SENTENCES[code]
    evidence = {"code": code, "locator": where, "subject": subject}
    evidence |= {
        name: fact.en if isinstance(fact, Text) else str(fact) for name, fact in facts.items()
    }
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
    """Return the entropy of the classes over its maximum (Pielou 1966)."""
    whole = sum(counts)
    shares = [count / whole for count in counts if count]
    return min(1.0, max(0.0, -sum(one * math.log(one) for one in shares) / math.log(len(counts))))
