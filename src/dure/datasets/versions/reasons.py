"""Why a version is refused: each reason's code, and its words for people."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.text import Text

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        "not-newest": Text(
            "a newer version of this data set is there", "이 데이터셋의 더 새로운 버전이 있습니다"
        ),
        "under-way": Text(
            "somebody is committing to this data set at the moment",
            "지금 다른 사람이 이 데이터셋의 새 버전을 만들고 있습니다",
        ),
        "tag-form": Text(
            "a tag begins with a letter and has up to 64 small letters, digits, dots, dashes and"
            " underscores",
            "태그는 영문 소문자로 시작하고 소문자·숫자·점·붙임표·밑줄로 64자까지 쓸 수 있습니다",
        ),
        "tag-there": Text("another version has this tag", "다른 버전에 이미 이 태그가 있습니다"),
        "no-tag": Text("no version has this tag or number", "그런 태그나 번호의 버전이 없습니다"),
        "no-key-column": Text(
            "not both tables have this key column, in the same type",
            "두 표에 같은 형식의 이 키 열이 모두 있지는 않습니다",
        ),
        "key-repeats": Text(
            "the key is missing in a row, or two rows share it",
            "키가 비어 있는 행이 있거나 두 행의 키가 같습니다",
        ),
    }
)
