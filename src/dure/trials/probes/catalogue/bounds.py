"""Attempts to take more than a run may, and to leave what hurts."""

# ruff: noqa: S108
from __future__ import annotations

from dure.trials.probes.catalogue.form import HARM, Control, Group, Row, family

RESOURCES = family(
    "resources",
    (
        Row("processes", Control.LOOSE, "Fork without end", "끝없는 fork", Group.BOUNDED),
        Row(
            "threads",
            Control.LOOSE,
            "Start threads without end",
            "끝없는 스레드 생성",
            Group.BOUNDED,
        ),
        Row("memory", Control.LOOSE, "Take all memory", "메모리 모두 사용", Group.ALONE),
        Row(
            "shared-pages",
            Control.LOOSE,
            "Take all memory as shared pages",
            "공유 페이지로 메모리 모두 사용",
            Group.ALONE,
        ),
        Row(
            "memory-over-children",
            Control.LOOSE,
            "Take all memory in many processes",
            "여러 프로세스로 메모리 모두 사용",
            Group.ALONE,
        ),
        Row("fill-tmp", Control.LOOSE, "Fill /tmp", "/tmp 채우기", Group.BOUNDED),
        Row("fill-shm", Control.LOOSE, "Fill /dev/shm", "/dev/shm 채우기", Group.BOUNDED),
        Row("fill-out", Control.LOOSE, "Fill /out", "/out 채우기", Group.BOUNDED),
        Row("fill-dev", Control.OPEN, "Fill /dev", "/dev 채우기", Group.BOUNDED),
        Row(
            "litter-tmp",
            Control.OPEN,
            "Use up the files of /tmp",
            "/tmp의 파일 수 소진",
            Group.BOUNDED,
        ),
        Row(
            "litter-shm",
            Control.OPEN,
            "Use up the files of /dev/shm",
            "/dev/shm의 파일 수 소진",
            Group.BOUNDED,
        ),
        Row(
            "litter-out",
            Control.LOOSE,
            "Use up the files of /out",
            "/out의 파일 수 소진",
            Group.BOUNDED,
        ),
        Row(
            "hole",
            Control.LOOSE,
            "Make a file larger than it is",
            "실제보다 큰 파일 생성",
            Group.BOUNDED,
        ),
        Row(
            "open-files", Control.LOOSE, "Open files without end", "끝없이 파일 열기", Group.BOUNDED
        ),
        Row("processor", Control.LOOSE, "Spin", "프로세서 점유", Group.ALONE, {"cpu_s": 0.2}),
        Row(
            "processor-unwilling",
            Control.LOOSE,
            "Spin, deaf to the signal",
            "신호를 무시한 프로세서 점유",
            Group.ALONE,
            {"cpu_s": 0.2},
        ),
        Row(
            "processor-over-children",
            Control.LOOSE,
            "Spin in many processes",
            "여러 프로세스로 프로세서 점유",
            Group.ALONE,
            {"cpu_s": 0.2},
        ),
        Row(
            "time", Control.LOOSE, "Sleep without end", "끝없이 대기", Group.ALONE, {"wall_s": 0.4}
        ),
        Row(
            "output-text", Control.LOOSE, "Flood the standard output", "표준 출력 범람", Group.ALONE
        ),
        Row(
            "kill-everything",
            HARM,
            "Kill whatever it can",
            "가능한 모든 프로세스 종료",
            Group.ALONE,
        ),
        Row("orphan", Control.BARE, "Leave a process behind", "프로세스 남겨 두기", Group.ALONE),
    ),
)

OUTPUTS = family(
    "outputs",
    (
        Row(
            "link",
            Control.NAIVE,
            "Leave a link to a file of the host",
            "호스트 파일로 가는 링크 남기기",
            Group.OUTPUTS,
        ),
        Row(
            "link-through-process",
            Control.NAIVE,
            "Leave a link through a process of the host",
            "호스트 프로세스를 거치는 링크 남기기",
            Group.OUTPUTS,
        ),
        Row(
            "link-to-folder",
            Control.NAIVE,
            "Leave a link to a folder",
            "폴더로 가는 링크 남기기",
            Group.OUTPUTS,
        ),
        Row(
            "second-name",
            Control.NAIVE,
            "Leave a second name of another file",
            "다른 파일의 두 번째 이름 남기기",
            Group.OUTPUTS,
        ),
        Row(
            "pipe",
            Control.NAIVE,
            "Leave a pipe, for which a reader waits for ever",
            "읽는 쪽이 끝없이 기다리게 할 파이프 남기기",
            Group.OUTPUTS,
        ),
        Row("socket", Control.NAIVE, "Leave a socket", "소켓 남기기", Group.OUTPUTS),
        Row(
            "folder",
            Control.NAIVE,
            "Leave a folder for a file",
            "파일 대신 폴더 남기기",
            Group.OUTPUTS,
        ),
        Row("hidden-name", Control.NAIVE, "Leave a hidden file", "숨김 파일 남기기", Group.OUTPUTS),
        Row(
            "option-name",
            Control.NAIVE,
            "Leave a name that reads like an option",
            "명령 선택 항목처럼 읽히는 이름 남기기",
            Group.OUTPUTS,
        ),
        Row(
            "line-break-in-name",
            Control.NAIVE,
            "Leave a name with a line break",
            "줄바꿈이 든 이름 남기기",
            Group.OUTPUTS,
        ),
        Row(
            "escape-in-name",
            Control.NAIVE,
            "Leave a name that steers a terminal",
            "단말기를 조종하는 이름 남기기",
            Group.OUTPUTS,
        ),
        Row(
            "direction-mark-in-name",
            Control.NAIVE,
            "Leave a name that reads backwards",
            "거꾸로 읽히는 이름 남기기",
            Group.OUTPUTS,
        ),
        Row(
            "name-not-text",
            Control.NAIVE,
            "Leave a name that is no text",
            "글자가 아닌 이름 남기기",
            Group.OUTPUTS,
        ),
        Row(
            "long-name",
            Control.NAIVE,
            "Leave an endless name",
            "지나치게 긴 이름 남기기",
            Group.OUTPUTS,
        ),
        Row(
            "hole",
            Control.NAIVE,
            "Leave a gigabyte of nothing",
            "내용 없는 1기가바이트 남기기",
            Group.OUTPUTS,
        ),
        Row(
            "swapped",
            Control.NAIVE,
            "Swap a file for a link while it is read",
            "읽는 동안 파일을 링크로 바꿔치기",
            Group.OUTPUTS,
        ),
        Row(
            "too-many",
            Control.NAIVE,
            "Leave more files than it may",
            "허용된 수보다 많은 파일 남기기",
            Group.OUTPUTS,
        ),
    ),
)
