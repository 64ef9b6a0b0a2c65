"""Numbers made worse, in units of the training column's own spread. Runs inside the sandbox.

A column keeps its type: whole numbers stay whole and in range. What is missing stays missing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dure.trials.bootstrap import Floats

Columns = dict[str, pa.Array]
Rng = np.random.Generator

_CELSIUS = 1.8
_FAHRENHEIT_AT_0 = 32.0


@dataclass(frozen=True, slots=True)
class Scale:
    """What a training column says of how far its values move.

    Parameters
    ----------
    deviation
        Their standard deviation.
    way
        1 or -1: where they drift, the same at every level.
    """

    deviation: float
    way: float


Scales = dict[str, Scale]


def is_number(kind: pa.DataType) -> bool:
    """Say whether a column of this type holds numbers that can be moved."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def scale_of(column: pa.ChunkedArray, rng: Rng) -> Scale:
    """Return the scale of a training column, over its finite values; it has none without them."""
    values = _floats(column)
    values = values[np.isfinite(values)]
    return Scale(float(values.std()) if values.size else 0.0, float(rng.choice((-1.0, 1.0))))


def noise(columns: Columns, level: float, scales: Scales, rng: Rng) -> Columns:
    """Add normal noise of ``level`` standard deviations to every number."""
    return {
        name: _moved(column, rng.normal(0.0, level * scales[name].deviation, len(column)))
        for name, column in columns.items()
    }


def drift(columns: Columns, level: float, scales: Scales, _: Rng) -> Columns:
    """Move every number of a column its way by ``level`` standard deviations."""
    return {
        name: _moved(column, level * scales[name].deviation * scales[name].way)
        for name, column in columns.items()
    }


def units(columns: Columns, level: float, _: Scales, rng: Rng) -> Columns:
    """Write one number of each row, drawn by lot, in a unit that it doesn't have.

    What is missing, or nought in either unit, is drawn only where a row has nothing else.
    """
    offset = _FAHRENHEIT_AT_0 if level == _CELSIUS else 0.0
    shifts = np.column_stack([_floats(one) * (level - 1.0) + offset for one in columns.values()])
    chosen = (rng.random(shifts.shape) + (np.nan_to_num(shifts) != 0.0)).argmax(axis=1)
    return {
        name: _moved(column, np.where(chosen == place, shifts[:, place], 0.0))
        for place, (name, column) in enumerate(columns.items())
    }


def missing(columns: Columns, level: float, _: Scales, rng: Rng) -> Columns:
    """Leave a share of each row's features out, ``level`` of them, and at least one."""
    rows = len(next(iter(columns.values())))
    lots = rng.random((rows, len(columns))).argsort(axis=1)
    gone = lots < max(1, round(level * len(columns)))
    return {
        name: column.take(pa.array(np.arange(rows), mask=gone[:, place]))
        for place, (name, column) in enumerate(columns.items())
    }


def _floats(column: pa.Array | pa.ChunkedArray) -> Floats:
    return np.asarray(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False))


def _moved(column: pa.Array, by: Floats | float) -> pa.Array:
    """Return a column with its values moved, in its own type."""
    kind, empty = column.type, np.asarray(column.is_null())
    if pa.types.is_floating(kind):
        own = _floats(column)
        return pa.array((own + by).astype(kind.to_pandas_dtype()), kind, mask=empty)
    # what does not move keeps its every digit, which a float may not have
    whole = np.asarray(pc.fill_null(column, 0))
    ends = np.iinfo(whole.dtype)
    moved = np.rint(whole.astype(np.float64) + np.nan_to_num(by))
    highest = np.nextafter(float(ends.max), 0.0)
    clipped = np.clip(moved, float(ends.min), highest).astype(whole.dtype)
    return pa.array(np.where(np.rint(np.nan_to_num(by)) == 0, whole, clipped), kind, mask=empty)
