"""Tables: whatever is shown, an attacker with a linear program can't come close to what is withheld."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from dure.trials.disclosure import suppression
from dure.trials.disclosure.audit import feasible_interval, is_protected
from dure.trials.disclosure.sensitive import Protection, margins, sensitive
from dure.trials.disclosure.suppression import TableRefused, withheld_cells
from dure.trials.disclosure.table import CellTable

USUAL = Protection()
SMALL = CellTable(np.array([[5, 40, 40], [40, 40, 40], [40, 40, 40]]))


def attacked(shown, row, column):
    """Bound one cell, from the shown table alone (NaN is withheld), in the attacker's own words:
    one variable for each inner cell, and a row or column of totals for each that is shown."""
    height, width = shown.shape[0] - 1, shown.shape[1] - 1
    known, values = [], []
    for i in range(height + 1):
        for j in range(width + 1):
            if not np.isnan(shown[i, j]):
                mask = np.zeros((height, width))
                mask[slice(None) if i == height else i, slice(None) if j == width else j] = 1.0
                known.append(mask.ravel())
                values.append(shown[i, j])
    aim = np.zeros((height, width))
    aim[slice(None) if row == height else row, slice(None) if column == width else column] = 1.0
    told = {"A_eq": np.array(known), "b_eq": values} if known else {}
    ends = []
    for sign in (1.0, -1.0):
        found = linprog(sign * aim.ravel(), **told, method="highs")
        assert found.status in (0, 3)
        ends.append(np.inf * -sign if found.status == 3 else sign * found.fun)
    return ends[0], ends[1]


def shown_of(table, withheld):
    return np.where(withheld, np.nan, table.values())


def tables(most=60, side=4):
    sizes = st.tuples(st.integers(2, side), st.integers(2, side))
    return sizes.flatmap(
        lambda size: st.lists(
            st.lists(st.integers(0, most), min_size=size[1], max_size=size[1]),
            min_size=size[0],
            max_size=size[0],
        ).map(lambda rows: CellTable(np.array(rows)))
    )


@settings(max_examples=25)
@given(tables())
def test_no_attacker_comes_within_the_margin_of_a_small_cell(table):
    withheld = withheld_cells(table, USUAL)
    shown = shown_of(table, withheld)
    assert not (shown < USUAL.least).any()
    for row, column in zip(*np.nonzero(table.all_counts() < USUAL.least), strict=True):
        lowest, highest = attacked(shown, row, column)
        assert highest - lowest >= USUAL.least - 1e-6


def test_the_attacker_finds_a_cell_that_stands_alone():
    """The positive control: withholding the small cell alone protects nothing."""
    alone = sensitive(SMALL, USUAL)
    assert alone.sum() == 1
    assert attacked(shown_of(SMALL, alone), 0, 0) == pytest.approx((5, 5))
    assert feasible_interval(SMALL.values(), alone, (0, 0)) == pytest.approx((5, 5))
    assert not is_protected(SMALL.values(), alone, alone, margins(SMALL, USUAL))
    enough = withheld_cells(SMALL, USUAL)
    assert enough.sum() == 4
    lowest, highest = attacked(shown_of(SMALL, enough), 0, 0)
    assert (lowest, highest) == pytest.approx((0, 45))


@settings(max_examples=8)
@given(tables(), st.randoms(use_true_random=False))
def test_the_audit_sees_what_an_attacker_sees(table, chance):
    withheld = np.array(
        [[chance.random() < 0.5 for _ in row] for row in table.values()], dtype=bool
    )
    withheld[-1, -1] = False
    shown = shown_of(table, withheld)
    for row, column in zip(*np.nonzero(withheld), strict=True):
        ours = feasible_interval(table.values(), withheld, (int(row), int(column)))
        assert ours == pytest.approx(attacked(shown, row, column), abs=1e-5)


def test_a_table_without_small_cells_is_shown_whole():
    assert not withheld_cells(CellTable(np.full((3, 3), 10)), USUAL).any()
    assert withheld_cells(CellTable(np.array([[9, 10], [10, 10]])), USUAL).any()


def test_a_table_that_is_too_large_is_refused():
    with pytest.raises(TableRefused, match="size"):
        withheld_cells(CellTable(np.full((30, 30), 3)), USUAL)


def test_the_audit_has_the_last_word(monkeypatch):
    monkeypatch.setattr(suppression, "_enough", lambda values, primary, wide: primary)
    withheld = withheld_cells(SMALL, USUAL)  # too little was chosen: then everything is withheld
    assert withheld.sum() == withheld.size - 1
    monkeypatch.setattr(suppression, "is_protected", lambda *_: False)
    with pytest.raises(TableRefused, match="unprotected"):
        withheld_cells(SMALL, USUAL)


@pytest.mark.parametrize("changes", [{"least": 9}, {"p_percent": 0}, {"n": 0}, {"k_percent": 101}])
def test_a_protection_is_never_weaker_than_the_house(changes):
    with pytest.raises(ValueError, match="protection"):
        Protection(**changes)
    assert Protection(least=10, p_percent=100, n=1, k_percent=100)


@pytest.mark.parametrize("counts", [[[-1, 2]], [1, 2], [[]]])
def test_what_is_no_table(counts):
    with pytest.raises(ValueError, match="table"):
        CellTable(np.array(counts))


# ── tables of sums ───────────────────────────────────────────────────────────────────────────────


def sums(*cells):
    """A 2 × 2 table of sums, by what each contributor gave."""
    rows = (cells[:2], cells[2:])
    counts = np.array([[len(cell) for cell in row] for row in rows])
    return CellTable(counts, tuple(tuple(map(tuple, row)) for row in rows))


EVEN = [5.0] * 20


@pytest.mark.parametrize(
    ("cell", "protection", "withheld"),
    [
        (EVEN, USUAL, False),
        ([*EVEN, 900.0], Protection(p_percent=10, n=1, k_percent=100), False),  # rest is 95
        ([*EVEN, 2000.0], Protection(p_percent=10, n=1, k_percent=100), True),  # rest is 95 < 200
        ([*EVEN, 900.0], Protection(p_percent=1, n=1, k_percent=90), False),
        ([*EVEN, 901.0], Protection(p_percent=1, n=1, k_percent=90), True),
        ([*EVEN, 500.0, 500.0], Protection(p_percent=1, n=1, k_percent=90), False),
        ([*EVEN, 500.0, 500.0], Protection(p_percent=1, n=2, k_percent=90), True),
        ([5.0] * 9, USUAL, True),
        ([0.0] * 20, USUAL, False),
    ],
)
def test_dominance(cell, protection, withheld):
    table = sums(cell, EVEN, EVEN, EVEN)
    assert sensitive(table, protection)[0, 0] == withheld


def test_the_largest_contributor_of_a_sum_stays_hidden():
    protection = Protection(p_percent=10, n=1, k_percent=100)
    table = sums([*EVEN, 2000.0], [40.0] * 60, [40.0] * 60, [40.0] * 60)
    withheld = withheld_cells(table, protection)
    shown = shown_of(table, withheld)
    assert np.isnan(shown[0, 0])
    lowest, highest = attacked(shown, 0, 0)
    # The second contributor, who knows its own 5, can't tell the first to within 10 per cent.
    assert highest - 5.0 >= 2000.0 * 1.1
    assert highest - lowest >= margins(table, protection)[0, 0]
