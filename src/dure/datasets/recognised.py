"""What was recognised about a column, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from dure.core.text import Text
from dure.readers.tables import Column

ROLES: Mapping[str, Text] = MappingProxyType(
    {
        "time": Text("time", "시각"),
        "latitude": Text("latitude", "위도"),
        "longitude": Text("longitude", "경도"),
        "identity": Text("identity", "식별 번호"),
        "speed": Text("speed", "속력"),
        "course": Text("course", "침로"),
        "altitude": Text("altitude", "고도"),
    }
)
"""Parts of a track or a series."""

FORMS: Mapping[str, Text] = MappingProxyType(
    {
        "date-digits": Text("days written as 20260131", "20260131처럼 쓴 날짜"),
        "date-dots": Text("days written as 2026.01.31", "2026.01.31처럼 쓴 날짜"),
        "date-slashes": Text("days written as 2026/01/31", "2026/01/31처럼 쓴 날짜"),
        "date-korean": Text("days written in Korean", "2026년 1월 31일처럼 쓴 날짜"),
        "date-year-last": Text(
            "days with the year last: day or month first, the file does not say",
            "연도가 끝에 오는 날짜: 일과 월 가운데 무엇이 먼저인지 알 수 없음",
        ),
        "number-commas": Text("numbers with commas", "쉼표를 넣은 수"),
        "number-percent": Text("numbers with a percent sign", "백분율 기호가 붙은 수"),
    }
)
"""Ways of writing that give no type of their own."""


def words_of(column: Column) -> Iterator[Text]:
    """Yield what was recognised about a column, each in a few words."""
    if column.role:
        yield ROLES[column.role]
    if column.written:
        yield FORMS[column.written]
    if column.codes:
        codes = ", ".join(f'"{code}"' for code in column.codes)
        yield Text(f"may stand for no value: {codes}", f"값이 없음을 뜻할 수 있음: {codes}")
    if column.would_be:
        yield Text(
            f"{column.would_be} with --missing for these words",
            f"이 말을 --missing으로 지정하면 {column.would_be}",
        )
