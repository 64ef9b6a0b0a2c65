"""The methods, each with what it is told about one column: pure values that a plan file holds.

A missing value stays missing, whatever the method.

Source
------
ISO/IEC 20889 names and groups these techniques: suppression (``drop``, ``mask``), generalisation
(rounding, top and bottom coding), pseudonymisation, and randomisation (noise).
"""

from __future__ import annotations

import math
import unicodedata
from typing import Annotated, Any, Literal, get_args

import msgspec

from dure.core.text import is_unseen

NAME_CHARACTERS = 255
WHY_CHARACTERS = 500
MOST_DAYS = 3_650

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_CHARACTERS)]
_Words = Annotated[str, msgspec.Meta(max_length=WHY_CHARACTERS)]
_Few = Annotated[int, msgspec.Meta(ge=0, le=64)]
Period = Literal["month", "quarter", "year", "decade"]
Mechanism = Literal["laplace", "gaussian"]


class Method(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="method"
):
    """What every method is told.

    Parameters
    ----------
    name
        The column.
    why_en, why_ko
        Why, for whoever edits the plan.
    """

    name: Name
    why_en: _Words = ""
    why_ko: _Words = ""

    @property
    def method(self) -> str:
        """Its name, as the file writes it."""
        return str(self.__struct_config__.tag)

    @property
    def element(self) -> str:
        """The element whose key it takes; "" when it takes none."""
        return ""

    def __post_init__(self) -> None:
        shown = f"{self.name}{self.why_en}{self.why_ko}{self.element}"
        if any(map(is_unseen, shown.replace("\n", " "))):
            raise ValueError("unseen")


class Keep(Method, frozen=True, kw_only=True, tag="keep"):
    """The column stays as it is."""


class Drop(Method, frozen=True, kw_only=True, tag="drop"):
    """The column goes."""


class Mask(Method, frozen=True, kw_only=True, tag="mask"):
    """Of each text so many first and last characters stay, and ``***`` for the rest.

    A text that is no longer than what would stay is masked whole. With ``same_length`` there is one
    ``*`` for each character.
    """

    keep_first: _Few = 0
    keep_last: _Few = 0
    same_length: bool = False


class MaskPersonal(Method, frozen=True, kw_only=True, tag="mask-personal"):
    """In each text what the scan finds personal is replaced by its kind: ``[phone]``."""


class Generalise(Method, frozen=True, kw_only=True, tag="generalise"):
    """Values become coarser: a function of the value alone, so that equal ones stay equal.

    Parameters
    ----------
    width
        Numbers: the lower end of a band of this width, counted from 0.
    bottom, top
        Numbers: what is below or above becomes this bound (before the bands).
    to
        Dates and times: the first day of the period.
    words, characters
        Texts: so many first words or characters.
    """

    width: Annotated[float, msgspec.Meta(gt=0, le=1e15)] | None = None
    bottom: float | None = None
    top: float | None = None
    to: Period | None = None
    words: Annotated[int, msgspec.Meta(ge=1, le=64)] | None = None
    characters: Annotated[int, msgspec.Meta(ge=1, le=64)] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        numbers = [one for one in (self.width, self.bottom, self.top) if one is not None]
        groups = (numbers, self.to, self.words, self.characters)
        if sum(bool(group) for group in groups) != 1:
            raise ValueError("options")
        _check_bounds(self.bottom, self.top)
        if not all(map(math.isfinite, numbers)):
            raise ValueError("bounds")


class Pseudonym(Method, frozen=True, kw_only=True, tag="pseudonym"):
    """Each value becomes 32 letters: HMAC-SHA-256 under the key of purpose, generation and element.

    Parameters
    ----------
    of
        The element; "" means the column's name. Columns of one element have the same pseudonyms for
        the same values, and so still join.
    """

    of: Annotated[str, msgspec.Meta(max_length=NAME_CHARACTERS)] = ""

    @property
    def element(self) -> str:
        """The element whose key it takes."""
        return _nfc(self.of or self.name)


class DateShift(Method, frozen=True, kw_only=True, tag="date-shift"):
    """Dates move by a secret number of days, the same for every date of one subject.

    Intervals within a subject stay what they were. A date without a subject goes.

    Parameters
    ----------
    subject
        The column that says whose date it is.
    days
        How far at most, in either direction.
    """

    subject: Name
    days: Annotated[int, msgspec.Meta(ge=1, le=MOST_DAYS)] = 180

    @property
    def element(self) -> str:
        """The element whose key it takes: all columns of one kind of subject move alike."""
        return _nfc(f"date-shift/{self.subject}")


class Noise(Method, frozen=True, kw_only=True, tag="noise"):
    """A random number is added to each number, by a secret seed; this is not differential privacy.

    The draws come from NumPy's PCG64 generator, seeded with the key of the element, one for each row in
    order: the same table gives the same noise. No sensitivity is computed, no budget is kept, and the
    last bits of a double can tell the draw (Mironov, CCS 2012); so no epsilon is claimed.

    Parameters
    ----------
    scale
        Laplace: scale b (standard deviation b√2); Gaussian: standard deviation.
    mechanism
        Which distribution, around 0.
    bottom, top
        What is beyond becomes the bound.
    decimals
        Places to round to.
    """

    scale: Annotated[float, msgspec.Meta(gt=0, le=1e15)]
    mechanism: Mechanism = "laplace"
    bottom: float | None = None
    top: float | None = None
    decimals: Annotated[int, msgspec.Meta(ge=0, le=12)] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_bounds(self.bottom, self.top)

    @property
    def element(self) -> str:
        """The element whose key it takes."""
        return _nfc(f"noise/{self.name}")


AnyMethod = Keep | Drop | Mask | MaskPersonal | Generalise | Pseudonym | DateShift | Noise
METHODS: tuple[str, ...] = tuple(str(kind.__struct_config__.tag) for kind in get_args(AnyMethod))


def _nfc(element: str) -> str:
    """Return the one spelling of an element's name, whichever way it was typed."""
    return unicodedata.normalize("NFC", element)


def _check_bounds(bottom: Any, top: Any) -> None:
    given = [bound for bound in (bottom, top) if bound is not None]
    if not all(map(math.isfinite, given)) or given != sorted(given):
        raise ValueError("bounds")
