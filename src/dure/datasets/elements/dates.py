"""Ways of writing dates and times that are recognised: which one all values of a column have.

A form is named as the common standard terms write it (``YYYYMMDD``). Day before month and month before
day can't be told apart when no day is above 12; then neither is proposed.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

DATES: Mapping[str, str] = MappingProxyType(
    {
        "YYYY-MM-DD": "%Y-%m-%d",
        "YYYYMMDD": "%Y%m%d",
        "YYYY/MM/DD": "%Y/%m/%d",
        "YYYY.MM.DD": "%Y.%m.%d",
        "YYYY. MM. DD.": "%Y. %m. %d.",
        "YYYY년 MM월 DD일": "%Y년 %m월 %d일",
        "DD/MM/YYYY": "%d/%m/%Y",
        "MM/DD/YYYY": "%m/%d/%Y",
        "DD.MM.YYYY": "%d.%m.%Y",
        "DD-MM-YYYY": "%d-%m-%Y",
        "MM-DD-YYYY": "%m-%d-%Y",
        "MON DD YYYY": "%b %d %Y",
    }
)
"""Form of a date -> how polars writes it."""

TIMES: Mapping[str, str] = MappingProxyType(
    {
        "YYYY-MM-DD HH:MI:SS": "%Y-%m-%d %H:%M:%S",
        "YYYY-MM-DDTHH:MI:SS": "%Y-%m-%dT%H:%M:%S",
        "YYYY-MM-DD HH:MI": "%Y-%m-%d %H:%M",
        "YYYY/MM/DD HH:MI:SS": "%Y/%m/%d %H:%M:%S",
        "YYYY/MM/DD HH:MI": "%Y/%m/%d %H:%M",
        "YYYYMMDDHHMISS": "%Y%m%d%H%M%S",
        "YYYY.MM.DD HH:MI:SS": "%Y.%m.%d %H:%M:%S",
    }
)
"""Form of a time of a day -> how polars writes it."""

FORMS: Mapping[str, str] = MappingProxyType({**DATES, **TIMES})
"""Every form."""

TWINS = (frozenset({"DD/MM/YYYY", "MM/DD/YYYY"}), frozenset({"DD-MM-YYYY", "MM-DD-YYYY"}))
"""Forms that the same text may have."""
