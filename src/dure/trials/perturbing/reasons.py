"""Why a benchmark can't have its robustness plan, in words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.text import Text

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        "robust": Text("each once, of {known}", "다음 가운데 한 번씩만 지정하십시오: {known}"),
        "robust-task": Text(
            "rows of this task can be perturbed by {known} alone",
            "이 과제의 행에는 다음 교란만 쓸 수 있습니다: {known}",
        ),
        "no-robust": Text("its rows can't be perturbed", "이 과제의 행은 교란할 수 없습니다"),
        "robust-metrics": Text(
            "a curve takes a metric that needs no scores",
            "곡선에는 점수가 필요 없는 지표가 있어야 합니다",
        ),
        "robust-rows": Text(
            "the test has too few rows for so many kinds of perturbation",
            "교란 종류의 수에 비해 시험할 행이 너무 적습니다",
        ),
        "robust-columns": Text(
            "no feature suits one of the kinds of perturbation",
            "교란을 적용할 수 있는 입력 변수가 없습니다",
        ),
    }
)
