"""Comparing two tables, inside the sandbox: columns, rows, and how each column's values are spread.

Rows are compared by a key where one is named, else as a whole, by their digest, as multisets. How far a
column's values have moved `dure.datasets.drift` says: numbers, dates and times as numbers, everything
else by how often each value stands there. Missing values are counted apart. No value leaves: only names,
counts and statistics.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from dure.datasets.drift.statistics import Drift, Retyped

if TYPE_CHECKING:
    import polars as pl

    from dure.datasets.drift.columns import Spread

_SEEDS = (0x6475_7265, 0x6461_7461)


@dataclass(frozen=True, slots=True)
class Moved(Drift):
    """How a column's values are spread in both tables, and in how many rows they changed."""

    changed: int = 0


class Rows(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How many rows each table has, and how many came, went, changed or stayed."""

    first: int
    second: int
    added: int
    removed: int
    changed: int
    same: int


class Compared(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How the second table differs from the first; ``fault`` says why it can't be told."""

    by: Literal["key", "row"]
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    retyped: tuple[Retyped, ...] = ()
    rows: Rows = Rows(0, 0, 0, 0, 0, 0)
    columns: tuple[Moved, ...] = ()
    fault: str = ""
    fault_name: str = ""


def compare(first: Path, second: Path, keys: tuple[str, ...]) -> Compared:
    """Return how the table in the second Parquet file differs from that in the first.

    Parameters
    ----------
    first, second
        The files.
    keys
        Columns that name a row together; () compares rows as a whole.
    """
    import polars as pl
    import pyarrow.parquet as pq

    types = [
        {field.name: str(field.type) for field in pq.read_schema(file)} for file in (first, second)
    ]
    common = [name for name, kind in types[0].items() if types[1].get(name) == kind]
    by: Literal["key", "row"] = "key" if keys else "row"
    for key in keys:
        if key not in common:
            return Compared(by, fault="no-key-column", fault_name=key)
    frames = [pl.read_parquet(file, columns=common) for file in (first, second)]
    if keys and any(_repeats(frame, keys) for frame in frames):
        return Compared(by, fault="key-repeats", fault_name=keys[0])
    changes: dict[str, int]
    if not common:
        before, after = (pq.read_metadata(file).num_rows for file in (first, second))
        rows, changes = Rows(before, after, after, before, 0, 0), {}
    else:
        rows, changes = _by_key(frames, keys, common) if keys else _by_row(frames)
    return Compared(
        by,
        added=tuple(name for name in types[1] if name not in types[0]),
        removed=tuple(name for name in types[0] if name not in types[1]),
        retyped=tuple(
            Retyped(name, kind, types[1][name])
            for name, kind in types[0].items()
            if types[1].get(name, kind) != kind
        ),
        rows=rows,
        columns=tuple(_moved(frames, name, changes.get(name, 0)) for name in common),
    )


def _repeats(frame: pl.DataFrame, keys: tuple[str, ...]) -> bool:
    named = frame.select(keys)
    return named.null_count().sum_horizontal().item() > 0 or named.is_duplicated().any()


def _by_key(
    frames: list[pl.DataFrame], keys: tuple[str, ...], common: list[str]
) -> tuple[Rows, dict[str, int]]:
    import polars as pl

    first, second = (frame.select(keys).with_row_index("~row") for frame in frames)
    both = first.join(second, on=keys, how="inner")
    places = both["~row"], both["~row_right"]
    changed = pl.Series([False]).new_from_index(0, both.height)
    changes = {}
    for name in common:
        before, after = (
            frame[name].gather(place) for frame, place in zip(frames, places, strict=True)
        )
        differs = before.ne_missing(after)
        changes[name] = int(differs.sum())
        changed |= differs
    count, kept = int(changed.sum()), both.height
    return (
        Rows(
            first=first.height,
            second=second.height,
            added=second.height - kept,
            removed=first.height - kept,
            changed=count,
            same=kept - count,
        ),
        changes,
    )


def _by_row(frames: list[pl.DataFrame]) -> tuple[Rows, dict[str, int]]:
    first, second = (_digests(frame) for frame in frames)
    heights = frames[0].height, frames[1].height
    both = first.join(second, on=("high", "low"), how="inner")
    same = int(both.select(both["len"].clip(upper_bound=both["len_right"]))["len"].sum())
    return Rows(*heights, heights[1] - same, heights[0] - same, 0, same), {}


def _digests(frame: pl.DataFrame) -> pl.DataFrame:
    """Return each row's digest of 128 bits and how many rows have it."""
    import polars as pl

    high, low = (frame.hash_rows(seed) for seed in _SEEDS)
    return pl.DataFrame({"high": high, "low": low}).group_by("high", "low").len()


def _moved(frames: list[pl.DataFrame], name: str, changed: int) -> Moved:
    from dure.datasets.drift.columns import drift

    kind = frames[0][name].dtype
    word = "number" if kind.is_numeric() else "time" if kind.is_temporal() else "text"
    found = drift(name, word, *(_spread(frame[name]) for frame in frames), drawn=False)
    return Moved(**asdict(found), changed=changed)


def _spread(values: pl.Series) -> Spread:
    import polars as pl

    from dure.datasets.drift.columns import Counter, Spread

    rows, nulls, there = len(values), values.null_count(), values.drop_nulls()
    if values.dtype.is_numeric() or values.dtype.is_temporal():
        numbers = there.to_physical().cast(pl.Float64)
        ordered = numbers.filter(numbers.is_not_nan()).sort().to_numpy()
        return Spread(rows, nulls, numbers=ordered, whole=values.dtype.is_integer())
    counter = Counter()
    counter.put(there.hash(_SEEDS[0]).to_numpy())
    return Spread(rows, nulls, counted=counter.counted())
