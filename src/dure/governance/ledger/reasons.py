"""What is wrong with a ledger, and where: each code, and its words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.text import Text

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        # the form of a note or a key
        "key-name": Text(
            "A key name must not be empty nor hold a space or a plus sign",
            "키 이름은 비어 있을 수 없고, 빈칸이나 더하기 기호를 담을 수 없습니다",
        ),
        "key-type": Text(
            "The signature type of a key is not one of 1, 2 and 4",
            "키의 서명 유형이 1, 2, 4 가운데 하나가 아닙니다",
        ),
        "key-length": Text(
            "A public key of signature type {kind} has {length} bytes",
            "서명 유형 {kind}의 공개 키는 {length}바이트여야 합니다",
        ),
        "key-id": Text(
            "The key id of a verifier key does not belong to its key",
            "검증 키의 키 식별자가 그 키의 것이 아닙니다",
        ),
        "base64": Text(
            "A key, hash or signature is not in the one spelling of base64",
            "키, 해시 또는 서명이 base64의 정규 표기가 아닙니다",
        ),
        "note-parts": Text(
            "A note is a text, an empty line and signature lines",
            "기준점 문서는 본문, 빈 줄, 서명 줄로 이루어져야 합니다",
        ),
        "note-end": Text(
            "A note ends with a newline after its last signature line",
            "기준점 문서는 마지막 서명 줄 뒤의 줄바꿈으로 끝나야 합니다",
        ),
        "too-many-signatures": Text(
            "A note has at most {most} signatures",
            "기준점 문서에는 서명이 {most}개까지만 있을 수 있습니다",
        ),
        "checkpoint-lines": Text(
            "A checkpoint has an origin, a size and a root hash, each on its line",
            "기준점은 출처, 크기, 루트 해시를 한 줄씩 담아야 합니다",
        ),
        "checkpoint-size": Text(
            "The size of a checkpoint is a decimal number without leading zeros",
            "기준점의 크기는 앞에 0이 없는 10진수여야 합니다",
        ),
        "checkpoint-root": Text(
            "The root hash of a checkpoint has 32 bytes", "기준점의 루트 해시는 32바이트여야 합니다"
        ),
        "signature-length": Text(
            "A signature has more than the four bytes of its key id",
            "서명은 키 식별자 4바이트보다 길어야 합니다",
        ),
        "signature-line": Text(
            "A signature line is a dash, a key name and a signature",
            "서명 줄은 줄표, 키 이름, 서명으로 이루어져야 합니다",
        ),
        "too-long": Text(
            "A note has at most {most} bytes", "기준점 문서는 {most}바이트를 넘을 수 없습니다"
        ),
        "not-utf-8": Text("A note is UTF-8", "기준점 문서는 UTF-8이어야 합니다"),
        "control-character": Text(
            "A note holds no control character but newline",
            "기준점 문서에는 줄바꿈 외의 제어 문자가 있을 수 없습니다",
        ),
        # a signature
        "wrong-signature": Text("its signature is wrong", "서명이 올바르지 않습니다"),
        "no-signature": Text("no signature by this key", "이 키의 서명이 없습니다"),
        "other-ledger": Text("it is of another ledger", "다른 감사 기록의 것입니다"),
        "not-its-own": Text("this checkpoint is not its own", "이 감사 기록의 기준점이 아닙니다"),
    }
)
"""Why a checkpoint or a key is refused."""

PLACES: Mapping[str, Text] = MappingProxyType(
    {
        "entry": Text("Entry {number}", "{number}번 기록"),
        "entry-in": Text("Entry {number} ({path})", "{number}번 기록 ({path})"),
        "file": Text("{path}", "{path}"),
        "under": Text("A tile under {path}", "{path} 아래의 타일"),
        "tiles": Text("The table of tiles", "타일 표"),
        "checkpoint-file": Text("The file checkpoint", "checkpoint 파일"),
        "checkpoint-of": Text("The checkpoint of entry {number}", "{number}번 기록의 기준점"),
        "tree": Text("The tree of all entries", "전체 기록의 트리"),
        "end": Text("The end of the database", "데이터베이스의 끝부분"),
    }
)
"""Where a ledger is damaged."""

EXTENTS: Mapping[str, Text] = MappingProxyType(
    {
        "signed": Text("{size} entries", "{size}건"),
        "more": Text("more than {size} entries", "{size}건 초과"),
    }
)
"""How many entries were signed, as far as can be told."""

PARTS: Mapping[str, Text] = MappingProxyType(
    {
        "signatures": Text("number of signatures", "서명의 수"),
        "entries": Text("number of entries in the batch", "한 번에 쓰는 기록의 수"),
        "entry-bytes": Text("length of an entry in bytes", "기록 하나의 길이(바이트)"),
        "position": Text("position", "위치"),
        "start": Text("start of the range", "범위의 시작"),
        "end": Text("end of the range", "범위의 끝"),
        "size": Text("tree size", "트리의 크기"),
        "earlier-size": Text("earlier tree size", "이전 트리의 크기"),
        "tile": Text("tile number", "타일의 번호"),
        "tile-width": Text("tile width", "타일의 너비"),
    }
)
"""Which number is out of its bounds."""
