"""``dure datasets``: raw holdings become AI-ready data sets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dure.cli import session
from dure.cli.arguments import NAME_OR_ID
from dure.cli.words import LANGUAGE, say
from dure.core.findings import Severity

if TYPE_CHECKING:
    from dure.datasets.inspect.inspection import Inspection

app = typer.Typer(no_args_is_help=True, add_completion=False)

DatasetArgument = Annotated[str, typer.Argument(metavar="DATASET", help=NAME_OR_ID)]


@app.command(
    "import",
    help=say(
        "Import a CSV, TSV or Parquet file: parsed in the sandbox, described, labelled, sealed.",
        "CSV, TSV, Parquet 파일을 격리 실행 환경에서 읽고, 설명과 보안등급 표시를 붙여 봉인합니다.",
    ),
)
def import_(
    file: Annotated[Path, typer.Argument(help=say("The file.", "파일."))],
    label: Annotated[
        str,
        typer.Option(
            help=say(
                "Such as 'coast//O//maritime REL coast FOR trial'.",
                "예: 'coast//O//maritime REL coast FOR trial'.",
            )
        ),
    ],
    name: Annotated[str, typer.Option(help=say("Its name.", "이름."))] = "",
    description: Annotated[str, typer.Option(help=say("What it is.", "설명."))] = "",
    licence: Annotated[str, typer.Option(help=say("Its licence.", "이용 허락 조건."))] = "",
    kind: Annotated[str, typer.Option(help="csv | parquet")] = "",
) -> None:
    """Import a file."""
    output = session.current.output
    with session.current.node() as node, output.progress(say("importing", "들여오는 중")):
        asset = node.datasets.import_(
            file, label=label, name=name, description=description, licence=licence, kind=kind
        )
        entry = node.house.assets.get(asset.id)
    output.value({**asset.to_dict(), "name": entry.name, **entry.facts})


@app.command(
    help=say(
        "Inspect a CSV, TSV or Parquet file: is it ready for AI? Needs no node.",
        "CSV·TSV·Parquet 파일이 AI에 쓸 준비가 되었는지 점검합니다. 노드가 없어도 됩니다.",
    )
)
def inspect(
    file: Annotated[Path, typer.Argument(help=say("The file.", "파일."))],
    report: Annotated[
        Path | None,
        typer.Option(
            help=say("Write the report as this HTML file.", "이 HTML 파일로 보고서를 씁니다.")
        ),
    ] = None,
    target: Annotated[str, typer.Option(help=say("Column to predict.", "예측할 열."))] = "",
    split: Annotated[
        str,
        typer.Option(help=say("Column that says train or test.", "학습용·시험용을 나누는 열.")),
    ] = "",
    show_values: Annotated[
        bool,
        typer.Option(
            "--show-values",
            help=say(
                "Show values of text and personal columns too.",
                "문자열 열과 개인정보 열의 값도 보입니다.",
            ),
        ),
    ] = False,
    kind: Annotated[str, typer.Option(help="csv | parquet")] = "",
) -> None:
    """Inspect a file."""
    import time

    from dure.datasets.inspect.inspection import check_report, write_report
    from dure.datasets.inspect.inspection import inspect as inspect_file

    output = session.current.output
    if report is not None:
        check_report(file, report)
    with output.progress(say("inspecting", "점검 중")):
        found = inspect_file(
            file, now_s=time.time(), target=target, split=split, show_values=show_values, kind=kind
        )
    if report is not None:
        write_report(report, found.to_html(LANGUAGE))
    if output.as_json:
        told = found.to_dict(LANGUAGE)
        output.value(told if report is None else {**told, "report": str(report)})
    else:
        _show_inspection(found, report)
    if found.verdict.readiness == "not-ready":
        raise typer.Exit(1)


def _show_inspection(found: Inspection, report: Path | None) -> None:
    output, statistics = session.current.output, found.measured.statistics
    verdict = found.verdict
    output.line(f"{verdict.readiness.title.say(LANGUAGE)}. {verdict.summary.say(LANGUAGE)}")
    output.value(
        {
            say("rows", "행"): f"{statistics.rows:,}",
            say("columns", "열"): f"{len(statistics.columns) + statistics.left_out:,}",
            **{one.family.title.say(LANGUAGE): f"{one.value:.1%}" for one in found.quality},
            **({say("report", "보고서"): str(report)} if report is not None else {}),
        }
    )
    listed = [one.to_dict(LANGUAGE) for one in found.findings if one.severity > Severity.INFO]
    output.rows(
        listed,
        [
            ("severity", say("severity", "심각도")),
            ("words", say("finding", "점검 결과")),
            ("next_step", say("next step", "다음 조치")),
        ],
    )


@app.command(
    "list", help=say("List the data sets that you may see.", "볼 수 있는 데이터셋을 나열합니다.")
)
def list_(
    purpose: Annotated[
        str, typer.Option(help=say("Only for this purpose.", "이 목적에 쓸 수 있는 것만."))
    ] = "",
) -> None:
    """List data sets."""
    with session.current.node() as node:
        rows = node.datasets.list(purpose)
    session.current.output.rows(
        rows,
        [
            ("short", say("id", "식별자")),
            ("name", say("name", "이름")),
            ("label", say("label", "보안등급 표시")),
            ("rows", say("rows", "행")),
            ("columns", say("columns", "열")),
            ("created", say("created", "생성")),
        ],
    )


@app.command(
    help=say(
        "Show a data set and its Croissant document.", "데이터셋과 Croissant 문서를 표시합니다."
    )
)
def show(dataset: DatasetArgument) -> None:
    """Show a data set."""
    output = session.current.output
    with session.current.node() as node:
        shown = node.datasets.show(dataset)
    if output.as_json:
        output.value(shown)
        return
    from dure.datasets.croissant import data_type, licence_words, read_table

    document = shown["croissant"]
    table = read_table(document)
    about = {name: document[name] for name in ("name", "description")}
    output.value(
        {**shown["asset"], **about, "licence": licence_words(document), "rows": table.rows}
    )
    output.rows(
        [
            {"name": field.name, "type": field.type, "croissant": data_type(field.type)}
            for field in table.fields
        ],
        [
            ("name", say("column", "열")),
            ("type", say("type", "자료형")),
            ("croissant", "Croissant"),
        ],
    )


@app.command(
    help=say(
        "Write a data set as Croissant and Parquet for its own agency.",
        "데이터셋을 자기 기관에서 쓸 Croissant와 Parquet으로 내보냅니다.",
    )
)
def export(
    dataset: DatasetArgument,
    folder: Annotated[Path, typer.Argument(help=say("New folder.", "새 폴더."))],
) -> None:
    """Export a data set."""
    output = session.current.output
    with session.current.node() as node, output.progress(say("exporting", "내보내는 중")):
        asset = node.datasets.export(dataset, folder)
    output.value({"dataset": asset.id, "folder": str(folder)})
