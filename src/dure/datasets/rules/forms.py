"""The kinds of rules, each with what it is told: pure values that a contract file holds.

A value that is missing breaks ``not-null`` and ``null-share`` alone; every other kind looks at what is
there. A number that is none (NaN) is inside no range and in no relation.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args

import msgspec

from dure.core.text import is_unseen

MAX_VALUES = 1_000
MAX_PATTERN_CHARACTERS = 500
NAME_CHARACTERS = 255
WHY_CHARACTERS = 500
MAX_WHOLE = 2**64 - 1

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_CHARACTERS)]
Names = Annotated[tuple[Name, ...], msgspec.Meta(min_length=1, max_length=16)]
Words = Annotated[str, msgspec.Meta(max_length=WHY_CHARACTERS)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Family = Literal["integer", "number", "boolean", "date", "datetime", "time", "text"]
FAMILIES: tuple[str, ...] = get_args(Family)
Comparison = Literal["<", "<=", "==", "!=", ">=", ">"]
Bound = int | float | dt.date | dt.datetime


class ContractRule(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"
):
    """What every rule may have.

    Parameters
    ----------
    id
        Its name; "" means one made of its kind and columns.
    why_en, why_ko
        Why the rule is there, for whoever edits the contract.
    """

    id: Annotated[str, msgspec.Meta(max_length=NAME_CHARACTERS)] = ""
    why_en: Words = ""
    why_ko: Words = ""

    @property
    def kind(self) -> str:
        """Its kind, as the file writes it."""
        return str(self.__struct_config__.tag)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that it speaks of."""
        return ()

    def __post_init__(self) -> None:
        shown = (self.id, self.why_en, self.why_ko, *self.names)
        if any(map(is_unseen, "".join(shown).replace("\n", " "))):
            raise ValueError("unseen")
        if len(set(self.names)) != len(self.names):
            raise ValueError("columns")


class _OfColumn(ContractRule, frozen=True, kw_only=True):
    column: Name

    @property
    def names(self) -> tuple[str, ...]:
        """Its column."""
        return (self.column,)


class NotNull(_OfColumn, frozen=True, kw_only=True, tag="not-null"):
    """Every row has a value."""


class NullShare(_OfColumn, frozen=True, kw_only=True, tag="null-share"):
    """At most this share of the rows has no value."""

    max: Share


class OfType(_OfColumn, frozen=True, kw_only=True, tag="type"):
    """The column is of a family of types; ``number`` holds ``integer`` too."""

    type: Family


class Within(_OfColumn, frozen=True, kw_only=True, tag="range"):
    """Every value is between two bounds, which are included: numbers, dates or times.

    A date as the upper bound of a column of times includes that whole day.
    """

    min: Any = None
    max: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        given = [bound for bound in (self.min, self.max) if bound is not None]
        if not given or not all(map(_is_bound, given)) or not _in_order(given):
            raise ValueError("bounds")


class Length(_OfColumn, frozen=True, kw_only=True, tag="length"):
    """Every text has between so many and so many characters, both included."""

    min: Count = 0
    max: Count | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not _in_order([self.min, *([] if self.max is None else [self.max])]):
            raise ValueError("bounds")


class Pattern(_OfColumn, frozen=True, kw_only=True, tag="pattern"):
    """Every text matches a regular expression (RE2) from its first to its last character."""

    pattern: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_PATTERN_CHARACTERS)]

    def __post_init__(self) -> None:
        super().__post_init__()
        if any(char in "\0\n\r" for char in self.pattern) or not _compiles(self.pattern):
            raise ValueError("pattern")

    @property
    def whole(self) -> str:
        """The expression, held to the first and the last character."""
        return _whole(self.pattern)


class Allowed(_OfColumn, frozen=True, kw_only=True, tag="allowed"):
    """Every value is one of a code list: texts, whole numbers or truth values."""

    values: Annotated[tuple[Any, ...], msgspec.Meta(min_length=1, max_length=MAX_VALUES)]

    def __post_init__(self) -> None:
        super().__post_init__()
        kinds = {type(value) for value in self.values}
        if len(kinds) != 1 or not kinds <= {str, int, bool}:
            raise ValueError("values")
        if kinds == {int} and not all(-(2**63) <= value <= MAX_WHOLE for value in self.values):
            raise ValueError("values")
        if kinds == {str} and sum(map(len, self.values)) > 1 << 18:
            raise ValueError("values")


class Unique(ContractRule, frozen=True, kw_only=True, tag="unique"):
    """No two rows have the same values in these columns together; rows with a gap don't count."""

    columns: Names

    @property
    def names(self) -> tuple[str, ...]:
        """Its columns."""
        return self.columns


class Relation(ContractRule, frozen=True, kw_only=True, tag="relation"):
    """In every row that has both values, one stands so to the other."""

    left: Name
    is_: Comparison = msgspec.field(name="is")
    right: Name

    @property
    def names(self) -> tuple[str, ...]:
        """Left and right."""
        return (self.left, self.right)


class ForeignKey(ContractRule, frozen=True, kw_only=True, tag="foreign-key"):
    """Every value, or combination of values, is in those columns of another table."""

    columns: Names
    table: Name
    keys: Names

    @property
    def names(self) -> tuple[str, ...]:
        """Its columns, in the table that is checked."""
        return self.columns

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.columns) != len(self.keys) or len(set(self.keys)) != len(self.keys):
            raise ValueError("columns")


class RowCount(ContractRule, frozen=True, kw_only=True, tag="row-count"):
    """The table has between so many and so many rows, both included."""

    min: Count = 0
    max: Count | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not _in_order([self.min, *([] if self.max is None else [self.max])]):
            raise ValueError("bounds")


AnyRule = (
    NotNull
    | NullShare
    | OfType
    | Within
    | Length
    | Pattern
    | Allowed
    | Unique
    | Relation
    | ForeignKey
    | RowCount
)
KINDS: tuple[str, ...] = tuple(str(kind.__struct_config__.tag) for kind in get_args(AnyRule))


def _is_bound(value: object) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return -(2**63) <= value <= MAX_WHOLE
    return isinstance(value, dt.date) or (isinstance(value, float) and math.isfinite(value))


def _in_order(bounds: Sequence[Any]) -> bool:
    numbers = all(isinstance(one, int | float) for one in bounds)
    if not numbers and len({type(one) for one in bounds}) != 1:
        return False
    try:
        return bool(bounds[0] <= bounds[-1])
    except TypeError:  # one time has a zone, the other none
        return False


def _whole(pattern: str) -> str:
    return rf"\A(?:{pattern})\z"


_REPEAT = re.compile(r"\{[0-9]{4,}")


def _compiles(pattern: str) -> bool:
    """Say whether both engines that may meet the expression take it: RE2, and polars' own."""
    import polars as pl
    import pyarrow as pa
    import pyarrow.compute as pc

    if _REPEAT.search(pattern):
        return False
    try:
        for form in (pattern, _whole(pattern)):
            pc.match_substring_regex(pa.array([""]), form)
            pl.Series([""]).str.contains(form)
    except (pa.ArrowInvalid, pl.exceptions.ComputeError):
        return False
    return True
