"""How each kind looks, and how sure a match of that look is.

A rule has a look (`Part`) and a judge. The exact search proposes places in a text, the judge says how
sure each is, or that it is something else. Check digits raise the confidence; where every number of a
kind carries one (cards, business numbers) a wrong one refuses, where they may be random (resident and
foreigner numbers since October 2020) it never does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dure.datasets.personal import checks
from dure.datasets.personal.context import WORDS_OF, Hint, labelled_other, named
from dure.datasets.personal.folding import (
    DIGIT,
    HYPHEN,
    JOINT,
    SPACE,
    Part,
    digits,
    either,
    exact_only,
    literal,
    maybe,
    one_of,
)
from dure.datasets.personal.kinds import Confidence, Kind
from dure.datasets.personal.places import ADDRESS
from dure.datasets.personal.shapes import Shape

LOW, MEDIUM, HIGH = Confidence
_DECIMAL = frozenset("0123456789")
_ALPHANUMERIC = _DECIMAL | frozenset("_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_NOT_DIGITS = re.compile("[^0-9]+")
_END = exact_only(r"(?![0-9A-Za-z_]|[-.][0-9]|-[A-Za-z])")
"""A number doesn't go on in digits, Latin letters or further groups; Korean letters may follow."""
_SPOKEN = re.compile(r"(?:tel|hp|phone|mobile|fax|cell|no|ssn|rrn)[-:.]?$", re.IGNORECASE)
"""Latin words that stand right before a number without being part of it."""


class Place:
    """A match within a text, and what its judge may ask about it."""

    __slots__ = ("end", "hint", "kind", "start", "text")

    def __init__(self, text: str, start: int, end: int, kind: Kind, hint: Hint) -> None:
        self.text, self.start, self.end = text, start, end
        self.kind, self.hint = kind, hint

    def digits(self) -> str:
        """Return the digits alone."""
        return _NOT_DIGITS.sub("", self.text[self.start : self.end])

    def joint(self) -> str:
        """Return what joins the groups: "-" for dashes or dots, " " for spaces alone, or ""."""
        inside = self.text[self.start : self.end]
        if "-" in inside or "." in inside or ")" in inside:
            return "-"
        return " " if " " in inside else ""

    def named(self, *kinds: Kind) -> bool:
        """Say whether a word nearby or the column's name says that it is of this kind."""
        return any(
            kind in self.hint.kinds or named(kind, self.text, self.start, self.end)
            for kind in kinds or (self.kind,)
        )

    def alone(self) -> bool:
        """Say whether the cell holds nothing else."""
        return not self.text[: self.start].strip() and not self.text[self.end :].strip()

    def other(self) -> bool:
        """Say whether a word right before it, or the column's name, says that a thing has this number."""
        return self.hint.other or labelled_other(self.text, self.start)

    def free(self) -> bool:
        """Say whether it doesn't go on to the left as part of a longer number, code or word."""
        start, text = self.start, self.text
        if not start:
            return True
        last = text[start - 1]
        if last in _ALPHANUMERIC:
            joined = True
        elif last in "-." and start > 1:
            head = text[start - 2]
            joined = head in _DECIMAL or (last == "-" and head in _ALPHANUMERIC)
        else:
            return True
        if not joined:
            return True
        return last not in _DECIMAL and bool(_SPOKEN.search(text[max(0, start - 8) : start]))


Judge = Callable[[Place], Confidence | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One look of one kind.

    Parameters
    ----------
    kind
        The kind.
    look
        The exact pattern, searched in folded text.
    candidate
        A pattern over UTF-8 bytes that every text with such a match holds.
    judge
        How sure a match is; None when it is something else.
    hinted
        Whether every cell is a candidate when the column's name names the kind: the candidate pattern
        is then a word that such cells needn't hold.
    """

    kind: Kind
    look: re.Pattern[str]
    candidate: bytes
    judge: Judge
    hinted: bool = False


def _if_free(judge: Judge) -> Judge:
    def judged(place: Place) -> Confidence | None:
        return judge(place) if place.free() else None

    return judged


def rule(kind: Kind, look: Part, judge: Judge) -> Rule:
    """Return the rule of a number's look that stands for itself."""
    return Rule(kind, re.compile(look.text), look.raw, _if_free(judge))


def named_rule(kind: Kind, look: Part, judge: Judge) -> Rule:
    """Return the rule of a look that counts only where a word or the column's name names its kind."""

    def judged(place: Place) -> Confidence | None:
        return judge(place) if place.free() and place.named() else None

    return Rule(kind, re.compile(look.text), WORDS_OF[kind].raw, judged, hinted=True)


# ── registration numbers ───────────────────────────────────────────────────────────────────────
def _registration(genders: str) -> Part:
    return (
        digits(2)
        + one_of("01")
        + DIGIT
        + one_of("0123")
        + DIGIT
        + maybe(JOINT)
        + one_of(genders)
        + digits(6)
        + _END
    )


def _judge_registration(place: Place) -> Confidence | None:
    number = place.digits()
    if not checks.born(number):
        return None
    right, joint, context = checks.resident_check(number), place.joint(), place.named()
    if place.other():
        return LOW if right and joint == "-" else None
    if context:
        return HIGH if right or joint == "-" else MEDIUM
    if not joint and checks.epoch_milliseconds(number):
        return None
    if not joint and checks.barcode(number):
        # One in ten of those carries the check digit by chance.
        return LOW if right and number[6] in "12" else None
    if right:
        return HIGH if joint == "-" else MEDIUM
    if not joint and place.named(Kind.BANK_ACCOUNT):
        return None
    if joint == "-":
        possible = checks.born_since_2020(number) or place.kind is Kind.FOREIGNER_NUMBER
        return MEDIUM if possible else LOW
    return LOW if not joint or place.alone() else None


# ── phones ─────────────────────────────────────────────────────────────────────────────────────
_ZERO, _ONE = one_of("0"), one_of("1")
_MOBILE_PREFIX = _ONE + one_of("016789")
_AREA = either(
    [
        one_of("2"),
        one_of("3") + one_of("123"),
        one_of("4") + one_of("1234"),
        one_of("5") + one_of("12345"),
        one_of("6") + one_of("1234"),
        one_of("7") + one_of("0"),
        one_of("5") + one_of("0") + one_of("2345678"),
    ]
)
_BRACKET = one_of(")") + maybe(SPACE)
_LINE = one_of("23456789") + digits(2, 3)
_MOBILE = _ZERO + _MOBILE_PREFIX + maybe(JOINT) + digits(3, 4) + maybe(JOINT) + digits(4) + _END
_LANDLINE = _ZERO + _AREA + either([_BRACKET, HYPHEN]) + _LINE + HYPHEN + digits(4) + _END
_PLAIN_LANDLINE = _ZERO + _AREA + maybe(SPACE) + _LINE + maybe(JOINT) + digits(4) + _END


def _abroad() -> Part:
    zero = maybe(JOINT) + one_of("(") + _ZERO + one_of(")") + maybe(JOINT)
    trunk = either([zero, maybe(JOINT) + maybe(_ZERO)])
    line = either([_MOBILE_PREFIX + maybe(JOINT) + digits(3, 4), _AREA + maybe(JOINT) + _LINE])
    country = either([one_of("+"), _ZERO + _ZERO]) + one_of("8") + one_of("2") + trunk
    bare = one_of("8") + one_of("2") + JOINT + maybe(_ZERO)
    return either([country, bare]) + line + maybe(JOINT) + digits(4) + _END


def _judge_mobile(place: Place) -> Confidence | None:
    number, joint = place.digits(), place.joint()
    if number.startswith("010") and len(number) != 11:
        return None
    if place.other():
        return LOW if place.hint.other and joint == "-" else None
    if joint == "-" or place.named():
        return HIGH
    return MEDIUM if number.startswith("010") else LOW


def _judge_landline(place: Place) -> Confidence | None:
    if place.other():
        return None
    return HIGH if place.named() else MEDIUM


def _judge_abroad(place: Place) -> Confidence | None:
    if place.text[place.start] == "8" and place.other():
        return None
    return HIGH if place.text[place.start] == "+" or place.named() else MEDIUM


# ── documents ──────────────────────────────────────────────────────────────────────────────────
_PASSPORT_LETTER = one_of("MSRODGmsrodg")
_PASSPORT = _PASSPORT_LETTER + digits(3) + one_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") + digits(4) + _END
_OLD_PASSPORT = _PASSPORT_LETTER + digits(8) + _END
_LICENCE_REGION = either([_ONE + one_of("123456789"), one_of("2") + one_of("012345678")])
_LICENCE = _LICENCE_REGION + HYPHEN + digits(2) + HYPHEN + digits(6) + HYPHEN + digits(2) + _END
_PLAIN_LICENCE = (
    _LICENCE_REGION + maybe(JOINT) + digits(2) + maybe(JOINT) + digits(6) + maybe(JOINT)
    + digits(2) + _END
)  # fmt: skip
_BUSINESS = digits(3) + HYPHEN + digits(2) + HYPHEN + digits(5) + _END
_PLAIN_BUSINESS = digits(3) + maybe(JOINT) + digits(2) + maybe(JOINT) + digits(5) + _END


def _judge_passport(place: Place) -> Confidence | None:
    if place.named():
        return HIGH
    return None if place.other() else MEDIUM


def _judge_licence(place: Place) -> Confidence | None:
    if place.named():
        return HIGH
    return None if place.other() or place.named(Kind.BANK_ACCOUNT) else MEDIUM


def _judge_business(place: Place) -> Confidence | None:
    right, context = checks.business_check(place.digits()), place.named()
    if not right or place.other():
        return LOW if context and not place.other() else None
    if context:
        return HIGH
    return None if place.named(Kind.BANK_ACCOUNT) else MEDIUM


def _judge_plain_business(place: Place) -> Confidence | None:
    return MEDIUM if checks.business_check(place.digits()) else None


def _judge_service(place: Place) -> Confidence | None:
    if place.named():
        return HIGH
    return None if place.other() else MEDIUM


# ── money ──────────────────────────────────────────────────────────────────────────────────────
_FOUR = digits(4) + maybe(JOINT)
_CARD = either(
    [_FOUR + _FOUR + _FOUR + digits(4), digits(4) + JOINT + digits(6) + JOINT + digits(5)]
)
_NO_DATE = exact_only(
    r"(?!(?:19|20)[0-9]{2}(?:[-.][01]?[0-9][-.][0-3]?[0-9](?![0-9])|[01][0-9][0-3][0-9]))"
)
_ACCOUNT = _NO_DATE + exact_only(r"[0-9]{2,6}(?:(?: ?[-.] ?| )[0-9]{1,8}){1,3}") + _END
_PLAIN_ACCOUNT = _NO_DATE + exact_only(r"[0-9]{10,14}") + _END
_LIKE_MOBILE = re.compile("01[016789][0-9]{7,8}")


def _judge_card(place: Place) -> Confidence | None:
    number, context = place.digits(), place.named()
    if not checks.card_issuer(number) or not checks.luhn(number):
        return None
    if context:
        return HIGH
    if place.other() or (place.joint() == " " and len(number) == 15):
        return None
    return HIGH if place.joint() == "-" else MEDIUM if place.joint() else LOW


def _judge_account(place: Place) -> Confidence | None:
    number, joint = place.digits(), place.joint()
    if not 10 <= len(number) <= 14 or place.other():
        return None
    if _LIKE_MOBILE.fullmatch(number):
        return LOW
    return HIGH if joint == "-" else MEDIUM


# ── the rest ───────────────────────────────────────────────────────────────────────────────────
_PLATE_LETTERS = "가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주하허호배바사아자"
_PLATE = digits(2, 3) + either(map(literal, _PLATE_LETTERS)) + maybe(SPACE) + digits(4) + _END
_UNIT_LETTERS = frozenset("도주호조부")
"""Letters of plates that also count or measure (30도 1200, 12주 2024)."""
_AMOUNT = re.compile(" ?(?:원|회|개|명|년|대|시간|월|rpm|km|kg|℃|%)", re.IGNORECASE)
_EMAIL = (
    r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9_])"
)
_FILE_ENDINGS = frozenset(
    {"png", "jpg", "jpeg", "gif", "svg", "webp", "bmp", "ico", "css", "js", "json"}
)


def _judge_plate(place: Place) -> Confidence | None:
    if _AMOUNT.match(place.text, place.end):
        return None
    if place.named():
        return HIGH
    letter = next(char for char in place.text[place.start : place.end] if not char.isascii())
    if place.joint() == " " or letter in _UNIT_LETTERS or place.other():
        return None
    return MEDIUM


def _judge_email(place: Place) -> Confidence | None:
    before = place.text[place.start - 1 : place.start]
    if before.isascii() and before.isalnum():  # the end of a name that is too long for one
        return None
    ending = place.text[place.start : place.end].rpartition(".")[2]
    return None if ending.lower() in _FILE_ENDINGS else HIGH


def _judge_address(place: Place) -> Confidence | None:
    return HIGH if place.named() or " " in place.text[place.start : place.end] else MEDIUM


def _service_rules(shapes: Sequence[Shape]) -> list[Rule]:
    """Return one rule for all shapes, or none."""
    looks = either(shape.part() for shape in shapes)
    return [rule(Kind.SERVICE_NUMBER, looks + _END, _judge_service)] if shapes else []


def rules(shapes: Sequence[Shape]) -> tuple[Rule, ...]:
    """Return all rules.

    Parameters
    ----------
    shapes
        The shapes of service numbers that the charter configures.
    """
    return (
        rule(Kind.RESIDENT_NUMBER, _registration("1234"), _judge_registration),
        rule(Kind.FOREIGNER_NUMBER, _registration("5678"), _judge_registration),
        rule(Kind.PHONE, _MOBILE, _judge_mobile),
        rule(Kind.PHONE, _LANDLINE, _judge_landline),
        rule(Kind.PHONE, _abroad(), _judge_abroad),
        named_rule(Kind.PHONE, _PLAIN_LANDLINE, _judge_landline),
        rule(Kind.PASSPORT, _PASSPORT, _judge_passport),
        named_rule(Kind.PASSPORT, _OLD_PASSPORT, _judge_passport),
        rule(Kind.DRIVING_LICENCE, _LICENCE, _judge_licence),
        named_rule(Kind.DRIVING_LICENCE, _PLAIN_LICENCE, _judge_licence),
        rule(Kind.BUSINESS_NUMBER, _BUSINESS, _judge_business),
        named_rule(Kind.BUSINESS_NUMBER, _PLAIN_BUSINESS, _judge_plain_business),
        *_service_rules(shapes),
        rule(Kind.PAYMENT_CARD, _CARD + _END, _judge_card),
        named_rule(Kind.BANK_ACCOUNT, _ACCOUNT, _judge_account),
        named_rule(Kind.BANK_ACCOUNT, _PLAIN_ACCOUNT, _judge_account),
        rule(Kind.VEHICLE_PLATE, _PLATE, _judge_plate),
        Rule(Kind.EMAIL, re.compile(_EMAIL), one_of("@").raw, _judge_email),
        Rule(Kind.ADDRESS, re.compile(ADDRESS.text), ADDRESS.raw, _judge_address),
    )
