"""Classes beside the classes they were to be."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dure.trials.disclosure.table import Marks
from dure.trials.kinds.classes.figures import classification, roc_auc
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
        task, metrics = sides.plan.task, sides.plan.metrics
        wanted = [metric for name in metrics if (metric := metric_of(task, name))]
        self.scored = any(metric.needs_scores for metric in wanted)

    def comparisons(self, mask: Marks) -> list[Comparison]:
        """Return all figures over some of the rows."""
        plan, predictions, rng = self.sides.plan, self.sides.predictions, self.sides.rng
        targets, count = self.targets[mask], len(self.numbers)
        majority = self.numbers[self.sides.baseline["majority"]]
        predicted = self.predicted[mask]
        found = classification(targets, predicted, majority, count, plan.resamples, rng)
        every = len(np.unique(targets)) == count
        if self.scored and predictions.classes and every:
            order = [predictions.classes.index(name) for name in self.numbers]
            scores = np.asarray(predictions.scores, dtype=np.float64)[mask][:, order]
            found.append(roc_auc(targets, scores, plan.resamples, rng))
        return found

    def cells(self) -> Ints:
        """Return the class of each row."""
        return self.targets

    def smallest(self) -> int:
        """Return the rows of the least populated class."""
        return int(np.bincount(self.targets, minlength=len(self.numbers)).min())

    def leak(self) -> bool:
        """Say whether the predictions equal the targets implausibly."""
        return implausible(self.targets, self.predicted)

    def _numbered(self, names: Iterable[str]) -> Ints:
        return np.array([self.numbers[name] for name in names], dtype=np.int64)
