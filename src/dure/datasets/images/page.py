"""The readiness report of a folder of images: one HTML file, offline, without script, in one language.

Names come from strangers' folders: everything is escaped. Pictures are there only when they were asked
for, made here out of bare pixels.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from dure.core.findings import Finding, Severity
from dure.core.text import Text, printable
from dure.datasets.images.judging import counted_as
from dure.datasets.images.png import png
from dure.datasets.images.statistics import ImageStatistics
from dure.datasets.inspect import plots
from dure.datasets.inspect.judging import share_of
from dure.datasets.inspect.page import (
    findings_section,
    quality_section,
    verdict_section,
    whole_page,
)
from dure.datasets.inspect.quality import Measure
from dure.datasets.inspect.statistics import Histogram
from dure.datasets.inspect.verdict import ReadinessVerdict
from dure.readers.images.facts import THUMBNAIL

_MOST_CLASSES = 40
_SHOWN_GROUPS = 12

TARGETS = {
    "coco": Text("COCO boxes", "COCO 상자"),
    "yolo": Text("YOLO boxes", "YOLO 상자"),
    "folders": Text("a folder for each class", "분류별 폴더"),
    "": Text("none", "없음"),
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
        Name of the folder, digest of its images, and when it was inspected.
    statistics, findings, verdict, measures
        What was found.
    thumbnails
        Small pictures, bare pixels by path.
    """

    subject: str
    digest: str
    made_at: str
    statistics: ImageStatistics
    findings: tuple[Finding, ...]
    verdict: ReadinessVerdict
    measures: tuple[Measure, ...]
    thumbnails: Mapping[str, bytes] = field(default_factory=dict)


def page(contents: Contents, language: str) -> str:
    """Return the report as HTML in ``en`` or ``ko``."""
    found = contents.statistics
    sections = [
        verdict_section(contents.verdict, language),
        quality_section(contents.measures, language),
        findings_section(contents.findings, language),
        _classes(found, language),
        _parts(found, language),
        _distributions(found, language),
        _look_alikes(contents, language),
        _where(contents, language),
    ]
    pictures = "data:" if contents.thumbnails else ""
    return whole_page(
        contents.subject,
        _facts(contents, language),
        sections,
        _footer(contents, language),
        language,
        pictures,
    )


def _say(text: Text, language: str) -> str:
    return escape(text.say(language))


def _section(heading: Text, inside: str, language: str) -> str:
    return f"<section><h2>{_say(heading, language)}</h2>{inside}</section>" if inside else ""


def _facts(contents: Contents, language: str) -> str:
    found = contents.statistics
    facts = (
        (Text("images", "이미지"), f"{found.images:,}"),
        (Text("size", "크기"), f"{found.size_bytes / 1e6:,.1f} MB"),
        (Text("targets", "정답"), TARGETS[found.targets].say(language)),
        (Text("boxes", "상자"), f"{found.boxes:,}"),
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
    return f'<ul class="top">{"".join(items)}</ul>'


def _classes(found: ImageStatistics, language: str) -> str:
    whole = sum(count for _, count in found.classes)
    if not whole:
        return ""
    inside = _shares(found.classes[:_MOST_CLASSES], whole)
    more = len(found.classes) - _MOST_CLASSES
    if more > 0:
        rest = Text("And {n} more classes.", "분류가 {n}개 더 있습니다.").fill(n=more)
        inside += f"<p>{_say(rest, language)}</p>"
    return _section(Text("Classes", "분류"), f'<div class="card">{inside}</div>', language)


def _parts(found: ImageStatistics, language: str) -> str:
    whole = found.images - sum(found.faults.values())
    cards = []
    if set(found.splits) != {""}:
        splits = [(_SPLITS[name].say(language), count) for name, count in found.splits.items()]
        cards.append((Text("Parts", "나눈 쪽"), _shares(splits, found.images)))
    if whole:
        sizes = [(f"{one.width} × {one.height}", one.count) for one in found.sizes[:6]]
        cards += [
            (Text("Formats", "형식"), _shares(found.formats.items(), whole)),
            (Text("Kinds of pixels", "화소 형식"), _shares(found.modes.items(), whole)),
            (
                Text("Most frequent of {n} sizes", "크기 {n}가지 가운데 가장 흔한 것").fill(
                    n=f"{found.distinct_sizes:,}"
                ),
                _shares(sizes, whole),
            ),
        ]
    inside = "".join(
        f'<div class="card"><h3>{_say(heading, language)}</h3>{one}</div>' for heading, one in cards
    )
    grid = f'<div class="grid">{inside}</div>' if inside else ""
    return _section(Text("What the images are", "이미지 구성"), grid, language)


def _distributions(found: ImageStatistics, language: str) -> str:
    drawn = (
        (Text("Brightness", "밝기"), found.brightness, "0", "1"),
        (
            Text("Sharpness (variance of the Laplacian)", "선명도(라플라시안 분산)"),
            found.sharpness,
            "0.1",
            "100,000",
        ),
        (
            Text("Millions of pixels", "화소 수(백만)"),
            found.pixels,
            "0",
            plots.number(found.pixels.high) if found.pixels else "",
        ),
    )
    cards = "".join(
        _histogram(name, histogram, low, high, language)
        for name, histogram, low, high in drawn
        if histogram is not None
    )
    grid = f'<div class="grid">{cards}</div>' if cards else ""
    return _section(Text("How they are spread", "분포"), grid, language)


def _histogram(name: Text, found: Histogram, low: str, high: str, language: str) -> str:
    told = Text("{name}, from {low} to {high}", "{name}, {low}부터 {high}까지").fill(
        name=name.say(language), low=low, high=high
    )
    return (
        f'<div class="card"><h3>{_say(name, language)}</h3>{plots.histogram(found, told.say(language))}'
        f'<div class="axis"><span>{low}</span><span>{high}</span></div></div>'
    )


def _look_alikes(contents: Contents, language: str) -> str:
    cards = "".join(
        f'<div class="card">{_paths(group, contents.thumbnails)}</div>'
        for group in contents.statistics.groups[:_SHOWN_GROUPS]
    )
    grid = f'<div class="grid">{cards}</div>' if cards else ""
    return _section(Text("Look-alikes", "비슷한 이미지"), grid, language)


def _where(contents: Contents, language: str) -> str:
    """Return where the findings are: a few paths of each."""
    parts = []
    for one in contents.findings:
        name = counted_as(one.code)
        if one.code == "completeness.undecodable":
            name = f"fault.{one.locator}"
        paths = contents.statistics.examples.get(name, ())
        if paths and one.severity > Severity.INFO:
            shown = _paths(paths, contents.thumbnails)
            parts.append(f'<div class="card"><h3>{_say(one.words, language)}</h3>{shown}</div>')
    grid = f'<div class="grid">{"".join(parts)}</div>' if parts else ""
    return _section(Text("Where", "해당 파일"), grid, language)


def _paths(paths: Sequence[str], thumbnails: Mapping[str, bytes]) -> str:
    pictures = "".join(_figure(path, thumbnails[path]) for path in paths if path in thumbnails)
    listed = "".join(
        f"<li>{escape(printable(path))}</li>" for path in paths if path not in thumbnails
    )
    return (f'<div class="pictures">{pictures}</div>' if pictures else "") + (
        f'<ul class="paths">{listed}</ul>' if listed else ""
    )


def _figure(path: str, pixels: bytes) -> str:
    source = base64.b64encode(png(pixels, THUMBNAIL)).decode()
    name = escape(printable(path))
    return (
        f'<figure><img alt="{name}" src="data:image/png;base64,{source}">'
        f"<figcaption>{name}</figcaption></figure>"
    )


def _footer(contents: Contents, language: str) -> str:
    notes = [
        Text(
            "Sharpness, brightness and likeness were measured on each image reduced to at most 512 "
            "pixels a side. Look-alikes differ in at most 6 of the 64 bits of a perceptual hash; that "
            "is likely, not certain.",
            "선명도, 밝기, 비슷한 정도는 한 변을 512화소 이하로 줄인 이미지에서 쟀습니다. 비슷한 이미지는 "
            "64비트 지각 해시가 6비트 이하로 다른 것이며, 확실한 것이 아니라 그럴 가능성이 높은 것입니다.",
        )
    ]
    if contents.thumbnails:
        notes.append(
            Text(
                "This report shows images: handle it like the data.",
                "이 보고서에는 이미지가 들어 있습니다. 자료와 같은 등급으로 다루십시오.",
            )
        )
    else:
        notes.append(
            Text(
                "No image is shown, only names of files; --show-values shows some.",
                "파일 이름만 있고 이미지는 없습니다. --show-values로 일부를 볼 수 있습니다.",
            )
        )
    return f"<footer>{''.join(f'<p>{_say(one, language)}</p>' for one in notes)}</footer>"
