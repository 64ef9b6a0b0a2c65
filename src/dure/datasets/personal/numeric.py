"""Numbers that people are known by, in columns of numbers.

A number written as one has lost its leading zeros and dashes, and any number may look like it. So a
column's name must say what it holds, or nearly all its values must have the shape; what is told from
one batch counts for that batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dure.datasets.personal.context import Hint
from dure.datasets.personal.kinds import Confidence, Kind

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_FEWEST = 20
"""Values that a batch must have before their shape says anything about a column with another name."""
_MOST_OF_THEM = 0.95
_SAMPLE = 512
"""Values, evenly spaced, that are looked at before all are."""


@dataclass(frozen=True, slots=True)
class NumberHit:
    """One number of a batch: its row, how many digits it has, what it is and how sure that is."""

    row: int
    digits: int
    kind: Kind
    confidence: Confidence


def number_hits(array: pa.Array, hint: Hint) -> Iterator[NumberHit]:
    """Yield what is personal in an array of integers, or of floats that are whole.

    Parameters
    ----------
    array
        Integers of any width, floats, or decimals.
    hint
        What the column's name says.
    """
    rows, values = _whole(array)
    if not len(values):
        return
    taken = np.zeros(len(values), dtype=np.bool_)
    for look in _LOOKS:
        hinted = look.kind in hint.kinds
        if not hinted and not _promising(values, hint, look):
            continue
        fits = look.fits(values)
        if not hinted and np.count_nonzero(fits) < _MOST_OF_THEM * len(values):
            continue
        sure = look.sure(values)
        for at in np.flatnonzero(fits & ~taken).tolist():
            high = look.when_sure if sure[at] else look.otherwise
            confidence = high if hinted else Confidence(max(Confidence.LOW, high - 1))
            yield NumberHit(int(rows[at]), len(str(values[at])), look.kind, confidence)
        taken |= fits


def _whole(array: pa.Array) -> tuple[Ints, Ints]:
    """Return rows and values that are whole numbers of at most 16 digits."""
    if pa.types.is_decimal(array.type):
        array = pc.cast(array, pa.float64(), safe=False)
    valid = array.is_valid().to_numpy(zero_copy_only=False)
    values = array.drop_null().to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(valid)
    limit = 10**16
    with np.errstate(invalid="ignore"):
        kept = (values >= 0) & (values < limit)
        if values.dtype.kind == "f":
            kept &= np.floor(values) == values
    return rows[kept], values[kept].astype(np.int64)


def _promising(values: Ints, hint: Hint, look: _Look) -> bool:
    """Say whether values may have a shape that other numbers hardly have all together."""
    if not look.telling or hint.kinds or hint.other or len(values) < _FEWEST:
        return False
    some = values[:: max(1, len(values) // _SAMPLE)]
    if np.count_nonzero(look.fits(some)) * 2 < len(some):
        return False
    steps = np.diff(values)
    return not (np.all(steps >= 0) or np.all(steps <= 0))  # a counter, or a clock


def _without(values: Ints, digits: int) -> Ints:
    """Return the numbers without their last digits."""
    head: Ints = np.floor_divide(values, 10**digits)
    return head


def _digit(values: Ints, place: int) -> Ints:
    digit: Ints = np.remainder(_without(values, place), 10)
    return digit


def _between(values: Ints, least: int, below: int) -> Flags:
    return np.greater_equal(values, least) & np.less(values, below)


def _check_fits(total: Ints, base: Ints | int, values: Ints) -> Flags:
    """Say where the digit that completes the total is the last one."""
    return np.equal(np.remainder(base - total, 10), np.remainder(values, 10))


def _weighted(values: Ints, weights: tuple[int, ...]) -> Ints:
    """Return the weighted sums of all digits but the last."""
    total = np.zeros_like(values)
    for at, weight in enumerate(weights):
        total += _digit(values, len(weights) - at) * weight
    return total


def _registration(values: Ints) -> Flags:
    year, century = _without(values, 11), _digit(values, 6)
    month, day = _without(values, 9) % 100, _without(values, 7) % 100
    born = _between(month, 1, 13) & _between(day, 1, 32)
    # Somebody born in 2000 has lost two zeros or three; somebody of 1900 isn't alive.
    earlier = np.isin(century, (1, 2, 5, 6)) & (year > 0)
    later = np.isin(century, (3, 4, 7, 8)) & (year <= 39)
    return _between(values, 10**9, 10**13) & born & (earlier | later)


def _resident(values: Ints) -> Flags:
    return _registration(values) & (_digit(values, 6) <= 4)


def _foreigner(values: Ints) -> Flags:
    return _registration(values) & (_digit(values, 6) >= 5)


def _registration_check(values: Ints) -> Flags:
    total = _weighted(values, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5))
    return _check_fits(total % 11, np.where(_digit(values, 6) >= 5, 13, 11), values)


def _mobile(values: Ints) -> Flags:
    """Say which are numbers of 010 without its zero, from here or from abroad."""
    here = _between(values, 1_000_000_000, 1_100_000_000)
    return here | _between(values, 821_000_000_000, 821_100_000_000)


def _line(values: Ints) -> Flags:
    """Say which are older mobile numbers or landlines without their zero."""
    heads = (11, 16, 17, 18, 19, 31, 32, 33, 41, 42, 43, 44, 51, 52, 53, 54, 55, 61, 62, 63, 64, 70)
    seoul = _between(values, 2 * 10**8, 3 * 10**8) | _between(values, 2 * 10**7, 3 * 10**7)
    return seoul | np.isin(_without(values, 7), heads) | np.isin(_without(values, 8), heads)


def _business(values: Ints) -> Flags:
    total = _weighted(values, (1, 3, 7, 1, 3, 7, 1, 3, 5)) + _digit(values, 1) * 5 // 10
    return _between(values, 10**9, 10**10) & _check_fits(total, 0, values)


def _card(values: Ints) -> Flags:
    total = np.zeros_like(values)
    for place in range(16):
        digit = _digit(values, place) * (1 + place % 2)
        total += np.where(digit > 9, digit - 9, digit)
    two, four = _without(values, 14), _without(values, 12)
    issuer = (
        _between(two, 40, 50)
        | _between(two, 51, 56)
        | _between(four, 2221, 2721)
        | np.isin(two, (35, 36, 60, 62, 64, 65, 94))
    )
    return issuer & np.equal(total % 10, 0)


def _licence(values: Ints) -> Flags:
    region = _without(values, 10)
    return _between(region, 11, 29) & np.not_equal(region, 27)


def _account(values: Ints) -> Flags:
    return _between(values, 10**9, 10**14)


def _always(values: Ints) -> Flags:
    return np.ones(len(values), dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class _Look:
    """How numbers of a kind look; `telling` when a column full of them can be nothing else."""

    kind: Kind
    fits: Callable[[Ints], Flags]
    sure: Callable[[Ints], Flags]
    when_sure: Confidence
    otherwise: Confidence
    telling: bool


_HIGH, _MEDIUM = Confidence.HIGH, Confidence.MEDIUM
_LOOKS = (
    _Look(Kind.RESIDENT_NUMBER, _resident, _registration_check, _HIGH, _MEDIUM, telling=True),
    _Look(Kind.FOREIGNER_NUMBER, _foreigner, _registration_check, _HIGH, _MEDIUM, telling=True),
    _Look(Kind.PHONE, _mobile, _always, _HIGH, _HIGH, telling=True),
    _Look(Kind.PHONE, _line, _always, _MEDIUM, _MEDIUM, telling=False),
    _Look(Kind.BUSINESS_NUMBER, _business, _always, _HIGH, _HIGH, telling=True),
    _Look(Kind.PAYMENT_CARD, _card, _always, _HIGH, _HIGH, telling=True),
    _Look(Kind.DRIVING_LICENCE, _licence, _always, _MEDIUM, _MEDIUM, telling=False),
    _Look(Kind.BANK_ACCOUNT, _account, _always, _MEDIUM, _MEDIUM, telling=False),
)
