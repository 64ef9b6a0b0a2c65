"""Why the node says no: each reason's code, and its words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.system import SYSTEM
from dure.core.text import Text

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        **SYSTEM,
        # messages between processes
        "message-size": Text("the message is larger than 4 MiB", "메시지가 4 MiB를 넘습니다"),
        "not-json": Text("the message is not JSON", "메시지가 JSON이 아닙니다"),
        "not-object": Text("the message is not an object", "메시지가 객체가 아닙니다"),
        "broken-off": Text(
            "the other side closed in mid-message", "상대가 메시지 중간에 연결을 닫았습니다"
        ),
        "not-an-error": Text("an error that is none", "오류의 형식이 아닙니다"),
        "unknown-error": Text(
            "an error that this version does not know", "이 버전이 알지 못하는 오류입니다"
        ),
        "short": Text("the content ended early", "내용이 중간에 끊겼습니다"),
        "page-size": Text("a page is larger than 16 MiB", "페이지가 16 MiB를 넘습니다"),
        "no-pipe": Text("a pipe is missing", "내용을 주고받을 통로가 없습니다"),
        # processes
        "closed": Text("it closed the connection", "연결을 닫았습니다"),
        "ended": Text("it ended with status {status}", "상태 {status}(으)로 끝났습니다"),
        "not-listening": Text("it does not listen", "요청을 받지 않습니다"),
        "defect": Text("a defect, {kind} at {place}", "결함, {place}의 {kind}"),
        # files and set-up
        "too-large": Text("larger than {limit_bytes} bytes", "{limit_bytes}바이트를 넘습니다"),
        "not-root": Text("it takes root", "root 권한이 필요합니다"),
        "three-users": Text(
            "it takes three different users, none of them root",
            "root가 아닌 서로 다른 사용자 셋이 필요합니다",
        ),
    }
)
