"""Questions about assets that the catalogue holds."""

from __future__ import annotations

import pytest

from dure.core.errors import CoreError
from dure.core.labels import Label
from dure.governance.policy.engine import Policy
from dure.governance.policy.held import Holdings
from dure.governance.policy.query import READ, Query
from dure.storage.assets import AssetCatalogue
from dure.storage.database import Database
from tests.core.strategies import OTHER, POLICY
from tests.governance.policy.shelves import TIME, record
from tests.governance.policy.strategies import ACTIONS, LABEL, OFFICER

policy = Policy(ACTIONS, POLICY, "sha256:test")


def _ask(database: Database, asset_id: str, holdings: Holdings) -> Query | None:
    with database.read() as connection:
        return holdings.query(connection, asset_id, principal=OFFICER, action=READ, purpose="trial")


def test_a_question_has_what_the_catalogue_says(empty: Database) -> None:
    held = record(empty, LABEL, 1)
    asked = _ask(empty, held.id, Holdings(POLICY))
    assert asked == Query(OFFICER, READ, LABEL, "coast", "trial")
    assert _ask(empty, "0" * 64, Holdings(POLICY)) is None


def test_a_withdrawal_bites_at_once(empty: Database) -> None:
    held, holdings = record(empty, LABEL, 1), Holdings(POLICY)
    asked = _ask(empty, held.id, holdings)
    assert asked is not None
    assert policy.decide(asked).allowed
    AssetCatalogue(empty, POLICY).withdraw(held.id, by="coast.one", at=TIME)
    again = _ask(empty, held.id, holdings)
    assert again is not None
    assert [reason.rule for reason in policy.decide(again).reasons] == ["withdrawn"]


def test_a_label_of_another_policy_is_refused(empty: Database) -> None:
    held = record(empty, Label.parse("coast//O// REL * FOR *", OTHER), 1)
    assert _ask(empty, held.id, Holdings(OTHER)) is not None
    with pytest.raises(CoreError, match=r"core\.label-policy"):
        _ask(empty, held.id, Holdings(POLICY))
