"""A trial's report as one HTML file: offline, without script, in both languages.

The outcome comes first, in a sentence; then figures beside the baseline, subgroups, robustness,
calibration and resources where the benchmark tells them, the gates, and last what it all rests on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dure.core.pages.document import in_both_languages, say
from dure.core.pages.drawing import icon
from dure.core.text import Text
from dure.trials.outcomes import OutcomeClass
from dure.trials.reports import details, robustness
from dure.trials.reports.findings import in_both
from dure.trials.reports.plots import bar, intervals
from dure.trials.reports.reading import Reading
from dure.trials.reports.style import STYLE
from dure.trials.reports.tables import (
    HIDDEN,
    Table,
    calibration_table,
    evidence_table,
    figures_table,
    floors_table,
    gates_table,
    resources_table,
    subgroups_table,
    support_table,
)
from dure.trials.reports.words import (
    baseline_words,
    direction,
    headline,
    interval,
    is_surely_better,
    metric_title,
    task_words,
)
from dure.trials.tasks import TaskType, metric_of

_KICKER = Text("Report of a trial", "시험 보고서")
_MANY = 4


def page(reading: Reading, first: str) -> str:
    """Return the report as HTML.

    Parameters
    ----------
    reading
        The report.
    first
        The language that is seen first, ``en`` or ``ko``; the other is in the file too.
    """
    title = Text(
        f"{_KICKER.en}: {reading.algorithm} · {reading.benchmark}",
        f"{_KICKER.ko}: {reading.algorithm} · {reading.benchmark}",
    )
    return in_both_languages(
        title, lambda language: _body(reading, language), first=first, style=STYLE
    )


def _body(reading: Reading, language: str) -> str:
    sections = [_header(reading, language), _verdict(reading, language)]
    if reading.result["outcome"] == OutcomeClass.OK:
        sections += [
            _figures(reading, language),
            _subgroups(reading, language),
            _section(_ROBUSTNESS, _robustness(reading, language), language),
            _section(_CALIBRATION, _calibrated(reading, language), language),
            table_section(floors_table(reading), language),
        ]
    sections += [
        table_section(resources_table(reading), language),
        _findings(reading, language),
        table_section(gates_table(reading), language),
        _evidence(reading, language),
        _footer(reading, language),
    ]
    return "\n".join(part for part in sections if part)


_ROBUSTNESS = Text("When the data get worse", "자료가 나빠질 때")
_CALIBRATION = Text("Can its own confidence be trusted?", "알고리즘의 확신을 믿을 수 있는가")


def _header(reading: Reading, language: str) -> str:
    result = reading.result
    facts: list[tuple[Text, Text | str]] = [
        (Text("benchmark", "평가 기준"), reading.benchmark),
        (Text("data of", "자료 소유 기관"), reading.owner),
        (Text("task", "과제"), task_words(str(result["task"]))),
    ]
    if "rows" in result:
        facts.append((Text("test rows", "시험 행"), f"{float(result['rows']):,.0f}"))
    items = "".join(
        f"<li>{say(name, language)} <b>{say(told, language)}</b></li>" for name, told in facts
    )
    return (
        f'<header><p class="kicker">{say(_KICKER, language)}</p><h1>{say(reading.algorithm, language)}</h1>'
        f'<ul class="facts">{items}</ul><p class="marking">{say(reading.label, language)}</p></header>'
    )


def _verdict(reading: Reading, language: str) -> str:
    found = headline(reading)
    reasons = "".join(f"<li>{say(one, language)}</li>" for one in found.reasons)
    return (
        f'<section class="verdict {found.tone}" aria-labelledby="outcome-{language}">{icon(found.tone)}<div>'
        f'<h2 id="outcome-{language}">{say(found.title, language)}</h2><ul>{reasons}</ul></div></section>'
    )


def _figures(reading: Reading, language: str) -> str:
    result = reading.result
    task = TaskType(result["task"])
    base = baseline_words(str(result["baseline"])).say(language)
    cards = "".join(
        _figure(task, name, sides, language) for name, sides in sorted(result["figures"].items())
    )
    about = Text(
        "Held against: {base}. A dot is the value, the line around it the {level} interval: how far the value "
        "might lie elsewhere had other rows of the same kind been tested. Dashed: the baseline.",
        "비교 기준: {base}. 점은 값, 점을 지나는 선은 {level} 구간입니다. 같은 종류의 다른 행으로 시험했다면 값이 "
        "놓였을 범위를 뜻합니다. 점선은 비교 기준의 값입니다.",
    ).fill(base=base, level=result["interval"])
    inside = f'<div class="grid wide">{cards}</div>' if cards else ""
    table = figures_table(reading, titles=True)
    told = render_table(table, language) if table is not None else ""
    heading = Text("Figures beside the baseline", "비교 기준과 나란히 본 수치")
    return _section(heading, f'<p class="soft">{say(about, language)}</p>{inside}{told}', language)


def _figure(task: TaskType, name: str, sides: Mapping[str, Any], language: str) -> str:
    metric, sure = metric_of(task, name), is_surely_better(task, name, sides)
    own, base, over = (sides[side] for side in ("algorithm", "baseline", "difference"))
    title = metric_title(task, name).say(language)
    algorithm = Text("the algorithm", "알고리즘").say(language)
    baseline = Text("the baseline", "비교 기준").say(language)
    bars = [
        bar(f"{algorithm}: {own['value']} ({interval(own)})", own, "own"),
        bar(f"{baseline}: {base['value']} ({interval(base)})", base, "base"),
    ]
    told = f"{title}. {'; '.join(one.name for one in bars)}"
    verdict = (
        Text("surely better", "확실히 나음") if sure else Text("not surely better", "확실하지 않음")
    )
    gap = Text(
        "Difference {value}, most likely {lower} to {upper}:",
        "차이 {value}, {lower} – {upper}일 가능성이 큼:",
    ).fill(value=over["value"], lower=over["lower"], upper=over["upper"])
    return (
        f'<article class="card"><div class="row"><h3>{say(title, language)}</h3>'
        f'<span class="tag">{say(direction(metric), language)}</span></div>'
        f"{intervals(bars, float(base['value']), told)}"
        f'<p>{say(gap, language)} <span class="word {"sure" if sure else "unsure"}">'
        f"{say(verdict, language)}</span></p></article>"
    )


def _subgroups(reading: Reading, language: str) -> str:
    inside = details.subgroups(reading, language)
    inside += "".join(
        render_table(table, language)
        for table in (subgroups_table(reading), support_table(reading))
        if table is not None
    )
    return _section(Text("Subgroups", "하위 집단"), inside, language)


def _robustness(reading: Reading, language: str) -> str:
    table = robustness.table(reading)
    told = render_table(table, language) if table is not None else ""
    return robustness.drawn(reading, language) + told


def _calibrated(reading: Reading, language: str) -> str:
    inside, table = details.calibration(reading, language), calibration_table(reading)
    return inside + render_table(table, language) if inside and table is not None else ""


def _findings(reading: Reading, language: str) -> str:
    items = []
    for one in reading.findings:
        words, next_step = in_both(one)
        items.append(
            f'<div class="finding {say(str(one["severity"]), language)}"><p><b>{say(words, language)}</b></p>'
            f'<p class="next">{say(next_step, language)}</p></div>'
        )
    return _section(Text("Before it is released", "반출하기 전에 볼 것"), "".join(items), language)


def _evidence(reading: Reading, language: str) -> str:
    about = (
        Text(
            "The signed document that left; everything behind it is sealed at {owner}, under the evidence "
            "digest.",
            "서명되어 반출된 문서입니다. 그 근거는 모두 {owner} 기관에 봉인되어 있고, 증거 요약값으로 확인됩니다.",
        )
        if reading.released
        else Text(
            "What the result rests on. Same inputs and seed, same result digest.",
            "결과의 근거입니다. 입력과 씨앗이 같으면 결과 요약값도 같습니다.",
        )
    ).fill(owner=reading.owner)
    table = evidence_table(reading)
    return _section(
        table.title,
        f'<p class="soft">{say(about, language)}</p>{render_table(table, language, kind="evidence", headed=True)}',
        language,
    )


def _footer(reading: Reading, language: str) -> str:
    note = (
        Text(
            "This report passed the gates, and people released it. It holds no record of the data.",
            "이 보고서는 반출 관문을 통과했고 사람이 반출했습니다. 자료의 기록은 들어 있지 않습니다.",
        )
        if reading.released
        else Text(
            "This report passed the gates, but nobody has released it: handle this file under the label above.",
            "이 보고서는 반출 관문을 통과했지만 아직 반출되지 않았습니다. 이 파일은 위의 보안등급 표시에 따라 "
            "다루십시오.",
        )
    )
    return f'<footer><p>{say(note, language)}</p><p class="marking">{say(reading.label, language)}</p></footer>'


def _section(heading: Text, inside: str, language: str) -> str:
    return f"<section><h2>{say(heading, language)}</h2>{inside}</section>" if inside else ""


def table_section(table: Table | None, language: str) -> str:
    """Return a table under its title; "" for none."""
    return (
        ""
        if table is None
        else _section(table.title, render_table(table, language, headed=True), language)
    )


def render_table(table: Table, language: str, kind: str = "", *, headed: bool = False) -> str:
    """Return a table as HTML, in a frame of its own that scrolls where the page is narrow.

    Parameters
    ----------
    table
        What to show.
    language
        ``en`` or ``ko``.
    kind
        Its class, for the style.
    headed
        A heading says its title already, to those who see.
    """
    title = say(table.title, language)
    head = "".join(f'<th scope="col">{say(one, language)}</th>' for one in table.columns)
    rows = "".join(
        "<tr>" + "".join(_cell(one, language) for one in row) + "</tr>" for row in table.rows
    )
    many = ' class="many"' if len(table.columns) >= _MANY else ""
    unseen = ' class="unseen"' if headed else ""
    note = f'<p class="soft">{say(table.note, language)}</p>' if table.note is not None else ""
    return (
        f'<div class="card scroll {kind}" role="region" aria-label="{title}" tabindex="0">'
        f"<table{many}><caption{unseen}>{title}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{note}"
    )


def _cell(told: Text | str, language: str) -> str:
    marked = ' class="hidden"' if told is HIDDEN else ""
    return f"<td{marked}>{say(told, language)}</td>"
