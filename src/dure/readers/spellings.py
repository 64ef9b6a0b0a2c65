"""How values are written: the forms that a text column may have all over, and casting it by its form.

Each form has a pattern, which says what it is, and most have a quick way that looks at a whole column
at once. The quick way answers only when the pattern would say the same; otherwise the pattern decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dure.readers.told import SPELLINGS_TOLD

_EXACT = 2**53
_DIGITS = r"^-?[0-9]+$"
_FIRST, _LAST, _ZERO = ord("-"), ord("9"), ord("0")
"""Hyphen, full stop, slash and the digits lie between these two; no cast below takes a slash."""

Quick = Callable[[pa.Array], pa.Array | None]


@dataclass(frozen=True, slots=True)
class Spelling:
    """A form of values, and the type that it gives.

    Parameters
    ----------
    pattern
        RE2 pattern that each value has.
    type
        Of the column; text for a form that is only told to people.
    written
        Word for such a form, of `WRITTEN`.
    sign
        What the first value must hold besides.
    quick
        Returns the column cast when every value certainly has the form; None says nothing.
    """

    pattern: str
    type: pa.DataType
    written: str = ""
    sign: str = ""
    quick: Quick | None = None
    _first: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_first", re.compile(self.pattern))

    def fits(self, value: str) -> bool:
        """Say whether the first value of a column lets it have the form."""
        return self.sign in value and self._first.fullmatch(value) is not None

    def cast(self, values: pa.Array) -> pa.Array | None:
        """Return the column cast when every value has the form, else None."""
        if self.quick is not None:
            found = self.quick(values)
            if found is not None:
                return found
        if not pc.all(pc.match_substring_regex(values, self.pattern)).as_py():
            return None
        try:
            return as_type(values, self.type)
        except pa.ArrowInvalid:
            return None


def as_type(values: pa.Array, kind: pa.DataType) -> pa.Array:
    """Cast text to the type of a form that it has.

    Raises
    ------
    pyarrow.ArrowInvalid
        When a value does not have the form.
    """
    if pa.types.is_string(kind):
        return values
    if pa.types.is_floating(kind):
        try:
            return pc.cast(values, kind)
        except pa.ArrowInvalid:
            # Arrow takes no explicit plus sign.
            values = pc.replace_substring_regex(values, r"^\+", "")
    return pc.cast(values, kind)


def doubles_hold(values: pa.Array, numbers: pa.Array) -> bool:
    """Say whether doubles hold numbers as they are written: none too large, each whole one exactly."""
    if is_small(numbers):
        return True
    if pc.any(pc.is_inf(numbers)).as_py():
        return False
    whole = values.filter(pc.match_substring_regex(values, _DIGITS))
    if not len(whole):
        return True
    try:
        spread = pc.min_max(pc.cast(whole, pa.int64())).as_py()
    except pa.ArrowInvalid:
        return False
    return bool(spread["min"] >= -_EXACT and spread["max"] <= _EXACT)


def is_small(numbers: pa.Array) -> bool:
    """Say whether all numbers are so small that doubles hold each whole one exactly."""
    spread = pc.min_max(numbers).as_py()
    # As a double, what is one more than this looks just like it.
    bound = _EXACT if pa.types.is_integer(numbers.type) else _EXACT - 1
    return spread["min"] is None or bool(spread["min"] >= -bound and spread["max"] <= bound)


def _cast(values: pa.Array, kind: pa.DataType) -> pa.Array | None:
    try:
        return pc.cast(values, kind)
    except pa.ArrowInvalid:
        return None


def _content(values: pa.Array) -> tuple[NDArray[np.uint8], NDArray[np.int32]] | None:
    """Return the bytes of a text column and where each value begins; None when gaps hold bytes too."""
    _, offsets, data = values.buffers()
    starts = np.frombuffer(offsets, np.int32)[values.offset : values.offset + len(values) + 1]
    size = int(starts[-1] - starts[0])
    if data is None or size == 0 or size != pc.sum(pc.binary_length(values)).as_py():
        return None
    return np.frombuffer(data, np.uint8)[starts[0] : starts[-1]], starts - starts[0]


def _whole(values: pa.Array) -> pa.Array | None:
    content = _content(values)
    if content is None or content[0].min() < _FIRST or content[0].max() > _LAST:
        return None
    found = _cast(values, pa.int64())
    if found is None:
        return None
    # A leading zero (or the sign of -0) makes the text longer than the number needs.
    numbers = (found.drop_null() if found.null_count else found).to_numpy()
    above = numbers.view(np.uint64)
    negative = numbers < 0
    signs = int(negative.sum())
    if signs:
        above = np.where(negative, ~above + np.uint64(1), above)
    digits, bound, most = len(numbers), 10, int(above.max())
    while bound <= most:
        digits += int(np.count_nonzero(above >= np.uint64(bound)))
        bound *= 10
    return found if digits + signs == len(content[0]) else None


def _number(values: pa.Array) -> pa.Array | None:
    content = _content(values)
    if content is None or content[0].min() < _FIRST or content[0].max() > _LAST:
        return None
    found = _cast(values, pa.float64())
    return None if found is None or _leads_with_zero(*content) else found


def _leads_with_zero(data: NDArray[np.uint8], starts: NDArray[np.int32]) -> bool:
    begins, ends = starts[:-1], starts[1:]
    # Few values begin so; the next byte of an empty value, or behind the last, says nothing.
    first = data.take(begins, mode="clip")
    return _zero_then_digit(data, begins, ends, first == _ZERO) or _zero_then_digit(
        data, begins + 1, ends, first == _FIRST
    )


def _zero_then_digit(
    data: NDArray[np.uint8],
    begins: NDArray[np.int32],
    ends: NDArray[np.int32],
    some: NDArray[np.bool_],
) -> bool:
    """Say whether some of the values have a zero here, and a digit after it."""
    places = begins[some]
    places = places[places + 1 < ends[some]]
    return bool(((data[places] == _ZERO) & (data[places + 1] >= _ZERO)).any())


_TRUTHS = pa.array(["true", "false", "True", "False", "TRUE", "FALSE"])


def _truth(values: pa.Array) -> pa.Array | None:
    known = pc.sum(pc.is_in(values, _TRUTHS)).as_py() or 0
    return _cast(values, pa.bool_()) if known == len(values) - values.null_count else None


def _date(values: pa.Array) -> pa.Array | None:
    return _cast(values, pa.date32())  # takes this form alone


def _time(values: pa.Array) -> pa.Array | None:
    # The cast also takes a day alone, and an hour without minutes; both are shorter.
    if pc.min(pc.binary_length(values)).as_py() < len("2026-01-31T09:30"):
        return None
    return _cast(values, pa.timestamp("us"))


def _zoned(values: pa.Array) -> pa.Array | None:
    short = pc.min(pc.binary_length(values)).as_py() < len("2026-01-31T09:30Z")
    if short or not pc.all(pc.ends_with(values, "Z")).as_py():
        return None
    return _cast(values, pa.timestamp("us", tz="UTC"))


_WHEN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
WHOLE = Spelling(r"^(0|-?[1-9][0-9]{0,18})$", pa.int64(), quick=_whole)
NUMBER = Spelling(
    r"^[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$",
    pa.float64(),
    quick=_number,
)
TRUTH = Spelling(r"^(true|false|True|False|TRUE|FALSE)$", pa.bool_(), quick=_truth)
DAY = Spelling(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", pa.date32(), quick=_date)
TIME = Spelling(_WHEN + "$", pa.timestamp("us"), quick=_time)
ZONED = Spelling(_WHEN + r"(Z|[+-][0-9]{2}:[0-9]{2})$", pa.timestamp("us", tz="UTC"), quick=_zoned)
TOLD = tuple(
    Spelling(pattern, pa.string(), written, "," if written == "number-commas" else "")
    for written, pattern in SPELLINGS_TOLD
)
NUMBERS = (WHOLE, NUMBER)
TIMES = (DAY, TIME, ZONED)
SPELLINGS = (*NUMBERS, TRUTH, *TIMES, *TOLD)
