"""Multi-object tracking: a part of a benchmark as a data set of MAITE's, and its models as ours.

A benchmark of tracks has no pictures. So the frames of its videos show observations: those of a frame are
one row of n boxes, left, top, right, bottom. A position is the middle of a box as wide as the cutoff.
For surveillance alone, as all tracking here.

Source
------
MAITE 0.10, ``maite.protocols.multiobject_tracking``: boxes are left, top, right, bottom; a track's id is 0 or
more, and -1 stands for what belongs to none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from dure.trials.places import BOX, POSITION

_UNTRACKED = -1


@dataclass(frozen=True, slots=True)
class VideoFrame:
    """The observations of one moment as ``maite.protocols.multiobject_tracking.VideoFrame``."""

    pixels: Any
    time_s: float | None
    pts: int | None
    frame_index: int


@dataclass(frozen=True, slots=True)
class SingleFrameObjectTrackingTarget:
    """The objects of one moment as ``maite.protocols.multiobject_tracking`` has them."""

    boxes: Any
    labels: Any
    scores: Any
    track_ids: Any


@dataclass(frozen=True, slots=True)
class MultiobjectTrackingTarget:
    """The objects of a sequence as ``maite.protocols.multiobject_tracking`` has them."""

    frame_tracks: Sequence[SingleFrameObjectTrackingTarget]


class MultiobjectTrackingDataset:
    """A part of a benchmark as ``maite.protocols.multiobject_tracking.Dataset``: a sequence is a video.

    Parameters
    ----------
    part
        Table with the observations; of the training part with the objects, too.
    task
        ``target``, ``time``, ``series``, ``observed``, ``true`` and ``cutoff``.

    Raises
    ------
    ValueError
        When positions have three numbers: there is no box around them.
    """

    def __init__(self, part: pa.Table, task: Mapping[str, Any]) -> None:
        self.boxes = _Boxes(len(task["observed"]), float(task.get("cutoff", 0.0)))
        self._observed = self.boxes.around(part, task["observed"])
        self._true, self._objects = None, []
        if task["target"] in part.column_names:
            self._true = self.boxes.around(part, task["true"])
            self._objects = part[task["target"]].to_pylist()
        self._rows = _moments(part[task["series"]].to_pylist(), part[task["time"]].to_pylist())
        self._names = list(self._rows)
        self.metadata = {"id": "dure", "index2label": {0: "object"}}

    def __len__(self) -> int:
        return len(self._names)

    def __getitem__(
        self, ind: int, /
    ) -> tuple[list[VideoFrame], MultiobjectTrackingTarget, dict[str, Any]]:
        """Return frames, objects (none of a test part), and the sequence's name as the datum's id."""
        if not 0 <= ind < len(self):
            raise IndexError(ind)
        moments = self._rows[self._names[ind]]
        numbers: dict[Any, int] = {}
        target = MultiobjectTrackingTarget([self._there(rows, numbers) for rows in moments])
        frames = [
            VideoFrame(self._seen(rows), None, None, number) for number, rows in enumerate(moments)
        ]
        return frames, target, {"id": str(self._names[ind])}

    def _seen(self, rows: Sequence[int]) -> Any:
        seen = self._observed[rows]
        return seen[~np.isnan(seen[:, 0])][None]

    def _there(
        self, rows: Sequence[int], numbers: dict[Any, int]
    ) -> SingleFrameObjectTrackingTarget:
        known = {} if self._true is None else {self._objects[row]: row for row in rows}
        known.pop(None, None)
        ids = [numbers.setdefault(name, len(numbers)) for name in known]
        boxes = np.empty((0, BOX)) if self._true is None else self._true[list(known.values())]
        labels = np.zeros(len(ids), dtype=np.int64)
        track_ids = np.array(ids, dtype=np.int64)
        return SingleFrameObjectTrackingTarget(boxes, labels, np.ones(len(ids)), track_ids)


class Tracker:
    """A model after MAITE's protocol behind the methods of an algorithm.

    A model that has ``fit`` is given the training part as a data set; others come trained.
    """

    def __init__(self, model: Any, task: Mapping[str, Any]) -> None:
        self._model, self._task = model, task

    def fit(self, train: pa.Table) -> None:
        """Let the model learn if it can."""
        if hasattr(self._model, "fit"):
            self._model.fit(MultiobjectTrackingDataset(train, self._task))

    def predict(self, features: pa.Table) -> Iterator[dict[int, list[float]]]:
        """Yield the tracks of each moment, id by id, asking the model for a sequence at a time.

        Raises
        ------
        ValueError
            When the model has another number of frames than the video.
        """
        part = MultiobjectTrackingDataset(features, self._task)
        for number in range(len(part)):
            frames = part[number][0]
            (told,) = self._model([frames])
            for _, one in zip(frames, told.frame_tracks, strict=True):
                ids = np.asarray(one.track_ids).reshape(-1).astype(np.int64).tolist()
                places = part.boxes.places(np.asarray(one.boxes, dtype=np.float64).reshape(-1, BOX))
                yield {
                    name: place
                    for name, place in zip(ids, places.tolist(), strict=True)
                    if name != _UNTRACKED
                }


@dataclass(frozen=True, slots=True)
class _Boxes:
    """Boxes of corners for places of a width, and back."""

    width: int
    cutoff: float

    def __post_init__(self) -> None:
        if self.width not in (POSITION[0], BOX):
            raise ValueError("only boxes and positions in a plane are boxes of MAITE's")

    def around(self, part: pa.Table, columns: Sequence[str]) -> Any:
        """Return the boxes of columns of places; of a row without one NaN."""
        places = np.column_stack([part[name].to_numpy().astype(np.float64) for name in columns])
        if self.width == BOX:
            return np.hstack([places[:, :2], places[:, :2] + places[:, 2:]])
        return np.hstack([places - self.cutoff / 2.0, places + self.cutoff / 2.0])

    def places(self, boxes: Any) -> Any:
        """Return the places of boxes."""
        if self.width == BOX:
            return np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])
        return (boxes[:, :2] + boxes[:, 2:]) / 2.0


def _moments(names: Sequence[Any], times: Sequence[Any]) -> dict[Any, list[list[int]]]:
    """Return of each sequence, in order of appearance, the rows of each moment in order of time."""
    found: dict[Any, dict[Any, list[int]]] = {}
    for row, (name, time) in enumerate(zip(names, times, strict=True)):
        found.setdefault(name, {}).setdefault(time, []).append(row)
    return {name: [moments[time] for time in sorted(moments)] for name, moments in found.items()}
