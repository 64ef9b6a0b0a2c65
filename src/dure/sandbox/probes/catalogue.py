"""Every attempt: what it tries, and how a positive control shows that it could succeed.

Controls (`tests/adversarial`): ``bare`` succeeds for the same user outside the sandbox, ``root``
for root outside it, ``open`` in a weakened box (bubblewrap with all capabilities in its own
namespaces and without the filter), ``loose`` in the sandbox with wider limits. An empty control
means inert: nothing harmless shows the attempt succeed here, so its being contained is not counted.
"""

# ruff: noqa: S108
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dure.core.text import Text


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt.

    Parameters
    ----------
    name
        ``module.attempt``.
    control
        ``bare``, ``root``, ``open``, ``loose``, or "" (inert).
    title
        What it tries.
    limits
        For attempts on resources, what is tighter than usual; None for the others.
    """

    name: str
    control: str
    title: Text
    limits: Mapping[str, Any] | None = None


CATALOGUE = (
    Attempt(
        "network.tcp-loopback",
        "bare",
        Text("Connect to a service of the host", "호스트의 서비스에 연결"),
    ),
    Attempt("network.tcp-listen", "bare", Text("Listen on a port", "포트에서 수신 대기")),
    Attempt(
        "network.udp-loopback",
        "bare",
        Text("Send a datagram to the host", "호스트로 데이터그램 전송"),
    ),
    Attempt(
        "network.udp6-loopback", "bare", Text("Send a datagram over IPv6", "IPv6로 데이터그램 전송")
    ),
    Attempt("network.name-lookup", "", Text("Look up a name on the internet", "인터넷 이름 조회")),
    Attempt(
        "network.abstract-socket",
        "bare",
        Text("Connect to an abstract socket of the host", "호스트의 추상 소켓에 연결"),
    ),
    Attempt(
        "network.path-socket",
        "bare",
        Text("Connect to a socket file of the host", "호스트의 소켓 파일에 연결"),
    ),
    Attempt(
        "network.datagram-from-a-pair",
        "bare",
        Text("Reach the host from a paired socket", "짝 소켓에서 호스트로 전송"),
    ),
    Attempt(
        "network.internet-pair", "", Text("Make a pair of internet sockets", "인터넷 소켓 쌍 생성")
    ),
    Attempt(
        "network.netlink", "bare", Text("Talk to the kernel by netlink", "netlink로 커널과 통신")
    ),
    Attempt("network.raw-packet", "root", Text("Send raw packets", "원시 패킷 전송")),
    Attempt("network.raw-internet", "root", Text("Send raw IP", "원시 IP 전송")),
    Attempt("network.vsock", "bare", Text("Reach the hypervisor", "하이퍼바이저에 접근")),
    Attempt(
        "network.kernel-crypto", "", Text("Open the kernel's crypto sockets", "커널 암호 소켓 열기")
    ),
    Attempt(
        "files.environment",
        "bare",
        Text("Read the environment of the host", "호스트의 환경 변수 읽기"),
    ),
    Attempt(
        "files.descriptors",
        "bare",
        Text("Use a file that the host had open", "호스트가 열어 둔 파일 사용"),
    ),
    Attempt("files.host-file", "bare", Text("Read a file of the host", "호스트의 파일 읽기")),
    Attempt(
        "files.host-file-through-proc",
        "bare",
        Text("Read a file of the host through /proc", "/proc을 거쳐 호스트의 파일 읽기"),
    ),
    Attempt("files.climb-out", "bare", Text("Climb out by ..", "..로 상위 경로 접근")),
    Attempt("files.accounts", "bare", Text("Read the host's accounts", "호스트의 계정 목록 읽기")),
    Attempt(
        "files.passwords", "root", Text("Read the host's passwords", "호스트의 비밀번호 파일 읽기")
    ),
    Attempt("files.write-inputs", "open", Text("Change an input", "입력 변경")),
    Attempt("files.add-input", "open", Text("Add an input", "입력 추가")),
    Attempt(
        "files.unlock-inputs", "open", Text("Make the inputs writable", "입력을 쓰기 가능하게 변경")
    ),
    Attempt("files.write-root", "open", Text("Write into /", "/에 쓰기")),
    Attempt("files.write-runtime", "open", Text("Change the runtime", "실행 환경 변경")),
    Attempt("files.write-source", "open", Text("Change our own source", "자체 소스 변경")),
    Attempt(
        "files.kernel-setting", "root", Text("Set the kernel's core pattern", "커널 코어 패턴 변경")
    ),
    Attempt("files.sysrq", "", Text("Trigger a system request", "sysrq 실행")),
    Attempt("files.kernel-log", "root", Text("Read the kernel's log", "커널 로그 읽기")),
    Attempt(
        "files.kernel-addresses", "root", Text("Learn the kernel's addresses", "커널 주소 알아내기")
    ),
    Attempt("files.kernel-memory", "", Text("Read the kernel's memory", "커널 메모리 읽기")),
    Attempt(
        "files.host-facts",
        "bare",
        Text("Learn about the host from /proc", "/proc에서 호스트 정보 알아내기"),
    ),
    Attempt(
        "files.mount-sources",
        "",
        Text(
            "Learn which folders of the host are bound",
            "호스트의 어느 폴더가 연결되었는지 알아내기",
        ),
    ),
    Attempt("files.devices", "bare", Text("Find a device of the host", "호스트의 장치 찾기")),
    Attempt("files.make-device", "root", Text("Make a device", "장치 만들기")),
    Attempt(
        "files.run-from-tmp", "bare", Text("Start a program that it wrote", "직접 쓴 프로그램 실행")
    ),
    Attempt(
        "files.control-groups", "root", Text("Leave its control group", "제어 그룹에서 벗어나기")
    ),
    Attempt(
        "files.control-group-path", "bare", Text("Learn its control group", "제어 그룹 알아내기")
    ),
    Attempt(
        "processes.see-host",
        "bare",
        Text("See the processes of the host", "호스트의 프로세스 보기"),
    ),
    Attempt(
        "processes.signal-host",
        "bare",
        Text("Signal a process of the host", "호스트의 프로세스에 신호 보내기"),
    ),
    Attempt("processes.trace-parent", "open", Text("Trace another process", "다른 프로세스 추적")),
    Attempt(
        "processes.read-memory",
        "bare",
        Text("Read another process's memory", "다른 프로세스의 메모리 읽기"),
    ),
    Attempt(
        "processes.write-first-process",
        "open",
        Text(
            "Write the memory of the sandbox's first process",
            "격리 환경의 첫 프로세스 메모리 변경",
        ),
    ),
    Attempt(
        "processes.descriptors-of-first-process",
        "open",
        Text(
            "Use what the sandbox's first process has open",
            "격리 환경의 첫 프로세스가 연 파일 사용",
        ),
    ),
    Attempt(
        "processes.take-descriptor",
        "bare",
        Text("Take another process's descriptors", "다른 프로세스의 파일 서술자 가져오기"),
    ),
    Attempt("processes.new-session", "bare", Text("Start a session of its own", "새 세션 시작")),
    Attempt(
        "processes.user-namespace", "bare", Text("Make a user namespace", "사용자 이름공간 생성")
    ),
    Attempt(
        "processes.user-namespace-by-clone",
        "bare",
        Text("Make a user namespace by clone3", "clone3로 사용자 이름공간 생성"),
    ),
    Attempt("processes.join-namespace", "root", Text("Join a namespace", "이름공간 진입")),
    Attempt(
        "processes.gain-rights",
        "bare",
        Text("Gain rights by a set-user-ID program", "set-user-ID 프로그램으로 권한 획득"),
    ),
    Attempt("processes.capabilities", "open", Text("Hold a capability", "특권 보유")),
    Attempt("processes.other-user", "open", Text("Become root", "root로 전환")),
    Attempt(
        "processes.escape-parent-death",
        "bare",
        Text("Outlive its parent", "부모 프로세스보다 오래 살기"),
    ),
    Attempt("processes.raise-limit", "root", Text("Raise its own limits", "자체 한도 올리기")),
    Attempt(
        "processes.spare-from-oom",
        "",
        Text("Be spared when memory runs out", "메모리 부족 시 종료 회피"),
    ),
    Attempt("processes.x32-calls", "", Text("Call by the x32 interface", "x32 방식 호출")),
    Attempt(
        "processes.calls-of-32-bits",
        "bare",
        Text("Call by the 32-bit interface", "32비트 방식 호출"),
    ),
    Attempt(
        "processes.clock", "bare", Text("Learn the clock's resolution", "시계 정밀도 알아내기")
    ),
    Attempt("processes.processors", "bare", Text("Count the processors", "프로세서 수 알아내기")),
    Attempt("calls.mount", "open", Text("Mount a file system", "파일 시스템 마운트")),
    Attempt("calls.unmount", "open", Text("Unmount the inputs", "입력 마운트 해제")),
    Attempt("calls.remount", "open", Text("Change a mount", "마운트 변경")),
    Attempt("calls.open-tree", "open", Text("Clone a mount", "마운트 복제")),
    Attempt("calls.new-filesystem", "open", Text("Begin a file system", "파일 시스템 생성")),
    Attempt("calls.pivot-root", "open", Text("Change the root of everybody", "전체 루트 변경")),
    Attempt("calls.chroot", "open", Text("Change its root", "루트 변경")),
    Attempt("calls.keyring", "bare", Text("Use the kernel's keyring", "커널 키링 사용")),
    Attempt("calls.add-key", "bare", Text("Add a key to the keyring", "키링에 키 추가")),
    Attempt("calls.io-uring", "bare", Text("Make calls past the filter", "필터를 우회한 호출")),
    Attempt("calls.bpf", "root", Text("Load into the kernel", "커널에 프로그램 적재")),
    Attempt("calls.perf", "root", Text("Read performance counters", "성능 계수기 읽기")),
    Attempt("calls.userfaultfd", "bare", Text("Handle page faults", "페이지 폴트 처리")),
    Attempt(
        "calls.memory-file",
        "bare",
        Text("Make a file that no quota counts", "할당량에 잡히지 않는 파일 생성"),
    ),
    Attempt(
        "calls.secret-memory",
        "",
        Text("Hold memory that the kernel can't see", "커널이 볼 수 없는 메모리 확보"),
    ),
    Attempt(
        "calls.shared-memory",
        "bare",
        Text("Share memory across processes", "프로세스 간 공유 메모리"),
    ),
    Attempt("calls.message-queue", "bare", Text("Open a message queue", "메시지 큐 열기")),
    Attempt(
        "calls.posix-queue", "bare", Text("Open a POSIX message queue", "POSIX 메시지 큐 열기")
    ),
    Attempt(
        "calls.local-descriptors",
        "bare",
        Text("Change the local descriptor table", "지역 서술자 표 변경"),
    ),
    Attempt(
        "calls.personality", "bare", Text("Turn address randomisation off", "주소 무작위화 해제")
    ),
    Attempt(
        "calls.file-handle", "bare", Text("Open files past their path", "경로를 우회해 파일 열기")
    ),
    Attempt("calls.watch-files", "root", Text("Watch everybody's files", "모든 파일 감시")),
    Attempt("calls.host-name", "open", Text("Rename the machine", "호스트 이름 변경")),
    Attempt("calls.set-clock", "", Text("Set the clock", "시계 변경")),
    Attempt("calls.accounting", "", Text("Turn accounting on", "회계 기록 시작")),
    Attempt("calls.swap", "", Text("Turn swap on", "스왑 켜기")),
    Attempt("calls.load-module", "", Text("Load a kernel module", "커널 모듈 적재")),
    Attempt("calls.load-kernel", "", Text("Load another kernel", "다른 커널 적재")),
    Attempt("calls.reboot", "", Text("Reboot", "재부팅")),
    Attempt("calls.type-into-terminal", "", Text("Type into the terminal", "터미널에 입력 주입")),
    Attempt(
        "calls.join-keyring-session",
        "bare",
        Text("Join another keyring session", "다른 키링 세션 참여"),
    ),
    Attempt("resources.processes", "loose", Text("Fork without end", "끝없는 fork"), {}),
    Attempt(
        "resources.threads", "loose", Text("Start threads without end", "끝없는 스레드 생성"), {}
    ),
    Attempt("resources.memory", "loose", Text("Take all memory", "메모리 모두 사용"), {}),
    Attempt(
        "resources.shared-pages",
        "loose",
        Text("Take all memory as shared pages", "공유 페이지로 메모리 모두 사용"),
        {},
    ),
    Attempt(
        "resources.memory-over-children",
        "loose",
        Text("Take all memory in many processes", "여러 프로세스로 메모리 모두 사용"),
        {},
    ),
    Attempt("resources.fill-tmp", "loose", Text("Fill /tmp", "/tmp 채우기"), {}),
    Attempt("resources.fill-shm", "loose", Text("Fill /dev/shm", "/dev/shm 채우기"), {}),
    Attempt("resources.fill-out", "loose", Text("Fill /out", "/out 채우기"), {}),
    Attempt("resources.fill-dev", "", Text("Fill /dev", "/dev 채우기"), {}),
    Attempt(
        "resources.litter-tmp", "", Text("Use up the files of /tmp", "/tmp의 파일 수 소진"), {}
    ),
    Attempt(
        "resources.litter-shm",
        "",
        Text("Use up the files of /dev/shm", "/dev/shm의 파일 수 소진"),
        {},
    ),
    Attempt(
        "resources.litter-out", "loose", Text("Use up the files of /out", "/out의 파일 수 소진"), {}
    ),
    Attempt(
        "resources.hole",
        "loose",
        Text("Make a file larger than it is", "실제보다 큰 파일 생성"),
        {},
    ),
    Attempt(
        "resources.open-files", "loose", Text("Open files without end", "끝없이 파일 열기"), {}
    ),
    Attempt("resources.processor", "loose", Text("Spin", "프로세서 점유"), {"cpu_s": 0.5}),
    Attempt(
        "resources.processor-unwilling",
        "loose",
        Text("Spin, deaf to the signal", "신호를 무시한 프로세서 점유"),
        {"cpu_s": 0.5},
    ),
    Attempt(
        "resources.processor-over-children",
        "loose",
        Text("Spin in many processes", "여러 프로세스로 프로세서 점유"),
        {"cpu_s": 0.5},
    ),
    Attempt("resources.time", "loose", Text("Sleep without end", "끝없이 대기"), {"wall_s": 0.5}),
    Attempt(
        "resources.output-text", "loose", Text("Flood the standard output", "표준 출력 범람"), {}
    ),
    Attempt(
        "resources.kill-everything",
        "",
        Text("Kill whatever it can", "가능한 모든 프로세스 종료"),
        {},
    ),
    Attempt("resources.outputs", "loose", Text("Leave poisoned outputs", "변조된 출력 남기기"), {}),
    Attempt("resources.orphan", "bare", Text("Leave a process behind", "프로세스 남겨 두기"), {}),
)
