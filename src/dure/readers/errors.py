"""Errors of the readers: why a file did not become a table. Exit statuses 45 to 51, 210 to 213."""

from __future__ import annotations

from types import MappingProxyType

from dure.core.errors import DureError, ErrorSpec, table
from dure.core.system import SYSTEM
from dure.core.text import Text
from dure.sandbox.reasons import CAUSES

STOPPED = MappingProxyType(
    {
        **CAUSES,
        "size": Text("the file is larger than allowed", "파일이 허용된 크기를 넘습니다"),
        "output": Text("its table was not whole", "표가 온전하지 않습니다"),
        "output-size": Text("its table is larger than allowed", "표가 허용된 크기를 넘습니다"),
    }
)
"""Why a reader was stopped."""

FAULTS = MappingProxyType(
    {
        "not-parquet": Text("it is not of that kind", "그 종류의 파일이 아닙니다"),
        "damaged": Text("it is damaged", "손상되었습니다"),
        "nested": Text("column {column} is nested", "{column}번째 열이 중첩되어 있습니다"),
        "type": Text(
            "column {column} has a type that tables here don't have",
            "{column}번째 열의 자료형은 쓸 수 없습니다",
        ),
        "name-empty": Text("it is empty", "비어 있습니다"),
        "name-length": Text("it is longer than 255 characters", "255자를 넘습니다"),
        "name-unseen": Text(
            "it holds a character that can't be seen, such as a zero-width one",
            "너비 없는 문자처럼 보이지 않는 문자가 들어 있습니다",
        ),
        "name-taken": Text("an earlier column has it", "앞 열의 이름과 같습니다"),
        "name-count": Text("there are more than 65,536", "65,536개를 넘습니다"),
        "name-gone": Text("a file lacks it", "이 열이 없는 파일이 있습니다"),
        "not-json": Text("it is no JSON, or it breaks off", "JSON이 아니거나 중간에 끊겼습니다"),
        "not-object": Text("it is no object", "객체가 아닙니다"),
        "twice": Text("a key stands there twice", "같은 키가 두 번 나옵니다"),
        "too-deep": Text(
            "its objects and lists lie deeper than 16 levels", "중첩이 16단계를 넘습니다"
        ),
        "too-long": Text("it is longer than 16 million characters", "1,600만 자를 넘습니다"),
        "not-finite": Text(
            "it holds NaN or Infinity, which JSON does not have",
            "JSON에 없는 NaN이나 Infinity가 있습니다",
        ),
        "surrogate": Text(
            "before or in it, half a pair of surrogates is no text",
            "이 레코드나 그 앞에 짝이 없는 서러게이트가 있습니다",
        ),
        "nul": Text(
            "before or in it, a text holds a NUL", "이 레코드나 그 앞의 문자열에 NUL이 있습니다"
        ),
        "not-workbook": Text(
            "it is no Excel workbook, or it is damaged", "Excel 통합 문서가 아니거나 손상되었습니다"
        ),
        "encrypted": Text("it is encrypted with a password", "암호로 보호되어 있습니다"),
        "old-format": Text(
            "it is an old .xls workbook; save it as .xlsx",
            "옛 .xls 통합 문서입니다. .xlsx로 저장하십시오",
        ),
        "too-large": Text("unpacked it is larger than 2 GiB", "압축을 풀면 2GiB를 넘습니다"),
        "several-sheets": Text(
            "it has {count} sheets with cells, and none was named",
            "내용이 있는 시트가 {count}개인데 시트를 지정하지 않았습니다",
        ),
        "no-sheet": Text(
            "it has no such sheet among {count}", "시트 {count}개 가운데 그런 시트가 없습니다"
        ),
        "not-computed": Text(
            "{count} formulas have no computed value", "계산된 값이 없는 수식이 {count}개 있습니다"
        ),
        "error-cells": Text(
            "{count} cells hold an error such as #DIV/0!",
            "#DIV/0!와 같은 오류 값이 든 칸이 {count}개 있습니다",
        ),
        "not-zeek": Text(
            "it does not begin with the header of a tab-separated Zeek log",
            "탭으로 나뉜 Zeek 로그의 머리글로 시작하지 않습니다",
        ),
        "two-headers": Text(
            "two logs with different fields follow each other",
            "필드가 서로 다른 두 로그가 이어져 있습니다",
        ),
        "rows": Text(
            "a row does not fit the header's fields and types",
            "머리글의 필드와 자료형에 맞지 않는 행이 있습니다",
        ),
        "damaged-header": Text("its header was changed", "머리글이 고쳐졌습니다"),
        "not-evtx": Text("it is no Windows event log", "Windows 이벤트 로그가 아닙니다"),
        "cut-off": Text("it ends before its header says", "머리글에 적힌 것보다 먼저 끝납니다"),
        "empty-chunk": Text(
            "chunk {place} is empty where events must be: they are missing",
            "이벤트가 있어야 할 {place}번째 청크가 비어 있습니다. 빠진 이벤트가 있습니다",
        ),
        "damaged-event": Text(
            "event {record} or the chunk around it is damaged, or was changed",
            "{record}번째 이벤트나 그 주변이 손상되었거나 고쳐졌습니다",
        ),
    }
)
"""What is wrong with a file of a kind, or with the name of a column."""


class ReaderError(DureError):
    """A file could not be read as a table; nothing of it has been kept."""

    WORDS = MappingProxyType({"reason": SYSTEM, "cause": STOPPED, "fault": FAULTS})
    TABLE = table(
        [
            ErrorSpec(
                "readers.source",
                45,
                404,
                Text("The file can't be read.", "파일을 읽을 수 없습니다."),
                Text("{name}: {reason.en}.", "{name}: {reason.ko}."),
                Text(
                    "Check the path, and that this user may read it.",
                    "경로와 이 사용자의 읽기 권한을 확인하십시오.",
                ),
            ),
            ErrorSpec(
                "readers.encoding",
                46,
                422,
                Text("The text is in an unknown encoding.", "글자 인코딩을 알 수 없습니다."),
                Text(
                    "From byte {offset} on it is not {tried}.",
                    "{offset}번째 바이트부터 {tried} 인코딩이 아닙니다.",
                ),
                Text(
                    "Save it as UTF-8, or name its encoding with --encoding (utf-8, utf-16, cp949).",
                    "UTF-8로 저장하거나 --encoding으로 인코딩(utf-8, utf-16, cp949)을 지정하십시오.",
                ),
            ),
            ErrorSpec(
                "readers.rows",
                47,
                422,
                Text("The rows do not form a table.", "행의 구성이 표와 맞지 않습니다."),
                Text(
                    "Line {line} has {found} fields where the header names {expected}.",
                    "머리글은 {expected}개 열인데 {line}번째 줄에는 {found}개 값이 있습니다.",
                ),
                Text(
                    "Correct that line: a missing separator, or a quotation mark that is not closed.",
                    "그 줄에 빠진 구분자나 닫히지 않은 따옴표가 있는지 보고 고치십시오.",
                ),
            ),
            ErrorSpec(
                "readers.header",
                48,
                422,
                Text("The names of the columns can't be used.", "열 이름을 쓸 수 없습니다."),
                Text(
                    "The name of column {column} of {expected}: {fault.en}.",
                    "{expected}개 열 가운데 {column}번째 열의 이름: {fault.ko}.",
                ),
                Text(
                    "Give every column a name of its own that can be seen; type this one anew.",
                    "모든 열에 눈에 보이는 서로 다른 이름을 붙이십시오. 이 이름은 새로 입력하십시오.",
                ),
            ),
            ErrorSpec(
                "readers.empty",
                49,
                422,
                Text("The file holds no rows.", "파일에 행이 없습니다."),
                Text(
                    "It has {size_bytes} bytes and no row below a header.",
                    "크기는 {size_bytes}바이트이고 머리글 아래에 행이 없습니다.",
                ),
                Text(
                    "Check that the export has finished, then import it again.",
                    "내보내기가 끝났는지 확인한 뒤 다시 들여오십시오.",
                ),
            ),
            ErrorSpec(
                "readers.parquet",
                50,
                422,
                Text(
                    "The Parquet or Arrow file can't be used.",
                    "Parquet 또는 Arrow 파일을 쓸 수 없습니다.",
                ),
                Text("In this file: {fault.en}.", "이 파일에 문제가 있습니다: {fault.ko}."),
                Text(
                    "Export it again, with plain numbers, text, dates and times as its columns.",
                    "열을 숫자, 문자열, 날짜, 시각 같은 단순한 자료형으로 하여 다시 내보내십시오.",
                ),
            ),
            ErrorSpec(
                "readers.stopped",
                51,
                413,
                Text("The reader was stopped.", "읽기가 중단되었습니다."),
                Text(
                    "It went beyond a limit or broke: {cause.en} (input {size_bytes} bytes).",
                    "한도를 넘었거나 오류가 났습니다: {cause.ko} (입력 {size_bytes}바이트).",
                ),
                Text(
                    "Split the file, or raise that limit for this import.",
                    "파일을 나누거나 이번에 들여올 때의 한도를 늘리십시오.",
                ),
            ),
            ErrorSpec(
                "readers.json",
                210,
                422,
                Text("The JSON can't be read as a table.", "JSON을 표로 읽을 수 없습니다."),
                Text("Record {record}: {fault.en}.", "{record}번째 레코드: {fault.ko}."),
                Text(
                    "Write it as a list of objects, or one object a line.",
                    "객체의 목록으로, 또는 한 줄에 객체 하나씩 쓰십시오.",
                ),
            ),
            ErrorSpec(
                "readers.workbook",
                211,
                422,
                Text("The workbook can't be used.", "통합 문서를 쓸 수 없습니다."),
                Text("In this file: {fault.en}.", "이 파일에 문제가 있습니다: {fault.ko}."),
                Text(
                    "Name the sheet with --sheet; open the file, mend and save it without a password.",
                    "--sheet로 시트를 지정하십시오. 파일을 열어 고치고 암호 없이 저장하십시오.",
                ),
            ),
            ErrorSpec(
                "readers.log",
                212,
                422,
                Text("The log can't be read.", "로그를 읽을 수 없습니다."),
                Text("In this file: {fault.en}.", "이 파일에 문제가 있습니다: {fault.ko}."),
                Text(
                    "Give one whole log as Zeek or Windows wrote it (export it anew there); say --kind csv for "
                    "another table.",
                    "Zeek나 Windows가 쓴 로그 하나를 그대로 주십시오(원래 시스템에서 다시 내보내기). 다른 표라면 "
                    "--kind csv로 지정하십시오.",
                ),
            ),
            ErrorSpec(
                "readers.long-row",
                213,
                422,
                Text("A row is too long.", "너무 긴 행이 있습니다."),
                Text(
                    "A row may have {most} bytes; a quotation mark may not be closed.",
                    "한 행은 {most}바이트까지입니다. 닫히지 않은 따옴표가 있을 수 있습니다.",
                ),
                Text(
                    "Look for the quotation mark, or keep long texts in files of their own.",
                    "따옴표를 확인하거나 긴 글은 별도의 파일에 두십시오.",
                ),
            ),
        ]
    )
