"""The check: every rule of a contract against a table, in one pass over its row groups.

Memory is bounded by the size of a batch and by what the search for repeated keys may use; the pass
reads only the columns that rules speak of. A table so long that its keys don't fit the memory has its
key columns read again.

This opens a Parquet file and so belongs into the sandbox; `dure.datasets.rules.sandboxed` brings it
there.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from dure.datasets.rules import masks
from dure.datasets.rules.contract import Contract
from dure.datasets.rules.forms import AnyRule, ForeignKey, NullShare, OfType, RowCount, Unique
from dure.datasets.rules.outcomes import VALUE_CHARACTERS, MayShow, RuleOutcome, Sample, nothing
from dure.datasets.rules.repeats import Repeats, turns_for

BATCH_ROWS = 1 << 17
BATCH_VALUES = 1 << 22
SAMPLES = 10
MEMORY_BYTES = 1 << 28

Again = Callable[[Collection[str]], Iterator[tuple[int, pl.DataFrame]]]
"""Reads some columns once more, in batches."""


def check(
    table: Path,
    contract: Contract,
    *,
    may_show: MayShow = nothing,
    samples: int = SAMPLES,
    tables: Mapping[str, Path] | None = None,
    memory_bytes: int = MEMORY_BYTES,
    batch_rows: int = 0,
) -> tuple[RuleOutcome, ...]:
    """Check a Parquet table against a contract.

    Parameters
    ----------
    table
        Parquet file.
    contract
        The rules.
    may_show
        Says of a column whether its values may stand in samples; by default of none.
    samples
        How many failing rows to name for each rule.
    tables
        Other tables by name, for foreign keys.
    memory_bytes
        What the search for repeated keys may use.
    batch_rows
        Rows looked at together; 0 means as many as keep a batch small.

    Returns
    -------
    tuple of RuleOutcome
        One for each rule, in order.
    """
    scan = pl.scan_parquet(table)
    schema = dict(scan.collect_schema())
    rows = int(scan.select(pl.len()).collect().item())
    whole = _Check(contract, schema, rows, may_show, samples)
    whole.prepare(tables or {}, memory_bytes)
    columns = whole.columns()
    step = batch_rows or max(1024, min(BATCH_ROWS, BATCH_VALUES // max(1, len(columns))))
    where = cuts(table, step)
    for offset, batch in batches(scan, columns, where):
        whole.look(batch, offset)
    whole.settle_repeats(lambda names: batches(scan, names, where))
    return whole.outcomes()


def cuts(table: Path, step: int) -> list[tuple[int, int]]:
    """Return where to cut a Parquet file: for each batch its first row (from 0) and its rows.

    Cuts fall on the ends of row groups where these are not longer than a batch, so that none is
    decompressed twice.

    Parameters
    ----------
    table
        Parquet file.
    step
        Most rows of a batch.
    """
    metadata = pq.read_metadata(table)
    found: list[tuple[int, int]] = []
    begin = held = 0
    for number in range(metadata.num_row_groups):
        rows = metadata.row_group(number).num_rows
        if held and held + rows > step:
            found.append((begin, held))
            begin, held = begin + held, 0
        held += rows
        while held > step:
            found.append((begin, step))
            begin, held = begin + step, held - step
    return [*found, (begin, held)] if held else found


def batches(
    scan: pl.LazyFrame, columns: Collection[str], where: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, pl.DataFrame]]:
    """Yield batches of some columns, each with the number of rows before it."""
    if columns:
        chosen = scan.select(list(columns))
        for offset, rows in where:
            yield offset, chosen.slice(offset, rows).collect()


class _Row:
    """A rule about single rows, and what has been seen of it."""

    def __init__(self, rule: AnyRule, shown: tuple[str, ...], samples: int) -> None:
        self.rule, self.shown, self.wanted = rule, shown, samples
        self.failing = 0
        self.samples: list[Sample] = []

    def take(self, batch: pl.DataFrame, mask: pl.Series, offset: int) -> None:
        count = int(mask.sum())
        if not count:
            return
        self.failing += count
        more = self.wanted - len(self.samples)
        if more > 0:
            places = mask.arg_true().head(more)
            shown = batch.select(self.shown)[places].rows() if self.shown else [()] * len(places)
            self.samples.extend(
                _sample(offset + place + 1, self.shown, row)
                for place, row in zip(places.to_list(), shown, strict=True)
            )


class _Check:
    """One check under way."""

    def __init__(
        self,
        contract: Contract,
        schema: masks.Schema,
        rows: int,
        may_show: MayShow,
        samples: int,
    ) -> None:
        self._named = list(contract.named())
        self._schema, self._rows = schema, rows
        self._unfit = [masks.unfit(rule, schema) for _, rule in self._named]
        self._seen = [
            _Row(rule, tuple(filter(may_show, rule.names)), samples) for _, rule in self._named
        ]
        self._masks: dict[str, pl.Expr] = {}
        self._repeats: dict[int, Repeats] = {}
        self._turns = 1

    def prepare(self, tables: Mapping[str, Path], memory_bytes: int) -> None:
        """Make each rule's expression, and read the keys of other tables."""
        fit = [place for place, reason in enumerate(self._unfit) if not reason]
        unique = [place for place in fit if isinstance(self._named[place][1], Unique)]
        self._turns = turns_for(self._rows, len(unique), memory_bytes)
        for place in fit:
            rule = self._named[place][1]
            if isinstance(rule, Unique):
                seeds = secrets.randbits(64), secrets.randbits(64)
                self._repeats[place] = Repeats(rule, seeds, self._turns)
            elif isinstance(rule, ForeignKey):
                self._prepare_keys(place, rule, tables)
            elif (mask := masks.breaking(rule, self._schema)) is not None:
                self._masks[str(place)] = mask.fill_null(value=False)

    def _prepare_keys(self, place: int, rule: ForeignKey, tables: Mapping[str, Path]) -> None:
        if rule.table not in tables:
            self._unfit[place] = "no-table"
            return
        other = pl.scan_parquet(tables[rule.table])
        known = other.collect_schema()
        wanted = [self._schema[name] for name in rule.columns]
        if [known.get(name) for name in rule.keys] != wanted:
            self._unfit[place] = "no-key"
            return
        names = dict(zip(rule.keys, rule.columns, strict=True))
        keys = other.select(rule.keys).drop_nulls().rename(names).unique().collect()
        has = masks.keyed(rule)
        if len(rule.columns) == 1:
            key, present = pl.col(rule.columns[0]), keys.to_series()
        else:
            key, present = pl.struct(rule.columns), keys.to_struct()
        self._masks[str(place)] = has & ~key.is_in(present.implode())

    def columns(self) -> list[str]:
        """Return the columns that the pass has to read, in the table's order."""
        needed = {
            name
            for place in (*map(int, self._masks), *self._repeats)
            for name in self._named[place][1].names
        }
        return [name for name in self._schema if name in needed]

    def look(self, batch: pl.DataFrame, offset: int) -> None:
        """Take one batch into account."""
        if self._masks:
            marked = batch.select(**self._masks)
            for place in self._masks:
                self._seen[int(place)].take(batch, marked[place], offset)
        for search in self._repeats.values():
            search.look(batch, offset, 0)

    def settle_repeats(self, again: Again) -> None:
        """Find the rows that share keys."""
        for place, search in self._repeats.items():
            found = []
            for turn in range(self._turns):
                if turn:
                    for offset, batch in again(search.rule.columns):
                        search.look(batch, offset, turn)
                found.append(search.rows())
            self._take_repeats(self._seen[place], pl.concat(found).sort(), again)

    def _take_repeats(self, seen: _Row, rows: pl.Series, again: Again) -> None:
        seen.failing = len(rows)
        wanted = rows.head(seen.wanted).to_list()
        if not seen.shown or not wanted:
            seen.samples = [Sample(row) for row in wanted]
            return
        for offset, batch in again(seen.shown):
            for row in (row for row in wanted if offset < row <= offset + batch.height):
                seen.samples.append(_sample(row, seen.shown, batch.row(row - offset - 1)))
            if len(seen.samples) == len(wanted):
                break

    def outcomes(self) -> tuple[RuleOutcome, ...]:
        """Return what became of each rule."""
        return tuple(
            RuleOutcome(
                rule=name,
                kind=rule.kind,
                columns=rule.names,
                state="unfit" if reason else ("kept" if self._holds(rule, seen) else "broken"),
                reason=reason,
                rows=self._rows,
                failing=seen.failing,
                samples=() if self._holds(rule, seen) else tuple(seen.samples),
            )
            for (name, rule), reason, seen in zip(self._named, self._unfit, self._seen, strict=True)
        )

    def _holds(self, rule: AnyRule, seen: _Row) -> bool:
        match rule:
            case RowCount():
                return rule.min <= self._rows and (rule.max is None or self._rows <= rule.max)
            case OfType():
                return rule.column in self._schema and masks.is_of(rule, self._schema)
            case NullShare():
                return seen.failing <= rule.max * self._rows
            case _:
                return not seen.failing


def _sample(row: int, names: tuple[str, ...], values: tuple[Any, ...]) -> Sample:
    return Sample(row, {name: _shown(value) for name, value in zip(names, values, strict=True)})


def _shown(value: object) -> str | None:
    if value is None:
        return None
    text = str(value)
    return text if len(text) <= VALUE_CHARACTERS else text[: VALUE_CHARACTERS - 1] + "…"
