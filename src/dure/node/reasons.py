"""Why the node says no, and which process: each code, and its words."""

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
        "not-json": Text("it is not JSON", "JSON이 아닙니다"),
        "not-object": Text("the message is not an object", "메시지가 JSON 객체가 아닙니다"),
        "broken-off": Text(
            "the other side closed in mid-message", "상대가 메시지 중간에 연결을 닫았습니다"
        ),
        "not-an-error": Text("an error that is none", "오류의 형식이 아닙니다"),
        "unknown-error": Text(
            "an error that this version does not know", "이 버전의 dure가 모르는 오류입니다"
        ),
        "short": Text("the content ended early", "내용이 중간에 끊겼습니다"),
        "page-size": Text("a page is larger than 16 MiB", "페이지가 16 MiB를 넘습니다"),
        "no-pipe": Text("a pipe is missing", "내용을 주고받을 통로가 없습니다"),
        # processes
        "closed": Text("it closed the connection", "연결을 닫았습니다"),
        "ended": Text("it ended with status {status}", "종료되었습니다(종료 상태 {status})"),
        "not-listening": Text("it does not listen", "요청을 받지 않고 있습니다"),
        "defect": Text("a defect, {kind} at {place}", "내부 결함이 있습니다({place}, {kind})"),
        # files and set-up
        "setting": Text(
            "setting {setting} is missing or wrong", "{setting} 설정이 없거나 잘못되었습니다"
        ),
        "agency-name": Text(
            "an agency's name has small letters a to z, digits and hyphens, and begins with a letter "
            "(such as coast)",
            "기관 이름은 영문 소문자로 시작하며 소문자, 숫자, 붙임표만 쓸 수 있습니다(예: coast)",
        ),
        "no-setting": Text("the settings can't be read", "설정 파일을 읽을 수 없습니다"),
        "not-toml": Text("it is not TOML", "TOML이 아닙니다"),
        "wrong-type": Text("a value has the wrong type", "값의 자료형이 잘못되었습니다"),
        "no-user": Text("there is no user {user}", "{user} 사용자가 없습니다"),
        "too-large": Text("larger than {limit_bytes} bytes", "{limit_bytes}바이트를 넘습니다"),
        "not-export": Text(
            "it holds no exported ledger (dure ledger export writes one)",
            "내보낸 감사 기록이 없습니다(dure ledger export로 만듭니다)",
        ),
        "not-root": Text("it takes root", "root 권한이 필요합니다"),
        "closed-folder": Text(
            "uid {uid} can't pass through {path}; choose another place, or open it (chmod o+x)",
            "uid {uid}이(가) {path}을(를) 지나갈 수 없습니다. 다른 곳을 고르거나 여십시오(chmod o+x)",
        ),
        "interpreter": Text(
            "uid {uid} can't run dure with {program}; install both where every user can read them",
            "uid {uid}이(가) {program}(으)로 dure를 실행할 수 없습니다. 모든 사용자가 읽을 수 있는 "
            "곳에 설치하십시오",
        ),
        "three-users": Text(
            "it takes three different users, none of them root",
            "root가 아닌 서로 다른 사용자 셋이 필요합니다",
        ),
    }
)
"""Why the node says no."""

PROCESSES: Mapping[str, Text] = MappingProxyType(
    {
        "door": Text("door", "출입구"),
        "executor": Text("executor", "집행 서비스"),
        "keeper": Text("keeper", "키 관리 서비스"),
        "service": Text("service", "노드의 서비스"),
    }
)
"""Which process does not answer, or refuses."""
