"""Attempts on processes and rights, and calls that no computation needs."""

from __future__ import annotations

from dure.trials.probes.catalogue.form import HARM, RARE, Control, Row, family

PROCESSES = family(
    "processes",
    (
        Row("see-host", Control.BARE, "See the processes of the host", "호스트의 프로세스 보기"),
        Row(
            "signal-host",
            Control.BARE,
            "Signal a process of the host",
            "호스트의 프로세스에 신호 보내기",
        ),
        Row("trace-parent", Control.OPEN, "Trace another process", "다른 프로세스 추적"),
        Row(
            "read-memory",
            Control.BARE,
            "Read another process's memory",
            "다른 프로세스의 메모리 읽기",
        ),
        Row(
            "write-first-process",
            Control.OPEN,
            "Write the memory of the sandbox's first process",
            "격리 환경의 첫 프로세스 메모리 변경",
        ),
        Row(
            "descriptors-of-first-process",
            Control.OPEN,
            "Use what the sandbox's first process has open",
            "격리 환경의 첫 프로세스가 연 파일 사용",
        ),
        Row(
            "take-descriptor",
            Control.BARE,
            "Take another process's descriptors",
            "다른 프로세스의 파일 서술자 가져오기",
        ),
        Row("new-session", Control.BARE, "Start a session of its own", "새 세션 시작"),
        Row("user-namespace", Control.BARE, "Make a user namespace", "사용자 이름공간 생성"),
        Row(
            "user-namespace-by-clone",
            Control.BARE,
            "Make a user namespace by clone3",
            "clone3로 사용자 이름공간 생성",
        ),
        Row("join-namespace", Control.ROOT, "Join a namespace", "이름공간 진입"),
        Row(
            "gain-rights",
            Control.BARE,
            "Gain rights by a set-user-ID program",
            "set-user-ID 프로그램으로 권한 획득",
        ),
        Row("capabilities", Control.OPEN, "Hold a capability", "특권 보유"),
        Row("other-user", Control.OPEN, "Become root", "root로 전환"),
        Row(
            "escape-parent-death", Control.BARE, "Outlive its parent", "부모 프로세스보다 오래 살기"
        ),
        Row("raise-limit", Control.ROOT, "Raise its own limits", "자체 한도 올리기"),
        Row(
            "spare-from-oom",
            Control.ROOT,
            "Be spared when memory runs out",
            "메모리 부족 시 종료 회피",
        ),
        Row("x32-calls", RARE, "Call by the x32 interface", "x32 방식 호출"),
        Row("calls-of-32-bits", Control.BARE, "Call by the 32-bit interface", "32비트 방식 호출"),
        Row("clock", Control.BARE, "Learn the clock's resolution", "시계 정밀도 알아내기"),
        Row(
            "system-information",
            Control.BARE,
            "Learn the host's load, free memory and number of processes",
            "호스트의 부하, 남은 메모리, 프로세스 수 알아내기",
        ),
        Row("processors", Control.BARE, "Count the processors", "프로세서 수 알아내기"),
        Row(
            "startup-hook",
            Control.BARE,
            "Have code run when another interpreter starts",
            "다른 인터프리터가 시작할 때 코드 실행시키기",
        ),
        Row(
            "huge-pages",
            Control.BARE,
            "Take huge pages that nobody counts",
            "집계되지 않는 큰 페이지 차지",
        ),
    ),
)

CALLS = family(
    "calls",
    (
        Row("mount", Control.OPEN, "Mount a file system", "파일 시스템 마운트"),
        Row("unmount", Control.OPEN, "Unmount the inputs", "입력 마운트 해제"),
        Row("remount", Control.OPEN, "Change a mount", "마운트 변경"),
        Row("open-tree", Control.OPEN, "Clone a mount", "마운트 복제"),
        Row("new-filesystem", Control.OPEN, "Begin a file system", "파일 시스템 생성"),
        Row("pivot-root", Control.OPEN, "Change the root of everybody", "전체 루트 변경"),
        Row("chroot", Control.OPEN, "Change its root", "루트 변경"),
        Row("keyring", Control.BARE, "Use the kernel's keyring", "커널 키링 사용"),
        Row("add-key", Control.BARE, "Add a key to the keyring", "키링에 키 추가"),
        Row("io-uring", Control.BARE, "Make calls past the filter", "필터를 우회한 호출"),
        Row("bpf", Control.ROOT, "Load into the kernel", "커널에 프로그램 적재"),
        Row("perf", Control.ROOT, "Read performance counters", "성능 계수기 읽기"),
        Row("userfaultfd", Control.BARE, "Handle page faults", "페이지 폴트 처리"),
        Row(
            "memory-file",
            Control.BARE,
            "Make a file that no quota counts",
            "할당량에 잡히지 않는 파일 생성",
        ),
        Row(
            "secret-memory",
            Control.BARE,
            "Hold memory that the kernel can't see",
            "커널이 볼 수 없는 메모리 확보",
        ),
        Row(
            "shared-memory",
            Control.BARE,
            "Share memory across processes",
            "프로세스 간 공유 메모리",
        ),
        Row("message-queue", Control.BARE, "Open a message queue", "메시지 큐 열기"),
        Row("posix-queue", Control.BARE, "Open a POSIX message queue", "POSIX 메시지 큐 열기"),
        Row(
            "local-descriptors",
            Control.BARE,
            "Change the local descriptor table",
            "지역 서술자 표 변경",
        ),
        Row("personality", Control.BARE, "Turn address randomisation off", "주소 무작위화 해제"),
        Row("file-handle", Control.BARE, "Open files past their path", "경로를 우회해 파일 열기"),
        Row("watch-files", Control.ROOT, "Watch everybody's files", "모든 파일 감시"),
        Row("host-name", Control.OPEN, "Rename the machine", "호스트 이름 변경"),
        Row("set-clock", HARM, "Set the clock", "시계 변경"),
        Row("accounting", HARM, "Turn accounting on", "회계 기록 시작"),
        Row("swap", HARM, "Turn swap on", "스왑 켜기"),
        Row("load-module", HARM, "Load a kernel module", "커널 모듈 적재"),
        Row("load-kernel", HARM, "Load another kernel", "다른 커널 적재"),
        Row("reboot", HARM, "Reboot", "재부팅"),
        Row("type-into-terminal", HARM, "Type into the terminal", "터미널에 입력 주입"),
        Row(
            "join-keyring-session",
            Control.BARE,
            "Join another keyring session",
            "다른 키링 세션 참여",
        ),
        Row(
            "compare-processes",
            Control.BARE,
            "Compare what processes share in the kernel",
            "커널 안에서 프로세스가 공유하는 것 비교",
        ),
        Row("io-ports", Control.ROOT, "Speak to the machine's ports", "입출력 포트에 접근"),
        Row(
            "lock-memory",
            Control.BARE,
            "Lock memory so that it is never taken back",
            "메모리를 잠가 회수하지 못하게 하기",
        ),
        Row(
            "move-pages", Control.BARE, "Learn where its memory lies", "메모리가 놓인 위치 알아내기"
        ),
        Row("priority", Control.BARE, "Change its priority", "우선순위 변경"),
        Row(
            "signal-with-data",
            Control.BARE,
            "Send a signal in another's name",
            "다른 프로세스 이름으로 신호 보내기",
        ),
        Row("vmsplice", Control.BARE, "Share pages with the kernel", "커널과 페이지 공유"),
        Row("watch-folder", Control.BARE, "Watch what happens to files", "파일 변화 감시"),
    ),
)
