"""What the images of a folder are targets of: a class each, by folder, or boxes with classes.

Which images belong to training and which to testing is told by the folders' names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dure.readers.folder import Entry
from dure.readers.images.errors import ImageError
from dure.readers.images.facts import BOX, NO_CLASS, TargetFacts
from dure.readers.images.folder import Folder, Listing
from dure.readers.images.measuring import Image, read_targets
from dure.readers.splits import is_split

KINDS = ("auto", "coco", "yolo", "folders", "none")

_ABOVE = frozenset({"images", "image", "img", "jpegimages", "data"})

Boxes = NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Targets:
    """What the images are targets of.

    Parameters
    ----------
    kind
        ``coco``, ``yolo``, ``folders``, or "" when there are none.
    classes
        Names of the classes.
    class_of
        By folder, the number of each image's class; else empty.
    boxes
        Boxes in order of image, in pixels once `in_pixels` has been asked.
    facts
        What was found in the files.
    """

    kind: str = ""
    classes: tuple[str, ...] = ()
    class_of: tuple[int, ...] = ()
    boxes: Boxes = field(default_factory=lambda: np.zeros(0, BOX))
    facts: TargetFacts = field(default_factory=TargetFacts)

    def in_pixels(self, images: Sequence[Image]) -> Boxes:
        """Return the boxes in pixels from the top left; YOLO has them in shares of the sides."""
        if self.kind != "yolo":
            return self.boxes
        sides = np.array([(one.facts.width, one.facts.height) for one in images], np.float64)
        scaled = self.boxes.copy()
        for side, axis in (("x", 0), ("w", 0), ("y", 1), ("h", 1)):
            scaled[side] *= sides[scaled["image"], axis]
        return scaled


def check_usable(targets: Targets, name: str) -> None:
    """Refuse targets of which a part means nothing.

    Raises
    ------
    ImageError
        ``images.targets``.
    """
    for reason in ("unclassed", "malformed"):
        count = getattr(targets.facts, reason)
        if count:
            raise ImageError("images.targets", name=name, reason=reason, count=count, line=0)


def find_targets(folder: Folder, listing: Listing, wanted: Sequence[str] = ("auto",)) -> Targets:
    """Return the targets of the images in a folder.

    Parameters
    ----------
    folder, listing
        The folder and what lies in it.
    wanted
        One of `KINDS`, or paths of files below the folder.

    Raises
    ------
    ImageError
        ``images.targets`` when they can't be read, or there are none of the kind that was said.
    """
    kind = wanted[0] if len(wanted) == 1 and wanted[0] in KINDS else ""
    if kind == "none":
        return Targets()
    files = listing.targets if kind else _chosen(listing, wanted)
    if kind != "folders" and files:
        asked = kind if kind in ("coco", "yolo") else "" if kind else _told_by(files)
        facts, boxes = read_targets(folder, files, listing.images, asked)
        if facts.kind:
            return Targets(facts.kind, facts.classes, (), boxes, facts)
    if kind in ("auto", "folders"):
        found = folder_classes([one.path for one in listing.images])
        if found is not None:
            words = sorted(set(found))
            numbers = {word: number for number, word in enumerate(words)}
            return Targets("folders", tuple(words), tuple(numbers[one] for one in found))
    if kind == "auto":
        return Targets()
    raise ImageError("images.targets", name=folder.name, reason="no-targets", line=0, count=0)


def folder_classes(paths: Sequence[str]) -> list[str] | None:
    """Return the class of each image by its folder, or None when the folders tell no classes.

    Examples
    --------
    >>> folder_classes(["train/cat/1.png", "val/dog/2.png"]), folder_classes(["a/1.png", "2.png"])
    (['cat', 'dog'], None)
    """
    above = [
        [part for part in path.split("/")[:-1]
         if not is_split(part) and part.lower() not in _ABOVE]
        for path in paths
    ]  # fmt: skip
    while above and all(above) and len({parts[0] for parts in above}) == 1:
        above = [parts[1:] for parts in above]
    if not above or not all(above):
        return None
    return ["/".join(parts) for parts in above]


def _chosen(listing: Listing, wanted: Sequence[str]) -> list[Entry]:
    known = {one.path: one for one in listing.targets}
    for path in wanted:
        if path not in known:
            raise ImageError("images.targets", name=path, reason="ENOENT")
    return [known[path] for path in wanted]


def _told_by(files: Sequence[Entry]) -> str:
    return "coco" if any(one.suffix == ".json" for one in files) else "yolo"


def outside(boxes: Boxes, images: Sequence[Image]) -> NDArray[np.bool_]:
    """Say of each box whether it reaches more than a pixel beyond its image."""
    sides = np.array([(one.facts.width, one.facts.height) for one in images], np.float64)
    if not len(boxes):
        return np.zeros(0, np.bool_)
    known = np.array([not one.facts.fault for one in images])[boxes["image"]]
    width, height = sides[boxes["image"]].T
    beyond = (boxes["x"] < -1) | (boxes["y"] < -1)
    beyond |= (boxes["x"] + boxes["w"] > width + 1) | (boxes["y"] + boxes["h"] > height + 1)
    found: NDArray[np.bool_] = beyond & known
    return found


def class_counts(targets: Targets) -> list[tuple[str, int]]:
    """Return how often each class stands there, the most frequent first."""
    numbers = (
        np.array(targets.class_of, np.int64)
        if targets.class_of
        else targets.boxes["class"][targets.boxes["class"] != NO_CLASS].astype(np.int64)
    )
    counts = np.bincount(numbers, minlength=len(targets.classes))
    told = zip(targets.classes, counts.tolist(), strict=True)
    return sorted(told, key=lambda one: (-one[1], one[0]))
