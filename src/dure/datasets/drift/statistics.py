"""What is measured about a column in two tables: pure values, which cross from the sandbox as JSON."""

from __future__ import annotations

from dataclasses import dataclass

KOLMOGOROV_SMIRNOV = "kolmogorov-smirnov"
TOTAL_VARIATION = "total-variation"
BARS = 24
SHOWN_VALUES = 8
"""Of a column that is no number, how many of its values are drawn."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Both spreads over the same bins.

    Parameters
    ----------
    low, high
        Edges of numbers and times (in the column's own unit); both 0 where bars are values.
    first, second
        Rows in each bin, or with each of the most frequent values.
    """

    low: float
    high: float
    first: tuple[int, ...]
    second: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Drift:
    """How a column's values moved from a first table to a second. It holds no value but the picture's edges.

    Parameters
    ----------
    name, kind
        Of the column; the kind is ``number``, ``time``, or what has values only.
    statistic, shift
        How far the spreads lie apart, from 0 to 1: Kolmogorov and Smirnov's distance for numbers and
        times, total variation for everything else.
    stability
        Population stability index: of numbers and times over tenths of the first, of everything else
        over its twenty most frequent values and the rest.
    bins
        How many bins the index has.
    rows_first, rows_second, nulls_first, nulls_second
        Rows, and how many of them lack a value.
    distinct_first, distinct_second
        Different values.
    whole
        Whether it is a column of whole numbers.
    below, above
        Numbers and times of the second that lie outside the range of the first.
    fresh
        Rows of the second with a value that the first lacks.
    appeared, vanished
        How many values came, and how many went that would be expected ten times.
    picture
        None where nothing is to be drawn.
    """

    name: str
    kind: str
    statistic: str
    shift: float
    stability: float
    bins: int
    rows_first: int
    rows_second: int
    nulls_first: int
    nulls_second: int
    distinct_first: int = 0
    distinct_second: int = 0
    whole: bool = False
    below: int = 0
    above: int = 0
    fresh: int = 0
    appeared: int = 0
    vanished: int = 0
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Retyped:
    """A column that both tables have, with another type in each, as Arrow writes types."""

    name: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a table differs from an earlier one, values apart.

    Parameters
    ----------
    rows_first
        Rows of the earlier one.
    added, removed, retyped
        Columns.
    columns
        Of each column that both have with values of one kind.
    """

    rows_first: int
    added: tuple[str, ...]
    removed: tuple[str, ...]
    retyped: tuple[Retyped, ...]
    columns: tuple[Drift, ...]
