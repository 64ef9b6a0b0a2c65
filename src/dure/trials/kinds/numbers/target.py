"""Targets that are numbers, and the mean of those in training."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa

from dure.trials.definition import Definition
from dure.trials.kinds.lines import MOST_MAGNITUDE
from dure.trials.kinds.target import SplitRefused, Target


def finite_numbers(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column of finite numbers of bounded size.

    Raises
    ------
    SplitRefused
        ``target-type``, ``target-range``.
    """
    kind = column.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        raise SplitRefused("target-type")
    numbers = column.cast(pa.float64())
    values = numbers.to_numpy()
    if not np.all(np.isfinite(values)) or np.any(abs(values) > MOST_MAGNITUDE):
        raise SplitRefused("target-range")
    return numbers


def _mean(
    train: pa.Table, _: pa.Table, definition: Definition
) -> tuple[dict[str, Any], dict[str, pa.Array]]:
    targets = train[definition.target]
    return {"mean": math.fsum(targets.to_numpy()) / len(targets)}, {}


TARGET = Target(finite_numbers, _mean)
