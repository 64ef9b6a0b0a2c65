"""``dure datasets inspect``: is a bare file, or the answer to a query, ready for AI? Needs no node."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dure.cli import corpora as corpora_commands
from dure.cli import images as images_commands
from dure.cli import readiness, session
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
from dure.cli.words import say


def add_to(app: typer.Typer) -> None:
    """Add the command to a group."""
    app.command(
        help=say(
            "Inspect a file, a query, a folder of images or a corpus: is it ready for AI? Needs no node.",
            "파일, 질의, 이미지 폴더, 말뭉치가 AI에 쓸 준비가 되었는지 점검합니다. 노드가 없어도 됩니다.",
        )
    )(inspect)


def inspect(
    file: Annotated[
        Path,
        typer.Argument(
            help=say(
                "The file, a query, or a folder of images or texts.",
                "파일, 질의, 또는 이미지나 글의 폴더.",
            )
        ),
    ],
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
    against: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=say(
                "An earlier version of the file: how far did values move?",
                "이전 버전 파일. 값의 분포가 얼마나 달라졌는지 봅니다.",
            ),
        ),
    ] = None,
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
    kind: KindOption = "",
    encoding: EncodingOption = None,
    delimiter: DelimiterOption = None,
    missing: MissingOption = None,
    quoted: QuotedOption = False,
    sheet: SheetOption = "",
    database: DatabaseOption = None,
    records: RecordsOption = "",
    targets: images_commands.TargetsOption = None,
    annotations: corpora_commands.AnnotationsOption = None,
    offsets: corpora_commands.OffsetsOption = None,
) -> None:
    """Inspect a file."""
    from dure.datasets.options import CORPUS, CROISSANT, IMAGES, QUERY, check_options

    options = reading(encoding, delimiter, missing, quoted, sheet)
    given = {
        "--target": target,
        "--split": split,
        "--against": against,
        "--kind": kind,
        "--database": database,
        "--targets": targets,
        "--annotations": annotations,
        "--offsets": offsets,
        "--records": records,
        "--show-values": show_values,
    }
    if corpora_commands.is_meant(file, annotations, kind):
        check_options(file.name, CORPUS, {**given, **options.given()})
        corpora_commands.inspect(file, report, annotations, offsets, encoding or "")
        return
    if file.is_dir() and kind != CROISSANT:
        check_options(file.name, IMAGES, {**given, **options.given()})
        images_commands.inspect(file, report, targets, show_values=show_values)
        return
    from dure.datasets.others.importing import is_document, look_at

    described = kind == CROISSANT or (not kind and database is None and is_document(file))
    if described:
        check_options(file.name, CROISSANT, {**given, **options.given()})
    else:  # any table: how it is read, its kind decides
        check_options(file.name, QUERY, given)
    import time

    from dure.datasets.inspect.inspection import check_report
    from dure.datasets.inspect.inspection import inspect as inspect_file

    output = session.current.output
    if report is not None:
        for source in (file, *([against] if against is not None else [])):
            check_report(source, report)
    with output.progress(say("inspecting", "점검 중")):
        found = inspect_file(
            look_at(file, records) if described else source_of(file, database),
            now_s=time.time(),
            target=target,
            split=split,
            show_values=show_values,
            kind=kind,
            options=options,
            against=against,
        )
    statistics = found.measured.statistics
    columns = len(statistics.columns) + statistics.left_out
    numbers = {say("rows", "행"): f"{statistics.rows:,}", say("columns", "열"): f"{columns:,}"}
    readiness.show(found, numbers, report)
