"""A table with totals: counts, and for sums what each contributor gave."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CellTable:
    """A table of two dimensions; its totals are made of its cells.

    Parameters
    ----------
    counts
        Rows of data behind each cell, r × c.
    contributions
        For a table of sums: what each contributor gave to each cell, none of it negative, by row and
        column; empty for a table of counts.
    """

    counts: NDArray[np.int64]
    contributions: tuple[tuple[tuple[float, ...], ...], ...] = field(default=())

    def __post_init__(self) -> None:
        if self.counts.ndim != 2 or not self.counts.size or (self.counts < 0).any():
            raise ValueError("not a table of counts")

    @property
    def is_of_sums(self) -> bool:
        """True when the cells are sums of contributions."""
        return bool(self.contributions)

    def values(self) -> Floats:
        """Return what the table shows, with the totals: (r + 1) × (c + 1)."""
        if not self.is_of_sums:
            return with_totals(self.counts.astype(np.float64))
        sums = [[float(sum(cell)) for cell in row] for row in self.contributions]
        return with_totals(np.array(sums, dtype=np.float64))

    def all_counts(self) -> NDArray[np.int64]:
        """Return the counts with their totals: (r + 1) × (c + 1)."""
        return with_totals(self.counts.astype(np.float64)).astype(np.int64)

    def givers(self, row: int, column: int) -> Floats:
        """Return the contributions to a cell or total, the largest first.

        The same contributor in two cells counts as two, so that a total seems less dominated by one
        than it is; whoever makes the table gives such contributors as one cell.
        """
        rows = range(len(self.contributions)) if row == self.counts.shape[0] else (row,)
        width = self.counts.shape[1]
        columns = range(width) if column == width else (column,)
        found = [
            value for each in rows for other in columns for value in self.contributions[each][other]
        ]
        return np.sort(np.array(found, dtype=np.float64))[::-1]


def with_totals(cells: Floats) -> Floats:
    """Return cells with a column and a row of totals.

    Examples
    --------
    >>> with_totals(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[1.0, 2.0, 3.0], [3.0, 4.0, 7.0], [4.0, 6.0, 10.0]]
    """
    wide = np.column_stack([cells, cells.sum(axis=1)])
    whole: Floats = np.vstack([wide, wide.sum(axis=0)])
    return whole


def equations(rows: int, columns: int) -> Floats:
    """Return what every table with totals obeys: M · cells = 0, cells in order of rows.

    Parameters
    ----------
    rows, columns
        Size without the totals.

    Returns
    -------
    (rows + columns + 2) × (rows + 1)(columns + 1) matrix; each row is one sum minus its total.
    """
    height, width = rows + 1, columns + 1
    made = np.zeros((height + width, height * width))
    for row in range(height):
        made[row, row * width : row * width + columns] = 1.0
        made[row, row * width + columns] = -1.0
    for column in range(width):
        made[height + column, column : rows * width : width] = 1.0
        made[height + column, rows * width + column] = -1.0
    return made
