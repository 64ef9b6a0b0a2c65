"""Finding the type of a text column over all its values, and casting it.

A type is given only when every value has exactly its form; one value that does not makes the column
text. So nothing is lost: numbers with leading zeros are identifiers and stay text, whole numbers
beyond 64 bits stay text, a date that no calendar has makes its column text.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

_WHOLE = r"^(0|-?[1-9][0-9]{0,18})$"
_DIGITS = r"^-?[0-9]+$"
_NUMBER = r"^[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
_TRUTH = r"^(true|false|True|False|TRUE|FALSE)$"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
_ZONE = r"(Z|[+-][0-9]{2}:[0-9]{2})$"

_EXACT = 2**53


@dataclass(frozen=True, slots=True)
class Spelling:
    """A type, and the pattern (RE2) that each of its values has."""

    pattern: str
    type: pa.DataType


WHOLE = Spelling(_WHOLE, pa.int64())
NUMBER = Spelling(_NUMBER, pa.float64())
SPELLINGS = (
    WHOLE,
    NUMBER,
    Spelling(_TRUTH, pa.bool_()),
    Spelling(_DATE, pa.date32()),
    Spelling(_TIME + "$", pa.timestamp("us")),
    Spelling(_TIME + _ZONE, pa.timestamp("us", tz="UTC")),
)


class Guess:
    """What is known about the type of one column so far.

    Examples
    --------
    >>> guess = Guess()
    >>> guess.look(pa.array(["1", None, "2.5"]))
    >>> str(guess.type()), guess.nulls
    ('double', 1)
    """

    def __init__(self) -> None:
        self.nulls = 0
        self._spelling: Spelling | None = None
        self._is_text = False
        self._wide = False

    def look(self, values: pa.Array) -> None:
        """Take more values (text or null) into account."""
        self.nulls += values.null_count
        if self._is_text or values.null_count == len(values):
            return
        present = values.drop_null()
        if self._spelling is None:
            self._spelling = next(
                (spelling for spelling in SPELLINGS if _all_have(present, spelling)), None
            )
            self._is_text = self._spelling is None
        elif not _all_have(present, self._spelling):
            widened = self._spelling is WHOLE and not self._wide and _all_have(present, NUMBER)
            self._spelling = NUMBER if widened else None
            self._is_text = not widened
        if self._spelling is NUMBER:
            # A whole number that no double holds exactly would be changed by the cast.
            whole = present.filter(pc.match_substring_regex(present, _DIGITS))
            self._is_text = len(whole) > 0 and not _exact(whole)
        elif self._spelling is WHOLE:
            self._wide = self._wide or not _exact(present)

    def type(self) -> pa.DataType:
        """Return the type that holds every value seen; text when there was none."""
        if self._is_text or self._spelling is None:
            return pa.string()
        return self._spelling.type


def as_type(values: pa.Array, kind: pa.DataType) -> pa.Array:
    """Cast text to a type that `Guess` has found.

    Raises
    ------
    pyarrow.ArrowInvalid
        When a value does not have the form.
    """
    if pa.types.is_string(kind):
        return values
    if pa.types.is_floating(kind):
        # Arrow takes no explicit plus sign.
        values = pc.replace_substring_regex(values, r"^\+", "")
    return pc.cast(values, kind)


def _all_have(values: pa.Array, spelling: Spelling) -> bool:
    if not pc.all(pc.match_substring_regex(values, spelling.pattern)).as_py():
        return False
    try:
        as_type(values, spelling.type)
    except pa.ArrowInvalid:
        return False
    return True


def _exact(whole: pa.Array) -> bool:
    try:
        spread = pc.min_max(pc.cast(whole, pa.int64())).as_py()
    except pa.ArrowInvalid:
        return False
    return bool(spread["min"] >= -_EXACT and spread["max"] <= _EXACT)
