"""Made-up scenes, to check a tracker on a machine that has no data; and which column of dummy rows is which.

Things move straight on through sequences of moments, are observed with errors, missed at times, and not
alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from dure.trials.manifest import ColumnType, Schema
from dure.trials.places import BOX, POSITION, Places

TRUE = "true_"
"""What the name of a column of true places begins with in dummy rows; then comes the observed one's."""

FEATURES = {
    "sequence": ColumnType.TEXT,
    "moment": ColumnType.INTEGER,
    "x": ColumnType.NUMBER,
    "y": ColumnType.NUMBER,
}
"""What a tracker without a schema is checked on."""
TARGET = "object"

_SEQUENCES, _MOMENTS, _THINGS = 40, 10, 3
_CUTOFF = "2"
_WIDE, _SPEED, _ERROR, _LOST, _FALSE = 60.0, 0.5, 0.3, 0.1, 0.2
_SIDE = 4.0
_ORDERS = (ColumnType.INTEGER, ColumnType.DATE, ColumnType.TIME)

Makers = Mapping[ColumnType, Callable[[Any], Any]]


def order_of(
    features: Mapping[str, ColumnType], columns: Iterable[str] = ()
) -> tuple[str, str, Places]:
    """Return which features tell time and sequence, and which columns are places.

    Parameters
    ----------
    features
        Names and types: the first text tells sequences apart, the first count or time orders.
    columns
        All of the dummy rows: a feature is a place if there is one with `TRUE` before its name. Of made-up
        rows none; then it is the first two numbers.
    """
    time = next((name for name, kind in features.items() if kind in _ORDERS), "")
    series = next((name for name, kind in features.items() if kind is ColumnType.TEXT), "")
    known = set(columns)
    observed = [name for name in features if TRUE + name in known]
    if not known:
        observed = [name for name, kind in features.items() if kind is ColumnType.NUMBER]
        observed = observed[: POSITION[0]]
    cutoff = "" if len(observed) == BOX else _CUTOFF
    return time, series, Places(tuple(observed), tuple(TRUE + name for name in observed), cutoff)


def without_truths(features: Mapping[str, ColumnType]) -> dict[str, ColumnType]:
    """Return the columns of dummy rows that are no true places."""
    return {
        name: kind
        for name, kind in features.items()
        if not (name.startswith(TRUE) and name.removeprefix(TRUE) in features)
    }


def scene_table(
    schema: Schema, makers: Makers, seed: int, order: tuple[str, str, Places] | None = None
) -> pa.Table:
    """Return made-up rows: observations, truths, and both at once.

    Parameters
    ----------
    schema
        Names and types of the target and all features.
    makers
        Makes values of each type out of normal numbers.
    seed
        The same seed gives the same rows.
    order
        Features that tell time and sequence, and the places; by default as `order_of` finds them.
    """
    rng = np.random.default_rng(seed)
    time, series, places = order or order_of(schema.features)
    found = [row for sequence in range(_SEQUENCES) for row in _sequence(sequence, rng)]
    sequence, moment, thing = (np.array([row[part] for row in found]) for part in range(3))
    width = len(places.observed)
    true, seen = (_wide(np.array([row[part] for row in found]), width) for part in (3, 4))
    columns: dict[str, Any] = {
        name: makers[kind](rng.normal(size=len(found))) for name, kind in schema.features.items()
    }
    named = {series: [f"s{one:02}" for one in sequence], time: _times(moment, makers, schema, time)}
    columns |= {name: values for name, values in named.items() if name}
    for number, (observed, truth) in enumerate(zip(places.observed, places.true, strict=True)):
        columns[observed] = pa.array(seen[:, number], from_pandas=True)
        columns[truth] = pa.array(true[:, number], from_pandas=True)
    columns[schema.target] = pa.array([f"o{one}" if one >= 0 else None for one in thing])
    return pa.table(columns)


def _wide(places: Any, width: int) -> Any:
    """Return positions in a plane with what more a place has: a height of 0, or the sides of a box."""
    further = np.full((len(places), 2), _SIDE if width == BOX else 0.0)
    further[np.isnan(places[:, 0])] = np.nan
    return np.hstack([places, further])


def _times(moments: Any, makers: Makers, schema: Schema, time: str) -> Any:
    kind = schema.features.get(time)
    return (
        makers[kind]((moments + 0.5) / 100.0)
        if kind in (ColumnType.DATE, ColumnType.TIME)
        else moments
    )


def _sequence(number: int, rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    start, speed = rng.uniform(0, _WIDE, (_THINGS, 2)), rng.normal(0, _SPEED, (_THINGS, 2))
    nowhere = np.full(2, np.nan)
    for moment in range(_MOMENTS):
        for thing in range(_THINGS):
            true = start[thing] + moment * speed[thing]
            seen = nowhere if rng.random() < _LOST else true + rng.normal(0, _ERROR, 2)
            yield number, moment, thing, true, seen
        for _ in range(rng.poisson(_FALSE)):
            yield number, moment, -1, nowhere, rng.uniform(0, _WIDE, 2)
