"""Folders of pictures for tests: with classes, with COCO, with YOLO."""

from __future__ import annotations

import json
from pathlib import Path

from tests.readers.images.pictures import save, scene

SUFFIXES = (".png", ".jpg", ".webp", ".tif", ".bmp")


def with_classes(place: Path, count: int = 6, first: int = 0) -> Path:
    """Make a folder of two parts with two classes each."""
    for number in range(count):
        part, name = ("train", "test")[number % 3 == 2], ("배", "buoy")[number % 2]
        save(place / part / name / f"{number}{SUFFIXES[number % 5]}", scene(first + number, 60, 48))
    return place


def with_coco(place: Path, count: int = 6, first: int = 20) -> Path:
    """Make a folder of images of 60 by 48 with a COCO file: one box each, two on the first."""
    for number in range(count):
        save(place / "train" / f"{number}{SUFFIXES[number % 3]}", scene(first + number, 60, 48))
    boxes = [(number, number % 2 + 1, [number, 1.5, 10, 20]) for number in range(count)]
    boxes.append((0, 2, [30, 20, 30, 28]))
    (place / "annotations").mkdir()
    (place / "annotations" / "instances_train.json").write_text(
        json.dumps(
            {
                "images": [{"id": n, "file_name": f"{n}{SUFFIXES[n % 3]}"} for n in range(count)],
                "categories": [{"id": 1, "name": "배"}, {"id": 2, "name": "buoy"}],
                "annotations": [
                    {"image_id": image, "category_id": kind, "bbox": box}
                    for image, kind, box in boxes
                ],
            }
        ),
        encoding="utf-8",
    )
    return place


def with_yolo(place: Path, count: int = 4, first: int = 40) -> Path:
    """Make a folder of images of 60 by 48 with YOLO files: a box in the middle of each but the last."""
    for number in range(count):
        save(place / "images" / "train" / f"{number}.jpg", scene(first + number, 60, 48))
        text = "" if number == count - 1 else "1 0.5 0.5 0.5 0.25\n"
        label = place / "labels" / "train" / f"{number}.txt"
        label.parent.mkdir(parents=True, exist_ok=True)
        label.write_text(text)
    (place / "data.yaml").write_text("names: [ship, buoy]\n")
    return place
