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

from dure.core.canonical import canonical_json
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


def test_what_was_released_to_one_agency_is_not_signed_over_to_another(made: Alliance, node: Node):
    request = transfer(node, LABEL)
    made.approve(node, request.id)
    digest = node.house.execute(request.id)["digest"]

    def sign(to: str) -> None:
        header = {"kind": "bundle", "payload_digest": digest, "from": "bravo", "to": to}
        node.house.links.ask("executor", "envelope.sign", header=header)

    with pytest.raises(GovernanceError) as refused:
        sign("charlie")
    assert refused.value.facts["reason"] == "not-released"
    sign("alpha")  # the positive control


def test_a_ticket_in_the_name_of_another_agencys_person_opens_nothing(node: Node):
    house, read = node.house, {"action": "content.read", "purpose": "trial", "run": ""}
    label = Label.parse(SHARED, house.charter.labels)  # which that person could read at home
    words = {"kind": "note", "media_type": "text/plain", "schema_id": "-", "producer": "note"}
    asset = house.seal([b"content"], label=label, name="note", **words)

    def size(who: str) -> int:
        told = house.links.ask("executor", "ticket.issue", asset=asset.id, principal=who, **read)
        fd, opened = house.links.draw("keeper", "content.open", **told)
        os.close(fd)
        return int(opened["size"])

    with pytest.raises(GovernanceError) as refused:
        size("alpha.steward")
    assert (refused.value.code, refused.value.facts["reason"]) == ("governance.ticket", "denied")
    assert size("bravo.steward") == 7  # the positive control


def release(node: Node, name: str) -> Request:
    """Seal what looks like a report, and ask for its release, as a door may."""
    house = node.house
    label = Label.parse(LABEL, house.charter.labels)
    result = {"outcome": "algorithm-error", "task": "tabular-regression"}
    evidence = {
        "task": "tabular-regression",
        "metrics": ["mae"],
        "algorithm_name": name,
        "algorithm_digest": f"sha256:{'0' * 64}",
        "benchmark_name": "delays",
    }
    report = {
        "kind": "trial",
        "schema_version": 1,
        "result": result,
        "evidence": evidence,
        "findings": [],
    }
    words = {"kind": "report", "media_type": "application/json", "schema_id": "-"}
    asset = house.seal(
        [canonical_json(report)], label=label, producer="trial.run", name="report", **words
    )
    told = {"run": "-", "report": asset.id, "outcome": "algorithm-error", "to": "alpha"}
    return house.propose(
        "report.release",
        arguments={
            **told,
            "result": house.suite.digest("result", result),
            "evidence": house.suite.digest("evidence", evidence),
        },
        assets=[asset.id],
        source=label,
        target=Label.parse(SHARED, house.charter.labels),
        evidence=house.suite.digest("report", report),
    )


def test_a_report_carries_no_content_in_its_names(made: Alliance, node: Node):
    smuggled = release(node, "row by row: " + "10.5,90,ferry;" * 1000)
    honest = release(node, "mean 1.0")
    for request in (smuggled, honest):
        made.approve(node, request.id)
    with pytest.raises(GovernanceError) as refused:
        node.house.execute(smuggled.id)
    assert refused.value.code == "governance.act"
    assert releases(made) == []
    node.house.execute(honest.id)  # the positive control
    assert releases(made) == [f"report-{honest.id}.json"]
