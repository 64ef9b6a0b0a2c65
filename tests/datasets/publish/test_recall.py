"""A data set that others know of is withdrawn: they learn of it, and nobody else can tell them so."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dure.core.canonical import canonical_json, parse_canonical
from dure.core.errors import CoreError, DureError
from dure.core.labels import Label
from dure.datasets.publish.errors import PublishError
from dure.datasets.publish.recall import FORM, read_recall, take_recall
from dure.datasets.publish.verbs import take_page
from dure.exchange.envelope import SignedHeader, open_header
from dure.governance.policy.errors import PolicyError
from dure.node.errors import NodeError
from dure.node.home import Home
from dure.node.house import NodeHouse
from dure.node.node import Node
from tests.datasets.publish.test_publish import _known, page_of
from tests.node import alliance
from tests.node.alliance import CSV, LABEL, SHARED, Alliance, command

MADE: dict[str, Alliance] = {}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Alliance]:
    """Two nodes; bravo published its data set, and alpha has the page and its conditions' reader."""
    with alliance.services_inside():
        if "taken" not in MADE:
            MADE["taken"] = _known(alliance._scratch() / "taken")
            with MADE["taken"].open("alpha") as node:
                assert node.exchange.receive(media(MADE["taken"]))["refused"] == []
                node.catalogue.acknowledge("tracks")
        yield MADE["taken"].copy(tmp_path / "taken")


def media(made: Alliance) -> Path:
    return made.folder / "media"


def reason(caught: pytest.ExceptionInfo[DureError]) -> object:
    return caught.value.facts.get("reason")


def types(node: Node) -> list[str]:
    return [entry["type"] for entry in node.ledger.show(40)]


def carry(made: Alliance, *, who: str = "") -> list[dict[str, Any]]:
    with made.open(who=who) as node:
        return node.exchange.send(media(made))


def take(made: Alliance) -> dict[str, Any]:
    with made.open("alpha") as node:
        return node.exchange.receive(media(made))


def withdraw(made: Alliance, **who: str) -> list[dict[str, Any]]:
    with made.open(**who) as node:
        return node.datasets.versions.withdraw("tracks", reason="a wrong delivery")


def test_who_has_the_page_learns_that_the_data_set_is_withdrawn(made: Alliance) -> None:
    (row,) = [row for row in withdraw(made) if row["kind"] == "dataset"]
    assert row["recalled"] == ["alpha"]
    assert take(made)["handled"] == []  # not carried yet: the other node knows nothing
    with made.open("alpha") as node:
        assert node.catalogue.page("tracks")["dataset"] == row["id"]
        assert [hit["withdrawn"] for hit in node.catalogue.search()] == [""]
    (sent,) = carry(made)
    assert (sent["kind"], sent["number"]) == ("revocation", 2)
    assert carry(made) == []  # once
    took = take(made)
    assert (took["refused"], len(took["handled"])) == ([], 1)
    assert take(made)["handled"] == []

    with made.open("alpha") as node:
        (hit,) = node.catalogue.search("tracks")
        assert hit["withdrawn"]
        for verb in (node.catalogue.page, node.catalogue.acknowledge):
            with pytest.raises(PublishError) as refused:
                verb("tracks")
            assert (refused.value.code, refused.value.facts["agency"]) == (
                "datasets.recalled", "bravo",
            )  # fmt: skip
        shown = node.catalogue.lineage("tracks").to_dict()["assets"]
        assert {(one["kind"], one["withdrawn"]) for one in shown} == {
            ("catalogue.page", True), ("dataset.acknowledgement", True),
        }  # fmt: skip
        with pytest.raises(PolicyError, match="withdrawn"):  # and whatever the door believes
            node.house.read(hit["id"], purpose="trial", limit=1 << 20)
        assert types(node).count("page.withdraw.done") == 1
    with made.open() as node:
        assert types(node).count("page.recall.done") == 1
        assert node.catalogue.search() == []


def test_the_command_line_says_so(made: Alliance) -> None:
    said = command(made, "datasets", "withdraw", "tracks", "--reason", "wrong")
    assert "dure exchange send" in said.out + said.err
    carry(made)
    take(made)
    assert "withdrawn" in command(made, "datasets", "search", agency="alpha").out
    assert "withdrawn: tracks" in command(made, "datasets", "lineage", "tracks", agency="alpha").out
    refused = command(made, "datasets", "page", "tracks", agency="alpha")
    assert (refused.status, "bravo withdrew" in refused.err) == (222, True)


def test_what_may_not_be_seen_is_not_told_of_either(made: Alliance) -> None:
    """``quiet`` takes a category that nobody at alpha is cleared for."""
    withdraw(made)
    carry(made)
    take(made)
    with made.open("alpha") as node:
        label = Label.parse("bravo//O//maritime REL alpha FOR trial", node.house.charter.labels)
        quiet = node.house.seal(
            [b"page"], kind="catalogue.page", media_type="-", schema_id="-", label=label,
            producer="dataset.publish", name="quiet",
            facts={"agency": "bravo", "dataset": "0" * 64, "words": "tracks"},
        )  # fmt: skip
        node.house.keeping.withdraw(quiet.id)
        assert [hit["name"] for hit in node.catalogue.search("tracks")] == ["tracks"]
        with pytest.raises(NodeError):
            node.catalogue.lineage(quiet.id)
        assert node.house.assets.get(quiet.id).withdrawn  # it is there


def test_an_officer_who_may_not_send_withdraws_and_the_recall_waits(made: Alliance) -> None:
    assert withdraw(made, who="bravo.officer")
    with made.open(who="bravo.officer") as node, pytest.raises(PolicyError):
        node.exchange.send(media(made))
    assert [sent["kind"] for sent in carry(made)] == ["revocation"]


def test_a_shredded_data_set_is_recalled(made: Alliance) -> None:
    with made.open() as node:
        then = node.house.now() - 10 * 86_400
        until = dt.datetime.fromtimestamp(node.house.now(), dt.UTC).date() - dt.timedelta(2)
        with mock.patch.object(NodeHouse, "now", return_value=then):
            node.datasets.privacy.record(
                "tracks", basis="law", purpose="test", retain_until=until.isoformat()
            )
        asked = node.datasets.privacy.request_shred("tracks")
        made.approve(node, asked["id"])
        done = node.datasets.privacy.shred(asked["id"])
        assert node.datasets.privacy.shred(asked["id"]) == done
    assert [sent["number"] for sent in carry(made)] == [2]
    take(made)
    with made.open("alpha") as node:
        assert [bool(hit["withdrawn"]) for hit in node.catalogue.search()] == [True]


def test_what_was_not_made_when_it_was_withdrawn_is_made_before_anything_is_carried(
    made: Alliance,
) -> None:
    """As after a crash between the two, or when another verb settled it."""
    with made.open() as node:
        node.datasets.import_(made.data, label=SHARED, name="never published")
        for name in ("tracks", "never published"):
            (asset,) = [hit["id"] for hit in node.catalogue.search(name)]
            node.house.keeping.withdraw(asset)
    assert [sent["kind"] for sent in carry(made)] == ["revocation"]


def test_a_version_that_stands_is_not_recalled(made: Alliance) -> None:
    again = made.folder / "again.csv"
    again.write_text(CSV + CSV.splitlines()[1] + "\n", encoding="utf-8")
    with made.open() as node:
        second = node.datasets.versions.commit("tracks", again)
        asked = node.catalogue.request_publish("tracks@2", ["alpha"])
        made.approve(node, asked["id"])
        node.catalogue.publish(asked["id"])
        node.datasets.versions.withdraw("tracks@1", reason="a wrong delivery")
    carry(made)
    assert len(take(made)["handled"]) == 2
    with made.open("alpha") as node:
        hits = node.catalogue.search("tracks")
        assert [(hit["rows"], bool(hit["withdrawn"])) for hit in hits] == [
            ("4", False),
            ("3", True),
        ]
        assert node.catalogue.acknowledge("tracks")["agencies"] == ["alpha", "bravo"]
        assert node.catalogue.page("tracks")["dataset"] == second.id


def test_a_page_that_comes_after_its_recall_is_never_available(tmp_path: Path) -> None:
    """A medium was lost: the recall is here before what it recalls."""
    with alliance.services_inside():
        known = _known(tmp_path / "known")
        page = page_of(known)
        with known.open("alpha") as node:
            recall = recall_of(known)
            assert take_recall(node.house, recall, "bravo") == []
            for _ in range(2):  # taken again, nothing changes
                taken = take_page(node.house, page, "bravo")
                (hit,) = node.catalogue.search("tracks")
                assert (hit["id"], bool(hit["withdrawn"])) == (taken.id, True)
            with pytest.raises(PublishError, match=re.escape("datasets.recalled")):
                node.catalogue.acknowledge("tracks")


def recall_of(made: Alliance, **changes: Any) -> bytes:
    (file,) = Home.find(made.home()).releases.glob("page-*")
    signed = parse_canonical(file.read_bytes().rstrip(b"\n"))["document"]
    told = {
        "form": FORM, "agency": "bravo", "to": "alpha", "dataset": signed["dataset"],
        "label": signed["label"], "withdrawn": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    return canonical_json({**told, **changes})


WRONG: dict[str, tuple[Callable[[Alliance], bytes], str]] = {
    "empty": (lambda made: b"", "recall-form"),
    "not canonical": (lambda made: b" " + recall_of(made), "recall-form"),
    "a list": (lambda made: b"[]", "recall-form"),
    "other parts": (lambda made: recall_of(made, why="x"), "recall-form"),
    "another form": (lambda made: recall_of(made, form="x"), "recall-form"),
    "not text": (lambda made: recall_of(made, label=1), "recall-form"),
    "no time": (lambda made: recall_of(made, withdrawn="today"), "recall-form"),
    "no handle": (lambda made: recall_of(made, dataset="tracks"), "recall-form"),
    "in another's name": (lambda made: recall_of(made, agency="charlie"), "page-agency"),
    "for another": (lambda made: recall_of(made, to="charlie"), "page-addressee"),
    "not ours to know": (lambda made: recall_of(made, label=LABEL), "page-label"),
}


def test_what_is_no_recall_of_that_agencys_for_us_changes_nothing(made: Alliance) -> None:
    with made.open("alpha") as node:
        before = node.house.assets.count(withdrawn=True)
        for name, (write, why) in WRONG.items():
            with pytest.raises(PublishError) as caught:
                take_recall(node.house, write(made), "bravo")
            assert (caught.value.code, reason(caught)) == ("datasets.recall", why), name
        with pytest.raises(CoreError):
            take_recall(node.house, recall_of(made, label="x"), "bravo")
        # A member, in its own name, of a page that is another's.
        with pytest.raises(PublishError) as caught:
            take_recall(node.house, recall_of(made, agency="charlie"), "charlie")
        assert reason(caught) == "page-agency"
        assert node.house.assets.count(withdrawn=True) == before
        assert node.catalogue.page("tracks")["agency"] == "bravo"
        assert take_recall(node.house, recall_of(made), "bravo")  # the positive control
        assert node.catalogue.search()[0]["withdrawn"]


def test_a_recall_is_read_as_it_was_written(made: Alliance) -> None:
    with made.open("alpha") as node:
        charter = node.house.charter
    read = read_recall(recall_of(made), agency="bravo", to="alpha", charter=charter)
    assert (read.agency, str(read.label)) == ("bravo", SHARED)


def test_a_recall_that_was_forged_or_is_a_strangers_is_refused(made: Alliance) -> None:
    withdraw(made)
    (sent,) = carry(made)
    file = media(made) / sent["file"]
    whole = file.read_bytes()
    with file.open("rb") as stream:
        signed = open_header(stream)
        rest = stream.read()
    strangers = replace(signed.header, sender="charlie")
    other = replace(signed.header, number=3)
    for header, code in ((strangers, "exchange.stranger"), (other, "exchange.signature")):
        file.unlink(missing_ok=True)
        file = media(made) / header.file_name()
        file.write_bytes(SignedHeader(header, signed.signature).to_bytes() + rest)
        (refused,) = take(made)["refused"]
        assert refused["code"] == code
    file.unlink()
    with made.open("alpha") as node:
        assert [hit["withdrawn"] for hit in node.catalogue.search()] == [""]
    (media(made) / sent["file"]).write_bytes(whole)  # the positive control
    assert take(made)["refused"] == []
    with made.open("alpha") as node:
        assert node.catalogue.search()[0]["withdrawn"]
