"""Why the data sets room says no: each reason's code, and its words for people."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.text import Text

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        "no-column": Text("the table has no such column", "표에 그런 열이 없습니다"),
        "not-html": Text("its name must end in .html", "이름이 .html로 끝나야 합니다"),
    }
)
