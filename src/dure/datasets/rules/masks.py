"""For each rule that looks at one row at a time: the polars expression that marks the rows breaking it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, localcontext
from typing import Any

import polars as pl

from dure.datasets.rules.forms import (
    Allowed,
    AnyRule,
    ForeignKey,
    Length,
    NotNull,
    NullShare,
    OfType,
    Pattern,
    Relation,
    Unique,
    Within,
)

Schema = Mapping[str, pl.DataType]

_DECIMAL_DIGITS = 38
_NOWHERE = pl.lit(value=False)
_FAMILIES: Mapping[str, str] = {
    "Boolean": "boolean",
    "Date": "date",
    "Datetime": "datetime",
    "Time": "time",
    "String": "text",
}


def family(dtype: pl.DataType) -> str:
    """Return the family of a column's type, "" for one that no rule knows."""
    if dtype.is_integer():
        return "integer"
    if dtype.is_numeric():
        return "number"
    return _FAMILIES.get(type(dtype).__name__, "")


def unfit(rule: AnyRule, schema: Schema) -> str:
    """Return why a rule can't be looked at in such a table: a code of ``UNFIT``, or ""."""
    if not all(name in schema for name in rule.names):
        return "no-column"
    kinds = [family(schema[name]) for name in rule.names]
    fits = True
    match rule:
        case Length() | Pattern():
            fits = kinds == ["text"]
        case Allowed():
            given = {str: "text", int: "integer", bool: "boolean"}[type(rule.values[0])]
            fits = kinds == [given]
        case Within():
            fits = all(
                _is_like(bound, schema[rule.column])
                for bound in (rule.min, rule.max)
                if bound is not None
            )
        case Relation():
            numbers = set(kinds) <= {"integer", "number"}
            fits = numbers or schema[rule.left] == schema[rule.right]
        case _:
            pass
    return "" if fits else "type"


def breaking(rule: AnyRule, schema: Schema) -> pl.Expr | None:
    """Return the expression that is true in the rows that break a rule.

    None for a rule that isn't about single rows. The rule must fit the schema.
    """
    match rule:
        case NotNull() | NullShare():
            return pl.col(rule.column).is_null()
        case Within():
            return _outside(pl.col(rule.column), schema[rule.column], rule.min, rule.max)
        case Length():
            long = pl.lit(value=False) if rule.max is None else _length(rule.column) > rule.max
            return (_length(rule.column) < rule.min) | long
        case Pattern():
            return ~pl.col(rule.column).str.contains(rule.whole)
        case Allowed():
            return ~pl.col(rule.column).is_in(_codes(rule, schema[rule.column]).implode())
        case Relation():
            return _unrelated(rule, schema)
        case _:
            return None


def is_of(rule: OfType, schema: Schema) -> bool:
    """Say whether the column is of the rule's family."""
    found = family(schema[rule.column])
    return found == rule.type or (rule.type == "number" and found == "integer")


def keyed(rule: Unique | ForeignKey) -> pl.Expr:
    """Return the expression that is true where a row has all parts of its key."""
    return pl.all_horizontal(pl.col(name).is_not_null() for name in rule.names)


def _length(column: str) -> pl.Expr:
    return pl.col(column).str.len_chars().cast(pl.Int64)


def _codes(rule: Allowed, dtype: pl.DataType) -> pl.Series:
    values = list(rule.values)
    if dtype.is_integer():
        least, most = _span(dtype)
        values = [value for value in values if least <= value <= most]
    return pl.Series(values, dtype=dtype)


def _span(dtype: pl.DataType) -> tuple[int, int]:
    """Return the least and the greatest value of a type of whole numbers."""
    least, most = pl.select(dtype.min(), most=dtype.max()).row(0)  # type: ignore[attr-defined]
    return int(least), int(most)


def _is_like(bound: Any, dtype: pl.DataType) -> bool:
    if isinstance(bound, dt.datetime):
        zoned = isinstance(dtype, pl.Datetime) and dtype.time_zone is not None
        return isinstance(dtype, pl.Datetime) and zoned == (bound.tzinfo is not None)
    if isinstance(bound, dt.date):
        return isinstance(dtype, pl.Date | pl.Datetime)
    return dtype.is_numeric()


def _outside(column: pl.Expr, dtype: pl.DataType, low: Any, high: Any) -> pl.Expr:
    if dtype.is_integer():
        return _outside_whole(column, dtype, low, high)
    if isinstance(dtype, pl.Decimal):
        return _outside_decimal(column, dtype, low, high)
    if dtype.is_float():
        low, high = _at_least(low), _at_most(high)
    out = column.is_nan() if dtype.is_float() else _NOWHERE
    if isinstance(dtype, pl.Datetime):
        if _is_day(high):
            # The whole of the last day is inside; there is no day after the last of all.
            if high < dt.date.max:
                out |= column >= _moment(high + dt.timedelta(days=1), dtype)
            high = None
        low, high = _moment(low, dtype), _moment(high, dtype)
    if low is not None:
        out |= column < low
    if high is not None:
        out |= column > high
    return out


def _outside_whole(column: pl.Expr, dtype: pl.DataType, low: Any, high: Any) -> pl.Expr:
    """Compare in the column's own type, after the bounds are brought into its span."""
    least, most = _span(dtype)
    low = least if low is None else math.ceil(low)
    high = most if high is None else math.floor(high)
    if low > most or high < least or low > high:
        return column.is_not_null()
    return ~column.is_between(
        pl.lit(max(low, least), dtype=dtype), pl.lit(min(high, most), dtype=dtype)
    )


def _is_day(bound: Any) -> bool:
    return isinstance(bound, dt.date) and not isinstance(bound, dt.datetime)


def _moment(bound: dt.date | None, dtype: pl.Datetime) -> pl.Expr | None:
    """Return a time, or the first moment of a day where the column's clocks are."""
    if bound is None:
        return None
    if isinstance(bound, dt.datetime) and bound.tzinfo is not None:
        return pl.lit(bound.astimezone(dt.UTC)).dt.convert_time_zone(dtype.time_zone or "UTC")
    literal = pl.lit(bound).cast(pl.Datetime("us"))
    if dtype.time_zone is None:
        return literal
    return literal.dt.replace_time_zone(dtype.time_zone, ambiguous="earliest", non_existent="null")


def _outside_decimal(column: pl.Expr, dtype: pl.Decimal, low: Any, high: Any) -> pl.Expr:
    """Compare after the bounds are brought to the column's digits, inwards."""
    out = _NOWHERE
    with localcontext(Context(prec=800)):
        step = Decimal(1).scaleb(-dtype.scale)
        most = Decimal(10) ** (_DECIMAL_DIGITS - dtype.scale) - step
        if low is not None:
            least = Decimal(low).quantize(step, ROUND_CEILING)
            bound = pl.lit(max(min(least, most), -most).quantize(step))
            out |= column.is_not_null() if least > most else column < bound
        if high is not None:
            last = Decimal(high).quantize(step, ROUND_FLOOR)
            bound = pl.lit(max(min(last, most), -most).quantize(step))
            out |= column.is_not_null() if last < -most else column > bound
    return out


def _at_least(bound: float | None) -> float | None:
    """Return the smallest double that is not below the bound."""
    if bound is None:
        return None
    near = float(bound)
    return near if near >= bound else math.nextafter(near, math.inf)


def _at_most(bound: float | None) -> float | None:
    if bound is None:
        return None
    near = float(bound)
    return near if near <= bound else math.nextafter(near, -math.inf)


def _unrelated(rule: Relation, schema: Schema) -> pl.Expr:
    left, right = pl.col(rule.left), pl.col(rule.right)
    kinds = (schema[rule.left], schema[rule.right])
    if kinds[0] != kinds[1]:
        # Whole numbers of two widths are compared exactly, all other mixtures as doubles.
        wide = pl.Int128 if all(kind.is_integer() for kind in kinds) else pl.Float64
        left, right = left.cast(wide), right.cast(wide)
    holds = {
        "<": left < right,
        "<=": left <= right,
        "==": left == right,
        "!=": left != right,
        ">=": left >= right,
        ">": left > right,
    }[rule.is_]
    no_number = _NOWHERE
    for name, kind in zip(rule.names, kinds, strict=True):
        if kind.is_float():
            no_number |= pl.col(name).is_nan()
    both = pl.col(rule.left).is_not_null() & pl.col(rule.right).is_not_null()
    return both & (~holds | no_number)
