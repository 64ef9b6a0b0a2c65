"""The attacker's view: how narrowly a withheld cell can be bounded from what is shown."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from dure.trials.disclosure.table import Floats, Marks, equations

_SLACK = 1e-6


def feasible_interval(
    values: Floats, withheld: Marks, cell: tuple[int, int]
) -> tuple[float, float]:
    """Return the least and the most that a cell can be, for all that somebody outside knows.

    They know every cell that is shown, that cells and totals add up, and that none is negative. Of
    counts they know that they are whole numbers, which tells them nothing more: the equations of a
    table of two dimensions are totally unimodular.

    Parameters
    ----------
    values
        The table with its totals, (r + 1) × (c + 1).
    withheld
        Which of them aren't shown.
    cell
        Row and column.

    Raises
    ------
    ValueError
        When the solver can't say.
    """
    height, width = values.shape
    flat, hidden = values.ravel(), withheld.ravel()
    told = np.where(hidden, 0.0, flat)
    matrix = equations(height - 1, width - 1)
    free = np.flatnonzero(hidden)
    wanted = cell[0] * width + cell[1]
    if not hidden[wanted]:
        return float(flat[wanted]), float(flat[wanted])
    aim = (free == wanted).astype(np.float64)
    most = float(values.max()) if withheld[-1, -1] else float(values[-1, -1])
    ceiling = None if withheld[-1, -1] else most
    bounds = [(0.0, ceiling)] * free.size
    ends = []
    for sign in (1.0, -1.0):
        found = linprog(
            sign * aim, A_eq=matrix[:, free], b_eq=-(matrix @ told), bounds=bounds, method="highs"
        )
        if found.status == 3:  # unbounded: nothing above is known
            ends.append(np.inf)
        elif found.status != 0:
            raise ValueError("the solver can't say")
        else:
            ends.append(sign * float(found.fun))
    return ends[0], ends[1]


def is_protected(values: Floats, withheld: Marks, primary: Marks, margins: Floats) -> bool:
    """Say whether every cell that must be protected can only be bounded widely enough.

    Parameters
    ----------
    values, withheld
        As `feasible_interval` takes them.
    primary
        Cells that are withheld for their own sake.
    margins
        How wide the interval of each must be.
    """
    if (primary & ~withheld).any():
        return False
    for row, column in zip(*np.nonzero(primary), strict=True):
        lowest, highest = feasible_interval(values, withheld, (int(row), int(column)))
        if highest - lowest < margins[row, column] - _SLACK:
            return False
    return True
