"""What is measured of a column to see which element it may be.

This opens a Parquet file and so belongs into the sandbox. Texts stay in there: matching looks at them
through `ColumnFacts.texts` and says only how many it knew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from dure.datasets.elements.dates import DATES, FORMS, TWINS

SAMPLE_ROWS = 50_000
MOST_TEXTS = 5_000
_GROUP_COLUMNS = 64
_FORM_TEXTS = 200
_NEARLY = 0.98
_OF_TRUTH = "0 1 y n yes no true false t f 예 아니오 유 무 o x 여 부"
_TRUTH = frozenset(_OF_TRUTH.split())


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """What is known of a column.

    Parameters
    ----------
    name
        Its name.
    kind
        ``integer``, ``number``, ``boolean``, ``date``, ``datetime``, ``text``, or "" for others.
    present
        Sampled rows that have a value.
    distinct
        How many different values these have.
    low, high
        Numbers between which all but one in a hundred lie, on either side.
    numeric
        Whether texts are numbers (with commas).
    form
        How texts or whole numbers write a date: a name of `dates.FORMS`, or "".
    whole
        Whether all numbers are whole.
    years
        Whether all dates are the first of a January.
    daily
        Whether all times are midnight.
    texts
        Its values as texts, small, each with its rows; of numbers only when they are few.
    longest
        Characters of the longest text.
    """

    name: str
    kind: str
    present: int
    distinct: int
    low: float = 0.0
    high: float = 0.0
    numeric: bool = False
    form: str = ""
    whole: bool = False
    years: bool = False
    daily: bool = False
    texts: dict[str, int] = field(default_factory=dict)
    longest: int = 0

    @property
    def is_binary(self) -> bool:
        """Whether its values are two, or one, and say yes or no."""
        if self.kind == "boolean":
            return True
        return 0 < self.distinct <= 2 and set(self.texts) <= _TRUTH


def facts_of(table: Path) -> Iterator[ColumnFacts]:
    """Yield the facts of each column of a Parquet file, in its order."""
    scan = pl.scan_parquet(table)
    schema = scan.collect_schema()
    rows = int(scan.select(pl.len()).collect().item())
    step = max(1, rows // SAMPLE_ROWS)
    names = schema.names()
    for start in range(0, len(names), _GROUP_COLUMNS):
        group = names[start : start + _GROUP_COLUMNS]
        sample = scan.select(group).gather_every(step).collect(engine="streaming")
        for name in group:
            yield column_facts(name, sample[name])


def column_facts(name: str, values: pl.Series) -> ColumnFacts:
    """Return what is known of a column's values."""
    present = values.drop_nulls()
    kind = kind_of(values.dtype)
    if values.dtype.is_float():
        present = present.filter(present.is_finite())
    told: dict[str, Any] = {"name": name, "kind": kind, "present": len(present)}
    if not len(present) or not kind:
        return ColumnFacts(**told, distinct=0)
    told["distinct"] = present.n_unique()
    if kind in ("integer", "number"):
        told |= _numbers(present, kind)
    elif kind in ("date", "datetime"):
        first = (present.dt.month() == 1) & (present.dt.day() == 1)
        told["years"] = bool(first.all())
        told["daily"] = kind == "date" or bool((present.dt.truncate("1d") == present).all())
        told["low"], told["high"] = _bounds(present.dt.year().cast(pl.Float64))
    elif kind == "text":
        told |= _texts(present)
    return ColumnFacts(**told)


def kind_of(dtype: pl.DataType) -> str:
    """Return the kind of a polars type."""
    if dtype.is_integer():
        return "integer"
    if dtype.is_float() or dtype.is_decimal():
        return "number"
    kinds = {pl.String: "text", pl.Boolean: "boolean", pl.Date: "date", pl.Datetime: "datetime"}
    return next((kind for known, kind in kinds.items() if dtype == known), "")


def _numbers(present: pl.Series, kind: str) -> dict[str, Any]:
    numbers = present.cast(pl.Float64, strict=False)
    low, high = _bounds(numbers)
    found: dict[str, Any] = {
        "low": low,
        "high": high,
        "whole": kind == "integer" or bool((numbers == numbers.round(0)).all()),
    }
    if kind == "integer":
        found["form"] = date_form(present.unique().head(_FORM_TEXTS).cast(pl.String), ("YYYYMMDD",))
    if present.n_unique() <= 64:
        counts = numbers.value_counts()
        found["texts"] = {f"{value:.12g}": rows for value, rows in counts.rows()}
    return found


def _bounds(numbers: pl.Series) -> tuple[float, float]:
    low = numbers.quantile(0.01, "nearest")
    high = numbers.quantile(0.99, "nearest")
    return float(low or 0.0), float(high or 0.0)


def _texts(present: pl.Series) -> dict[str, Any]:
    folded = present.str.strip_chars().str.to_lowercase()
    counts = folded.value_counts(sort=True).head(MOST_TEXTS)
    texts = dict(counts.rows())
    found: dict[str, Any] = {
        "texts": texts,
        "longest": int(present.str.len_chars().max() or 0),  # type: ignore[arg-type]
    }
    distinct = counts.to_series(0)
    numbers = distinct.str.replace_all(",", "", literal=True).cast(pl.Float64, strict=False)
    present_numbers = numbers.drop_nulls()
    found["numeric"] = len(present_numbers) >= _NEARLY * len(distinct)
    if found["numeric"] and len(present_numbers):
        found["low"], found["high"] = _bounds(present_numbers)
    if not found["numeric"] or found["longest"] in (8, 14):
        found["form"] = date_form(present.unique().head(_FORM_TEXTS), tuple(FORMS))
        found["daily"] = bool(present.str.strip_chars().str.contains("[T ]00:00(:00)?$").all())
    return found


def date_form(texts: pl.Series, forms: tuple[str, ...]) -> str:
    """Return the one form that nearly all of the texts have, "" for none or for two.

    Examples
    --------
    >>> date_form(pl.Series(["20260131", "20251201"]), tuple(FORMS))
    'YYYYMMDD'
    >>> date_form(pl.Series(["01/02/2026"]), tuple(FORMS))
    ''
    """
    if not len(texts):
        return ""
    found = []
    for form in forms:
        kind = pl.Date if form in DATES else pl.Datetime
        read = texts.str.strip_chars().str.strptime(kind, FORMS[form], strict=False, exact=True)
        inside = read.drop_nulls().dt.year().is_between(1000, 2300)
        if int(inside.sum()) >= _NEARLY * len(texts):
            found.append(form)
    if any(twin <= set(found) for twin in TWINS):
        return ""
    return found[0] if found else ""
