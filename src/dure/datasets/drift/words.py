"""The words of each finding about drift: how much it matters, what it says, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.findings import Severity
from dure.core.text import Text
from dure.datasets.inspect.words import Sentence

_AGAIN = Text(
    "Find out what changed at the source; test a model on the new version before it is used there.",
    "출처에서 무엇이 바뀌었는지 확인하고, 기존 모델은 새 버전으로 다시 시험한 뒤 쓰십시오.",
)
_COLUMNS = Text(
    "Agree with the source on the columns; what was built on the earlier version breaks.",
    "열 구성을 출처와 협의하십시오. 이전 버전에 맞춰 만든 것은 동작하지 않습니다.",
)

SENTENCES: Mapping[str, Sentence] = MappingProxyType(
    {
        "representativeness.drift": Sentence(
            Severity.WARNING,
            Text(
                "“{column}” is spread quite differently from the earlier version: stability index "
                "{stability}, distance {shift} ({statistic.en}).",
                "“{column}” 열의 분포가 이전 버전과 크게 다릅니다. 안정성 지수 {stability}, 거리 "
                "{shift}({statistic.ko}).",
            ),
            _AGAIN,
        ),
        "representativeness.some-drift": Sentence(
            Severity.NOTICE,
            Text(
                "“{column}” is spread somewhat differently from the earlier version: stability index "
                "{stability}, distance {shift} ({statistic.en}).",
                "“{column}” 열의 분포가 이전 버전과 다소 다릅니다. 안정성 지수 {stability}, 거리 "
                "{shift}({statistic.ko}).",
            ),
            _AGAIN,
        ),
        "representativeness.missing": Sentence(
            Severity.WARNING,
            Text(
                "{after} of “{column}” is missing; in the earlier version it was {before}.",
                "“{column}” 열의 빈 값 비율이 달라졌습니다. 이전 버전 {before}, 현재 {after}.",
            ),
            Text(
                "Ask the source whether it stopped or began to record this.",
                "출처에서 이 항목의 기록을 중단했거나 새로 시작했는지 확인하십시오.",
            ),
        ),
        "representativeness.range": Sentence(
            Severity.NOTICE,
            Text(
                "{count} numbers of “{column}” ({share}) lie outside the range of the earlier version.",
                "“{column}” 열의 수 {count}개({share})가 이전 버전의 범위를 벗어납니다.",
            ),
            Text(
                "Check unit and source; a model knows nothing beyond what it has seen.",
                "단위와 출처를 확인하십시오. 모델은 학습하지 않은 범위를 알지 못합니다.",
            ),
        ),
        "representativeness.period": Sentence(
            Severity.INFO,
            Text(
                "Of the times of “{column}”, {below} lie before the earlier version and {above} after it.",
                "“{column}” 열의 시각 중 이전 버전의 기간보다 앞인 것 {below}, 뒤인 것 {above}.",
            ),
            Text(
                "As expected of a later delivery; otherwise check the clock of the source.",
                "나중에 받은 자료라면 당연합니다. 아니면 출처의 시계를 확인하십시오.",
            ),
        ),
        "representativeness.new-values": Sentence(
            Severity.NOTICE,
            Text(
                "Values of “{column}” that the earlier version lacks: {count}, in {share} of the rows.",
                "“{column}” 열에 이전 버전에 없던 값이 {count}개 있고, 전체 행의 {share}입니다.",
            ),
            Text(
                "Check whether they are new codes or misspelt old ones.",
                "새 코드인지, 기존 코드를 잘못 적은 것인지 확인하십시오.",
            ),
        ),
        "representativeness.gone-values": Sentence(
            Severity.NOTICE,
            Text(
                "Values of “{column}” that were frequent in the earlier version and are gone: {count}.",
                "이전 버전에서 흔하던 “{column}” 열의 값 {count}개가 사라졌습니다.",
            ),
            Text(
                "Find out whether they ended, or a part of the source is missing.",
                "쓰지 않게 된 값인지, 출처의 일부가 빠졌는지 확인하십시오.",
            ),
        ),
        "representativeness.column-gone": Sentence(
            Severity.WARNING,
            Text(
                "The earlier version had a column “{column}”; it is gone.",
                "이전 버전에 있던 “{column}” 열이 없습니다.",
            ),
            _COLUMNS,
        ),
        "representativeness.column-new": Sentence(
            Severity.NOTICE,
            Text(
                "The earlier version has no column “{column}”.",
                "이전 버전에는 “{column}” 열이 없습니다.",
            ),
            Text(
                "Describe it, and decide whether it is for training.",
                "설명을 적고 학습에 쓸지 정하십시오.",
            ),
        ),
        "representativeness.column-type": Sentence(
            Severity.WARNING,
            Text(
                "“{column}” was of type {before} and is {after} now.",
                "“{column}” 열의 자료형이 {before}에서 {after}(으)로 바뀌었습니다.",
            ),
            _COLUMNS,
        ),
    }
)
