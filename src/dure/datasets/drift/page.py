"""The section of the report that holds a table against an earlier version."""

from __future__ import annotations

from html import escape

from dure.core.text import Text, printable
from dure.datasets.drift.judging import STATISTICS, level_of
from dure.datasets.drift.statistics import (
    KOLMOGOROV_SMIRNOV,
    SHOWN_VALUES,
    Comparison,
    Drift,
    Picture,
)
from dure.datasets.inspect import plots
from dure.datasets.inspect.judging import share_of
from dure.datasets.inspect.page_tables import edge, say

_SHOWN = 60
_LEVELS = {
    -1: Text("not judged", "판단하지 않음"),
    0: Text("as before", "이전과 같음"),
    1: Text("somewhat different", "다소 다름"),
    2: Text("quite different", "크게 다름"),
}
_AXES = {
    False: Text("values, the most frequent first", "흔한 값 순"),
    True: Text("the most frequent values; the last bar is the rest", "흔한 값 순, 마지막은 나머지"),
}
_HEADS = (
    Text("column", "열"), Text("stability index", "안정성 지수"), Text("distance", "거리"),
    Text("missing, before and now", "빈 값(이전 → 현재)"), Text("new values", "새 값"),
    Text("spread", "분포"),
)  # fmt: skip


def drift_section(
    found: Comparison, against: str, rows: int, language: str, *, withheld: frozenset[str]
) -> str:
    """Return a table of how each column moved, and a picture of those that moved most.

    Parameters
    ----------
    found
        What was measured.
    against
        Name of the earlier version.
    rows
        Rows of the table itself.
    language
        ``en`` or ``ko``.
    withheld
        Columns whose values are not shown.
    """
    heading = Text("Against “{name}”", "“{name}”과(와) 비교").fill(name=printable(against))
    about = Text(
        "{before} rows then, {now} now. Light bars are the earlier version, dark ones this one. The "
        "index counts from {some}, and much from {much} (Siddiqi 2006), where chance alone would "
        "hardly give it.",
        "행은 이전 {before}개, 현재 {now}개입니다. 옅은 막대가 이전 버전, 짙은 막대가 현재입니다. 안정성 "
        "지수는 {some}부터 차이로 보고 {much}부터 큰 차이로 봅니다(Siddiqi 2006). 우연으로 설명되는 차이는 "
        "세지 않습니다.",
    ).fill(before=f"{found.rows_first:,}", now=f"{rows:,}", some=0.1, much=0.25)
    ordered = sorted(found.columns, key=lambda one: (-level_of(one), -one.shift))
    shown = ordered[:_SHOWN]
    cards = "".join(
        _card(one, one.picture, language)
        for one in shown
        if one.picture is not None and one.name not in withheld and level_of(one) > 0
    )
    more = Text("And {n} more columns.", "열이 {n}개 더 있습니다.").fill(
        n=len(ordered) - len(shown)
    )
    rest = f"<p>{say(more, language)}</p>" if len(ordered) > len(shown) else ""
    return (
        f'<section><h2>{say(heading, language)}</h2><p class="soft">{say(about, language)}</p>'
        f'<div class="grid">{cards}</div>{_table(shown, language)}{rest}</section>'
    )


def _table(columns: list[Drift], language: str) -> str:
    head = "".join(
        f'<th scope="col"{"" if at in (0, 5) else chr(32) + "class=num"}>{say(one, language)}</th>'
        for at, one in enumerate(_HEADS)
    )
    lines = "".join(
        f"<tr><td>{escape(printable(one.name))}</td>"
        f'<td class="num">{one.stability:.2f}</td><td class="num">{one.shift:.2f}</td>'
        f'<td class="num">{share_of(one.nulls_first, one.rows_first)} → '
        f"{share_of(one.nulls_second, one.rows_second)}</td>"
        f'<td class="num">{f"{one.appeared:,}" if one.appeared else "·"}</td>'
        f"<td>{say(_LEVELS[level_of(one)], language)}</td></tr>"
        for one in columns
    )
    return (
        f'<div class="card scroll"><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody>'
        "</table></div>"
    )


def _card(one: Drift, picture: Picture, language: str) -> str:
    statistic = STATISTICS[one.statistic == KOLMOGOROV_SMIRNOV]
    told = Text(
        "Spread of {name} before and now: distance {shift} ({statistic.en}).",
        "{name}의 이전과 현재 분포: 거리 {shift}({statistic.ko}).",
    ).fill(name=printable(one.name), shift=f"{one.shift:.2f}", statistic=statistic)
    if picture.low == picture.high:
        axis = f"<span>{say(_AXES[len(picture.first) > SHOWN_VALUES], language)}</span>"
    else:
        ends = (edge(end, as_time=one.kind == "time") for end in (picture.low, picture.high))
        axis = "".join(f"<span>{escape(end)}</span>" for end in ends)
    return (
        f'<article class="card"><div class="row"><h3>{escape(printable(one.name))}</h3>'
        f'<span class="tag">{say(_LEVELS[level_of(one)], language)}</span></div>'
        f"{plots.two_spreads(picture.first, picture.second, told.say(language))}"
        f'<div class="axis">{axis}</div></article>'
    )
