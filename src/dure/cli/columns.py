"""``dure datasets columns``: what a raw file would become, before anything is imported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dure.cli import session
from dure.cli.reading import (
    DatabaseOption,
    DelimiterOption,
    EncodingOption,
    KindOption,
    MissingOption,
    QuotedOption,
    SheetOption,
    reading,
    source_of,
)
from dure.cli.words import LANGUAGE, say

if TYPE_CHECKING:
    from dure.readers.tables import Column

_FACTS = {
    "encoding": say("encoding", "문자 인코딩"),
    "delimiter": say("delimiter", "구분자"),
    "missing": say("no value", "결측 표기"),
    "format": say("format", "형식"),
    "sheet": say("sheet", "시트"),
    "formulas": say("formulas, taken as computed", "계산된 값으로 읽은 수식"),
    "merged_ranges": say("merged cells", "병합된 칸"),
    "empty_rows": say("empty rows left out", "뺀 빈 행"),
}
"""What is known of a file -> its words; every name that a reader gives has some."""


def add_to(app: typer.Typer) -> None:
    """Add the command to a group."""
    app.command(
        help=say(
            "Show the types, units and codes that an import of a file would record; needs no node.",
            "파일을 들여올 때 기록될 자료형, 단위, 코드를 보입니다. 노드가 없어도 됩니다.",
        )
    )(columns)


def columns(
    file: Annotated[Path, typer.Argument(help=say("The file.", "파일."))],
    kind: KindOption = "",
    encoding: EncodingOption = None,
    delimiter: DelimiterOption = None,
    missing: MissingOption = None,
    quoted: QuotedOption = False,
    sheet: SheetOption = "",
    database: DatabaseOption = None,
) -> None:
    """Show what was found in a file's columns."""
    from dataclasses import asdict

    from dure.datasets.kinds import look

    options = reading(encoding, delimiter, missing, quoted, sheet)
    output = session.current.output
    with output.progress(say("reading", "읽는 중")):
        parsed = look(source_of(file, database), kind, options)
    if output.as_json:
        listed = [asdict(column) for column in parsed.columns]
        output.value({"rows": parsed.rows, "facts": dict(parsed.facts), "columns": listed})
        return
    facts = {_FACTS.get(name, name): value for name, value in parsed.facts.items()}
    output.value({say("rows", "행"): f"{parsed.rows:,}", **facts})
    output.rows(
        [_shown(column) for column in parsed.columns],
        [
            ("name", say("column", "열")),
            ("type", say("type", "자료형")),
            ("nulls", say("missing", "누락")),
            ("unit", say("unit", "단위")),
            ("told", say("recognised", "알아본 것")),
        ],
    )


def _shown(column: Column) -> dict[str, Any]:
    from dure.datasets.recognised import words_of

    told = "; ".join(words.say(LANGUAGE) for words in words_of(column))
    return {
        "name": column.name,
        "type": column.type,
        "nulls": f"{column.nulls:,}",
        "unit": column.unit,
        "told": told,
    }
