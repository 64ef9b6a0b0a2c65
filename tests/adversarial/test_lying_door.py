"""A door that lies: it may send any message on its channel, and writes what the voters are shown.

People vote honestly on what they see. What the door claims there of an asset has to be true, or
nothing happens.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dure.core.labels import Label
from dure.governance.decisions import Request
from dure.governance.errors import GovernanceError
from dure.node.node import Node
from dure.transfers.terms import Terms, weigh
from tests.node import alliance
from tests.node.alliance import LABEL, SHARED, Alliance


@pytest.fixture
def made(tmp_path: Path) -> Alliance:
    return alliance.asked().copy(tmp_path / "alliance")


@pytest.fixture
def node(made: Alliance) -> Iterator[Node]:
    with alliance.services_inside(), made.open() as opened:
        yield opened


def transfer(node: Node, source: str) -> Request:
    """Ask for a transfer of bravo's data set as a door may: with any source label."""
    house = node.house
    asset = house.assets.get(str(node.datasets.list()[0]["id"])).asset
    claimed = Label.parse(source, house.charter.labels)
    with os.fdopen(house.open(asset.id, purpose="trial", run="").fd, "rb") as pipe:
        terms = Terms(replace(asset, label=claimed), "alpha", *weigh([pipe.read()]))
    return house.propose(
        "asset.transfer",
        arguments=terms.to_dict(),
        assets=[asset.id],
        source=claimed,
        target=Label.parse(SHARED, house.charter.labels),
        evidence=terms.evidence(SHARED, house.suite),
    )


def releases(made: Alliance) -> list[str]:
    return sorted(path.name for path in (made.home() / "executor" / "releases").iterdir())


def test_a_false_source_label_gets_nothing_sealed_though_people_voted(made: Alliance, node: Node):
    honest = transfer(node, LABEL)
    lie = transfer(node, SHARED)  # as if no label fell
    for request in (honest, lie):
        made.approve(node, request.id)
    with pytest.raises(GovernanceError) as refused:
        node.house.execute(lie.id)
    assert refused.value.facts["reason"] == "other-source"
    assert releases(made) == []
    node.house.execute(honest.id)  # the positive control
    assert releases(made) == [f"{honest.id}.dure-bundle"]
