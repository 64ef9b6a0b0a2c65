"""Quantiles of a forecast beside what came."""

from __future__ import annotations

from typing import Any

import numpy as np

from dure.trials.disclosure.table import Marks
from dure.trials.forecasts import usual_quantiles
from dure.trials.kinds.estimates import Comparison
from dure.trials.kinds.key import Ints, Sides, implausible, one_cell
from dure.trials.kinds.parts import ANSWER
from dure.trials.kinds.quantiles.figures import forecast, forecast_p


class QuantilesKey:
    """As `dure.trials.kinds.key.Key`."""

    def __init__(self, sides: Sides) -> None:
        self.sides = sides
        self.usual = usual_quantiles(sides.answers)
        self.targets = sides.answers[ANSWER].to_numpy()
        self.predicted = np.asarray(sides.predictions.values, dtype=np.float64)

    def comparisons(self, mask: Marks) -> list[Comparison]:
        """Return all figures over some of the rows."""
        return forecast(
            self.targets[mask],
            self.predicted[mask],
            self.usual[mask],
            float(self.sides.baseline["scale"]),
            self.sides.plan.resamples,
            self.sides.rng,
        )

    def p_values(self, rng: np.random.Generator) -> dict[str, float]:
        """Return p of each metric."""
        scale = float(self.sides.baseline["scale"])
        return forecast_p(self.targets, self.predicted, self.usual, scale, rng)

    def calibration(self, _: np.random.Generator) -> dict[str, Any]:
        """Return how many targets are at or below the quantile of each level."""
        return {"below": (self.targets[:, None] <= self.predicted).sum(axis=0).tolist()}

    def cells(self) -> Ints:
        """Return the class of each row: every row has the same."""
        return one_cell(len(self.targets))

    def smallest(self) -> int:
        """Return the rows, which are one group."""
        return len(self.targets)

    def leak(self) -> bool:
        """Say whether the predictions equal the targets implausibly."""
        return implausible(self.targets, self.predicted[:, self.predicted.shape[1] // 2])
