"""Figures as they may leave: decimal strings of at most three significant digits.

Three digits carry about ten bits; the seventeen of a raw float would carry fifty-six, which is room
enough to smuggle a row of data out with every metric.
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

DIGITS = 3

_FORM = re.compile(r"-?(?:0|[1-9][0-9]{0,15})(?:\.[0-9]{1,12})?(?:e-?[1-9][0-9]{0,2})?")
_PLAIN_FROM, _PLAIN_TO = -6, 12  # decimal exponents that are written without an "e"


def figure(value: float) -> str:
    """Return a finite number as a decimal string of at most three significant digits.

    Parameters
    ----------
    value
        A finite number.

    Raises
    ------
    ValueError
        When it is not finite, or rounds to what no float can hold.

    Examples
    --------
    >>> figure(336776), figure(0.0123456), figure(-0.0), figure(1.5e-9)
    ('337000', '0.0123', '0', '1.5e-9')
    """
    if not math.isfinite(value):
        raise ValueError("not a finite number")
    with localcontext() as context:
        context.prec = DIGITS
        context.rounding = ROUND_HALF_EVEN
        rounded = (+Decimal(value)).normalize()
    if not rounded:
        return "0"
    exponent = rounded.adjusted()
    if _PLAIN_FROM <= exponent <= _PLAIN_TO:
        return format(rounded, "f")
    if math.isinf(float(rounded)):
        raise ValueError("not a finite number once it is rounded")
    mantissa = rounded.scaleb(-exponent).normalize()
    return f"{format(mantissa, 'f')}e{exponent}"


def significant_digits(text: str) -> int:
    """Return how many significant digits a decimal string carries; trailing zeros of integers don't.

    Raises
    ------
    ValueError
        When the text is not such a figure.

    Examples
    --------
    >>> significant_digits("337000"), significant_digits("0.01230"), significant_digits("0")
    (3, 4, 0)
    """
    if not _FORM.fullmatch(text):
        raise ValueError("not a figure")
    mantissa = text.lstrip("-").partition("e")[0]
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    return len(digits) if fraction else len(digits.rstrip("0"))


def read_figure(text: str) -> float:
    """Return the number that a figure writes.

    Raises
    ------
    ValueError
        When the text is not a figure that `figure` could have written.
    """
    if significant_digits(text) > DIGITS:
        raise ValueError("too many digits")
    value = float(text)
    if figure(value) != text:
        raise ValueError("not the one spelling")
    return value
