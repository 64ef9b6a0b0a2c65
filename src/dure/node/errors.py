"""Errors of the node: its home, its processes and the sockets between them. Statuses 111 to 124."""

from __future__ import annotations

from types import MappingProxyType

from dure.core.errors import DureError, ErrorSpec, table
from dure.core.text import Text
from dure.node.reasons import PROCESSES, REASONS


class NodeError(DureError):
    """Something about the node itself was refused or failed."""

    WORDS = MappingProxyType({"reason": REASONS, "process": PROCESSES})
    TABLE = table(
        [
            ErrorSpec(
                "node.home-missing",
                111,
                404,
                Text("There is no node here.", "여기에는 기관 노드가 없습니다."),
                Text("{path} holds no node.toml.", "{path} 폴더에 node.toml이 없습니다."),
                Text(
                    "Name another folder with --home, or make a node: dure node init --help.",
                    "--home으로 다른 폴더를 지정하거나 노드를 만드십시오: dure node init --help.",
                ),
            ),
            ErrorSpec(
                "node.home-taken",
                112,
                409,
                Text("The folder is not empty.", "폴더가 비어 있지 않습니다."),
                Text("{path} already holds files.", "{path}에 이미 파일이 있습니다."),
                Text("Choose an empty or new folder.", "비어 있거나 새로운 폴더를 고르십시오."),
            ),
            ErrorSpec(
                "node.settings",
                113,
                422,
                Text("The node's settings can't be used.", "노드 설정을 쓸 수 없습니다."),
                Text("{path}: {reason.en}.", "{path}: {reason.ko}."),
                Text(
                    "Mend the file; docs/settings.md lists every setting.",
                    "파일을 고치십시오. 설정 목록은 docs/settings.md에 있습니다.",
                ),
            ),
            ErrorSpec(
                "node.process",
                114,
                503,
                Text(
                    "A process of the node does not answer.", "노드의 프로세스가 응답하지 않습니다."
                ),
                Text(
                    "The {process.en} could not be reached: {reason.en}.",
                    "{process.ko}에 연결할 수 없습니다: {reason.ko}.",
                ),
                Text(
                    "Start it (dure node start), then try again; nothing was done twice.",
                    "프로세스를 시작한 뒤(dure node start) 다시 시도하십시오. 두 번 처리되지는 않습니다.",
                ),
            ),
            ErrorSpec(
                "node.caller",
                115,
                403,
                Text("The caller may not ask this.", "이 호출자는 이런 요청을 할 수 없습니다."),
                Text(
                    "The {process.en} does not take {operation} from this caller.",
                    "{process.ko}은(는) 이 호출자의 {operation} 요청을 받지 않습니다.",
                ),
                Text("Ask through the node's own verbs.", "노드의 명령으로 요청하십시오."),
            ),
            ErrorSpec(
                "node.wire",
                116,
                400,
                Text(
                    "A message between processes is malformed.",
                    "프로세스 사이의 메시지 형식이 잘못되었습니다.",
                ),
                Text("{reason.en}.", "{reason.ko}."),
                Text(
                    "Check that both sides are the same version of dure.",
                    "양쪽이 같은 dure 버전인지 확인하십시오.",
                ),
            ),
            ErrorSpec(
                "node.principal",
                117,
                403,
                Text("The principal is unknown here.", "여기에서는 알 수 없는 행위자입니다."),
                Text(
                    "The pinned charter has no {principal} of agency {agency}.",
                    "고정된 협약에 없는 {agency} 기관의 행위자입니다: {principal}.",
                ),
                Text(
                    "Name one with --as; dure charter show lists them.",
                    "--as로 행위자를 지정하십시오. 목록은 dure charter show로 확인하십시오.",
                ),
            ),
            ErrorSpec(
                "node.profile",
                118,
                403,
                Text(
                    "The embedded profile holds Open data only.",
                    "embedded 구성에는 공개 등급 자료만 둘 수 있습니다.",
                ),
                Text(
                    "A label of grade {grade} needs the separated profile.",
                    "등급이 {grade}인 자료에는 separated 구성이 필요합니다.",
                ),
                Text(
                    "Set the node up as docs/separated.md says.",
                    "docs/separated.md에 따라 노드를 구성하십시오.",
                ),
            ),
            ErrorSpec(
                "node.missing-file",
                119,
                404,
                Text("The file can't be read.", "파일을 읽을 수 없습니다."),
                Text("{path}: {reason.en}.", "{path}: {reason.ko}."),
                Text("Check the path and its permissions.", "경로와 권한을 확인하십시오."),
            ),
            ErrorSpec(
                "node.unknown-asset",
                120,
                404,
                Text("There is no such asset.", "그런 자산이 없습니다."),
                Text(
                    "Nothing visible to you here begins with {prefix}.",
                    "볼 수 있는 것 가운데 이렇게 시작하는 것이 없습니다: {prefix}.",
                ),
                Text(
                    "List what you may see (dure datasets list, dure trials list).",
                    "볼 수 있는 목록을 확인하십시오 (dure datasets list, dure trials list).",
                ),
            ),
            ErrorSpec(
                "node.awake",
                122,
                409,
                Text("The node is in use.", "노드가 사용 중입니다."),
                Text(
                    "The {process.en} runs, or the node is backed up or given other keys just now.",
                    "{process.ko}이(가) 실행 중이거나, 지금 백업 또는 키 교체가 진행 중입니다.",
                ),
                Text(
                    "Let what uses it end (stop dure node start, close open nodes), then try again.",
                    "사용을 마친 뒤(dure node start를 멈추고 열린 노드를 닫음) 다시 시도하십시오.",
                ),
            ),
            ErrorSpec(
                "node.at-rest",
                123,
                409,
                Text("The node is at rest.", "노드가 정지되어 있습니다."),
                Text(
                    "{path} is being backed up or given other keys.",
                    "{path} 노드의 백업 또는 키 교체가 진행 중입니다.",
                ),
                Text("Try again when that has ended.", "그 작업이 끝난 뒤 다시 시도하십시오."),
            ),
            ErrorSpec(
                "node.alliance",
                124,
                422,
                Text("The alliance's file can't be used.", "협의체 파일을 쓸 수 없습니다."),
                Text("{path}: {reason.en}.", "{path}: {reason.ko}."),
                Text(
                    "Correct it; docs/getting-started.md shows one.",
                    "파일을 고치십시오. 예시는 docs/getting-started.md에 있습니다.",
                ),
            ),
            ErrorSpec(
                "node.separated",
                121,
                422,
                Text(
                    "The separated profile can't be used so.",
                    "separated 구성을 이렇게 쓸 수 없습니다.",
                ),
                Text("{reason.en}.", "{reason.ko}."),
                Text(
                    "Run it as root and name the users with --users; docs/separated.md says how.",
                    "root로 실행하고 --users로 사용자를 지정하십시오. 방법은 docs/separated.md에 있습니다.",
                ),
            ),
        ]
    )
