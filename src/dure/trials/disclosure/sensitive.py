"""Which cells of a table must not be shown, and how far an attacker must stay away from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dure.trials.disclosure.table import CellTable, Floats, Marks
from dure.trials.refusals import LEAST_CELL


@dataclass(frozen=True, slots=True)
class Protection:
    """What a benchmark asks for tables.

    Parameters
    ----------
    least
        Rows that a shown cell rests on at least; never below ten.
    p_percent
        A sum is withheld when the second largest contributor could tell the largest one's share to
        within so many per cent of it.
    n, k_percent
        A sum is withheld when its n largest contributors give more than k per cent of it.
    """

    least: int = LEAST_CELL
    p_percent: float = 10.0
    n: int = 2
    k_percent: float = 90.0

    def __post_init__(self) -> None:
        sound = (
            self.least >= LEAST_CELL
            and 0 < self.p_percent <= 100
            and self.n >= 1
            and 0 < self.k_percent <= 100
        )
        if not sound:
            raise ValueError("no such protection")


def sensitive(table: CellTable, protection: Protection) -> Marks:
    """Return which cells and totals must be withheld for their own sake.

    A cell of no rows is withheld as well: that nobody is in it is something about everybody.

    Source
    ------
    Hundepool et al. (2012), sections 4.2.1 (p %, (n, k)) and 5.2 (minimum frequency).
    """
    small = table.all_counts() < protection.least
    if not table.is_of_sums:
        return small
    height, width = small.shape
    for row in range(height):
        for column in range(width):
            small[row, column] |= _needed(table.givers(row, column), protection) > 0
    return small


def margins(table: CellTable, protection: Protection) -> Floats:
    """Return how wide the interval must be in which an attacker may place each cell.

    Of counts, as wide as the smallest cell that may be shown. Of sums, as wide as the dominance that
    was found asks for on both sides, and never narrower than the mean of the cell's contributions
    times ``least``.
    """
    counts = table.all_counts()
    if not table.is_of_sums:
        return np.full(counts.shape, float(protection.least))
    wide = np.zeros(counts.shape)
    for row, column in np.ndindex(*counts.shape):
        givers = table.givers(row, column)
        own = 2.0 * _needed(givers, protection)
        few = counts[row, column] < protection.least
        largest = float(givers[0]) if givers.size else 0.0
        wide[row, column] = max(own, largest * protection.p_percent / 50.0 if few else 0.0)
    return wide


def _needed(givers: Floats, protection: Protection) -> float:
    """Return how far above the sum the attacker's bound must lie at least; 0 when nobody dominates."""
    if not givers.size or givers[0] <= 0:
        return 0.0
    total = float(givers.sum())
    rest = total - float(givers[:2].sum())
    by_p = protection.p_percent / 100.0 * float(givers[0]) - rest
    by_nk = float(givers[: protection.n].sum()) * 100.0 / protection.k_percent - total
    return max(by_p, by_nk, 0.0)
