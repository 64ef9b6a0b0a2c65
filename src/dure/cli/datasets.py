"""``dure datasets``: raw holdings become AI-ready data sets."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dure.cli import about as about_commands
from dure.cli import catalogue as catalogue_commands
from dure.cli import columns as columns_command
from dure.cli import corpora as corpora_commands
from dure.cli import deidentify as deidentify_commands
from dure.cli import elements as elements_commands
from dure.cli import images as images_commands
from dure.cli import inspecting as inspecting_command
from dure.cli import mapping as mapping_commands
from dure.cli import privacy as privacy_commands
from dure.cli import rules as rules_commands
from dure.cli import session
from dure.cli import versions as versions_commands
from dure.cli.arguments import NAME_OR_ID
from dure.cli.reading import (
    DatabaseOption,
    DelimiterOption,
    EncodingOption,
    KindOption,
    MissingOption,
    QuotedOption,
    RecordsOption,
    SheetOption,
    reading,
    source_of,
)
from dure.cli.words import LANGUAGE, say

app = typer.Typer(no_args_is_help=True, add_completion=False)
app.add_typer(rules_commands.app, name="rules")
columns_command.add_to(app)
app.add_typer(elements_commands.app, name="elements")
app.add_typer(mapping_commands.app, name="map")
app.command(
    help=say(
        "Make a table conform to a confirmed mapping, and score it; a file needs no node.",
        "확인된 대응표대로 표를 변환하고 점수를 매깁니다. 파일이면 노드가 없어도 됩니다.",
    )
)(mapping_commands.conform)
app.add_typer(deidentify_commands.app, name="deidentify")
app.add_typer(privacy_commands.app, name="privacy")
app.command(
    help=say(
        "Write an empty statement of what only people know about data, or check one; needs no node.",
        "사람만 아는 데이터셋 정보를 적을 파일을 만들거나 점검합니다. 노드가 없어도 됩니다.",
    )
)(about_commands.about)
app.command(
    help=say(
        "Write a data set's entry for a catalogue of public data (DCAT); metadata alone.",
        "공공데이터 목록에 올릴 항목(DCAT)을 만듭니다. 메타데이터만 담깁니다.",
    )
)(about_commands.dcat)

inspecting_command.add_to(app)
catalogue_commands.add_to(app)
versions_commands.add_to(app)

DatasetArgument = Annotated[str, typer.Argument(metavar="DATASET", help=NAME_OR_ID)]


@app.command(
    "import",
    help=say(
        "Import a file (CSV, JSON, Excel, Parquet, Arrow, Zeek, EVTX), a folder of images, a corpus of texts, "
        "or a Croissant document of others with its files: parsed in the sandbox, described, sealed.",
        "파일(CSV, JSON, Excel, Parquet, Arrow, Zeek, EVTX), 이미지 폴더, 말뭉치, 다른 곳에서 만든 Croissant "
        "문서와 그 파일을 격리 실행 환경에서 읽고 설명을 붙여 봉인합니다.",
    ),
)
def import_(
    file: Annotated[
        Path,
        typer.Argument(
            help=say("The file, or a folder of images or texts.", "파일, 또는 이미지나 글의 폴더.")
        ),
    ],
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
    kind: KindOption = "",
    encoding: EncodingOption = None,
    delimiter: DelimiterOption = None,
    missing: MissingOption = None,
    quoted: QuotedOption = False,
    sheet: SheetOption = "",
    database: DatabaseOption = None,
    rules: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "Contract that it must keep, or nothing is sealed.",
                "지켜야 할 계약. 어기면 아무것도 봉인하지 않습니다.",
            )
        ),
    ] = None,
    ranges: Annotated[
        bool,
        typer.Option(
            "--with-ranges",
            help=say(
                "Describe ranges, codes and shares of gaps too, for dummy data.",
                "더미 자료를 위해 범위·코드·누락 비율도 설명에 넣습니다.",
            ),
        ),
    ] = False,
    about: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "What else you state about it: a file as dure datasets about writes it.",
                "그 밖의 설명: dure datasets about로 만든 파일.",
            )
        ),
    ] = None,
    targets: images_commands.TargetsOption = None,
    leave_out_damaged: images_commands.LeaveOutOption = False,
    records: RecordsOption = "",
    annotations: corpora_commands.AnnotationsOption = None,
    offsets: corpora_commands.OffsetsOption = None,
) -> None:
    """Import a file."""
    output = session.current.output
    options = reading(encoding, delimiter, missing, quoted, sheet)
    with session.current.node() as node, output.progress(say("importing", "들여오는 중")):
        asset = node.datasets.import_(
            source_of(file, database),
            targets=targets or ("auto",),
            leave_out_damaged=leave_out_damaged,
            records=records,
            annotations=annotations or "",
            offsets=offsets or "",
            label=label,
            name=name,
            description=description,
            licence=licence,
            kind=kind,
            options=options,
            rules=rules,
            ranges=ranges,
            about=about,
        )
        entry = node.house.assets.get(asset.id)
    facts = {name: value for name, value in entry.facts.items() if name != "words"}
    output.value({**asset.to_dict(), "name": entry.name, **facts})


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


class Layout(StrEnum):
    """What an exported folder looks like."""

    CROISSANT = "croissant"
    HUGGINGFACE = "huggingface"


@app.command(
    help=say(
        "Write a data set into a new folder for its own agency.",
        "데이터셋을 자기 기관용 새 폴더에 씁니다.",
    )
)
def export(
    dataset: DatasetArgument,
    folder: Annotated[Path, typer.Argument(help=say("New folder.", "새 폴더."))],
    layout: Annotated[
        Layout,
        typer.Option(
            help=say(
                "Croissant and Parquet, or the Hugging Face Hub's folder with a card.",
                "Croissant와 Parquet, 또는 카드가 있는 Hugging Face Hub 폴더.",
            )
        ),
    ] = Layout.CROISSANT,
) -> None:
    """Export a data set."""
    output = session.current.output
    with session.current.node() as node, output.progress(say("exporting", "내보내는 중")):
        asset = node.datasets.export(dataset, folder, layout=layout)
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


@app.command(
    help=say(
        "Write made-up rows that are faithful to a Croissant document; needs no node, sees no record.",
        "Croissant 문서를 따르는 더미 행을 만듭니다. 노드가 없어도 되고 실제 기록을 보지 않습니다.",
    )
)
def dummy(
    document: Annotated[
        Path,
        typer.Argument(
            help=say("croissant.json, or the folder that holds it.", "croissant.json 또는 그 폴더.")
        ),
    ],
    out: Annotated[
        Path, typer.Option(help=say("New file: .csv or .parquet.", "새 파일: .csv 또는 .parquet."))
    ],
    rows: Annotated[
        int, typer.Option(min=1, max=10_000_000, help=say("How many rows.", "행의 수."))
    ] = 1_000,
    seed: Annotated[
        int,
        typer.Option(help=say("The same seed gives the same rows.", "씨앗이 같으면 행도 같음.")),
    ] = 1,
) -> None:
    """Write dummy data."""
    if out.suffix.lower() not in (".csv", ".parquet"):
        raise typer.BadParameter(
            say(
                "the file ends in .csv or .parquet", "파일 이름은 .csv나 .parquet으로 끝나야 합니다"
            ),
            param_hint="--out",
        )
    from dure.datasets.dummy.writing import write_dummy

    output = session.current.output
    with output.progress(say("writing", "쓰는 중")):
        table = write_dummy(document, out, rows=rows, seed=seed)
    output.value({"file": str(out), "rows": rows, "columns": len(table.fields), "seed": seed})
