"""Assets, principals, actions, verdicts, findings, reports, rooms and texts: plain pure values."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.core.actions import Action, QuorumRule
from dure.core.assets import Asset
from dure.core.canonical import canonical_json
from dure.core.findings import Finding, Severity
from dure.core.labels import Label
from dure.core.principals import Principal, PublicKey, Role
from dure.core.reports import Report
from dure.core.rooms import RoomSpec, load
from dure.core.suites import SUITE_NAMES
from dure.core.text import Text
from dure.core.verdicts import Reason, Verdict
from tests.core.strategies import POLICY, labels, subsets

WORDS = Text("{n} rows", "{n}행")


def test_text_fills_both_languages() -> None:
    assert WORDS.fill(n=3) == Text("3 rows", "3행")
    assert WORDS.fill(n="{m}").en == "{m} rows"  # a fact is never read as a template
    assert (WORDS.say("ko"), WORDS.say("en"), WORDS.say("fr")) == ("{n}행", "{n} rows", "{n} rows")
    with pytest.raises(KeyError):
        WORDS.fill(m=3)


@pytest.mark.parametrize(
    ("fact", "filled"),
    [
        ("서명 키", "서명 키가 서명 키를 서명 키는 서명 키와 서명 키로"),
        ("자산", "자산이 자산을 자산은 자산과 자산으로"),
        ("파일", "파일이 파일을 파일은 파일과 파일로"),
        ("navy", "navy이(가) navy을(를) navy은(는) navy과(와) navy(으)로"),
        (7, "7이(가) 7을(를) 7은(는) 7과(와) 7(으)로"),
    ],
)
def test_particles_suit_the_fact_before_them(fact: object, filled: str) -> None:
    particles = Text("", "{x}이(가) {x}을(를) {x}은(는) {x}과(와) {x}(으)로")
    assert particles.fill(x=fact).ko == filled


@given(labels())
def test_an_asset_s_plain_form_is_canonical(label: Label) -> None:
    asset = Asset("ab", "dataset", "text/csv", "dure/table/v1", label, "coast", ("cd",), "p", "t")
    plain = asset.to_dict()
    assert b'"parents":["cd"]' in canonical_json(plain)
    assert Label.parse(str(plain["label"]), POLICY) == label
    assert plain["policy"] == POLICY.id
    with pytest.raises(dataclasses.FrozenInstanceError):
        asset.owner = "navy"  # type: ignore[misc]


def test_a_revoked_key_is_not_active() -> None:
    keys = (PublicKey("a" * 16, "00"), PublicKey("b" * 16, "01", revoked=True))
    principal = Principal(
        "coast.officer1", "coast", frozenset({Role.CHECKER}), 1, frozenset(), frozenset(), keys
    )
    assert principal.active_keys() == keys[:1]
    assert Role.SECURITY_OFFICER == "security-officer"


rules = st.builds(
    QuorumRule,
    votes=st.integers(1, 9),
    roles=subsets(Role),
    agencies=st.integers(1, 5),
    review_s=st.integers(0, 10_000),
    expires_s=st.integers(0, 10_000),
)


def _at_least(a: QuorumRule, b: QuorumRule) -> bool:
    return (
        a.votes >= b.votes
        and a.roles <= b.roles
        and a.agencies >= b.agencies
        and a.review_s >= b.review_s
        and a.expires_s <= b.expires_s
    )


@given(rules, rules, rules)
def test_a_rule_raised_by_another_is_at_least_as_strict_as_both(
    a: QuorumRule, b: QuorumRule, c: QuorumRule
) -> None:
    both = a.raised_by(b)
    assert _at_least(both, a)
    assert _at_least(both, b)
    assert both == b.raised_by(a)
    assert a.raised_by(a) == a
    assert both.raised_by(c) == a.raised_by(b.raised_by(c))
    assert (both == a) == _at_least(a, b)


@given(rules)
def test_an_action_with_a_quorum_is_critical(rule: QuorumRule) -> None:
    title = Text("Release", "반출")
    assert Action("report.release", title, frozenset(), rule).critical
    assert not Action("dataset.import", title, frozenset()).critical


def test_a_verdict_says_why_in_either_language() -> None:
    verdict = Verdict(
        False, (Reason("a", Text("One.", "하나.")), Reason("b", Text("Two.", "둘."))), "sha256:0"
    )
    assert verdict.say() == "One. Two."
    assert verdict.say("ko") == "하나. 둘."
    assert verdict.to_dict("ko") == {
        "allowed": False,
        "policy": "sha256:0",
        "reasons": [{"rule": "a", "words": "하나."}, {"rule": "b", "words": "둘."}],
    }


def test_a_report_digests_result_and_evidence_apart() -> None:
    finding = Finding("t.x", Severity.WARNING, "s", "column 1", Text("w", "ㅇ"), Text("n", "ㄴ"))
    report = Report("trial", 1, {"auc": "0.812"}, {"seed": 7}, (finding,))
    assert report.to_dict()["findings"] == [finding.to_dict()]
    assert finding.to_dict("ko")["words"] == "ㅇ"
    assert finding.to_dict()["severity"] == "warning"
    assert Severity.INFO < Severity.NOTICE < Severity.WARNING < Severity.ERROR
    for name in SUITE_NAMES:
        other = dataclasses.replace(report, evidence={"seed": 8}, findings=())
        assert report.result_digest(name) == other.result_digest(name)
        assert report.evidence_digest(name) != other.evidence_digest(name)


def test_a_room_names_its_parts_and_loads_nothing() -> None:
    room = RoomSpec("trials", Text("Trials", "시험"), acts={"x.y": "no.such.module:thing"})
    assert (room.jobs, room.tables, room.actions) == ({}, "", ())
    with pytest.raises(TypeError):
        room.jobs["a"] = "b"  # type: ignore[index]
    with pytest.raises(ImportError):
        load(room.acts["x.y"])
    with pytest.raises(AttributeError):
        load("dure.core.text:NOTHING")
    assert load("dure.core.text:Text") is Text
