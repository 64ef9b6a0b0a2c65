"""Why something that travelled was refused, and where: each code, and its words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.text import Text

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        # the frame
        "other-format": Text("it is not of this format and version", "형식이나 버전이 다릅니다"),
        "length": Text("its length is out of range", "길이가 허용 범위를 벗어납니다"),
        "cut-off": Text("the file ends before it does", "파일이 중간에 끝납니다"),
        "not-canonical": Text("it is not canonical JSON", "정규 바이트의 JSON이 아닙니다"),
        "members": Text("its members differ", "항목의 구성이 다릅니다"),
        "signature-form": Text(
            "it is not 128 lower-case hex digits", "소문자 16진수 128자가 아닙니다"
        ),
        # the header, the file, the message
        "out-of-range": Text("out of range", "허용 범위를 벗어납니다"),
        "not-utc": Text("not a UTC time", "UTC 시각이 아닙니다"),
        "wrong-type": Text("wrong type", "자료형이 잘못되었습니다"),
        "unknown": Text("unknown to this release", "이 버전의 dure가 모르는 값입니다"),
        "too-large": Text("larger than allowed", "허용된 크기를 넘습니다"),
        "not-the-headers": Text("it is not the header's", "머리글과 다릅니다"),
        "not-plain": Text("it is not a plain file", "일반 파일이 아닙니다"),
        "too-long": Text("too long", "너무 깁니다"),
        "not-higher": Text("not a higher one", "이전 번호보다 높지 않습니다"),
        "other-envelope": Text("another envelope", "다른 봉투"),
    }
)
"""Why it was refused."""

PLACES: Mapping[str, Text] = MappingProxyType(
    {
        "magic": Text("The first line", "첫 줄"),
        "length": Text("The length", "길이"),
        "document": Text("The document", "본문"),
        "signature": Text("The signature", "서명"),
        "header": Text("The header", "머리글"),
        "member": Text("{member} in the header", "머리글의 {member}"),
        "payload": Text("The payload", "내용물"),
        "file": Text("The file", "파일"),
        "name": Text("The file's name", "파일 이름"),
        "key": Text("The message's key", "메시지의 식별 키"),
        "number": Text("The number", "번호"),
    }
)
"""Where it is malformed."""
