"""How to score, as the scoring sandbox is told."""

from __future__ import annotations

from dataclasses import dataclass

from dure.trials.definition import USUAL
from dure.trials.disclosure.sensitive import Protection
from dure.trials.tasks import TaskType


@dataclass(frozen=True, slots=True)
class Plan:
    """How to score.

    Parameters
    ----------
    task, metrics
        What was asked.
    seed, resamples
        Of the bootstrap.
    subgroups
        How many subgroups the answer key has, the other rows not counted.
    floors
        Metrics that are needed of each subgroup.
    protection
        What is asked of tables.
    robust, tell
        The robustness plan, and what is told beside figures and p.
    """

    task: TaskType
    metrics: tuple[str, ...]
    seed: int
    resamples: int
    subgroups: int = 0
    floors: tuple[str, ...] = ()
    protection: Protection = USUAL
    robust: tuple[str, ...] = ()
    tell: tuple[str, ...] = ()
