"""The answer key and the predictions side by side: what scoring asks of each kind of answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dure.trials.disclosure.table import Marks
from dure.trials.kinds.estimates import Comparison
from dure.trials.kinds.parts import COUNTS
from dure.trials.kinds.plan import Plan
from dure.trials.predictions import Predictions

Ints = NDArray[np.int64]

LEAK_SHARE = 0.99
MOST_COMMON = 0.9


@dataclass(frozen=True, slots=True)
class Sides:
    """What a key is made of.

    Parameters
    ----------
    plan
        How to score.
    baseline
        What the trivial baseline needs, as the split wrote it.
    answers
        The answer key.
    predictions
        One answer for each of its rows.
    rng
        Seeded generator.
    """

    plan: Plan
    baseline: Mapping[str, Any]
    answers: pa.Table
    predictions: Predictions
    rng: np.random.Generator


class Key(Protocol):
    """Answers and predictions of one kind, side by side."""

    def comparisons(self, mask: Marks) -> list[Comparison]:
        """Return all figures over some of the rows."""

    def cells(self) -> Ints:
        """Return the class of each row; where there are no classes every row has the same."""

    def smallest(self) -> int:
        """Return the rows behind the least populated group that a figure rests on."""

    def leak(self) -> bool:
        """Say whether the predictions equal the targets to a degree that learning doesn't reach.

        Targets that are nearly all the same are no reason.
        """


KeyMaker = Callable[[Sides], Key]


def rows_counted(answers: pa.Table) -> Ints:
    """Return as how many rows each row of an answer key counts."""
    if COUNTS not in answers.column_names:
        return np.ones(answers.num_rows, dtype=np.int64)
    counts: Ints = answers[COUNTS].to_numpy()
    return counts


def one_cell(rows: int) -> Ints:
    """Return the cells of rows that have no classes."""
    return np.zeros(rows, dtype=np.int64)


def implausible(targets: NDArray[Any], predicted: NDArray[Any]) -> bool:
    """Say whether vectors are equal to a degree that learning doesn't reach."""
    common = np.unique(targets, return_counts=True)[1].max() / len(targets)
    near = np.isclose(predicted, targets, rtol=1e-9, atol=1e-9)
    return bool(near.mean() >= LEAK_SHARE and common <= MOST_COMMON)
