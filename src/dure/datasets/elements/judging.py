"""What a column's values say of an element: signs for it and against it, or that they can't be its.

Names propose, values judge. A value that the element can't have refuses it: another type, numbers out of
its range in every unit, texts that are no codes of its list. What is left are **signs**, each of which
weighs in the confidence (`dure.datasets.elements.confidence`): values that are codes of its list or
have its form speak for it; numbers where names are expected, or few small whole numbers where a measure
is expected (they number classes), speak against it.
"""

from __future__ import annotations

from dataclasses import dataclass

from dure.datasets.elements import units
from dure.datasets.elements.element import Element
from dure.datasets.elements.facts import ColumnFacts

SIGNS = (
    "boolean", "form", "timed", "years", "codes", "some-codes", "numbered",
    "unit", "customary", "scaled", "bounded", "steps", "narrow", "digits", "pair", "identifier", "few", "constant", "many", "short-name", "short-code", "long-code", "texts",
)  # fmt: skip
"""Every sign that values may give."""

_CODED, _FEW_CODED = 0.9, 0.5
_MANY_ROWS = 30
_STEPS = 10
_CLASSES = 15
_MANY_VALUES, _WIDE = 15, 20
_NARROW = 0.05
_SHORT = 3
_QUOTES = "\"' "
_CUSTOMARY = frozenset(
    {
        ("degF", "degC"), ("lb", "kg"), ("g", "kg"), ("in", "cm"), ("ft", "m"), ("m", "km"),
        ("mi", "km"), ("m", "cm"), ("mph", "m/s"), ("mph", "km/h"), ("kn", "m/s"), ("mpg", "km/L"),
        ("in3", "L"), ("cm3", "L"), ("lb", "t"), ("mi2", "km2"), ("in", "mm"), ("cm", "mm"),
        ("%", "1"), ("1", "%"),
    }
)  # fmt: skip
"""Pairs of units, given and wanted, of which the first is as usual as the second."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An element held against a column's values.

    Parameters
    ----------
    signs
        What the values say; some of `SIGNS`.
    reasons
        Codes of `dure.datasets.elements.reasons.WHY`.
    unit
        The unit that the values seem to have, "" for none.
    """

    signs: frozenset[str] = frozenset()
    reasons: tuple[str, ...] = ()
    unit: str = ""


def is_short(column: ColumnFacts) -> bool:
    """Say whether a column's texts are as short as codes are, and more than two."""
    if column.kind != "text" or column.distinct <= 2:
        return False
    rows = sum(column.texts.values())
    short = sum(count for text, count in column.texts.items() if len(text.strip(_QUOTES)) <= _SHORT)
    return short >= _CODED * rows


def judge(
    element: Element, column: ColumnFacts, unit: units.Unit | None, *, has_code: bool = False
) -> Judged | None:
    """Return what the values say of an element; None when they can't be its.

    Parameters
    ----------
    element
        The element.
    column
        Facts of the column.
    unit
        The unit that the column's name ends with, if any.
    has_code
        Whether another element is the code of what this one names.
    """
    known = unit is not None and element.unit in units.UNITS
    if known and unit is not None and units.change(unit.name, element.unit) is None:
        return None
    if element.type == "boolean":
        return _told("boolean", "form") if column.is_binary else None
    if element.type in ("date", "datetime"):
        return _judge_date(element, column)
    if element.type in ("integer", "number"):
        return _judge_number(element, column, unit)
    if element.codes:
        return _judge_codes(element, column)
    return _judge_text(element, column, has_code=has_code)


def names_a_code(element: Element, name: str) -> bool:
    """Say whether a column is named after one of an element's two codes (``female``: sex)."""
    if len(element.codes) != 2 or len(name) < 3:
        return False
    known = {text.casefold() for code in element.codes for text in code.names}
    return name in known or sum(text.startswith(name) for text in known) == 1


def _told(sign: str, *reasons: str) -> Judged:
    return Judged(frozenset({sign}), reasons)


def _judge_date(element: Element, column: ColumnFacts) -> Judged | None:
    if column.kind not in ("date", "datetime") and not column.form:
        return None
    timed = (column.kind == "datetime" or "HH" in column.form) and not column.daily
    if timed and element.type == "date":
        return None
    signs = {"form"} | ({"timed"} if timed != (element.type == "datetime") else set())
    return Judged(frozenset(signs), ("form",))


def _judge_number(element: Element, column: ColumnFacts, unit: units.Unit | None) -> Judged | None:
    if column.kind in ("date", "datetime"):
        is_year = column.years and element.least and float(element.least) >= 1000
        return _told("years", "form") if is_year else None
    if column.kind not in ("integer", "number") and not column.numeric:
        return None
    if element.type == "integer" and column.kind == "number" and not column.whole:
        return None
    if column.form and column.kind == "integer":
        return None
    if column.is_binary and (element.type == "number" or not _is_small(element)):
        return None
    fitting = _fitting_unit(element, column, unit)
    if fitting is None or (unit is None and not _is_usual(fitting, element.unit)):
        return None
    return _number_told(element, column, unit, fitting)


def _is_usual(unit: str, wanted: str) -> bool:
    return unit in ("", wanted) or (unit, wanted) in _CUSTOMARY


def _number_told(
    element: Element, column: ColumnFacts, unit: units.Unit | None, fitting: str
) -> Judged | None:
    signs, reasons = set[str](), list[str]()
    if _is_scaled(element, column):
        if column.low >= 0 and _is_wide(element):
            return None
        signs.add("scaled")
    if element.least and element.most:
        signs.add("bounded")
        reasons.append("range")
        signs |= _filled(element, column, fitting)
    if unit is not None and element.unit:
        signs.add("unit")
        reasons.append("unit")
    elif fitting and fitting != element.unit:
        signs.add("customary")
        reasons.append("guessed-unit")
    if (
        element.type == "number"
        and column.whole
        and 2 < column.distinct <= _STEPS
        and column.present >= _MANY_ROWS
        and column.low >= -_STEPS
        and column.high <= 2 * _STEPS
    ):
        signs.add("steps")
    return Judged(frozenset(signs), tuple(reasons), fitting)


def _filled(element: Element, column: ColumnFacts, fitting: str) -> set[str]:
    """Return the sign of values that use very little of a range."""
    to = units.change(fitting, element.unit)
    factor, offset = (float(to.factor), float(to.offset)) if to else (1.0, 0.0)
    least, most = float(element.least), float(element.most)
    low, high = sorted((factor * column.low + offset, factor * column.high + offset))
    if element.type == "integer" or most <= least:
        return set()
    return {"narrow"} if high - low < _NARROW * (most - least) else set()


def _is_scaled(element: Element, column: ColumnFacts) -> bool:
    """Say whether many values lie between -1 and 1, as scaled ones do, and the element is no share."""
    if column.whole or column.distinct < _MANY_VALUES or element.unit in ("1", "%"):
        return False
    if element.most and float(element.most) <= 1:
        return False
    return column.low >= -1 and 0 < column.high <= 1


def _is_wide(element: Element) -> bool:
    """Say whether an element's range is so wide that values between 0 and 1 are none of its."""
    return bool(
        element.least and element.most and float(element.most) - float(element.least) >= _WIDE
    )


def _is_small(element: Element) -> bool:
    return bool(element.most) and float(element.most) <= 60


def _fitting_unit(element: Element, column: ColumnFacts, unit: units.Unit | None) -> str | None:
    """Return the unit in which the values lie in the range; None when there is none."""
    if unit is not None and element.unit:
        tried: tuple[str, ...] = (unit.name,)
    else:
        others = units.alike(element.unit)
        tried = (
            element.unit,
            *(name for name in others if (name, element.unit) in _CUSTOMARY),
            *(name for name in others if (name, element.unit) not in _CUSTOMARY),
        )
    for name in tried:
        to = units.change(name, element.unit)
        if to is None:
            return element.unit
        if unit is None and not 1e-3 <= to.factor <= 1e3:
            continue
        ends = sorted(
            float(to.factor) * value + float(to.offset) for value in (column.low, column.high)
        )
        slack = 1e-9 * max(map(abs, ends))
        above = not element.least or ends[0] >= float(element.least) - slack
        below = not element.most or ends[1] <= float(element.most) + slack
        if above and below:
            return name
    return None


def _judge_text(element: Element, column: ColumnFacts, *, has_code: bool) -> Judged | None:
    if column.kind in ("date", "datetime", "boolean") or (column.form and column.kind == "text"):
        return None
    if column.kind == "number" and not column.whole:
        return None
    if element.length and column.longest > element.length:
        return None
    if column.is_binary and column.kind == "text":
        return None
    english = element.en.casefold()
    is_number = column.kind in ("integer", "number") or column.numeric
    if is_number:
        return _judge_digits(element, column)
    if is_short(column) and english.endswith(" name") and has_code:
        return None
    signs = set[str]()
    short = is_short(column)
    if english.endswith(" code"):
        signs |= {"short-code"} if short else set()
        signs |= {"long-code"} if column.longest > 8 else set()
    elif short:
        signs.add("short-name")
    if column.distinct <= 2 and column.present >= _MANY_ROWS:
        signs.add("few" if column.distinct == 2 else "constant")
    elif not short:
        signs.add("texts")
    return Judged(frozenset(signs))


def _judge_digits(element: Element, column: ColumnFacts) -> Judged | None:
    """Return what whole numbers say of a text: identifiers or classes; a name is no number.

    Two numbers may tell two groups apart, whatever the groups are called.
    """
    if column.distinct <= 2:
        return _told("pair")
    if element.id.endswith("_NM") or element.ko.endswith("명") or element.en.endswith("name"):
        return None
    if _may_be_number(element):
        return _told("identifier")
    return Judged(frozenset({"digits"} | ({"many"} if column.distinct > _CLASSES else set())))


def _may_be_number(element: Element) -> bool:
    """Say whether a text is an identifier or a code, which may consist of digits."""
    ends = ("id", "no", "cd", "number", "code", "번호", "코드", "identifier", "identity")
    return any(
        name.casefold().replace("_", " ").endswith(ends)
        for name in (element.id, element.en, element.ko)
    )


def _judge_codes(element: Element, column: ColumnFacts) -> Judged | None:
    known = {text.casefold() for code in element.codes for text in (code.code, *code.names)}
    rows = sum(column.texts.values())
    held = sum(count for text, count in column.texts.items() if text in known)
    if rows and held >= _CODED * rows:
        return _told("codes", "codes")
    numbered = column.kind == "integer" and column.low >= 0 and column.high <= len(element.codes)
    if numbered and column.distinct > 1:  # 1 and 2 for two codes: which is which, a person says
        return _told("numbered")
    return _told("some-codes") if rows and held >= _FEW_CODED * rows else None
