"""What may be told of a column, word by word: units, roles, codes, spellings.

Whoever reads a file may have been taken over by its bytes, so each word that it tells comes from a list,
and is held to that list outside. Here are the lists, alone: who holds them needs no package for tables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

UNITS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "kn": ("kn", "kt", "kts", "knot", "knots", "노트"),
        "km/h": ("km/h", "kmh", "kph", "시속"),
        "m/s": ("m/s", "mps"),
        "m": ("m", "meter", "meters", "metre", "metres", "미터"),
        "km": ("km", "킬로미터"),
        "cm": ("cm",),
        "mm": ("mm",),
        "nmi": ("nmi", "해리"),
        "ft": ("ft", "feet", "피트"),
        "deg": ("deg", "degree", "degrees", "°", "도"),
        "degC": ("degc", "°c", "℃", "celsius", "섭씨"),
        "kg": ("kg", "킬로그램"),
        "t": ("ton", "tons", "t", "톤"),
        "g": ("g", "그램"),
        "L": ("l", "liter", "litre", "리터", "ℓ"),
        "s": ("s", "sec", "secs", "seconds", "초"),
        "ms": ("ms", "밀리초"),
        "min": ("min", "mins", "minutes", "분"),
        "h": ("h", "hr", "hrs", "hours", "시간"),
        "d": ("d", "days", "일"),
        "KRW": ("krw", "원"),
        "1000 KRW": ("천원",),
        "1000000 KRW": ("백만원",),
        "USD": ("usd", "달러"),
        "%": ("%", "percent", "pct", "퍼센트"),
        "V": ("v", "volt", "볼트"),
        "A": ("a", "ampere", "암페어"),
        "Hz": ("hz", "헤르츠"),
        "hPa": ("hpa", "mbar"),
        "count": ("개", "명", "건", "대", "척", "ea"),
    }
)
"""Units, and how each is written behind a name, in brackets or after an underscore."""

ROLES: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        role: re.compile(rf"({words})", re.IGNORECASE)
        for role, words in (
            ("latitude", r"lat|latitude|lat_?deg|위도|y_?lat"),
            ("longitude", r"lon|lng|long|longitude|lon_?deg|경도|x_?lon"),
            (
                "identity",
                r"mmsi|imo|icao|icao24|hex|hex_?ident|callsign|call_?sign|track_?id|호출부호",
            ),
            ("speed", r"sog|speed|ground_?speed|velocity|gs|속력|속도"),
            ("course", r"cog|course|track|heading|true_?heading|침로|방위"),
            ("altitude", r"alt|altitude|baro_?altitude|geo_?altitude|고도"),
        )
    }
)
"""Parts of a track, and the names that say so (AIS and ADS-B as their exporters write them)."""

TIME = "time"
ROLE_WORDS = (TIME, *ROLES)

NOT_AVAILABLE: Mapping[str, Mapping[float, str]] = MappingProxyType(
    {
        "latitude": {91.0: "91"},
        "longitude": {181.0: "181"},
        "speed": {102.3: "102.3"},
        "course": {360.0: "360", 511.0: "511"},
    }
)
"""What AIS sends where there is no value (ITU-R M.1371, table 48); the greatest that there can be."""

MARKERS = (
    *("", "-", "--", "?", ".", "N/A", "n/a", "#N/A", "NA", "NULL", "null", "None", "none"),
    *("NaN", "nan", "unknown", "Unknown", "UNKNOWN", "missing", "Missing", "MISSING"),
    *("없음", "해당없음", "해당 없음", "해당사항없음", "해당사항 없음", "미상", "미입력", "미확인"),
    *("불명", "무응답", "결측"),
)
"""Words that people write where there is no value."""

SENTINELS: Mapping[float, str] = MappingProxyType(
    {
        float(sign * number): str(sign * number)
        for number in (99, 999, 9999, 99999, 999999, 9999999, 888, 8888, 88888)
        for sign in (1, -1)
    }
    | {
        sign * (number + 0.9): f"{sign * number}.9"
        for number in (99, 999, 9999)
        for sign in (1, -1)
    }
)
"""Numbers that people write where there is no value, and how each is written here."""

WORDS = frozenset((*MARKERS, *SENTINELS.values()))
"""Every code that may be told of a column."""

CODE_WORDS = WORDS | {word for codes in NOT_AVAILABLE.values() for word in codes.values()}

SPELLINGS_TOLD = (
    ("date-dots", r"^[0-9]{4}\. ?[0-9]{1,2}\. ?[0-9]{1,2}\.?$"),
    ("date-slashes", r"^[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}$"),
    ("date-korean", r"^[0-9]{4}년 ?[0-9]{1,2}월 ?[0-9]{1,2}일$"),
    ("date-year-last", r"^[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}$"),
    ("number-commas", r"^-?[0-9]{1,3}(,[0-9]{3})*(\.[0-9]+)?$"),
    ("number-percent", r"^-?[0-9]+(\.[0-9]+)?%$"),
)
"""Forms that are told to people and change nothing: which day 01/02/2026 is, no file says."""

WRITTEN = ("date-digits", *(word for word, _ in SPELLINGS_TOLD))

BOX_LIST_WORD = "list<element: struct<x: double, y: double, w: double, h: double, class: string>>"
"""The one nested type, as Arrow writes it (`dure.readers.images.box_type`)."""
