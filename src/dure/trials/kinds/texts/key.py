"""Generated texts beside those they were to be."""

from __future__ import annotations

from collections import Counter

import numpy as np

from dure.trials.disclosure.table import Marks
from dure.trials.kinds.estimates import Comparison
from dure.trials.kinds.key import LEAK_SHARE, MOST_COMMON, Ints, Sides, one_cell
from dure.trials.kinds.parts import ANSWER
from dure.trials.kinds.texts.figures import EXACT, generation, generation_p, shared
from dure.trials.kinds.texts.target import USUAL
from dure.trials.kinds.texts.tokens import plain


class TextsKey:
    """As `dure.trials.kinds.key.Key`."""

    def __init__(self, sides: Sides) -> None:
        self.sides = sides
        self.targets = sides.answers[ANSWER].to_pylist()
        self.own = shared(self.targets, sides.predictions.values)
        self.baseline = shared(self.targets, sides.answers[USUAL].to_pylist())

    def comparisons(self, mask: Marks) -> list[Comparison]:
        """Return all figures over some of the rows."""
        plan, rng = self.sides.plan, self.sides.rng
        return generation(self.own[mask], self.baseline[mask], plan.resamples, rng)

    def p_values(self, rng: np.random.Generator) -> dict[str, float]:
        """Return p of each metric."""
        return generation_p(self.own, self.baseline, rng)

    def cells(self) -> Ints:
        """Return the class of each row: every row has the same."""
        return one_cell(len(self.targets))

    def smallest(self) -> int:
        """Return how many rows there are."""
        return len(self.targets)

    def leak(self) -> bool:
        """Say whether the texts equal the targets implausibly."""
        common = max(Counter(map(plain, self.targets)).values()) / len(self.targets)
        return bool(np.mean(self.own[:, EXACT]) >= LEAK_SHARE and common <= MOST_COMMON)
