"""Applying a plan to a table, batch by batch. Runs inside the sandbox.

Every expression looks at the table as it came: what one method does to a column doesn't change what
another one sees. The keys are those of this one plan's elements (`dure.governance.pseudonyms`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from dure.datasets.deidentify import methods
from dure.datasets.deidentify.coding import coder, pseudonymiser
from dure.datasets.deidentify.plan import Plan
from dure.datasets.personal.scan import Scanner
from dure.readers.columnar import plain_type

BATCH_ROWS = 1 << 16
_FOLD = "***"
_DAY_TICKS = {"ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
_PERIODS = {"month": "1mo", "quarter": "1q", "year": "1y", "decade": "10y"}

Unfit = Literal["no-column", "type", "nothing-left"]
Change = Callable[[pl.DataFrame], pl.Series]


class UnfitError(Exception):
    """A plan that this table can't bear: the column, and why."""

    def __init__(self, column: str, reason: Unfit) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


class Transformer:
    """A plan made ready for one table.

    Parameters
    ----------
    plan
        What is to be done.
    keys
        Element -> its key of 32 bytes.
    schema
        Columns of the table.

    Raises
    ------
    UnfitError
        When a column isn't there, has another type than its method needs, or nothing is left.
    """

    def __init__(self, plan: Plan, keys: Mapping[str, bytes], schema: pa.Schema) -> None:
        self._plan, self._keys = plan, keys
        for name in plan.names():
            if name not in schema.names:
                raise UnfitError(name, "no-column")
        changing = [one for one in plan.column if not isinstance(one, methods.Keep | methods.Drop)]
        subjects = [one.subject for one in changing if isinstance(one, methods.DateShift)]
        # The other columns go by as they are: polars never sees them.
        self._seen = list(dict.fromkeys([*(one.name for one in changing), *subjects]))
        self._types = _frame(schema.empty_table(), self._seen).schema
        self._dropped = {one.name for one in plan.column if isinstance(one, methods.Drop)}
        self._changes = {one.name: self._change(one) for one in changing}
        if self._dropped.issuperset(schema.names):
            raise UnfitError(schema.names[0], "nothing-left")

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the next rows of the table as the plan wants them; rows come in their order."""
        frame = _frame(batch, self._seen)
        found = {}
        for place, name in enumerate(batch.schema.names):
            if name in self._changes:
                made = self._changes[name](frame).to_arrow()
                found[name] = made.cast(plain_type(made.type, place + 1))
            elif name not in self._dropped:
                found[name] = batch.column(place)
        return pa.record_batch(found)

    def _change(self, method: methods.AnyMethod) -> Change:
        kind = self._types[method.name]
        match method:
            case methods.Mask():
                _need(method.name, kind == pl.String or kind.is_integer())
                return _by(_masked(method))
            case methods.MaskPersonal():
                _need(method.name, kind == pl.String)
                return _personal_masked(method.name, Scanner(shapes=self._plan.shapes))
            case methods.Generalise():
                return _by(_generalised(method, kind))
            case methods.Pseudonym():
                _need(method.name, kind == pl.String or kind.is_integer() or kind.is_temporal())
                key = self._keys[method.element]
                return lambda frame: pseudonyms(frame[method.name], key)
            case methods.DateShift():
                _need(method.name, kind == pl.Date or isinstance(kind, pl.Datetime))
                subject = self._types[method.subject]
                _need(method.subject, subject == pl.String or subject.is_integer())
                return _shifted(method, self._keys[method.element])
            case methods.Noise():
                _need(method.name, kind.is_numeric() and not kind.is_decimal())
                return _noised(method, kind, self._keys[method.element])
            case _:
                raise TypeError(method.method)


def transformed(
    table: Path, plan: Plan, keys: Mapping[str, bytes], rows: int = 0
) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
    """Yield a Parquet table's rows as they are and as the plan wants them, batch by batch.

    Parameters
    ----------
    table
        The table.
    plan, keys
        As for `Transformer`.
    rows
        How many of the first rows; 0 means all.
    """
    with pq.ParquetFile(table) as source:
        transformer = Transformer(plan, keys, source.schema_arrow)
        for batch in source.iter_batches(rows or BATCH_ROWS, use_threads=False):
            yield batch, transformer.apply(batch)
            if rows:
                return


def pseudonyms(values: pl.Series, key: bytes) -> pl.Series:
    """Return each value's pseudonym under a key; every spelling of a value is another value."""
    return pl.Series(_each(values, pseudonymiser(key)), dtype=pl.String)


def _each(values: pl.Series, of: Callable[[str], Any]) -> list[Any]:
    """Return what a function makes of each value's text; it is called once for each text."""
    texts = values.cast(pl.String).to_list()
    made = {text: of(text) for text in set(texts) - {None}}
    return [made.get(text) for text in texts]


def _frame(batch: pa.RecordBatch | pa.Table, names: list[str]) -> pl.DataFrame:
    return pl.DataFrame({name: pl.from_arrow(batch.column(name)) for name in names})


def _need(name: str, fits: bool) -> None:
    if not fits:
        raise UnfitError(name, "type")


def _by(expression: pl.Expr) -> Change:
    return lambda frame: frame.select(expression).to_series()


def _masked(method: methods.Mask) -> pl.Expr:
    text = pl.col(method.name).cast(pl.String)
    first, last = method.keep_first, method.keep_last
    middle = text.str.slice(first, text.str.len_chars().cast(pl.Int64) - first - last)
    hidden: pl.Expr = pl.lit(_FOLD)
    whole: pl.Expr = pl.lit(_FOLD)
    if method.same_length:
        hidden, whole = (one.str.replace_all("(?s).", "*") for one in (middle, text))
    end = text.str.tail(last) if last else pl.lit("")
    kept = pl.concat_str(text.str.head(first), hidden, end)
    masked = pl.when(text.str.len_chars() > first + last).then(kept).otherwise(whole)
    return pl.when(text.is_not_null()).then(masked)


def _personal_masked(name: str, scanner: Scanner) -> Change:
    def mask(frame: pl.DataFrame) -> pl.Series:
        values = frame[name]
        found: dict[int, list[tuple[int, int, str]]] = {}
        for hit in scanner.scan(pa.table({name: values.to_arrow()})):
            found.setdefault(hit.row, []).append((hit.start, hit.end, hit.kind))
        if not found:
            return values
        texts = values.gather(list(found)).to_list()
        hidden = [_hidden(text, spans) for text, spans in zip(texts, found.values(), strict=True)]
        return values.scatter(list(found), pl.Series(hidden, dtype=pl.String))

    return mask


def _hidden(text: str, spans: list[tuple[int, int, str]]) -> str:
    parts, at = [], 0
    for start, end, kind in sorted(spans):
        parts += [text[at:start], f"[{kind}]"]
        at = end
    return "".join([*parts, text[at:]])


def _generalised(method: methods.Generalise, kind: pl.DataType) -> pl.Expr:
    value, name = pl.col(method.name), method.name
    if method.to is not None:
        _need(name, kind == pl.Date or isinstance(kind, pl.Datetime))
        return value.dt.truncate(_PERIODS[method.to])
    if method.words is not None:
        _need(name, kind == pl.String)
        # By expression: splitting would make a list of every text.
        return value.str.extract(rf"(?s)^\s*(\S+(?:\s+\S+){{0,{method.words - 1}}})", 1)
    if method.characters is not None:
        _need(name, kind == pl.String)
        return value.str.head(method.characters)
    _need(name, kind.is_numeric() and not kind.is_decimal())
    return _banded(method, value, kind)


def _banded(method: methods.Generalise, value: pl.Expr, kind: pl.DataType) -> pl.Expr:
    width, bounds = method.width, (method.bottom, method.top)
    whole = kind.is_integer() and all(one is None or one == int(one) for one in (width, *bounds))
    # Wider than 64 bits: the lower end of a band may lie below the least whole number there is.
    value = value.cast(pl.Int128 if whole else pl.Float64)
    low, high = (None if one is None else int(one) if whole else one for one in bounds)
    value = value.clip(low, high)
    if width is not None:
        step = int(width) if whole else width
        value = value // step * step
    return value.cast(pl.Int64, strict=False) if whole else value


def _shifted(method: methods.DateShift, key: bytes) -> Change:
    span, code = 2 * method.days + 1, coder(key)

    def days(text: str) -> int:
        return int.from_bytes(code(text)[:8]) % span - method.days

    def shift(frame: pl.DataFrame) -> pl.Series:
        offsets = pl.Series(_each(frame[method.subject], days), dtype=pl.Int64)
        values = frame[method.name]
        if isinstance(values.dtype, pl.Datetime):
            ticks = offsets * _DAY_TICKS[values.dtype.time_unit]
            return (values.cast(pl.Int64) + ticks).cast(values.dtype)
        return (values.cast(pl.Int64) + offsets).cast(pl.Int32, strict=False).cast(pl.Date)

    return shift


def _noised(method: methods.Noise, kind: pl.DataType, key: bytes) -> Change:
    generator = np.random.Generator(np.random.PCG64(int.from_bytes(key)))

    def noise(frame: pl.DataFrame) -> pl.Series:
        draw = getattr(generator, "laplace" if method.mechanism == "laplace" else "normal")
        drawn = pl.Series(draw(0.0, method.scale, frame.height))
        value = (frame[method.name].cast(pl.Float64) + drawn).clip(method.bottom, method.top)
        if method.decimals is not None:
            value = value.round(method.decimals)
        return value.round(0).cast(pl.Int64, strict=False) if kind.is_integer() else value

    return noise
