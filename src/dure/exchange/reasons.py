"""Why something that travelled was refused: each reason's code, and its words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.text import Text

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        # the frame
        "other-format": Text("it is not of this format and version", "이 형식과 버전이 아닙니다"),
        "length": Text("its length is out of range", "길이가 허용 범위를 벗어납니다"),
        "cut-off": Text("the file ends before it does", "파일이 중간에 끝납니다"),
        "not-canonical": Text("it is not canonical JSON", "정규 JSON이 아닙니다"),
        "members": Text("its members differ", "구성 항목이 다릅니다"),
        "signature-form": Text(
            "it is not 128 lower-case hex digits", "소문자 16진수 128자가 아닙니다"
        ),
        # the header, the file, the message
        "out-of-range": Text("out of range", "허용 범위를 벗어납니다"),
        "not-utc": Text("not a UTC time", "UTC 시각이 아닙니다"),
        "wrong-type": Text("wrong type", "자료형이 잘못되었습니다"),
        "unknown": Text("unknown to this release", "이 버전이 알지 못합니다"),
        "too-large": Text("larger than allowed", "허용된 크기를 넘습니다"),
        "not-the-headers": Text("it is not the header's", "머리글과 다릅니다"),
        "not-plain": Text("it is not a plain file", "일반 파일이 아닙니다"),
        "too-long": Text("too long", "너무 깁니다"),
        "not-higher": Text("not a higher one", "더 높은 번호가 아닙니다"),
        "other-envelope": Text("another envelope", "다른 봉투"),
    }
)
