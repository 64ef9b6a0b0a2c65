"""The keys of a purpose's pseudonyms are destroyed: by votes alone, for good, and not while held."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dure.core.errors import DureError
from dure.core.labels import Label
from dure.datasets.privacy.errors import PrivacyError
from dure.governance.errors import GovernanceError
from dure.governance.policy.errors import PolicyError
from dure.node.errors import NodeError
from dure.node.node import Node
from tests.adversarial import verbs
from tests.node.alliance import Alliance, command, services_inside


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Alliance]:
    """Bravo's data set, and another that was made of it with pseudonyms for the purpose trial."""
    with services_inside():
        yield verbs.after("treat").copy(tmp_path / "made")


@pytest.fixture
def node(made: Alliance) -> Iterator[Node]:
    with made.open() as opened:
        yield opened


def refused(error: type[DureError], code: str) -> Any:
    return pytest.raises(error, match=re.escape(code))


def pseudonyms(node: Node, made: Alliance, name: str, generation: int = 1) -> list[str]:
    plan = made.folder / "out"
    text = plan.read_text(encoding="utf-8")
    changed = made.folder / "changed"
    changed.write_text(text.replace("[[column]]", f"generation = {generation}\n[[column]]"))
    node.datasets.deidentify.apply("tracks", changed, name=name)
    kinds: list[str] = node.datasets.open(name).to_polars()["kind"].to_list()
    return kinds


def approved(node: Node, made: Alliance, generation: int = 1) -> str:
    asked = node.datasets.deidentify.request_shred_keys("trial", generation)
    made.approve(node, asked["id"])
    return str(asked["id"])


def propose(node: Node, action: str = "pseudonym.shred", **changes: Any) -> str:
    """Ask as a door that has been taken over may: with any arguments."""
    root = node.datasets.deidentify.keys("trial")
    label = Label.parse(str(root["label"]), node.house.charter.labels)
    told = {"purpose": "trial", "generation": 1, "root": root["root"], **changes}
    if held := node.house.assets.held([str(told["root"])]):
        label = node.house.assets.get(held[0]).asset.label
    return node.house.propose(
        action, arguments=told, assets=[str(told["root"])], source=label, target=label,
        evidence=node.house.suite.digest("shredding-keys", told),
    ).id  # fmt: skip


def test_the_same_value_never_gets_the_same_pseudonym_again(made: Alliance, node: Node) -> None:
    first = node.datasets.open("treated").to_polars()["kind"].to_list()
    assert pseudonyms(node, made, "again") == first  # the positive control: until now it links
    assert node.datasets.deidentify.keys("trial")["uses"] == 1
    second = pseudonyms(node, made, "second", generation=2)
    request = approved(node, made)
    outcome = node.datasets.deidentify.shred_keys(request)
    assert (outcome["purpose"], outcome["generation"]) == ("trial", 1)
    assert node.datasets.deidentify.shred_keys(request) == outcome
    with refused(GovernanceError, "governance.keeper") as caught:
        node.house.element_keys(
            node.house.assets.get(node.datasets.list()[0]["id"]).asset.id,
            purpose="trial", generation=1, elements=["kind"],
        )  # fmt: skip
    assert caught.value.facts["reason"] == "root-shredded"
    assert pseudonyms(node, made, "second again", generation=2) == second  # the others stand
    assert node.datasets.open("treated").to_polars()["kind"].to_list() == first
    with refused(PrivacyError, "privacy.keys"):
        node.datasets.deidentify.request_shred_keys("trial")
    types = [entry["type"] for entry in node.ledger.show(60)]
    assert types.count("pseudonym.shred.begun") == types.count("pseudonym.shred.done") == 1


def test_a_legal_hold_on_what_came_of_it_holds_the_root(made: Alliance, node: Node) -> None:
    request = approved(node, made)
    node.datasets.versions.hold("treated")
    assert node.datasets.deidentify.keys("trial")["held"]
    with refused(PrivacyError, "privacy.keys") as caught:
        node.datasets.deidentify.request_shred_keys("trial")
    assert caught.value.facts["reason"] == "keys-held"
    with refused(GovernanceError, "governance.act"):  # laid after the votes: the keeper refuses
        node.datasets.deidentify.shred_keys(request)
    assert node.decisions.show(request)["state"] == "failed"
    assert not node.datasets.deidentify.keys("trial")["shredded"]
    node.acting_as("bravo.officer").datasets.versions.hold("treated", lift=True)
    node.datasets.deidentify.shred_keys(approved(node, made))  # the positive control
    assert node.datasets.deidentify.keys("trial")["shredded"]


def test_a_door_that_was_taken_over_destroys_nothing(made: Alliance, node: Node) -> None:
    desk, ask = node.datasets.deidentify, node.house.links.ask
    root = str(desk.keys("trial")["root"])
    request = propose(node)
    with refused(GovernanceError, "governance.permit"):  # nobody voted
        node.house.execute(request)
    made.approve(node, request)
    permit = node.decisions.show(request)
    with pytest.raises((NodeError, GovernanceError)):  # the operation is the executor's alone
        ask("keeper", "content.shred-for-permit", asset=root, permit=permit, request=permit)
    assert ask("keeper", "content.collect", assets=[root])["assets"] == []
    with refused(GovernanceError, "governance.event"):  # nor does it write that it happened
        node.house.log("pseudonym.shred.done", detail={})
    table = node.house.assets.get(node.datasets.list()[0]["id"]).asset.parents[0]
    pseudonyms(node, made, "second", generation=2)
    second = str(desk.keys("trial", 2)["root"])
    lies = [
        propose(node, root=second),  # people read generation 1
        propose(node, generation="1"),
        propose(node, purpose="scoring"),
        propose(node, root=table),
        propose(node, more=1),
        propose(node, "asset.shred"),
    ]
    for lie in lies:
        made.approve(node, lie)
        with pytest.raises(DureError):
            node.house.execute(lie)
    assert not desk.keys("trial")["shredded"]
    assert not desk.keys("trial", 2)["shredded"]
    assert node.datasets.open("tracks").to_polars().height == 3
    node.house.execute(request)  # the positive control
    assert desk.keys("trial")["shredded"]


def test_who_may_ask_and_for_what(node: Node) -> None:
    with refused(GovernanceError, "governance.keeper") as caught:
        node.datasets.deidentify.keys("scoring")
    assert caught.value.facts["reason"] == "no-root"
    auditor = node.acting_as("bravo.auditor").datasets.deidentify
    for verb in (auditor.keys, auditor.request_shred_keys):
        with pytest.raises(PolicyError):
            verb("trial")


def test_on_the_command_line(made: Alliance) -> None:
    said = command(made, "datasets", "deidentify", "request-shred-keys", "trial")
    assert said.status == 0, said.err
    with made.open() as node:
        (row,) = node.decisions.list()
        view = node.decisions.show(row["id"])
        assert node.decisions.evidence(view) == (
            "dure datasets deidentify keys trial --generation 1"
        )
        made.approve(node, row["id"])
    assert command(made, "datasets", "deidentify", "shred-keys", row["id"]).status == 0
    assert "True" in command(made, "datasets", "deidentify", "keys", "trial").out
    again = command(made, "datasets", "deidentify", "request-shred-keys", "trial")
    assert again.status == 224
