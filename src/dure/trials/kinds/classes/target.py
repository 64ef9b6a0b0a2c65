"""Targets that are classes, and the most frequent of them in training."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dure.trials.definition import Definition
from dure.trials.kinds.classes.wire import MOST_CLASSES
from dure.trials.kinds.target import SplitRefused, Target


def _clean(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if not (is_text(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind)):
        raise SplitRefused("target-type")
    return column.cast(pa.string())


def is_text(kind: pa.DataType) -> bool:
    """Say whether a column of this type holds texts."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _majority(
    train: pa.Table, test: pa.Table, definition: Definition
) -> tuple[dict[str, Any], dict[str, pa.Array]]:
    known, tested = train[definition.target], test[definition.target]
    counts = {row["values"]: row["counts"] for row in pc.value_counts(known).to_pylist()}
    classes = sorted(counts)
    strange = not set(tested.unique().to_pylist()) <= set(classes)
    if not 2 <= len(classes) <= MOST_CLASSES or strange:
        raise SplitRefused("classes")
    majority = min(classes, key=lambda name: (-counts[name], name))
    return {"classes": classes, "majority": majority}, {}


TARGET = Target(_clean, _majority)
