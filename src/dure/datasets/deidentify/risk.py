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
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

if TYPE_CHECKING:
    import polars as pl

AT_RISK_CLASS = 5
"""Rows in classes smaller than this are at a risk above 0.2, the usual threshold."""

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


def measure(table: pl.LazyFrame, quasi: Sequence[str], sensitive: Sequence[str]) -> Classes:
    """Count a table's classes. Columns that the table doesn't have are left out.

    Parameters
    ----------
    table
        The table, read as a stream.
    quasi
        Quasi-identifiers; none makes all rows one class.
    sensitive
        Columns for l-diversity.
    """
    import polars as pl

    names = table.collect_schema().names()
    keys = [name for name in quasi if name in names]
    looked = [name for name in sensitive if name in names]
    counts: dict[str, Any] = {"n": pl.len()}
    counts |= {f"l{place}": pl.col(name).n_unique() for place, name in enumerate(looked)}
    if keys:
        # The keys get names of their own: a column may be called as a count is.
        renamed = [pl.col(name).alias(f"k{place}") for place, name in enumerate(keys)]
        by_class = table.group_by(*renamed).agg(**counts)
    else:
        by_class = table.select(**counts)
    n = pl.col("n")
    asked = {
        "rows": n.sum(),
        "classes": pl.len(),
        "least": n.min().fill_null(0),
        "alone": (n == 1).sum(),
        "at_risk": n.filter(n < AT_RISK_CLASS).sum(),
        **{f"l{place}": pl.col(f"l{place}").min() for place in range(len(looked))},
    }
    row = by_class.select(**asked).collect(engine="streaming").row(0, named=True)
    diversity = tuple(
        Diversity(name, int(row[f"l{place}"] or 0)) for place, name in enumerate(looked)
    )
    figures = {name: int(row[name]) for name in ("rows", "classes", "least", "alone", "at_risk")}
    return Classes(tuple(keys), **figures, diversity=diversity)
