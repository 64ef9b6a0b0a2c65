"""Two Parquet tables, column by column: what is in one alone, and how the common columns moved.

Runs inside the sandbox. One column of both tables is held at a time, as 8 bytes a row, or as the counts
of its values. The edges of a picture are values: none is drawn of a column that held personal data in the
first table, whatever it holds in the second.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pyarrow as pa

from dure.datasets.drift.columns import Counter, Spread, drift
from dure.datasets.drift.statistics import Comparison, Drift, Retyped
from dure.datasets.inspect.gathering import Source, hashed, keyed, kind_of, tick_s
from dure.datasets.personal.scan import Scanner
from dure.datasets.personal.summary import summarise

MOST_COLUMNS = 4096


def compared(first: Source, second: Source, *, show_values: bool = False) -> Comparison:
    """Return how the second table differs from the first; personal values only when they are to be shown."""
    scanner = cache(Scanner)
    names = [one.schema.names[:MOST_COLUMNS] for one in (first, second)]
    earlier = set(names[0])
    types = {
        name: [one.schema.field(name).type for one in (first, second)]
        for name in names[1]
        if name in earlier
    }
    return Comparison(
        rows_first=first.rows,
        added=tuple(name for name in names[1] if name not in types),
        removed=tuple(name for name in names[0] if name not in types),
        retyped=tuple(
            Retyped(name, str(one), str(other))
            for name, (one, other) in types.items()
            if one != other
        ),
        columns=tuple(
            _drift(first, second, name, None if show_values else scanner)
            for name, (one, other) in types.items()
            if one == other or kind_of(one) == kind_of(other) == "number"
        ),
    )


def _drift(
    first: Source, second: Source, name: str, scanner: Callable[[], Scanner] | None
) -> Drift:
    given = second.schema.field(name).type
    found = drift(name, kind_of(given), _spread(first, name), _spread(second, name))
    if found.picture is None or found.picture.low == found.picture.high:
        return found
    if scanner is not None and _is_personal(first, name, scanner()):
        return replace(found, picture=None)
    if found.kind != "time":
        return found
    tick, picture = tick_s(given), found.picture
    drawn = replace(picture, low=picture.low * tick, high=picture.high * tick)
    return replace(found, picture=drawn)


def _is_personal(source: Source, name: str, scanner: Scanner) -> bool:
    batches = source.batches(source.schema.names.index(name))
    columns = (pa.record_batch([values], names=[name]) for values in batches)
    return any(True for _ in summarise(scanner.scan(columns)))


def _spread(source: Source, name: str) -> Spread:
    column, nulls = source.schema.names.index(name), 0
    if kind_of(source.schema.field(name).type) not in {"number", "time"}:
        counter = Counter()
        for batch in source.batches(column):
            nulls += batch.null_count
            counter.put(hashed(batch.drop_null()))
        return Spread(source.rows, nulls, counted=counter.counted())
    draw, parts = np.random.default_rng(0), []
    for batch in source.batches(column):
        nulls += batch.null_count
        values = keyed(batch)
        if values.dtype.kind == "f":
            values = values[np.isfinite(values)]
        if source.shift:
            values = values[draw.random(len(values)) < 1 / source.share]
        parts.append(values)
    numbers = np.concatenate(parts)
    numbers.sort()
    whole = bool(np.issubdtype(numbers.dtype, np.integer))
    return Spread(source.rows, nulls, numbers=numbers, whole=whole, share=source.share)
