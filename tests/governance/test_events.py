"""Events: what an entry tells everybody, and what opens it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.core.canonical import canonical_json
from dure.core.suites import suite
from dure.governance.errors import GovernanceError
from dure.governance.events import (
    MAX_ENTRY_BYTES,
    Event,
    open_detail,
    phases,
    pseudonym,
    read_entry,
    write_entry,
)

INTL = suite("intl")
TIME = "2026-01-31T09:30:00Z"
NAMES = st.from_regex(r"[a-z]{1,8}\.[a-z]{1,8}", fullmatch=True)
DETAILS = st.dictionaries(
    st.text("abc", max_size=3), st.text("xyz가", max_size=5) | st.integers(0, 9), max_size=3
)
EVENTS = st.builds(
    Event,
    type=NAMES,
    actor=NAMES | st.just(""),
    asset=st.sampled_from(["", "ab" * 32]),
    decision=st.sampled_from(["", "12" * 8]),
    detail=DETAILS,
)


def entry(event: Event, salt: bytes = b"s" * 16, secret: bytes = b"k" * 32) -> bytes:
    return write_entry(event, time=TIME, secret=secret, salt=salt, suite=INTL)


@given(EVENTS)
def test_round_trip_and_opening(event: Event) -> None:
    assert Event.from_dict(event.to_dict()) == event
    data = entry(event)
    read = read_entry(data)
    assert read.to_bytes() == data
    assert (read.time, read.type, read.asset) == (TIME, event.type, event.asset)
    assert open_detail(read, b"s" * 16, event.actor, event.detail, INTL)
    assert not open_detail(read, b"t" * 16, event.actor, event.detail, INTL)
    assert not open_detail(read, b"s" * 16, event.actor + "x", event.detail, INTL)
    assert not open_detail(read, b"s" * 16, event.actor, {**event.detail, "d": 1}, INTL)


@given(EVENTS, st.binary(min_size=16, max_size=16))
def test_an_entry_names_nobody_and_says_nothing(event: Event, salt: bytes) -> None:
    data = entry(event, salt)
    assert not event.actor or event.actor.encode() not in data.replace(event.type.encode(), b"")
    for value in event.detail.values():
        assert len(str(value)) < 3 or str(value).encode() not in data
    assert (entry(event, salt[::-1]) == data) == (salt[::-1] == salt)


def test_pseudonyms_tell_people_apart_within_one_store() -> None:
    assert pseudonym(b"k", "coast.a") == pseudonym(b"k", "coast.a")
    assert pseudonym(b"k", "coast.a") != pseudonym(b"k", "coast.b")
    assert pseudonym(b"k", "coast.a") != pseudonym(b"l", "coast.a")
    assert pseudonym(b"k", "") == ""


def test_largest_entry_fits() -> None:
    event = Event("x" * 60 + ".y", "a" * 60 + ".b", "ab" * 32, "12" * 8, {"x": "y" * 65_000})
    assert len(entry(Event.from_dict(event.to_dict()))) < MAX_ENTRY_BYTES


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("type", "plain"),
        ("actor", "Somebody Real"),
        ("asset", "report.csv"),
        ("decision", "x"),
        ("detail", {"x": "y" * 70_000}),
        ("more", ""),
    ],
)
def test_malformed_events(field: str, value: Any) -> None:
    with pytest.raises(GovernanceError, match=r"governance\.request"):
        Event.from_dict(Event("a.b").to_dict() | {field: value})


def test_malformed_entries() -> None:
    good = entry(Event("a.b"))
    for bad in (
        good + b" ",
        b"{}",
        good.replace(b"event/v1", b"event/v2"),
        canonical_json({"format": "dure/event/v1"}),
        b"x" * 70_000,
    ):
        with pytest.raises(GovernanceError, match=r"governance\.request"):
            read_entry(bad)
    assert read_entry(good).type == "a.b"


def test_phases() -> None:
    assert phases("a.b") == {"a.b.begun", "a.b.done", "a.b.failed"}
