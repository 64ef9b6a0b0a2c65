"""Requests, votes, their count and the permit, as pure values."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.core.actions import Action, QuorumRule
from dure.core.suites import suite
from dure.core.text import Text
from dure.core.times import write_time
from dure.governance.decisions import NEXT, PENDING, Choice, Client, Request, State, Vote
from dure.governance.errors import GovernanceError
from dure.governance.permits import Permit, check_permit, issue_permit, policy_version
from dure.governance.tally import Ballot, Rulebook, check_vote, count, needs_outside_client
from tests.governance.alliance import (
    ACTIONS,
    ASSET,
    EVIDENCE,
    OPEN_TEXT,
    RULE,
    SECRET_TEXT,
    SHARED_TEXT,
    START,
    Key,
    charter,
    vote_on,
)

INTL = suite("intl")
CHARTER = charter()
RULEBOOK = Rulebook(CHARTER, ACTIONS[0], INTL)
LATER = START + RULE.review_s


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def request(**changes: Any) -> Request:
    nonce = "0f" * 16
    parts: dict[str, Any] = {
        "id": nonce[:16],
        "action": "report.release",
        "arguments": {"to": "navy", "n": 3},
        "assets": (ASSET,),
        "source": OPEN_TEXT,
        "target": OPEN_TEXT,
        "evidence": EVIDENCE,
        "policy": policy_version(CHARTER, INTL),
        "requester": "coast.steward",
        "agency": "coast",
        "incarnation": "one",
        "nonce": nonce,
        "created": write_time(START),
        "expires": write_time(START + RULE.expires_s),
    }
    return Request(**(parts | changes))


def ballots(asked: Request, *voters: str, at: int = LATER, **more: Any) -> tuple[Ballot, ...]:
    return tuple(Ballot(vote_on(asked, voter, **more), at) for voter in voters)


def refused(code: str, reason: str) -> Any:
    return pytest.raises(
        GovernanceError, check=lambda e: e.code == code and e.facts.get("reason") == reason
    )


# ── forms ──────────────────────────────────────────────────────────────────────────────────────


def test_request_round_trip() -> None:
    asked = request()
    assert Request.from_dict(asked.to_dict()) == replace(asked, assets=(ASSET,))
    assert (asked.created_s, asked.expires_s) == (START, START + RULE.expires_s)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("nonce", "0f" * 8, "wrong-form"),
        ("id", "1f" * 8, "wrong-form"),
        ("action", "release", "wrong-form"),
        ("arguments", [], "wrong-type"),
        ("assets", ["x"], "wrong-form"),
        ("assets", [ASSET] * 300, "too-large"),
        ("evidence", "md5:00", "wrong-form"),
        ("created", "yesterday", "wrong-form"),
        ("expires", "2026-13-01T00:00:00Z", "wrong-form"),
        ("more", 1, "unknown-field"),
        ("arguments", {"x": "y" * 50_000}, "too-large"),
    ],
)
def test_malformed_request(field: str, value: object, reason: str) -> None:
    with refused("governance.request", reason):
        Request.from_dict(request().to_dict() | {field: value})


@given(st.sampled_from(sorted(request().to_dict())), st.text(min_size=1, max_size=20).map(nfc))
def test_every_field_is_in_the_digest(field: str, text: str) -> None:
    plain = request().to_dict()
    value = {"changed": text} if field == "arguments" else [text] if field == "assets" else text
    changed = INTL.digest("request", plain | {field: value})
    assert (changed == request().digest(INTL)) == (plain[field] == value)


def test_vote_round_trip() -> None:
    vote = vote_on(request(), "coast.checker")
    assert Vote.from_dict(vote.to_dict()) == vote
    ballot = Ballot(vote, 7)
    assert Ballot.from_dict(ballot.to_dict()) == ballot
    for field in ("choice", "client"):
        with refused("governance.request", "wrong-form"):
            Vote.from_dict(vote.to_dict() | {field: "maybe"})
    with refused("governance.request", "wrong-type"):
        Ballot.from_dict({"vote": vote.to_dict(), "received_s": "7"})


def test_the_machine_has_no_way_back() -> None:
    reached = {State.OPEN}
    for _ in State:
        reached |= {after for state in reached for after in NEXT[state]}
    assert reached == set(State)
    ends = {state for state in State if not NEXT[state]}
    assert ends == {State.DONE, State.FAILED, State.REJECTED, State.EXPIRED, State.VOID}
    assert all(State.OPEN not in after for after in NEXT.values())
    assert {state for state in State if State.CLAIMED in NEXT[state]} == {State.APPROVED}
    assert {state for state in State if State.EXPIRED in NEXT[state]} == PENDING


# ── one vote ───────────────────────────────────────────────────────────────────────────────────


def test_a_good_vote_stands() -> None:
    (ballot,) = ballots(request(), "coast.checker")
    assert check_vote(request(), ballot, RULEBOOK).id == "coast.checker"


def one_vote(**changes: Any) -> Vote:
    return replace(vote_on(request(), "coast.checker"), **changes)


@pytest.mark.parametrize(
    ("ballot", "reason"),
    [
        (
            Ballot(vote_on(request(arguments={"to": "port"}), "coast.checker"), LATER),
            "other-request",
        ),
        (Ballot(one_vote(key="00" * 8), LATER), "unknown-key"),
        (Ballot(one_vote(choice=Choice.REJECT), LATER), "signature"),
        (Ballot(one_vote(client=Client.NODE), LATER), "signature"),
        (Ballot(one_vote(signature="00"), LATER), "signature"),
        (Ballot(one_vote(signature="xx"), LATER), "signature"),
        (Ballot(vote_on(request(), "coast.steward"), LATER), "requester"),
        (Ballot(vote_on(request(), "port.developer"), LATER), "role"),
        (Ballot(one_vote(), LATER - 1), "early"),
        (Ballot(one_vote(), START + RULE.expires_s), "expired"),
    ],
)
def test_votes_that_do_not_stand(ballot: Ballot, reason: str) -> None:
    with refused("governance.vote", reason):
        check_vote(request(), ballot, RULEBOOK)
    assert count(request(), [ballot], RULEBOOK).approvals == ()


def test_a_vote_signed_by_somebody_else_is_refused() -> None:
    forged = Ballot(vote_on(request(), "coast.officer", key=Key("coast.checker")), LATER)
    with refused("governance.vote", "unknown-key"):
        check_vote(request(), forged, RULEBOOK)
    claimed = replace(forged.vote, key=Key("coast.officer").id)
    with refused("governance.vote", "signature"):
        check_vote(request(), Ballot(claimed, LATER), RULEBOOK)


def test_a_stranger_has_no_vote() -> None:
    stranger = Ballot(replace(one_vote(), voter="coast.nobody"), LATER)
    with pytest.raises(GovernanceError, match=r"governance\.unknown"):
        check_vote(request(), stranger, RULEBOOK)


def test_a_revoked_key_has_no_vote() -> None:
    revoked = tuple(
        replace(p, keys=(Key(p.id).enrolled(revoked=True),)) if p.id == "coast.checker" else p
        for p in CHARTER.principals
    )
    rulebook = replace(RULEBOOK, charter=charter(principals=revoked))
    (ballot,) = ballots(request(), "coast.checker")
    with refused("governance.vote", "key-revoked"):
        check_vote(request(), ballot, rulebook)


def test_requester_is_refused_even_with_the_role() -> None:
    asked = request(requester="coast.checker")
    with refused("governance.vote", "requester"):
        check_vote(asked, Ballot(vote_on(asked, "coast.checker"), LATER), RULEBOOK)


def test_an_action_without_quorum_is_not_voted_on() -> None:
    plain = Rulebook(CHARTER, Action("a.b", Text("", ""), frozenset()), INTL)
    with refused("governance.request", "not-critical"):
        check_vote(request(), ballots(request(), "coast.checker")[0], plain)


# ── the count ──────────────────────────────────────────────────────────────────────────────────


def test_two_are_enough() -> None:
    tally = count(request(), ballots(request(), "coast.checker", "coast.officer"), RULEBOOK)
    assert tally.enough
    assert tally.approvals == ("coast.checker", "coast.officer")
    assert tally.agencies == ("coast",)


def test_one_person_counts_once() -> None:
    asked = request()
    twice = (*ballots(asked, "coast.checker"), *ballots(asked, "coast.checker", client=Client.NODE))
    assert count(asked, twice, RULEBOOK).missing == "too-few"


def test_a_rejection_outweighs() -> None:
    asked = request()
    given_votes = (
        *ballots(asked, "coast.checker", "coast.officer"),
        *ballots(asked, "navy.checker", choice=Choice.REJECT),
    )
    tally = count(asked, given_votes, RULEBOOK)
    assert tally.rejected
    assert not tally.enough


def test_agencies_count() -> None:
    rule = replace(RULE, agencies=2)
    rulebook = replace(RULEBOOK, action=replace(ACTIONS[0], quorum=rule))
    asked = request()
    own = ballots(asked, "coast.checker", "coast.officer")
    assert count(asked, own, rulebook).missing == "too-few-agencies"
    assert count(asked, (*own, *ballots(asked, "navy.checker")), rulebook).enough


def test_strangers_alone_do_not_decide() -> None:
    rulebook = replace(RULEBOOK, action=replace(ACTIONS[0], quorum=replace(RULE, votes=1)))
    asked = request()
    assert count(asked, ballots(asked, "navy.checker"), rulebook).missing == "owner-absent"
    assert count(asked, ballots(asked, "coast.checker"), rulebook).enough


@pytest.mark.parametrize(
    ("changes", "needed"),
    [
        ({}, False),
        ({"source": SECRET_TEXT}, True),
        ({"target": SHARED_TEXT}, True),
        ({"target": "coast//O//maritime REL * FOR trial"}, True),
        ({"target": "coast//O//maritime REL - FOR trial"}, False),
        ({"source": "coast+navy//O//maritime REL coast FOR trial"}, True),
        ({"requester": "port.developer"}, True),
    ],
)
def test_some_acts_need_a_client_outside_the_node(changes: dict[str, Any], needed: bool) -> None:
    asked = request(**changes)
    assert needs_outside_client(asked, CHARTER) is needed
    officers = ("coast.checker", "coast.officer")
    inside = ballots(asked, *officers, client=Client.NODE)
    assert count(asked, inside, RULEBOOK).missing == ("outside-client" if needed else "")
    mixed = (inside[0], *ballots(asked, officers[1]))
    assert count(asked, mixed, RULEBOOK).enough


def test_a_label_that_cannot_be_read() -> None:
    with refused("governance.request", "wrong-form"):
        needs_outside_client(request(target="?"), CHARTER)


VOTERS = ("coast.checker", "coast.officer", "navy.checker", "coast.steward", "port.developer")
RULES = st.builds(
    QuorumRule,
    votes=st.integers(1, 3),
    roles=st.frozensets(st.sampled_from(["checker", "security-officer", "steward"]), min_size=1),
    agencies=st.integers(1, 2),
    review_s=st.integers(0, 20),
    expires_s=st.just(600),
)
CAST = st.lists(
    st.tuples(
        st.sampled_from(VOTERS),
        st.sampled_from([Choice.APPROVE, Choice.APPROVE, Choice.REJECT]),
        st.sampled_from([0, 9, 10, 20, 599, 600]),
    ),
    max_size=7,
)


@given(RULES, CAST)
def test_the_count_is_what_a_person_would_count(rule: QuorumRule, cast: Any) -> None:
    asked = request()
    rulebook = replace(RULEBOOK, action=replace(ACTIONS[0], quorum=rule))
    given_votes = [Ballot(vote_on(asked, who, choice), START + at) for who, choice, at in cast]
    right = [
        (who, choice)
        for who, choice, at in cast
        if who != "coast.steward"
        and CHARTER.principal(who).roles & rule.roles
        and rule.review_s <= at < 600
    ]
    yes = {who for who, choice in right if choice is Choice.APPROVE}
    no = any(choice is Choice.REJECT for _, choice in right)
    agencies = {who.partition(".")[0] for who in yes}
    tally = count(asked, given_votes, rulebook)
    assert tally.enough == (
        len(yes) >= rule.votes
        and len(agencies) >= rule.agencies
        and asked.agency in agencies
        and not no
    )
    assert set(tally.approvals) == yes
    assert tally.rejected == no


# ── the permit ─────────────────────────────────────────────────────────────────────────────────


def sign(type_: str, value: object) -> str:
    return INTL.sign_value(Key("coast executor").private, type_, value)


def permit(asked: Request, *voters: str, now: int = LATER, **more: Any) -> Permit:
    return issue_permit(
        asked,
        ballots(asked, *(voters or ("coast.checker", "coast.officer")), **more),
        suite=INTL,
        executor_public=Key("coast executor").public,
        sign=sign,
        now=now,
    )


def resigned(made: Permit, **changes: Any) -> Permit:
    changed = replace(made, **changes)
    return replace(changed, signature=sign("permit", changed.signed_dict()))


def test_permit_round_trip_and_check() -> None:
    made = permit(request())
    assert Permit.from_dict(made.to_dict()) == made
    check_permit(made, request(), RULEBOOK)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("request", "00" * 8),
        ("digest", "sha256:" + "0" * 64),
        ("action", "asset.mark"),
        ("agency", "navy"),
        ("incarnation", "two"),
        ("expires", write_time(START + 9999)),
    ],
)
def test_a_permit_is_for_one_request(field: str, value: str) -> None:
    made = permit(request())
    with refused("governance.permit", "signature"):
        check_permit(replace(made, **{field: value}), request(), RULEBOOK)
    with refused("governance.permit", "other-request"):
        check_permit(resigned(made, **{field: value}), request(), RULEBOOK)


def test_swapped_arguments_are_another_request() -> None:
    with refused("governance.permit", "other-request"):
        check_permit(permit(request()), request(arguments={"to": "port", "n": 3}), RULEBOOK)


@pytest.mark.parametrize(
    ("asked", "made", "reason"),
    [
        (request(), permit(request(), "coast.checker"), "too-few"),
        (request(), permit(request(), choice=Choice.REJECT), "rejected"),
        (request(), permit(request(), now=LATER - 1), "early"),
        (request(), permit(request(), now=START + RULE.expires_s), "expired"),
        (request(policy="1@x"), permit(request(policy="1@x")), "charter-changed"),
    ],
)
def test_even_the_executor_cannot_permit_it(asked: Request, made: Permit, reason: str) -> None:
    with refused("governance.permit", reason):
        check_permit(made, asked, RULEBOOK)


def test_another_executors_permit() -> None:
    made = permit(request())
    forged = INTL.sign_value(Key("navy executor").private, "permit", made.signed_dict())
    with refused("governance.permit", "signature"):
        check_permit(replace(made, signature=forged), request(), RULEBOOK)
