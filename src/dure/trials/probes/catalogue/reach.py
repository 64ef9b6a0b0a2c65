"""Attempts to reach what is outside the sandbox."""

# ruff: noqa: S108
from __future__ import annotations

from dure.trials.probes.catalogue.form import (
    ELSEWHERE,
    NOBODY,
    RARE,
    TOLD,
    Control,
    Group,
    Row,
    family,
)

NETWORK = family(
    "network",
    (
        Row(
            "tcp-loopback",
            Control.BARE,
            "Connect to a service of the host",
            "호스트의 서비스에 연결",
        ),
        Row("tcp-listen", Control.BARE, "Listen on a port", "포트에서 수신 대기"),
        Row(
            "udp-loopback", Control.BARE, "Send a datagram to the host", "호스트로 데이터그램 전송"
        ),
        Row("udp6-loopback", Control.BARE, "Send a datagram over IPv6", "IPv6로 데이터그램 전송"),
        Row("name-lookup", ELSEWHERE, "Look up a name on the internet", "인터넷 이름 조회"),
        Row(
            "abstract-socket",
            Control.BARE,
            "Connect to an abstract socket of the host",
            "호스트의 추상 소켓에 연결",
        ),
        Row(
            "path-socket",
            Control.BARE,
            "Connect to a socket file of the host",
            "호스트의 소켓 파일에 연결",
        ),
        Row(
            "datagram-from-a-pair",
            Control.BARE,
            "Reach the host from a paired socket",
            "짝 소켓에서 호스트로 전송",
        ),
        Row("internet-pair", NOBODY, "Make a pair of internet sockets", "인터넷 소켓 쌍 생성"),
        Row("netlink", Control.BARE, "Talk to the kernel by netlink", "netlink로 커널과 통신"),
        Row("raw-packet", Control.ROOT, "Send raw packets", "원시 패킷 전송"),
        Row("raw-internet", Control.ROOT, "Send raw IP", "원시 IP 전송"),
        Row("vsock", Control.BARE, "Reach the hypervisor", "하이퍼바이저에 접근"),
        Row("kernel-crypto", RARE, "Open the kernel's crypto sockets", "커널 암호 소켓 열기"),
    ),
)

FILES = family(
    "files",
    (
        Row(
            "environment",
            Control.BARE,
            "Read the environment of the host",
            "호스트의 환경 변수 읽기",
        ),
        Row(
            "descriptors",
            Control.BARE,
            "Use a file that the host had open",
            "호스트가 열어 둔 파일 사용",
        ),
        Row("host-file", Control.BARE, "Read a file of the host", "호스트의 파일 읽기"),
        Row(
            "host-file-is-there",
            Control.BARE,
            "Learn whether a file of the host is there",
            "호스트에 어떤 파일이 있는지 알아내기",
        ),
        Row(
            "size-of-host-file",
            Control.BARE,
            "Learn how large a file of the host is",
            "호스트 파일의 크기 알아내기",
        ),
        Row(
            "host-file-through-proc",
            Control.BARE,
            "Read a file of the host through /proc",
            "/proc을 거쳐 호스트의 파일 읽기",
        ),
        Row("climb-out", Control.BARE, "Climb out by ..", "..로 상위 경로 접근"),
        Row("accounts", Control.BARE, "Read the host's accounts", "호스트의 계정 목록 읽기"),
        Row("passwords", Control.ROOT, "Read the host's passwords", "호스트의 비밀번호 파일 읽기"),
        Row("write-inputs", Control.OPEN, "Change an input", "입력 변경"),
        Row("add-input", Control.OPEN, "Add an input", "입력 추가"),
        Row("unlock-inputs", Control.OPEN, "Make the inputs writable", "입력을 쓰기 가능하게 변경"),
        Row("write-root", Control.OPEN, "Write into /", "/에 쓰기"),
        Row("write-runtime", Control.OPEN, "Change the runtime", "실행 환경 변경"),
        Row("write-source", Control.OPEN, "Change our own source", "자체 소스 변경"),
        Row("kernel-setting", Control.ROOT, "Set the kernel's core pattern", "커널 코어 패턴 변경"),
        Row("sysrq", Control.ROOT, "Trigger a system request", "sysrq 실행"),
        Row("kernel-log", Control.ROOT, "Read the kernel's log", "커널 로그 읽기"),
        Row("kernel-addresses", Control.ROOT, "Learn the kernel's addresses", "커널 주소 알아내기"),
        Row("kernel-memory", Control.ROOT, "Read the kernel's memory", "커널 메모리 읽기"),
        Row(
            "mount-sources",
            TOLD,
            "Learn which folders of the host are bound",
            "호스트의 어느 폴더가 연결되었는지 알아내기",
        ),
        Row("devices", Control.BARE, "Find a device of the host", "호스트의 장치 찾기"),
        Row("make-device", Control.ROOT, "Make a device", "장치 만들기"),
        Row("run-from-tmp", Control.BARE, "Start a program that it wrote", "직접 쓴 프로그램 실행"),
        Row("control-groups", Control.ROOT, "Leave its control group", "제어 그룹에서 벗어나기"),
        Row("control-group-path", Control.BARE, "Learn its control group", "제어 그룹 알아내기"),
        Row(
            "host-interrupts",
            Control.BARE,
            "Learn how busy the host's devices are",
            "호스트 장치가 얼마나 바쁜지 알아내기",
        ),
        Row(
            "host-kernel-command",
            Control.BARE,
            "Learn how the host was started",
            "호스트의 시동 설정 알아내기",
        ),
        Row("host-kernel-keys", Control.BARE, "List the host's keys", "호스트의 키 나열"),
        Row("host-load", Control.BARE, "Learn how loaded the host is", "호스트의 부하 알아내기"),
        Row(
            "host-memory-use",
            Control.BARE,
            "Learn how the host's memory is used",
            "호스트의 메모리 사용 알아내기",
        ),
        Row("host-modules", Control.BARE, "List the kernel's modules", "커널 모듈 나열"),
        Row(
            "host-pressure",
            Control.BARE,
            "Learn what the host waits for",
            "호스트의 자원 대기 상황 알아내기",
        ),
        Row(
            "host-processor-use",
            Control.BARE,
            "Learn what other runs compute",
            "다른 실행의 연산량 알아내기",
        ),
        Row(
            "host-processors",
            Control.BARE,
            "Learn the host's processors",
            "호스트의 프로세서 종류 알아내기",
        ),
        Row("host-settings", Control.BARE, "Read the kernel's settings", "커널 설정 읽기"),
        Row(
            "host-uptime",
            Control.BARE,
            "Learn since when the host runs",
            "호스트의 가동 시간 알아내기",
        ),
        Row(
            "host-version",
            Control.BARE,
            "Learn the kernel's exact build",
            "커널 빌드 정보 알아내기",
        ),
        Row("graphics-device", Control.BARE, "Open a graphics card", "그래픽 카드 열기"),
        Row(
            "left-in-tmp",
            Control.NAIVE,
            "Leave a mark for the next run in /tmp",
            "/tmp에 다음 실행이 볼 표시 남기기",
            Group.BOUNDED,
        ),
        Row(
            "left-in-shared-memory",
            Control.NAIVE,
            "Leave a mark for the next run in /dev/shm",
            "/dev/shm에 다음 실행이 볼 표시 남기기",
            Group.BOUNDED,
        ),
        Row(
            "left-in-out",
            Control.NAIVE,
            "Leave a mark for the next run in /out",
            "/out에 다음 실행이 볼 표시 남기기",
            Group.BOUNDED,
        ),
    ),
)
