"""How a gate says no: a code, where, and the words for it."""

from __future__ import annotations

from dure.core.findings import Finding, Severity
from dure.core.text import Text

LEAST_CELL = 10


class GateClosed(Exception):  # noqa: N818 (a gate's no)
    """A gate did not let something pass: the code of the finding, and where."""

    def __init__(self, code: str, locator: str) -> None:
        super().__init__(code)
        self.code, self.locator = code, locator


WORDS = {
    "gate.schema": (
        Text("The score does not have the demanded form.", "채점 결과가 요구된 형식이 아닙니다."),
        Text("Look at the diagnosis of the run.", "실행의 진단 자료를 확인하십시오."),
    ),
    "gate.range": (
        Text(
            "A figure is not finite or outside the range of its metric.",
            "수치가 유한하지 않거나 지표의 범위를 벗어났습니다.",
        ),
        Text("Look at the predictions' range.", "예측값의 범위를 확인하십시오."),
    ),
    "gate.digits": (
        Text(
            "A figure has more than three significant digits.",
            "수치의 유효 숫자가 세 자리를 넘습니다.",
        ),
        Text("Run the trial again.", "시험을 다시 실행하십시오."),
    ),
    "gate.cells": (
        Text(
            "A figure rests on fewer than {least} rows.", "수치의 근거가 {least}행보다 적습니다."
        ).fill(least=LEAST_CELL),
        Text(
            "Make a benchmark with more rows in each class.",
            "클래스마다 행이 더 많은 평가 기준을 만드십시오.",
        ),
    ),
    "gate.tables": (
        Text(
            "What a table shows would give away a cell that it withholds.",
            "표에 보이는 값으로 숨긴 칸을 알아낼 수 있습니다.",
        ),
        Text(
            "Make a benchmark with fewer subgroups, or leave them out.",
            "하위 집단이 더 적거나 없는 평가 기준을 만드십시오.",
        ),
    ),
    "gate.details": (
        Text(
            "A curve or a subgroup's figures can't be told so.",
            "곡선이나 하위 집단의 수치를 그대로 알릴 수 없습니다.",
        ),
        Text("Run the trial again.", "시험을 다시 실행하십시오."),
    ),
    "gate.floors": (
        Text(
            "A floor of the benchmark does not surely hold in every subgroup.",
            "평가 기준의 하한이 모든 하위 집단에서 확실히 지켜지지는 않습니다.",
        ),
        Text(
            "The algorithm must be better, or the test larger.",
            "알고리즘을 개선하거나 시험할 행을 늘려야 합니다.",
        ),
    ),
    "gate.differencing": (
        Text(
            "Beside an earlier report it would isolate fewer than {least} rows.",
            "앞선 보고서와 견주면 {least}행보다 적은 행이 드러납니다.",
        ).fill(least=LEAST_CELL),
        Text(
            "Use the earlier benchmark, or one whose test rows differ more.",
            "앞선 평가 기준을 쓰거나 시험할 행이 더 많이 다른 평가 기준을 만드십시오.",
        ),
    ),
    "gate.budget": (
        Text("The query budget is overdrawn.", "실행 한도를 넘었습니다."),
        Text(
            "Make a benchmark of a data set with fresh rows.",
            "새로운 행이 있는 데이터셋으로 평가 기준을 만드십시오.",
        ),
    ),
    "gate.outcome": (
        Text(
            "A trial that did not succeed says more than its class.",
            "성공하지 못한 시험의 보고서에 결과의 종류 외의 내용이 있습니다.",
        ),
        Text("Run the trial again.", "시험을 다시 실행하십시오."),
    ),
}


def finding_of(closed: GateClosed, subject: str) -> Finding:
    """Return the finding that a gate's no stands for."""
    words, next_step = WORDS[closed.code]
    return Finding(closed.code, Severity.ERROR, subject, closed.locator, words, next_step)


def leak_finding(subject: str) -> Finding:
    """Return what is said when predictions equal the targets to an implausible degree."""
    return Finding(
        "trials.leak",
        Severity.WARNING,
        subject,
        "predictions",
        Text(
            "Nearly every prediction is the target itself: the targets may be among what the "
            "algorithm was given.",
            "거의 모든 예측이 정답과 같습니다. 알고리즘이 받은 자료에 정답이 들어 있을 수 있습니다.",
        ),
        Text(
            "Look at the benchmark's features and at what the submission brought before it is released.",
            "반출하기 전에 평가 기준의 입력 변수와 제출물에 든 파일을 확인하십시오.",
        ),
    )


MOST_REPEATED = 10
"""Test rows in a thousand that may be among the training rows without a word."""


def contaminated(
    subject: str, *, repeated_exactly: int, repeated_nearly: int
) -> tuple[Finding, ...]:
    """Return what is said of a benchmark whose test rows are among its training rows.

    Parameters
    ----------
    subject
        The benchmark.
    repeated_exactly, repeated_nearly
        Share of the test rows, targets included, in a thousand: just so, and but for the fourth digit,
        case and spaces.
    """
    if max(repeated_exactly, repeated_nearly) <= MOST_REPEATED:
        return ()
    exact = repeated_exactly > MOST_REPEATED
    words = Text(
        "Of a thousand test rows, {exactly} are among the training rows, and {nearly} nearly so.",
        "시험 행 천 개 가운데 {exactly}개가 학습 행에도 있고, 거의 같은 것까지는 {nearly}개입니다.",
    ).fill(exactly=repeated_exactly, nearly=repeated_nearly)
    next_step = Text(
        "Take repeated rows out of the data set, or read good figures as memory rather than skill.",
        "데이터셋에서 되풀이되는 행을 빼거나, 좋은 수치를 실력이 아닌 암기로 보십시오.",
    )
    severity = Severity.WARNING if exact else Severity.NOTICE
    return (Finding("trials.contaminated", severity, subject, "test", words, next_step),)
