"""What is measured about a table: pure values, which cross from the sandbox as JSON.

They are made inside the sandbox, where no third party's checking library is, so they are plain
dataclasses; the other side decodes them strictly (`dure.datasets.inspect.measuring`).
"""

from __future__ import annotations

from dataclasses import dataclass

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
"""Which quantiles are measured; linear interpolation (Hyndman and Fan 1996, type 7)."""

NAME_CHARACTERS = 60
"""Characters of an identifier; longer texts are words."""

NAMED = 20
"""Rows with suspected targets that are named."""

Number = int | float


@dataclass(frozen=True, slots=True)
class Asked:
    """What an inspection is asked for.

    Parameters
    ----------
    target
        Name of the column to predict, or "".
    split
        Name of the column that says which part a row belongs to, or "".
    show_values
        Whether values of text columns may stand in the statistics.
    now_s
        The time, in seconds since 1970, from which on a date lies in the future.
    """

    target: str = ""
    split: str = ""
    show_values: bool = False
    now_s: int = 0


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts of values in bins of equal width; the last bin holds its upper edge too.

    Parameters
    ----------
    low, high
        Lower edge of the first bin and upper edge of the last.
    counts
        One for each bin.
    below, above
        Values left of the first and right of the last bin.
    """

    low: float
    high: float
    counts: tuple[int, ...]
    below: int
    above: int


@dataclass(frozen=True, slots=True)
class Top:
    """One of the most frequent values.

    Parameters
    ----------
    count
        How often it stands there.
    value
        The value in words; None where values are not shown.
    """

    count: int
    value: str | None


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers, over its finite values.

    Parameters
    ----------
    minimum, maximum, mean, sd
        None when there is no finite value; ``sd`` is the sample's (n - 1), None for one value.
    quantiles
        At `QUANTILES`; empty when there is no finite value.
    histogram
        None when there is no finite value.
    outliers
        Values beyond three interquartile ranges from the quartiles (Tukey 1977, far out).
    far
        Of those, values beyond thirty.
    placeholders
        How often the smallest or largest value stands there, if it looks like a code for "missing".
    nan, infinite
        Values that are not a number, and infinite ones.
    """

    minimum: Number | None
    maximum: Number | None
    mean: float | None
    sd: float | None
    quantiles: tuple[float, ...]
    histogram: Histogram | None
    outliers: int
    far: int
    placeholders: int
    nan: int
    infinite: int


@dataclass(frozen=True, slots=True)
class Times:
    """A column of dates or times.

    Parameters
    ----------
    first, last
        ISO 8601; "" when the column is empty.
    span_s
        From the first to the last, in seconds.
    histogram
        Over seconds since 1970.
    step_s
        Median distance of neighbouring different values.
    gaps
        Distances of more than ten times the 99th percentile of all.
    largest_gap_s
        The largest of those, 0 when there is none.
    gaps_total_s
        All of them together.
    future
        Values later than the time of the inspection.
    placeholders
        How often the first or last value stands there, if it is a date that people write for "unknown".
    """

    first: str
    last: str
    span_s: float
    histogram: Histogram | None
    step_s: float
    gaps: int
    largest_gap_s: float
    gaps_total_s: float
    future: int
    placeholders: int


@dataclass(frozen=True, slots=True)
class Texts:
    """A column of text. Lengths are in characters; the forms are counted in a sample.

    Parameters
    ----------
    shortest, longest, mean_length
        Over all values.
    sampled
        How many values were looked at for the counts that follow.
    numeric, coded
        Values that are numbers, and numbers with leading zeros.
    dates
        Values that are dates.
    padded
        Values with space before or behind.
    missing
        Values that are words for "there is none".
    variants
        Values whose spelling differs from a more frequent one by case or space alone.
    """

    shortest: int
    longest: int
    mean_length: float
    sampled: int
    numeric: int
    coded: int
    dates: int
    padded: int
    missing: int
    variants: int


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Parameters
    ----------
    name, type
        As in the table; the type as Arrow writes it.
    kind
        ``number``, ``time``, ``text``, ``truth`` or ``other``.
    nulls
        Values that are missing.
    distinct
        Different values.
    exact
        Whether ``distinct`` and all that rests on order are exact, or estimated from a sample.
    top
        The most frequent values, the most frequent first.
    numbers, times, texts
        What belongs to the kind.
    """

    name: str
    type: str
    kind: str
    nulls: int
    distinct: int
    exact: bool
    top: tuple[Top, ...]
    numbers: Numbers | None = None
    times: Times | None = None
    texts: Texts | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two columns of numbers and Pearson's correlation of them.

    Parameters
    ----------
    first, second
        Positions of the columns.
    value
        From -1 to 1.
    """

    first: int
    second: int
    value: float


@dataclass(frozen=True, slots=True)
class Leak:
    """A column that tells the target.

    Parameters
    ----------
    column
        Its position.
    strength
        Goodman and Kruskal's lambda (1954), or the absolute correlation: 1 tells it wholly.
    """

    column: int
    strength: float


@dataclass(frozen=True, slots=True)
class Suspects:
    """Targets that the other columns speak against.

    Parameters
    ----------
    looked
        In how many rows.
    count
        How many are suspected.
    rows
        Numbers, from 0, of the surest of them.
    judged
        Whether the other columns say enough about the target.
    """

    looked: int
    count: int
    rows: tuple[int, ...]
    judged: bool


@dataclass(frozen=True, slots=True)
class Target:
    """The column to predict.

    Parameters
    ----------
    column
        Its position.
    classes
        Rows of each class, the largest first; empty when it is a quantity.
    leaks
        Columns that tell it.
    suspects
        Suspected wrong ones; None when they were not looked for.
    """

    column: int
    classes: tuple[Top, ...]
    leaks: tuple[Leak, ...]
    suspects: Suspects | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """The parts of a table that is split.

    Parameters
    ----------
    column
        Position of the column that says which part a row belongs to.
    parts
        Rows of each part.
    leaked
        Rows of all parts but the largest that also stand in another part.
    near
        More rows of those parts that stand in another part but for one column; None when the table is
        too large for that.
    """

    column: int
    parts: tuple[Top, ...]
    leaked: int
    near: int | None = 0


@dataclass(frozen=True, slots=True)
class Statistics:
    """What is measured about a table.

    Parameters
    ----------
    rows
        How many.
    columns
        Those that were inspected.
    left_out
        Columns beyond them.
    exact
        Whether counts of different values, duplicates and quantiles are exact.
    duplicates
        Rows that repeat an earlier one.
    twins
        Rows that repeat an earlier one but for columns in which no value stands twice.
    sampled
        Rows that correlations, forms of text and leaks were looked for in.
    correlations
        Pairs of columns of numbers, the strongest first.
    target, split
        What was asked for.
    """

    rows: int
    columns: tuple[Column, ...]
    left_out: int
    exact: bool
    duplicates: int
    twins: int
    sampled: int
    correlations: tuple[Pair, ...]
    target: Target | None = None
    split: Split | None = None
