"""Images de-identified at a node: covered, counted, recorded, and lowered by votes on these figures."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dure.core.errors import DureError
from dure.datasets.deidentify.figures import TERM
from dure.node.node import Node
from tests.datasets.images.folders import with_coco
from tests.datasets.images.test_people import RIDERS
from tests.node import alliance
from tests.node.alliance import LABEL, SHARED, Alliance, command, services_inside


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Alliance:
    return alliance.pinned().copy(tmp_path_factory.mktemp("covering") / "made")


@pytest.fixture(scope="module")
def source(made: Alliance) -> str:
    place = with_coco(made.folder / "ships", 3)
    (place / "train" / "named.jpg").write_bytes(RIDERS["named.jpg"][0])
    about = made.folder / "about.toml"
    about.write_text("about = 1\n[use]\nshows_people = true\n", encoding="utf-8")
    with services_inside(), made.open() as node:
        return node.datasets.import_(place, label=LABEL, name="ships", about=about).id


@pytest.fixture
def node(made: Alliance, source: str) -> Iterator[Node]:
    with services_inside(), made.open() as opened:
        yield opened


def test_covered_images_are_a_data_set_with_its_figures(
    node: Node, made: Alliance, source: str, tmp_path: Path
) -> None:
    boxes = tmp_path / "boxes.json"
    boxes.write_text(json.dumps({"train/named.jpg": [[0, 0, 10, 10]]}))
    covered = node.datasets.deidentify.images(source, cover=["buoy"], boxes=boxes)
    assert str(covered.label) == LABEL
    document = node.datasets.show(covered.id)["croissant"]
    told = document[TERM]["images"]
    assert (told["covered"], told["covered_images"], told["recoded"]) == (3, 3, 2)
    assert told["boxes_left"] == [{"class": "배", "boxes": 2}]
    assert (told["before"]["named"], told["after"]["named"]) == (1, 0)
    before = {one.path: one.content for one in node.datasets.images(source)}
    after = {one.path: one.content for one in node.datasets.images(covered.id)}
    assert list(after) == list(before)
    first = [np.asarray(Image.open(io.BytesIO(one["train/0.png"]))) for one in (before, after)]
    assert not first[1][20:48, 30:60].any()
    assert np.array_equal(first[0][:20], first[1][:20])
    assert b"Port office" not in after["train/named.jpg"]
    rows = {row["path"]: row for row in node.datasets.open(covered.id).records()}
    assert len(rows["train/0.png"]["boxes"]) == 2  # targets stay
    assert node.datasets.export(covered.id, tmp_path / "out") is not None  # verified on the way

    with pytest.raises(DureError) as refused:  # nobody can say that no person is left in view
        node.datasets.deidentify.request_lower(covered.id, SHARED)
    assert refused.value.facts["reason"] == "shows-people"
    node.datasets.privacy.record(
        covered.id, basis="pseudonym-research", purpose="rescue", retain_until="2099-12-31",
        handling="pseudonymised", review="adequate", reviewer="bravo.officer",
        reviewed_on="2026-01-31",
    )  # fmt: skip
    view = node.datasets.deidentify.request_lower(covered.id, SHARED)
    assert view["request"]["arguments"]["figures"]["after"] == told["after"]
    made.approve(node, view["id"])
    lowered = str(node.datasets.deidentify.lower(view["id"])["dataset"])
    assert {one.path: one.content for one in node.datasets.images(lowered)} == after


def test_what_is_not_there_is_not_covered(node: Node, source: str, tmp_path: Path) -> None:
    file = tmp_path / "boxes.json"
    held = node.house.assets.count()
    for text, cover, reason in (
        ("{}", ["person"], "no-class"),
        ('{"gone.png": [[0, 0, 1, 1]]}', [], "no-image"),
        ('{"train/0.png": [[0, 0, 1]]}', [], "boxes"),
        ('{"train/0.png": [[9, 9, -5, 5]]}', [], "boxes"),
        ("nonsense", [], "boxes"),
    ):
        file.write_text(text)
        with pytest.raises(DureError) as refused:
            node.datasets.deidentify.images(source, cover=cover, boxes=file)
        assert (refused.value.code, refused.value.facts["reason"]) == ("privacy.plan", reason)
    assert node.house.assets.count() == held


def test_the_command_says_what_was_covered(made: Alliance, source: str) -> None:
    with services_inside():
        said = command(
            made, "--json", "datasets", "deidentify", "images", source, "--name", "stripped"
        )
    assert said.status == 0, said.err
    told = json.loads(said.out)
    assert (told["name"], told["covered"], told["recoded"]) == ("stripped", 0, 0)
    assert (told["metadata_before"], told["metadata_after"], told["boxes_left"]) == (2, 0, 4)
