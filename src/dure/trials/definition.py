"""What a benchmark is: the part of a data set that an algorithm learns from, and what it is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from dure.core.canonical import canonical_json
from dure.trials.errors import TrialsError
from dure.trials.tasks import METRICS, TaskType, metric_of

SPLIT_PARTS = 1000
MOST_FEATURES = 2000
BUDGET = 20

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


@dataclass(frozen=True, slots=True)
class Definition:
    """What a benchmark is.

    Parameters
    ----------
    name
        What it is called.
    task
        What algorithms are asked to do.
    target
        Column to be predicted.
    features
        Columns they may see, in order.
    test_permille
        Share of the rows with a target that is kept for the test, 1 to 999 in a thousand.
    seed
        Decides which rows.
    metrics
        Names of the metrics; those that need scores count where scores are given.
    budget
        Trials that each submitting agency may run on it.

    Raises
    ------
    TrialsError
        ``trials.benchmark`` when a part is not possible.
    """

    name: str
    task: TaskType
    target: str
    features: tuple[str, ...]
    test_permille: int = 300
    seed: int = 1
    metrics: tuple[str, ...] = ()
    budget: int = BUDGET

    def __post_init__(self) -> None:
        if not self.metrics:
            object.__setattr__(self, "metrics", tuple(m.name for m in METRICS[self.task]))
        checks = {
            "name": (_NAME.fullmatch(self.name) is not None, "benchmark-name"),
            "target": (bool(self.target), "no-column"),
            "features": (
                0 < len(set(self.features)) == len(self.features) <= MOST_FEATURES,
                "columns",
            ),
            "test_permille": (0 < self.test_permille < SPLIT_PARTS, "permille"),
            "seed": (0 <= self.seed < 2**31, "seed"),
            "metrics": (
                all(metric_of(self.task, name) for name in self.metrics),
                "metrics",
            ),
            "budget": (0 < self.budget <= 10_000, "budget"),
        }
        for part, (sound, reason) in checks.items():
            if not sound:
                raise TrialsError("trials.benchmark", part=part, reason=reason, most=MOST_FEATURES)
        if self.target in self.features:
            raise TrialsError("trials.benchmark", part="features", reason="target-among")

    def to_dict(self) -> dict[str, object]:
        """Return the definition as canonical values."""
        return {
            "name": self.name,
            "task": self.task.value,
            "target": self.target,
            "features": list(self.features),
            "test_permille": self.test_permille,
            "seed": self.seed,
            "metrics": list(self.metrics),
            "budget": self.budget,
        }

    def to_bytes(self) -> bytes:
        """Return the canonical JSON of the definition."""
        return canonical_json(self.to_dict())

    @classmethod
    def from_dict(cls, value: Mapping[str, object]) -> Definition:
        """Return the definition that `to_dict` wrote.

        Raises
        ------
        TrialsError
            ``trials.benchmark`` when it is not one.
        """
        try:
            return cls(
                name=str(value["name"]),
                task=TaskType(str(value["task"])),
                target=str(value["target"]),
                features=_names(value["features"]),
                test_permille=int(str(value["test_permille"])),
                seed=int(str(value["seed"])),
                metrics=_names(value["metrics"]),
                budget=int(str(value["budget"])),
            )
        except (KeyError, TypeError, ValueError):
            raise TrialsError("trials.benchmark", part="definition", reason="malformed") from None


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return tuple(map(str, value))
