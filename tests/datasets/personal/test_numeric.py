"""Numbers that people are known by, in columns of numbers."""

from __future__ import annotations

import decimal
import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.datasets.personal import checks, numeric
from dure.datasets.personal.kinds import Confidence, Kind
from tests.datasets.personal.corpus import (
    PERSONAL,
    birth,
    business,
    card,
    check_digit,
    foreigner,
    licence,
    mobile,
    number,
)

LOW, MEDIUM, HIGH = Confidence
NUMBERS = st.lists(st.integers(0, 10**16 - 1), min_size=1, max_size=30)


def right_resident(rng: random.Random) -> str:
    day, late = birth(rng)
    head = f"{day}{rng.choice('34' if late else '12')}{number(rng, 5)}"
    return head + check_digit(head, 11)


MADE = {
    Kind.RESIDENT_NUMBER: right_resident,
    Kind.FOREIGNER_NUMBER: foreigner,
    Kind.PHONE: mobile,
    Kind.BUSINESS_NUMBER: business,
    Kind.PAYMENT_CARD: card,
}
COLUMNS = {
    Kind.RESIDENT_NUMBER: "주민번호",
    Kind.FOREIGNER_NUMBER: "외국인등록",
    Kind.PHONE: "phone",
    Kind.BUSINESS_NUMBER: "사업자번호",
    Kind.PAYMENT_CARD: "card_no",
}


def made(kind: Kind, count: int, seed: int = 3) -> list[int]:
    rng = random.Random(seed)
    texts = []
    while len(texts) < count:
        text = MADE[kind](rng).replace("-", "")
        if kind is not Kind.PHONE or text.startswith("010"):
            texts.append(int(text))
    return texts


@pytest.mark.parametrize("kind", MADE)
def test_a_column_with_a_name_and_one_full_of_them(scanner, kind):
    values = made(kind, 40)
    hits = list(scanner.scan(pa.table({COLUMNS[kind]: values})))
    assert [(hit.row, hit.kind) for hit in hits] == [(row, kind) for row in range(40)]
    assert all(hit.end == len(str(values[hit.row])) for hit in hits)
    # By another name they are told by all having the shape, and less surely.
    unnamed = list(scanner.scan(pa.table({"v": values})))
    assert [(hit.row, hit.kind) for hit in unnamed] == [(row, kind) for row in range(40)]
    assert all(one.confidence > two.confidence for one, two in zip(hits, unnamed, strict=True))


@pytest.mark.parametrize("kind", MADE)
def test_few_of_them_or_in_order_say_nothing(scanner, kind):
    values = made(kind, 40)
    others = random.Random(1).choices(range(10**5), k=40)
    for column in (values[:10], sorted(values), sorted(values, reverse=True), values + others):
        assert list(scanner.scan(pa.table({"v": column}))) == []
    nearly = [*values[:39], 17]
    assert len(list(scanner.scan(pa.table({"v": nearly})))) == 39
    assert list(scanner.scan(pa.table({"serial": values}))) == []


def test_counters_instants_and_quantities_are_nothing(scanner):
    rng = np.random.default_rng(5)
    table = pa.table(
        {
            "record_id": np.arange(1_010_000_000, 1_010_000_500),
            "instant": rng.integers(1_600_000_000_000, 1_780_000_000_000, 500),
            "seconds": rng.integers(1_600_000_000, 1_780_000_000, 500),
            "any": rng.integers(0, 10**13, 500),
            "quantity": rng.poisson(3, 500),
            "price": rng.lognormal(4, 1, 500),
            "code": rng.integers(10**15, 10**16 - 1, 500),
            "flag": rng.integers(0, 2, 500).astype(np.uint8),
        }
    )
    assert list(scanner.scan(table)) == []


@pytest.mark.parametrize(
    "column",
    [
        pa.array([1012345678.0, None, 1087654321.0, float("nan"), 10.5, float("inf"), -3.0]),
        pa.array([1012345678, None, 1087654321, None, 5, 2**64 - 1, 0], pa.uint64()),
        pa.array([1012345678, None, 1087654321, None, -5, 7, 0], pa.int64()),
        pa.array([*map(decimal.Decimal, (1012345678, 4, 1087654321))], pa.decimal128(20, 0)),
    ],
    ids=["float", "unsigned", "signed", "decimal"],
)
def test_every_type_of_number(scanner, column):
    hits = list(scanner.scan(pa.table({"휴대폰": column})))
    assert [(hit.row, hit.end, hit.kind, hit.confidence) for hit in hits] == [
        (0, 10, Kind.PHONE, HIGH),
        (2, 10, Kind.PHONE, HIGH),
    ]


@pytest.mark.parametrize(
    ("column", "right"), [("주민번호", 9001011234568), ("외국인번호", 9001015234561)]
)
def test_a_right_check_digit_makes_it_surer(scanner, column, right):
    values = [right - right % 10 + last for last in range(10)]
    hits = list(scanner.scan(pa.table({column: values})))
    assert [hit.confidence for hit in hits] == [HIGH if v == right else MEDIUM for v in values]


def test_what_only_a_name_tells(scanner):
    rng = random.Random(2)
    table = pa.table(
        {
            "면허번호": [int(licence(rng).replace("-", "")) for _ in range(5)],
            "계좌번호": [int(f"3{number(rng, 11)}") for _ in range(5)],
            "전화": [212345678, 3121234567, 1112345678, 5, 821012345678],
        }
    )
    kinds = [(hit.column, hit.row, hit.kind) for hit in scanner.scan(table)]
    assert kinds == [
        *[("면허번호", row, Kind.DRIVING_LICENCE) for row in range(5)],
        *[("계좌번호", row, Kind.BANK_ACCOUNT) for row in range(5)],
        # The mobile numbers come first: they are looked for first.
        *[("전화", row, Kind.PHONE) for row in (4, 0, 1, 2)],
    ]


@given(NUMBERS)
def test_the_checks_of_arrays_are_those_of_numbers(values):
    array = np.array(values, dtype=np.int64)
    registration = numeric._registration(array)
    right = numeric._registration_check(array)
    for at, value in enumerate(values):
        text = f"{value:013}"
        if registration[at]:
            assert len(text) == 13
            assert checks.resident_check(text) == bool(right[at])
        if len(str(value)) == 10:
            assert checks.business_check(str(value)) == bool(numeric._business(array)[at])
        if len(str(value)) == 16:
            expected = checks.luhn(str(value)) and checks.card_issuer(str(value))
            assert expected == bool(numeric._card(array)[at])


@given(st.integers(0, 10**6))
def test_made_numbers_pass_them(seed):
    rng = random.Random(seed)
    assert checks.resident_check(right_resident(rng))
    assert checks.business_check(business(rng).replace("-", ""))
    assert checks.luhn(card(rng).replace("-", ""))
    assert not checks.luhn(str(int(card(rng).replace("-", "")) ^ 1))
    assert PERSONAL["card"][0] is Kind.PAYMENT_CARD
