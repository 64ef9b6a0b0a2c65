"""Released statistics: what a document may say of the values in its columns, and nothing else.

A document always names its columns, their types and the number of rows. When the steward asks for it
at import (``--with-ranges``), it also carries the block ``dure:releasedStatistics``, from which
dummy data become more like the real. It is metadata: whoever may read the document reads it. So each
of its parts has to be safe to show beside the real data, and is there only when it is:

``nulls``
    Share of rows without a value, to two digits, in steps of ten rows or more. Fewer than ten such
    rows are released as none; fewer than ten rows *with* a value as all, and the column has no other
    part then.
``codes``
    All values of the column, when there are few (`MOST_CODES`) and every one of them stands in ten
    rows or more. One value that stands in fewer hides the list, so no list tells of a rare value.
    No code has a count or a share.
``range``
    The tenth smallest and tenth largest value, rounded outward to two digits of their distance, or
    to whole months or years: never an extreme value, which is one row's own.
``format``, ``shapes``, ``letters``, ``length``
    How texts are written: a date format that every value has; patterns in which each letter and digit
    is replaced by its kind, each of ten rows or more; kinds of letters found in ten rows or more;
    lengths, with the ten shortest and longest left out, rounded. Never a piece of text.
``places``, ``step_s``
    Decimals of numbers and the grain of times, that of all rows but fewer than ten.
``unique``
    That no value stands twice: a fact of the column's design (a key).

Ten is the least cell of every gate of this house. It protects rows, not people: one person who stands
in ten rows is not hidden, and a column that lists few people by name would be released as codes. The
steward is shown the block (``dure datasets show``) and decides by importing. Versions of a data set
released one after the other can be subtracted from each other: what crosses the limit of ten in
between shows. Formal privacy (noise) is not claimed.

Source
------
A. Hundepool et al., Statistical Disclosure Control, Wiley 2012, chapters 4 and 5 (threshold rule,
rounding); N2SF and the gates of trials for the threshold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from math import isfinite
from typing import Any

import pyarrow as pa

from dure.datasets.context import RELEASED_STATISTICS as TERM
from dure.datasets.dummy.types import arrow_type

OUTPUT = "released.json"
LEAST_ROWS = 10
MOST_CODES = 64
MOST_CODE_CHARACTERS = 200
MOST_SHAPES = 16
MOST_SHAPE_CHARACTERS = 64
MOST_LENGTH = 10_000
MOST_PLACES = 9
VERSION = 1

KINDS = "9Aa가漢"
"""What stands in a shape for a digit, a capital, a small letter, a Hangul syllable, another letter."""

FORMATS = (
    "%Y%m%d",
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m",
    "%Y-%m",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y%m%d%H%M%S",
)
"""Ways of writing a date or a time in a text (the first also in a whole number)."""

TICKS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
"""Ticks of a time's unit in a second."""

STEPS_S = (86_400, 3_600, 60, 1)

_SHARE = re.compile(r"0|1|0\.[0-9]{1,2}")
_MOST_VALUE_CHARACTERS = 400
_TIME_CHARACTERS = len("23:59:59.999999")
_LITERALS = frozenset(" !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_PARTS = frozenset(
    [
        "name",
        "nulls",
        "unique",
        "codes",
        "range",
        "places",
        "step_s",
        "format",
        "shapes",
        "letters",
        "length",
    ]
)


@dataclass(frozen=True, slots=True)
class Released:
    """What is released of one column.

    Parameters
    ----------
    nulls
        Share of rows without a value, from 0 to 1.
    unique
        Whether no value stands twice.
    codes
        The texts of all values, or none.
    range
        Least and greatest value, rounded; dates and times as whole numbers of their unit.
    places
        Decimals of a number.
    step_s
        Seconds of which every time is a multiple, one of `STEPS_S`.
    format
        One of `FORMATS`, or "".
    shapes
        Patterns of texts.
    letters
        Some of `KINDS` and the space: of what other texts consist.
    length
        Least and greatest number of characters.
    """

    nulls: float = 0.0
    unique: bool = False
    codes: tuple[str, ...] = ()
    range: tuple[Any, Any] | None = None
    places: int | None = None
    step_s: int | None = None
    format: str = ""
    shapes: tuple[str, ...] = ()
    letters: str = ""
    length: tuple[int, int] | None = None


class NotReleasedForm(ValueError):  # noqa: N818 (the callers' errors say more)
    """The block has another form; ``reason`` is the code of the words, ``column`` its number."""

    def __init__(self, reason: str, column: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.column = column


def block(columns: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the block of a document, of the columns' parts as the measuring wrote them."""
    return {"version": VERSION, "leastRows": LEAST_ROWS, "columns": columns}


def with_block(document: Mapping[str, Any], released: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with the block, and with the term that makes it plain JSON to JSON-LD."""
    term = {TERM: {"@id": TERM, "@type": "@json"}}
    return {**document, "@context": {**document["@context"], **term}, TERM: dict(released)}


def read_released(document: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, Released]:
    """Return what a document releases, by column; nothing of a column means nothing is known.

    Parameters
    ----------
    document
        A Croissant document.
    fields
        Name and Arrow type of each column.

    Raises
    ------
    NotReleasedForm
        When the block is not as this house writes it.
    """
    given = document.get(TERM)
    if given is None:
        return {}
    if not isinstance(given, Mapping) or given.get("version") != VERSION:
        raise NotReleasedForm("released-form")
    columns = given.get("columns")
    if not isinstance(columns, list):
        raise NotReleasedForm("released-form")
    found: dict[str, Released] = {}
    for number, column in enumerate(columns, 1):
        try:
            name = column["name"]
            _only_once(name, column, found)
            found[name] = _column(column, fields[name])
        except NotReleasedForm as error:
            raise NotReleasedForm(error.reason, number) from error
        except (KeyError, TypeError, ValueError) as error:
            raise NotReleasedForm("released-form", number) from error
    return found


def _only_once(name: str, column: Mapping[str, Any], found: Mapping[str, Released]) -> None:
    if name in found or set(column) - _PARTS:
        raise NotReleasedForm("released-form")


def _column(given: Mapping[str, Any], type_name: str) -> Released:
    kind = arrow_type(type_name)
    if not _SHARE.fullmatch(given["nulls"]):
        raise NotReleasedForm("released-form")
    codes, bounds = given.get("codes", []), given.get("range")
    places, step_s = given.get("places"), given.get("step_s")
    format_, shapes = given.get("format", ""), given.get("shapes", [])
    letters, length = given.get("letters", ""), given.get("length")
    right = (
        type(given.get("unique", False)) is bool
        and isinstance(codes, list) and len(codes) <= MOST_CODES
        and len(set(codes)) == len(codes)
        and (places is None or (type(places) is int and 0 <= places <= MOST_PLACES))
        and (step_s is None or (type(step_s) is int and step_s in STEPS_S))
        and (format_ == "" or format_ in FORMATS)
        and isinstance(shapes, list) and len(shapes) <= MOST_SHAPES and all(map(is_shape, shapes))
        and isinstance(letters, str) and set(letters) <= {*KINDS, " "}
        and (length is None or _is_length(length))
    )  # fmt: skip
    if not right:
        raise NotReleasedForm("released-form")
    bounded = kind if not format_ else pa.date32()
    if format_ and not (pa.types.is_string(kind) or pa.types.is_integer(kind)):
        raise NotReleasedForm("released-form")
    typed(codes, kind)
    return Released(
        nulls=float(given["nulls"]),
        unique=given.get("unique", False),
        codes=tuple(codes),
        range=None if bounds is None else _bounds(bounds, bounded),
        places=places,
        step_s=step_s,
        format=format_,
        shapes=tuple(shapes),
        letters=letters,
        length=None if length is None else (length[0], length[1]),
    )


def _bounds(given: object, kind: pa.DataType) -> tuple[Any, Any]:
    if not isinstance(given, list) or len(given) != 2 or pa.types.is_string(kind):
        raise NotReleasedForm("released-form")
    ends = typed(given, kind)
    if pa.types.is_temporal(kind):
        if kind.bit_width == 32:
            ends = ends.cast(pa.int32())
        ends = ends.cast(pa.int64())
    least, greatest = ends.to_pylist()
    wide = isinstance(greatest, float) and not (isfinite(least) and isfinite(greatest))
    if wide or not least <= greatest:
        raise NotReleasedForm("released-range")
    return least, greatest


def typed(texts: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Return values of a column's type from their texts.

    Raises
    ------
    NotReleasedForm
        When one is no text, or no value of the type.
    """
    if any(type(text) is not str or len(text) > _MOST_VALUE_CHARACTERS for text in texts):
        raise NotReleasedForm("released-form")
    try:
        if pa.types.is_time(kind):  # Arrow reads none
            return pa.array([time.fromisoformat(text[:_TIME_CHARACTERS]) for text in texts], kind)
        return pa.array(texts, pa.string()).cast(kind)
    except (pa.ArrowException, ValueError, OverflowError) as error:
        raise NotReleasedForm("released-range") from error


def is_shape(given: object) -> bool:
    """Say whether it is a pattern of kinds and signs, without a letter or digit of any text."""
    return (
        isinstance(given, str)
        and 0 < len(given) <= MOST_SHAPE_CHARACTERS
        and set(given) <= {*KINDS, *_LITERALS}
    )


def _is_length(given: object) -> bool:
    return (
        isinstance(given, list)
        and len(given) == 2
        and all(type(count) is int for count in given)
        and 0 <= given[0] <= given[1] <= MOST_LENGTH
    )
