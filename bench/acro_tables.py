"""Do we withhold the same cells as acro, on acro's own example tables? Cell by cell, by both rules.

acro (the output checker's tool of the UK's safe havens) is no part of the project's lock. Install it in an
environment of its own, and run this there, with the data of its repository's folder ``data``:

    PYTHONPATH=src ACRO_ENVIRONMENT/bin/python bench/acro_tables.py DATA_FOLDER

Compared are cells withheld for their own sake (fewer than ten rows; n-k; p %) under the parameters
that both have as defaults. acro withholds no others: the second figure says how many of its withheld cells
the totals of the same table give away to within less than ten, before and after our choice of more.
Prints one JSON object per table, and fails when one cell differs.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from acro import ACRO

from dure.trials.disclosure.audit import feasible_interval
from dure.trials.disclosure.sensitive import Protection, margins, sensitive
from dure.trials.disclosure.suppression import withheld_cells
from dure.trials.disclosure.table import CellTable

TABLES = (
    ("test_data.dta", "year", "grant_type", ""),
    ("test_data.dta", "year", "survivor", ""),
    ("test_data.dta", "status", "grant_type", ""),
    ("test_data.dta", "year", "grant_type", "inc_grants"),
    ("test_data.dta", "year", "survivor", "inc_grants"),
    ("test_data.dta", "survivor", "grant_type", "total_costs"),
    ("nursery_dataset.dta", "parents", "recommend", ""),
    ("nursery_dataset.dta", "finance", "recommend", ""),
    ("nursery_dataset.dta", "health", "recommend", ""),
)


def ours(frame: pd.DataFrame, row: str, column: str, value: str, axes: Any) -> CellTable:
    """Return the table as we have it."""
    cells = [[frame[(frame[row] == i) & (frame[column] == j)] for j in axes[1]] for i in axes[0]]
    if not value:
        return CellTable(np.array([[len(cell) for cell in line] for line in cells]))
    given = [[tuple(cell[value].dropna()) for cell in line] for line in cells]
    counts = np.array([[len(cell) for cell in line] for line in given])
    return CellTable(counts, tuple(map(tuple, given)))


def theirs(frame: pd.DataFrame, row: str, column: str, value: str) -> pd.DataFrame:
    """Return what acro says of each cell: ``ok``, or the checks that it failed."""
    session = ACRO(suppress=False)
    more = {"values": frame[value], "aggfunc": "sum"} if value else {}
    session.crosstab(frame[row], frame[column], **more)
    return session.results.get_index(-1).outcome


def given_away(table: CellTable, withheld: Any, primary: Any) -> int:
    """Return how many cells can be bounded more narrowly than their margin."""
    wide = margins(table, Protection())
    ends = {
        cell: feasible_interval(table.values(), withheld, cell)
        for cell in zip(*map(list, np.nonzero(primary)), strict=True)
    }
    return sum(bool(high - low < wide[cell] - 1e-6) for cell, (low, high) in ends.items())


def main() -> int:
    """Compare and print; return the exit status."""
    logging.disable(logging.CRITICAL)
    folder, differ = Path(sys.argv[1]), 0
    for file, row, column, value in TABLES:
        frame = pd.read_stata(folder / file)
        if value:
            frame = frame[(frame[value] >= 0)]
        with contextlib.redirect_stdout(io.StringIO()):
            outcome = theirs(frame, row, column, value)
        table = ours(frame, row, column, value, (outcome.index, outcome.columns))
        flagged = outcome.to_numpy() != "ok"
        primary = sensitive(table, Protection())
        found = int((primary[:-1, :-1] != flagged).sum())
        inner = np.zeros_like(primary)
        inner[:-1, :-1] = flagged
        told = {
            "table": f"{row} x {column}" + (f", sum of {value}" if value else ""),
            "cells": int(flagged.size),
            "withheld_by_acro": int(flagged.sum()),
            "different": found,
            "given_away_by_totals": given_away(table, inner, inner),
            "given_away_by_ours": given_away(table, withheld_cells(table, Protection()), primary),
        }
        differ += found
        sys.stdout.write(json.dumps(told) + "\n")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
