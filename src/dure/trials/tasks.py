"""The task types a trial knows, their metrics, and the range each metric can be in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dure.core.text import Text


class TaskType(StrEnum):
    """What an algorithm is asked to do."""

    REGRESSION = "tabular-regression"
    CLASSIFICATION = "tabular-classification"
    TEXT = "text-classification"
    FORECASTING = "forecasting"
    GENERATION = "text-generation"
    IMAGES = "image-classification"
    DETECTION = "object-detection"
    TRACKING = "multi-object-tracking"

    @property
    def predicts(self) -> Predicted:
        """What it answers for each row."""
        return _PREDICTED[self]


class Predicted(StrEnum):
    """What an algorithm answers for each row."""

    NUMBER = "number"
    CLASS = "class"
    QUANTILES = "quantiles"
    TEXT = "text"
    BOXES = "boxes"
    TRACKS = "tracks"


_PREDICTED = {
    TaskType.REGRESSION: Predicted.NUMBER,
    TaskType.CLASSIFICATION: Predicted.CLASS,
    TaskType.TEXT: Predicted.CLASS,
    TaskType.FORECASTING: Predicted.QUANTILES,
    TaskType.GENERATION: Predicted.TEXT,
    TaskType.IMAGES: Predicted.CLASS,
    TaskType.DETECTION: Predicted.BOXES,
    TaskType.TRACKING: Predicted.TRACKS,
}

OF_IMAGES = frozenset({TaskType.IMAGES, TaskType.DETECTION})
"""Tasks whose one feature is an image."""
TARGETS_OF_IMAGES: dict[str, str] = {TaskType.IMAGES: "target", TaskType.DETECTION: "boxes"}
"""Under which name the index of a data set of images has the targets of each."""

LEVELS = (0.1, 0.5, 0.9)
"""Levels of the quantiles that a forecast consists of."""

COVERAGE = 0.8
"""Share of the targets that the outer two quantiles are to hold between them."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of merit.

    Parameters
    ----------
    name
        Its name in reports.
    title
        Its name in the textbook.
    lowest, highest
        Closed range of the values it can take.
    larger_is_better
        Direction.
    needs_scores
        True when it needs a score for each class, not the chosen class alone.
    """

    name: str
    title: Text
    lowest: float
    highest: float
    larger_is_better: bool
    needs_scores: bool = False


_MOST = 1e15

_CLASSES = (
    Metric("accuracy", Text("accuracy", "정확도"), 0.0, 1.0, True),
    Metric("balanced-accuracy", Text("balanced accuracy", "균형 정확도"), 0.0, 1.0, True),
    Metric("f1-macro", Text("macro-averaged F1", "매크로 평균 F1"), 0.0, 1.0, True),
    Metric(
        "roc-auc",
        Text("area under the ROC curve, macro one-vs-rest", "ROC 곡선 아래 면적"),
        0.0,
        1.0,
        True,
        needs_scores=True,
    ),
)

METRICS: dict[TaskType, tuple[Metric, ...]] = {
    TaskType.REGRESSION: (
        Metric("mae", Text("mean absolute error", "평균 절대 오차"), 0.0, _MOST, False),
        Metric("rmse", Text("root mean squared error", "평균 제곱근 오차"), 0.0, _MOST, False),
        Metric("r2", Text("coefficient of determination", "결정 계수"), -_MOST, 1.0, True),
    ),
    TaskType.CLASSIFICATION: _CLASSES,
    TaskType.TEXT: _CLASSES,
    TaskType.IMAGES: _CLASSES,
    TaskType.DETECTION: (
        Metric(
            "map",
            Text(
                "mean average precision at overlaps of 50 to 95 %", "평균 정밀도(mAP, 겹침 50~95 %)"
            ),
            0.0,
            1.0,
            True,
        ),
        Metric(
            "map-50",
            Text("mean average precision at an overlap of 50 %", "평균 정밀도(mAP, 겹침 50 %)"),
            0.0,
            1.0,
            True,
        ),
        Metric(
            "mean-recall",
            Text("mean recall at overlaps of 50 to 95 %", "평균 재현율(겹침 50~95 %)"),
            0.0,
            1.0,
            True,
        ),
    ),
    TaskType.FORECASTING: (
        Metric("pinball", Text("mean pinball loss", "평균 핀볼 손실"), 0.0, _MOST, False),
        Metric(
            "mae",
            Text("mean absolute error of the median", "중앙값의 평균 절대 오차"),
            0.0,
            _MOST,
            False,
        ),
        Metric(
            "mase", Text("mean absolute scaled error", "평균 절대 척도 오차"), 0.0, _MOST, False
        ),
        Metric(
            "coverage-error",
            Text("distance of the interval's coverage from 80 %", "구간 포함률과 80 %의 차이"),
            0.0,
            COVERAGE,
            False,
        ),
    ),
    TaskType.GENERATION: (
        Metric("exact-match", Text("exact match", "완전 일치율"), 0.0, 1.0, True),
        Metric("chrf", Text("character n-gram F-score", "문자 n-gram F 점수"), 0.0, 1.0, True),
        Metric(
            "rouge-l",
            Text("F1 of the longest tokens in common", "최장 공통 토큰열의 F1"),
            0.0,
            1.0,
            True,
        ),
        Metric("token-f1", Text("F1 of the tokens in common", "공통 토큰의 F1"), 0.0, 1.0, True),
    ),
    TaskType.TRACKING: (
        Metric("hota", Text("higher-order tracking accuracy", "고차 추적 정확도"), 0.0, 1.0, True),
        Metric("idf1", Text("F1 of identities", "식별 F1"), 0.0, 1.0, True),
        Metric(
            "mota",
            Text("multi-object tracking accuracy", "다중 객체 추적 정확도"),
            -_MOST,
            1.0,
            True,
        ),
        Metric("gospa", Text("GOSPA distance of a moment", "시점별 GOSPA 거리"), 0.0, _MOST, False),
        Metric(
            "gospa-localisation",
            Text("GOSPA's part for where things are", "GOSPA의 위치 오차 몫"),
            0.0,
            _MOST,
            False,
        ),
        Metric(
            "gospa-missed",
            Text("GOSPA's part for missed things", "GOSPA의 누락 몫"),
            0.0,
            _MOST,
            False,
        ),
        Metric(
            "gospa-false",
            Text("GOSPA's part for false things", "GOSPA의 오탐 몫"),
            0.0,
            _MOST,
            False,
        ),
    ),
}

BASELINES = {
    TaskType.REGRESSION: "mean",
    TaskType.CLASSIFICATION: "majority",
    TaskType.TEXT: "majority",
    TaskType.FORECASTING: "climatology",
    TaskType.GENERATION: "lead",
    TaskType.IMAGES: "majority",
    TaskType.DETECTION: "usual-box",
    TaskType.TRACKING: "nearest",
}
"""The trivial algorithm that each task's results are compared with."""


def metric_of(task: TaskType, name: str) -> Metric | None:
    """Return the task's metric of that name, or None."""
    return next((metric for metric in METRICS[task] if metric.name == name), None)
