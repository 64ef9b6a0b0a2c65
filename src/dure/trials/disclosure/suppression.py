"""Withhold enough to protect, and little more: the cells of a table that are not shown.

For each cell that must be protected a linear program finds another table that an attacker can't tell
from the true one, in which that cell is larger, or smaller, by its whole margin: what differs in it is
withheld too. It prefers what is withheld already, and small cells. Where none is found, every cell
is withheld but the grand total. Either way, the audit has the last word.

The program minimises the sum of the differences, not the number of cells: that choice is not always the
smallest, but it takes milliseconds where an exact one was seen to take seconds.

Source
------
Cox, Network models for complementary cell suppression, Journal of the American Statistical Association
90 (1995); Castro, A shortest-paths heuristic for statistical data protection, INFORMS Journal on
Computing 19 (2007), section 2.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from dure.trials.disclosure.audit import is_protected
from dure.trials.disclosure.sensitive import Protection, margins, sensitive
from dure.trials.disclosure.table import CellTable, Floats, Marks, equations

MOST_CELLS = 400
_NOTHING = 1e-7


class TableRefused(Exception):  # noqa: N818 (an outcome, not a defect)
    """No choice of cells protects the table."""


def withheld_cells(table: CellTable, protection: Protection) -> Marks:
    """Return which cells and totals of a table aren't shown, (r + 1) × (c + 1).

    Raises
    ------
    TableRefused
        When the table is too large, or nothing protects it: what is left would give a cell away.

    Examples
    --------
    >>> table = CellTable(np.array([[5, 40, 40], [40, 40, 40], [40, 40, 40]]))
    >>> withheld_cells(table, Protection()).sum()
    np.int64(4)
    """
    values = table.values()
    if values.size > MOST_CELLS:
        raise TableRefused("size")
    primary, wide = sensitive(table, protection), margins(table, protection)
    if not primary.any():
        return primary
    for chosen in (_enough(values, primary, wide), _everything(primary)):
        if is_protected(values, chosen, primary, wide):
            return chosen
    raise TableRefused("unprotected")


def _everything(primary: Marks) -> Marks:
    chosen = np.ones_like(primary)
    chosen[-1, -1] = primary[-1, -1]
    return chosen


def _enough(values: Floats, primary: Marks, wide: Floats) -> Marks:
    """Return a choice in which each protected cell has room; some may have none, and the audit tells."""
    height, width = values.shape
    adds_up = equations(height - 1, width - 1)
    chosen = primary.ravel().copy()
    # The largest first: what protects it often protects the others.
    order = sorted(np.flatnonzero(primary), key=lambda cell: -values.ravel()[cell])
    for cell in order:
        room = float(wide.ravel()[cell])
        for sign in (1.0, -1.0):
            other = _other_table(values.ravel(), adds_up, chosen, int(cell), sign * room)
            if other is not None:
                chosen |= abs(other) > _NOTHING
                break
    marks: Marks = chosen.reshape(height, width)
    return marks


def _other_table(
    values: Floats, adds_up: Floats, chosen: Marks, cell: int, change: float
) -> Floats | None:
    """Return the differences of the nearest table in which a cell is changed by so much, or None."""
    size = values.size
    # What is withheld already costs hardly anything; the more is shown by a cell, the more it costs.
    cost = np.where(chosen, 1e-3, 1.0 + values)
    up = np.full(size, np.inf)
    down = values.copy()
    if not chosen[-1]:
        up[-1] = down[-1] = 0.0
    bounds = [*((0.0, most) for most in up), *((0.0, most) for most in down)]
    aim = np.zeros(size)
    aim[cell] = 1.0
    found = linprog(
        np.concatenate([cost, cost]),
        A_eq=np.vstack([np.hstack([adds_up, -adds_up]), np.concatenate([aim, -aim])]),
        b_eq=np.append(np.zeros(len(adds_up)), change),
        bounds=bounds,
        method="highs-ds",
    )
    if found.status != 0:
        return None
    differences: Floats = found.x[:size] - found.x[size:]
    return differences
