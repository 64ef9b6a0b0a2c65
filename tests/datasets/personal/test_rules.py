"""What is found, what isn't, and how sure: each refusal beside what is accepted."""

from __future__ import annotations

import pyarrow as pa
import pytest

from dure.datasets.personal.context import hint_of
from dure.datasets.personal.kinds import Confidence, Kind
from dure.datasets.personal.rules import rules
from dure.datasets.personal.search import spans
from dure.datasets.personal.shapes import DEFAULT_SHAPES, Shape

LOW, MEDIUM, HIGH = Confidence
RULES = rules(DEFAULT_SHAPES)


def said(text: str, column: str = "note") -> list[tuple[str, Kind, Confidence]]:
    return [
        (text[span.start : span.end], span.kind, span.confidence)
        for span in spans(text, RULES, hint_of(column))
    ]


@pytest.mark.parametrize(
    ("text", "value", "kind", "confidence"),
    [
        # A right check digit, a wrong one with words, a wrong one of a birth since 2020, a wrong one.
        ("900101-1234568", "900101-1234568", Kind.RESIDENT_NUMBER, HIGH),
        ("주민번호 900101-1234567", "900101-1234567", Kind.RESIDENT_NUMBER, HIGH),
        ("주민번호 9001011234567", "9001011234567", Kind.RESIDENT_NUMBER, MEDIUM),
        ("210101-3234567", "210101-3234567", Kind.RESIDENT_NUMBER, MEDIUM),
        ("900101-1234567", "900101-1234567", Kind.RESIDENT_NUMBER, LOW),
        ("900101-5234567", "900101-5234567", Kind.FOREIGNER_NUMBER, MEDIUM),
        ("900101-5234561", "900101-5234561", Kind.FOREIGNER_NUMBER, HIGH),
        ("9001011234568", "9001011234568", Kind.RESIDENT_NUMBER, MEDIUM),
        ("9001011234567", "9001011234567", Kind.RESIDENT_NUMBER, LOW),
        ("900101 1234567", "900101 1234567", Kind.RESIDENT_NUMBER, LOW),
        ("문서번호 900101-1234568", "900101-1234568", Kind.RESIDENT_NUMBER, LOW),
        ("8801002345675 입고", "", Kind.RESIDENT_NUMBER, LOW),
        ("0111234567", "0111234567", Kind.PHONE, LOW),
        ("031) 234-5678", "031) 234-5678", Kind.PHONE, MEDIUM),
        ("82-10-1234-5678", "82-10-1234-5678", Kind.PHONE, MEDIUM),
        ("00821012345678", "00821012345678", Kind.PHONE, MEDIUM),
        ("M123A4567", "M123A4567", Kind.PASSPORT, MEDIUM),
        ("123-45-67890 사업자", "123-45-67890", Kind.BUSINESS_NUMBER, LOW),
        ("3782-822463-10005", "3782-822463-10005", Kind.PAYMENT_CARD, HIGH),
        ("4111 1111 1111 1111", "4111 1111 1111 1111", Kind.PAYMENT_CARD, MEDIUM),
        ("4111111111111111", "4111111111111111", Kind.PAYMENT_CARD, LOW),
        ("계좌 110 123 456789", "110 123 456789", Kind.BANK_ACCOUNT, MEDIUM),
        ("차량 12가 3456", "12가 3456", Kind.VEHICLE_PLATE, HIGH),
        ("차량 12도3456", "12도3456", Kind.VEHICLE_PLATE, HIGH),
        ("tel010-1234-5678", "010-1234-5678", Kind.PHONE, HIGH),
        ("서울강남구역삼동12-3", "서울강남구역삼동12-3", Kind.ADDRESS, MEDIUM),
    ],
)
def test_how_sure(text, value, kind, confidence):
    expected = [(value, kind, confidence)] if value else []
    assert said(text) == expected


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("900101-1234568-2", "900101-1234568"),
        ("901301-1234568", "901001-1234568 "),
        ("900101-0234568", "900101-1234568"),
        ("1900101-1234568", "900101-1234568"),
        ("451001-3234568 ", "151001-3234568"),
        ("12 900101 1234567 3", "900101 1234567"),
        ("010-123-4567", "011-123-4567"),
        ("품번 010-1234-5678", "담당 010-1234-5678"),
        ("품번코드는 010-1234-5678", "부서코드는 010-1234-5678"),
        ("1.010-1234-5678", "1. 010-1234-5678"),
        ("A-010-1234-5678", "가-010-1234-5678"),
        ("010-1234-5678A", "010-1234-5678가"),
        ("0222345678", "전화 0222345678"),
        ("부품 031-234-5678", "부서 031-234-5678"),
        ("부품 82-10-1234-5678", "부품 +82-10-1234-5678"),
        ("M12345678", "여권 M12345678"),
        ("품번 M123A4567", "여권 M123A4567"),
        ("도면 11-12-345678-90", "운전 11-12-345678-90"),
        ("29-12-345678-90", "28-12-345678-90"),
        ("1234567891", "사업자 1234567891"),
        ("사업자 1234567890", "사업자 1234567891"),
        ("4111-1111-1111-1112", "4111-1111-1111-1111"),
        ("1111-1111-1111-1117", "4111-1111-1111-1111"),
        ("품번 4111111111111111", "카드 4111111111111111"),
        ("3782 822463 10005", "카드 3782 822463 10005"),
        ("110-123-456789", "계좌 110-123-456789"),
        ("계좌 110-12-34", "계좌 110-12-34567"),
        ("계좌 품번 110-123-456789", "계좌 110-123-456789"),
        ("계좌 2024-01-15 0930", "계좌 2024-99-15 0930"),
        ("12도3456", "12가3456"),
        ("12가3456원", "12가3456입차"),
        ("12가 3456", "주차 12가 3456"),
        ("icon@2x.png", "icon@2x.co"),
        ("x" * 70 + "@example.com", "x" * 60 + "@example.com"),
        ("강남구 역삼동 3명", "강남구 역삼동 3번지"),
        ("중구 동인동 12-3", "대구 중구 동인동 12-3"),
        ("테헤란로 152", "강남구 테헤란로 152"),
        ("품번 12-71234567", "병사 12-71234567"),
        ("12-81234567", "12-71234567"),
    ],
)
def test_what_is_refused_and_what_stands_beside_it(text, accepted):
    assert said(text) == []
    assert len(said(accepted)) == 1


def test_words_of_a_column_say_what_its_cells_are():
    assert said("110123456789", "계좌번호") == [("110123456789", Kind.BANK_ACCOUNT, MEDIUM)]
    assert said("M12345678", "passport_no") == [("M12345678", Kind.PASSPORT, HIGH)]
    assert said("010-1234-5678", "serial_no") == [("010-1234-5678", Kind.PHONE, LOW)]
    assert said("01012345678", "serial_no") == []
    assert said("01012345678", "계좌번호") == [("01012345678", Kind.PHONE, MEDIUM)]


def test_of_two_claims_the_surer_or_earlier_one_stands():
    # Thirteen digits after the word for an account, which could be a resident number.
    assert said("입금 9001011234567") == [("9001011234567", Kind.BANK_ACCOUNT, MEDIUM)]
    for text in ("계좌 11-12-345678-90", "계좌 123-45-67891"):
        assert said(text) == [(text[3:], Kind.BANK_ACCOUNT, HIGH)]
    both = said("주민번호 900101-1234568 담당 010-1234-5678")
    assert [kind for _, kind, _ in both] == [Kind.RESIDENT_NUMBER, Kind.PHONE]


def test_a_refused_match_hides_nothing_within_it():
    assert said("2024-4111-1111-1111-1111") == []
    assert said("2024 4111-1111-1111-1111") == [("4111-1111-1111-1111", Kind.PAYMENT_CARD, HIGH)]


@pytest.mark.parametrize("pattern", ["", "###", "##-7######é", "#" * 41, "@-@####", "##７####"])
def test_a_shape_that_is_none(pattern):
    with pytest.raises(ValueError, match="service number"):
        Shape(pattern)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("@##-####", "K12-3456"), ("해군-######", "해군-123456"), ("a1######", "A1234567")],
)
def test_a_charters_own_shape(pattern, text):
    for engine_rules, expected in ((rules((Shape(pattern),)), 1), (RULES, 0)):
        assert sum(s.kind is Kind.SERVICE_NUMBER for s in spans(text, engine_rules)) == expected


def test_no_shape_and_many():
    text = "12-71234567"
    assert spans(text, rules(())) == []
    many = tuple(Shape(f"##-{digit}#######") for digit in range(10)) * 8
    assert len(spans(text, rules(many))) == 1
    assert len(rules(many)) == len(RULES)


def test_dashes_of_every_spelling_keep_their_places(scanner):
    for dash in "-‐‑‒–—−․·.－":
        text = f"가나 010{dash}1234{dash}5678로"
        hits = list(scanner.scan(pa.table({"note": [text]})))
        assert [(hit.start, hit.end, hit.kind) for hit in hits] == [(3, 16, Kind.PHONE)], dash
