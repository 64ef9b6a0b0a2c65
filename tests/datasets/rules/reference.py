"""What each rule means, said the slow way: one row after the other, in plain Python."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from dure.datasets.rules import forms

Columns = dict[str, list[Any]]


def failing(rule: forms.AnyRule, columns: Columns, other: Columns | None = None) -> list[int]:
    """Return the numbers of the rows that break a rule."""
    rows = list(zip(*(columns[name] for name in rule.names), strict=True))
    match rule:
        case forms.NotNull() | forms.NullShare():
            wrong = [row[0] is None for row in rows]
        case forms.Within():
            wrong = [_there(row) and not _inside(row[0], rule.min, rule.max) for row in rows]
        case forms.Length():
            most = math.inf if rule.max is None else rule.max
            wrong = [_there(row) and not rule.min <= len(row[0]) <= most for row in rows]
        case forms.Allowed():
            wrong = [_there(row) and row[0] not in rule.values for row in rows]
        case forms.Relation():
            wrong = [_there(row) and not _stands(row[0], rule.is_, row[1]) for row in rows]
        case forms.Unique():
            counts = Counter(filter(_there, rows))
            wrong = [_there(row) and counts[row] > 1 for row in rows]
        case forms.ForeignKey():
            assert other is not None
            keys = set(zip(*(other[name] for name in rule.keys), strict=True))
            wrong = [_there(row) and row not in keys for row in rows]
        case _:
            raise AssertionError(rule.kind)
    return [number for number, is_wrong in enumerate(wrong, 1) if is_wrong]


def _there(row: Sequence[Any]) -> bool:
    return all(value is not None for value in row)


def _inside(value: Any, low: Any, high: Any) -> bool:
    if isinstance(value, dt.datetime):
        if high is not None and not isinstance(high, dt.datetime):
            high = dt.datetime.combine(high, dt.time.max, value.tzinfo)
        if low is not None and not isinstance(low, dt.datetime):
            low = dt.datetime.combine(low, dt.time.min, value.tzinfo)
    # NaN is neither above nor below, and so not inside
    return (low is None or value >= low) and (high is None or value <= high) and value == value


def _stands(left: Any, sign: str, right: Any) -> bool:
    if left != left or right != right:
        return False
    return {
        "<": left < right,
        "<=": left <= right,
        "==": left == right,
        "!=": left != right,
        ">=": left >= right,
        ">": left > right,
    }[sign]
