"""The privacy record as a value: what may be written, what is read back, and when data may leave."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.core.canonical import canonical_json
from dure.core.text import is_unseen
from dure.datasets.privacy.errors import PrivacyError
from dure.datasets.privacy.keeping import parse_record
from dure.datasets.privacy.record import (
    WORDS,
    Basis,
    Handling,
    PrivacyRecord,
    ProcessingRole,
    Review,
    read_date,
)

DAY = dt.date(2026, 1, 31)
RECORD = PrivacyRecord(
    dataset="ab" * 32,
    basis=Basis.RESEARCH,
    purpose="감염병 연구",
    retain_until=dt.date(2027, 12, 31),
    handling=Handling.PSEUDONYMISED,
    review=Review.ADEQUATE,
    reviewer="bravo.officer",
    reviewed_on=DAY,
    role=ProcessingRole.CONTROLLER,
    reference="제2026-7호",
    number=1,
    written_on=DAY,
    written_by="bravo.steward",
)
SHOWN = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=20).filter(
    lambda text: not any(map(is_unseen, text))
)
DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))


@given(
    st.sampled_from(Basis),
    SHOWN,
    DAYS,
    st.sampled_from(Handling),
    st.none() | DAYS,
    st.sampled_from(ProcessingRole),
)
def test_a_record_is_read_as_it_was_written(
    basis: Basis,
    purpose: str,
    until: dt.date,
    handling: Handling,
    reviewed: dt.date | None,
    role: ProcessingRole,
):
    record = msgspec.structs.replace(
        RECORD,
        basis=basis,
        purpose=purpose,
        retain_until=until,
        handling=handling,
        reviewed_on=reviewed,
        role=role,
    )
    assert PrivacyRecord.from_dict(record.to_dict()) == record


@pytest.mark.parametrize(
    "change",
    [
        {"form": "dure/privacy-record/v2"},
        {"dataset": "x"},
        {"basis": "because"},
        {"purpose": ""},
        {"purpose": "a\u202eb"},
        {"retain_until": "tomorrow"},
        {"number": 0},
        {"number": True},
        {"reviewer": "Somebody Else"},
        {"more": 1},
    ],
)
def test_another_form_is_no_record(change: dict[str, Any]):
    content = canonical_json({**RECORD.to_dict(), **change})
    with pytest.raises(PrivacyError) as refused:
        parse_record(content, RECORD.dataset)
    assert refused.value.facts["reason"] == "form"
    assert parse_record(canonical_json(RECORD.to_dict()), RECORD.dataset) == RECORD


def test_bytes_that_are_none_and_another_data_sets_record_are_refused():
    for content, dataset, why in (
        (b"{", RECORD.dataset, "form"),
        (b"[]", RECORD.dataset, "form"),
        (canonical_json(RECORD.to_dict()), "cd" * 32, "other"),
    ):
        with pytest.raises(PrivacyError) as refused:
            parse_record(content, dataset)
        assert refused.value.facts["reason"] == why


def test_data_leave_until_their_last_day_and_with_an_adequate_review():
    assert RECORD.fault() == ""
    assert RECORD.objection(RECORD.retain_until) == ""
    assert RECORD.objection(RECORD.retain_until + dt.timedelta(1)) == "expired"
    for review in (Review.INADEQUATE, Review.NOT_DONE):
        assert msgspec.structs.replace(RECORD, review=review).objection(DAY) == "not-reviewed"


def test_two_records_say_the_same_but_for_number_and_day():
    later = msgspec.structs.replace(RECORD, number=2, written_on=dt.date(2026, 2, 1))
    assert RECORD.says_the_same(later)
    assert not RECORD.says_the_same(msgspec.structs.replace(later, purpose="다른 목적"))


def test_every_code_has_its_words():
    assert set(WORDS) == {*Basis, *Handling, *Review, *ProcessingRole}


@pytest.mark.parametrize("text", ["2026-1-1", "1999-01-01", "2026-02-30", "", "2026-01-01\n"])
def test_what_is_no_day_of_this_century_is_refused(text: str):
    with pytest.raises(ValueError, match=r"."):
        read_date(text)
