"""Why a data set has no texts that can be generated and scored."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.text import Text

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        "target-long": Text(
            "a target is longer than 8000 characters, or no sound Unicode",
            "8000자를 넘거나 올바른 유니코드가 아닌 정답이 있습니다",
        ),
        "text-missing": Text(
            "the task needs a feature that is a text", "글로 된 입력 변수가 하나는 있어야 합니다"
        ),
    }
)
"""Codes, as `dure.trials.reasons` has them."""
