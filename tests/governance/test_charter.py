"""The charter: one spelling, strict reading, and no version that its own signers made up."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.core.actions import QuorumRule
from dure.core.canonical import canonical_json
from dure.core.labels import LabelPolicy
from dure.core.suites import suite
from dure.governance.charter import (
    Charter,
    Rule,
    SignedCharter,
    check_genesis,
    check_successor,
    doable_actions,
    merge_actions,
    propose,
    sign,
    signers,
)
from dure.governance.errors import GovernanceError
from dure.governance.forms import Form
from dure.governance.members import Adopted
from tests.governance.alliance import (
    ACTION,
    ACTIONS,
    PLAIN,
    POLICY,
    RULE,
    Key,
    charter,
    member,
    principal,
    signed,
    successor,
)

ELEMENTS: dict[str, Any] = {"version": 3, "digest": "sha256:" + "0f" * 32}


def adopted(version: int, digit: str) -> Adopted:
    return Adopted(version, "sha256:" + digit * 64)


def refused(code: str, reason: str = "") -> Any:
    match = f"^{code}:"
    if not reason:
        return pytest.raises(GovernanceError, match=match)
    return pytest.raises(GovernanceError, match=match, check=lambda e: e.facts["reason"] == reason)


@pytest.mark.parametrize("suite_name", ["intl", "kr-public"])
def test_round_trip(suite_name: str) -> None:
    made = signed(charter(suite_name))
    read = SignedCharter.from_bytes(made.to_bytes())
    assert read.to_dict() == made.to_dict()
    assert read.charter == made.charter
    assert read.charter.digest() == made.charter.digest(suite(suite_name))
    assert read.to_bytes() == made.to_bytes()


def test_members_and_principals_by_name() -> None:
    made = charter()
    assert made.member("navy").origin == "navy.example/ledger"
    assert made.principal("coast.officer").agency == "coast"
    with refused("governance.unknown"):
        made.member("army")
    with refused("governance.unknown"):
        made.principal("coast.nobody")


def test_order_of_parts_does_not_matter_in_code() -> None:
    made = charter()
    turned = charter(members=made.members[::-1], principals=made.principals[::-1])
    assert turned.digest() == made.digest()


def edit(path: str, value: object) -> dict[str, Any]:
    document = json.loads(json.dumps(charter().to_dict()))
    at: Any = document
    *steps, last = path.split("/")
    for step in steps:
        at = at[int(step)] if isinstance(at, list) else at[step]
    if isinstance(at, list):
        at[int(last)] = value
    elif value is None:
        del at[last]
    else:
        at[last] = value
    return document  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("version", 0, "out-of-range"),
        ("version", "1", "wrong-type"),
        ("version", True, "wrong-type"),
        ("previous", "sha256:00", "wrong-form"),
        ("previous", None, "missing-field"),
        ("extra", 1, "unknown-field"),
        ("alliance", 7, "wrong-type"),
        ("alliance", "a\nb", "wrong-form"),
        ("suite", "rot13", "unknown-term"),
        ("labels/grades", [], "not-sorted"),
        ("labels/grades", ["O", "O"], "not-sorted"),
        ("labels/categories", ["maritime", "answer-key"], "not-sorted"),
        ("labels/categories", ["maritime"] * 2, "not-sorted"),
        ("labels/categories", {}, "wrong-type"),
        ("labels/categories", [f"c{i:04}" for i in range(1100)], "too-large"),
        ("labels/purposes", [["trial", "", ""]], "too-large"),
        ("labels/purposes", [["trial"]], "wrong-form"),
        ("labels/purposes", [["scoring", "trial"]], "unknown-term"),
        ("labels/purposes", [["trial", ""], ["trial", ""]], "not-sorted"),
        ("labels/purposes", [["", ""]], "unknown-term"),
        ("members", [], "quorum"),
        ("members/0/name", "Coast", "wrong-type"),
        ("members/0/name/ko", None, "missing-field"),
        ("members/0/agency", "army", "unknown-term"),
        ("members/0/agency", "zebra", "not-sorted"),
        ("members/1/agency", "coast", "not-sorted"),
        ("members/0/origin", "has space", "wrong-form"),
        ("members/0/executor", "XY", "wrong-form"),
        ("members/0/delegate", Key("navy delegate").public.hex(), "key-shared"),
        ("principals/0/agency", "army", "not-a-member"),
        ("principals/0/agency", "navy", "wrong-form"),
        ("principals/0/grade", 3, "out-of-range"),
        ("principals/0/categories", ["unheard-of"], "unknown-term"),
        ("principals/0/purposes", ["unheard-of"], "unknown-term"),
        ("principals/0/keys/0/id", "00" * 8, "key-id"),
        ("principals/0/keys/0/revoked", 0, "wrong-type"),
        ("principals/0/id", 5, "wrong-type"),
        ("principals/0", "x", "wrong-type"),
        ("principals/1/id", "coast.checker", "not-sorted"),
        ("rules/nodot", {"roles": [], "quorum": {}}, "wrong-form"),
        (f"rules/{ACTION}/quorum/agencies", 3, "quorum"),
        (f"rules/{ACTION}/quorum/votes", 17, "out-of-range"),
        (f"rules/{ACTION}/roles", ["B"], "wrong-form"),
        ("rules", [], "wrong-type"),
        ("rules", {f"a.a{i}": {"roles": [], "quorum": {}} for i in range(300)}, "too-large"),
        ("quorum", 4, "quorum"),
        ("elements", {}, "missing-field"),
        ("elements", [ELEMENTS], "wrong-type"),
        ("elements", {"Sea": ELEMENTS}, "wrong-form"),
        ("elements", {"sea": {**ELEMENTS, "version": 0}}, "out-of-range"),
        ("elements", {"sea": {**ELEMENTS, "digest": "sha256:00"}}, "wrong-form"),
        ("elements", {"sea": {"version": 1}}, "missing-field"),
        ("elements", {f"s{i}": ELEMENTS for i in range(65)}, "too-large"),
    ],
)
def test_malformed(path: str, value: object, reason: str) -> None:
    with refused("governance.charter", reason):
        Charter.from_dict(edit(path, value))


def test_a_charter_names_sets_of_elements_or_has_no_such_part() -> None:
    read = Charter.from_dict(edit("elements", {"sea": ELEMENTS}))
    assert read.elements["sea"] == Adopted(**ELEMENTS)
    assert read.to_dict()["elements"] == {"sea": ELEMENTS}
    assert Charter.from_dict(read.to_dict()) == read
    assert read.digest() != charter().digest()
    assert "elements" not in charter().to_dict()  # so that charters of before keep their digest


@pytest.mark.parametrize(
    ("version", "digest", "follows"),
    [(2, "a", True), (3, "b", True), (2, "b", False), (1, "a", False), (1, "b", False)],
)
def test_a_set_of_elements_never_goes_back(version: int, digest: str, follows: bool) -> None:
    first = charter(elements={"sea": adopted(2, "a"), "left": adopted(1, "a")})
    now = {"sea": adopted(version, digest), "new": adopted(1, "c")}
    if follows:
        assert propose(first, replace(first, elements=now)).charter.elements == now
        return
    with refused("governance.charter-successor", "elements"):
        propose(first, replace(first, elements=now))


def test_duplicate_principal_in_code() -> None:
    with refused("governance.charter", "not-sorted"):
        charter(principals=(principal("coast.a"), principal("coast.a")))


def test_one_key_for_two_people() -> None:
    shared = replace(principal("coast.b", "checker"), keys=principal("coast.a").keys)
    with refused("governance.charter", "key-shared"):
        charter(principals=(principal("coast.a", "checker"), shared))


def test_not_a_document() -> None:
    form = Form("governance.charter")
    for value, reason in (([], "wrong-type"), ({"a": 0.5}, "not-canonical")):
        with refused("governance.charter", reason):
            Charter.from_dict(value)
    with refused("governance.charter", "wrong-type"):
        SignedCharter.from_dict(3)
    with refused("governance.charter", "too-large"):
        form.decode(b"1" * 11, 10)
    with refused("governance.charter", "too-large"):
        form.plain({"a": "b" * 10}, "$", 10)


def test_bytes_are_the_canonical_ones() -> None:
    data = signed(charter()).to_bytes()
    for other in (data + b" ", b"{", data.replace(b'"version":1', b'"version":1.0'), b"\xff"):
        with refused("governance.charter", "not-canonical"):
            SignedCharter.from_bytes(other)
    with refused("governance.charter", "too-large"):
        SignedCharter.from_bytes(b" " * (2 * 1024 * 1024))


@given(st.binary(max_size=200))
def test_random_bytes_are_refused(data: bytes) -> None:
    with refused("governance.charter"):
        SignedCharter.from_bytes(data)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
        lambda leaves: st.lists(leaves, max_size=3) | st.dictionaries(st.text(max_size=3), leaves),
        max_leaves=8,
    ),
    st.sampled_from(["labels", "members", "principals", "rules", "quorum", "members/0"]),
)
def test_random_parts_are_refused_or_read(value: Any, path: str) -> None:
    try:
        Charter.from_dict(edit(path, value))
    except GovernanceError as error:
        assert error.code == "governance.charter"  # noqa: PT017  # either is right


# ── signatures ─────────────────────────────────────────────────────────────────────────────────


def test_genesis_needs_its_own_quorum() -> None:
    assert check_genesis(signed(charter())) == {"coast", "navy"}
    with refused("governance.charter-signatures"):
        check_genesis(signed(charter(), "coast"))
    with refused("governance.charter-signatures"):
        check_genesis(SignedCharter(charter()))
    assert check_genesis(signed(charter(quorum=1), "coast")) == {"coast"}


def test_genesis_is_version_one() -> None:
    with refused("governance.charter-pin", "not-genesis"):
        check_genesis(successor(charter()))
    with refused("governance.charter-pin", "not-genesis"):
        check_genesis(signed(charter(previous="sha256:" + "0" * 64)))


def test_a_signature_by_another_key_does_not_count() -> None:
    made = signed(charter(), "coast")
    forged = sign(made, "navy", Key("coast delegate").private)
    assert signers(forged, forged.charter) == {"coast"}
    mangled = SignedCharter(made.charter, {"coast": "zz", "navy": "00"})
    assert signers(mangled, made.charter) == frozenset()


def test_a_signature_is_over_exactly_this_charter() -> None:
    made = signed(charter())
    other = SignedCharter(replace(made.charter, alliance="Another"), made.signatures)
    assert signers(other, made.charter) == frozenset()


def test_successor() -> None:
    first = charter()
    following = successor(first, alliance="Renamed")
    assert check_successor(first, following) == {"coast", "navy"}
    assert following.charter.version == 2
    assert following.charter.previous == first.digest()


def test_propose_a_genesis() -> None:
    assert propose(None, charter(version=9)).charter.version == 1


def test_successor_by_fewer_is_refused() -> None:
    first = charter()
    one = signed(successor(first, quorum=1).charter, "coast")
    with refused("governance.charter-signatures"):
        check_successor(first, one)


def test_new_members_cannot_vote_themselves_in() -> None:
    """The quorum is of the pinned agencies with the pinned keys."""
    first = charter()
    ours = tuple(replace(m, delegate=Key(f"evil {m.agency}").public.hex()) for m in first.members)
    taken = propose(first, replace(first, members=ours))
    for agency in ("coast", "navy", "port"):
        taken = sign(taken, agency, Key(f"evil {agency}").private)
    assert signers(taken, taken.charter) == {"coast", "navy", "port"}
    with refused("governance.charter-signatures"):
        check_successor(first, taken)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"version": 3}, "version"),
        ({"version": 1}, "version"),
        ({"previous": "sha256:" + "0" * 64}, "previous"),
        ({"labels": replace(POLICY, categories=frozenset({"maritime"}))}, "labels"),
        ({"labels": replace(POLICY, grades=("O", "S", "T", "C"))}, "labels"),
        ({"labels": replace(POLICY, purposes=(("scoring", ""), ("trial", "")))}, "labels"),
    ],
)
def test_what_does_not_follow(changes: dict[str, Any], reason: str) -> None:
    first = charter()
    principals = tuple(replace(p, categories=frozenset(), grade=0) for p in first.principals)
    following = propose(first, replace(first, principals=principals)).charter
    with refused("governance.charter-successor", reason):
        check_successor(first, signed(replace(following, **changes)))


def test_propose_refuses_what_no_quorum_could_make_follow() -> None:
    with refused("governance.charter-successor", "labels"):
        propose(charter(), charter(labels=replace(POLICY, agencies=frozenset({"coast", "navy"})),
                members=(member("coast"), member("navy")),
                principals=(principal("coast.checker"),)))  # fmt: skip


def test_suite_stays() -> None:
    other = replace(charter("kr-public"), version=2, previous=charter().digest())
    with refused("governance.charter-successor", "suite"):
        check_successor(charter(), signed(other))


def test_label_policy_gains() -> None:
    first = charter()
    wider = LabelPolicy(
        "demo",
        POLICY.grades,
        POLICY.categories | {"air"},
        POLICY.agencies | {"army"},
        (*POLICY.purposes, ("drill", "trial")),
    )
    check_successor(first, successor(first, labels=wider))
    check_successor(
        first, successor(first, labels=replace(POLICY, id="another", grades=("O", "S", "C")))
    )


def with_keys(first: Charter, name: str, *keys: Any) -> tuple[Any, ...]:
    return tuple(replace(p, keys=keys) if p.id == name else p for p in first.principals)


def test_keys_are_revoked_for_good() -> None:
    first = charter()
    old, new = Key("coast.checker"), Key("coast.checker 2")
    revoked = successor(
        first,
        principals=with_keys(first, "coast.checker", old.enrolled(revoked=True), new.enrolled()),
    )
    check_successor(first, revoked)
    second = revoked.charter
    assert [k.id for k in second.principal("coast.checker").active_keys()] == [new.id]
    check_successor(second, successor(second, alliance="Still"))
    for keys in ((old.enrolled(), new.enrolled()), (new.enrolled(),)):
        with refused("governance.charter-successor", "key-revived"):
            propose(second, replace(second, principals=with_keys(second, "coast.checker", *keys)))


def test_a_key_stays_with_its_person() -> None:
    first = charter()
    given = tuple(
        replace(p, keys=(Key("coast.officer").enrolled(),))
        if p.id == "coast.checker"
        else replace(p, keys=())
        if p.id == "coast.officer"
        else p
        for p in first.principals
    )
    with refused("governance.charter-successor", "key-moved"):
        propose(first, replace(first, principals=given))


def test_a_key_that_was_never_revoked_may_go() -> None:
    first = charter()
    check_successor(first, successor(first, principals=with_keys(first, "coast.checker")))


# ── actions ────────────────────────────────────────────────────────────────────────────────────


def test_charter_raises_and_never_lowers() -> None:
    lower = QuorumRule(1, RULE.roles | {"steward"}, 1, 0, 9999)
    higher = QuorumRule(3, frozenset({"checker"}), 2, 60, 60)
    for given_rule, wanted in ((lower, RULE), (higher, higher)):
        made = charter(rules={ACTION: Rule(frozenset({"steward", "auditor"}), given_rule)})
        merged = merge_actions(ACTIONS, made)
        assert list(merged) == [ACTION]
        assert merged[ACTION].quorum == wanted
        assert merged[ACTION].roles == {"steward"}


def test_charter_may_make_an_action_critical() -> None:
    merged = merge_actions(ACTIONS, charter(rules={PLAIN: Rule(frozenset({"steward"}), RULE)}))
    assert merged[PLAIN].quorum == RULE
    assert merge_actions(ACTIONS, charter())[PLAIN].quorum is None
    assert merge_actions(ACTIONS, charter())["asset.mark"].quorum == RULE


def test_an_action_made_critical_without_an_act_is_not_done_without_a_permit() -> None:
    raised = charter(rules={PLAIN: Rule(frozenset({"steward"}), RULE)})
    assert PLAIN in doable_actions(ACTIONS, charter())
    assert PLAIN not in doable_actions(ACTIONS, raised)
    assert set(doable_actions(ACTIONS, charter())) == set(merge_actions(ACTIONS, charter()))


def test_signed_form_holds_nothing_else() -> None:
    document = json.loads(signed(charter()).to_bytes())
    document["signatures"]["Coast"] = "00"
    with refused("governance.charter", "wrong-form"):
        SignedCharter.from_bytes(canonical_json(document))
