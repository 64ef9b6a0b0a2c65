"""The rows of a data set of tracks, looked at before anything is made of them.

Each row is an observation (a place that was observed), a truth (an object and where it truly was), or both.
An observation without an object is clutter; a truth without an observation was missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dure.trials.bootstrap import Floats
from dure.trials.definition import Definition
from dure.trials.forecasts import clock
from dure.trials.kinds.lines import MOST_MAGNITUDE
from dure.trials.kinds.target import SplitRefused
from dure.trials.kinds.tracks.moments import Ints
from dure.trials.places import BOX, Places

NOTHING = -1
"""Stands for the object of a row that has none."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows, and what they say.

    Parameters
    ----------
    table
        The rows themselves.
    sequence, time
        Numbers that order them.
    seen, observed
        Whether something was observed, and where.
    object, true
        Which object was there, of its sequence alone, or `NOTHING`; and where.
    """

    table: pa.Table
    sequence: Ints
    time: Any
    seen: Any
    observed: Floats
    object: Ints
    true: Floats

    def of(self, chosen: Any) -> Rows:
        """Return some of the rows, marked or numbered."""
        numbers = np.arange(len(self.sequence))[chosen]
        parts = (self.sequence, self.time, self.seen, self.observed, self.object, self.true)
        return Rows(self.table.take(pa.array(numbers)), *(part[numbers] for part in parts))

    def moments(self) -> list[Ints]:
        """Return the numbers of each moment's rows, of rows that are in order."""
        sequence, time = self.sequence, self.time
        fresh = (sequence[1:] != sequence[:-1]) | (time[1:] != time[:-1])
        return list(np.split(np.arange(len(sequence)), np.flatnonzero(fresh) + 1))


def rows_of(table: pa.Table, definition: Definition, places: Places) -> Rows:
    """Return the rows of a table that can be used.

    Parameters
    ----------
    table
        The columns that a definition of tracking names; rows without sequence or time are left out.
    definition, places
        Which they are.

    Raises
    ------
    SplitRefused
        ``place-type``, ``place-incomplete``, ``target-range``, ``box-size``, ``truth-incomplete``.
    ClockRefused
        ``time-type``.
    """
    for name in (definition.time, definition.series):
        table = table.filter(pc.is_valid(table[name]))
    table = table.combine_chunks()
    seen, observed = _where(table, places.observed)
    there, true = _where(table, places.true)
    named = np.asarray(pc.is_valid(table[definition.target]))
    if np.any(named != there):
        raise SplitRefused("truth-incomplete")
    time = np.asarray(clock(table[definition.time]))
    sequence = _numbered(table[definition.series])
    thing = _numbered(table[definition.target])
    # The same name in another sequence is something else.
    both = np.unique(np.column_stack([sequence, thing]), axis=0, return_inverse=True)[1].ravel()
    return Rows(table, sequence, time, seen, observed, np.where(named, both, NOTHING), true)


def _numbered(column: pa.ChunkedArray) -> Ints:
    values = column.unique().drop_null().sort()
    numbers: Ints = np.asarray(pc.fill_null(pc.index_in(column, value_set=values), NOTHING))
    return numbers.astype(np.int64)


def _where(table: pa.Table, names: tuple[str, ...]) -> tuple[Any, Floats]:
    """Return of each row whether it has a place, and the place."""
    kinds = [table[name].type for name in names]
    if not all(pa.types.is_integer(kind) or pa.types.is_floating(kind) for kind in kinds):
        raise SplitRefused("place-type")
    columns = [pc.cast(table[name], pa.float64()) for name in names]
    marks = np.column_stack([np.asarray(pc.is_valid(column)) for column in columns])
    there = marks.all(axis=1)
    if np.any(marks.any(axis=1) != there):
        raise SplitRefused("place-incomplete")
    values = np.column_stack([np.asarray(pc.fill_null(column, 0.0)) for column in columns])
    if not np.all(np.isfinite(values)) or np.any(abs(values) > MOST_MAGNITUDE):
        raise SplitRefused("target-range")
    if len(names) == BOX and np.any(values[there, 2:] <= 0.0):
        raise SplitRefused("box-size")
    return there, values
