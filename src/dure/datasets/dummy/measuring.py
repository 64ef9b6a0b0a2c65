"""Measuring what may be released of a table. Runs inside the sandbox.

``python -m dure.datasets.dummy.measuring`` reads ``/in/raw``, a Parquet table, one column at a time,
and leaves ``/out/released.json``: the columns' parts as `dure.datasets.dummy.released` describes
them. Nothing that fewer than ten rows share gets into it.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from dure.datasets.dummy.released import (
    FORMATS,
    KINDS,
    LEAST_ROWS,
    MOST_CODE_CHARACTERS,
    MOST_CODES,
    MOST_LENGTH,
    MOST_PLACES,
    MOST_SHAPE_CHARACTERS,
    MOST_SHAPES,
    OUTPUT,
    STEPS_S,
    is_shape,
)

_SHAPING = (
    (r"[\p{L}--\p{Hangul}--[A-Za-z]]", "漢"),
    (r"\p{Hangul}", "가"),
    (r"[A-Z]", "A"),
    (r"[a-z]", "a"),
    (r"\p{Nd}", "9"),
)
_COVERED = 0.9
_YEARS = (1900, 2100)
_MANY_DAYS = 3 * 365
_MOST_MAGNITUDE = Decimal(10) ** 30


def main(raw: Path = Path("/in/raw"), out: Path = Path("/out")) -> None:
    """Measure every column of a Parquet file."""
    columns = []
    with pq.ParquetFile(raw) as source:
        for field in source.schema_arrow:
            # A dot in a name is taken for a nested column: more may come than was asked for.
            values = source.read(columns=[field.name]).column(field.name)
            found = measure(values)
            if "codes" in found and _is_personal(field.name, values):
                found = measure(values, listed=False)
            columns.append({"name": field.name, **found})
    (out / OUTPUT).write_text(json.dumps(columns, ensure_ascii=False), encoding="utf-8")


def _is_personal(name: str, values: pa.ChunkedArray) -> bool:
    """Say whether the scan finds anything personal among a column's codes, however unsure."""
    return any(True for _ in _scanner().scan(pa.table({name: values.unique()})))


@cache
def _scanner() -> Any:
    from dure.datasets.personal.scan import Scanner

    return Scanner()


def measure(values: pa.ChunkedArray, *, listed: bool = True) -> dict[str, Any]:
    """Return what may be released of one column.

    Parameters
    ----------
    values
        The column.
    listed
        Whether its codes may be listed.
    """
    rows, kind = len(values), values.type
    column = pl.Series("", pl.from_arrow(values))
    if pa.types.is_timestamp(kind) and kind.tz:
        # In UTC, and without saying so: Python has no time zones in the sandbox to make a moment of.
        column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    if column.dtype.is_float():
        column = column.set(~column.is_finite().fill_null(value=False), None)
    present = column.drop_nulls()
    if len(present) < LEAST_ROWS:
        return {"nulls": "1"}
    found: dict[str, Any] = {"nulls": null_share(rows - len(present), rows)}
    counts = present.value_counts()
    if counts.height == rows:
        found["unique"] = True
    rarest: Any = counts["count"].min()
    if listed and counts.height <= MOST_CODES and rarest >= LEAST_ROWS:
        codes = _written_out(counts[""].sort().to_arrow().cast(kind))
        if max(map(len, codes)) <= MOST_CODE_CHARACTERS:
            return found | {"codes": codes}
    if column.dtype == pl.String:
        return found | _text_parts(present)
    if column.dtype.is_integer():
        written = _written_range(present.cast(pl.String), FORMATS[0])
        if written:
            return found | {"format": FORMATS[0], "range": written}
    return found | _ordered_parts(present, kind)


def _written_out(values: pa.Array) -> list[str]:
    """Return the text of each value; times with a zone in UTC."""
    kind, zone = values.type, ""
    if pa.types.is_timestamp(kind) and kind.tz:
        values, zone = values.cast(pa.timestamp(kind.unit)), "Z"
    return [f"{text}{zone}" for text in values.cast(pa.string()).to_pylist()]


def null_share(nulls: int, rows: int) -> str:
    """Return the share of nulls to two digits, in steps of ten rows or more.

    Examples
    --------
    >>> null_share(9, 1000), null_share(10, 10**6), null_share(123, 1000), null_share(33, 100)
    ('0', '0.01', '0.12', '0.3')
    """
    if nulls < LEAST_ROWS:
        return "0"
    step = max(1, -(-100 * LEAST_ROWS // rows))
    hundredths = max(round(100 * nulls / rows / step) * step, step)
    return f"{min(hundredths, 99) / 100:g}"


def outward(least: Decimal, greatest: Decimal) -> tuple[Decimal, Decimal]:
    """Return a range rounded outward, to two digits of its width.

    Examples
    --------
    >>> [int(end) for end in outward(Decimal(-43), Decimal(1301))]
    [-100, 1400]
    """
    width = greatest - least
    if width:
        step = Decimal(1).scaleb(width.adjusted() - 1)
    else:
        step = Decimal(1).scaleb(least.adjusted()) if least else Decimal(1)
    return (
        (least / step).to_integral_value(ROUND_FLOOR) * step,
        (greatest / step).to_integral_value(ROUND_CEILING) * step,
    )


def _ends(present: pl.Series) -> tuple[Any, Any] | None:
    """Return the tenth smallest and the tenth largest value, where these are two rows' or more."""
    if len(present) < 2 * LEAST_ROWS:
        return None
    ordered = present.sort()
    return ordered[LEAST_ROWS - 1], ordered[-LEAST_ROWS]


def _ordered_parts(present: pl.Series, kind: pa.DataType) -> dict[str, Any]:
    """Return the parts of numbers, dates and times."""
    ends = _ends(present)
    if ends is None or kind == pa.bool_():
        return {}
    least, greatest = ends
    if kind == pa.date32():
        return {"range": [str(day) for day in _months(least, greatest)]}
    if pa.types.is_timestamp(kind):
        zone = "Z" if kind.tz else ""
        days = _months(least.date(), greatest.date())
        return {"range": [f"{day} 00:00:00{zone}" for day in days], **_step(present)}
    if pa.types.is_time(kind):
        return {"range": [f"{least.hour:02}:00:00", f"{greatest.hour:02}:59:59"]}
    return _number_parts(present, kind, Decimal(str(least)), Decimal(str(greatest)))


def _number_parts(
    present: pl.Series, kind: pa.DataType, least: Decimal, greatest: Decimal
) -> dict[str, Any]:
    low, high = outward(least, greatest)
    if pa.types.is_integer(kind):
        limits = np.iinfo(str(kind))
        low, high = max(low, Decimal(limits.min)), min(high, Decimal(limits.max))
    elif max(abs(low), abs(high)) > _MOST_MAGNITUDE or (
        pa.types.is_decimal(kind)
        and max(abs(low), abs(high)).adjusted() >= kind.precision - kind.scale
    ):
        return {}  # rounded, it would leave the type
    found: dict[str, Any] = {"range": [f"{low:f}", f"{high:f}"]}
    if pa.types.is_floating(kind):
        for places in range(MOST_PLACES + 1):
            if int((present.round(places) != present).sum()) < LEAST_ROWS:
                return found | {"places": places}
    return found


def _months(least: date, greatest: date) -> tuple[date, date]:
    """Return a range of days rounded outward to whole months, or to whole years when it is long."""
    if (greatest - least).days >= _MANY_DAYS:
        return date(least.year, 1, 1), date(greatest.year, 12, 31)
    month = greatest.replace(day=1) + timedelta(31)
    return least.replace(day=1), month.replace(day=1) - timedelta(1)


def _step(times: pl.Series) -> dict[str, int]:
    microseconds = times.dt.epoch("us")
    for step_s in STEPS_S:
        if int((microseconds % (step_s * 1_000_000) != 0).sum()) < LEAST_ROWS:
            return {"step_s": step_s}
    return {}


def _text_parts(present: pl.Series) -> dict[str, Any]:
    for form in FORMATS:
        written = _written_range(present, form)
        if written:
            return {"format": form, "range": written}
    shapes = _shapes(present)
    if shapes:
        return {"shapes": shapes}
    kinds = present
    for pattern, kind in _SHAPING:
        kinds = kinds.str.replace_all(pattern, kind)
    letters = [
        letter
        for letter in (*KINDS, " ")
        if int(kinds.str.contains(letter, literal=True).sum()) >= LEAST_ROWS
    ]
    ends = _ends(present.str.len_chars())
    if ends is None:
        return {"letters": "".join(letters)}
    low, high = outward(Decimal(ends[0]), Decimal(ends[1]))
    length = [max(0, int(low)), min(int(high), MOST_LENGTH)]
    return {"letters": "".join(letters), "length": [min(length), max(length)]}


def _shapes(present: pl.Series) -> list[str]:
    if int((present.str.len_chars() > MOST_SHAPE_CHARACTERS).sum()) > len(present) * (1 - _COVERED):
        return []
    shapes = present
    for pattern, kind in _SHAPING:
        shapes = shapes.str.replace_all(pattern, kind)
    counts = shapes.value_counts().filter(pl.col("count") >= LEAST_ROWS)
    counts = counts.filter(pl.col("").map_elements(is_shape, return_dtype=pl.Boolean))
    if counts.height > MOST_SHAPES or counts["count"].sum() < len(present) * _COVERED:
        return []
    return sorted(counts[""].to_list())


def _written_range(texts: pl.Series, form: str) -> list[str] | None:
    """Return the range of dates written in a format, when every text is one."""
    width = len(date(2026, 1, 1).strftime(form))
    if int((texts.str.len_chars() != width).sum()):
        return None
    dates = (
        (texts + "01").str.to_date(form + "%d", strict=False)
        if "%d" not in form
        else (texts.str.to_datetime(form, strict=False).dt.date())
    )
    ends = _ends(dates.drop_nulls())
    if dates.null_count() or ends is None:
        return None
    first, last = dates.min(), dates.max()
    if first.year < _YEARS[0] or last.year > _YEARS[1]:  # type: ignore[union-attr]
        return None
    return [str(day) for day in _months(*ends)]


if __name__ == "__main__":
    main()
