"""Why core says no, and to what: each code, and its words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.text import Text

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        "name": Text("the type or suite is not a name", "유형 또는 암호 묶음이 이름이 아닙니다"),
        "not-json": Text("the bytes are not JSON of this subset", "허용된 형식의 JSON이 아닙니다"),
        "spelling": Text(
            "the bytes are not the canonical spelling", "정규 바이트로 쓰여 있지 않습니다"
        ),
        "depth": Text("nested too deeply", "너무 깊이 중첩되어 있습니다"),
        "integer": Text("integer beyond 2^53-1", "정수가 2^53-1을 넘습니다"),
        "type": Text("type {type} is not allowed", "{type} 자료형은 쓸 수 없습니다"),
        "not-nfc": Text("text is not NFC", "문자열이 NFC가 아닙니다"),
        "surrogate": Text(
            "text holds a lone surrogate", "문자열에 짝이 없는 서로게이트 문자가 있습니다"
        ),
        "key": Text(
            "a key is not printable ASCII text", "키가 출력 가능한 ASCII 문자열이 아닙니다"
        ),
    }
)
"""Why a value has no canonical form."""

PARTS: Mapping[str, Text] = MappingProxyType(
    {
        # of a label
        "owner": Text("owner", "소유 기관"),
        "grade": Text("grade", "등급"),
        "category": Text("category", "범주"),
        "agency": Text("agency", "기관"),
        "purpose": Text("purpose", "이용 목적"),
        # of a suite
        "signing-key": Text("signing key", "서명 키"),
        "sealing-key": Text("sealing key", "봉인 키"),
        "public-sealing-key": Text("public sealing key", "공개 봉인 키"),
        "wrapped-key": Text("wrapped key", "암호화된 키"),
    }
)
"""What is unknown, or malformed."""
