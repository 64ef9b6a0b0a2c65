"""The kinds of perturbation: what each does, to which features, and how strong it gets.

What a level means is the kind's: for `noise` and `drift` so many standard deviations of the training
column, for `missing` the share of a row's features (one at least), for `units` the factor, for the kinds
of texts the share of words, for those of images a share of range, side or area. How it is done is in the
modules `numbers`, `texts` and `images` beside this one; another kind of feature brings a module of its own,
an entry here and one in `applying`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dure.core.text import Text
from dure.trials.tasks import OF_IMAGES, TaskType


class Feature(StrEnum):
    """What a kind of perturbation works on."""

    ANY = "any"  # of a table; never an image, without which nothing is left of a row
    NUMBER = "number"
    TEXT = "text"
    IMAGE = "image"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of perturbation.

    Parameters
    ----------
    name
        Its name in definitions and reports.
    title, level
        What it is, and what its levels are, in words.
    feature
        What it works on.
    levels
        How strong it gets, as figures, the weakest first.
    """

    name: str
    title: Text
    level: Text
    feature: Feature
    levels: tuple[str, ...]


_DEVIATIONS = Text("standard deviations of the training column", "학습 열의 표준편차 배수")
_WORDS = Text("share of words", "어절 비율")

KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "noise",
            Text("Noise in every number", "모든 수에 더한 잡음"),
            _DEVIATIONS,
            Feature.NUMBER,
            ("0.25", "0.5", "1"),
        ),
        Kind(
            "missing",
            Text("Missing values", "결측값"),
            Text("share of features", "입력 변수 비율"),
            Feature.ANY,
            ("0.1", "0.25", "0.5"),
        ),
        Kind(
            "units",
            Text("One number in a mistaken unit", "단위를 잘못 적은 수 하나"),
            Text(
                "factor: 1.8 °C as °F, 3.28 metres as feet, 1000 kilo",
                "배수: 1.8은 섭씨를 화씨로, 3.28은 미터를 피트로, 1000은 킬로 누락",
            ),
            Feature.NUMBER,
            ("1.8", "3.28", "1000"),
        ),
        Kind(
            "drift",
            Text("All numbers moved one way", "모든 수가 한쪽으로 이동"),
            _DEVIATIONS,
            Feature.NUMBER,
            ("0.25", "0.5", "1"),
        ),
        Kind(
            "typos",
            Text("Typing errors", "오타"),
            _WORDS,
            Feature.TEXT,
            ("0.05", "0.15", "0.3"),
        ),
        Kind(
            "dropped-words",
            Text("Words left out", "빠진 어절"),
            _WORDS,
            Feature.TEXT,
            ("0.1", "0.25", "0.5"),
        ),
        Kind(
            "pixel-noise",
            Text("Noise in every pixel", "모든 화소에 더한 잡음"),
            Text("standard deviation as a share of the full range", "전체 범위 대비 표준편차"),
            Feature.IMAGE,
            ("0.05", "0.1", "0.2"),
        ),
        Kind(
            "blur",
            Text("Blur", "흐림"),
            Text("radius as a share of the shorter side", "짧은 변 대비 반지름"),
            Feature.IMAGE,
            ("0.01", "0.02", "0.05"),
        ),
        Kind(
            "occlusion",
            Text("A part hidden under a rectangle", "직사각형으로 가린 부분"),
            Text("share of the area", "면적 비율"),
            Feature.IMAGE,
            ("0.05", "0.15", "0.3"),
        ),
    )
}
"""Every kind, by name."""


def suiting(task: TaskType) -> tuple[str, ...]:
    """Return the kinds that suit a task; none suits tracking, which is split by sequences.

    Examples
    --------
    >>> suiting(TaskType.TRACKING)
    ()
    """
    if task is TaskType.TRACKING:
        return ()
    return tuple(
        name
        for name, kind in KINDS.items()
        if (kind.feature is Feature.IMAGE) == (task in OF_IMAGES)
    )


def cells(kinds: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the cells of a plan, a kind and a level each, in order.

    Examples
    --------
    >>> cells(("drift",))
    [('drift', '0.25'), ('drift', '0.5'), ('drift', '1')]
    """
    return [(name, level) for name in kinds for level in KINDS[name].levels]
