"""A column's values as an element has them: unit, date form, codes, type; and which could not be.

Every value either becomes a value of the element, inside its range and its code list, or is left out
and counted with the reason: nothing is guessed. Arithmetic is that of doubles; a column whose unit is
the element's keeps its numbers as they are.

This looks at values and so belongs into the sandbox.
"""

from __future__ import annotations

from collections.abc import Mapping as Mapped
from dataclasses import dataclass, field

import polars as pl

from dure.datasets.elements.dates import DATES, FORMS
from dure.datasets.elements.element import Element
from dure.datasets.elements.facts import kind_of
from dure.datasets.elements.mapping import ColumnMapping, unit_name
from dure.datasets.elements.units import change

POLARS: Mapped[str, pl.DataType] = {
    "text": pl.String(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "datetime": pl.Datetime("us"),
}
"""Type of an element -> polars type of its values."""

ARROW: Mapped[str, str] = {
    "text": "string",
    "integer": "int64",
    "number": "double",
    "boolean": "bool",
    "date": "date32[day]",
    "datetime": "timestamp[us]",
}
"""Type of an element -> its name in Arrow."""

_TRUE = ("1", "y", "yes", "true", "t", "예", "유", "o", "여")
_FALSE = ("0", "n", "no", "false", "f", "아니오", "무", "x", "부")
_GROUPED = r"^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$"
_PLAIN = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
_EXACT = 2.0**53


@dataclass(frozen=True, slots=True)
class Converted:
    """Values of an element, and the rows in which there was something that could not become one.

    Parameters
    ----------
    values
        As long as the column.
    present
        How many rows had a value.
    faults
        Code of `dure.datasets.elements.reasons.FAULTS` -> mask of its rows.
    """

    values: pl.Series
    present: int
    faults: dict[str, pl.Series] = field(default_factory=dict)


def convert(column: pl.Series, mapping: ColumnMapping, element: Element) -> Converted:
    """Return a column's values as the element has them.

    Parameters
    ----------
    column
        The values.
    mapping
        What the steward says of them.
    element
        What they are to be.

    Examples
    --------
    >>> found = convert(pl.Series(["20260131", "soon"]),
    ...     ColumnMapping(column="d", element="YMD", form="YYYYMMDD"),
    ...     Element(id="YMD", en="date", type="date"))
    >>> found.values.to_list(), found.faults["type"].to_list()
    ([datetime.date(2026, 1, 31), None], [False, True])
    """
    given = _without_missing(column, mapping.missing)
    there = given.is_not_null()
    made = _MAKERS[element.type](given, mapping, element).cast(POLARS[element.type], strict=False)
    faults: dict[str, pl.Series] = {}
    wrong = there & made.is_null()
    if wrong.any():
        faults["codes" if element.codes else "type"] = wrong
    for code, outside in (("range", _outside(made, element)), ("length", _long(made, element))):
        if outside is not None and outside.any():
            faults[code] = outside
            made = made.zip_with(~outside, pl.Series([None], dtype=made.dtype))
    return Converted(made.alias(element.id), int(there.sum()), faults)


def _without_missing(column: pl.Series, missing: tuple[str, ...]) -> pl.Series:
    """Return the values without those that stand for none."""
    if column.dtype == pl.String:
        column = column.str.strip_chars()
        listed = pl.Series([text.casefold() for text in missing], dtype=pl.String)
        gone = (column == "") | column.str.to_lowercase().is_in(listed.implode())
    elif column.dtype.is_numeric():
        numbers = pl.Series(missing, dtype=pl.String).cast(pl.Float64, strict=False).drop_nulls()
        gone = column.cast(pl.Float64, strict=False).is_in(numbers.implode())
    else:
        return column
    return column.zip_with(~gone.fill_null(value=False), pl.Series([None], dtype=column.dtype))


def _number(column: pl.Series, mapping: ColumnMapping, element: Element) -> pl.Series:
    found = _plain_number(column, whole=element.type == "integer")
    to = change(unit_name(mapping.unit) or element.unit, element.unit)
    if to is not None and not to.is_none:
        found = found.cast(pl.Float64, strict=False) * float(to.factor) + float(to.offset)
    if found.dtype.is_float():
        found = found.set(~found.is_finite().fill_null(value=True), None)
    if element.type == "integer" and found.dtype.is_float():
        whole = found.round(0)
        near = (found - whole).abs() <= 1e-9 * whole.abs().clip(1.0, None)
        found = whole.set(~(near & (whole.abs() <= _EXACT)).fill_null(value=True), None)
    return found


def _plain_number(column: pl.Series, *, whole: bool) -> pl.Series:
    kind = kind_of(column.dtype)
    if kind in ("integer", "number"):
        return column.cast(pl.Float64, strict=False) if column.dtype.is_decimal() else column
    if kind in ("date", "datetime") and whole:  # the year, where a date stands for one
        first = (column.dt.month() == 1) & (column.dt.day() == 1)
        return column.dt.year().set(~first.fill_null(value=True), None)
    if kind != "text":
        return _none(column, pl.Float64())
    grouped = column.str.contains(_GROUPED)
    bare = column.str.replace_all(",", "", literal=True).zip_with(
        grouped.fill_null(value=False), column
    )
    bare = bare.set(~bare.str.contains(_PLAIN).fill_null(value=True), None)
    digits = bare.str.strip_chars_start("+")
    if whole and bool(digits.str.contains(r"^-?[0-9]+$").fill_null(value=True).all()):
        return digits.cast(pl.Int64, strict=False)
    return digits.cast(pl.Float64, strict=False)


def _boolean(column: pl.Series, mapping: ColumnMapping, element: Element) -> pl.Series:
    del mapping, element
    if column.dtype == pl.Boolean:
        return column
    if kind_of(column.dtype) not in ("integer", "number", "text"):
        return _none(column, pl.Boolean())
    texts = _as_text(column).str.to_lowercase()
    known = {**dict.fromkeys(_TRUE, True), **dict.fromkeys(_FALSE, False)}
    return texts.replace_strict(known, default=None, return_dtype=pl.Boolean)


def _moment(column: pl.Series, mapping: ColumnMapping, element: Element) -> pl.Series:
    kind = kind_of(column.dtype)
    if kind == "date":
        return column
    if kind == "datetime":
        return _whole_days(_utc(column), element)
    if kind not in ("integer", "text"):
        return _none(column, POLARS[element.type])
    form = mapping.form or ("YYYY-MM-DD" if element.type == "date" else "YYYY-MM-DD HH:MI:SS")
    to = pl.Date() if form in DATES else pl.Datetime("us")
    texts = _as_text(column)
    found = texts.str.strptime(to, FORMS[form], strict=False, exact=True)
    return _whole_days(found, element) if found.dtype != pl.Date else found


def _utc(column: pl.Series) -> pl.Series:
    """Return times without a zone: those that have one as UTC."""
    zone = getattr(column.dtype, "time_zone", None)
    bare = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if zone else column
    return bare.dt.cast_time_unit("us")


def _whole_days(column: pl.Series, element: Element) -> pl.Series:
    """Return times as they are, or only those that are whole days where an element is a date."""
    if element.type == "datetime":
        return column
    midnight = column == column.dt.truncate("1d")
    return column.set(~midnight.fill_null(value=True), None)


def _text(column: pl.Series, mapping: ColumnMapping, element: Element) -> pl.Series:
    texts = _as_text(column)
    if not element.codes:
        return texts
    known = {name.casefold(): one.code for one in element.codes for name in one.names}
    known |= {one.code.casefold(): one.code for one in element.codes}
    for pair in mapping.codes:
        value, _, code = pair.partition("=")
        known[value.strip().casefold()] = code.strip()
    return texts.str.to_lowercase().replace_strict(known, default=None, return_dtype=pl.String)


def _as_text(column: pl.Series) -> pl.Series:
    """Return values as texts, whole numbers without a point."""
    if column.dtype == pl.String:
        return column
    if column.dtype.is_float():
        whole = (column == column.round(0)) & (column.abs() <= _EXACT)
        if bool(whole.fill_null(value=True).all()):
            return column.cast(pl.Int64, strict=False).cast(pl.String)
    return column.cast(pl.String)


def _none(column: pl.Series, dtype: pl.DataType) -> pl.Series:
    return pl.Series(column.name, [None] * len(column), dtype=dtype)


def _outside(values: pl.Series, element: Element) -> pl.Series | None:
    if not (element.least or element.most):
        return None
    outside = pl.Series([False]).new_from_index(0, len(values))
    numbers = values.cast(pl.Float64)
    if element.least:
        outside |= numbers < float(element.least)
    if element.most:
        outside |= numbers > float(element.most)
    return outside.fill_null(value=False)


def _long(values: pl.Series, element: Element) -> pl.Series | None:
    if element.type != "text" or not element.length or element.codes:
        return None
    return (values.str.len_chars() > element.length).fill_null(value=False)


_MAKERS = {
    "text": _text,
    "integer": _number,
    "number": _number,
    "boolean": _boolean,
    "date": _moment,
    "datetime": _moment,
}
