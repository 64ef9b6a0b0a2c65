"""A node as its people use it: the whole way between two of them, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update

from dure.core.errors import DureError
from dure.node.node import Node
from dure.transfers.tables import REQUESTS
from tests.node.alliance import LABEL, SHARED, Alliance


def test_the_whole_way_from_a_file_to_another_agencys_vault(pinned: Alliance, tmp_path: Path):
    media = tmp_path / "media"
    with pinned.open() as node:
        asset = node.datasets.import_(pinned.data, label=LABEL, name="tracks")
        assert [row["name"] for row in node.datasets.list()] == ["tracks"]
        assert node.datasets.show("tracks")["asset"]["id"] == asset.id
        request = node.transfers.request("tracks", to="alpha", label=SHARED)["id"]
        with pytest.raises(DureError, match=r"governance\.permit"):
            node.transfers.seal(request)
        pinned.approve(node, request)
        assert node.decisions.show(request)["state"] == "approved"
        sealed = node.transfers.seal(request)
        with pytest.raises(DureError, match=r"governance\.permit"):
            node.decisions.execute(request)
        assert node.transfers.seal(request) == sealed  # the same envelope, not the act again
        (sent,) = node.exchange.send(media)
        assert (sent["from"], sent["to"], sent["number"], sent["kind"]) == (
            "bravo",
            "alpha",
            1,
            "bundle",
        )
        assert node.exchange.send(media) == []
    with pinned.open("alpha") as node:
        (taken,) = node.exchange.receive(media)["handled"]
        assert taken["kind"] == "bundle"
        (bundle,) = node.transfers.arrivals()
        got = node.transfers.open(bundle)
        assert got["label"] == SHARED
        assert got["id"] != asset.id  # a keyed handle: equality never leaks
        assert node.transfers.open(bundle)["id"] == got["id"]
        assert node.exchange.receive(media)["copies"] == [sent["file"]]
        content = node.house.read(got["id"], purpose="trial", limit=1 << 20)
    with pinned.open() as node:
        assert content == node.house.read(asset.id, purpose="trial", limit=1 << 20)
        exported = node.ledger.export(tmp_path / "record")
        assert node.ledger.verify(tmp_path / "record")["entries"] == exported["size"]
        types = [entry["type"] for entry in node.ledger.show(100)]
        assert types.count("asset.transfer.begun") == types.count("asset.transfer.done") == 1
        assert sealed["to"] == "alpha"


def noted(node: Node) -> list[str | None]:
    with node.house.database.read() as connection:
        return list(connection.execute(select(REQUESTS.c.bundle)).scalars())


def test_the_room_notes_what_came_of_its_request(node: Node, asked: Alliance):
    (row,) = node.decisions.list()
    asked.approve(node, row["id"])
    assert noted(node) == [None]
    outcome = node.decisions.execute(row["id"])
    assert noted(node) == [outcome["bundle"]]
    with node.house.database.write() as connection:  # as after a crash before it was noted
        columns = ("bundle", "bundle_digest", "sealed_at", "sealed_by")
        connection.execute(update(REQUESTS).values(dict.fromkeys(columns)))
    assert node.decisions.reconcile(row["id"])["state"] == "done"
    assert noted(node) == [outcome["bundle"]]
