"""Attempts to tell of the data without a result."""

from __future__ import annotations

from dure.trials.probes.catalogue.form import Control, Row, family

CHANNELS = family(
    "channels",
    (
        Row("exit-status", Control.NAIVE, "Tell by the exit status", "종료 상태로 알리기"),
        Row(
            "kind-of-failure", Control.NAIVE, "Tell by the way it fails", "실패하는 방식으로 알리기"
        ),
        Row(
            "kind-of-limit",
            Control.NAIVE,
            "Tell by the limit that it breaks",
            "넘는 한도의 종류로 알리기",
        ),
        Row(
            "processor-time",
            Control.NAIVE,
            "Tell by the processor time used",
            "쓴 프로세서 시간으로 알리기",
        ),
        Row("wall-time", Control.NAIVE, "Tell by the time taken", "걸린 시간으로 알리기"),
        Row("peak-memory", Control.NAIVE, "Tell by the memory used", "쓴 메모리로 알리기"),
        Row("standard-output", Control.NAIVE, "Tell by what it prints", "출력으로 알리기"),
        Row("failure-text", Control.NAIVE, "Tell by the text of its failure", "실패 문구로 알리기"),
        Row(
            "names-of-refused-files",
            Control.NAIVE,
            "Tell by the names of files",
            "파일 이름으로 알리기",
        ),
        Row(
            "low-digits",
            Control.NAIVE,
            "Tell by the low digits of a figure",
            "수치의 아랫자리로 알리기",
        ),
        Row("sign-of-zero", Control.NAIVE, "Tell by the sign of zero", "0의 부호로 알리기"),
        Row(
            "spelling-of-numbers",
            Control.NAIVE,
            "Tell by the spelling of a number",
            "수를 쓰는 방식으로 알리기",
        ),
        Row("order-of-keys", Control.NAIVE, "Tell by the order of entries", "항목의 순서로 알리기"),
        Row("spacing", Control.NAIVE, "Tell by blanks", "빈칸으로 알리기"),
        Row(
            "exact-rows", Control.NAIVE, "Tell by the exact number of rows", "정확한 행 수로 알리기"
        ),
        Row(
            "exact-cells",
            Control.NAIVE,
            "Tell by the size of the smallest cell",
            "가장 작은 집단의 크기로 알리기",
        ),
        Row(
            "reason-of-refusal",
            Control.NAIVE,
            "Tell by why it is refused",
            "거부되는 이유로 알리기",
        ),
        Row(
            "few-rows", Control.NAIVE, "Have a figure of nine rows leave", "아홉 행의 수치 내보내기"
        ),
        Row(
            "one-run-too-many",
            Control.NAIVE,
            "Ask once more than the budget",
            "한도보다 한 번 더 묻기",
        ),
        Row(
            "terminal-codes-in-diagnosis",
            Control.NAIVE,
            "Steer the terminal of whoever looks at a run",
            "실행을 살피는 사람의 단말기 조종하기",
        ),
        Row(
            "terminal-codes-in-names",
            Control.NAIVE,
            "Steer a terminal by a name",
            "이름으로 단말기 조종하기",
        ),
        Row(
            "line-breaks-in-names",
            Control.NAIVE,
            "Forge a line of a record by a name",
            "이름으로 기록의 줄 위조하기",
        ),
    ),
)
