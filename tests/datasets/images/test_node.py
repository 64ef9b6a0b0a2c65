"""Images at a real node: imported, used, exported, verified; and what a refusal leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import mlcroissant as mlc
import numpy as np
import pytest
from PIL import Image

from dure.core.errors import DureError
from dure.core.findings import Severity
from dure.core.reports import Report
from dure.datasets.errors import DatasetError
from dure.datasets.images.use import folder_images
from dure.datasets.inspect.inspection import inspect
from dure.datasets.privacy.errors import PrivacyError
from dure.datasets.rules.sandboxed import propose_file
from dure.datasets.use.opening import open_folder
from dure.datasets.verify.folders import verify_folder
from dure.node.node import Node
from dure.readers.images import measuring
from dure.readers.images.errors import ImageError
from dure.readers.images.folder import Folder
from dure.readers.tables import Options
from tests.datasets.images.folders import with_classes, with_coco, with_yolo
from tests.datasets.world import LABEL, World
from tests.readers.images.pictures import encoded, save, scene


@pytest.fixture(scope="module")
def coco(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_coco(tmp_path_factory.mktemp("given") / "ships")


@pytest.fixture(scope="module")
def dataset(steward: Node, coco: Path) -> str:
    return steward.datasets.import_(coco, label=LABEL, licence="CC0-1.0").id


@pytest.fixture
def exported(steward: Node, dataset: str, tmp_path: Path) -> Path:
    steward.datasets.export(dataset, tmp_path / "out")
    return tmp_path / "out"


def contents(place: Path) -> dict[str, bytes]:
    return {
        path.relative_to(place).as_posix(): path.read_bytes()
        for path in place.rglob("*")
        if path.suffix in (".png", ".jpg", ".webp")
    }


def test_a_folder_becomes_an_index_with_boxes(steward: Node, coco: Path, dataset: str) -> None:
    rows = list(steward.datasets.open(dataset).records())
    assert [row["path"] for row in rows] == sorted(contents(coco))
    first = rows[0]
    assert first["boxes"] == [
        {"x": 0.0, "y": 1.5, "w": 10.0, "h": 20.0, "class": "배"},
        {"x": 30.0, "y": 20.0, "w": 30.0, "h": 28.0, "class": "buoy"},
    ]
    assert (first["split"], first["width"], first["height"], first["format"]) == (
        "train",
        60,
        48,
        "PNG",
    )
    assert steward.datasets.open(dataset).select("boxes", "width").to_polars().height == 6
    entry = steward.house.assets.get(dataset)
    assert (entry.name, dict(entry.facts)) == ("ships", {"rows": "6", "columns": "14"})
    kinds = [steward.house.assets.get(one).asset.kind for one in entry.asset.parents]
    assert kinds == ["dataset.table", "dataset.images"]
    assert {steward.house.assets.get(one).asset.label for one in entry.asset.parents} == {
        entry.asset.label
    }


def test_images_come_out_as_they_went_in(steward: Node, coco: Path, dataset: str) -> None:
    found = {one.path: one.content for one in steward.datasets.images(dataset)}
    assert found == contents(coco)
    with pytest.raises(ImageError) as caught:
        list(steward.datasets.images(_table(steward, coco)))
    assert caught.value.facts["reason"] == "not-images"


def _table(steward: Node, place: Path) -> str:
    (place.parent / "a.csv").write_text("a\n1\n")
    return steward.datasets.import_(place.parent / "a.csv", label=LABEL).id


def test_importing_again_is_importing_once(
    world: World, steward: Node, coco: Path, dataset: str
) -> None:
    before = world.left()
    assert steward.datasets.import_(coco, label=LABEL, licence="CC0-1.0").id == dataset
    assert not world.left().since(before)


def test_an_export_holds_the_images_and_is_verified(coco: Path, exported: Path) -> None:
    assert contents(exported / "images") == contents(coco)
    assert verify_folder(exported).result["verified"] is True
    for trusted in (True, False):
        rows = open_folder(exported, trusted=trusted)
        assert rows.rows == 6
        shuffled = [one.path for one in folder_images(exported, rows.shuffle(3).shard(0, 2))]
        assert len(shuffled) == 3
        assert shuffled == [row["path"] for row in rows.shuffle(3).shard(0, 2).records()]


def test_an_exported_index_is_a_table_like_any_other(exported: Path) -> None:
    found = inspect(exported / "data.parquet", now_s=1_800_000_000, split="split")
    assert found.measured.statistics.rows == 6
    rules = propose_file(exported / "data.parquet").contract.rules
    assert {column for rule in rules for column in getattr(rule, "columns", ())} <= {
        "path",
        "sha256",
        "phash",
    }
    assert rules


def test_the_standard_s_own_reader_yields_the_same_records(coco: Path, exported: Path) -> None:
    read: Any = mlc.Dataset(str(exported / "croissant.json"))
    theirs = [_plain(one) for one in read.records("records")]
    assert theirs == list(open_folder(exported, trusted=True).records())
    images = {
        str(_word(one["images/path"])): one["images/content"] for one in read.records("images")
    }
    assert set(images) == set(contents(coco))
    for path, picture in images.items():
        expected = np.asarray(Image.open(coco / path).convert("RGB"))
        assert np.array_equal(np.asarray(picture), expected)


def _word(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    found = {key.rpartition("/")[2]: _word(value) for key, value in record.items()}
    found["boxes"] = [
        {key.rpartition("/")[2]: _word(value) for key, value in box.items()}
        for box in found["boxes"]
    ]
    return found


def wrong(report: Report) -> set[tuple[str, str]]:
    return {
        (one.code.rpartition(".")[2], one.subject)
        for one in report.findings
        if one.severity == Severity.ERROR
    }


def test_every_difference_from_the_index_is_found(exported: Path) -> None:
    """That nothing is found in the export as it was written, `export` itself makes sure of."""
    train, rows = exported / "images" / "train", open_folder(exported, trusted=True)
    swapped, moved = (train / "0.png").read_bytes(), train / "3.png"
    assert len(list(folder_images(exported, rows))) == 6
    (train / "0.png").write_bytes(moved.read_bytes())
    with pytest.raises(DatasetError) as caught:
        list(folder_images(exported, rows))
    assert caught.value.code == "datasets.changed"
    (train / "more.png").write_bytes(swapped)
    moved.unlink()
    moved.symlink_to(train / "more.png")
    assert wrong(verify_folder(exported)) == {
        ("digest", "images/train/0.png"),
        ("missing-file", "images/train/3.png"),
        ("unlisted-file", "images/train/more.png"),
    }
    (train / "0.png").write_bytes(swapped)
    with pytest.raises(DatasetError) as caught:
        list(folder_images(exported, rows))
    assert (caught.value.code, caught.value.facts["reason"]) == ("datasets.document", "ELOOP")
    (exported / "data.parquet").unlink()
    assert ("no-index", "image-files") in wrong(verify_folder(exported))


def test_yolo_and_classes_are_imported_too(steward: Node, tmp_path: Path) -> None:
    yolo = steward.datasets.import_(with_yolo(tmp_path / "yolo"), label=LABEL)
    boxes = [row["boxes"] for row in steward.datasets.open(yolo.id).records()]
    assert boxes[0] == [{"x": 15.0, "y": 18.0, "w": 30.0, "h": 12.0, "class": "buoy"}]
    assert boxes[-1] == []
    classes = steward.datasets.import_(with_classes(tmp_path / "classes", first=60), label=LABEL)
    steward.datasets.export(classes.id, tmp_path / "out")
    rows = list(open_folder(tmp_path / "out", trusted=True).records())
    assert {(row["path"].split("/")[1], row["target"]) for row in rows} == {
        ("배", "배"),
        ("buoy", "buoy"),
    }
    assert "boxes" not in rows[0]
    read: Any = mlc.Dataset(str(tmp_path / "out" / "croissant.json"))
    targets = [_word(one["records/target"]) for one in read.records("records")]
    assert targets == [row["target"] for row in rows]


def test_a_contract_holds_of_the_index(steward: Node, tmp_path: Path) -> None:
    place = with_classes(tmp_path / "held", first=80)
    contract = tmp_path / "rules.toml"
    contract.write_text(_contract(61))
    with pytest.raises(DatasetError) as caught:
        steward.datasets.import_(place, label=LABEL, rules=contract)
    assert caught.value.code == "datasets.rules"
    assert place.name not in {one["name"] for one in steward.datasets.list()}
    contract.write_text(_contract(60))
    assert steward.datasets.import_(place, label=LABEL, rules=contract)


def _contract(least: int) -> str:
    from dure.datasets.rules import forms
    from dure.datasets.rules.contract import Contract, write

    return write(Contract((forms.Within(column="width", min=least, max=99),)))


def test_a_refused_folder_leaves_no_data_set(
    world: World, steward: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = with_classes(tmp_path / "refused", first=90)
    cut = save(place / "train" / "배" / "cut.jpg", encoded(scene(99), "JPEG")[:900])
    (place / "a.json").write_text(
        json.dumps(
            {
                "images": [{"id": 1, "file_name": "train/배/0.png"}],
                "annotations": [{"image_id": 1, "category_id": 7, "bbox": [0, 0, 1, 1]}],
                "categories": [{"id": 1, "name": "배"}],
            }
        )
    )
    before = world.left()

    def refused(**options: Any) -> DureError:
        with pytest.raises(DureError) as caught:
            steward.datasets.import_(place, label=LABEL, **options)
        assert not world.left().since(before)
        return caught.value

    assert refused().facts["reason"] == "unclassed"
    damaged = refused(targets=["folders"])
    assert (damaged.code, damaged.facts["name"]) == ("images.damaged", "train/배/cut.jpg")
    assert refused(kind="csv").facts["option"] == "--kind"
    assert refused(ranges=True).facts["option"] == "--with-ranges"
    assert refused(records="a").facts["option"] == "--records"
    for option, given in (
        ("--encoding", {"encoding": "cp949"}),
        ("--delimiter", {"delimiter": ";"}),
        ("--missing", {"missing": ("", "NA", "-")}),
        ("--missing-in-quotes", {"quoted_missing": True}),
        ("--sheet", {"sheet": "1"}),
    ):
        assert refused(options=Options(**given)).facts["option"] == option
    assert refused(options=Options()).facts["reason"] == "unclassed"  # says nothing: goes on
    with monkeypatch.context() as patch:
        patch.setattr(measuring, "CHUNK_IMAGES", 3)  # the first chunk is in the vault by then
        blocks = Folder.blocks

        def growing(folder: Folder, entry: Any, limit: int) -> Any:
            for block in blocks(folder, entry, limit):
                if entry.path.endswith("cut.jpg"):
                    with cut.open("ab") as file:
                        file.write(b"x")
                yield block

        patch.setattr(Folder, "blocks", growing)
        assert refused(targets=["folders"]).facts["reason"] == "changed"
    kept = steward.datasets.import_(place, label=LABEL, targets=["folders"], leave_out_damaged=True)
    assert dict(steward.house.assets.get(kept.id).facts)["left_out"] == "1"
    assert "train/배/cut.jpg" not in {one.path for one in steward.datasets.images(kept.id)}


def test_a_power_cut_leaves_no_half_data_set(world: World, tmp_path: Path) -> None:
    place = with_classes(tmp_path / "cut", first=120)
    node = world.copy(tmp_path / "node")
    command = [sys.executable, "-m", "tests.datasets.importing_child", node.home, place, LABEL]
    died = subprocess.run(
        command,
        env={**os.environ, "DURE_FAULT": "dataset.table-sealed"},
        capture_output=True,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL
    with node.open() as opened:
        assert "cut" not in {one["name"] for one in opened.datasets.list()}
        again = opened.datasets.import_(place, label=LABEL)
        assert [one["name"] for one in opened.datasets.list()].count("cut") == 1
        assert len(list(opened.datasets.images(again.id))) == 6


def test_a_folder_where_a_file_is_expected_says_so(tmp_path: Path) -> None:
    for kind in ("", "csv"):
        with pytest.raises(ImageError) as caught:
            propose_file(tmp_path, kind=kind)
        assert caught.value.facts["reason"] == "is-folder"


def test_this_side_never_loads_the_decoder() -> None:
    code = (
        "import sys, dure.datasets.images.importing, dure.datasets.images.inspection, dure.datasets.export;"
        "sys.exit('PIL' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    control = "import sys, dure.readers.images.decoding; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", control], check=False).returncode == 1


def test_what_treats_a_table_alone_is_refused_where_there_are_images(
    steward: Node, dataset: str, tmp_path: Path
) -> None:
    """Otherwise the images would stay as they are when the data set is treated."""
    plan = tmp_path / "plan.toml"
    plan.write_text(
        'deidentify = 1\n[[column]]\nname = "path"\nmethod = "keep"\n', encoding="utf-8"
    )
    with pytest.raises(PrivacyError) as refused:
        steward.datasets.deidentify.apply(dataset, plan, name="treated")
    assert refused.value.facts["reason"] == "images"
