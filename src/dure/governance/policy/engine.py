"""The one function: may this principal do this to that, for this purpose, and why.

The rules are asked first; a no is then taken apart. Cedar skips a rule whose evaluation fails,
which would let a failing forbid open a door, so here any failure is a no.
A policy is immutable and belongs to one version of one charter; what it remembers between requests
are pure functions of principals and labels, never an asset's state or an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from cedarpy import Entities, PolicySet, is_authorized
from sqlalchemy import ColumnElement, false

from dure.core.actions import Action
from dure.core.canonical import canonical_bytes
from dure.core.labels import Label, LabelPolicy
from dure.core.principals import Principal
from dure.core.suites import digest_of
from dure.core.verdicts import Reason, Verdict
from dure.governance.policy.errors import denial
from dure.governance.policy.query import READ, Query
from dure.governance.policy.rules import load_rules, shipped_rules
from dure.governance.policy.slices import (
    asset_entity,
    principal_entity,
    request,
    request_context,
)
from dure.governance.policy.visible import visible_assets
from dure.governance.policy.words import FAILED, MALFORMED, NEARLY, NO_PERMIT, WORDS

_MALFORMED = (Reason(MALFORMED, WORDS[MALFORMED]),)
_FAILED = (Reason(FAILED, WORDS[FAILED]),)
_MAX_SHOWN = 128


class Policy:
    """The policy of one charter version.

    Parameters
    ----------
    charter_actions
        Action's name -> action, exactly those that the charter names.
    labels
        The charter's label policy.
    version
        The charter's version, as its digest.
    suite
        Crypto suite that the charter pins.
    rules
        Cedar text instead of the rules that ship.
    remembered
        How many principals' entities, pairs of a principal and a label, contexts and reasons are
        kept made, of each.

    Raises
    ------
    ValueError
        When the rules don't fit the schema: a defect of what was installed.
    """

    def __init__(
        self,
        charter_actions: Mapping[str, Action],
        labels: LabelPolicy,
        version: str,
        *,
        suite: str = "intl",
        rules: str | None = None,
        remembered: int = 1024,
    ) -> None:
        self.labels = labels
        self._actions = MappingProxyType(dict(charter_actions))
        text = shipped_rules() if rules is None else rules
        self.rules = load_rules(text, tuple(sorted(self._actions)))
        about = {
            "actions": {
                name: {"lowers": action.lowers, "roles": sorted(action.roles)}
                for name, action in self._actions.items()
            },
            "charter": version,
            "labels": labels.id,
            "rules": self.rules.text,
            "schema": self.rules.schema_text,
        }
        self.digest = digest_of(canonical_bytes("policy", about, suite))
        self._principal = lru_cache(maxsize=remembered)(self._read_principal)
        self._slice = lru_cache(maxsize=remembered)(self._read_slice)
        self._context = lru_cache(maxsize=remembered)(self._read_context)
        self._reason = lru_cache(maxsize=remembered)(self._word_reason)

    def decide(self, query: Query) -> Verdict:
        """Return the answer and the rules that decided it. Any doubt is a no with its own reason.

        Returns
        -------
        Verdict
            For a yes, the permits that hold. For a no, every forbid that speaks; where none does,
            which permit could have held and what it lacks.
        """
        return self._judge(query, thoroughly=False)

    def explain(self, query: Query) -> tuple[Reason, ...]:
        """Return everything that there is to say about the answer.

        Returns
        -------
        tuple of Reason
            As `decide` gives them; but for a no also, where a forbid decided, which permit could
            have held and what it lacks.
        """
        return self._judge(query, thoroughly=True).reasons

    def require(self, query: Query) -> Verdict:
        """Return the policy's yes.

        Raises
        ------
        PolicyError
            ``governance.denied`` with all that `explain` says.
        """
        verdict = self._judge(query, thoroughly=True)
        if not verdict.allowed:
            raise denial(str(query.action)[:_MAX_SHOWN], verdict)
        return verdict

    def visible(
        self, principal: Principal, purpose: str, *, action: str = READ
    ) -> ColumnElement[bool]:
        """Return the condition on ``storage_assets`` that holds for what `decide` allows.

        Put it into the query itself, so that pages and counts are of what the principal may see.

        Parameters
        ----------
        principal
            Who looks.
        purpose
            What for.
        action
            Name of the action that must be allowed; not a vote, which is about a request.
        """
        try:
            self._principal(principal)  # malformed where `decide` finds it malformed
            return visible_assets(self.labels, principal, purpose, self._actions.get(action))
        except (AttributeError, TypeError, ValueError):
            return false()

    # ── asking Cedar ───────────────────────────────────────────────────────────────────────────

    def _read_principal(self, principal: Principal) -> Entities:
        entity = principal_entity(principal, self.labels)
        return Entities.from_json_str(f"[{entity}]", self.rules.schema)

    def _read_slice(
        self, principal: Principal, label: Label, owner: str, withdrawn: bool
    ) -> Entities:
        entity = asset_entity(label, owner, withdrawn)
        return self._principal(principal).with_added_json_str(f"[{entity}]", self.rules.schema)

    def _read_context(self, action: str, purpose: str, requester: str, falls: bool) -> str:
        known = self._actions.get(action)
        return request_context(action, known, self.labels, purpose, requester, falls)

    def _prepare(self, query: Query) -> tuple[dict[str, object], Entities] | None:
        try:
            entities = self._slice(query.principal, query.label, query.owner, query.withdrawn)
            context = self._context(
                query.action, query.purpose, query.requester, query.target_falls()
            )
            action = self._actions.get(query.action)
            return request(query.principal.id, action, context), entities
        except (AttributeError, TypeError, ValueError):
            return None

    def _ask(
        self, rules: PolicySet, asked: dict[str, object], entities: Entities
    ) -> tuple[bool, frozenset[str]] | None:
        answer = is_authorized(asked, rules, entities)
        if answer.diagnostics.errors:
            return None
        return answer.allowed, frozenset(answer.diagnostics.reasons)

    # ── answering, and saying why ──────────────────────────────────────────────────────────────

    def _judge(self, query: Query, *, thoroughly: bool) -> Verdict:
        asked = self._prepare(query)
        if asked is None:
            return self._verdict(False, _MALFORMED)
        answer = self._ask(self.rules.deciding, *asked)
        if answer is None:
            return self._verdict(False, _FAILED)
        allowed, spoke = answer
        if allowed:
            granting = (permit.rule for permit in self.rules.permits if permit.rule in spoke)
            return self._verdict(True, self._say(query, *granting))
        against = [rule for rule in self.rules.forbids if rule in spoke]
        if against and not thoroughly:
            return self._verdict(False, self._say(query, *against))
        parts = self._ask(self.rules.parts, *asked)
        if parts is None:
            return self._verdict(False, _FAILED)
        return self._verdict(False, self._lacks(query, against, parts[1]))

    def _verdict(self, allowed: bool, reasons: tuple[Reason, ...]) -> Verdict:
        return Verdict(allowed, reasons, self.digest)

    def _lacks(self, query: Query, against: list[str], holds: frozenset[str]) -> tuple[Reason, ...]:
        lacking = {
            permit.rule: [need for need in permit.needs if permit.part(need) not in holds]
            for permit in self.rules.permits
            if permit.part("") in holds and query.action in self._actions
        }
        if not lacking:
            return self._say(query, *(against or [NO_PERMIT]))
        if not all(lacking.values()):  # a permit held: the forbids alone decided
            return self._say(query, *against)
        missing = dict.fromkeys(need for lacks in lacking.values() for need in lacks)
        return self._say(query, *against, NEARLY, *missing, permits=", ".join(lacking))

    def _say(self, query: Query, *rules: str, permits: str = "-") -> tuple[Reason, ...]:
        about = (
            query.action[:_MAX_SHOWN],
            query.principal.id[:_MAX_SHOWN],
            query.purpose[:_MAX_SHOWN],
        )
        return tuple(self._reason(rule, *about, permits) for rule in rules)

    def _word_reason(
        self, rule: str, action: str, principal: str, purpose: str, permits: str
    ) -> Reason:
        known = self._actions.get(action)
        roles = ", ".join(sorted(known.roles)) if known else ""
        return Reason(
            rule,
            WORDS[rule].fill(
                action=action,
                permits=permits,
                principal=principal,
                purpose=purpose,
                roles=roles or "-",
            ),
        )
