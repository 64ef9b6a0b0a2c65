"""How a raw file is to be read: the options that every command on a raw file shares."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dure.cli.words import say

if TYPE_CHECKING:
    from dure.datasets.feeds import Query
    from dure.readers.tables import Options


class Encoding(StrEnum):
    """Encodings of text."""

    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    UTF_16_LE = "utf-16-le"
    UTF_16_BE = "utf-16-be"
    CP949 = "cp949"
    EUC_KR = "euc-kr"


class Delimiter(StrEnum):
    """What stands between two fields of a line."""

    COMMA = "comma"
    TAB = "tab"
    SEMICOLON = "semicolon"
    PIPE = "pipe"


_SIGNS = {
    Delimiter.COMMA: ",",
    Delimiter.TAB: "\t",
    Delimiter.SEMICOLON: ";",
    Delimiter.PIPE: "|",
}

KindOption = Annotated[
    str,
    typer.Option(
        metavar="KIND",
        help=say(
            "csv, json, jsonl, parquet, arrow, xlsx, zeek, evtx or croissant; else its ending tells.",
            "csv, json, jsonl, parquet, arrow, xlsx, zeek, evtx, croissant. 없으면 확장자로 압니다.",
        ),
    ),
]
EncodingOption = Annotated[
    Encoding | None,
    typer.Option(help=say("Of its text; else it is found.", "글자 인코딩. 없으면 찾습니다.")),
]
DelimiterOption = Annotated[
    Delimiter | None,
    typer.Option(help=say("Of a CSV file; else it is found.", "CSV의 구분자. 없으면 찾습니다.")),
]
MissingOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="TEXT",
        help=say(
            "Text of a CSV file or workbook that stands for no value, besides '' and NA. May be repeated.",
            "CSV나 통합 문서에서 값이 없음을 뜻하는 말('' 와 NA 말고). 여러 번 쓸 수 있습니다.",
        ),
    ),
]
QuotedOption = Annotated[
    bool,
    typer.Option(
        "--missing-in-quotes",
        help=say(
            "These texts stand for no value in quotation marks too.",
            "따옴표 안에서도 그 말은 값이 없음을 뜻합니다.",
        ),
    ),
]
SheetOption = Annotated[
    str,
    typer.Option(
        help=say("Name or number of a workbook's sheet.", "통합 문서의 시트 이름이나 번호.")
    ),
]
RecordsOption = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help=say(
            "Of a Croissant document of others: the record set, where there are several.",
            "다른 곳에서 만든 Croissant 문서에 레코드 집합이 여러 개일 때 그 이름.",
        ),
    ),
]
DatabaseOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help=say(
            "The file is a query: file with the address (SQLAlchemy URL) of its database, yours alone.",
            "파일이 질의일 때: 데이터베이스 주소(SQLAlchemy URL)가 든, 본인만 읽을 수 있는 파일.",
        ),
    ),
]


def source_of(file: Path, database: Path | None) -> Path | Query:
    """Return the file, or the query in it when a database is named."""
    if database is None:
        return file
    from dure.datasets.feeds import read_query

    return read_query(file, database)


def reading(
    encoding: Encoding | None,
    delimiter: Delimiter | None,
    missing: list[str] | None,
    quoted: bool,
    sheet: str,
) -> Options:
    """Return the options for the readers."""
    from dure.readers.tables import MISSING, MOST_MISSING, Options

    words = tuple(dict.fromkeys((*MISSING, *(missing or ()))))
    if len(words) > MOST_MISSING or any(len(word) > 64 for word in words):
        raise typer.BadParameter(
            say("too many of them, or one is too long", "너무 많거나 너무 긴 것이 있습니다"),
            param_hint="--missing",
        )
    return Options(
        encoding=encoding or "",
        delimiter=_SIGNS[delimiter] if delimiter else "",
        missing=words,
        quoted_missing=quoted,
        sheet=sheet,
    )
