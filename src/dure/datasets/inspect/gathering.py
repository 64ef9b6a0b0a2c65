"""One column at a time out of a table's file, into arrays that can be sorted.

A column is read in small batches and kept as 8 bytes for each value: a number or a time as itself,
anything else as a 64-bit hash. Of more than `EXACT_ROWS` rows a fixed share is kept: numbers of rows
drawn at random, and hashes of a part of all hashes (adaptive sampling, Flajolet 1990), from which the
whole is estimated; so memory stays bounded for any table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dure.datasets.inspect.stored import Stored, stored
from dure.readers.columnar import plain_type
from dure.readers.faults import Fault
from dure.readers.names import column_names

EXACT_ROWS = 1 << 24
SAMPLE_ROWS = 100_000
SAMPLE_CELLS = 5_000_000

_SEED = 5259
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_TICKS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}

Hashes = NDArray[np.uint64]


def kind_of(given: pa.DataType) -> str:
    """Return which statistics a type has.

    Examples
    --------
    >>> kind_of(pa.int8()), kind_of(pa.date32()), kind_of(pa.time32("s"))
    ('number', 'time', 'other')
    """
    types = pa.types
    if types.is_boolean(given):
        return "truth"
    if types.is_integer(given) or types.is_floating(given) or types.is_decimal(given):
        return "number"
    if types.is_timestamp(given) or types.is_date(given):
        return "time"
    return "text" if types.is_string(given) else "other"


def tick_s(given: pa.DataType) -> float:
    """Return what one unit of a date or time type is, in seconds."""
    return 86_400.0 if pa.types.is_date(given) else _TICKS[given.unit]


@dataclass(slots=True)
class Gathered:
    """One column, gathered.

    Parameters
    ----------
    kind
        As `kind_of` says.
    nulls
        Missing values.
    values
        Numbers and times, without missing ones: of every row, or of the rows that were drawn.
    hashes
        Of values that are no numbers, or of a part of all values: see `share`.
    sample, sampled
        The column in the rows of the sample, and the numbers of these rows.
    lengths
        For text: the shortest, the longest, and the sum.
    least, most
        Smallest and largest number or time over all rows, infinite ones apart; None without any.
    """

    kind: str
    nulls: int = 0
    values: NDArray[np.generic] | None = None
    hashes: NDArray[np.generic] | None = None
    sample: pa.Array | None = None
    sampled: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    lengths: tuple[int, int, int] = (0, 0, 0)
    least: int | float | None = None
    most: int | float | None = None


@dataclass
class Source:
    """A table that is read column by column.

    Parameters
    ----------
    path
        The file (`dure.datasets.inspect.stored`).
    exact_rows
        Beyond how many rows a share is kept instead of all.

    Raises
    ------
    Fault
        ``readers.parquet``, ``readers.header`` or ``readers.empty``.
    """

    path: Path
    exact_rows: int = EXACT_ROWS
    file: Stored = field(init=False)
    schema: pa.Schema = field(init=False)
    rows: int = field(init=False)

    def __post_init__(self) -> None:
        self.file = stored(self.path)
        given = self.file.schema
        kinds = [plain_type(one.type, number) for number, one in enumerate(given, 1)]
        self.schema = pa.schema(zip(column_names(given.names), kinds, strict=True))
        self.rows = self.file.rows
        if not self.rows:
            raise Fault("readers.empty", size_bytes=self.path.stat().st_size)

    @cached_property
    def shift(self) -> int:
        """How many halvings leave at most ``exact_rows`` rows; 0 means that all is exact."""
        return max(0, ((self.rows - 1) // self.exact_rows).bit_length())

    @property
    def share(self) -> int:
        """One in how many is kept."""
        return 1 << self.shift

    @cached_property
    def sample_rows(self) -> int:
        """How many rows the sample has at most."""
        return max(1, min(self.rows, SAMPLE_ROWS, SAMPLE_CELLS // max(1, len(self.schema))))

    def batches(self, column: int) -> Iterator[pa.Array]:
        """Yield the values of one column."""
        kind = self.schema.field(column).type
        for values in self.file.batches(column):
            yield values if values.type == kind else values.cast(kind)

    def gather(self, column: int, take: Callable[[int, Hashes], None] | None) -> Gathered:
        """Read one column.

        Parameters
        ----------
        column
            Its position.
        take
            Given the first row's number and the hashes of each batch of rows.
        """
        kind = kind_of(self.schema.field(column).type)
        found = Gathered(kind)
        pots = _Pots(self, ordered=kind in {"number", "time"})
        samples, numbers, at = [], [], 0
        for batch in self.batches(column):
            found.nulls += batch.null_count
            hashes = hashed(batch)
            if take is not None:
                take(at, hashes)
            pots.put(batch, hashes)
            few = -(-len(batch) * self.sample_rows // self.rows)
            numbers.append(np.arange(at, at + few))
            samples.append(batch.take(pa.array(range(few), pa.int64())))  # a slice keeps the batch
            if kind == "text":
                found.lengths = _lengths(found.lengths, batch)
            at += len(batch)
        found.sample = pa.concat_arrays(samples) if samples else None
        found.sampled = np.concatenate(numbers) if numbers else found.sampled
        found.values, found.hashes = pots.values.kept(), pots.hashes.kept()
        found.least, found.most = pots.least, pots.most
        return found


def hashed(values: pa.Array) -> Hashes:
    """Return a 64-bit hash of each value; equal values, also of missing ones, have equal hashes."""
    if pa.types.is_decimal256(values.type):  # polars has no such type
        values = pc.cast(values, pa.string())
    # Polars has one hash for both zeros, and one for all that is not a number.
    return pl.Series(values).hash(_SEED).to_numpy()


def of_share(hashes: Hashes, shift: int) -> Hashes:
    """Return the hashes of a share of all hashes; see `in_share`."""
    kept: Hashes = hashes[in_share(hashes, shift)]
    return kept


def in_share(hashes: Hashes, shift: int) -> NDArray[np.bool_]:
    """Say which hashes, mixed once more, begin with so many zero bits."""
    found: NDArray[np.bool_] = (hashes * _MIX) >> np.uint64(64 - shift) == 0
    return found


def keyed(values: pa.Array) -> NDArray[np.generic]:
    """Return numbers, dates and times as a plain array without missing values.

    Whole numbers stay whole; decimals become the nearest double.
    """
    present = values.drop_null()
    types, given = pa.types, values.type
    if types.is_date32(given):
        present = present.view(pa.int32())
    elif types.is_timestamp(given):
        present = present.view(pa.int64())
    elif types.is_decimal(given):
        present = pc.cast(present, pa.float64(), safe=False)
    plain: NDArray[np.generic] = present.to_numpy(zero_copy_only=False)
    if plain.dtype.kind == "f":
        return plain.astype(np.float64, copy=False)
    return plain.astype(np.uint64 if plain.dtype == np.uint64 else np.int64, copy=False)


class _Pot:
    """An array that is filled batch by batch."""

    def __init__(self, room: int) -> None:
        self._room = room + room // 8
        self._kept: NDArray[np.generic] | None = None
        self._filled = 0

    def put(self, more: NDArray[np.generic]) -> None:
        end = self._filled + len(more)
        if self._kept is None:
            self._kept = np.empty(max(self._room, end), more.dtype)
        elif end > len(self._kept):  # a share is a share on average only
            grown = np.empty(end + end // 2, self._kept.dtype)
            grown[: self._filled] = self._kept[: self._filled]
            self._kept = grown
        self._kept[self._filled : end] = more
        self._filled = end

    def kept(self) -> NDArray[np.generic] | None:
        return None if self._kept is None else self._kept[: self._filled]


class _Pots:
    """Where values and hashes of one column are kept."""

    def __init__(self, source: Source, *, ordered: bool) -> None:
        self._shift, self._share, self._ordered = source.shift, source.share, ordered
        self._draw = np.random.default_rng(0)
        self.values, self.hashes = (_Pot(-(-source.rows // source.share)) for _ in range(2))
        self.least: int | float | None = None
        self.most: int | float | None = None

    def put(self, batch: pa.Array, hashes: Hashes) -> None:
        if self._ordered:
            values = keyed(batch)
            self._reach(values)
            if self._shift:
                values = values[self._draw.random(len(values)) < 1 / self._share]
            self.values.put(values)
        if self._shift or not self._ordered:
            kept = hashes[batch.is_valid().to_numpy(zero_copy_only=False)]
            self.hashes.put(of_share(kept, self._shift) if self._shift else kept)

    def _reach(self, values: NDArray[np.generic]) -> None:
        if values.dtype.kind == "f":
            values = values[np.isfinite(values)]
        if len(values):
            least, most = values.min().item(), values.max().item()
            self.least = least if self.least is None else min(self.least, least)
            self.most = most if self.most is None else max(self.most, most)


def _lengths(so_far: tuple[int, int, int], batch: pa.Array) -> tuple[int, int, int]:
    present = batch.drop_null()
    if not len(present):
        return so_far
    lengths = pc.utf8_length(present)
    spread = pc.min_max(lengths).as_py()
    shortest, longest, total = so_far
    first = total == 0 and longest == 0 and shortest == 0
    return (
        spread["min"] if first else min(shortest, spread["min"]),
        max(longest, spread["max"]),
        total + pc.sum(lengths).as_py(),
    )
