"""Make the perturbed part of a benchmark: each test row once, at a cell drawn by lot, in a new order.

The algorithm meets this part in place of the test features, in a sandbox of its own. It can't tell which
row is perturbed how: cells and places are drawn from the rows themselves, targets included, and nothing of
them stands in the part. Nor is there a row's clean self to hold it against.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from dure.trials.definition import Definition
from dure.trials.kinds.classes.target import is_text
from dure.trials.kinds.target import SplitRefused
from dure.trials.perturbing import numbers, texts
from dure.trials.perturbing.kinds import KINDS, Feature, cells
from dure.trials.perturbing.numbers import Columns, Rng, Scales

Change = Callable[[Columns, float, Scales, Rng], Columns]

_LOTS = 1 << 63


def _asked(kind: str) -> Change:
    """Return what writes behind each image's stand-in what becomes of the image once it is written."""

    def change(columns: Columns, level: float, _: Scales, rng: Rng) -> Columns:
        return {
            name: pa.array(
                [f"{one} {kind} {level} {rng.integers(_LOTS)}" for one in column.to_pylist()]
            )
            for name, column in columns.items()
        }

    return change


SUITS: dict[Feature, Callable[[pa.DataType], bool]] = {
    Feature.ANY: lambda _: True,
    Feature.NUMBER: numbers.is_number,
    Feature.TEXT: is_text,
    Feature.IMAGE: is_text,  # the split has their stand-ins
}
CHANGES: dict[str, Change] = {
    "noise": numbers.noise,
    "missing": numbers.missing,
    "units": numbers.units,
    "drift": numbers.drift,
    "typos": texts.typos,
    "dropped-words": texts.dropped_words,
    **{name: _asked(name) for name, kind in KINDS.items() if kind.feature is Feature.IMAGE},
}
"""What each kind does to the columns that it works on, given level, scales of training and lots."""


@dataclass(frozen=True, slots=True)
class Perturbed:
    """The perturbed part.

    Parameters
    ----------
    features
        The rows, in their new order.
    places
        Of each test row its place in the part.
    cells
        Of each test row the number of its cell.
    """

    features: pa.Table
    places: Any
    cells: Any


def perturbed(
    train: pa.Table,
    features: pa.Table,
    definition: Definition,
    rng: Rng,
    order: Callable[[pa.Table, Any], Any] = lambda _, drawn: drawn,
) -> Perturbed:
    """Return the perturbed part of a benchmark.

    Parameters
    ----------
    train
        Training rows, whose scales are the units of strength.
    features
        Test features in their order.
    definition
        Names the kinds; what orders rows in time or tells series apart is left as it is.
    rng
        Generator that nobody outside can guess.
    order
        Makes the order of places from the perturbed rows and a drawn one; by default the drawn one.

    Raises
    ------
    SplitRefused
        ``robust-rows`` when a cell would have too few rows, ``robust-columns`` when no feature suits a kind.
    """
    planned = cells(definition.robust)
    rows = features.num_rows
    if rows // len(planned) < definition.protection.least:
        raise SplitRefused("robust-rows")
    scales = {
        name: numbers.scale_of(train[name], rng)
        for name in features.column_names
        if numbers.is_number(train[name].type)
    }
    dealt = np.empty(rows, dtype=np.int64)
    dealt[rng.permutation(rows)] = np.arange(rows) % len(planned)
    made, sources = [], []
    for number, (kind, level) in enumerate(planned):
        mine = np.flatnonzero(dealt == number)
        made.append(
            _cell(features.take(pa.array(mine)), kind, float(level), scales, definition, rng)
        )
        sources.append(mine)
    table, source = pa.concat_tables(made).combine_chunks(), np.concatenate(sources)
    chosen = order(table, rng.permutation(rows))
    places = np.empty(rows, dtype=np.int64)
    places[source[chosen]] = np.arange(rows)
    return Perturbed(table.take(pa.array(chosen)), places, dealt)


def _cell(
    rows: pa.Table,
    kind: str,
    level: float,
    scales: Scales,
    definition: Definition,
    rng: Rng,
) -> pa.Table:
    suits = SUITS[KINDS[kind].feature]
    fixed = {definition.time, definition.series}
    names = [
        one for one in rows.column_names if one not in fixed and suits(rows.schema.field(one).type)
    ]
    if not names:
        raise SplitRefused("robust-columns")
    columns = {name: rows[name].combine_chunks() for name in names}
    for name, column in CHANGES[kind](columns, level, scales, rng).items():
        place = rows.column_names.index(name)
        rows = rows.set_column(place, pa.field(name, column.type), column)
    return rows
