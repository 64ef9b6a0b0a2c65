"""Errors of the readers: why a file did not become a table. Exit statuses 45 to 51."""

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
        "not-parquet": Text("it is not a Parquet file", "Parquet 파일이 아닙니다"),
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
    }
)
"""What is wrong with a Parquet file, or with the name of a column."""


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
                    "Save it as UTF-8, or name its encoding (utf-8, utf-16, cp949).",
                    "UTF-8로 저장하거나 인코딩(utf-8, utf-16, cp949)을 지정하십시오.",
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
                Text("The Parquet file can't be used.", "Parquet 파일을 쓸 수 없습니다."),
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
        ]
    )
