"""Classes beside the classes they were to be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import numpy as np

from dure.trials.bootstrap import Floats
from dure.trials.details.calibration import are_probabilities, reliability
from dure.trials.details.pairing import area_p
from dure.trials.disclosure.table import Marks
from dure.trials.kinds.classes.figures import (
    averaged_classes,
    classification,
    classification_p,
    roc_auc,
)
from dure.trials.kinds.estimates import Comparison
from dure.trials.kinds.key import Ints, Sides, implausible
from dure.trials.kinds.parts import ANSWER
from dure.trials.tasks import metric_of


class ClassesKey:
    """As `dure.trials.kinds.key.Key`."""

    def __init__(self, sides: Sides) -> None:
        self.sides = sides
        self.numbers = {name: n for n, name in enumerate(sides.baseline["classes"])}
        self.targets = self._numbered(sides.answers[ANSWER].to_pylist())
        self.predicted = self._numbered(sides.predictions.values)
        self.scores = self._scores()
        task, metrics = sides.plan.task, sides.plan.metrics
        wanted = [metric for name in metrics if (metric := metric_of(task, name))]
        self.scored = any(metric.needs_scores for metric in wanted)

    def comparisons(self, mask: Marks) -> list[Comparison]:
        """Return all figures over some of the rows."""
        plan, rng = self.sides.plan, self.sides.rng
        targets, count = self.targets[mask], len(self.numbers)
        majority = self.numbers[self.sides.baseline["majority"]]
        predicted = self.predicted[mask]
        found = classification(targets, predicted, majority, count, plan.resamples, rng)
        if self.scored and self.scores is not None and len(np.unique(targets)) == count:
            found.append(roc_auc(targets, self.scores[mask], plan.resamples, rng))
        return found

    def p_values(self, rng: np.random.Generator) -> dict[str, float]:
        """Return p of each metric."""
        majority, count = self.numbers[self.sides.baseline["majority"]], len(self.numbers)
        found = classification_p(self.targets, self.predicted, majority, count, rng)
        if self.scored and self.scores is not None and len(np.unique(self.targets)) == count:
            chosen = averaged_classes(count)
            found["roc-auc"] = area_p(self.targets, self.scores, chosen, rng)
        return found

    def calibration(self, rng: np.random.Generator) -> dict[str, Any] | None:
        """Return the reliability of the predicted classes' probabilities, if scores are such."""
        if self.scores is None or not are_probabilities(self.scores):
            return None
        plan = self.sides.plan
        confidence = self.scores[np.arange(len(self.targets)), self.predicted]
        right = self.predicted == self.targets
        found = reliability(confidence, right, plan.protection.least, plan.resamples, rng)
        return asdict(found) if found else None

    def cells(self) -> Ints:
        """Return the class of each row."""
        return self.targets

    def smallest(self) -> int:
        """Return the rows of the least populated class."""
        return int(np.bincount(self.targets, minlength=len(self.numbers)).min())

    def leak(self) -> bool:
        """Say whether the predictions equal the targets implausibly."""
        return implausible(self.targets, self.predicted)

    def _scores(self) -> Floats | None:
        """Return the scores in the order of the classes' numbers, if there are any."""
        predictions = self.sides.predictions
        if not predictions.classes:
            return None
        order = [predictions.classes.index(name) for name in self.numbers]
        return np.asarray(predictions.scores, dtype=np.float64)[:, order]

    def _numbered(self, names: Iterable[str]) -> Ints:
        return np.array([self.numbers[name] for name in names], dtype=np.int64)
