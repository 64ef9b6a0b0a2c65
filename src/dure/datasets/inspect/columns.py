"""The statistics of one column, from what was gathered of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dure.datasets.inspect import ordered as tell
from dure.datasets.inspect.forms import forms_of
from dure.datasets.inspect.gathering import Gathered, Source, hashed, tick_s
from dure.datasets.inspect.statistics import Column, Histogram, Numbers, Texts, Times, Top

MOST_TOP = 10
OPEN_DISTINCT = 64
"""Numbers with at most so many different values are codes or counts, and may be shown by name."""

_VALUE_CHARACTERS = 80
_ISOLATED = 1.0
_PLACEHOLDERS = frozenset(
    sign * (10**digits - 1) for digits in range(2, 11) for sign in (1, -1)
) | {-1, 99.9, 999.9, -99.9, -999.9}
_UNKNOWN_DATES = frozenset(
    np.datetime64(day, "s").astype(np.int64).item()
    for day in ("0001-01-01", "1900-01-01", "1970-01-01", "2999-12-31", "9999-12-31")
)
_GAP = 10.0
_LEAST_STEPS = 20
_RARE = 0.01


def column_of(source: Source, column: int, found: Gathered, *, show: bool, now_s: int) -> Column:
    """Return the statistics of a column; sorts what was gathered.

    Parameters
    ----------
    source, column
        The table, and which column of it.
    found
        What was gathered.
    show
        Whether its values may be shown even when they are text.
    now_s
        The present, in seconds since 1970.
    """
    given = source.schema.field(column)
    base = Column(given.name, str(given.type), found.kind, found.nulls, 0, not source.shift, ())
    if found.kind == "number":
        return _numbers(source, base, found, show=show)
    if found.kind == "time":
        return _times(source, base, found, tick_s(given.type), now_s)
    base = _others(source, base, found, column, show=show)
    if found.kind == "text":
        shortest, longest, total = found.lengths
        forms = forms_of(found.sample)
        present = source.rows - found.nulls
        texts = Texts(
            shortest, longest, total / present if present else 0.0,
            forms.sampled, forms.numeric, forms.coded, forms.dates, forms.padded, forms.missing,
            forms.variants,
        )  # fmt: skip
        return replace(base, texts=texts)
    return base


def _numbers(source: Source, base: Column, found: Gathered, *, show: bool) -> Column:
    values, share = found.values, source.share
    if values is None:
        values = np.empty(0)
    values.sort()
    start, end, nan = 0, len(values), 0
    if values.dtype.kind == "f":
        end = int(np.searchsorted(values, np.inf, "left"))
        start = int(np.searchsorted(values, -np.inf, "right"))
        nan = len(values) - int(np.searchsorted(values, np.nan, "left"))
    infinite = len(values) - nan - (end - start)
    finite = values[start:end]
    distinct = tell.count_distinct(finite) + (nan > 0) + (start > 0) + (infinite > start)
    base = _counted(source, base, found, distinct)
    if not len(finite):
        nothing = Numbers(None, None, None, None, (), None, 0, 0, 0, nan * share, infinite * share)
        return replace(base, numbers=nothing)
    mean, sd = tell.mean_and_sd(finite)
    numbers = Numbers(
        minimum=found.least,
        maximum=found.most,
        mean=mean,
        sd=sd,
        quantiles=tell.quantiles(finite),
        histogram=_times_share(tell.histogram(finite), share),
        outliers=tell.count_beyond(finite, tell.FENCE) * share,
        far=tell.count_far(finite) * share,
        placeholders=_placeholders(finite) * share,
        nan=nan * share,
        infinite=infinite * share,
    )
    top = _top(finite, share) if show or base.distinct <= OPEN_DISTINCT else ()
    return replace(base, numbers=numbers, top=top)


def _times(source: Source, base: Column, found: Gathered, tick: float, now_s: int) -> Column:
    values = np.empty(0, np.int64) if found.values is None else found.values
    values.sort()
    base = _counted(source, base, found, tell.count_distinct(values))
    if not len(values) or found.least is None or found.most is None:
        return replace(base, times=Times("", "", 0.0, None, 0.0, 0, 0.0, 0.0, 0, 0))
    ends = {float(values[0]) * tick, float(values[-1]) * tick}
    placeholders = sum(
        int(np.searchsorted(values, end / tick, "right") - np.searchsorted(values, end / tick))
        for end in ends & _UNKNOWN_DATES
    )
    future = len(values) - int(np.searchsorted(values, now_s / tick, "right"))
    step, gaps = 0.0, np.empty(0)
    if not source.shift:  # rows drawn at random have gaps of their own
        steps = tell.steps(values)
        if len(steps) >= _LEAST_STEPS:
            step = tell.quantile(steps, 0.5) * tick
            wide = _GAP * tell.quantile(steps, 0.99)
            gaps = steps[np.searchsorted(steps, wide, "right") :] * tick
    times = Times(
        first=_iso(found.least, tick),
        last=_iso(found.most, tick),
        span_s=float(found.most - found.least) * tick,
        histogram=_times_share(tell.histogram(values, tick), source.share),
        step_s=step,
        gaps=len(gaps),
        largest_gap_s=float(gaps[-1]) if len(gaps) else 0.0,
        gaps_total_s=float(gaps.sum()),
        future=future * source.share,
        placeholders=placeholders * source.share,
    )
    return replace(base, times=times)


def _others(source: Source, base: Column, found: Gathered, column: int, *, show: bool) -> Column:
    hashes = np.empty(0, np.uint64) if found.hashes is None else found.hashes
    hashes.sort()
    base = replace(base, distinct=tell.count_distinct(hashes) << source.shift)
    if source.shift:
        return base  # the most frequent values may be outside the share
    runs = tell.largest_runs(hashes, MOST_TOP)
    words: dict[int, str] = {}
    if show or base.kind == "truth":
        words = _words(source, column, [int(hashes[place]) for _, place in runs])
    top = tuple(Top(count, words.get(int(hashes[place]))) for count, place in runs)
    return replace(base, top=top)


def _words(source: Source, column: int, wanted: list[int]) -> dict[int, str]:
    """Return the values that have the hashes, each cut to a length that can be shown."""
    words: dict[int, str] = {}
    for batch in source.batches(column):
        told = hashed(batch)
        for one in wanted:
            if one not in words and len(places := np.flatnonzero(told == np.uint64(one))):
                value = batch[int(places[0])].as_py()
                text = str(value).lower() if isinstance(value, bool) else str(value)
                words[one] = text[:_VALUE_CHARACTERS]
        if len(words) == len(wanted):
            break
    return words


def _counted(source: Source, base: Column, found: Gathered, distinct: int) -> Column:
    if source.shift:
        kept = found.hashes if found.hashes is not None else np.empty(0, np.uint64)
        kept.sort()
        distinct = tell.count_distinct(kept) << source.shift
    return replace(base, distinct=min(distinct, source.rows - base.nulls))


def _top(values: NDArray[np.generic], share: int) -> tuple[Top, ...]:
    return tuple(
        Top(count * share, f"{values[place].item():.12g}")
        for count, place in tell.largest_runs(values, MOST_TOP)
    )


def _placeholders(values: NDArray[np.generic]) -> int:
    """Return how often an end of the range stands there, if it looks like a code for "missing".

    That is a number such as -999, in one of a hundred rows, far from all others.
    """
    count = 0
    for end in {values[0].item(), values[-1].item()} & _PLACEHOLDERS:
        low, high = (int(np.searchsorted(values, end, side)) for side in ("left", "right"))
        rest = values[high:] if not low else values[:low]
        if high - low < _RARE * len(values) or not len(rest):
            continue
        width = float(rest[-1]) - float(rest[0])
        distance = min(abs(float(rest[0]) - end), abs(float(rest[-1]) - end))
        count += high - low if distance > _ISOLATED * width else 0
    return count


def _times_share(found: Histogram, share: int) -> Histogram:
    counts = tuple(count * share for count in found.counts)
    return replace(found, counts=counts, below=found.below * share, above=found.above * share)


def _iso(ticks: float | None, tick: float) -> str:
    if ticks is None:
        return ""
    unit = {86_400.0: "D", 1.0: "s", 1e-3: "ms", 1e-6: "us", 1e-9: "ns"}[tick]
    text = str(np.array(int(ticks), np.int64).astype(f"datetime64[{unit}]"))
    return text.rstrip("0").rstrip(".") if "." in text else text
