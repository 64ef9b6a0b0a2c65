"""YOLO: one text file for each image, and a list of names; runs inside the sandbox.

A line is a class and a box (middle, width, height) in shares of the image's sides; with more numbers it
is an outline, of which the box around it is kept. Names come from ``data.yaml`` (``names:`` as a list or
by number), ``classes.txt`` or ``obj.names``; of YAML exactly these forms are read.

Source
------
Darknet and Ultralytics, detection and segmentation data set formats.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dure.readers.images.facts import MAX_CLASSES, NO_CLASS, TargetFacts
from dure.readers.images.gathering import Boxes, TargetFault, class_names
from dure.readers.images.placing import Places

_LISTS = ("classes.txt", "obj.names", "predefined_classes.txt")
_NAMES = re.compile(r"names\s*:\s*(.*)")
_ITEM = re.compile(r"\s*-\s+(.+)|\s+(\d{1,5})\s*:\s*(.+)")
_INLINE = re.compile(
    r"\s*(?:(\d{1,5})\s*:\s*)?('(?:[^']|'')*'|\"[^\"\\]*\"|[^,'\"\[\]{}]+)\s*(,|$)"
)
_CLASS = re.compile(rb"\d{1,9}")
_MANY = 5 + 2 * 10_000


@dataclass(slots=True)
class _Counts:
    unplaced: int = 0
    unclassed: int = 0
    malformed: int = 0
    outlines: int = 0


def read_yolo(
    names: Sequence[str], contents: Sequence[memoryview], places: Places, *, must: bool
) -> tuple[TargetFacts, Boxes] | None:
    """Return what YOLO files say, or None when there is none among the files and none must be.

    Raises
    ------
    TargetFault
        ``yolo-line``, ``names-form``, ``no-targets``, ``boxes`` or ``classes``.
    """
    labels = [
        (number, places.of_label(name))
        for number, name in enumerate(names)
        if name.lower().endswith(".txt") and name.rpartition("/")[2].lower() not in _LISTS
    ]
    if not any(image is not None for _, image in labels):
        if must:
            raise TargetFault("no-targets")
        return None
    words = _class_words(names, contents)
    boxes, counts, most = Boxes(), _Counts(), 0
    for number, image in labels:
        inside = "/labels/" in f"/{names[number]}"
        if image is None and not inside:
            continue  # a readme or a list of files
        for line, (class_, sides) in enumerate(_lines(contents[number], number, counts), 1):
            if image is None:
                counts.unplaced += 1
            elif sides[2] <= 0 or sides[3] <= 0:
                counts.malformed += 1
            else:
                known = class_ < (len(words) if words else MAX_CLASSES)
                counts.unclassed += not known
                most = max(most, class_ + 1 if known else 0)
                boxes.add(image, class_ if known else NO_CLASS, sides, line and number)
    facts = TargetFacts(
        kind="yolo",
        classes=class_names(words or [f"class {number}" for number in range(most)]),
        boxes=len(boxes),
        unplaced=counts.unplaced,
        unclassed=counts.unclassed,
        malformed=counts.malformed,
        outlines=counts.outlines,
        without_names=not words,
    )
    return facts, boxes


def _lines(
    content: memoryview, file: int, counts: _Counts
) -> Iterator[tuple[int, tuple[float, float, float, float]]]:
    for number, line in enumerate(bytes(content).splitlines(), 1):
        words = line.split(None, _MANY)
        if not words:
            continue
        if len(words) < 5 or len(words) > _MANY or not _CLASS.fullmatch(words[0]):
            raise TargetFault("yolo-line", file, number)
        try:
            values = [float(word) for word in words[1:]]
        except ValueError:
            raise TargetFault("yolo-line", file, number) from None
        if not all(math.isfinite(value) and abs(value) < 1e6 for value in values):
            raise TargetFault("yolo-line", file, number)
        if len(values) in (4, 5):  # a fifth is a detector's confidence
            x, y, w, h = values[:4]
            yield int(words[0]), (x - w / 2, y - h / 2, w, h)
        elif len(values) % 2:
            raise TargetFault("yolo-line", file, number)
        else:
            counts.outlines += 1
            left, top = min(values[::2]), min(values[1::2])
            yield int(words[0]), (left, top, max(values[::2]) - left, max(values[1::2]) - top)


def _class_words(names: Sequence[str], contents: Sequence[memoryview]) -> list[str]:
    """Return the names of the classes; [] when nobody says them."""
    for number, name in enumerate(names):
        last = name.rpartition("/")[2].lower()
        if last in _LISTS:
            return _plain(bytes(contents[number]), number)
    for number, name in enumerate(names):
        if name.lower().endswith((".yaml", ".yml")):
            found = _yaml(bytes(contents[number]), number)
            if found:
                return found
    return []


def _text(content: bytes, file: int) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TargetFault("names-form", file, content.count(b"\n", 0, error.start) + 1) from None


def _plain(content: bytes, file: int) -> list[str]:
    found = _text(content, file).rstrip().splitlines()
    if len(found) > MAX_CLASSES:
        raise TargetFault("classes", file)
    return found


def _yaml(content: bytes, file: int) -> list[str]:
    lines = _text(content, file).splitlines()
    for number, line in enumerate(lines):
        opening = _NAMES.fullmatch(_bare(line))
        if opening is None:
            continue
        inside = opening[1].strip()
        if inside:
            return _inline(lines, number, inside, file)
        return _block(lines, number + 1, file)
    return []


def _block(lines: Sequence[str], start: int, file: int) -> list[str]:
    found: list[str] = []
    for number, line in enumerate(lines[start:], start):
        bare = _bare(line)
        if not bare.strip():
            continue
        item = _ITEM.fullmatch(bare)
        if item is None:
            if line[:1] in (" ", "\t", "-"):
                raise TargetFault("names-form", file, number + 1)
            break
        _append(found, item[2], item[1] or item[3], file, number + 1)
    return found


def _inline(lines: Sequence[str], start: int, inside: str, file: int) -> list[str]:
    closing = {"[": "]", "{": "}"}.get(inside[0], "")
    for line in lines[start + 1 :]:
        if not closing or inside.rstrip().endswith(closing):
            break
        inside += " " + _bare(line).strip()
    inside = inside.strip()
    if not closing or not inside.endswith(closing):
        raise TargetFault("names-form", file, start + 1)
    inside, at = inside[1:-1].strip().removesuffix(","), 0
    found: list[str] = []
    while at < len(inside):
        item = _INLINE.match(inside, at)
        if item is None:
            raise TargetFault("names-form", file, start + 1)
        _append(found, item[1], item[2], file, start + 1)
        at = item.end()
    return found


def _append(found: list[str], stated: str | None, name: str, file: int, line: int) -> None:
    """Add a name; where its number is stated, they follow each other from 0."""
    if (stated is not None and int(stated) != len(found)) or len(found) >= MAX_CLASSES:
        raise TargetFault("names-form", file, line)
    name = name.strip()
    if len(name) > 1 and name[0] == name[-1] and name[0] in "'\"":
        name = name[1:-1].replace("''", "'") if name[0] == "'" else name[1:-1]
    found.append(name)


def _bare(line: str) -> str:
    """Return a line without its comment."""
    return re.sub(r"(^|\s)#.*", "", line).rstrip()
