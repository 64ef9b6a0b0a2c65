"""Why a set, a mapping or a table is refused, and why a column is taken for an element: codes and words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.text import Text

SET: Mapping[str, Text] = MappingProxyType(
    {
        "size": Text("it is larger than allowed", "허용된 크기를 넘습니다"),
        "encoding": Text("the encoding is not known", "글자 인코딩을 알 수 없습니다"),
        "rows": Text("the rows do not form a table", "행의 구성이 표와 맞지 않습니다"),
        "empty": Text("there is no element in it", "데이터 요소가 없습니다"),
        "document": Text(
            "it is not the canonical document of an element set",
            "데이터 요소 집합의 정규 문서가 아닙니다",
        ),
        "name": Text(
            "a set's name has small letters, digits and hyphens",
            "집합 이름에는 영문 소문자, 숫자, 붙임표만 쓸 수 있습니다",
        ),
        "number": Text("it is not a whole number in its bounds", "허용 범위의 정수가 아닙니다"),
        "header": Text(
            "no column of this heading, or two of one meaning",
            "이 머리글의 열이 없거나 같은 뜻의 열이 둘입니다",
        ),
        "id": Text(
            "a short name has Latin letters, digits and _, and begins with a letter",
            "영문약어명은 영문자로 시작하고 영문자, 숫자, _만 쓸 수 있습니다",
        ),
        "long": Text("it is longer than allowed", "허용된 길이를 넘습니다"),
        "type": Text("no type has this name", "그런 자료형은 없습니다"),
        "allowed": Text(
            "the allowed values are neither a range nor a code list",
            "허용값이 범위도 코드 목록도 아닙니다",
        ),
        "unnamed": Text("it has no name", "이름이 없습니다"),
        "unseen": Text(
            "it has a character that can't be shown", "화면에 나타낼 수 없는 문자가 있습니다"
        ),
        "spaces": Text(
            "a text has spaces around it, or two in a row",
            "문자열 앞뒤에 공백이 있거나 공백이 겹칩니다",
        ),
        "formula": Text(
            "a spreadsheet would take it for a formula", "표 계산 프로그램이 수식으로 여깁니다"
        ),
        "separator": Text(
            "a code or a synonym has one of ; = |", "코드나 동의어에 ; = | 가운데 하나가 있습니다"
        ),
        "repeated": Text("another element has this name", "다른 데이터 요소와 이름이 같습니다"),
        "repeated-code": Text(
            "a code or a synonym stands there twice", "같은 코드나 동의어가 두 번 있습니다"
        ),
        "synonym": Text(
            "a synonym is another element's name", "동의어가 다른 데이터 요소의 이름입니다"
        ),
        "range": Text("the range is upside down", "범위의 위아래가 바뀌었습니다"),
        "range-type": Text("only numbers have a range", "범위는 수에만 쓸 수 있습니다"),
        "codes-type": Text("only texts have a code list", "코드 목록은 문자열에만 쓸 수 있습니다"),
        "too-many": Text("there are too many elements", "데이터 요소가 너무 많습니다"),
        "too-many-codes": Text("there are too many codes", "코드가 너무 많습니다"),
    }
)
"""Why an element set can't be used."""

CHARTER: Mapping[str, Text] = MappingProxyType(
    {
        "not-adopted": Text("the charter names no such set", "협약에 그런 집합이 없습니다"),
        "version": Text(
            "the charter names another version of it", "협약에는 이 집합의 다른 판이 있습니다"
        ),
        "digest": Text(
            "the charter names another content of this version",
            "협약에 적힌 이 판의 내용이 다릅니다",
        ),
    }
)
"""Why a set is not the alliance's."""

MAPPING: Mapping[str, Text] = MappingProxyType(
    {
        "set": Text("it was made for another element set", "다른 데이터 요소 집합의 대응표입니다"),
        "element": Text("the set has no such element", "집합에 그런 데이터 요소가 없습니다"),
        "no-column": Text("the table has no such column", "표에 그런 열이 없습니다"),
        "more-columns": Text(
            "the table has a column that the mapping doesn't name",
            "대응표에 없는 열이 표에 있습니다",
        ),
        "column-twice": Text("it names one column twice", "한 열이 두 번 나옵니다"),
        "element-twice": Text(
            "two columns are to be one element", "두 열이 한 데이터 요소에 대응합니다"
        ),
        "taken": Text(
            "a column that is no element has an element's name",
            "데이터 요소가 아닌 열이 데이터 요소의 이름을 씁니다",
        ),
        "unit": Text(
            "no way leads from this unit to the element's",
            "이 단위는 데이터 요소의 단위로 바꿀 수 없습니다",
        ),
        "form": Text(
            "no date form has this name, or the element is no date",
            "그런 날짜 형식이 없거나 날짜가 아닌 데이터 요소입니다",
        ),
        "codes": Text(
            "a code is not in the element's list, or stands there twice",
            "데이터 요소의 목록에 없는 코드이거나 두 번 나옵니다",
        ),
    }
)
"""Why a mapping can't be used."""

WHY: Mapping[str, Text] = MappingProxyType(
    {
        "name": Text("its name is one of the element's", "열 이름이 데이터 요소의 이름과 같습니다"),
        "near-name": Text(
            "its name is like one of the element's", "열 이름이 데이터 요소의 이름과 비슷합니다"
        ),
        "table": Text(
            "the table's name and its own make the element's",
            "표 이름과 열 이름을 합치면 데이터 요소의 이름이 됩니다",
        ),
        "subject": Text(
            "what the other columns are about and its own name make the element's",
            "다른 열의 주제와 열 이름을 합치면 데이터 요소의 이름이 됩니다",
        ),
        "kin": Text("other columns are about the same subject", "다른 열도 같은 주제를 다룹니다"),
        "code-name": Text(
            "its name is one of the element's two codes, and it has two values",
            "열 이름이 데이터 요소의 두 코드 중 하나이고 값이 두 가지입니다",
        ),
        "codes": Text("its values are codes of the list", "값이 코드 목록에 있습니다"),
        "range": Text("its values lie in the range", "값이 범위 안에 있습니다"),
        "form": Text("its values have the form", "값의 형식이 맞습니다"),
        "unit": Text("its unit can be converted", "단위를 바꿀 수 있습니다"),
        "guessed-unit": Text(
            "only in that unit do its values lie in the range",
            "이 단위일 때만 값이 범위 안에 있습니다",
        ),
    }
)
"""Why a column is taken for an element."""

FAULTS: Mapping[str, Text] = MappingProxyType(
    {
        "type": Text("values have another form", "값의 형식이 다릅니다"),
        "range": Text("values are out of the range", "값이 범위를 벗어납니다"),
        "codes": Text("values are not in the code list", "코드 목록에 없는 값이 있습니다"),
        "length": Text("texts are too long", "문자열이 너무 깁니다"),
    }
)
"""Why values do not conform."""
