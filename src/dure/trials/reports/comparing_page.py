"""Reports beside each other as one HTML file: offline, without script, in both languages."""

from __future__ import annotations

from dure.core.pages.document import in_both_languages, say
from dure.core.pages.drawing import icon
from dure.core.text import Text
from dure.trials.reports.comparing import NAMES, Comparison, differences, side_by_side
from dure.trials.reports.page import render_table, table_section
from dure.trials.reports.plots import bar, intervals
from dure.trials.reports.style import STYLE
from dure.trials.reports.tables import Table
from dure.trials.reports.words import baseline_words, direction, interval, metric_title, task_words
from dure.trials.tasks import metric_of

_KICKER = Text("Trials beside each other", "시험 비교")
_LISTED = 8


def page(comparison: Comparison, first: str) -> str:
    """Return the comparison as HTML; ``first`` is the language that is seen first."""
    benchmark = comparison.readings[0].benchmark
    title = Text(f"{_KICKER.en}: {benchmark}", f"{_KICKER.ko}: {benchmark}")
    return in_both_languages(title, lambda lang: _body(comparison, lang), first=first, style=STYLE)


def _body(comparison: Comparison, language: str) -> str:
    cards = "".join(_card(comparison, metric, language) for metric in comparison.metrics)
    figures = Text("Figures beside the baseline", "비교 기준과 나란히 본 수치")
    about = Text(
        "A dot is the value, the line around it the 95 % interval. Dashed: {base}.",
        "점은 값, 점을 지나는 선은 95 % 구간입니다. 점선은 비교 기준인 {base}의 값입니다.",
    )
    base = baseline_words(str(comparison.readings[0].result["baseline"]))
    said = Text(about.en.format(base=base.en), about.ko.format(base=base.ko))
    return "\n".join(
        (
            _header(comparison, language),
            _verdict(comparison, language),
            f'<section><h2>{say(figures, language)}</h2><p class="soft">{say(said, language)}</p>'
            f'<div class="grid wide">{cards}</div>{render_table(side_by_side(comparison, titles=True), language)}</section>',
            table_section(differences(comparison, titles=True), language),
            table_section(_evidence(comparison), language),
        )
    )


def _header(comparison: Comparison, language: str) -> str:
    one = comparison.readings[0]
    facts = (
        (Text("data of", "자료 소유 기관"), one.owner),
        (Text("task", "과제"), task_words(comparison.task.value)),
        (Text("reports", "보고서"), str(len(comparison.readings))),
    )
    items = "".join(
        f"<li>{say(name, language)} <b>{say(told, language)}</b></li>" for name, told in facts
    )
    labels = sorted({reading.label for reading in comparison.readings})
    marks = " ".join(f'<span class="marking">{say(label, language)}</span>' for label in labels)
    return (
        f'<header><p class="kicker">{say(_KICKER, language)}</p><h1>{say(one.benchmark, language)}</h1>'
        f'<ul class="facts">{items}</ul>{marks}</header>'
    )


def _verdict(comparison: Comparison, language: str) -> str:
    sure = [pair for pair in comparison.pairs if pair.better >= 0]
    some = Text(
        "{sure} of {all} differences are sure.", "차이 {all}개 가운데 {sure}개가 확실합니다."
    )
    title = some.fill(sure=len(sure), all=len(comparison.pairs))
    tone = "good" if len(sure) == len(comparison.pairs) else "fair"
    listed = []
    for pair in sure[:_LISTED]:
        better, worse = pair.better, pair.first + pair.second - pair.better
        words = Text(
            "{metric}: {one} is surely better than {other}.",
            "{metric}: {one} 쪽이 {other}보다 확실히 낫습니다.",
        )
        metric = metric_title(comparison.task, pair.metric).say(language)
        told = words.fill(
            metric=metric, one=_name(comparison, better), other=_name(comparison, worse)
        )
        listed.append(f"<li>{say(told, language)}</li>")
    if len(sure) > _LISTED:
        more = Text("And {n} more below.", "아래에 {n}개가 더 있습니다.").fill(
            n=len(sure) - _LISTED
        )
        listed.append(f"<li>{say(more, language)}</li>")
    return (
        f'<section class="verdict {tone}" aria-labelledby="outcome-{language}">{icon(tone)}<div>'
        f'<h2 id="outcome-{language}">{say(title, language)}</h2><ul>{"".join(listed)}</ul></div></section>'
    )


def _name(comparison: Comparison, at: int) -> str:
    return f"{NAMES[at]} ({comparison.readings[at].algorithm})"


def _card(comparison: Comparison, metric: str, language: str) -> str:
    having = [
        (at, one.result["figures"][metric])
        for at, one in enumerate(comparison.readings)
        if metric in one.result["figures"]
    ]
    bars = [
        bar(
            f"{NAMES[at]}: {sides['algorithm']['value']} ({interval(sides['algorithm'])})",
            sides["algorithm"],
        )
        for at, sides in having
    ]
    title = metric_title(comparison.task, metric).say(language)
    told = f"{title}. {'; '.join(one.name for one in bars)}"
    drawn = intervals(bars, float(having[0][1]["baseline"]["value"]), told)
    return (
        f'<article class="card"><div class="row"><h3>{say(title, language)}</h3><span class="tag">'
        f"{say(direction(metric_of(comparison.task, metric)), language)}</span></div>{drawn}</article>"
    )


def _evidence(comparison: Comparison) -> Table:
    rows = tuple(
        (NAMES[at], one.id, one.digests["result"], one.digests["evidence"])
        for at, one in enumerate(comparison.readings)
    )
    columns = (
        Text("name", "이름"),
        Text("report", "보고서"),
        Text("digest of the result", "결과 요약값"),
        Text("digest of the evidence", "증거 요약값"),
    )
    return Table(Text("Evidence", "증거"), columns, rows)
