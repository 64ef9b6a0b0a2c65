"""Each rule refuses beside a positive control, each doubt is a no, and every verdict says why."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from dure.core.labels import Label
from dure.core.principals import Principal, Role
from dure.governance.policy.engine import Policy
from dure.governance.policy.errors import PolicyError
from dure.governance.policy.query import ANSWER_KEY, READ, SCORING, VOTE, Query
from dure.governance.policy.rules import shipped_rules
from tests.core.strategies import OTHER, POLICY
from tests.governance.policy.strategies import ACTIONS, LABEL, OFFICER, action, queries

policy = Policy(ACTIONS, POLICY, "sha256:test")

YES = Query(OFFICER, READ, LABEL, "navy", "trial")


def _label(text: str) -> Label:
    return Label.parse(text, POLICY)


def _officer(**changes: Any) -> Principal:
    return replace(OFFICER, **changes)


def test_the_positive_control_is_allowed_and_says_so() -> None:
    verdict = policy.require(YES)
    assert verdict.allowed
    assert verdict == policy.decide(YES)
    assert [reason.rule for reason in verdict.reasons] == ["need-to-know"]
    assert "coast.one has a role that content.read takes" in verdict.say("en")
    assert "trial 목적이 행위자와 자산 모두에 허용" in verdict.say("ko")


@pytest.mark.parametrize(
    ("rules", "changes"),
    [
        (["clearance"], {"principal": _officer(grade=0)}),
        (["clearance"], {"label": _label("navy//C//maritime REL coast FOR trial")}),
        (["categories"], {"principal": _officer(categories=frozenset({"ports"}))}),
        (["categories"], {"label": _label("navy//S//maritime,ports REL coast FOR trial")}),
        (["releasable"], {"label": _label("navy//S//maritime REL navy FOR trial")}),
        (["releasable"], {"label": _label("navy//S//maritime REL - FOR trial")}),
        # the owner's own agency: no owner bypass
        (["releasable"], {"label": _label("coast//S// REL navy FOR trial"), "owner": "coast"}),
        (["stranger", "releasable"], {"principal": _officer(agency="abroad")}),
        (
            ["stranger"],
            {
                "principal": _officer(agency="abroad"),
                "label": _label("navy//S// REL * FOR trial"),
            },
        ),
        (["label-policy"], {"label": Label.parse("navy//S// REL * FOR trial", OTHER)}),
        (["nearly", "label-purpose"], {"purpose": "trial", "label": LABEL.for_purpose("scoring")}),
        (["nearly", "label-purpose"], {"label": _label("navy//O// REL * FOR -")}),
        (["nearly", "own-purpose"], {"principal": _officer(purposes=frozenset({"audit"}))}),
        (["nearly", "own-purpose", "label-purpose"], {"purpose": "audit"}),
        (["nearly", "role"], {"action": "dataset.import"}),
        (["nearly", "role"], {"action": "nobody.may"}),
        (["nearly", "role"], {"principal": _officer(roles=frozenset({Role.AUDITOR}))}),
        (["unknown-action"], {"action": "asset.steal"}),
        (["unknown-action"], {"action": "unknown"}),
        (["unknown-action"], {"action": ""}),
        (["answer-key"], {"label": LABEL.with_category(ANSWER_KEY)}),
        (["own-request"], {"action": VOTE, "requester": "coast.one"}),
        (["own-request"], {"action": VOTE, "requester": ""}),
        (["label-falls"], {"target": _label("navy//O//maritime REL coast,navy FOR trial")}),
        (["label-falls"], {"target": _label("navy//S//maritime REL * FOR trial")}),
        (["label-falls"], {"target": Label.parse("navy//C// REL - FOR -", OTHER)}),
        (["withdrawn"], {"withdrawn": True}),
        (
            ["clearance", "categories", "withdrawn", "nearly", "role"],
            {
                "principal": _officer(grade=-1, categories=frozenset(), roles=frozenset()),
                "withdrawn": True,
            },
        ),
    ],
)
def test_each_rule_refuses(rules: list[str], changes: dict[str, Any]) -> None:
    asked = replace(YES, **changes)
    verdict = policy.decide(asked)
    assert not verdict.allowed
    assert [reason.rule for reason in policy.explain(asked)] == rules
    forbids = [rule for rule in rules if rule in policy.rules.forbids]
    assert [reason.rule for reason in verdict.reasons] == (forbids or rules)


@pytest.mark.parametrize(
    "changes",
    [
        {"action": VOTE, "requester": "navy.two"},
        {"label": LABEL.with_category(ANSWER_KEY), "purpose": SCORING},
        {"target": LABEL.with_category("ports")},
        {"label": Label.parse("navy//O// REL * FOR *", POLICY)},
        {
            "action": "report.release",
            "principal": _officer(roles=frozenset({Role.STEWARD})),
            "target": Label.parse("navy//O// REL * FOR *", POLICY),
        },
    ],
)
def test_what_stands_beside_a_refusal_is_allowed(changes: dict[str, Any]) -> None:
    assert policy.decide(replace(YES, **changes)).allowed


class _Unhashable(frozenset[str]):
    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize(
    "changes",
    [
        {"principal": None},
        {"principal": _officer(id=7)},
        {"principal": _officer(agency=None)},
        {"principal": _officer(grade="1")},
        {"principal": _officer(grade=True, id="coast.fresh")},
        {"principal": _officer(grade=1.0, id="coast.fresh")},
        {"principal": _officer(grade=2**64)},
        {"principal": _officer(roles={Role.CHECKER})},
        {"principal": _officer(roles="checker")},
        {"principal": _officer(categories=("maritime",))},
        {"principal": _officer(categories=_Unhashable({"maritime"}))},
        {"principal": _officer(purposes=frozenset({"trial", 3}))},
        {"principal": _officer(purposes=frozenset({"trial", "\ud800"}))},
        {"label": "navy//S//maritime REL coast,navy FOR trial"},
        {"label": None},
        {"owner": None},
        {"owner": "\udfff"},
        {"purpose": None},
        {"purpose": ["trial"]},
        {"action": None},
        {"action": ["content.read"]},
        {"target": "navy//C// REL - FOR -"},
        {"requester": None},
        {"withdrawn": None},
        {"withdrawn": 0, "owner": "met"},
    ],
)
def test_a_malformed_question_is_a_no_with_its_own_reason(changes: dict[str, Any]) -> None:
    asked = replace(YES, **changes)
    verdict = policy.decide(asked)
    assert not verdict.allowed
    assert [reason.rule for reason in verdict.reasons] == ["malformed"]
    assert policy.explain(asked) == verdict.reasons
    with pytest.raises(PolicyError):
        policy.require(asked)


def test_what_cedar_can_t_read_is_a_no() -> None:
    verdict = policy.decide(replace(YES, purpose="\ud800"))
    assert not verdict.allowed
    assert [reason.rule for reason in verdict.reasons] == ["failed"]


FAILING = "principal.grade + 9223372036854775807 > 0"


def test_a_forbid_that_can_t_be_evaluated_opens_nothing() -> None:
    rules = shipped_rules().replace(
        "unless { principal.grade >= resource.grade };", f"when {{ {FAILING} }};"
    )
    assert rules != shipped_rules()
    failing = Policy(ACTIONS, POLICY, "v", rules=rules)  # Cedar alone skips it, and allows
    verdict = failing.decide(YES)
    assert not verdict.allowed
    assert [reason.rule for reason in verdict.reasons] == ["failed"]
    assert [reason.rule for reason in failing.explain(YES)] == ["failed"]


def test_a_condition_that_can_t_be_evaluated_is_a_no() -> None:
    rules = shipped_rules().replace(
        "when { principal.purposes.contains(context.purpose) }", f"when {{ {FAILING} }}"
    )
    failing = Policy(ACTIONS, POLICY, "v", rules=rules)
    roleless = replace(YES, principal=_officer(roles=frozenset()))
    for asked in (YES, roleless):  # where the role is missing, only the explanation gets that far
        verdict = failing.decide(asked)
        assert not verdict.allowed
        assert [reason.rule for reason in verdict.reasons] == ["failed"]


def test_a_permit_about_another_action_is_not_named() -> None:
    rules = shipped_rules().replace(
        "permit (principal, action, resource)",
        'permit (principal, action == Action::"decision.vote", resource)',
    )
    narrow = Policy(ACTIONS, POLICY, "v", rules=rules)
    verdict = narrow.decide(YES)
    assert not verdict.allowed
    assert [reason.rule for reason in verdict.reasons] == ["no-permit"]
    assert narrow.decide(replace(YES, action=VOTE, requester="navy.two")).allowed
    above = narrow.decide(replace(YES, withdrawn=True))
    assert [reason.rule for reason in above.reasons] == ["withdrawn"]


TWO_PERMITS = """
@id("need-to-know") @needs("role own-purpose") permit (principal, action, resource)
when { principal.roles.containsAny(context.roles) }
when { principal.purposes.contains(context.purpose) };
@id("withdrawn") @needs("clearance role") permit (principal, action, resource)
when { principal.grade > 1 }
when { principal.roles.contains("auditor") };
"""  # names are borrowed, since only those that ship have words


def test_of_two_permits_either_opens_and_both_are_explained() -> None:
    both = Policy(ACTIONS, POLICY, "v", rules=TWO_PERMITS)
    auditor = _officer(roles=frozenset({Role.AUDITOR}))
    for principal, rules in (
        (OFFICER, ["need-to-know"]),
        (replace(auditor, grade=2), ["withdrawn"]),
        (_officer(roles=OFFICER.roles | auditor.roles, grade=2), ["need-to-know", "withdrawn"]),
        (auditor, ["nearly", "role", "clearance"]),
        (_officer(purposes=frozenset()), ["nearly", "own-purpose", "clearance", "role"]),
    ):
        verdict = both.decide(replace(YES, principal=principal))
        assert [reason.rule for reason in verdict.reasons] == rules
        assert verdict.allowed == ("nearly" not in rules)
    assert "need-to-know, withdrawn" in both.decide(replace(YES, principal=auditor)).say("en")


def test_a_refusal_carries_rules_and_words_in_both_languages() -> None:
    with pytest.raises(PolicyError) as refused:
        policy.require(replace(YES, principal=_officer(grade=0, roles=frozenset())))
    error = refused.value
    assert (error.code, error.spec.exit_status, error.spec.http_status) == (
        "governance.denied",
        60,
        403,
    )
    assert error.facts["rules"] == "clearance, nearly, role"
    assert "above the clearance of coast.one" in error.why
    assert "비밀취급 인가보다 높습니다" in str(error.to_dict("ko")["why"])
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@given(queries)
def test_words_never_say_what_the_label_holds(query: Query) -> None:
    verdict = policy.decide(query)
    said = verdict.say("en") + verdict.say("ko")
    assert verdict.reasons
    for category in query.label.categories - {query.purpose}:
        assert category not in said
    assert str(query.label) not in said
    assert "{" not in said


def test_long_names_are_cut() -> None:
    verdict = policy.decide(replace(YES, action="x" * 10_000))
    assert len(verdict.say("en")) < 1_000


def test_the_digest_names_rules_actions_and_charter() -> None:
    same = Policy(dict(reversed(ACTIONS.items())), POLICY, "sha256:test")
    assert same.digest == policy.digest
    raised = {**ACTIONS, READ: action(READ, Role.CHECKER)}
    others = [
        Policy(ACTIONS, POLICY, "sha256:next"),
        Policy(ACTIONS, OTHER, "sha256:test"),
        Policy(ACTIONS, POLICY, "sha256:test", suite="kr-public"),
        Policy(raised, POLICY, "sha256:test"),
        Policy(ACTIONS, POLICY, "sha256:test", rules=shipped_rules() + "\n"),
    ]
    assert len({policy.digest, *(other.digest for other in others)}) == 6


def test_it_answers_alike_when_nothing_is_remembered() -> None:
    forgetful = Policy(ACTIONS, POLICY, "sha256:test", remembered=0)
    for asked in (YES, replace(YES, withdrawn=True)):
        assert forgetful.decide(asked) == policy.decide(asked)
