"""Why a data set, or what was said of it, is none of tracks."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.text import Text

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        "no-tracking": Text(
            "it is for multi-object-tracking alone",
            "추적(multi-object-tracking) 과제에만 쓰는 항목입니다",
        ),
        "tracking-time": Text(
            "tracking needs a feature that orders the moments of a sequence",
            "추적 과제에는 한 장면의 시점 순서를 나타내는 입력 변수가 필요합니다",
        ),
        "tracking-series": Text(
            "tracking needs a feature, other than the time, that tells sequences apart",
            "추적 과제에는 장면을 나누는 입력 변수가 시간 열과 따로 필요합니다",
        ),
        "places": Text(
            "name as many columns of observed as of true places: two or three for positions, four for "
            "boxes; the observed ones are features",
            "관측 위치와 실제 위치의 열을 같은 수로 지정하십시오. 위치는 두세 개, 상자는 네 개이며 관측 "
            "위치는 입력 변수여야 합니다",
        ),
        "true-among": Text(
            "a column of true places is a feature or the target",
            "실제 위치의 열이 입력 변수나 예측할 열에 들어 있습니다",
        ),
        "cutoff": Text(
            "positions need a cutoff above 0 with three digits at most; boxes take none",
            "위치에는 0보다 큰 세 자리 이하의 한계 거리를 지정하고, 상자에는 지정하지 마십시오",
        ),
        "place-type": Text("places must be numbers", "위치는 수여야 합니다"),
        "place-incomplete": Text(
            "a row has some numbers of a place, and lacks others",
            "위치의 값이 일부만 있는 행이 있습니다",
        ),
        "box-size": Text("a box has no width or no height", "너비나 높이가 없는 상자가 있습니다"),
        "truth-incomplete": Text(
            "a row has an object without a true place, or a true place without an object",
            "객체와 실제 위치 가운데 하나만 있는 행이 있습니다",
        ),
        "object-twice": Text(
            "an object is in two places at one moment", "한 시점에 두 곳에 있는 객체가 있습니다"
        ),
        "subgroup-varies": Text(
            "of tracking, a subgroup must be the same throughout a sequence",
            "추적 과제의 하위 집단은 한 장면 안에서 바뀔 수 없습니다",
        ),
        "too-few-sequences": Text(
            "each part needs a sequence of its own: there are too few, or the test share is too small",
            "각 부분에 장면이 하나 이상 있어야 하는데 장면이 적거나 시험 비율이 작습니다",
        ),
        "too-few-objects": Text(
            "the test needs at least ten objects", "시험 부분에 객체가 열 개 이상 있어야 합니다"
        ),
        "no-trackeval": Text(
            "tracks are scored by trackeval, which is not installed: pip install 'dure[tracking]'",
            "추적 채점에 쓰는 trackeval이 설치되어 있지 않습니다: pip install 'dure[tracking]'",
        ),
    }
)
"""Codes, as `dure.trials.reasons` has them."""
