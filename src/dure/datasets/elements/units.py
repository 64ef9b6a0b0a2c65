"""Units of measure: which can be changed into which, and by how much, exactly.

Each unit is a rational multiple of its dimension's first unit, some with an offset. A unit that is not
here may still stand in an element set; its values are then never converted.

Source
------
BIPM, The International System of Units (SI), 9th edition, tables 2 to 8; NIST SP 811, appendix B.8.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: ``first unit of the dimension = value * factor + offset``."""

    name: str
    dimension: str
    factor: Fraction
    offset: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Change:
    """What takes a value from one unit to another: ``value * factor + offset``."""

    factor: Fraction
    offset: Fraction

    @property
    def is_none(self) -> bool:
        """Whether it leaves values as they are."""
        return self.factor == 1 and not self.offset

    @property
    def back(self) -> Change:
        """What takes it back."""
        return Change(1 / self.factor, -self.offset / self.factor)


_F = Fraction
_SCALES: Mapping[str, tuple[tuple[str, str], ...]] = {
    # dimension: (unit, value in the first)
    "length": (
        ("m", "1"), ("km", "1000"), ("cm", "0.01"), ("mm", "0.001"), ("mi", "1609.344"),
        ("nmi", "1852"), ("ft", "0.3048"), ("in", "0.0254"), ("yd", "0.9144"),
    ),
    "mass": (
        ("kg", "1"), ("g", "0.001"), ("mg", "0.000001"), ("t", "1000"), ("lb", "0.45359237"),
        ("oz", "0.028349523125"),
    ),
    "time": (
        ("s", "1"), ("ms", "0.001"), ("min", "60"), ("h", "3600"), ("d", "86400"),
        ("wk", "604800"), ("a", "31557600"),
    ),
    "speed": (
        ("m/s", "1"), ("km/h", "1000/3600"), ("kn", "1852/3600"), ("mph", "0.44704"),
        ("ft/s", "0.3048"),
    ),
    "pressure": (
        ("Pa", "1"), ("hPa", "100"), ("kPa", "1000"), ("bar", "100000"), ("atm", "101325"),
        ("mmHg", "101325/760"), ("psi", "6894.757293168"),
    ),
    "area": (
        ("m2", "1"), ("km2", "1000000"), ("cm2", "0.0001"), ("ha", "10000"),
        ("mi2", "2589988.110336"), ("acre", "4046.8564224"), ("pyeong", "400/121"),
    ),
    "volume": (
        ("L", "1"), ("mL", "0.001"), ("m3", "1000"), ("cm3", "0.001"), ("gal", "3.785411784"),
        ("in3", "0.016387064"),
    ),
    "economy": (("km/L", "1"), ("mpg", "1.609344/3.785411784")),
    "angle": (("deg", "1"),),
    "ratio": (("1", "1"), ("%", "0.01"), ("permille", "0.001")),
    "energy": (
        ("J", "1"), ("kJ", "1000"), ("kcal", "4184"), ("kWh", "3600000"), ("MWh", "3600000000"),
        ("GWh", "3600000000000"),
    ),
    "power": (("W", "1"), ("kW", "1000"), ("MW", "1000000"), ("hp", "745.69987158227022")),
    "density": (("g/cm3", "1"), ("kg/m3", "0.001")),
    "count": (("person", "1"), ("1000 person", "1000"), ("1000000 person", "1000000")),
    "won": (
        ("KRW", "1"), ("1000 KRW", "1000"), ("10000 KRW", "10000"), ("1000000 KRW", "1000000"),
        ("100000000 KRW", "100000000"),
    ),
    "dollar": (("USD", "1"), ("1000 USD", "1000"), ("1000000 USD", "1000000")),
    "spread": (("/km2", "1"), ("/mi2", "1/2.589988110336")),
}  # fmt: skip


def _fraction(text: str) -> Fraction:
    above, _, below = text.partition("/")
    return _F(above) / _F(below or "1")


UNITS: Mapping[str, Unit] = MappingProxyType(
    {
        name: Unit(name, dimension, _fraction(factor))
        for dimension, scale in _SCALES.items()
        for name, factor in scale
    }
    | {
        "degC": Unit("degC", "temperature", _F(1)),
        "degF": Unit("degF", "temperature", _F(5, 9), _F(-160, 9)),
        "K": Unit("K", "temperature", _F(1), _F("-273.15")),
    }
)
"""Every unit that can be converted, by name."""

_ALIASES = """
m: meter meters metre metres 미터
km: kilometer kilometers kilometre kilometres 킬로미터
cm: centimeter centimeters centimetre centimetres 센티미터
mm: millimeter millimeters millimetre millimetres 밀리미터
mi: mile miles 마일
nmi: nm 해리
ft: foot feet 피트
in: inch inches 인치
yd: yard yards
kg: kgs kilogram kilograms 킬로그램
g: gram grams 그램
mg: milligram milligrams
t: ton tons tonne tonnes 톤
lb: lbs pound pounds 파운드
oz: ounce ounces 온스
s: sec secs second seconds 초
ms: millisecond milliseconds
min: mins minute minutes 분
h: hr hrs hour hours 시간
d: day days 일
wk: week weeks 주
a: year years yr yrs 년
degC: c °c ℃ celsius centigrade 섭씨
degF: f °f ℉ fahrenheit 화씨
K: kelvin
m/s: mps m.s-1
km/h: kph kmh kmph
kn: kt kts knot knots 노트
mph: mi/h
hPa: hpa mb mbar millibar millibars
kPa: kpa
Pa: pa
km2: km² sqkm 제곱킬로미터 ㎢
m2: m² sqm 제곱미터 ㎡
mi2: sqmi
ha: hectare hectares 헥타르
pyeong: 평
L: l liter liters litre litres 리터
mL: ml
gal: gallon gallons
cm3: cc cm³
km/L: km/l kmpl
deg: ° degree degrees 도
%: percent pct 퍼센트 백분율
permille: ‰ 퍼밀
kcal: 칼로리
kWh: kwh
MWh: mwh
person: persons people 명 인
1000 person: 천명
1000000 person: 백만명
KRW: krw won 원
1000 KRW: 천원
10000 KRW: 만원
1000000 KRW: 백만원
100000000 KRW: 억원
USD: usd dollar dollars $
1000 USD: 천달러
/km2: 명/km2 명/㎢
"""
_NAMED: Mapping[str, str] = MappingProxyType(
    {name: name for name in UNITS}
    | {name.casefold(): name for name in UNITS}
    | {
        alias: line.partition(":")[0]
        for line in _ALIASES.strip().splitlines()
        for alias in line.partition(":")[2].split()
    }
)
_AT_THE_END = """
km cm mm ft kg kgs lb lbs oz mph kph kmh kts knots hpa mbar celsius fahrenheit miles feet inches
meters metres pounds kilograms grams hours days years yrs minutes seconds kwh mwh usd krw mins
킬로미터 미터 마일 해리 피트 인치 킬로그램 노트 천원 만원 백만원 억원 섭씨 화씨 퍼센트 km2 m2 ha 헥타르
pct percent
"""
_SPELLED = frozenset(_AT_THE_END.split())
"""What is a unit at the end of a name without brackets: nothing that is a word or a letter elsewhere."""
_BRACKETED = re.compile(r"[(\[（［]\s*([^()\[\]（）［］]{1,20}?)\s*[)\]）］]")
_ENDING = re.compile(r"(.*?[^\W_])[\W_]+(?:in[\W_]+)?([^\W_]+)", re.IGNORECASE)


def unit_named(text: str) -> Unit | None:
    """Return the unit of a name or of a usual way of writing it.

    Examples
    --------
    >>> unit_named("Celsius").name, unit_named("천원").name, unit_named("furlong")
    ('degC', '1000 KRW', None)
    """
    name = _NAMED.get(text) or _NAMED.get(text.casefold().strip())
    return None if name is None else UNITS[name]


def split_name(name: str) -> tuple[str, Unit | None]:
    """Return a column's name without its unit, and the unit.

    Examples
    --------
    >>> bare, unit = split_name("Body Mass (g)")
    >>> bare, unit.name
    ('Body Mass', 'g')
    >>> split_name("temp_min")[1] is None
    True
    """
    for found in _BRACKETED.finditer(name):
        unit = unit_named(found[1])
        if unit is not None:
            return (name[: found.start()] + " " + name[found.end() :]).strip(" _"), unit
    ending = _ENDING.fullmatch(name)
    if ending and ending[2].casefold() in _SPELLED:
        return ending[1], unit_named(ending[2])
    return name, None


def split_end(name: str) -> tuple[str, Unit | None]:
    """Return a name without the unit that its last letters are, and the unit.

    Examples
    --------
    >>> bare, unit = split_end("wtkg")
    >>> bare, unit.name
    ('wt', 'kg')
    >>> split_end("kg")[1] is None
    True
    """
    folded = name.casefold()
    ends = [end for end in _SPELLED if folded.endswith(end) and len(end) + 2 <= len(name)]
    if not ends or not name.isalpha():
        return name, None
    end = max(ends, key=len)
    return name[: -len(end)], unit_named(end)


def change(given: str, wanted: str) -> Change | None:
    """Return what takes values of one unit to another; None when nothing does.

    Examples
    --------
    >>> found = change("degF", "degC")
    >>> found.factor * 212 + found.offset
    Fraction(100, 1)
    >>> change("kg", "m") is None, change("furlong", "furlong").is_none
    (True, True)
    """
    if given == wanted:
        return Change(_F(1), _F(0))
    first, second = UNITS.get(given), UNITS.get(wanted)
    if first is None or second is None or first.dimension != second.dimension:
        return None
    return Change(first.factor / second.factor, (first.offset - second.offset) / second.factor)


def alike(unit: str) -> tuple[str, ...]:
    """Return the other units of its dimension."""
    known = UNITS.get(unit)
    if known is None:
        return ()
    return tuple(
        name for name, one in UNITS.items() if one.dimension == known.dimension and name != unit
    )
