"""Kinds of personal data, how sure a hit is, and the hit itself: pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType

from dure.core.text import Text


class Kind(StrEnum):
    """What a span of text is."""

    RESIDENT_NUMBER = "resident-number"
    FOREIGNER_NUMBER = "foreigner-number"
    PASSPORT = "passport"
    DRIVING_LICENCE = "driving-licence"
    PHONE = "phone"
    EMAIL = "email"
    PAYMENT_CARD = "payment-card"
    BANK_ACCOUNT = "bank-account"
    BUSINESS_NUMBER = "business-number"
    SERVICE_NUMBER = "service-number"
    VEHICLE_PLATE = "vehicle-plate"
    ADDRESS = "address"
    NAME = "name"


class Confidence(IntEnum):
    """How sure a hit is, in rising order.

    ``LOW``: the shape alone, and other things have it too. ``MEDIUM``: a shape that little else has,
    or a check digit that fits. ``HIGH``: such a shape with its check digit, or with words or a column
    name that say what it is.
    """

    LOW = 1
    MEDIUM = 2
    HIGH = 3


@dataclass(frozen=True, slots=True)
class Span:
    """Where in one text something personal stands.

    Parameters
    ----------
    start, end
        Offsets in characters (Unicode code points) of the text as it was given; ``end`` is the first
        character after it.
    kind
        What it is.
    confidence
        How sure that is.
    """

    start: int
    end: int
    kind: Kind
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Hit:
    """Where in a table something personal stands: never what it says.

    Parameters
    ----------
    column
        The column's name.
    row
        The row's number in the whole scan, from 0.
    start, end
        Offsets in characters (Unicode code points) within the cell; ``end`` is the first character
        after it. In a column of numbers they count the digits of the number written in decimal.
    kind
        What it is.
    confidence
        How sure that is.
    """

    column: str
    row: int
    start: int
    end: int
    kind: Kind
    confidence: Confidence


WORDS: Mapping[Kind, Text] = MappingProxyType(
    {
        Kind.RESIDENT_NUMBER: Text("resident registration numbers", "주민등록번호"),
        Kind.FOREIGNER_NUMBER: Text("foreigner registration numbers", "외국인등록번호"),
        Kind.PASSPORT: Text("passport numbers", "여권번호"),
        Kind.DRIVING_LICENCE: Text("driving licence numbers", "운전면허번호"),
        Kind.PHONE: Text("phone numbers", "전화번호"),
        Kind.EMAIL: Text("e-mail addresses", "전자우편 주소"),
        Kind.PAYMENT_CARD: Text("payment card numbers", "카드번호"),
        Kind.BANK_ACCOUNT: Text("bank account numbers", "계좌번호"),
        Kind.BUSINESS_NUMBER: Text("business registration numbers", "사업자등록번호"),
        Kind.SERVICE_NUMBER: Text("service numbers", "군번"),
        Kind.VEHICLE_PLATE: Text("vehicle plates", "차량번호"),
        Kind.ADDRESS: Text("addresses", "주소"),
        Kind.NAME: Text("names of people", "성명"),
    }
)
"""What each kind is called."""

UNIQUELY_IDENTIFYING = frozenset(
    {Kind.RESIDENT_NUMBER, Kind.FOREIGNER_NUMBER, Kind.PASSPORT, Kind.DRIVING_LICENCE}
)
"""고유식별정보: what the Personal Information Protection Act (article 24, and article 19 of its
enforcement decree) lets nobody process without a law that says so or a separate consent."""
