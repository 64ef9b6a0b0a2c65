"""Images in the layout of the Hub: what stands where. Loading it with `datasets` itself is no test here."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa

from dure.datasets.images.hub import configuration, parts_of
from dure.datasets.use.opening import open_folder
from dure.node.node import Node
from dure.readers.images.box_type import BOX_LIST
from tests.datasets.images.folders import with_coco
from tests.datasets.world import LABEL

BOX = {"x": 0.0, "y": 1.5, "w": 10.0, "h": 20.0, "class": "배"}


def lines(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in folder.read_text("utf-8").splitlines()]


def test_an_export_has_metadata_beside_its_images_and_is_verified(
    steward: Node, tmp_path: Path
) -> None:
    dataset = steward.datasets.import_(with_coco(tmp_path / "hub ships", 3, first=400), label=LABEL)
    out = tmp_path / "out"
    steward.datasets.export(dataset.id, out, layout="huggingface")
    found = lines(out / "images" / "train" / "metadata.jsonl")
    assert [one["file_name"] for one in found] == ["0.png", "1.jpg", "2.webp"]
    assert found[0]["objects"] == {
        "bbox": [[0, 1.5, 10, 20], [30, 20, 30, 28]], "category": ["배", "buoy"],
    }  # fmt: skip
    assert all((out / "images" / "train" / str(one["file_name"])).is_file() for one in found)
    head = (out / "README.md").read_text("utf-8").split("---")[1]
    assert '  - split: train\n    path:\n    - "images/train/**"\n' in head
    assert "dataset_info" not in head
    assert open_folder(out).rows == 3  # the index is there as in every export


def test_each_folder_that_tells_a_part_has_its_own_file() -> None:
    paths = ["a/train/1.png", "b/[x]/Valid/2.png", "b/train2017/3.png"]
    found = parts_of(pa.table({"path": paths, "target": ["p", "q", "r"]}))
    assert [(one.place, one.split) for one in found] == [
        ("images/a/train/metadata.jsonl", "train"),
        ("images/b/[x]/Valid/metadata.jsonl", "validation"),
        ("images/b/train2017/metadata.jsonl", "train"),
    ]
    assert [json.loads(one.lines[0]) for one in found] == [
        {"file_name": f"{n}.png", "target": target} for n, target in enumerate("pqr", 1)
    ]
    assert configuration(found)[4:] == [
        "  - split: train",
        "    path:",
        '    - "images/a/train/**"',
        '    - "images/b/train2017/**"',
        "  - split: validation",
        "    path:",
        '    - "images/b/[[]x[]]/Valid/**"',
    ]


def test_where_not_every_image_has_a_part_there_is_one() -> None:
    boxes = pa.array([[BOX], None], BOX_LIST)
    (part,) = parts_of(
        pa.table({"path": ["train/1.png", "2.png"], "split": ["train", None], "boxes": boxes})
    )
    assert (part.place, part.split) == ("images/metadata.jsonl", "train")
    assert [json.loads(one) for one in part.lines] == [
        {
            "file_name": "train/1.png",
            "split": "train",
            "objects": {"bbox": [[0, 1.5, 10, 20]], "category": ["배"]},
        },
        {"file_name": "2.png", "split": None, "objects": {"bbox": [], "category": []}},
    ]
