"""Numbers beside the numbers they were to be."""

from __future__ import annotations

import numpy as np

from dure.trials.disclosure.table import Marks
from dure.trials.kinds.estimates import Comparison
from dure.trials.kinds.key import Ints, Sides, implausible, one_cell
from dure.trials.kinds.numbers.figures import regression, regression_p
from dure.trials.kinds.parts import ANSWER


class NumbersKey:
    """As `dure.trials.kinds.key.Key`."""

    def __init__(self, sides: Sides) -> None:
        self.sides = sides
        self.targets = sides.answers[ANSWER].to_numpy()
        self.predicted = np.asarray(sides.predictions.values, dtype=np.float64)

    def comparisons(self, mask: Marks) -> list[Comparison]:
        """Return all figures over some of the rows."""
        mean = float(self.sides.baseline["mean"])
        plan, rng = self.sides.plan, self.sides.rng
        return regression(self.targets[mask], self.predicted[mask], mean, plan.resamples, rng)

    def p_values(self, rng: np.random.Generator) -> dict[str, float]:
        """Return p of each metric."""
        return regression_p(self.targets, self.predicted, float(self.sides.baseline["mean"]), rng)

    def cells(self) -> Ints:
        """Return the class of each row: every row has the same."""
        return one_cell(len(self.targets))

    def smallest(self) -> int:
        """Return the rows, which are one group."""
        return len(self.targets)

    def leak(self) -> bool:
        """Say whether the predictions equal the targets implausibly."""
        return implausible(self.targets, self.predicted)
