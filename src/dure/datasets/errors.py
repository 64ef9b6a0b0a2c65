"""Errors of the data sets room. Statuses 84 to 91, 3, 214 and 225."""

from __future__ import annotations

from types import MappingProxyType

from dure.core.errors import DureError, ErrorSpec, table
from dure.core.system import SYSTEM
from dure.core.text import Text
from dure.datasets.reading_reasons import READING
from dure.datasets.reasons import REASONS
from dure.datasets.rules.reasons import FORM
from dure.datasets.verify.words import UNSUPPORTED

PARTS = MappingProxyType(
    {
        "name": Text("name", "이름"),
        "description": Text("description", "설명"),
        "licence": Text("licence", "이용 허락 조건"),
        "note": Text("note", "비고"),
        "reason": Text("reason", "사유"),
    }
)
"""What a person writes about a data set."""


class DatasetError(DureError):
    """A data set was refused."""

    WORDS = MappingProxyType(
        {"reason": {**SYSTEM, **REASONS, **FORM, **READING, **UNSUPPORTED}, "part": PARTS}
    )
    TABLE = table(
        [
            ErrorSpec(
                "datasets.kind",
                84,
                415,
                Text("The file's kind is not known.", "파일의 종류를 알 수 없습니다."),
                Text(
                    "{given} tells no kind that can be imported; these do: {known}.",
                    "들여올 수 있는 종류가 아닙니다: {given}. 들여올 수 있는 것: {known}.",
                ),
                Text(
                    "Rename the file, or say what it is, such as --kind csv.",
                    "파일 이름을 바꾸거나 --kind csv와 같이 종류를 지정하십시오.",
                ),
            ),
            ErrorSpec(
                "datasets.owner",
                85,
                422,
                Text("The label names another owner.", "보안등급 표시의 소유 기관이 다릅니다."),
                Text(
                    "A node imports its own agency's holdings; this node is {agency}.",
                    "노드는 자기 기관의 자료만 들여옵니다. 이 노드의 기관은 {agency}입니다.",
                ),
                Text(
                    "Begin the label with {agency}//.", "보안등급 표시를 {agency}//로 시작하십시오."
                ),
            ),
            ErrorSpec(
                "datasets.not-dataset",
                86,
                422,
                Text("The asset is not a data set.", "이 자산은 데이터셋이 아닙니다."),
                Text("{asset} is of kind {kind}.", "{asset}의 종류는 {kind}입니다."),
                Text(
                    "dure datasets list shows the data sets.",
                    "dure datasets list로 데이터셋을 확인하십시오.",
                ),
            ),
            ErrorSpec(
                "datasets.changed",
                87,
                409,
                Text("The data don't match their description.", "자료가 설명과 일치하지 않습니다."),
                Text(
                    "{file} of {asset} differs from what its Croissant document says.",
                    "{asset}의 {file} 파일이 Croissant 문서와 다릅니다.",
                ),
                Text(
                    "Don't use it; import it again and tell the steward.",
                    "사용하지 마십시오. 다시 들여오고 데이터 관리자에게 알리십시오.",
                ),
            ),
            ErrorSpec(
                "datasets.words",
                88,
                422,
                Text("The {part.en} can't be used.", "{part.ko}을(를) 쓸 수 없습니다."),
                Text(
                    "It may have {limit} characters, each of which can be shown.",
                    "화면에 표시되는 문자로 {limit}자까지 쓸 수 있습니다.",
                ),
                Text(
                    "Write it shorter, and without control characters.",
                    "제어 문자 없이 더 짧게 쓰십시오.",
                ),
            ),
            ErrorSpec(
                "datasets.folder",
                89,
                409,
                Text(
                    "The file or folder can't be written.",
                    "파일이나 폴더를 쓸 수 없습니다.",
                ),
                Text("{folder}: {reason.en}.", "{folder}: {reason.ko}."),
                Text(
                    "Give a new name in a folder that you may write and that has room.",
                    "쓰기 권한과 여유 공간이 있는 폴더 안에 새 이름을 지정하십시오.",
                ),
            ),
            ErrorSpec(
                "datasets.document",
                90,
                422,
                Text("The file can't be used.", "파일을 쓸 수 없습니다."),
                Text("{file}, {place}: {reason.en}.", "{file}, {place}: {reason.ko}."),
                Text(
                    "Correct that place; docs/datasets.md shows the form.",
                    "그 자리를 고치십시오. 형식은 docs/datasets.md에 있습니다.",
                ),
            ),
            ErrorSpec(
                "datasets.rules",
                91,
                422,
                Text("The data break the contract.", "자료가 데이터 계약을 어깁니다."),
                Text(
                    "{broken} of {rules} rules don't hold; the first is {first}.",
                    "규칙 {rules}개 가운데 {broken}개가 지켜지지 않습니다. 첫째는 {first}입니다.",
                ),
                Text(
                    "dure datasets rules check shows the rows; mend the data, or the contract.",
                    "dure datasets rules check로 해당 행을 보고 자료나 계약을 고치십시오.",
                ),
            ),
            ErrorSpec(
                "datasets.form",
                3,
                422,
                Text(
                    "The data can't be given in that form.",
                    "자료를 그 형태로 줄 수 없습니다.",
                ),
                Text("{name}: {reason.en}.", "{name}: {reason.ko}."),
                Text(
                    "Choose other columns or another form; Arrow and Polars hold every column.",
                    "다른 열이나 다른 형태를 고르십시오. Arrow와 Polars는 모든 열을 담습니다.",
                ),
            ),
            ErrorSpec(
                "datasets.feed",
                214,
                502,
                Text("The rows can't be fetched.", "행을 가져올 수 없습니다."),
                Text("From the database: {reason.en}.", "데이터베이스: {reason.ko}."),
                Text(
                    "Try the query and the address with the database's own tools; nothing was imported.",
                    "데이터베이스의 도구로 질의와 주소를 확인하십시오. 들여온 것은 없습니다.",
                ),
            ),
            ErrorSpec(
                "datasets.option",
                225,
                422,
                Text("An option is for other data.", "다른 자료에 쓰는 선택 항목을 지정했습니다."),
                Text(
                    "{option} is for {reason.en}; {name} is not taken for that.",
                    "{option} 선택 항목은 {reason.ko}에만 쓸 수 있는데 {name}은(는) 그런 자료가 아닙니다.",
                ),
                Text(
                    "Leave the option out, or name the data that it is meant for (--kind says what a file is).",
                    "선택 항목을 빼거나 그 항목에 맞는 자료를 지정하십시오(파일의 종류는 --kind로 정합니다).",
                ),
            ),
        ]
    )
