"""Load Cedar rules: parsed once, checked against the schema, and taken apart for explanations.

Cedar says which forbids spoke, but of a permit that did not match it says nothing. So a second set
is derived from the same text: each permit's scope, and each of its conditions, as permits with
names of their own. Asked about the same request, the names that come back are the parts that hold.
Nothing is written twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from cedarpy import PolicySet, Schema, policies_to_json_str, validate_policies

from dure.governance.policy.words import WORDS

UNKNOWN = "unknown"

_ACTION = re.compile(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+")
_DECLARED = re.compile(r"^action ([^{]*?) appliesTo \{", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class PermittingRule:
    """A permitting rule: its name, and the names of its conditions."""

    rule: str
    needs: tuple[str, ...]

    def part(self, need: str) -> str:
        """Return the name of a condition's own policy in the derived set; of the scope for ""."""
        return f"{self.rule}/{need}"


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules that are ready to be asked.

    Parameters
    ----------
    text, schema_text
        What was loaded, the charter's actions included.
    schema
        The schema that the rules and every entity are checked against.
    deciding
        The rules themselves; a policy's id is its ``@id``.
    parts
        The derived set: which parts of the permits hold.
    permits, forbids
        The rules in the order of the text.
    """

    text: str
    schema_text: str
    schema: Schema
    deciding: PolicySet
    parts: PolicySet
    permits: tuple[PermittingRule, ...]
    forbids: tuple[str, ...]

    def names(self) -> frozenset[str]:
        """Return every name that a reason may bear: rules, and conditions of permits."""
        needs = (need for permit in self.permits for need in permit.needs)
        return frozenset((*self.forbids, *needs, *(permit.rule for permit in self.permits)))


def shipped_rules() -> str:
    """Return the text of the rules that ship."""
    return _shipped("policies.cedar")


@lru_cache(maxsize=32)
def load_rules(text: str, actions: tuple[str, ...]) -> Rules:
    """Parse rules, check them against the schema for these actions, and take them apart.

    Parameters
    ----------
    text
        Cedar policies, each with an ``@id``; a permit names its conditions in ``@needs``.
    actions
        Names of the actions that the charter names.

    Raises
    ------
    ValueError
        When the rules don't parse, break the schema, lack names or words, or hold a template, or
        an action's name is malformed: a defect of what was installed, never of a request.

    Source
    ------
    Cedar policy language reference, "JSON policy format" and "Policy validation".
    """
    schema_text = _with_actions(_shipped("dure.cedarschema"), actions)
    checked = validate_policies(text, schema_text)
    if not checked.validation_passed:
        raise ValueError(f"the rules break the schema: {[str(error) for error in checked.errors]}")
    parsed = json.loads(policies_to_json_str(text))
    if parsed["templates"]:
        raise ValueError("a rule is a template")
    policies = _by_id(parsed["staticPolicies"].values())
    permits = tuple(
        _permit(rule, policy) for rule, policy in policies.items() if policy["effect"] == "permit"
    )
    rules = Rules(
        text=text,
        schema_text=schema_text,
        schema=Schema.from_str(schema_text),
        deciding=_policy_set(policies),
        parts=_policy_set(_parts(policies, permits)),
        permits=permits,
        forbids=tuple(rule for rule, policy in policies.items() if policy["effect"] == "forbid"),
    )
    if wordless := rules.names() - set(WORDS):
        raise ValueError(f"rules without words: {sorted(wordless)}")
    return rules


def _shipped(name: str) -> str:
    return (files("dure.governance.policy") / name).read_text(encoding="utf-8")


def _with_actions(schema: str, actions: Iterable[str]) -> str:
    for name in actions:
        if not _ACTION.fullmatch(name):
            raise ValueError(f"not an action's name: {name[:64]!r}")
    declared = ",".join(_DECLARED.findall(schema))
    new = sorted(f'"{name}"' for name in actions if f'"{name}"' not in declared)
    return _DECLARED.sub(lambda found: f"action {', '.join([found[1], *new])} appliesTo {{", schema)


def _by_id(policies: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    named: dict[str, dict[str, Any]] = {}
    for policy in policies:
        rule = policy.get("annotations", {}).get("id")
        if not rule or rule in named:
            raise ValueError("a rule has no @id, or shares it")
        named[rule] = policy
    return named


def _permit(rule: str, policy: dict[str, Any]) -> PermittingRule:
    needs = tuple(policy["annotations"].get("needs", "").split())
    if len(needs) != len(policy["conditions"]):
        raise ValueError(f"@needs of {rule} does not name every condition")
    return PermittingRule(rule, needs)


def _parts(
    policies: dict[str, dict[str, Any]], permits: Iterable[PermittingRule]
) -> dict[str, dict[str, Any]]:
    derived: dict[str, dict[str, Any]] = {}
    for permit in permits:
        whole = policies[permit.rule]
        derived[permit.part("")] = {**whole, "conditions": []}
        for need, condition in zip(permit.needs, whole["conditions"], strict=True):
            derived[permit.part(need)] = {**whole, "conditions": [condition]}
    return derived


def _policy_set(policies: dict[str, dict[str, Any]]) -> PolicySet:
    return PolicySet.from_json_str(
        json.dumps({"templates": {}, "staticPolicies": policies, "templateLinks": []})
    )
