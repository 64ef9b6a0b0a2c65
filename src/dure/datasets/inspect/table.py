"""All statistics of a table, column by column, in bounded memory. Runs inside the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dure.datasets.inspect import ordered
from dure.datasets.inspect.columns import column_of
from dure.datasets.inspect.gathering import EXACT_ROWS, Gathered, Hashes, Source, hashed
from dure.datasets.inspect.near import near_rows
from dure.datasets.inspect.relations import Sampled, correlations, is_quantity, leaks
from dure.datasets.inspect.rows import MOST_PARTS, Rows, count_leaked, count_repeats, in_two_parts
from dure.datasets.inspect.statistics import (
    NAME_CHARACTERS,
    Asked,
    Column,
    Leak,
    Split,
    Statistics,
    Target,
    Top,
)
from dure.datasets.inspect.suspects import suspects

MOST_COLUMNS = 4096
MOST_CLASSES = 1000


class UnknownColumnError(Exception):
    """The table has no column of a name that was asked for.

    Parameters
    ----------
    option
        ``target`` or ``split``.
    """

    def __init__(self, option: str) -> None:
        super().__init__(option)
        self.option = option


def measure(path: Path, asked: Asked, *, exact_rows: int = EXACT_ROWS) -> Statistics:
    """Return the statistics of a Parquet file of plain columns.

    Parameters
    ----------
    path
        The file.
    asked
        What is asked for.
    exact_rows
        Beyond how many rows order and difference are estimated from a share of the rows.

    Raises
    ------
    UnknownColumnError
        When the table lacks the target or the split column.
    """
    source = Source(path, exact_rows)
    for option in ("target", "split"):
        name = getattr(asked, option)
        if name and name not in source.schema.names:
            raise UnknownColumnError(option)
    return _Measuring(source, asked).whole()


class _Measuring:
    def __init__(self, source: Source, asked: Asked) -> None:
        self.source, self.asked = source, asked
        names = source.schema.names
        self.target = names.index(asked.target) if asked.target else -1
        self.split = names.index(asked.split) if asked.split else -1
        self.rows = Rows(source.rows)
        self.parted: Rows | None = Rows(source.rows) if asked.split else None
        self.samples: list[Sampled] = []
        self.classes: tuple[Top, ...] = ()
        self.sampled = np.empty(0, np.int64)
        self.keys: set[int] = set()
        self.compared: list[int] = []

    def whole(self) -> Statistics:
        """Measure column by column, then what is between them."""
        source = self.source
        inspected = range(min(MOST_COLUMNS, len(source.schema)))
        positions = sorted({*inspected, *(at for at in (self.target, self.split) if at >= 0)})
        columns = tuple(self._column(position) for position in positions)
        self.compared = [at for at in positions if at != self.split and at not in self.keys]
        place = {position: at for at, position in enumerate(positions)}
        samples = [Sampled(place[one.column], one.kind, one.values) for one in self.samples]
        pairs = correlations(samples)
        target = None
        if self.target >= 0:
            at = place[self.target]
            target = self._target(
                at, columns[at], samples, leaks(samples, samples[at], pairs), place
            )
        twins = count_repeats(self.rows.hashes, source.shift) if self.rows.columns else 0
        self.rows = Rows(0)  # its memory is wanted
        split = self._split(place[self.split]) if self.split >= 0 else None
        left_out = len(source.schema) - len(columns)
        return Statistics(
            rows=source.rows,
            columns=columns,
            left_out=left_out,
            exact=not source.shift,
            duplicates=0 if self.keys else twins,
            twins=twins if self.keys else 0,
            sampled=min(len(one.values) for one in samples),
            correlations=pairs,
            target=target,
            split=split,
        )

    def _column(self, position: int) -> Column:
        source, taken = self.source, [rows for rows in (self.rows, self.parted) if rows is not None]
        if position == self.split:
            taken = [self.rows]
        first = next(source.batches(position))
        may_be_key = position != self.split and _may_name_rows(first)

        def take(at: int, hashes: Hashes) -> None:
            for rows in taken:
                rows.take(at, hashes)

        found = source.gather(position, None if may_be_key else take)
        self.samples.append(Sampled(position, found.kind, found.sample))
        column = column_of(
            source, position, found, show=self.asked.show_values, now_s=self.asked.now_s
        )
        if position == self.target:
            self.sampled = found.sampled
            self.classes = self._classes(column, found)
        if not may_be_key:
            for rows in taken:
                rows.columns += 1
        elif not _names_rows(column, source.rows):
            del found
            for rows in taken:
                rows.add(source, position)
        else:
            self.keys.add(position)
        return column

    def _classes(self, column: Column, found: Gathered) -> tuple[Top, ...]:
        if is_quantity(column.kind, column.distinct):
            return ()
        keys = found.hashes if found.values is None else found.values
        runs = [] if keys is None else ordered.largest_runs(keys, MOST_CLASSES)
        words = [top.value for top in column.top] + [None] * len(runs)
        return tuple(
            Top(count * self.source.share, word)
            for (count, _), word in zip(runs, words, strict=False)
        )

    def _target(
        self,
        at: int,
        column: Column,
        samples: list[Sampled],
        telling: tuple[Leak, ...],
        place: Mapping[int, int],
    ) -> Target:
        left_out = {*(leak.column for leak in telling), *(place[key] for key in self.keys)}
        if self.split >= 0:
            left_out.add(place[self.split])
        found = suspects(
            samples,
            samples[at],
            self.sampled,
            without=left_out,
            quantity=is_quantity(column.kind, column.distinct),
        )
        return Target(at, self.classes, telling, found)

    def _split(self, place: int) -> Split:
        source, parted = self.source, self.parted
        parts, tops = _parts(source, self.split, show=self.asked.show_values)
        sizes = [top.count for top in tops]
        if parted is None or not parted.columns or len(tops) < 2:
            return Split(place, tops, 0)
        if source.shift:
            leaked = count_leaked(parted.hashes, parts, sizes, source.shift)
            return Split(place, tops, leaked, near=None)
        exact, _ = in_two_parts(parted.hashes, parts, sizes)
        self.parted = parted = None
        near = near_rows(source, self.compared, parts, sizes)
        return Split(place, tops, int(exact.sum()), near=int((near & ~exact).sum()))


def _may_name_rows(values: pa.Array) -> bool:
    """Say whether a column that begins so may name rows: another whole number, time or short text in each."""
    types, given = pa.types, values.type
    if values.null_count or len(values) < 2 or types.is_floating(given) or types.is_decimal(given):
        return False
    told = hashed(values).copy()
    told.sort()
    return ordered.count_distinct(told) == len(told)


def _names_rows(column: Column, rows: int) -> bool:
    longest = 0 if column.texts is None else column.texts.longest
    return not column.nulls and column.distinct >= rows and longest <= NAME_CHARACTERS


def _parts(source: Source, column: int, *, show: bool) -> tuple[NDArray[np.int8], tuple[Top, ...]]:
    """Return the part of each row, and the parts in the order of the file.

    Beyond `MOST_PARTS` the rest is in no part.
    """
    parts = np.full(source.rows, -1, np.int8)
    known: dict[object, int] = {}
    at = 0
    for batch in source.batches(column):
        told = batch.dictionary_encode()
        numbers = np.full(len(told.dictionary) + 1, -1, np.int8)
        for place, value in enumerate(told.dictionary.to_pylist()):
            if value is not None and (value in known or len(known) < MOST_PARTS):
                numbers[place] = known.setdefault(value, len(known))
        codes = told.indices.fill_null(len(told.dictionary)).to_numpy(zero_copy_only=False)
        parts[at : at + len(batch)] = numbers[codes]
        at += len(batch)
    counts = np.bincount(parts[parts >= 0], minlength=len(known)).tolist()
    return parts, tuple(
        Top(count, str(value)[:80] if show else None)
        for count, value in zip(counts, known, strict=True)
    )
