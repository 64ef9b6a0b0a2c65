"""Random principals, labels and queries, dense enough that yes and no are both common."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

from dure.core.actions import Action
from dure.core.labels import ALL, Label, LabelPolicy
from dure.core.principals import Principal, Role
from dure.core.text import Text
from dure.governance.policy.query import ANSWER_KEY, SCORING, VOTE, Query
from tests.core.strategies import OTHER, POLICY, labels, subsets

ROLES = (Role.CHECKER, Role.DEVELOPER, Role.STEWARD)
PURPOSES = tuple(name for name, _ in POLICY.purposes)
CATEGORIES = tuple(sorted(POLICY.categories))
AGENCIES = tuple(sorted(POLICY.agencies))


def action(name: str, *roles: Role, lowers: bool = False) -> Action:
    return Action(name, Text(name, name), frozenset(roles), lowers=lowers)


ACTIONS: Mapping[str, Action] = {
    each.name: each
    for each in (
        action("content.read", *ROLES),
        action("dataset.import", Role.STEWARD),
        action("report.release", Role.STEWARD, Role.DEVELOPER, lowers=True),
        action("nobody.may"),
        action(VOTE, Role.CHECKER, Role.STEWARD),
    )
}
NAMES = (*sorted(ACTIONS), "asset.steal")

principals = st.builds(
    Principal,
    id=st.sampled_from(["coast.one", "navy.two", "met.three"]),
    agency=st.sampled_from([*AGENCIES, "abroad"]),
    roles=subsets(ROLES),
    grade=st.integers(-1, 3),
    categories=st.just(POLICY.categories) | subsets(POLICY.categories),
    purposes=st.just(frozenset(PURPOSES)) | subsets(PURPOSES),
)
some_labels = labels() | labels() | labels(OTHER)
queries = st.builds(
    Query,
    principal=principals,
    action=st.sampled_from(NAMES),
    label=some_labels,
    owner=st.sampled_from(AGENCIES),
    purpose=st.sampled_from([*PURPOSES, "other"]),
    target=st.none() | some_labels,
    requester=st.sampled_from(["", "coast.one", "navy.two", "met.three"]),
    withdrawn=st.booleans(),
)

OFFICER = Principal(
    id="coast.one",
    agency="coast",
    roles=frozenset({Role.CHECKER}),
    grade=1,
    categories=frozenset({"maritime", ANSWER_KEY}),
    purposes=frozenset({"trial", SCORING}),
)
LABEL = Label.parse("navy//S//maritime REL coast,navy FOR trial", POLICY)


class Draw:
    """The same kind of values from a seeded generator: thousands a second, and the same each run."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def some(self, terms: Sequence[str], chance: float) -> frozenset[str]:
        return frozenset(term for term in terms if self._random.random() < chance)

    def often(self, chance: float) -> bool:
        return self._random.random() < chance

    def label(self, policy: LabelPolicy = POLICY, *, strict: float = 0.3) -> Label:
        return Label(
            policy=policy,
            owners=frozenset({self._random.choice(AGENCIES)}),
            grade=self._random.choice((0, 0, 0, 1, 1, 2)),
            categories=self.some(CATEGORIES, strict),
            releasable=ALL if self.often(0.4) else self.some(AGENCIES, 0.7),
            purposes=ALL if self.often(0.4) else self.some(PURPOSES, 0.7),
        )

    def principal(self) -> Principal:
        return Principal(
            id=self._random.choice(("coast.one", "navy.two", "met.three")),
            agency=self._random.choice((*AGENCIES, *AGENCIES, "abroad")),
            roles=self.some(ROLES, 0.7),
            grade=self._random.choice((-1, 0, 1, 1, 2, 2, 2, 3)),
            categories=self.some(CATEGORIES, 0.8),
            purposes=self.some(PURPOSES, 0.8),
        )

    def query(self) -> Query:
        return Query(
            principal=self.principal(),
            action=self._random.choice((*NAMES, "content.read", "content.read", VOTE)),
            label=self.label(OTHER if self.often(0.03) else POLICY),
            owner=self._random.choice(AGENCIES),
            purpose=self._random.choice((*PURPOSES, *PURPOSES, "other")),
            target=self.label() if self.often(0.2) else None,
            requester=self._random.choice(("", "coast.one", "navy.two", "navy.two")),
            withdrawn=self.often(0.05),
        )
