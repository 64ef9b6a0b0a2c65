"""What may be seen of the data sets, and what comes out of the vault."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dure.core.errors import DureError
from dure.datasets import export as exporting
from dure.datasets.catalogue import describe, table_of
from dure.datasets.errors import DatasetError
from dure.governance.policy.errors import PolicyError
from dure.node.errors import NodeError
from dure.node.node import Node
from tests.datasets.digests import sha256
from tests.datasets.reading import records
from tests.datasets.world import LABEL, World

MARITIME = "bravo//O//maritime REL bravo FOR trial"
NOWHERE = "0" * 64


def listed(world: World, principal: str, purpose: str = "") -> set[str]:
    with world.open(principal) as node:
        return {row["id"] for row in node.datasets.list(purpose)}


def test_what_may_not_be_seen_is_neither_listed_nor_found(
    world: World, steward: Node, csv: Path
) -> None:
    plain = steward.datasets.import_(csv, label=LABEL).id
    maritime = steward.datasets.import_(csv, label=MARITIME, name="positions").id
    assert {plain, maritime} <= {row["id"] for row in steward.datasets.list()}
    assert {plain, maritime} <= {row["id"] for row in steward.datasets.list("trial")}
    assert not {plain, maritime} & {row["id"] for row in steward.datasets.list("transfer")}

    seen = listed(world, "bravo.clerk")
    assert plain in seen
    assert maritime not in seen
    assert listed(world, "bravo.courier") & {plain, maritime} == set()
    assert listed(world, "bravo.clerk", "transfer") == set()


def test_who_acts_for_no_purpose_sees_nothing(world: World, steward: Node, csv: Path) -> None:
    steward.datasets.import_(csv, label="bravo//O// REL * FOR *")
    assert listed(world, "bravo.idle") == set()
    assert listed(world, "bravo.clerk")


def refusal(node: Node, verb: str, text: str, *more: Any) -> dict[str, Any]:
    with pytest.raises(DureError) as refused:
        getattr(node.datasets, verb)(text, *more)
    said = refused.value.to_dict()
    return {name: str(value).replace(text[:12], "…") for name, value in said.items()}


def test_an_invisible_data_set_answers_like_one_that_is_not_there(
    world: World, steward: Node, csv: Path, tmp_path: Path
) -> None:
    hidden = steward.datasets.import_(csv, label=MARITIME, name="hidden positions").id
    assert steward.datasets.show(hidden)["asset"]["id"] == hidden
    with world.open("bravo.clerk") as clerk:
        size = clerk.ledger.head()["size"]
        for verb, more in (("show", ()), ("export", (tmp_path / "out",))):
            nothing = refusal(clerk, verb, NOWHERE, *more)
            assert nothing["code"] == "node.unknown-asset"
            for text in (hidden, hidden[:8], "hidden positions"):
                assert refusal(clerk, verb, text, *more) == nothing
        assert clerk.ledger.head()["size"] == size
    assert not (tmp_path / "out").exists()


def test_a_data_set_is_found_by_name_and_by_the_beginning_of_its_id(
    steward: Node, csv: Path
) -> None:
    asset = steward.datasets.import_(csv, label=LABEL, name=csv.parent.name)
    for text in (asset.id, asset.id[:12], csv.parent.name):
        assert steward.datasets.show(text)["asset"]["id"] == asset.id
    for text in (asset.id[:5], "%", "", csv.parent.name.upper(), asset.parents[0]):
        with pytest.raises(NodeError):
            steward.datasets.show(text)


def test_a_table_is_no_data_set(steward: Node, csv: Path) -> None:
    asset = steward.datasets.import_(csv, label=LABEL)
    assert table_of(steward.house, asset.id) == asset.parents[0]
    with pytest.raises(DatasetError) as refused:
        describe(steward.house, asset.parents[0])
    assert refused.value.code == "datasets.not-dataset"


def test_a_reading_leaves_an_entry(steward: Node, csv: Path) -> None:
    asset = steward.datasets.import_(csv, label=LABEL)
    steward.datasets.show(asset.id)
    (entry,) = steward.ledger.show(1)
    assert entry["type"] == "content.read"
    assert entry["asset"] == asset.id


def test_the_room_asks_the_policy_itself(world: World, steward: Node, csv: Path) -> None:
    """A door that forgot to filter would still get nothing."""
    hidden = steward.datasets.import_(csv, label=MARITIME).id
    with world.open("bravo.clerk") as clerk:
        with pytest.raises(PolicyError):
            describe(clerk.house, hidden)
        with pytest.raises(PolicyError):
            exporting.export(clerk.house, hidden, csv.parent / "out")
    assert not (csv.parent / "out").exists()


def test_a_clerk_may_read_but_not_export(world: World, steward: Node, csv: Path) -> None:
    asset = steward.datasets.import_(csv, label=LABEL)
    with world.open("bravo.clerk") as clerk:
        assert clerk.datasets.show(asset.id)["croissant"]
        with pytest.raises(PolicyError) as refused:
            clerk.datasets.export(asset.id, csv.parent / "out")
    assert refused.value.code == "governance.denied"
    assert not (csv.parent / "out").exists()


def test_an_export_is_what_was_imported(steward: Node, csv: Path, tmp_path: Path) -> None:
    asset = steward.datasets.import_(csv, label=LABEL)
    folder = tmp_path / "out"
    assert steward.datasets.export(asset.id, folder) == asset
    assert {path.name for path in folder.iterdir()} == {"croissant.json", "data.parquet"}
    document = json.loads((folder / "croissant.json").read_text(encoding="utf-8"))
    assert document == steward.datasets.show(asset.id)["croissant"]
    data = (folder / "data.parquet").read_bytes()
    assert document["distribution"][0]["sha256"] == sha256(data)
    frame = pl.read_parquet(folder / "data.parquet")
    assert frame.rows() == [("a", 1, tmp_path.name), ("b", 2, None)]
    rows = list(records(folder))
    assert [row["records/n"] for row in rows] == [1, 2]
    assert [row["records/place"] for row in rows] == [tmp_path.name.encode(), None]
    for path in (folder, *folder.iterdir()):
        assert path.stat().st_mode & 0o077 == 0, "what left the vault is its owner's alone"
    types = [entry["type"] for entry in steward.ledger.show(5)]
    assert types[0] == "dataset.export.begun"
    assert "dataset.export.done" in types[-2:]


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def test_an_export_takes_a_new_folder_only(steward: Node, csv: Path, tmp_path: Path) -> None:
    asset = steward.datasets.import_(csv, label=LABEL)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    before = files(tmp_path)
    for name in ("full", "empty", "link", csv.name, "no/such", f"{csv.name}/below"):
        with pytest.raises(DatasetError) as refused:
            steward.datasets.export(asset.id, tmp_path / name)
        assert refused.value.code == "datasets.folder"
        assert files(tmp_path) == before
    steward.datasets.export(asset.id, tmp_path / "new")


def test_a_table_that_is_not_the_documents_is_not_exported(
    steward: Node, csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = steward.datasets.import_(csv, label=LABEL)
    csv.write_bytes(csv.read_bytes() + b"c,3,\n")
    other = steward.datasets.import_(csv, label=LABEL)
    before = files(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(exporting, "table_of", lambda house, _: other.parents[0])
        with pytest.raises(DatasetError) as refused:
            steward.datasets.export(asset.id, tmp_path / "out")
    assert refused.value.code == "datasets.changed"
    assert files(tmp_path) == before
    (entry,) = steward.ledger.show(1)
    assert entry["type"] == "dataset.export.failed"
    steward.datasets.export(asset.id, tmp_path / "out")


def test_a_document_that_describes_no_table_is_refused(
    steward: Node, csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = steward.datasets.import_(csv, label=LABEL)
    for content in (b"{}", b"no JSON", b"\xff"):
        with monkeypatch.context() as patch:
            patch.setattr(steward.house, "read", lambda *_, said=content, **__: said)
            with pytest.raises(DatasetError) as refused:
                steward.datasets.show(asset.id)
        assert refused.value.code == "datasets.changed"


@pytest.mark.root
def test_an_export_onto_a_full_disk_leaves_nothing(
    steward: Node, tmp_path: Path, tiny_disk: Path
) -> None:
    file = tmp_path / "noise.csv"
    file.write_text("n\n" + "\n".join(os.urandom(24).hex() for _ in range(60_000)))
    asset = steward.datasets.import_(file, label=LABEL)
    with pytest.raises(DatasetError) as refused:
        steward.datasets.export(asset.id, tiny_disk / "out")
    assert refused.value.code == "datasets.folder"
    assert "no space left on the disk" in refused.value.why
    assert not list(tiny_disk.iterdir())
