"""Forecasts: rows in the order of time, the climatology they are compared with, and the scale of errors.

Runs inside the sandbox. The climatology of a series is the quantiles of its targets in training: what
somebody would say who knows the past and looks at nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from dure.trials.bootstrap import Floats
from dure.trials.definition import Definition
from dure.trials.tasks import LEVELS

USUAL = tuple(f"usual-{level}" for level in LEVELS)


class ClockRefused(Exception):  # noqa: N818 (an outcome, not a defect)
    """A column can't order rows in time, or nothing moves: ``time-type`` or ``no-movement``."""


def clock(column: pa.ChunkedArray) -> Any:
    """Return a column of times as a vector that can be compared.

    Parameters
    ----------
    column
        Dates, times or numbers, none missing.

    Raises
    ------
    ClockRefused
        ``time-type``.
    """
    kind = column.type
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        zone = getattr(kind, "tz", None)
        return column.cast(pa.timestamp("us", zone)).cast(pa.int64()).to_numpy()
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        times = column.to_numpy()
        if np.all(np.isfinite(times)):  # a NaN is neither early nor late
            return times
    raise ClockRefused("time-type")


def naive_scale(train: pa.Table, definition: Definition) -> float:
    """Return the mean absolute change of the target from one row of a series to its next.

    Parameters
    ----------
    train
        Training rows.
    definition
        Names target, time and series.

    Raises
    ------
    ClockRefused
        ``no-movement`` when there is none.

    Source
    ------
    Hyndman, Koehler (2006), Another look at measures of forecast accuracy, section 3.
    """
    targets = train[definition.target].to_numpy()
    order = np.argsort(clock(train[definition.time]), kind="stable")
    steps = [
        abs(np.diff(targets[order[mine[order]]])) for _, mine in _each_series(train, definition)
    ]
    changes = np.concatenate(steps)
    scale = float(changes.mean()) if changes.size else 0.0
    if not scale > 0.0:
        raise ClockRefused("no-movement")
    return scale


def climatology(train: pa.Table, test: pa.Table, definition: Definition) -> dict[str, Any]:
    """Return for each test row the quantiles of its series' targets in training, as columns.

    Parameters
    ----------
    train, test
        The parts; a series that training lacks has the quantiles of all.
    definition
        Names target and series.
    """
    targets = train[definition.target].to_numpy()
    usual = np.tile(np.quantile(targets, LEVELS), (test.num_rows, 1))
    known = dict(_each_series(train, definition))
    for value, mine in _each_series(test, definition):
        if value in known:
            usual[mine] = np.quantile(targets[known[value]], LEVELS)
    return {name: pa.array(usual[:, place]) for place, name in enumerate(USUAL)}


def usual_quantiles(answers: pa.Table) -> Floats:
    """Return the climatology that an answer key carries, as a matrix."""
    return np.column_stack([answers[name].to_numpy() for name in USUAL])


def _each_series(table: pa.Table, definition: Definition) -> Iterator[tuple[Any, Any]]:
    if not definition.series:
        yield None, np.ones(table.num_rows, dtype=bool)
        return
    encoded = table[definition.series].combine_chunks().dictionary_encode(null_encoding="encode")
    numbers = encoded.indices.to_numpy()
    for number, value in enumerate(encoded.dictionary.to_pylist()):
        yield value, numbers == number
