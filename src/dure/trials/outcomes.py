"""How a trial ended, in the five words that a developer may learn; everything else stays inside."""

from __future__ import annotations

from enum import StrEnum

from dure.core.text import Text


class OutcomeClass(StrEnum):
    """The class of a trial's outcome, the only thing a developer learns of a failure."""

    OK = "ok"
    ALGORITHM_ERROR = "algorithm-error"
    LIMIT_EXCEEDED = "limit-exceeded"
    INVALID_PREDICTIONS = "invalid-predictions"
    REFUSED = "refused"


WORDS = {
    OutcomeClass.OK: Text(
        "It ran, and its predictions were scored.", "실행이 끝나고 예측이 채점되었습니다."
    ),
    OutcomeClass.ALGORITHM_ERROR: Text(
        "The algorithm stopped with an error of its own.", "알고리즘이 자체 오류로 종료되었습니다."
    ),
    OutcomeClass.LIMIT_EXCEEDED: Text(
        "It used more time, memory, processes or output than its limits allow.",
        "시간, 메모리, 프로세스 또는 출력 한도를 넘었습니다.",
    ),
    OutcomeClass.INVALID_PREDICTIONS: Text(
        "Its predictions do not have the demanded form.", "예측이 요구된 형식이 아닙니다."
    ),
    OutcomeClass.REFUSED: Text(
        "The result did not pass the gates.", "결과가 반출 관문을 통과하지 못했습니다."
    ),
}

HINTS = {
    OutcomeClass.OK: Text(
        "A metric that is held was not better than what was told before by more than chance.",
        "보류된 지표는 앞서 알린 수치보다 우연을 넘어 낫지 않았습니다.",
    ),
    OutcomeClass.ALGORITHM_ERROR: Text(
        "Run it on the benchmark's dummy data, and expect missing values and unseen categories.",
        "평가 기준의 더미 자료로 실행해 보고, 결측값과 처음 보는 범주도 처리하십시오.",
    ),
    OutcomeClass.LIMIT_EXCEEDED: Text(
        "Measure time and memory on as many rows as the benchmark has; the limits are in algorithm.toml.",
        "평가 기준과 같은 행 수로 시간과 메모리를 재 보십시오. 한도는 algorithm.toml에 있습니다.",
    ),
    OutcomeClass.INVALID_PREDICTIONS: Text(
        "One answer for each row (of tracking, each moment), in order, in the form that the task asks for.",
        "행마다(추적은 시점마다) 순서대로 답을 하나씩, 과제가 요구하는 형식으로 내십시오.",
    ),
    OutcomeClass.REFUSED: Text(
        "Ask the data's owner: they see which gate refused.",
        "자료 소유 기관에 문의하십시오. 어느 관문이 거부했는지는 소유 기관이 봅니다.",
    ),
}
"""What a developer may be told to do about each class: always the same, whatever happened in the run."""

_LIMITS = frozenset({"cpu", "memory", "wall", "stdout", "processes"})


def class_of(status: str, cause: str, refused: frozenset[str]) -> OutcomeClass:
    """Return the class of how the algorithm's own sandbox ended.

    Parameters
    ----------
    status, cause
        As `dure.sandbox.tasks.Outcome` names them.
    refused
        Reasons for which files it left were not read.

    Examples
    --------
    >>> class_of("killed", "memory", frozenset())
    <OutcomeClass.LIMIT_EXCEEDED: 'limit-exceeded'>
    """
    if status == "done":
        return OutcomeClass.INVALID_PREDICTIONS if refused else OutcomeClass.OK
    if cause in _LIMITS:
        return OutcomeClass.LIMIT_EXCEEDED
    return OutcomeClass.ALGORITHM_ERROR
