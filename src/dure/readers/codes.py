"""Codes for "there is no value", recognised and never changed: words such as N/A, numbers such as -999.

A word counts when it stands in a text column. A number counts when it is one of those that people use
for it, stands there twice or more, and lies further from all other values than these are spread.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dure.readers.told import MARKERS, SENTINELS

_MARKERS = pa.array(MARKERS)
_SENTINELS = pa.array(sorted(SENTINELS), pa.float64())
_LEAST = 2
_EARLIEST, _LATEST = 19000101, 21001231


class Codes:
    """The codes of one column, found batch by batch."""

    def __init__(self) -> None:
        self.markers: set[str] = set()
        self._days = True
        self.least: float | None = None
        self.most: float | None = None
        self._counts: dict[float, int] = {}

    @property
    def has_days(self) -> bool:
        """Say whether whole numbers are all days, written as 20260131."""
        return self._days and self.least is not None

    def without_markers(self, values: pa.Array) -> pa.Array:
        """Note the words for "missing" among texts, and return the texts without them."""
        mask = pc.is_in(values, _MARKERS)
        if pc.any(mask).as_py():
            self.markers.update(pc.unique(values.filter(mask)).to_pylist())
            values = values.filter(pc.invert(mask))
        return values

    def look(self, values: pa.Array) -> None:
        """Note the numbers of another batch; columns that are no numbers have no such codes."""
        kind = values.type
        if pa.types.is_string(kind):
            self.without_markers(values)
        if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
            self._days = False
            return
        low, high = _spread(values)
        if low is None or high is None:
            return  # no value
        self._days = self._days and pa.types.is_integer(kind) and _are_days(values, low, high)
        if low in SENTINELS or high in SENTINELS:
            low, high = self._count(values)
        if low is not None and high is not None:
            self.least = low if self.least is None else min(self.least, low)
            self.most = high if self.most is None else max(self.most, high)

    def found(self) -> tuple[str, ...]:
        """Return the codes of the column: words as they stand there, then numbers."""
        words = tuple(word for word in MARKERS if word in self.markers)
        least, most = self.least, self.most
        if least is None or most is None:
            return words
        spread = max(most - least, 1.0)
        numbers = (
            SENTINELS[code]
            for code, count in sorted(self._counts.items())
            if count >= _LEAST and (code < least - spread or code > most + spread)
        )
        return (*words, *numbers)

    def _count(self, values: pa.Array) -> tuple[float | None, float | None]:
        """Count the codes of a batch, and return the least and the greatest of its other values."""
        as_double = values.cast(pa.float64(), safe=False)
        mask = pc.is_in(as_double, _SENTINELS)
        for one in pc.value_counts(as_double.filter(mask)).to_pylist():
            code = one["values"]
            self._counts[code] = self._counts.get(code, 0) + one["counts"]
        return _spread(as_double.filter(pc.invert(mask)))


def _spread(values: pa.Array) -> tuple[float | None, float | None]:
    found = pc.min_max(values).as_py()
    low, high = found["min"], found["max"]
    return (None, None) if low is None else (float(low), float(high))


def _are_days(values: pa.Array, low: float, high: float) -> bool:
    """Say whether whole numbers are days, written as 20260131."""
    if low < _EARLIEST or high > _LATEST:
        return False
    numbers = values.drop_null().to_numpy()
    months, days = numbers // 100 % 100, numbers % 100
    return bool(np.all((months >= 1) & (months <= 12) & (days >= 1) & (days <= 31)))
