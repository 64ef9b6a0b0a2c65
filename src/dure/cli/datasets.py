"""``dure datasets``: raw holdings become AI-ready data sets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dure.cli import rules as rules_commands
from dure.cli import session
from dure.cli.words import LANGUAGE, say

app = typer.Typer(no_args_is_help=True)
app.add_typer(rules_commands.app, name="rules")

DatasetArgument = Annotated[
    str,
    typer.Argument(
        metavar="DATASET", help=say("Name, or beginning of the id.", "이름 또는 식별자의 앞부분.")
    ),
]


@app.command(
    "import",
    help=say(
        "Import a CSV, TSV or Parquet file: parsed in the sandbox, described, labelled, sealed.",
        "CSV·TSV·Parquet 파일을 격리 환경에서 읽어 설명·등급을 붙이고 봉인합니다.",
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
    rules: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "Contract that it must keep, or nothing is sealed.",
                "지켜야 할 계약. 어기면 아무것도 봉인하지 않습니다.",
            )
        ),
    ] = None,
) -> None:
    """Import a file."""
    output = session.current.output
    with session.current.node() as node, output.progress(say("importing", "들여오는 중")):
        asset = node.datasets.import_(
            file,
            label=label,
            name=name,
            description=description,
            licence=licence,
            kind=kind,
            rules=rules,
        )
        entry = node.house.assets.get(asset.id)
    output.value({**asset.to_dict(), "name": entry.name, **entry.facts})


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
            ("label", say("label", "등급 표시")),
            ("rows", say("rows", "행")),
            ("columns", say("columns", "열")),
            ("created", say("created", "생성")),
        ],
    )


@app.command(
    help=say("Show a data set and its Croissant document.", "데이터셋과 Croissant 문서를 보입니다.")
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
        "데이터셋을 자기 기관용 Croissant와 Parquet으로 씁니다.",
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


@app.command(
    help=say(
        "Hold a Croissant document against the files beside it; needs no node.",
        "Croissant 문서를 옆에 있는 파일과 대조합니다. 노드가 없어도 됩니다.",
    )
)
def verify(
    folder: Annotated[
        Path, typer.Argument(help=say("Folder, or the document in it.", "폴더 또는 그 안의 문서."))
    ],
) -> None:
    """Verify an exported folder, or somebody else's."""
    from dure.datasets.errors import DatasetError
    from dure.datasets.verify.folders import hold, verify_folder

    output = session.current.output
    with output.progress(say("verifying", "대조하는 중")):
        report = verify_folder(folder)
    shown = [finding.to_dict(LANGUAGE) for finding in report.findings]
    if output.as_json:
        output.value({**report.to_dict(), "findings": shown})
    else:
        output.value(report.result)
        if shown:
            output.rows(
                shown,
                [
                    ("severity", say("severity", "심각도")),
                    ("subject", say("file", "파일")),
                    ("locator", say("place", "자리")),
                    ("words", say("finding", "점검 결과")),
                ],
            )
    try:
        hold(report, folder.name)
    except DatasetError as changed:
        if not output.as_json:
            raise
        raise typer.Exit(changed.spec.exit_status) from None
