"""Boxes while they are gathered, in arrays that grow; runs inside the sandbox."""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dure.readers.images.facts import BOX, MAX_BOXES, MAX_CLASSES

_NAME_CHARACTERS = 255


class TargetFault(Exception):  # noqa: N818 (it becomes an ImageError on the other side)
    """Targets can't be read: the reason's code, the number of the file, and the line."""

    def __init__(self, fault: str, file: int = 0, line: int = 0) -> None:
        super().__init__(fault)
        self.fault, self.file, self.line = fault, file, line


class Boxes:
    """Boxes, each with the numbers of its image and of its class."""

    def __init__(self) -> None:
        self._images, self._classes = array("L"), array("L")
        self._sides = array("d")

    def __len__(self) -> int:
        return len(self._images)

    def add(self, image: int, class_: int, sides: Sequence[float], file: int) -> None:
        """Add one box.

        Raises
        ------
        TargetFault
            ``boxes`` when there are too many.
        """
        if len(self._images) >= MAX_BOXES:
            raise TargetFault("boxes", file)
        self._images.append(image)
        self._classes.append(class_)
        self._sides.extend(sides)

    def whole(self) -> NDArray[np.void]:
        """Return all of them in order of image."""
        found = np.zeros(len(self), BOX)
        found["image"], found["class"] = self._images, self._classes
        sides = np.frombuffer(self._sides, np.float64).reshape(-1, 4) if self._sides else None
        for at, side in enumerate("xywh"):
            if sides is not None:
                found[side] = sides[:, at]
        return found[np.argsort(found["image"], kind="stable")]


def class_names(given: Sequence[str]) -> tuple[str, ...]:
    """Return names of classes that every door can show; one that can't be shown gets its number.

    Raises
    ------
    TargetFault
        ``classes`` when there are too many.
    """
    if len(given) > MAX_CLASSES:
        raise TargetFault("classes")
    shown = (unicodedata.normalize("NFC", name).strip() for name in given)
    return tuple(
        name[:_NAME_CHARACTERS] if name and name.isprintable() else f"class {number}"
        for number, name in enumerate(shown)
    )
