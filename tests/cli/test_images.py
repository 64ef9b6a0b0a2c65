"""``dure datasets`` on a folder of images: with no node, and at one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.datasets.images.folders import with_classes
from tests.node.alliance import Alliance, command
from tests.readers.images.pictures import encoded, save, scene

LABEL = "bravo//O// REL bravo FOR trial"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return with_classes(tmp_path / "ships")


def test_a_folder_is_inspected_with_no_node(place: Path, tmp_path: Path) -> None:
    report = tmp_path / "out.html"
    said = command(None, "datasets", "inspect", place, "--report", report)
    assert (said.status, said.err) == (0, "")
    assert "Ready after some work" in said.out
    assert "img-src" not in report.read_text("utf-8")
    assert report.stat().st_mode & 0o777 == 0o600
    save(place / "train" / "배" / "cut.jpg", encoded(scene(1), "JPEG")[:900])
    said = command(
        None, "datasets", "inspect", place, "--show-values", "--report", report, "--json"
    )
    told = json.loads(said.out)
    assert (said.status, told["readiness"]) == (1, "not-ready")
    assert told["statistics"]["examples"]["fault.damaged"] == ["train/배/cut.jpg"]
    assert "<img" not in report.read_text("utf-8")  # nothing of what was found can be shown


def test_a_folder_that_is_no_set_of_images_says_so(tmp_path: Path, place: Path) -> None:
    (tmp_path / "empty").mkdir()
    table = tmp_path / "a.csv"
    table.write_text("n,m\n1,2\n")
    for words, reason in (
        (("inspect", tmp_path / "empty"), "without images"),
        (("rules", "propose", place), "this takes one file"),
    ):
        said = command(None, "datasets", *words)
        assert said.status == 218
        assert "[images.folder]" in said.err
        assert reason in " ".join(said.err.split())
    for words, reason in (
        (("inspect", place, "--target", "x"), "--target is for tables"),
        (("inspect", place, "--encoding", "cp949"), "--encoding is for CSV, JSON and texts"),
        (("inspect", table, "--targets", "coco"), "--targets is for a folder of images"),
    ):
        said = command(None, "datasets", *words)
        assert (said.status, reason in " ".join(said.err.split())) == (225, True)
    said = command(None, "datasets", "inspect", place, "--targets", "coco")
    assert (said.status, "[images.targets]" in said.err) == (220, True)


def test_a_folder_is_imported_and_exported(pinned: Alliance, place: Path, tmp_path: Path) -> None:
    words = ("datasets", "import", place, "--label", LABEL, "--json")
    cut = save(place / "train" / "배" / "cut.jpg", encoded(scene(1), "JPEG")[:900])
    said = command(pinned, *words)
    assert said.status == 221
    told = json.loads(command(pinned, *words, "--leave-out-damaged").out)
    assert (told["name"], told["rows"], told["left_out"]) == ("ships", "6", "1")
    out = tmp_path / "out"
    assert command(pinned, "datasets", "export", told["id"], out).status == 0
    assert not (out / "images" / cut.relative_to(place)).exists()
    said = command(None, "datasets", "verify", out, "--json")
    assert (said.status, json.loads(said.out)["result"]["verified"]) == (0, True)
    said = command(pinned, "datasets", "show", told["id"])
    assert (said.status, "target" in said.out) == (0, True)
