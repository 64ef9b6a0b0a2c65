"""Images whose label falls and which are shredded, by votes: what they share is kept once, and goes last."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dure.datasets.images.document import FILES
from dure.datasets.privacy.errors import PrivacyError
from dure.node.house import NodeHouse
from dure.node.node import Node
from dure.storage.errors import StorageError
from tests.datasets.images.folders import with_classes
from tests.node import alliance
from tests.node.alliance import LABEL, SHARED, Alliance, services_inside

NAMES = {"ships": "folders", "pictures": "none"}
"""Two data sets of the same pictures: their indexes differ."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Alliance:
    return alliance.pinned().copy(tmp_path_factory.mktemp("votes") / "made")


@pytest.fixture(scope="module")
def node(made: Alliance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    place = with_classes(tmp_path_factory.mktemp("given") / "ships", 4)
    with services_inside(), made.open() as opened:
        for name, targets in NAMES.items():
            opened.datasets.import_(place, label=LABEL, name=name, targets=[targets])
        yield opened


def parts(node: Node, dataset: str) -> list[str]:
    ids = {row["name"]: row["id"] for row in node.datasets.list()}
    return [ids[dataset], *node.house.assets.get(ids[dataset]).asset.parents[:2]]


def pages(made: Alliance) -> set[str]:
    return {path.name for path in (made.home() / "vault" / "pages").glob("*/*")}


def pictures(node: Node, dataset: str) -> dict[str, bytes]:
    return {one.path: one.content for one in node.datasets.images(dataset)}


def due(node: Node, dataset: str) -> str:
    """Ask for a data set to be shredded that has been due since yesterday."""
    then = node.house.now() - 30 * 86_400
    until = dt.datetime.fromtimestamp(node.house.now(), dt.UTC).date() - dt.timedelta(1)
    with mock.patch.object(NodeHouse, "now", return_value=then):
        node.datasets.privacy.record(
            dataset, basis="law", purpose="rescue", retain_until=until.isoformat()
        )
    return str(node.datasets.privacy.request_shred(dataset)["id"])


def test_images_are_read_under_the_lower_label_and_lie_in_the_vault_once(
    node: Node, made: Alliance
) -> None:
    desk = node.datasets.deidentify
    before, held = pictures(node, "ships"), pages(made)
    view = desk.request_lower("ships", SHARED)
    assert view["request"]["arguments"]["images"] == parts(node, "ships")[2]
    made.approve(node, view["id"])
    outcome = desk.lower(view["id"])
    lowered = str(outcome["dataset"])
    assert pictures(node, lowered) == before
    assert {str(node.house.assets.get(str(outcome[one])).asset.label)
            for one in ("dataset", "table", "images")} == {SHARED}  # fmt: skip
    document = node.datasets.show(lowered)["croissant"]
    assert document["usageInfo"]["termCode"] == SHARED
    assert len(pages(made) - held) == 1  # of the document alone
    node.datasets.export(lowered, made.folder / "exported")
    assert len(list((made.folder / "exported" / "images").rglob("*.*"))) == 4


@pytest.mark.parametrize("lie", ["other", "none"])
def test_voters_who_are_shown_other_images_lower_and_shred_nothing(
    node: Node, made: Alliance, lie: str
) -> None:
    """A door leaves the images out of what people sign, or puts a table there."""
    proposing, asked = NodeHouse.propose, {}
    dataset, table, images = parts(node, "pictures")

    def lying(self: NodeHouse, action: str, **told: Any) -> Any:
        other = table if lie == "other" else "none"
        told["arguments"] = {**told["arguments"], "images": other}
        told["assets"] = [other if one == images else one for one in told["assets"]]
        told["assets"] = [one for one in told["assets"] if one != "none"]
        return proposing(self, action, **told)

    with mock.patch.object(NodeHouse, "propose", lying):
        asked["lower"] = node.datasets.deidentify.request_lower(dataset, SHARED)["id"]
    made.approve(node, asked["lower"])
    with pytest.raises(PrivacyError) as refused:
        node.datasets.deidentify.lower(asked["lower"])
    assert refused.value.facts["reason"] == "document"
    if lie == "none":
        with mock.patch.object(NodeHouse, "propose", lying):
            asked["shred"] = due(node, dataset)
        made.approve(node, asked["shred"])
        with pytest.raises(PrivacyError) as refused:
            node.datasets.privacy.shred(asked["shred"])
        assert refused.value.facts["reason"] == "document"
    assert len(pictures(node, "pictures")) == 4


@pytest.mark.parametrize("part", ["table", "images"])
def test_people_who_sign_the_end_of_one_data_set_never_end_another(
    node: Node, made: Alliance, part: str
) -> None:
    """A door puts another data set where the table should stand, or the table where the images should."""
    proposing = NodeHouse.propose
    (dataset, table, images), (other, *_) = parts(node, "pictures"), parts(node, "ships")
    right, wrong = (table, other) if part == "table" else (images, table)

    def lying(self: NodeHouse, action: str, **told: Any) -> Any:
        told["arguments"] = {**told["arguments"], part: wrong}
        told["assets"] = [wrong if one == right else one for one in told["assets"]]
        return proposing(self, action, **told)

    with mock.patch.object(NodeHouse, "propose", lying):
        asked = due(node, dataset)
    made.approve(node, asked)
    with pytest.raises(PrivacyError) as refused:
        node.datasets.privacy.shred(asked)
    assert refused.value.facts["reason"] == "document"
    assert len(pictures(node, "pictures")) == len(pictures(node, "ships")) == 4


def test_images_go_with_the_last_data_set_that_has_them(node: Node, made: Alliance) -> None:
    first, second = parts(node, "ships"), parts(node, "pictures")
    assert first[2] == second[2]
    gone = {}
    for name in NAMES:
        request = due(node, name)
        made.approve(node, request)
        gone[name] = node.datasets.privacy.shred(request)["gone"]
        assert node.datasets.privacy.shred(request)["gone"] == gone[name]
        if name == "ships":
            assert len(pictures(node, "pictures")) == 4
    assert gone == {"ships": first[:2], "pictures": second}
    for part in {*first, *second}:
        with pytest.raises(StorageError, match=r"storage\.unknown"):
            node.house.read(part, purpose="trial", limit=1 << 20)
    with made.vault() as vault:
        assert not any(map(vault.exists, (*first, *second)))
        assert vault.verify().clean


def test_a_document_names_the_digest_of_its_images(node: Node, tmp_path: Path) -> None:
    place = with_classes(tmp_path / "named", 2, first=300)
    dataset = node.datasets.import_(place, label=LABEL, name="named")
    whole = hashlib.sha256(b"".join(pictures(node, dataset.id).values())).hexdigest()
    (files,) = (
        one
        for one in node.datasets.show(dataset.id)["croissant"]["distribution"]
        if one["@id"] == FILES
    )
    assert files["dure:contentSha256"] == whole
