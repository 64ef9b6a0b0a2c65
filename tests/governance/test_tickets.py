"""Tickets: what the executor signs, and what of it can't be changed afterwards."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.core.suites import Suite, suite
from dure.governance.errors import GovernanceError
from dure.governance.tickets import Ticket, check_ticket
from tests.governance.alliance import START, Key

KEY = Key("coast executor")
TICKET = Ticket("ab" * 32, "coast.steward", "content.read", "trial", "", "cd" * 16, START + 120, 7)


def sign(ticket: Ticket, key: Key = KEY) -> str:
    return key.suite.sign_value(key.private, "ticket", ticket.to_dict())


def check(ticket: Ticket, signature: str, now: int = START, crypto: Suite | None = None) -> None:
    check_ticket(ticket, signature, suite=crypto or KEY.suite, executor_public=KEY.public, now=now)


def test_a_signed_ticket_is_good_until_its_last_second():
    check(TICKET, sign(TICKET), START + 119)
    with pytest.raises(GovernanceError) as refused:
        check(TICKET, sign(TICKET), START + 120)
    assert refused.value.facts["reason"] == "expired"


def test_plain_values_give_it_back():
    assert Ticket.from_dict(TICKET.to_dict()) == TICKET


@given(
    name=st.sampled_from([field.name for field in fields(Ticket)]),
    text=st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=64),
    number=st.integers(0, 2**40),
)
def test_no_field_can_be_changed_under_the_signature(name: str, text: str, number: int):
    value = text if isinstance(getattr(TICKET, name), str) else number
    changed = replace(TICKET, **{name: value})
    if changed == TICKET:
        return
    with pytest.raises(GovernanceError) as refused:
        check(changed, sign(TICKET), min(START, number))
    assert refused.value.facts["reason"] == "signature"


@pytest.mark.parametrize(
    "signature",
    ["", "zz", "00" * 64, sign(TICKET).upper(), sign(TICKET)[:-2], sign(TICKET, Key("coast node"))],
)
def test_no_other_signature_will_do(signature: str):
    with pytest.raises(GovernanceError) as refused:
        check(TICKET, signature)
    assert (refused.value.code, refused.value.facts["reason"]) == ("governance.ticket", "signature")


def test_a_signature_of_the_other_suite_is_none():
    other = Key("coast executor", "kr-public")
    with pytest.raises(GovernanceError):
        check_ticket(
            TICKET, sign(TICKET), suite=suite("kr-public"), executor_public=other.public, now=START
        )
    check_ticket(
        TICKET, sign(TICKET, other), suite=other.suite, executor_public=other.public, now=START
    )


@pytest.mark.parametrize(
    "change",
    [
        {"asset": 1},
        {"nonce": None},
        {"expires": "soon"},
        {"expires": True},
        {"entry": 1.0},
        {"extra": ""},
        {"run": ...},
    ],
)
def test_another_form_is_refused(change: dict[str, object]):
    value = {k: v for k, v in (TICKET.to_dict() | change).items() if v is not ...}
    with pytest.raises(GovernanceError) as refused:
        Ticket.from_dict(value)
    assert refused.value.facts["reason"] == "wrong-form"
