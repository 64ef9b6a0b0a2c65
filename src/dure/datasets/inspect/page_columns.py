"""The cards of the report, one for each column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from html import escape

from dure.core.findings import Finding
from dure.core.text import Text, printable
from dure.datasets.inspect import plots
from dure.datasets.inspect.judging import duration, share_of
from dure.datasets.inspect.page_tables import KINDS, edge, say, shares
from dure.datasets.inspect.statistics import QUANTILES, Column, Histogram, Statistics
from dure.datasets.recognised import words_of
from dure.readers.tables import Column as Recognised

_SHOWN_TOP = 5
_DAY_S = 86_400.0

_Row = tuple[Text, str | Text]


def column_cards(
    found: Statistics,
    findings: Sequence[Finding],
    language: str,
    *,
    withheld: frozenset[str],
    recognised: Mapping[str, Recognised] | None = None,
) -> str:
    """Return a card for each column: its numbers, its plot, what was recognised and what found.

    Parameters
    ----------
    found, findings
        What was measured, and what was found.
    language
        ``en`` or ``ko``.
    withheld
        Columns whose values are not shown.
    recognised
        What an import would record of the columns, by name.
    """
    known = recognised or {}
    about: dict[str, list[Finding]] = defaultdict(list)
    for one in findings:
        about[one.locator].append(one)
    cards = "".join(
        _card(
            found,
            column,
            place,
            about[column.name],
            language,
            hide=column.name in withheld,
            known=known.get(column.name),
        )
        for place, column in enumerate(found.columns, 1)
    )
    heading = say(Text("Each column", "열별 통계"), language)
    return f'<section><h2>{heading}</h2><div class="grid">{cards}</div></section>'


def _card(
    found: Statistics,
    column: Column,
    place: int,
    about: list[Finding],
    language: str,
    *,
    hide: bool,
    known: Recognised | None,
) -> str:
    rows = [*_rows(found, column, hide=hide), *_recognised(known)]
    listed = "".join(
        f"<dt>{say(name, language)}</dt><dd>{_value(value, language)}</dd>" for name, value in rows
    )
    marks = "".join(f"<li>{say(one.words, language)}</li>" for one in about)
    marked = f'<ul class="marks">{marks}</ul>' if marks else ""
    kind = say(KINDS.get(column.kind, KINDS["other"]), language)
    return (
        f'<article class="card" id="c{place}"><div class="row"><h3>{escape(printable(column.name))}</h3>'
        f'<span class="tag">{kind} · {escape(column.type)}</span></div>'
        f"{_picture(found, column, language, hide=hide)}<dl>{listed}</dl>{marked}</article>"
    )


def _recognised(known: Recognised | None) -> Iterator[_Row]:
    if known is None:
        return
    if known.unit:
        yield Text("unit in the name", "이름에 적힌 단위"), known.unit
    for words in words_of(known):
        yield Text("recognised", "알아본 것"), words


def _value(value: str | Text, language: str) -> str:
    return escape(value) if isinstance(value, str) else say(value, language)


def _picture(found: Statistics, column: Column, language: str, *, hide: bool) -> str:
    told = column.numbers or column.times
    if hide:
        words = Text(
            "Not shown: personal data was found here.", "개인정보가 발견되어 표시하지 않습니다."
        )
        return f'<p class="soft">{say(words, language)}</p>'
    if column.top and (column.kind in {"text", "truth", "other"}):
        return _top(found, column, language)
    if told is None or told.histogram is None:
        return ""
    picture = told.histogram
    as_time = column.times is not None
    low, high = (edge(end, as_time=as_time) for end in (picture.low, picture.high))
    words = Text(
        "Histogram of {name} from {low} to {high}; the fullest of {bins} bins holds {share}.",
        "{name}의 분포, {low}부터 {high}까지. 구간 {bins}개 중 가장 많은 구간이 {share}입니다.",
    ).fill(
        name=printable(column.name), low=low, high=high, bins=len(picture.counts),
        share=share_of(max(picture.counts), max(1, found.rows - column.nulls)),
    )  # fmt: skip
    return (
        f"{plots.histogram(picture, words.say(language))}"
        f'<div class="axis"><span>{escape(low)}</span>{_beyond(picture, language)}'
        f"<span>{escape(high)}</span></div>"
    )


def _beyond(picture: Histogram, language: str) -> str:
    if not picture.below and not picture.above:
        return ""
    words = Text("beyond: {below} below, {above} above", "범위 밖: 아래 {below}, 위 {above}")
    return f"<span>{say(words.fill(below=f'{picture.below:,}', above=f'{picture.above:,}'), language)}</span>"


def _top(found: Statistics, column: Column, language: str) -> str:
    if column.kind == "text" and all(one.value is None for one in column.top):
        first = share_of(column.top[0].count, found.rows)
        words = Text(
            "The most frequent value stands in {share} of the rows. Values are not shown.",
            "가장 흔한 값이 전체 행의 {share}입니다. 값은 표시하지 않습니다.",
        ).fill(share=first)
        bars = (
            shares(column.top[:_SHOWN_TOP], found.rows, language) if column.top[0].count > 1 else ""
        )
        return f'{bars}<p class="soft">{say(words, language)}</p>'
    return shares(column.top[:_SHOWN_TOP], found.rows, language)


def _rows(found: Statistics, column: Column, *, hide: bool) -> Iterator[_Row]:
    about = "" if column.exact else "≈ "
    yield Text("missing", "빈 값"), f"{column.nulls:,} ({share_of(column.nulls, found.rows)})"
    yield Text("different values", "서로 다른 값"), f"{about}{column.distinct:,}"
    if column.texts is not None and column.distinct:
        texts = column.texts
        lengths = f"{texts.shortest:,} · {plots.number(texts.mean_length)} · {texts.longest:,}"
        yield Text("length: least · mean · most", "길이: 최소 · 평균 · 최대"), lengths
    if hide:
        return
    if column.numbers is not None and column.numbers.quantiles:
        yield from _number_rows(column, about)
    if column.times is not None and column.times.first:
        times = column.times
        yield Text("first", "처음"), times.first
        yield Text("last", "마지막"), times.last
        if times.step_s:
            yield Text("usual step", "보통 간격"), duration(times.step_s)
        if times.gaps:
            yield Text("gaps", "공백"), f"{times.gaps:,}"


def _number_rows(column: Column, about: str) -> Iterator[_Row]:
    numbers = column.numbers
    assert numbers is not None  # noqa: S101 (the caller looked)
    middle = dict(zip(QUANTILES, numbers.quantiles, strict=True))
    for name, value in (
        (Text("least", "최소"), numbers.minimum),
        (Text("most", "최대"), numbers.maximum),
        (Text("mean", "평균"), numbers.mean),
        (Text("standard deviation", "표준편차"), numbers.sd),
    ):
        yield name, "-" if value is None else plots.number(value)
    for name, at in (
        (Text("5 % are below", "하위 5 %"), 0.05),
        (Text("half are below", "중앙값"), 0.5),
        (Text("95 % are below", "하위 95 %"), 0.95),
    ):
        yield name, f"{about}{plots.number(middle[at])}"
    yield Text("outliers", "이상치"), f"{about}{numbers.outliers:,}"
