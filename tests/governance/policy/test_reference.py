"""Cedar against the same rules in plain Python: on random queries, and rule by rule."""

from __future__ import annotations

import re
from collections import Counter

from hypothesis import given

from dure.governance.policy import reference, words
from dure.governance.policy.engine import Policy
from dure.governance.policy.query import Query
from dure.governance.policy.rules import shipped_rules
from tests.core.strategies import POLICY
from tests.governance.policy.strategies import ACTIONS, Draw, queries

CASES = 6_000
policy = Policy(ACTIONS, POLICY, "sha256:test")


def _rules(query: Query) -> tuple[bool, tuple[str, ...]]:
    """Return the policy's answer and all its reasons, having seen that the quick ones are of them."""
    verdict, reasons = policy.decide(query), policy.explain(query)
    decided = [reason for reason in reasons if reason.rule in policy.rules.forbids]
    assert verdict.reasons == (tuple(decided) or reasons)
    assert verdict.policy == policy.digest
    return verdict.allowed, tuple(reason.rule for reason in reasons)


def test_cedar_agrees_with_the_oracle_on_thousands_of_cases() -> None:
    draw = Draw(seed=20260131)
    answers: Counter[bool] = Counter()
    spoke: Counter[str] = Counter()
    for _ in range(CASES):
        query = draw.query()
        expected = reference.judge(query, ACTIONS, POLICY)
        assert _rules(query) == expected, query
        answers[expected[0]] += 1
        spoke.update(expected[1])
    assert min(answers.values()) > CASES / 20  # both answers, and every rule, were really met
    assert set(spoke) == reference.RULES | {words.NEARLY}
    assert min(spoke.values()) >= 20


@given(queries)
def test_cedar_agrees_with_the_oracle_on_what_hypothesis_thinks_of(query: Query) -> None:
    assert _rules(query) == reference.judge(query, ACTIONS, POLICY)


def test_every_rule_has_one_name_its_words_and_its_twin() -> None:
    text = shipped_rules()
    ids = re.findall(r'@id\("([^"]+)"\)', text)
    needs = [need for found in re.findall(r'@needs\("([^"]+)"\)', text) for need in found.split()]
    assert len(set(ids + needs)) == len(ids + needs)
    assert set(ids + needs) == reference.RULES == policy.rules.names()
    general = {words.NO_PERMIT, words.NEARLY, words.MALFORMED, words.FAILED}
    assert set(words.WORDS) == reference.RULES | general
    assert not reference.RULES & general
    for said in words.WORDS.values():
        assert re.search("[가-힣]", said.ko)
        assert not re.search("[가-힣]", said.en)
