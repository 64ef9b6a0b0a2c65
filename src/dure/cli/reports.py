"""``dure trials show | compare``: what a trial came to, in words, as a page, beside others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dure.cli import session
from dure.cli.words import LANGUAGE, say

if TYPE_CHECKING:
    from dure.trials.reports.tables import Table

HtmlOption = Annotated[
    Path | None,
    typer.Option(
        "--html",
        metavar="FILE",
        help=say(
            "Write it as this page, for people: one file, in both languages, offline.",
            "사람이 읽을 페이지로 이 파일에 씁니다. 파일 하나에 두 언어가 담기고 오프라인으로 열립니다.",
        ),
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the group of trials."""
    app.command(
        help=say(
            "Show what a trial came to and each gate, to those who may read it; a released report too.",
            "시험 결과와 각 관문을 열람할 수 있는 사람에게 보여 줍니다. 반출된 보고서도 볼 수 있습니다.",
        ),
    )(show)
    app.command(
        help=say(
            "Put reports on one benchmark beside each other: which differences are sure?",
            "같은 평가 기준의 보고서들을 견주어 어떤 차이가 확실한지 봅니다.",
        ),
    )(compare)


def show(
    report: Annotated[
        str,
        typer.Argument(
            metavar="RUN|REPORT",
            help=say(
                "Beginning of a run's id, or of a released report's.",
                "실행 또는 반출된 보고서 식별자의 앞부분.",
            ),
        ),
    ],
    html: HtmlOption = None,
    diagnosis: Annotated[
        bool,
        typer.Option(
            help=say(
                "The operator's diagnosis too; it never leaves.",
                "운영자용 진단도 표시합니다. 노드 밖으로 나가지 않습니다.",
            )
        ),
    ] = False,
) -> None:
    """Show a report."""
    from dure.trials.reports.page import page
    from dure.trials.reports.writing import check_page, write_page

    if html is not None:
        check_page(html)
    output = session.current.output
    with session.current.node() as node:
        reading = node.trials.reading(report)
        inside = node.trials.diagnosis(report) if diagnosis else {}
    written = {} if html is None else {"html": str(html)}
    if html is not None:
        write_page(html, page(reading, LANGUAGE))
    if output.as_json:
        more = {"diagnosis": inside} if diagnosis else {}
        output.value({**reading.document, **more, **written})
        return
    from dure.trials.reports import robustness, tables
    from dure.trials.reports.findings import in_both
    from dure.trials.reports.words import headline

    found = headline(reading)
    output.line(found.title.say(LANGUAGE))
    for reason in found.reasons:
        output.line(f"  {reason.say(LANGUAGE)}")
    output.value(
        {
            say("algorithm", "알고리즘"): reading.algorithm,
            say("benchmark", "평가 기준"): reading.benchmark,
            say("test rows", "시험 행"): reading.result.get("rows", "-"),
            say("label", "보안등급 표시"): reading.label,
            **({say("page", "페이지"): str(html)} if html is not None else {}),
        }
    )
    for one in reading.findings:
        words, next_step = in_both(one)
        output.line(f"! {words.say(LANGUAGE)} {next_step.say(LANGUAGE)}")
    for table in (
        tables.figures_table(reading),
        tables.subgroups_table(reading),
        tables.support_table(reading),
        robustness.table(reading),
        tables.calibration_table(reading),
        tables.floors_table(reading),
        tables.resources_table(reading),
        tables.gates_table(reading),
    ):
        if table is not None:
            _show(table)
    evidence = tables.evidence_table(reading)
    told = {str(name): value for name, value in evidence.rows}
    output.value(told, evidence.title.say(LANGUAGE), exact=True)
    if inside:
        output.value(inside, say("Diagnosis", "진단"), exact=True)


def compare(
    reports: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN|REPORT…",
            help=say("Beginnings of their ids, two or more.", "식별자의 앞부분. 둘 이상."),
        ),
    ],
    html: HtmlOption = None,
) -> None:
    """Compare reports."""
    from dure.trials.reports.comparing import differences, side_by_side
    from dure.trials.reports.comparing_page import page
    from dure.trials.reports.writing import check_page, write_page

    if html is not None:
        check_page(html)
    output = session.current.output
    with session.current.node() as node:
        found = node.trials.compare(reports)
    if html is not None:
        write_page(html, page(found, LANGUAGE))
    if output.as_json:
        output.value({**found.to_dict(), **({} if html is None else {"html": str(html)})})
        return
    _show(side_by_side(found))
    _show(differences(found))
    if html is not None:
        output.value({say("page", "페이지"): str(html)})


def _show(table: Table) -> None:
    """Show a table of a report, and how to read it."""
    fields = [str(at) for at in range(len(table.columns))]
    output = session.current.output
    output.rows(
        [
            {
                field: cell if isinstance(cell, str) else cell.say(LANGUAGE)
                for field, cell in zip(fields, row, strict=True)
            }
            for row in table.rows
        ],
        [(field, head.say(LANGUAGE)) for field, head in zip(fields, table.columns, strict=True)],
        table.title.say(LANGUAGE),
    )
    if table.note is not None:
        output.line(table.note.say(LANGUAGE))
