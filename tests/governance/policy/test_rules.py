"""What ships fits the schema; what doesn't fit is refused when it is loaded."""

from __future__ import annotations

import pytest

from dure.governance.policy.rules import load_rules, shipped_rules

PERMIT = '@id("need-to-know") permit (principal, action, resource);'


def test_the_shipped_rules_load_for_any_charter() -> None:
    for actions in ((), ("decision.vote",), ("content.read", "logistics.stock.order")):
        rules = load_rules(shipped_rules(), actions)
        assert [permit.rule for permit in rules.permits] == ["need-to-know"]
        assert rules.permits[0].needs == ("role", "own-purpose", "label-purpose")
        assert len(rules.forbids) == 10
        for name in actions:
            assert rules.schema_text.count(f'"{name}"') == 1
    assert load_rules(PERMIT, ()).forbids == ()  # positive control of what is refused below


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("permit (principal, action, resource)", "parse|rules"),
        ("permit (principal, action, resource);", "no @id"),
        ('@id("") permit (principal, action, resource);', "no @id"),
        (PERMIT + PERMIT, "shares it"),
        (PERMIT.replace(";", " when { true };"), "does not name every condition"),
        (PERMIT.replace("permit", '@needs("role") permit', 1), "does not name every condition"),
        ('@id("own-rule") forbid (principal, action, resource);', "without words"),
        (PERMIT.replace(";", " when { principal.rank > 1 };"), "break the schema"),
        (PERMIT.replace(";", ' when { principal.grade == "x" };'), "break the schema"),
        (PERMIT.replace(";", ' when { action == Action::"no.such" };'), "break the schema"),
        ('@id("role") permit (principal == ?principal, action, resource);', "template"),
    ],
)
def test_rules_that_don_t_fit_are_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        load_rules(text, ())


@pytest.mark.parametrize(
    "name",
    ["", "unknown", "a", "a.", "A.b", 'a.b", "c.d', "a.b\n", 'a.b" appliesTo {};', "행위.하다"],
)
def test_an_action_s_name_can_t_write_schema(name: str) -> None:
    with pytest.raises(ValueError, match="not an action's name"):
        load_rules(PERMIT, ("content.read", name))
