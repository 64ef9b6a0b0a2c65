"""The readiness report: one HTML file, offline, without script, in one language.

Names and words come from strangers' files: everything is escaped, the page may load nothing, and its
only style is the one whose digest it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from dure.core.findings import Finding, Severity
from dure.core.pages.document import document
from dure.core.pages.drawing import icon
from dure.core.text import Text, printable
from dure.datasets.drift.page import drift_section
from dure.datasets.drift.statistics import Comparison
from dure.datasets.inspect import plots
from dure.datasets.inspect.families import Family
from dure.datasets.inspect.judging import share_of
from dure.datasets.inspect.page_columns import column_cards
from dure.datasets.inspect.page_tables import class_balance, correlation_map, overview
from dure.datasets.inspect.quality import Measure
from dure.datasets.inspect.statistics import Statistics
from dure.datasets.inspect.style import STYLE
from dure.datasets.inspect.verdict import Readiness, ReadinessVerdict
from dure.readers.tables import Column

_LEVELS = (
    (Severity.ERROR, Text("Must be settled first", "먼저 해결해야 합니다")),
    (Severity.WARNING, Text("Needs work", "손질이 필요합니다")),
    (Severity.NOTICE, Text("Worth knowing", "알아 두십시오")),
)
_SHOWN_FINDINGS = 200
_SHOWN_REASONS = 8
_LOW = 0.9
_FAMILIES = {"personal": Family.IDENTIFIABILITY}
_TONES = {Readiness.READY: "good", Readiness.WORK: "fair", Readiness.NOT_READY: "bad"}


@dataclass(frozen=True, slots=True)
class Contents:
    """What a report says.

    Parameters
    ----------
    subject
        Name of the file.
    digest
        Of its bytes.
    size_bytes
        How large it is.
    made_at
        When it was inspected.
    statistics, findings, verdict, measures
        What was found.
    withheld
        Columns whose values are not shown at all, since personal data was found there.
    values_shown
        Whether values of text columns are shown.
    recognised
        What an import would record of the columns, by name.
    compared, against
        How the table differs from an earlier version, and its name.
    """

    subject: str
    digest: str
    size_bytes: int
    made_at: str
    statistics: Statistics
    findings: tuple[Finding, ...]
    verdict: ReadinessVerdict
    measures: tuple[Measure, ...]
    withheld: frozenset[str]
    values_shown: bool
    recognised: Mapping[str, Column] = field(default_factory=dict)
    compared: Comparison | None = None
    against: str = ""


def page(contents: Contents, language: str) -> str:
    """Return the report as HTML in ``en`` or ``ko``."""
    found = contents.statistics
    sections = [
        verdict_section(contents.verdict, language),
        quality_section(contents.measures, language),
        findings_section(contents.findings, language),
        class_balance(found, language, withheld=contents.withheld),
        _drift(contents, language),
        correlation_map(found, language),
        overview(found, contents.findings, language),
        column_cards(
            found,
            contents.findings,
            language,
            withheld=contents.withheld,
            recognised=contents.recognised,
        ),
    ]
    return whole_page(
        contents.subject,
        _facts(contents, language),
        sections,
        _footer(contents, language),
        language,
    )


def whole_page(
    subject: str, facts: str, sections: Sequence[str], footer: str, language: str, images: str = ""
) -> str:
    """Return a page of these parts.

    Parameters
    ----------
    subject
        What was inspected.
    facts, sections, footer
        HTML.
    language
        ``en`` or ``ko``.
    images
        Where the page may have pictures from: ``data:``, or "" for nowhere.
    """
    kicker = Text("AI readiness report", "AI 활용 준비도 보고서").say(language)
    body = (
        f'<header><p class="kicker">{escape(kicker)}</p><h1>{escape(printable(subject))}</h1>{facts}</header>\n'
        f"<main>\n{''.join(sections)}</main>\n{footer}"
    )
    return document(f"{kicker}: {subject}", body, language=language, style=STYLE, images=images)


def _say(text: Text, language: str) -> str:
    return escape(text.say(language))


def _facts(contents: Contents, language: str) -> str:
    found = contents.statistics
    columns = len(found.columns) + found.left_out
    facts = (
        (Text("rows", "행"), f"{found.rows:,}"),
        (Text("columns", "열"), f"{columns:,}"),
        (Text("size", "크기"), f"{contents.size_bytes / 1e6:,.1f} MB"),
        (Text("inspected", "점검 시각"), contents.made_at),
    )
    items = "".join(f"<li>{_say(label, language)} <b>{value}</b></li>" for label, value in facts)
    return f'<ul class="facts">{items}</ul><p class="soft">{escape(contents.digest)}</p>'


def verdict_section(verdict: ReadinessVerdict, language: str) -> str:
    """Return the verdict with its reasons."""
    tone = _TONES[verdict.readiness]
    reasons = verdict.reasons[:_SHOWN_REASONS]
    listed = "".join(f"<li>{_say(one.words, language)}</li>" for one in reasons)
    more = len(verdict.reasons) - len(reasons)
    rest = (
        f"<p>{_say(Text('And {n} more below.', '아래에 {n}가지가 더 있습니다.').fill(n=more), language)}</p>"
        if more
        else ""
    )
    return (
        f'<section class="verdict {tone}" aria-labelledby="verdict">{icon(tone)}<div>'
        f'<h2 id="verdict">{_say(verdict.readiness.title, language)}</h2>'
        f"<p>{_say(verdict.summary, language)}</p>"
        f"{f'<ol>{listed}</ol>' if listed else ''}{rest}</div></section>"
    )


def quality_section(measured: Sequence[Measure], language: str) -> str:
    """Return a card for each measure of quality."""
    cards = []
    for one in measured:
        share = share_of(round(one.value * 1_000_000), 1_000_000)
        title = _say(one.family.title, language)
        bar = plots.share_bar(one.value, f"{one.family.title.say(language)}: {share}",
                              "low" if one.value < _LOW else "")  # fmt: skip
        cards.append(
            f'<div class="card"><div class="row"><h3>{title}</h3><span class="big">{share}</span></div>'
            f'{bar}<p class="soft">{_say(one.about, language)}</p></div>'
        )
    heading = _say(Text("Quality at a glance", "한눈에 보는 품질"), language)
    note = _say(
        Text(
            "The families are named after ISO/IEC 5259-2; what each counts stands below it.",
            "분류 이름은 ISO/IEC 5259-2를 따랐고, 무엇을 셌는지는 각 항목 아래에 있습니다.",
        ),
        language,
    )
    return (
        f'<section><h2>{heading}</h2><p class="soft">{note}</p><div class="grid">'
        f"{''.join(cards)}</div></section>"
    )


def findings_section(findings: Sequence[Finding], language: str) -> str:
    """Return the findings, the gravest first, notes folded away."""
    heading = _say(Text("What was found, and what to do", "점검 결과와 다음 조치"), language)
    parts = []
    for severity, title in _LEVELS:
        having = [one for one in findings if one.severity == severity]
        if having:
            parts.append(
                f'<h3 class="level">{_say(title, language)} <span class="count">{len(having)}</span></h3>'
                f"{_listed(having, language)}"
            )
    notes = [one for one in findings if one.severity == Severity.INFO]
    if notes:
        head = _say(Text("Notes", "참고"), language)
        parts.append(
            f"<details><summary>{head} ({len(notes)})</summary>{_listed(notes, language)}</details>"
        )
    if not parts:
        nothing = Text("Nothing was found.", "발견된 것이 없습니다.")
        parts.append(f"<p>{_say(nothing, language)}</p>")
    return f"<section><h2>{heading}</h2>{''.join(parts)}</section>"


def _listed(findings: Sequence[Finding], language: str) -> str:
    shown = findings[:_SHOWN_FINDINGS]
    items = "".join(
        f'<div class="finding {one.severity.name.lower()}"><p><b>{_say(one.words, language)}</b></p>'
        f'<p class="next">{_say(one.next_step, language)}</p>'
        f'<p class="code">{_family(one, language)} · {escape(one.code)}</p></div>'
        for one in shown
    )
    more = len(findings) - len(shown)
    if more:
        rest = Text(
            "And {n} more; --json lists all.", "{n}개가 더 있습니다. --json은 모두 보입니다."
        )
        items += f"<p>{_say(rest.fill(n=more), language)}</p>"
    return items


def _family(finding: Finding, language: str) -> str:
    name = finding.code.partition(".")[0]
    return _say(Family(_FAMILIES.get(name, name)).title, language)


def _drift(contents: Contents, language: str) -> str:
    if contents.compared is None:
        return ""
    return drift_section(
        contents.compared,
        contents.against,
        contents.statistics.rows,
        language,
        withheld=contents.withheld,
    )


def _footer(contents: Contents, language: str) -> str:
    found = contents.statistics
    return f"<footer>{''.join(f'<p>{_say(one, language)}</p>' for one in _notes(contents, found))}</footer>"


def _notes(contents: Contents, found: Statistics) -> Iterable[Text]:
    if found.exact:
        yield Text(
            "Counts, quantiles, different values and repeated rows are exact, over all rows.",
            "개수, 분위수, 서로 다른 값, 반복된 행은 모든 행에서 정확히 셌습니다.",
        )
    else:
        yield Text(
            "The table is large: different values, quantiles, outliers and repeated rows are "
            "estimated from a share of it (marked ≈).",
            "표가 커서 서로 다른 값, 분위수, 이상치, 반복된 행은 일부로 추정했습니다(≈ 표시).",
        )
    yield Text(
        "Correlations, leaks and the forms of text were looked for in {rows} rows spread over the table.",
        "상관, 정답 누설, 문자열 형식은 표 전체에 고루 퍼진 {rows}개 행에서 살폈습니다.",
    ).fill(rows=f"{found.sampled:,}")
    if found.target is not None and found.target.suspects is not None:
        yield Text(
            "Wrong targets were looked for in {rows} rows, by models that did not see the row.",
            "잘못된 정답은 {rows}개 행에서, 해당 행을 보지 않은 모델로 찾았습니다.",
        ).fill(rows=f"{found.target.suspects.looked:,}")
    if contents.values_shown:
        yield Text(
            "This report shows values of the data: handle it like the data.",
            "이 보고서에는 자료의 값이 들어 있습니다. 자료와 같은 등급으로 다루십시오.",
        )
    else:
        yield Text(
            "Values of text columns are not shown; --show-values shows them. Ranges and histograms "
            "of numbers and times are, so treat the report with care.",
            "문자열 열의 값은 보이지 않았습니다(--show-values로 볼 수 있음). 수와 시각의 범위와 분포는 "
            "들어 있으니 보고서를 주의해서 다루십시오.",
        )
