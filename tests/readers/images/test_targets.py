"""Files of targets, read by the program itself outside the sandbox: forms, wrong numbers, fuzz."""

from __future__ import annotations

import json
import struct
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dure.readers.images import gathering
from dure.readers.images.errors import TARGETS
from dure.readers.images.facts import ANSWER, BOX, BOXES, NO_CLASS, TargetFacts
from dure.readers.images.worker import main

IMAGES = ["images/train/a.jpg", "images/train/b.jpg", "images/val/c.png"]


def read(
    files: dict[str, str | bytes], kind: str = "", images: list[str] = IMAGES
) -> tuple[TargetFacts, Any]:
    """Return what the program says of files, by path."""
    paths = json.dumps({"images": images, "files": list(files)}).encode()
    given_ = [paths, *(one if isinstance(one, bytes) else one.encode() for one in files.values())]
    with tempfile.TemporaryDirectory() as place:
        raw, out = Path(place, "raw"), Path(place)
        sizes = struct.pack(f"<{len(given_) + 1}Q", len(given_), *map(len, given_))
        raw.write_bytes(sizes + b"".join(given_))
        assert main(["targets", kind], raw=raw, out=out) == 0
        facts = msgspec.json.decode((out / ANSWER).read_bytes(), type=TargetFacts)
        return facts, np.frombuffer((out / BOXES).read_bytes(), BOX)


def coco(**changes: Any) -> str:
    return json.dumps(
        {
            "info": {"year": 2026},
            "images": [{"id": 7, "file_name": "a.jpg", "width": 9}, {"id": 8, "file_name": "c.png"}],
            "categories": [{"id": 3, "name": "배"}, {"id": 90, "name": "buoy", "supercategory": "x"}],
            "annotations": [
                {"id": 1, "image_id": 8, "category_id": 90, "bbox": [1, 2, 3.5, 4], "iscrowd": 0},
                {"id": 2, "image_id": 7, "category_id": 3, "bbox": [0, 0, 5, 6], "area": 30},
            ],
            **changes,
        }
    )  # fmt: skip


def test_coco_is_read() -> None:
    facts, boxes = read({"annotations/instances_all.json": coco(), "readme.json": "[1]"})
    assert (facts.kind, facts.classes, facts.boxes) == ("coco", ("배", "buoy"), 2)
    assert boxes.tolist() == [(0, 0, 0.0, 0.0, 5.0, 6.0), (2, 1, 1.0, 2.0, 3.5, 4.0)]


def test_coco_files_of_two_parts_share_their_classes() -> None:
    train = coco(images=[{"id": 7, "file_name": "a.jpg"}], categories=[{"id": 1, "name": "buoy"}],
                 annotations=[{"image_id": 7, "category_id": 1, "bbox": [0, 0, 1, 1]}])  # fmt: skip
    val = coco(images=[{"id": 8, "file_name": "c.png"}])
    keypoints = coco()  # names both images too, and is no file of boxes
    facts, boxes = read(
        {
            "annotations/instances_train.json": train,
            "annotations/instances_val.json": val,
            "annotations/person_keypoints_val.json": keypoints,
        }
    )
    assert facts.classes == ("buoy", "배")
    assert (facts.unplaced, boxes["class"].tolist()) == (1, [0, 0])
    facts, _ = read({"one.json": train, "other.json": coco()})
    assert (facts.fault, facts.file) == ("coco-twice", 1)


@pytest.mark.parametrize(
    ("annotations", "counted"),
    [
        ([{"image_id": 99, "category_id": 3, "bbox": [0, 0, 1, 1]}], {"unplaced": 1}),
        ([{"image_id": 7, "category_id": 4, "bbox": [0, 0, 1, 1]}], {"unclassed": 1}),
        ([{"image_id": 7, "category_id": 3, "bbox": [0, 0, 0, 1]}], {"malformed": 1}),
        ([{"image_id": 7, "category_id": 3, "bbox": [0, 0, 1]}], {"malformed": 1}),
        ([{"image_id": 7, "category_id": 3, "bbox": []}], {"empty": 1}),
        ([{"image_id": 7, "caption": "a boat"}], {"empty": 1}),
        ([{"image_id": 7, "category_id": 3, "bbox": [-9, 0, 1e9, 1]}], {}),
    ],
)
def test_wrong_annotations_are_counted(
    annotations: list[dict[str, object]], counted: dict[str, int]
) -> None:
    facts, boxes = read({"a.json": coco(annotations=annotations)})
    told = ("unplaced", "unclassed", "malformed", "empty")
    assert {name: getattr(facts, name) for name in told if getattr(facts, name)} == counted
    kept = not counted or "unclassed" in counted
    assert len(boxes) == facts.boxes == kept
    assert not kept or boxes["class"][0] == (NO_CLASS if counted else 0)


@pytest.mark.parametrize("name", ["../val/c.png", "/etc/passwd", "images/../../c.png", "no.png"])
def test_a_name_leads_to_no_other_file(name: str) -> None:
    facts, boxes = read({"a.json": coco(images=[{"id": 7, "file_name": name}])})
    assert (facts.unplaced, len(boxes)) == (2, 0)
    facts, boxes = read({"a.json": coco(images=[{"id": 7, "file_name": "val/c.png"}])})
    assert boxes["image"].tolist() == [2]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"images": [{"id": 7, "file_name": "a.jpg"}, {"id": 7, "file_name": "b.jpg"}]}, "coco-twice"),
        ({"images": [{"id": 7, "file_name": "a.jpg"}, {"id": 8, "file_name": "a.jpg"}]}, "coco-twice"),
        ({"categories": [{"id": 3, "name": "a"}, {"id": 3, "name": "b"}]}, "coco-twice"),
        ({"images": 3}, "coco-form"),
        ({"annotations": [{"image_id": 7, "bbox": "wide"}]}, "coco-form"),
    ],
)  # fmt: skip
def test_coco_of_another_form_is_refused(changes: dict[str, Any], fault: str) -> None:
    assert read({"a.json": coco()}, "coco")[0].fault == ""
    assert read({"a.json": coco(**changes)}, "coco")[0].fault == fault


def test_too_many_boxes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MAX_BOXES", 2)
    assert read({"a.json": coco()})[0].boxes == 2
    third = {"image_id": 7, "category_id": 3, "bbox": [0, 0, 5, 6]}
    facts, boxes = read({"a.json": coco(annotations=[third] * 3)})
    assert (facts.fault, len(boxes)) == ("boxes", 0)


YOLO = {"labels/train/a.txt": "0 .5 .5 .2 .4\n1 0.1 0.1 0.2 0.2 0.93\n", "labels/val/c.txt": "\n"}


@pytest.mark.parametrize(
    ("name", "content", "classes"),
    [
        ("data.yaml", "train: x\nnames: ['a', \"b, c\"]  # two\n", ("a", "b, c")),
        ("data.yaml", "nc: 2\nnames: [a,\n  b]\nval: y", ("a", "b")),
        ("data.yaml", "names:\n- a\n- 'it''s'\nnc: 2", ("a", "it's")),
        ("data.yaml", "names:\n  0: 배\n  1: 부표 # small\n", ("배", "부표")),
        ("data.yaml", "names: {0: a, 1: b}", ("a", "b")),
        ("labels/classes.txt", "a\nb\n", ("a", "b")),
        ("obj.names", "a\n\x1b[2J\n", ("a", "class 1")),
        ("readme.yaml", "train: images\n", ("class 0", "class 1")),
    ],
)
def test_yolo_is_read(name: str, content: str, classes: tuple[str, ...]) -> None:
    facts, boxes = read({**YOLO, name: content})
    assert (facts.fault, facts.kind, facts.classes) == ("", "yolo", classes)
    assert facts.without_names == name.startswith("readme")
    assert [one[:2] for one in boxes.tolist()] == [(0, 0), (0, 1)]
    assert boxes[0].tolist()[2:] == pytest.approx((0.4, 0.3, 0.2, 0.4))


def test_yolo_outlines_become_the_box_around_them() -> None:
    facts, boxes = read({"images/train/a.txt": "0 0.1 0.2 0.5 0.2 0.3 0.9"})
    assert facts.outlines == 1
    assert boxes[0].tolist()[2:] == pytest.approx((0.1, 0.2, 0.4, 0.7))


def test_yolo_with_wrong_numbers_is_counted() -> None:
    facts, boxes = read(
        {
            "data.yaml": "names: [a]",
            "labels/train/a.txt": "0 .5 .5 .2 .4\n1 .5 .5 .2 .2\n0 .5 .5 0 .2",
            "labels/train/gone.txt": "0 .5 .5 .2 .4",
            "notes.txt": "not a file of boxes",
        }
    )
    assert (facts.unclassed, facts.malformed, facts.unplaced) == (1, 1, 1)
    assert boxes["class"].tolist() == [0, NO_CLASS]


@pytest.mark.parametrize(
    "line", ["cat .5 .5 .2 .2", "0 .5 .5 .2", "0 .5 .5 .2 x", "0 nan .5 .2 .2", "-1 .5 .5 .2 .2",
             "0 .5 .5 .2 .2 .3 .4 .5", "1.5 .5 .5 .2 .2", "0 1e9 .5 .2 .2", "\0\xff"],
)  # fmt: skip
def test_a_line_of_another_form_is_refused(line: str) -> None:
    facts, _ = read({"labels/train/a.txt": f"0 .5 .5 .2 .4\n{line}\n"})
    assert (facts.fault, facts.file, facts.line) == ("yolo-line", 0, 2)


@pytest.mark.parametrize(
    "names", ["names: &a [x]", "names: [a, [b]]", "names:\n  1: a", "names:\n  - a\n  ? b", "names: a",
              "names: [a", b"names: [\xff]", "names: ['a' b]"],
)  # fmt: skip
def test_names_of_another_form_are_refused(names: str | bytes) -> None:
    assert read({**YOLO, "data.yaml": names})[0].fault == "names-form"


def test_targets_that_must_be_there_are() -> None:
    assert read({})[0] == TargetFacts()
    assert read({"notes.txt": "hello"})[0] == TargetFacts()
    for kind in ("coco", "yolo"):
        assert read({"notes.txt": "hello"}, kind)[0].fault == "no-targets"


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(["", "coco", "yolo"]), st.data())
def test_whatever_the_targets_are_there_is_an_answer(kind: str, data: st.DataObject) -> None:
    base = data.draw(
        st.sampled_from([coco(), "0 .5 .5 .2 .4\n", "names: ['a', b]\n", "names:\n - a\n"])
    )
    content = bytearray(base.encode())
    for _ in range(data.draw(st.integers(0, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    name = data.draw(st.sampled_from(["a.json", "data.yaml", "classes.txt", "labels/train/a.txt"]))
    facts, boxes = read({**YOLO, name: bytes(content)}, kind)
    assert facts.fault in (*TARGETS, "")
    assert len(boxes) == facts.boxes
    assert np.isfinite(boxes["x"]).all()
