"""A contract proposed from the data: few rules, each with its reason, every one of which holds today.

A proposal holds no record's value. Bounds are rounded outwards to one digit or to whole years; a shape
has only letters that all rows share; a code list is proposed where at least `CELL` rows have each
code, and reaches a person only for columns that may be shown (`dure.datasets.rules.sandboxed`).
Nothing is proposed for a table of fewer than `ENOUGH_ROWS` rows but what its columns are.

This opens a Parquet file and so belongs into the sandbox.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from itertools import permutations
from pathlib import Path
from typing import Any, cast

import polars as pl

from dure.core.text import Text
from dure.datasets.rules import forms
from dure.datasets.rules.checking import check
from dure.datasets.rules.contract import MAX_RULES, Contract
from dure.datasets.rules.forms import AnyRule
from dure.datasets.rules.masks import family
from dure.datasets.rules.shapes import shape

CELL = 10
ENOUGH_ROWS = 100
MAX_CODES = 50
_SHAPE_ROWS = 10_000
_GROUP_COLUMNS = 200
_MAX_MOMENTS = 12
_EXACT, _LEAST_SPAN = 2.0**53, 1e-9
_LAST_YEAR = 9999
_SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
_LENGTHS = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)

WHY: Mapping[str, Text] = {
    "row-count": Text("A delivery without rows is a mistake.", "행이 없는 자료는 잘못된 것입니다."),
    "type": Text("All values have this type.", "모든 값이 이 자료형입니다."),
    "not-null": Text("Every row has a value.", "모든 행에 값이 있습니다."),
    "null-share": Text(
        "Some rows have no value; this is the next round share above what was found.",
        "값이 없는 행이 있습니다. 실제 비율을 올림한 값입니다.",
    ),
    "unique": Text("No value occurs twice.", "같은 값이 두 번 나오지 않습니다."),
    "range": Text(
        "All values are inside; rounded outwards with a margin.",
        "모든 값이 이 안에 있습니다. 여유를 두고 바깥으로 어림했습니다.",
    ),
    "years": Text(
        "All values are inside; whole years, with a year of margin.",
        "모든 값이 이 안에 있습니다. 앞뒤로 1년의 여유를 둔 연 단위입니다.",
    ),
    "length": Text("All texts are this long.", "모든 문자열의 길이가 이 안에 있습니다."),
    "pattern": Text("All texts have this shape.", "모든 문자열의 모양이 같습니다."),
    "allowed": Text(
        "The texts are few, and each stands in many rows: a code list.",
        "값의 종류가 적고 각각 여러 행에 나오는 코드 목록입니다.",
    ),
    "relation": Text("It holds in every row.", "모든 행에서 성립합니다."),
}


def propose(table: Path) -> tuple[Contract, int]:
    """Return rules that a Parquet table keeps, and how many more found no room.

    Parameters
    ----------
    table
        Parquet file.
    """
    scan = pl.scan_parquet(table)
    # Boxes of images have no rules of their own.
    schema = {name: kind for name, kind in scan.collect_schema().items() if not kind.is_nested()}
    rows = int(scan.select(pl.len()).collect().item())
    known = _statistics(scan, schema)
    candidates = list(_candidates(scan, schema, rows, known))
    fitting = candidates[:MAX_RULES]
    outcomes = check(table, Contract(tuple(fitting)), samples=0)
    kept = [rule for rule, one in zip(fitting, outcomes, strict=True) if one.state == "kept"]
    return Contract(tuple(kept)), len(candidates) - len(fitting)


def _statistics(scan: pl.LazyFrame, schema: Mapping[str, pl.DataType]) -> dict[str, dict[str, Any]]:
    """Return what is measured about each column, a few hundred columns at a time."""
    known: dict[str, dict[str, Any]] = {}
    names = list(schema)
    for start in range(0, len(names), _GROUP_COLUMNS):
        group = names[start : start + _GROUP_COLUMNS]
        wanted = {
            f"{place}|{what}": expression
            for place, name in enumerate(group)
            for what, expression in _measures(pl.col(name), family(schema[name])).items()
        }
        row = scan.select(**wanted).collect(engine="streaming").row(0, named=True)
        for key, value in row.items():
            place, _, what = key.partition("|")
            known.setdefault(group[int(place)], {})[what] = value
    return known


def _measures(column: pl.Expr, kind: str) -> dict[str, pl.Expr]:
    found = {"nulls": column.null_count(), "distinct": column.approx_n_unique()}
    if kind in ("integer", "number"):
        found |= {"low": column.min(), "high": column.max()}
    if kind in ("date", "datetime"):
        # Years, not moments: Python has no time zones in the sandbox to make a moment of.
        year = column.dt.year()
        found |= {"low": year.min(), "high": year.max()}
    if kind == "text":
        length = column.str.len_chars()
        found |= {"low": length.min(), "high": length.max()}
    return found


def _candidates(
    scan: pl.LazyFrame,
    schema: Mapping[str, pl.DataType],
    rows: int,
    known: Mapping[str, Mapping[str, Any]],
) -> Iterator[AnyRule]:
    yield forms.RowCount(min=1, **_why("row-count"))
    for name, dtype in schema.items():
        kind = family(dtype)
        if kind:
            yield forms.OfType(column=name, type=cast("forms.Family", kind), **_why("type"))
        if rows >= ENOUGH_ROWS:
            yield from _of_column(scan, name, kind, rows, known[name])
    if rows >= ENOUGH_ROWS:
        yield from _relations(schema)


def _of_column(
    scan: pl.LazyFrame, name: str, kind: str, rows: int, about: Mapping[str, Any]
) -> Iterator[AnyRule]:
    nulls = about["nulls"]
    if not nulls:
        yield forms.NotNull(column=name, **_why("not-null"))
    elif share := next((one for one in _SHARES if one * rows >= nulls), 0):
        yield forms.NullShare(column=name, max=share, **_why("null-share"))
    if nulls == rows:
        return
    # The count of distinct values is approximate; the check says whether it is true.
    is_key = kind in ("integer", "text") and about["distinct"] >= 0.9 * (rows - nulls)
    if is_key:
        yield forms.Unique(columns=(name,), **_why("unique"))
    if kind in ("integer", "number") and not is_key:
        yield from _numbers(name, about["low"], about["high"], whole=kind == "integer")
    if kind in ("date", "datetime"):
        yield from _years(name, about["low"], about["high"])
    if kind == "text":
        yield from _texts(scan, name, about)


def _numbers(name: str, low: Any, high: Any, *, whole: bool) -> Iterator[AnyRule]:
    low, high = float(low), float(high)
    if not (
        max(abs(low), abs(high)) < _EXACT and high - low > _LEAST_SPAN
    ):  # or they are no numbers
        return
    step = 10.0 ** math.floor(math.log10(high - low))
    margin = (high - low) / 10
    least = math.floor((low - margin) / step)
    most = math.ceil((high + margin) / step)
    if low >= 0:
        least = max(least, 0)
    bounds: list[Any] = [float(f"{count * step:.6g}") for count in (least, most)]
    if whole:
        bounds = [math.floor(bounds[0]), math.ceil(bounds[1])]
    yield forms.Within(column=name, min=bounds[0], max=bounds[1], **_why("range"))


def _years(name: str, low: int, high: int) -> Iterator[AnyRule]:
    if not 1 <= low <= high <= _LAST_YEAR:
        return
    first = dt.date(max(low - 1, 1), 1, 1)
    last = dt.date(min(high + 1, _LAST_YEAR), 12, 31)
    yield forms.Within(column=name, min=first, max=last, **_why("years"))


def _texts(scan: pl.LazyFrame, name: str, about: Mapping[str, Any]) -> Iterator[AnyRule]:
    if about["distinct"] <= 1.2 * MAX_CODES and (codes := _codes(scan, name)):
        yield forms.Allowed(column=name, values=codes, **_why("allowed"))
    first = scan.select(pl.col(name).drop_nulls().head(_SHAPE_ROWS)).collect().to_series()
    found = shape(first.unique().to_list()) if about["high"] <= _LENGTHS[2] else ""
    if found:
        yield forms.Pattern(column=name, pattern=found, **_why("pattern"))
        return
    least, most = int(about["low"]), int(about["high"])
    if limit := next((one for one in _LENGTHS if one >= most), 0):
        yield forms.Length(column=name, min=min(least, 1), max=limit, **_why("length"))


def _codes(scan: pl.LazyFrame, name: str) -> tuple[str, ...]:
    """Return a column's texts in order, when they are few and each stands in enough rows."""
    counts = scan.select(pl.col(name).drop_nulls()).group_by(name).len()
    least = counts.select(pl.col("len").min(), codes=pl.len()).collect(engine="streaming").row(0)
    if least[1] > MAX_CODES or least[0] < CELL:
        return ()
    return tuple(counts.select(name).sort(name).collect().to_series().to_list())


def _relations(schema: Mapping[str, pl.DataType]) -> Iterator[AnyRule]:
    moments = [name for name, dtype in schema.items() if family(dtype) in ("date", "datetime")]
    for left, right in permutations(moments[:_MAX_MOMENTS], 2):
        if schema[left] == schema[right]:
            yield forms.Relation(left=left, is_="<=", right=right, **_why("relation"))


def _why(kind: str) -> dict[str, Any]:
    return {"why_en": WHY[kind].en, "why_ko": WHY[kind].ko}
