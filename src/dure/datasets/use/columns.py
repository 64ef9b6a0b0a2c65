"""From Arrow columns to the arrays and tensors that numerical programs take.

The type of an array follows from the column, never from the batch: a whole-number or true-or-false
column that has a gap anywhere in the table is `float64` everywhere, with NaN for the gap.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dure.datasets.errors import DatasetError

_EXACT = 2**53


def optional(package: str) -> Any:
    """Return a package that dure itself does not need.

    Raises
    ------
    DatasetError
        ``datasets.form`` when it is not installed.
    """
    try:
        return import_module(package)
    except ModuleNotFoundError as error:
        raise DatasetError("datasets.form", name=package, reason="not-installed") from error


def array(name: str, values: pa.Array, *, with_nulls: bool) -> npt.NDArray[Any]:
    """Return a column's values as a writable array.

    Parameters
    ----------
    name
        What messages call the column.
    values
        Arrow array of one dimension.
    with_nulls
        Whether the column has a gap anywhere in the table.

    Returns
    -------
    ndarray
        Numbers and truth values in their own type, or ``float64`` with NaN for gaps; dates and
        times of a day as ``datetime64`` (UTC where there is a zone) with NaT; other values as
        objects with None.

    Raises
    ------
    DatasetError
        ``datasets.form`` where ``float64`` can't hold a whole number exactly.
    """
    kind = values.type
    counted = pa.types.is_integer(kind) or pa.types.is_boolean(kind)
    if with_nulls and counted:
        values = _as_float(name, values)
    elif pa.types.is_decimal(kind):
        return np.array([None, *values.to_pylist()], dtype=object)[1:]
    return np.require(values.to_numpy(zero_copy_only=False), requirements=["W"])


def even(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """Yield the same rows in batches of exactly ``rows``, but for the last."""
    held: list[pa.RecordBatch] = []
    missing = rows
    for batch in batches:
        start = 0
        while start < batch.num_rows:
            part = batch.slice(start, missing)
            held.append(part)
            start += part.num_rows
            missing -= part.num_rows
            if not missing:
                yield pa.concat_batches(held)
                held, missing = [], rows
    if held:
        yield pa.concat_batches(held)


def tensors(arrays: Mapping[str, npt.NDArray[Any]]) -> dict[str, Any]:
    """Return arrays of numbers as torch tensors that share their memory.

    Raises
    ------
    DatasetError
        ``datasets.form`` when torch is not installed, or a column holds no numbers.
    """
    torch = optional("torch")
    for name, values in arrays.items():
        if values.dtype.kind not in "biuf":
            raise DatasetError("datasets.form", name=name, reason="not-number")
    return {name: torch.from_numpy(values) for name, values in arrays.items()}


def _as_float(name: str, values: pa.Array) -> pa.Array:
    if pa.types.is_boolean(values.type):
        return pc.cast(values, pa.uint8()).cast(pa.float64())
    spread = pc.min_max(values).as_py()
    if values.null_count < len(values) and (spread["min"] < -_EXACT or spread["max"] > _EXACT):
        raise DatasetError("datasets.form", name=name, reason="inexact")
    return pc.cast(values, pa.float64())
