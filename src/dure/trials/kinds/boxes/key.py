"""Detections beside the boxes they were to find; the rows are images."""

from __future__ import annotations

import numpy as np

from dure.trials.disclosure.table import Marks
from dure.trials.kinds.boxes.figures import detection
from dure.trials.kinds.boxes.matching import Boxes, overlaps
from dure.trials.kinds.boxes.target import boxes_in
from dure.trials.kinds.boxes.wire import Detected
from dure.trials.kinds.estimates import Comparison
from dure.trials.kinds.key import LEAK_SHARE, Ints, Sides, one_cell
from dure.trials.kinds.parts import ANSWER

_EXACT = 1.0 - 1e-6
"""Overlap at which a detection is its target, pixel for pixel; people's own boxes don't agree so."""


class BoxesKey:
    """As `dure.trials.kinds.key.Key`."""

    def __init__(self, sides: Sides) -> None:
        self.sides = sides
        self.classes = list(sides.baseline["classes"])
        self.images = sides.answers.num_rows
        self.targets = boxes_in(sides.answers[ANSWER], self.classes)
        numbers = {name: number for number, name in enumerate(self.classes)}
        self.found = _columns(list(sides.predictions.values), numbers)
        self.usual = Boxes(
            np.arange(self.images),
            np.full(self.images, numbers[sides.baseline["majority"]]),
            np.tile(np.asarray(sides.baseline["box"], dtype=np.float64), (self.images, 1)),
            np.ones(self.images),
        )

    def comparisons(self, mask: Marks) -> list[Comparison]:
        """Return all figures over some of the images."""
        place = np.cumsum(mask) - 1
        parts = [
            Boxes(place[some.image], some.kind, some.corners, some.score)
            for some in (one.of(mask[one.image]) for one in (self.targets, self.found, self.usual))
        ]
        plan = self.sides.plan
        counts = (len(self.classes), int(mask.sum()), plan.resamples)
        return detection(parts[0], parts[1], parts[2], *counts, self.sides.rng)

    def cells(self) -> Ints:
        """Return the class of each image: one may show several, so every image has the same."""
        return one_cell(self.images)

    def smallest(self) -> int:
        """Return the images that show the least shown class."""
        return int(self._shown().sum(axis=1).min())

    def fewest(self, mask: Marks) -> int:
        """Return the same among some of the images, of the classes that these show at all."""
        counts = self._shown()[:, mask].sum(axis=1)
        return int(counts[counts > 0].min()) if counts.any() else 0

    def _shown(self) -> Marks:
        shown = np.zeros((len(self.classes), self.images), dtype=bool)
        shown[self.targets.kind, self.targets.image] = True
        return shown

    def leak(self) -> bool:
        """Say whether nearly every target was found pixel for pixel."""
        exact = 0
        for image in np.unique(self.targets.image):
            targets, found = (
                one.of(slice(*np.searchsorted(one.image, (image, image + 1))))
                for one in (self.targets, self.found)
            )
            alike = targets.kind[:, None] == found.kind[None, :]
            shares = overlaps(targets.corners, found.corners)
            exact += int(np.any(alike & (shares >= _EXACT), axis=1).sum())
        return exact >= LEAK_SHARE * len(self.targets.image) > 0


def _columns(values: list[Detected], numbers: dict[str, int]) -> Boxes:
    corners = [box for one in values for box in one.boxes]
    return Boxes(
        np.repeat(np.arange(len(values)), [len(one.boxes) for one in values]),
        np.array([numbers[name] for one in values for name in one.classes], dtype=np.int64),
        np.asarray(corners, dtype=np.float64).reshape(-1, 4),
        np.array([score for one in values for score in one.scores], dtype=np.float64),
    )
