"""Withhold as little as protects: the cells of a table that are not shown, totals among them.

The choice is a mixed-integer program: beside each cell that must be protected stand two other tables
that an attacker can't tell from the true one, as far apart as the cell's margin. What differs in them
must be withheld; what is withheld sums to the least. Where a table is too large for the solver, or
it has no answer within so many nodes of its search (a count, not a time: the same table gives the same
cells on every machine), every cell is withheld but the grand total. Either way, the audit has the last
word.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack, vstack

from dure.trials.disclosure.audit import is_protected
from dure.trials.disclosure.sensitive import Protection, margins, sensitive
from dure.trials.disclosure.table import CellTable, Floats, Marks, equations

MOST_CELLS = 400
MOST_SOLVED = 121
MOST_NODES = 2000


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
    for chosen in (_least(values, primary, wide), _everything(primary)):
        if chosen is not None and is_protected(values, chosen, primary, wide):
            return chosen
    raise TableRefused("unprotected")


def _everything(primary: Marks) -> Marks:
    chosen = np.ones_like(primary)
    chosen[-1, -1] = primary[-1, -1]
    return chosen


def _least(values: Floats, primary: Marks, wide: Floats) -> Marks | None:
    """Return the cheapest choice, or None when the solver has none."""
    height, width = values.shape
    flat = values.ravel()
    size = flat.size
    if size > MOST_SOLVED:
        return None
    wanted = np.flatnonzero(primary.ravel())
    highest = float(flat[-1]) if not primary[-1, -1] else 10.0 * float(flat[-1]) + float(wide.max())
    up, down = np.maximum(highest - flat, 0.0), flat
    adds_up = csr_array(equations(height - 1, width - 1))
    eye = csr_array(np.eye(size))
    # the variables: x (withheld or not), then for each protected cell the two deviations
    blocks, lower, upper = [], [], []
    total = 1 + 2 * wanted.size

    def place(parts: dict[int, csr_array], rows: int) -> csr_array:
        empty = csr_array((rows, size))
        return hstack([parts.get(number, empty) for number in range(total)], format="csr")

    for number, cell in enumerate(wanted):
        first, second = 1 + 2 * number, 2 + 2 * number
        for one in (first, second):
            blocks.append(place({one: adds_up}, adds_up.shape[0]))
            lower.append(np.zeros(adds_up.shape[0]))
            upper.append(np.zeros(adds_up.shape[0]))
            blocks.append(place({0: csr_array(np.diag(-up)), one: eye}, size))
            lower.append(np.full(size, -np.inf))
            upper.append(np.zeros(size))
            blocks.append(place({0: csr_array(np.diag(-down)), one: -eye}, size))
            lower.append(np.full(size, -np.inf))
            upper.append(np.zeros(size))
        aim = np.zeros((1, size))
        aim[0, cell] = 1.0
        blocks.append(place({first: csr_array(aim), second: csr_array(-aim)}, 1))
        lower.append(np.array([wide.ravel()[cell]]))
        upper.append(np.array([np.inf]))
    free = size * 2 * wanted.size
    x_low = primary.ravel().astype(np.float64)
    x_high = np.ones(size)
    if not primary[-1, -1]:
        x_high[-1] = 0.0
    found = milp(
        np.concatenate([1.0 + flat, np.zeros(free)]),
        constraints=LinearConstraint(
            vstack(blocks, format="csr"), np.concatenate(lower), np.concatenate(upper)
        ),
        integrality=np.concatenate([np.ones(size), np.zeros(free)]),
        bounds=Bounds(
            np.concatenate([x_low, np.full(free, -np.inf)]),
            np.concatenate([x_high, np.full(free, np.inf)]),
        ),
        options={"node_limit": MOST_NODES},
    )
    if found.x is None:
        return None
    chosen: Marks = (found.x[:size] > 0.5).reshape(height, width)
    return chosen
