"""What the filter lets through is exactly what the policy allows, and nothing else is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from dure.core.labels import Label, LabelPolicy
from dure.core.principals import Principal
from dure.governance.policy.engine import Policy
from dure.governance.policy.held import Holdings
from dure.governance.policy.query import READ, VOTE, Query
from dure.storage.assets import AssetCatalogue
from dure.storage.database import Database
from dure.storage.tables import ASSETS
from tests.core.strategies import OTHER, POLICY
from tests.governance.policy.shelves import Held, record
from tests.governance.policy.strategies import (
    ACTIONS,
    LABEL,
    NAMES,
    OFFICER,
    PURPOSES,
    Draw,
    principals,
)

policy = Policy(ACTIONS, POLICY, "sha256:test")


@pytest.fixture(scope="module")
def held(database: Database) -> Sequence[Held]:
    """Two hundred assets with every kind of label, some withdrawn, some of another policy."""
    draw = Draw(seed=7)
    return [
        record(
            database,
            draw.label(OTHER if number % 29 == 0 else POLICY, strict=0.2),
            number,
            withdrawn=number % 17 == 0,
        )
        for number in range(200)
    ]


def _seen(database: Database, principal: Principal, purpose: str, action: str) -> set[str]:
    condition = policy.visible(principal, purpose, action=action)
    with database.read() as connection:
        return set(connection.scalars(select(ASSETS.c.id).where(condition)))


def _allowed(held: Sequence[Held], principal: Principal, purpose: str, action: str) -> set[str]:
    return {
        each.id
        for each in held
        if policy.decide(
            Query(principal, action, each.label, "coast", purpose, withdrawn=each.withdrawn)
        ).allowed
    }


@settings(max_examples=25)
@given(principals, st.sampled_from([*PURPOSES, "other"]), st.sampled_from(NAMES))
def test_the_filter_agrees_with_the_policy(
    database: Database, held: Sequence[Held], principal: Principal, purpose: str, action: str
) -> None:
    assert _seen(database, principal, purpose, action) == _allowed(held, principal, purpose, action)


def test_it_agrees_where_much_is_seen(database: Database, held: Sequence[Held]) -> None:
    draw = Draw(seed=11)
    sizes = set()
    for _ in range(12):
        principal = replace(draw.principal(), roles=OFFICER.roles)
        for purpose in PURPOSES:
            seen = _seen(database, principal, purpose, READ)
            assert seen == _allowed(held, principal, purpose, READ)
            sizes.add(len(seen))
    assert len(sizes) > 5  # positive control: it is neither all nor nothing
    assert max(sizes) > 20


def test_what_one_may_not_see_changes_no_page_and_no_count(empty: Database) -> None:
    catalogue = AssetCatalogue(empty, POLICY)
    condition = policy.visible(OFFICER, "trial")
    shown = [record(empty, LABEL, number).id for number in range(5)]
    before = catalogue.count(condition), catalogue.find(condition, limit=3, offset=1)
    assert before[0] == 5
    for number, text in enumerate(
        [
            "navy//C//maritime REL coast FOR trial",
            "navy//S//ports REL coast FOR trial",
            "coast//O// REL navy FOR trial",
            "coast//O// REL * FOR audit",
            "coast//O//answer-key REL * FOR scoring",
        ]
    ):
        record(empty, Label.parse(text, POLICY), 100 + number)
    record(empty, LABEL, 200, withdrawn=True)
    assert catalogue.count() == 10  # positive control: they are there, for whoever may see them
    assert (catalogue.count(condition), catalogue.find(condition, limit=3, offset=1)) == before
    assert {entry.asset.id for entry in catalogue.find(condition)} == set(shown)
    with empty.read() as connection:
        grouped = connection.execute(
            select(ASSETS.c.kind, func.count()).where(condition).group_by(ASSETS.c.kind)
        ).all()
    assert [tuple(row) for row in grouped] == [("dataset", 5)]


def test_a_vote_and_an_unknown_action_show_nothing(database: Database, held: Any) -> None:
    assert _seen(database, OFFICER, "trial", READ)
    assert _seen(database, OFFICER, "trial", VOTE) == set()
    assert _seen(database, OFFICER, "trial", "asset.steal") == set()


@pytest.mark.parametrize(
    "principal",
    [
        None,
        replace(OFFICER, grade="9"),
        replace(OFFICER, roles={"checker"}),
        replace(OFFICER, purposes=frozenset({"trial", 1})),
        replace(OFFICER, categories=frozenset({"maritime", "\ud800"})),
    ],
)
def test_a_malformed_principal_sees_nothing(database: Database, held: Any, principal: Any) -> None:
    assert _seen(database, OFFICER, "trial", READ)
    assert _seen(database, principal, "trial", READ) == set()
    assert _seen(database, OFFICER, ["trial"], READ) == set()  # type: ignore[arg-type]


def test_a_purpose_that_a_later_charter_puts_under_another_is_seen_alike(empty: Database) -> None:
    row = record(empty, LABEL, 1)
    later = LabelPolicy(
        POLICY.id,
        POLICY.grades,
        POLICY.categories,
        POLICY.agencies,
        (*POLICY.purposes, ("profiling", "scoring")),
    )
    newer = Policy(ACTIONS, later, "sha256:later")
    officer = replace(OFFICER, purposes=frozenset({"profiling"}))
    with empty.read() as connection:
        asked = Holdings(later).query(
            connection, row.id, principal=officer, action=READ, purpose="profiling"
        )
    assert asked is not None
    assert newer.decide(asked).allowed
    assert AssetCatalogue(empty, later).count(newer.visible(officer, "profiling")) == 1
    assert AssetCatalogue(empty, later).count(newer.visible(OFFICER, "profiling")) == 0
