"""Why a contract or a description can't be used, and how a rule is broken: codes with their words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.text import Text

FORM: Mapping[str, Text] = MappingProxyType(
    {
        "size": Text("it is larger than allowed", "허용된 크기를 넘습니다"),
        "encoding": Text("it is not UTF-8", "UTF-8이 아닙니다"),
        "toml": Text("it is not TOML", "TOML이 아닙니다"),
        "json": Text("it is not JSON", "JSON이 아닙니다"),
        "version": Text("it is not Croissant 1.0 or 1.1", "Croissant 1.0이나 1.1이 아닙니다"),
        "expanded": Text(
            "JSON-LD in another than the compact form is not read",
            "압축형이 아닌 JSON-LD는 읽지 않습니다",
        ),
        "twice": Text("two parts have this identifier", "두 항목의 식별자가 같습니다"),
        "form-line": Text(
            "only keys, plain values, lists of them and the form's own headers may stand there",
            "키, 단순한 값, 그 목록, 정해진 머리글만 쓸 수 있습니다",
        ),
        "missing": Text("a part is missing", "빠진 항목이 있습니다"),
        "unknown": Text("there is no such key here", "여기에는 그런 키가 없습니다"),
        "kind": Text("no kind of rule has this name", "그런 종류의 규칙은 없습니다"),
        "method": Text("no method has this name", "그런 처리 방법은 없습니다"),
        "shape": Text("it is not the shape of a service number", "군번의 형식이 아닙니다"),
        "options": Text(
            "the method needs other options, or another combination of them",
            "처리 방법에 필요한 선택 항목이 없거나 함께 쓸 수 없습니다",
        ),
        "value": Text("the value has another form or size", "값의 형식이나 크기가 다릅니다"),
        "unseen": Text(
            "it has a character that can't be shown", "화면에 나타낼 수 없는 문자가 있습니다"
        ),
        "columns": Text(
            "the columns repeat, or are not as many as the keys",
            "열이 겹치거나 키와 수가 다릅니다",
        ),
        "bounds": Text(
            "the bounds are missing, of two kinds, or in the wrong order",
            "경계값이 없거나, 종류가 다르거나, 순서가 바뀌었습니다",
        ),
        "pattern": Text(
            "the expression is not RE2, or too large", "RE2 정규식이 아니거나 너무 큽니다"
        ),
        "values": Text(
            "the values are not all texts, all whole numbers or all truth values",
            "값이 모두 문자열, 모두 정수, 또는 모두 참·거짓이 아닙니다",
        ),
        "repeated": Text("another one has this name", "다른 항목이 같은 이름을 씁니다"),
    }
)
"""Why a file that people write can't be read."""

UNFIT: Mapping[str, Text] = MappingProxyType(
    {
        "no-column": Text("the table has no such column", "표에 그런 열이 없습니다"),
        "type": Text("the column's type has no such rule", "열의 자료형에는 쓸 수 없는 규칙입니다"),
        "no-table": Text("the other table was not given", "다른 표가 주어지지 않았습니다"),
        "no-key": Text(
            "the other table has no such column, or of another type",
            "다른 표에 그런 열이 없거나 자료형이 다릅니다",
        ),
    }
)
"""Why a rule could not be looked at; it counts as broken."""

BROKEN: Mapping[str, Text] = MappingProxyType(
    {
        "not-null": Text("{failing} rows have no value", "{failing}개 행에 값이 없습니다"),
        "null-share": Text(
            "{failing} of {rows} rows have no value, more than allowed",
            "{rows}개 행 가운데 {failing}개 행에 값이 없어 허용 비율을 넘습니다",
        ),
        "type": Text("the column has another type", "열의 자료형이 다릅니다"),
        "range": Text(
            "{failing} values are outside the range", "{failing}개 값이 범위를 벗어납니다"
        ),
        "length": Text(
            "{failing} texts are too short or too long", "{failing}개 문자열의 길이가 맞지 않습니다"
        ),
        "pattern": Text(
            "{failing} texts don't match the pattern", "{failing}개 문자열이 패턴과 맞지 않습니다"
        ),
        "allowed": Text(
            "{failing} values are not in the code list", "{failing}개 값이 코드 목록에 없습니다"
        ),
        "unique": Text(
            "{failing} rows share their key with another row",
            "{failing}개 행의 키가 다른 행과 같습니다",
        ),
        "relation": Text(
            "in {failing} rows the relation doesn't hold",
            "{failing}개 행에서 관계가 성립하지 않습니다",
        ),
        "foreign-key": Text(
            "{failing} rows name a key that the other table doesn't have",
            "{failing}개 행의 키가 다른 표에 없습니다",
        ),
        "row-count": Text("the table has {rows} rows", "표에 {rows}개 행이 있습니다"),
    }
)
"""How a rule of each kind is broken."""
