"""COCO: one JSON file with images, categories and annotations; runs inside the sandbox.

Of an annotation the box is kept. Outlines, key points and captions stay in the file.

Source
------
COCO data format, object detection: ``bbox`` is ``[x, y, width, height]`` in pixels, from the top left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from dure.readers.images.facts import NO_CLASS, TargetFacts
from dure.readers.images.gathering import Boxes, TargetFault, class_names
from dure.readers.images.placing import Places

_INSTANCES = "instances"
"""How the name of a file with boxes begins, where others lie beside it with key points or captions."""


class _Image(msgspec.Struct):
    id: int | str
    file_name: str


class _Category(msgspec.Struct):
    id: int
    name: str


class _Annotation(msgspec.Struct):
    image_id: int | str
    category_id: int | None = None
    bbox: list[float] | None = None


class _Coco(msgspec.Struct):
    images: list[_Image]
    annotations: list[_Annotation]
    categories: list[_Category] = []


@dataclass(slots=True)
class _Counts:
    unplaced: int = 0
    unclassed: int = 0
    malformed: int = 0
    empty: int = 0


def read_coco(
    names: Sequence[str], contents: Sequence[memoryview], places: Places, *, must: bool
) -> tuple[TargetFacts, Boxes] | None:
    """Return what COCO files say, or None when there is none among the files and none must be.

    Raises
    ------
    TargetFault
        ``coco-form``, ``coco-twice``, ``boxes`` or ``classes``.
    """
    found: dict[int, _Coco] = {}
    for number, content in enumerate(contents):
        if not names[number].lower().endswith(".json"):
            continue
        try:
            found[number] = msgspec.json.decode(content, type=_Coco)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            if must:
                raise TargetFault("coco-form", number) from None
    instances = [one for one in found if names[one].rpartition("/")[2].startswith(_INSTANCES)]
    found = {one: found[one] for one in instances} if instances else found
    if not found:
        if must:
            raise TargetFault("no-targets")
        return None
    return _together(found, names, places)


def _together(
    found: dict[int, _Coco], names: Sequence[str], places: Places
) -> tuple[TargetFacts, Boxes]:
    words: dict[str, int] = {}
    boxes, counts, taken = Boxes(), _Counts(), set[int]()
    for number, coco in found.items():
        classes = {one.id: words.setdefault(one.name, len(words)) for one in coco.categories}
        images = {one.id: places.of_name(one.file_name, names[number]) for one in coco.images}
        placed = {one for one in images.values() if one is not None}
        if (
            len(classes) != len(coco.categories)
            or len(images) != len(coco.images)
            or len(placed) != sum(one is not None for one in images.values())
            or placed & taken
        ):
            raise TargetFault("coco-twice", number)
        taken |= placed
        for one in coco.annotations:
            _take(one, images, classes, boxes, counts, number)
        coco.annotations.clear()
    facts = TargetFacts(
        kind="coco",
        classes=class_names(list(words)),
        boxes=len(boxes),
        unplaced=counts.unplaced,
        unclassed=counts.unclassed,
        malformed=counts.malformed,
        empty=counts.empty,
    )
    return facts, boxes


def _take(
    one: _Annotation,
    images: dict[int | str, int | None],
    classes: dict[int, int],
    boxes: Boxes,
    counts: _Counts,
    file: int,
) -> None:
    if not one.bbox:
        counts.empty += 1
        return
    image = images.get(one.image_id)
    if image is None:
        counts.unplaced += 1
        return
    sides = one.bbox
    if len(sides) != 4 or not all(map(math.isfinite, sides)) or sides[2] <= 0 or sides[3] <= 0:
        counts.malformed += 1
        return
    class_ = classes.get(one.category_id, NO_CLASS) if one.category_id is not None else NO_CLASS
    counts.unclassed += class_ == NO_CLASS
    boxes.add(image, class_, sides, file)
