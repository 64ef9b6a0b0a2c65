"""What a scan found, counted and said in words; never what it says."""

from __future__ import annotations

import re

import pyarrow as pa

from dure.core.findings import Severity
from dure.datasets.personal.kinds import WORDS, Confidence, Hit, Kind
from dure.datasets.personal.summary import KindSummary, findings, summarise

LOW, MEDIUM, HIGH = Confidence


def hit(column: str, row: int, kind: Kind = Kind.PHONE, confidence: Confidence = HIGH) -> Hit:
    return Hit(column, row, 0, 13, kind, confidence)


def test_hits_are_counted_by_column_and_kind():
    hits = [
        hit("b", 0, confidence=LOW),
        hit("b", 4),
        hit("b", 4, confidence=MEDIUM),
        hit("a", 1, Kind.EMAIL),
        hit("a", 2, Kind.RESIDENT_NUMBER),
        *(hit("b", row) for row in range(5, 20)),
    ]
    assert summarise(hits) == (
        KindSummary("b", Kind.PHONE, 18, 17, low=1, medium=1, high=16, examples=(4, 5, 6, 7, 8)),
        KindSummary("a", Kind.RESIDENT_NUMBER, 1, 1, low=0, medium=0, high=1, examples=(2,)),
        KindSummary("a", Kind.EMAIL, 1, 1, low=0, medium=0, high=1, examples=(1,)),
    )
    assert summarise([]) == ()


def test_examples_are_of_the_surest(scanner):
    (low,) = summarise([hit("a", 1, confidence=LOW)])
    (medium,) = summarise([hit("a", 1, confidence=LOW), hit("a", 2, confidence=MEDIUM)])
    assert (low.examples, low.confidence) == ((1,), LOW)
    assert (medium.examples, medium.confidence) == ((2,), MEDIUM)


def test_findings_say_how_much_it_matters():
    hits = [
        hit("a", 0, Kind.RESIDENT_NUMBER),
        hit("b", 0, Kind.RESIDENT_NUMBER, LOW),
        hit("c", 0, Kind.PHONE),
        hit("d", 0, Kind.PAYMENT_CARD, LOW),
    ]
    found = findings(summarise(hits), "holdings.csv")
    assert [(f.code, f.severity, f.subject, f.locator) for f in found] == [
        ("personal.resident-number", Severity.ERROR, "holdings.csv", "a"),
        ("personal.resident-number", Severity.NOTICE, "holdings.csv", "b"),
        ("personal.phone", Severity.WARNING, "holdings.csv", "c"),
        ("personal.payment-card", Severity.NOTICE, "holdings.csv", "d"),
    ]


def test_findings_speak_both_languages_and_hold_no_value(scanner):
    table = pa.table({"메모\x1b[2J": ["없음", "담당 010-1234-5678, 900101-1234568"]})
    found = findings(summarise(scanner.scan(table)), "x")
    assert [one.code for one in found] == ["personal.resident-number", "personal.phone"]
    for one in found:
        said = repr(one.to_dict("en")) + repr(one.to_dict("ko"))
        assert not re.search("1234|9001|\x1b", said)
        assert one.locator == "메모\\x1b[2J"
        assert "for instance 2." in one.words.en  # counted from 1, as people do
        assert re.search("[가-힣]", one.words.ko)
        assert re.search("[가-힣]", one.next_step.ko)


def test_every_kind_has_words():
    assert set(WORDS) == set(Kind)
