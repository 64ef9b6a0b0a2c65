"""What a column seems to mean: its unit, its part in a track or a series, how its values are written.

All of it is told and none of it changes a value. Every word comes from a fixed list, since whoever says
it may have been taken over by the bytes.
"""

from __future__ import annotations

import re

import pyarrow as pa

from dure.readers.codes import Codes
from dure.readers.told import NOT_AVAILABLE, ROLES, TIME, UNITS

_BY_WORD = {word: unit for unit, words in UNITS.items() for word in words}
_BRACKETS = re.compile(r"[(\[（［]\s*([^()\[\]（）［］]{1,12}?)\s*[)\]）］]\s*$")
_AFTER = re.compile(r"_([A-Za-z]{1,7})$")
_SHORT = frozenset(("a", "d", "g", "h", "l", "m", "s", "t", "v", "min", "deg"))
_PLAIN = _SHORT - {"m", "s", "min", "deg"}
"""Words that after an underscore are as often something else: plan_a, orig_h."""

_EPOCH = re.compile(
    r"(time|timestamp|last_?position|seen|ts|epoch|unix_?time)(_?(s|sec|ms))?", re.IGNORECASE
)
_BOUNDS = {"latitude": 91.0, "longitude": 181.0}


def described(
    name: str,
    kind: pa.DataType,
    nulls: int,
    codes: Codes,
    written: str = "",
    would_be: str = "",
) -> dict[str, object]:
    """Return what is known about one column, as plain values.

    Parameters
    ----------
    name, kind, nulls
        Of the column.
    codes
        What was found among its values.
    written
        Word for a form that gives no type of its own.
    would_be
        Type that it would have if words for "missing" were no values; "" when that changes nothing.
    """
    role = role_of(name, kind, codes.least, codes.most)
    own = NOT_AVAILABLE.get(role, {}).get(codes.most or 0.0)
    meaning = {
        "unit": unit_of(name),
        "role": role,
        "written": written,
        "codes": [*codes.found(), *([own] if own else [])],
        "would_be": would_be,
    }
    told = {word: value for word, value in meaning.items() if value}
    return {"name": name, "type": str(kind), "nulls": nulls, **told}


def unit_of(name: str) -> str:
    """Return the unit that a column's name states, or "".

    Examples
    --------
    >>> unit_of("단가 (원)"), unit_of("speed_kn"), unit_of("배수량[t]"), unit_of("plan_a")
    ('KRW', 'kn', 't', '')
    """
    found = _BRACKETS.search(name)
    if found:
        return _BY_WORD.get(found[1].lower(), "")
    found = _AFTER.search(name)
    return _BY_WORD.get(found[1].lower(), "") if found and found[1].lower() not in _PLAIN else ""


def role_of(name: str, kind: pa.DataType, least: float | None, most: float | None) -> str:
    """Return the part that a column plays in a track or a series, or "".

    Parameters
    ----------
    name, kind
        Of the column.
    least, most
        Its smallest and largest number, where they are known.

    Examples
    --------
    >>> role_of("LAT", pa.float64(), 33.1, 38.9), role_of("lat", pa.float64(), 0.0, 400.0)
    ('latitude', '')
    >>> role_of("sog_kn", pa.float64(), 0.0, 21.5)
    'speed'
    """
    is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    if pa.types.is_timestamp(kind) or (is_number and _EPOCH.fullmatch(name)):
        return TIME
    plain = (_AFTER.sub("", name) if unit_of(name) else name).strip()
    plain = _BRACKETS.sub("", plain).strip()
    role = next((role for role, words in ROLES.items() if words.fullmatch(plain)), "")
    if role in _BOUNDS and least is not None and most is not None:
        bound = _BOUNDS[role]
        return role if -bound <= least <= most <= bound else ""
    return role if is_number or role == "identity" else ""
