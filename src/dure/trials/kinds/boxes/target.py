"""Targets that are boxes, as data sets of images have them, and the box that is usual in training."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dure.readers.images.box_type import BOX_LIST
from dure.trials.definition import Definition
from dure.trials.kinds.boxes.matching import Boxes
from dure.trials.kinds.boxes.wire import MOST_PIXELS
from dure.trials.kinds.classes.wire import MOST_CLASSES
from dure.trials.kinds.target import SplitRefused, Target

_SIDES = ("x", "y", "w", "h")


def boxes_in(column: pa.ChunkedArray, classes: list[str]) -> Boxes:
    """Return the boxes of a column of targets, their images numbered by row.

    Parameters
    ----------
    column
        Of the type `dure.readers.images.box_type.BOX_LIST`.
    classes
        Names by number; every box has one of them.
    """
    lists = column.combine_chunks()
    values = pa.array(pc.list_flatten(lists))
    x, y, w, h = (_numbers(values, side) for side in _SIDES)
    kinds = pc.index_in(pc.struct_field(values, "class"), value_set=pa.array(classes, pa.string()))
    return Boxes(
        np.asarray(pc.list_parent_indices(lists)).astype(np.int64),
        np.asarray(kinds).astype(np.int64),
        np.column_stack([x, y, x + w, y + h]),
        np.ones(len(values)),
    )


def _numbers(values: pa.Array, side: str) -> Any:
    return pc.struct_field(values, side).to_numpy(zero_copy_only=False)


def _clean(column: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        boxes = column.cast(BOX_LIST)
    except pa.ArrowException:
        raise SplitRefused("target-type") from None
    values = pc.list_flatten(boxes).combine_chunks()
    if values.null_count or any(pc.struct_field(values, n).null_count for n in (*_SIDES, "class")):
        raise SplitRefused("box-values")
    sides = np.column_stack([_numbers(values, side) for side in _SIDES])
    if not np.all(abs(sides) <= MOST_PIXELS / 2) or np.any(sides[:, 2:] < 0):
        raise SplitRefused("box-values")
    return boxes


def _usual(
    train: pa.Table, test: pa.Table, definition: Definition
) -> tuple[dict[str, Any], dict[str, pa.Array]]:
    known, tested = (_names(part[definition.target]) for part in (train, test))
    classes = sorted(set(known))
    if not 1 <= len(classes) <= MOST_CLASSES or not set(tested) <= set(classes):
        raise SplitRefused("classes-of-boxes")
    majority = min(classes, key=lambda name: (-known.count(name), name))
    boxes = boxes_in(train[definition.target], classes)
    box = boxes.corners[boxes.kind == classes.index(majority)].mean(axis=0)
    return {"classes": classes, "majority": majority, "box": box.tolist()}, {}


def _names(column: pa.ChunkedArray) -> list[str]:
    return list(pc.struct_field(pc.list_flatten(column), "class").to_pylist())


TARGET = Target(_clean, _usual)
