"""A data set becomes known at another node: the whole way, and everything that is refused on it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dure.core.canonical import canonical_bytes, parse_canonical
from dure.core.errors import DureError
from dure.core.labels import Label
from dure.core.suites import digest_of
from dure.datasets.publish.errors import PublishError
from dure.datasets.publish.page import FORM, SIGNED_TYPE, write_head
from dure.datasets.publish.verbs import description, take_page
from dure.governance.errors import GovernanceError
from dure.governance.policy.errors import PolicyError
from dure.node.errors import NodeError
from dure.node.executor import HeldKey
from dure.node.home import Home
from dure.node.node import Node
from dure.storage.keys import read_key_file
from tests.node import alliance
from tests.node.alliance import LABEL, SHARED, Alliance

MADE: dict[str, Alliance] = {}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Alliance]:
    """Two nodes; bravo has published its data set to alpha, and the page is on the media."""
    with alliance.services_inside():
        if "known" not in MADE:
            MADE["known"] = _known(alliance._scratch() / "known")
        yield MADE["known"].copy(tmp_path / "known")


def _known(folder: Path) -> Alliance:
    made = alliance.pinned().copy(folder)
    with made.open() as node:
        node.datasets.import_(made.data, label=SHARED, name="tracks")
        asked = node.catalogue.request_publish("tracks", ["alpha"])
        made.approve(node, asked["id"])
        done = node.catalogue.publish(asked["id"])
        assert node.catalogue.publish(asked["id"]) == done  # once, however often it is asked
        node.exchange.send(folder / "media")
        (folder / "request").write_text(asked["id"])
    return made


def refused(error: type[DureError], code: str) -> Any:
    return pytest.raises(error, match=re.escape(code))


def reason(caught: pytest.ExceptionInfo[DureError]) -> object:
    return caught.value.facts.get("reason")


def page_of(made: Alliance) -> bytes:
    (file,) = Home.find(made.home()).releases.glob("page-*")
    with made.open() as node:
        return file.read_bytes() + description(node.house, node.catalogue.search("tracks")[0]["id"])


def test_the_other_agency_finds_it_and_reads_it_once_it_agrees(made: Alliance) -> None:
    with made.open("alpha", "alpha.developer") as node:
        assert node.catalogue.search() == []
    with made.open("alpha") as node:
        assert node.exchange.receive(made.folder / "media")["refused"] == []
        assert node.exchange.receive(made.folder / "media")["handled"] == []
    with made.open("alpha", "alpha.developer") as node:
        (hit,) = node.catalogue.search("TRACKS")
        assert (hit["agency"], hit["here"], hit["rows"], hit["label"]) == (
            "bravo", False, "3", SHARED,
        )  # fmt: skip
        with pytest.raises(PublishError) as first:
            node.catalogue.page("tracks")
        assert first.value.code == "datasets.conditions"
        told = node.catalogue.acknowledge("tracks")
        assert (told["purposes"], told["agencies"], told["grade"]) == (
            ["scoring", "trial"], ["alpha", "bravo"], "O",
        )  # fmt: skip
        assert node.catalogue.acknowledge("tracks") == told
        page = node.catalogue.page("tracks")
        assert page["croissant"]["recordSet"][0]["field"][0]["name"] == "speed_kn"
    with made.open("alpha") as node:
        events = [entry["type"] for entry in node.ledger.show(40)]
        assert events.count("dataset.acknowledge.done") == 2
        with pytest.raises(PublishError):  # each person for themselves
            node.catalogue.page("tracks")
    with made.open() as node:
        (own,) = node.catalogue.search("tracks", agency="bravo")
        assert own["here"]
        assert page["dataset"] == own["id"]
        assert page["croissant"] == node.datasets.show("tracks")["croissant"]
        assert node.catalogue.search("tracks", agency="alpha") == []


def test_it_takes_people_and_a_label_that_is_releasable(made: Alliance) -> None:
    with made.open() as node:
        node.datasets.import_(made.data, label=LABEL, name="own")
        for to, why in (
            (["alpha"], "not-releasable"), ([], "agencies"), (["bravo"], "agencies"),
        ):  # fmt: skip
            with pytest.raises(PublishError) as caught:
                node.catalogue.request_publish("own", to)
            assert reason(caught) == why
        with refused(GovernanceError, "governance.unknown"):
            node.catalogue.request_publish("tracks", ["delta"])
        asked = node.catalogue.request_publish("tracks", ["alpha"])
        with refused(GovernanceError, "governance.permit"):
            node.catalogue.publish(asked["id"])
        other = node.transfers.request("tracks", to="alpha", label=SHARED)
        with refused(GovernanceError, "governance.unknown"):  # another action's request
            node.catalogue.publish(other["id"])
    with made.open(who="bravo.auditor") as node, pytest.raises((PolicyError, NodeError)):
        node.catalogue.request_publish("tracks", ["alpha"])


def propose(node: Node, **changes: Any) -> str:
    """Ask as a door that has been taken over may."""
    house = node.house
    asset = node.catalogue.search("tracks")[0]["id"]
    label = Label.parse(SHARED, house.charter.labels)
    content = house.read(asset, purpose="trial", limit=1 << 20)
    told: dict[str, Any] = {
        "arguments": {"dataset": asset, "to": ["alpha"]}, "assets": [asset],
        "source": label, "target": label, "evidence": digest_of(content),
    }  # fmt: skip
    return house.propose("dataset.publish", **(told | changes)).id


def test_the_executor_looks_again_whatever_people_signed(made: Alliance) -> None:
    with made.open() as node:
        asset = node.catalogue.search("tracks")[0]["id"]
        label = Label.parse(SHARED, node.house.charter.labels)
        words = {"kind": "dataset", "media_type": "text/plain", "schema_id": "-", "producer": "x"}
        records = b"speed_kn,heading_deg\n10.5,90\n"  # sealed as if they were a description
        smuggled = node.house.seal([records], label=label, name="smuggled", **words).id
        told = {"dataset": asset, "to": ["alpha"]}
        wrong = [
            propose(node, arguments=told | {"to": ["bravo"]}),
            propose(node, arguments=told | {"to": ["alpha", "alpha"]}),
            propose(node, arguments=told | {"to": "alpha"}),
            propose(node, arguments=told | {"to": []}),
            propose(node, arguments=told | {"dataset": "0" * 64}),
            propose(
                node, arguments=told | {"dataset": smuggled}, assets=[smuggled],
                evidence=digest_of(records),
            ),
            propose(node, assets=[asset, smuggled]),
        ]  # fmt: skip
        honest = propose(node)
        for request in (*wrong, honest):
            made.approve(node, request)
        before = set(Home.find(made.home()).releases.iterdir())
        for request in wrong:
            with pytest.raises((GovernanceError, PublishError)) as caught:
                node.house.execute(request)
            assert caught.value.code in ("governance.act", "datasets.publish")
        assert set(Home.find(made.home()).releases.iterdir()) == before
        assert node.house.execute(honest)["file"] == f"page-{honest}"  # the positive control


def test_an_envelope_for_another_agency_is_not_signed(made: Alliance) -> None:
    digest = digest_of(page_of(made))
    header = {"kind": "catalogue", "payload_digest": digest, "from": "bravo"}
    with made.open() as node:
        with pytest.raises(GovernanceError) as caught:
            node.house.links.ask("executor", "envelope.sign", header={**header, "to": "charlie"})
        assert reason(caught) == "not-released"
        other = {**header, "payload_digest": digest_of(b"records")}
        with pytest.raises(GovernanceError):
            node.house.links.ask("executor", "envelope.sign", header={**other, "to": "alpha"})
        node.house.links.ask("executor", "envelope.sign", header={**header, "to": "alpha"})


def altered(page: bytes, **changes: Any) -> bytes:
    head, _, croissant = page.partition(b"\n")
    signed = parse_canonical(head)
    return write_head({**signed["document"], **changes}, signed["signature"]) + croissant


HOSTILE: dict[str, tuple[Any, str]] = {
    "empty": (lambda page: b"", "page-form"),
    "no line": (lambda page: page.replace(b"\n", b" "), "page-form"),
    "not canonical": (lambda page: b" " + page, "page-form"),
    "a long line": (lambda page: b"x" * 70_000 + b"\n", "page-form"),
    "too large": (lambda page: page + b" " * (9 << 20), "page-form"),
    "other parts": (lambda page: altered(page, more=1), "page-form"),
    "another form": (lambda page: altered(page, form="x"), "page-form"),
    "no signature": (
        lambda page: page.replace(b'"signature":"', b'"signature":["', 1).replace(b'"}\n', b'"]}\n', 1),
        "page-agency",
    ),
    "another's": (lambda page: altered(page, agency="alpha"), "page-agency"),
    "another label": (lambda page: altered(page, label="bravo//O// REL * FOR *"), "page-signature"),
    "another reader": (lambda page: altered(page, to=["charlie"]), "page-signature"),
    "other content": (lambda page: page[:-1] + b" ", "page-content"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_page_that_is_not_what_its_owner_signed(made: Alliance, name: str) -> None:
    change, why = HOSTILE[name]
    page = page_of(made)
    with made.open("alpha") as node:
        with pytest.raises(PublishError) as caught:
            take_page(node.house, change(page), "bravo")
        assert (caught.value.code, reason(caught)) == ("datasets.page", why)
        assert node.catalogue.search() == []
        take_page(node.house, page, "bravo")  # the positive control
        assert len(node.catalogue.search()) == 1


@pytest.mark.parametrize(
    ("changes", "croissant", "why"),
    [
        ({"to": ["charlie"]}, {}, "page-addressee"),
        ({"to": "alpha"}, {}, "page-addressee"),
        ({"label": "bravo//O// REL bravo FOR trial"}, {}, "page-label"),
        ({}, {"publisher": {"name": "alpha"}}, "page-croissant"),
        ({}, {"usageInfo": {"termCode": "bravo//O// REL * FOR *"}}, "page-croissant"),
        ({}, {"name": 3}, "page-croissant"),
        ({}, {"recordSet": []}, "page-croissant"),
    ],
)
def test_a_page_that_its_owner_signed_but_that_is_not_for_us(
    made: Alliance, changes: dict[str, Any], croissant: dict[str, Any], why: str
) -> None:
    """Another agency's executor may be wrong, or worse; it signs what it likes."""
    head, _, content = page_of(made).partition(b"\n")
    content = json.dumps({**json.loads(content), **croissant}).encode()
    document = {
        **parse_canonical(head)["document"], "croissant_digest": digest_of(content), **changes,
    }  # fmt: skip
    assert document["form"] == FORM
    key = read_key_file(Home.find(made.home()).executor / "executor.key", made.passphrase)
    signature = HeldKey(key).sign(canonical_bytes(SIGNED_TYPE, document, "intl")).hex()
    with made.open("alpha") as node:
        with pytest.raises(PublishError) as caught:
            take_page(node.house, write_head(document, signature) + content, "bravo")
        assert reason(caught) == why


def test_the_later_page_of_a_data_set_counts(made: Alliance) -> None:
    with made.open() as node:
        asked = node.catalogue.request_publish("tracks", ["alpha"])
        made.approve(node, asked["id"])
        node.catalogue.publish(asked["id"])
        node.exchange.send(made.folder / "media")
    with made.open("alpha") as node:
        assert len(node.exchange.receive(made.folder / "media")["handled"]) == 2
        (hit,) = node.catalogue.search("tracks")
        assert node.house.assets.get(hit["id"]).facts["published"] > "2020"
