"""Labelled Korean texts: made numbers and addresses put into templates, with their places known.

A template names its slots: ``{phone}`` is personal and its place is remembered, ``{nsn}`` looks like it
and isn't. The templates that the patterns were tuned on are in `templates_tuning`; those of
`templates_heldout` were written and counted once, with seeds of their own, after the tuning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from dure.datasets.personal.kinds import Kind

DASHES = "‐‑–—−"
DOTS = "․·."
_WIDE = {ord(char): ord(char) + 0xFEE0 for char in "0123456789-"}
_SLOT = re.compile(r"\{(\w+)(?::(\w+))?\}")


@dataclass(frozen=True)
class Case:
    """A text and what is personal in it."""

    text: str
    truth: frozenset[tuple[int, int, Kind]]


def number(rng: Random, digits: int) -> str:
    return "".join(rng.choices("0123456789", k=digits))


# ── personal values ────────────────────────────────────────────────────────────────────────────
def birth(rng: Random, first: int = 1940, last: int = 2019) -> tuple[str, bool]:
    year = rng.randint(first, last)
    return f"{year % 100:02}{rng.randint(1, 12):02}{rng.randint(1, 28):02}", year >= 2000


def check_digit(twelve: str, base: int) -> str:
    total = sum(
        int(d) * w for d, w in zip(twelve, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), strict=True)
    )
    return str((base - total % 11) % 10)


def resident(rng: Random) -> str:
    """Return a number with its check digit, or one of those with random digits."""
    if rng.random() < 0.25:
        day, _ = birth(rng, 2020, 2025)
        return f"{day}-{rng.choice('34')}{number(rng, 6)}"
    day, late = birth(rng)
    head = f"{day}{rng.choice('34' if late else '12')}{number(rng, 5)}"
    return f"{day}-{head[6:]}{check_digit(head, 11)}"


def foreigner(rng: Random) -> str:
    day, late = birth(rng, 1950, 2010)
    head = f"{day}{rng.choice('78' if late else '56')}{number(rng, 5)}"
    last = check_digit(head, 13) if rng.random() < 0.6 else number(rng, 1)
    return f"{day}-{head[6:]}{last}"


def mobile(rng: Random) -> str:
    if rng.random() < 0.08:
        return f"0{rng.choice(('11', '16', '17', '18', '19'))}-{number(rng, 3)}-{number(rng, 4)}"
    return f"010-{number(rng, 4)}-{number(rng, 4)}"


def landline(rng: Random) -> str:
    area = rng.choice(("02", "031", "032", "042", "051", "053", "062", "064", "070"))
    line = rng.choice("23456789") + number(rng, 3 if area == "070" else rng.choice((2, 3)))
    return f"{area}-{line}-{number(rng, 4)}"


def abroad(rng: Random) -> str:
    head = rng.choice(("+82-10", "+82 10", "+8210", "+82-(0)10", "0082-10"))
    joint = "-" if "-" in head else " " if " " in head else ""
    return f"{head}{joint}{number(rng, 4)}{joint}{number(rng, 4)}"


def passport(rng: Random) -> str:
    letter = rng.choice("MSRODG")
    return f"{letter}{number(rng, 3)}{rng.choice('ABCDEFGHJKLMNPQRSTUVWXYZ')}{number(rng, 4)}"


def old_passport(rng: Random) -> str:
    return rng.choice("MSRODG") + number(rng, 8)


def licence(rng: Random) -> str:
    return f"{rng.randint(11, 26)}-{number(rng, 2)}-{number(rng, 6)}-{number(rng, 2)}"


def business(rng: Random) -> str:
    head = f"{rng.randint(101, 999)}{rng.randint(10, 99)}{number(rng, 4)}"
    total = sum(int(d) * w for d, w in zip(head, (1, 3, 7, 1, 3, 7, 1, 3, 5), strict=True))
    last = (10 - (total + int(head[8]) * 5 // 10) % 10) % 10
    return f"{head[:3]}-{head[3:5]}-{head[5:]}{last}"


def luhn_last(head: str) -> str:
    total = 0
    for at, digit in enumerate(reversed(head)):
        value = int(digit) * (2 - at % 2)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def card(rng: Random) -> str:
    head = rng.choice(("4", "51", "54", "62", "94", "35")) + number(rng, 15)
    head = head[:15]
    whole = head + luhn_last(head)
    return "-".join(whole[at : at + 4] for at in range(0, 16, 4))


def account(rng: Random) -> str:
    groups = rng.choice(((3, 3, 6), (6, 2, 6), (3, 4, 4, 2), (4, 2, 7), (3, 2, 6), (3, 6, 5)))
    first = rng.choice("1356789") + number(rng, groups[0] - 1)
    return "-".join([first, *(number(rng, n) for n in groups[1:])])


def email(rng: Random) -> str:
    name = rng.choice(("user", "kim.sample", "a_b", "m-team", "test+tag", "hong99"))
    host = rng.choice(("example.com", "mail.example.org", "a.b.example.net", "post-1.example.com"))
    return f"{name}{number(rng, 2)}@{host}"


def service(rng: Random) -> str:
    return f"{rng.randint(5, 25):02}-7{number(rng, 7)}"


def plate(rng: Random) -> str:
    letters = "가나다라마거너더러머버서어저고노로모보소오구누두루무수우하허배바사아자"
    return f"{rng.randint(10, 999)}{rng.choice(letters)}{number(rng, 4)}"


ROADS = (
    ("서울특별시", "강남구", "테헤란로"),
    ("서울", "종로구", "세종대로"),
    ("경기도", "성남시 분당구", "판교역로"),
    ("부산광역시", "해운대구", "센텀중앙로"),
    ("대전", "서구", "둔산중로"),
    ("충남", "논산시 연무읍", "안심로"),
    ("강원특별자치도", "춘천시", "중앙로"),
    ("제주특별자치도", "제주시", "첨단로"),
)
LOTS = (
    ("서울특별시", "강남구", "역삼동"),
    ("인천광역시", "남동구", "구월동"),
    ("경북", "포항시 남구", "대잠동"),
    ("충청남도", "계룡시", "금암동"),
    ("전라남도", "장성군 삼서면", "학성리"),
    ("대구", "중구", "동인동1가"),
)


def road_address(rng: Random) -> str:
    province, district, road = rng.choice(ROADS)
    side = f"{rng.randint(1, 99)}번길" if rng.random() < 0.3 else ""
    flat = rng.choice(("", "", "", " 101동 1203호"))
    tail = f"-{rng.randint(1, 30)}" if rng.random() < 0.2 else ""
    return f"{province} {district} {road}{side} {rng.randint(1, 999)}{tail}{flat}"


def lot_address(rng: Random) -> str:
    province, district, town = rng.choice(LOTS)
    return f"{province} {district} {town} {rng.randint(1, 999)}-{rng.randint(1, 99)}" + rng.choice(
        ("", "", "번지")
    )


def near_address(rng: Random) -> str:
    return rng.choice(
        (
            f"강남구 테헤란로 {rng.randint(1, 500)}",
            f"유성구 대학로 {rng.randint(1, 500)}",
            f"수원시 팔달구 인계동 {rng.randint(1, 999)}-{rng.randint(1, 50)}",
        )
    )


Make = Callable[[Random], str]
PERSONAL: dict[str, tuple[Kind, Make]] = {
    "resident": (Kind.RESIDENT_NUMBER, resident),
    "foreigner": (Kind.FOREIGNER_NUMBER, foreigner),
    "mobile": (Kind.PHONE, mobile),
    "landline": (Kind.PHONE, landline),
    "abroad": (Kind.PHONE, abroad),
    "passport": (Kind.PASSPORT, passport),
    "oldpassport": (Kind.PASSPORT, old_passport),
    "licence": (Kind.DRIVING_LICENCE, licence),
    "business": (Kind.BUSINESS_NUMBER, business),
    "card": (Kind.PAYMENT_CARD, card),
    "account": (Kind.BANK_ACCOUNT, account),
    "email": (Kind.EMAIL, email),
    "service": (Kind.SERVICE_NUMBER, service),
    "plate": (Kind.VEHICLE_PLATE, plate),
    "road": (Kind.ADDRESS, road_address),
    "lot": (Kind.ADDRESS, lot_address),
    "near": (Kind.ADDRESS, near_address),
}


# ── what only looks like it ────────────────────────────────────────────────────────────────────
def barcode(rng: Random) -> str:
    head = f"880{rng.randint(1000, 1231)}{number(rng, 5)}"
    total = sum(int(d) * (3 if at % 2 else 1) for at, d in enumerate(head))
    return f"{head}{-total % 10}"


def bad_card(rng: Random) -> str:
    right = card(rng)
    return right[:-1] + str((int(right[-1]) + rng.randint(1, 9)) % 10)


def bad_business(rng: Random) -> str:
    right = business(rng)
    return right[:-1] + str((int(right[-1]) + rng.randint(1, 9)) % 10)


def no_day(rng: Random) -> str:
    """Return the form of a resident number with a thirteenth month or a 32nd day."""
    day = rng.choice(
        (f"{rng.randint(13, 99)}{number(rng, 2)}", f"{rng.randint(1, 12):02}{rng.randint(32, 99)}")
    )
    return f"{rng.randint(50, 99)}{day}-{rng.choice('12')}{number(rng, 6)}"


LOOK_ALIKE: dict[str, Make] = {
    "nsn": lambda rng: f"NSN-{rng.randint(1000, 9999)}-{number(rng, 2)}-{number(rng, 3)}",
    "fullnsn": lambda rng: (
        f"{number(rng, 4)}-{rng.choice(('00', '01', '37'))}-{number(rng, 3)}-{number(rng, 4)}"
    ),
    "part": lambda rng: f"P{number(rng, 3)}-{number(rng, 4)}-{number(rng, 4)}",
    "partphone": lambda rng: f"A010-{number(rng, 4)}-{number(rng, 4)}",
    "longpart": lambda rng: f"{number(rng, 3)}-010-{number(rng, 4)}-{number(rng, 4)}",
    "serial": lambda rng: f"SN{number(rng, 10)}",
    "serialrrn": lambda rng: f"SN{birth(rng)[0]}-1{number(rng, 6)}",
    "date": lambda rng: f"20{rng.randint(10, 29)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
    "stamp": lambda rng: (
        f"20{rng.randint(10, 29)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}{number(rng, 6)}"
    ),
    "time": lambda rng: f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}",
    "amount": lambda rng: f"{rng.randint(1, 999)},{number(rng, 3)},{number(rng, 3)}",
    "bigamount": lambda rng: f"{rng.randint(1, 9)}{number(rng, 9)}",
    "epoch": lambda rng: f"1{rng.randint(6, 7)}{number(rng, 11)}",
    "barcode": barcode,
    "badcard": bad_card,
    "badbusiness": bad_business,
    "noday": no_day,
    "doc": lambda rng: f"20{rng.randint(10, 29)}-{number(rng, 4)}-{number(rng, 5)}",
    "ip": lambda rng: ".".join(str(rng.randint(1, 254)) for _ in range(4)),
    "coordinates": lambda rng: (
        f"{rng.randint(33, 38)}.{number(rng, 6)}, {rng.randint(126, 129)}.{number(rng, 11)}"
    ),
    "decimal": lambda rng: f"0.010{number(rng, 8)}",
    "uuid": lambda rng: "-".join(f"{rng.getrandbits(4 * n):0{n}x}" for n in (8, 4, 4, 4, 12)),
    "digest": lambda rng: f"{rng.getrandbits(256):064x}",
    "version": lambda rng: f"v{rng.randint(1, 9)}.{rng.randint(0, 20)}.{number(rng, 4)}",
    "track": lambda rng: number(rng, 12),
    "count": lambda rng: str(rng.randint(2, 99)),
    "mention": lambda rng: f"@team{number(rng, 2)}",
    "picture": lambda rng: f"icon{number(rng, 1)}@2x.png",
    "rate": lambda rng: f"{rng.randint(10, 99)}도 {rng.randint(1000, 3000)}rpm",
    "weeks": lambda rng: f"{rng.randint(10, 52)}주 20{rng.randint(10, 29)}년",
}
LOOK_ALIKE |= {
    "niin": lambda rng: f"{rng.choice(('00', '01', '37'))}-{number(rng, 3)}-{number(rng, 4)}",
    "isbn": lambda rng: f"978-89-{number(rng, 4)}-{number(rng, 3)}-{number(rng, 1)}",
    "mac": lambda rng: ":".join(f"{rng.getrandbits(8):02X}" for _ in range(6)),
    "grid": lambda rng: f"52S CG {number(rng, 5)} {number(rng, 5)}",
    "seconds": lambda rng: f"17{number(rng, 8)}",
    "order": lambda rng: f"ORD-20{rng.randint(20, 26)}{rng.randint(1, 12):02}15-{number(rng, 4)}",
    "range": lambda rng: (
        f"20{rng.randint(20, 26)}.{rng.randint(1, 12):02}.15~20{rng.randint(27, 29)}.01.31"
    ),
    "hours": lambda rng: f"0{rng.randint(6, 9)}00-1{rng.randint(6, 9)}30",
    "frequency": lambda rng: f"{rng.randint(118, 399)}.{number(rng, 4)}MHz",
    "drawing": lambda rng: f"DWG-{number(rng, 2)}-7{number(rng, 7)}-B",
    "model": lambda rng: f"K{rng.randint(1, 9)}A1-{number(rng, 4)}",
    "contract": lambda rng: f"{number(rng, 4)}-{number(rng, 3)}-{number(rng, 6)}-{number(rng, 2)}",
    "scale": lambda rng: f"1:{rng.choice((25, 50, 100))},000",
    "hexed": lambda rng: f"0x{rng.getrandbits(40):010X}",
    "lot9": lambda rng: f"L{number(rng, 9)}",
    "key": lambda rng: "-".join("".join(rng.choices("ABCDEFGHJK23456789", k=5)) for _ in range(4)),
    "paged": lambda rng: f"{rng.randint(10, 99)}-{rng.randint(100, 999)}",
    "pct": lambda rng: f"{rng.randint(1, 99)}.{number(rng, 2)}%",
}


# ── ways of writing ────────────────────────────────────────────────────────────────────────────
def plain(value: str, rng: Random) -> str:
    return value.replace("-", "")


def spaced(value: str, rng: Random) -> str:
    return value.replace("-", " ")


def wide(value: str, rng: Random) -> str:
    return value.translate(_WIDE)


def dashed(value: str, rng: Random) -> str:
    dash = rng.choice(DASHES)
    return value.replace("-", dash if rng.random() < 0.7 else f" {dash} ")


def dotted(value: str, rng: Random) -> str:
    return value.replace("-", rng.choice(DOTS))


def closed(value: str, rng: Random) -> str:
    """Return an address without its spaces, but before a flat."""
    return value.replace(" 101동 ", "\0").replace(" ", "").replace("\0", " 101동")


def mixed(value: str, rng: Random) -> str:
    """Return a number in one of the ways in which its dashes may be written."""
    draw = rng.random()
    if draw < 0.4:
        return value
    return (
        dashed(value, rng)
        if draw < 0.75
        else wide(value, rng)
        if draw < 0.9
        else dotted(value, rng)
    )


WAYS: dict[str, Callable[[str, Random], str]] = {
    "plain": plain,
    "spaced": spaced,
    "wide": wide,
    "dashed": dashed,
    "dotted": dotted,
    "closed": closed,
    "mixed": mixed,
}


def fill(template: str, rng: Random) -> Case:
    """Put made values into a template's slots."""
    text, truth, at = "", set(), 0
    for slot in _SLOT.finditer(template):
        text += template[at : slot.start()]
        at = slot.end()
        name, way = slot.groups()
        kind, make = PERSONAL[name] if name in PERSONAL else (None, LOOK_ALIKE[name])
        value = make(rng)
        if way:
            value = WAYS[way](value, rng)
        if kind:
            truth.add((len(text), len(text) + len(value), kind))
        text += value
    return Case(text + template[at:], frozenset(truth))


def cases(templates: Sequence[str], seed: int, each: int) -> list[Case]:
    """Fill every template so many times."""
    rng = Random(seed)
    return [fill(template, rng) for template in templates for _ in range(each)]
