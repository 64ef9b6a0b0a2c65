"""Sections of the report that are about the table as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import escape

from dure.core.findings import Finding, Severity
from dure.core.text import Text, printable
from dure.datasets.inspect import plots
from dure.datasets.inspect.judging import share_of
from dure.datasets.inspect.statistics import Split, Statistics, Top

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_MAPPED = 12
_LEAST_STRENGTH = 0.05
_MOST_CLASSES = 20

KINDS = {
    "number": Text("number", "수"),
    "time": Text("date or time", "날짜·시각"),
    "text": Text("text", "문자열"),
    "truth": Text("yes or no", "참·거짓"),
    "other": Text("other", "기타"),
}


def say(text: Text, language: str) -> str:
    """Return the words in a language, escaped."""
    return escape(text.say(language))


def edge(end: float, *, as_time: bool) -> str:
    """Return an end of an axis: a number, or the day of so many seconds since 1970."""
    if not as_time:
        return plots.number(end)
    try:
        moment = _EPOCH + timedelta(seconds=end)
    except OverflowError:
        return plots.number(end)
    return f"{moment:%Y-%m-%d}"


def shares(tops: Sequence[Top], rows: int, language: str, *, hide: bool = False) -> str:
    """Return a list of values (or of their ranks) with a bar for the share of each."""
    items = []
    for place, one in enumerate(tops, 1):
        hidden = hide or one.value is None
        ranked = Text("value {n} (not shown)", "값 {n} (표시 안 함)").fill(n=place).say(language)
        name = ranked if hidden else plots.shortened(printable(str(one.value)), 60)
        share = share_of(one.count, rows)
        bar = plots.share_bar(one.count / rows, f"{name}: {share}")
        items.append(
            f'<li><div class="row"><span>{escape(name) or "“”"}</span><span class="tag">{one.count:,} · {share}'
            f"</span></div>{bar}</li>"
        )
    return f'<ul class="top">{"".join(items)}</ul>'


def class_balance(found: Statistics, language: str, *, withheld: frozenset[str]) -> str:
    """Return the sections about target and split; "" when none was named."""
    parts = []
    if found.target is not None:
        column = found.columns[found.target.column]
        heading = Text("Target “{name}”", "정답 열 “{name}”").fill(name=printable(column.name))
        if found.target.classes:
            tops = found.target.classes[:_MOST_CLASSES]
            inside = shares(tops, found.rows, language, hide=column.name in withheld)
            more = len(found.target.classes) - len(tops)
            if more > 0:
                rest = Text("And {n} more classes.", "분류가 {n}개 더 있습니다.").fill(n=more)
                inside += f"<p>{say(rest, language)}</p>"
        else:
            words = Text(
                "It is a quantity; see its column below.",
                "양을 나타내는 열입니다. 아래 열 설명을 보십시오.",
            )
            inside = f"<p>{say(words, language)}</p>"
        parts.append(
            f'<section><h2>{say(heading, language)}</h2><div class="card">{inside}</div></section>'
        )
    if found.split is not None:
        name = printable(found.columns[found.split.column].name)
        heading = Text("Split by “{name}”", "“{name}”에 따른 분할").fill(name=name)
        inside = shares(found.split.parts, found.rows, language)
        words = Text(
            "{n} rows of the smaller parts also stand in another part.",
            "작은 쪽의 행 {n}개가 다른 쪽에도 있습니다.",
        ).fill(n=f"{found.split.leaked:,}")
        inside += f"<p>{say(words, language)}</p><p>{say(_near(found.split), language)}</p>"
        parts.append(
            f'<section><h2>{say(heading, language)}</h2><div class="card">{inside}</div></section>'
        )
    return "".join(parts)


def _near(split: Split) -> Text:
    if split.near is None:
        return Text(
            "The table is too large to look for rows that are nearly the same.",
            "표가 너무 커서 거의 같은 행은 찾지 않았습니다.",
        )
    return Text(
        "{n} more differ from a row of another part in one column alone (decimals taken to three "
        "digits, texts without case and space around them). Rows that differ in two are not looked for.",
        "그 밖에 {n}개는 다른 쪽의 행과 열 하나만 다릅니다(소수는 유효숫자 세 자리, 문자열은 대소문자와 "
        "앞뒤 공백을 무시). 두 열 이상 다른 행은 찾지 않았습니다.",
    ).fill(n=f"{split.near:,}")


def correlation_map(found: Statistics, language: str) -> str:
    """Return the correlations between the columns that have the strongest ones."""
    heading = say(Text("How the numbers hang together", "수 사이의 상관"), language)
    strong = [one for one in found.correlations if abs(one.value) >= _LEAST_STRENGTH]
    if not found.correlations:
        return ""
    if not strong:
        words = Text(
            "No two columns of numbers are correlated (all below {least}).",
            "서로 상관이 있는 수 열이 없습니다(모두 {least} 미만).",
        ).fill(least=_LEAST_STRENGTH)
        return f"<section><h2>{heading}</h2><p>{say(words, language)}</p></section>"
    chosen: dict[int, None] = {}
    for one in strong:
        if len(chosen | dict.fromkeys((one.first, one.second))) <= _MOST_MAPPED:
            chosen |= dict.fromkeys((one.first, one.second))
    places = sorted(chosen)
    values: dict[tuple[int, int], float] = {(place, place): 1.0 for place in places}
    for one in found.correlations:
        values[one.first, one.second] = values[one.second, one.first] = one.value
    names = [printable(found.columns[place].name) for place in places]
    table = [[values.get((one, other)) for other in places] for one in places]
    first = strong[0]
    told = Text(
        "Correlations of {n} columns; the strongest is {value} between {one} and {other}.",
        "열 {n}개의 상관계수. 가장 강한 것은 {one}와(과) {other} 사이의 {value}입니다.",
    ).fill(
        n=len(places),
        value=f"{first.value:.2f}",
        one=printable(found.columns[first.first].name),
        other=printable(found.columns[first.second].name),
    )
    picture = plots.heat_map(names, table, told.say(language))
    return (
        f'<section><h2>{heading}</h2><p class="soft">{say(told, language)}</p>'
        f'<div class="card scroll">{picture}</div></section>'
    )


def overview(found: Statistics, findings: Sequence[Finding], language: str) -> str:
    """Return a table of all columns, each a link to its card."""
    marks = Counter(one.locator for one in findings if one.severity > Severity.INFO)
    heads = (
        Text("column", "열"), Text("kind", "종류"), Text("missing", "빈 값"),
        Text("different values", "서로 다른 값"), Text("findings", "점검 결과"),
    )  # fmt: skip
    head = "".join(
        f'<th scope="col"{"" if at < 2 else chr(32) + "class=num"}>{say(one, language)}</th>'
        for at, one in enumerate(heads)
    )
    rows = "".join(
        f'<tr><td><a href="#c{place}">{escape(printable(one.name))}</a></td>'
        f"<td>{say(KINDS.get(one.kind, KINDS['other']), language)}</td>"
        f'<td class="num">{share_of(one.nulls, found.rows)}</td>'
        f'<td class="num">{"" if one.exact else "≈ "}{one.distinct:,}</td>'
        f'<td class="num">{marks[one.name] or "·"}</td></tr>'
        for place, one in enumerate(found.columns, 1)
    )
    heading = say(Text("Columns", "열"), language)
    return (
        f'<section><h2>{heading}</h2><div class="card scroll"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></section>"
    )
