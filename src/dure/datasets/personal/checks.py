"""Check digits and calendar checks of the numbers. Pure functions over ASCII digits."""

from __future__ import annotations

from operator import mul

_RESIDENT_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_BUSINESS_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_LATEST_BIRTH = 39
"""Two-digit years of the 2000s up to which a birth is taken for possible: no clock is asked."""


def resident_check(number: str) -> bool:
    """Say whether the 13 digits of a resident or foreigner registration number carry its check digit.

    Numbers given out since October 2020 have random digits there, so that a wrong one says nothing.

    Source: enforcement rules of the Resident Registration Act, article 2; for foreigners (digit 7 is
    5 to 8) the remainder is taken from 13 instead of 11.

    Examples
    --------
    >>> resident_check("9001011234568")
    True
    """
    total: int = sum(map(mul, map(int, number), _RESIDENT_WEIGHTS))
    base = 13 if number[6] in "5678" else 11
    return (base - total % 11) % 10 == int(number[12])


def born(number: str) -> bool:
    """Say whether the first seven digits name a day on which somebody alive may have been born."""
    year, month, day, century = int(number[:2]), int(number[2:4]), int(number[4:6]), number[6]
    if not 1 <= month <= 12 or not 1 <= day <= _DAYS[month - 1]:
        return False
    return century in "1256" or (century in "3478" and year <= _LATEST_BIRTH)


def born_since_2020(number: str) -> bool:
    """Say whether the number is of somebody born when check digits had become random."""
    return number[6] in "3478" and int(number[:2]) >= 20


def luhn(number: str) -> bool:
    """Say whether the digits pass the Luhn check (ISO/IEC 7812-1, annex B).

    Examples
    --------
    >>> luhn("4111111111111111"), luhn("4111111111111112")
    (True, False)
    """
    total = 0
    for at, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + at % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def card_issuer(number: str) -> bool:
    """Say whether the number begins as the payment cards in use do (15 or 16 digits)."""
    if len(number) == 15:
        return number[:2] in {"34", "37"}
    two, four = int(number[:2]), int(number[:4])
    return (
        number[0] == "4"
        or 51 <= two <= 55
        or 2221 <= four <= 2720
        or two in {35, 36, 60, 62, 64, 65, 94}
    )


def business_check(number: str) -> bool:
    """Say whether the ten digits of a business registration number carry its check digit.

    Examples
    --------
    >>> business_check("1234567891"), business_check("1234567890")
    (True, False)
    """
    total: int = sum(map(mul, map(int, number), _BUSINESS_WEIGHTS))
    total += int(number[8]) * 5 // 10
    return (10 - total % 10) % 10 == int(number[9])


def barcode(number: str) -> bool:
    """Say whether 13 digits are a Korean article number (EAN-13 with prefix 880)."""
    total = sum(int(d) * (3 if at % 2 else 1) for at, d in enumerate(number))
    return number.startswith("880") and total % 10 == 0


def epoch_milliseconds(number: str) -> bool:
    """Say whether 13 digits are an instant of 2017 to 2030 in milliseconds since 1970."""
    return 1_500_000_000_000 <= int(number) < 1_900_000_000_000
