"""How well rows hide among each other: equivalence classes, and the risk that follows from them.

The rows that have the same quasi-identifiers are a class. A missing value is a value like any other
here: it tells somebody's rows from others as well.

Source
------
k-anonymity: L. Sweeney, International Journal of Uncertainty, Fuzziness and Knowledge-Based Systems
10(5), 2002. Distinct l-diversity: A. Machanavajjhala et al., ACM TKDD 1(1), 2007, section 4.
Prosecutor and journalist risk: K. El Emam and F. Dankar, JAMIA 15(5), 2008. Marketer risk:
F. Dankar and K. El Emam, PAIS (EDBT workshops), 2010. Of the population's class sizes F only the
sampling fraction is known here, so F is estimated as f N/n; without a population N = n, and the
journalist is as strong as the prosecutor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

if TYPE_CHECKING:
    import polars as pl

AT_RISK_CLASS = 5
"""Rows in classes smaller than this are at a risk above 0.2, the usual threshold."""

_BATCH_ROWS = 1 << 20
_MOST_WAITING = 1 << 22

_Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
_Name = Annotated[str, msgspec.Meta(max_length=8192)]


class Diversity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many different values of one sensitive column the poorest class has."""

    column: _Name
    least: _Count


class Classes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was counted of a table's equivalence classes.

    Parameters
    ----------
    quasi
        The quasi-identifiers that the table has.
    rows, classes
        How many.
    least
        Rows of the smallest class: the k of k-anonymity.
    alone
        Rows that are a class by themselves.
    at_risk
        Rows in classes of fewer than `AT_RISK_CLASS`.
    diversity
        l of each sensitive column.
    """

    quasi: tuple[_Name, ...]
    rows: _Count
    classes: _Count
    least: _Count
    alone: _Count
    at_risk: _Count
    diversity: tuple[Diversity, ...] = ()

    def is_whole(self) -> bool:
        """Say whether the counts fit together; they come out of the sandbox."""
        alone_fit = self.alone <= self.at_risk <= self.rows
        return (
            alone_fit
            and self.classes * self.least <= self.rows
            and bool(self.rows) == bool(self.least)
        )


@dataclass(frozen=True, slots=True)
class Risk:
    """The risk that somebody is found again, as shares from 0 to 1.

    Parameters
    ----------
    prosecutor_highest, prosecutor_mean
        The attacker knows that somebody is in the table: 1/k, and the mean over the rows.
    at_risk
        Share of the rows at a prosecutor risk above 0.2.
    journalist_highest
        The attacker knows only the population: 1/F of the smallest class.
    marketer
        Share of the rows that an attacker would get right who guesses at all of them.
    """

    prosecutor_highest: float
    prosecutor_mean: float
    at_risk: float
    journalist_highest: float
    marketer: float


def risk_of(found: Classes, population: int = 0) -> Risk:
    """Return the risk that follows from a table's classes.

    Parameters
    ----------
    found
        What was counted.
    population
        How many people the rows were drawn from; fewer than the rows count as the rows themselves.

    Examples
    --------
    >>> counted = Classes(("age",), rows=10, classes=4, least=2, alone=0, at_risk=10)
    >>> risk_of(counted, population=100).journalist_highest
    0.05
    """
    if not found.rows:
        return Risk(0.0, 0.0, 0.0, 0.0, 0.0)
    share = found.rows / max(population, found.rows)
    mean = found.classes / found.rows
    return Risk(
        prosecutor_highest=1 / found.least,
        prosecutor_mean=mean,
        at_risk=found.at_risk / found.rows,
        journalist_highest=share / found.least,
        marketer=share * mean,
    )


def measure(table: Path, quasi: Sequence[str], sensitive: Sequence[str]) -> Classes:
    """Count the classes of a Parquet table. Columns that it doesn't have are left out.

    The table is read in batches, and of each only its combinations are kept: memory grows with the
    number of classes, not of rows.

    Parameters
    ----------
    table
        The table.
    quasi
        Quasi-identifiers; none makes all rows one class.
    sensitive
        Columns for l-diversity.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(table) as source:
        names = source.schema_arrow.names
    keys = tuple(name for name in quasi if name in names)
    n = classes(table, keys)["n"]
    diversity = [
        Diversity(name, _least_of(classes(table, (*keys, name)), len(keys)))
        for name in sensitive
        if name in names
    ]
    least: Any = n.min()
    return Classes(
        keys,
        rows=int(n.sum()),
        classes=len(n),
        least=int(least or 0),
        alone=int((n == 1).sum()),
        at_risk=int(n.filter(n < AT_RISK_CLASS).sum()),
        diversity=tuple(diversity),
    )


def _least_of(pairs: pl.DataFrame, keys: int) -> int:
    """Return how many combinations the class has that has the fewest; its keys are the first columns."""
    if not keys:
        return len(pairs)
    least: Any = pairs.group_by([f"k{i}" for i in range(keys)]).len()["len"].min()
    return int(least)


def classes(table: Path, names: Sequence[str]) -> pl.DataFrame:
    """Return how many rows (``n``) have each combination of some columns (``k0``, ``k1``, …).

    Polars' own reader starts threads as it likes, beyond what a sandboxed run may have.
    """
    import polars as pl
    import pyarrow.parquet as pq

    keys, whole, parts, waiting = [f"k{i}" for i in range(len(names))], pl.DataFrame(), [], 0
    with pq.ParquetFile(table) as source:
        for batch in source.iter_batches(_BATCH_ROWS, columns=list(names), use_threads=False):
            # The columns get names of their own: one may be called as a count is.
            columns = {key: batch.column(name) for key, name in zip(keys, names, strict=True)}
            frame = pl.DataFrame({key: pl.from_arrow(each) for key, each in columns.items()})
            n = pl.len().alias("n")
            parts.append(
                frame.group_by(keys).agg(n) if keys else pl.DataFrame({"n": [batch.num_rows]})
            )
            waiting += len(parts[-1])
            if waiting > _MOST_WAITING:
                whole, parts, waiting = _merged([whole, *parts], keys), [], 0
    return _merged([whole, *parts], keys)


def _merged(parts: Sequence[pl.DataFrame], keys: Sequence[str]) -> pl.DataFrame:
    import polars as pl

    there = [part for part in parts if part.width]
    if not keys:
        return pl.concat(there).select(pl.col("n").sum()) if there else pl.DataFrame({"n": []})
    return pl.concat(there).group_by(keys).agg(pl.col("n").sum())
