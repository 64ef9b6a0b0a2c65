"""Finding the type of a text column over all its values.

A type is given only when every value has exactly its form; one value that does not makes the column
text. So nothing is lost: numbers with leading zeros are identifiers and stay text, whole numbers
beyond 64 bits stay text, a date that no calendar has makes its column text.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from dure.readers.codes import Codes
from dure.readers.spellings import (
    NUMBER,
    SPELLINGS,
    WHOLE,
    Spelling,
    as_type,
    doubles_hold,
    is_small,
)

__all__ = ["Guess", "as_type"]


class Guess:
    """What is known about the type of one column so far.

    Parameters
    ----------
    spellings
        The forms that it may have.

    Examples
    --------
    >>> guess = Guess()
    >>> _ = guess.look(pa.array(["1", None, "2.5"]))
    >>> str(guess.type()), guess.nulls
    ('double', 1)
    """

    def __init__(self, spellings: tuple[Spelling, ...] = SPELLINGS) -> None:
        self.nulls = 0
        self.codes = Codes()
        self._spellings = spellings
        self._spelling: Spelling | None = None
        self._is_text = False
        self._wide = False

    def look(self, values: pa.Array) -> pa.Array:
        """Take more values (text or null) into account; return them as the type of now."""
        self.nulls += values.null_count
        if values.null_count == len(values):
            return as_type(values, self.type())
        if self._is_text:
            self.codes.without_markers(values)
            return values
        cast = self._cast(values)
        if cast is None:
            # A word such as N/A among numbers: what the others are is worth telling.
            others = self.codes.without_markers(values)
            if others.null_count < len(others):
                cast = None if len(others) == len(values) else self._cast(others)
                self._is_text = cast is None
        if cast is not None:
            self.codes.look(cast)
        return values if cast is None or self.codes.markers else cast

    def type(self) -> pa.DataType:
        """Return the type that holds every value seen; text when there was none."""
        if self.codes.markers:
            return pa.string()
        return self.beneath()

    def beneath(self) -> pa.DataType:
        """Return the type that there would be if words for "missing" were no values."""
        if self._is_text or self._spelling is None:
            return pa.string()
        return self._spelling.type

    @property
    def written(self) -> str:
        """Return the word for a form that gives no type of its own, or ""."""
        if self._is_text or self._spelling is None:
            return ""
        if self._spelling is WHOLE and self.codes.has_days:
            return "date-digits"
        return self._spelling.written

    def _cast(self, values: pa.Array) -> pa.Array | None:
        """Return the values by the form of the column, which may widen; None when there is none."""
        if self._spelling is None:
            return self._first(values)
        cast = self._exact(values, self._spelling.cast(values), self._spelling)
        if (
            cast is None
            and self._spelling is WHOLE
            and NUMBER in self._spellings
            and not self._wide
        ):
            cast = self._exact(values, NUMBER.cast(values), NUMBER)
            if cast is not None:
                self._spelling = NUMBER
        return cast

    def _first(self, values: pa.Array) -> pa.Array | None:
        sample = values[pc.index(pc.is_valid(values), True).as_py()].as_py()
        for spelling in self._spellings:
            if spelling.fits(sample):
                cast = self._exact(values, spelling.cast(values), spelling)
                if cast is not None:
                    self._spelling = spelling
                    return cast
        return None

    def _exact(
        self, values: pa.Array, cast: pa.Array | None, spelling: Spelling
    ) -> pa.Array | None:
        """Hold numbers to what doubles hold: what is beyond would be changed."""
        if cast is None:
            return None
        if spelling is NUMBER:
            return cast if doubles_hold(values, cast) else None
        if spelling is WHOLE:
            self._wide = self._wide or not is_small(cast)
        return cast
