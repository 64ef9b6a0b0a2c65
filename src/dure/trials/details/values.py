"""What scoring found of a result's details; nothing of it may leave as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dure.trials.tasks import TaskType, metric_of

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Point:
    """A figure over some of the rows.

    Parameters
    ----------
    rows
        How many they are.
    rests
        Rows of the least populated class that the figure rests on.
    figure
        Value, lower, upper.
    """

    rows: int
    rests: int
    figure: Triple


@dataclass(frozen=True, slots=True)
class Tenths:
    """Rows whose confidence is in one range of tenths, their mean confidence, and how many are right."""

    lower: int
    upper: int
    rows: int
    confidence: float
    right: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """A reliability curve and its error, or of a forecast how many targets are below each level."""

    bins: tuple[Tenths, ...] = ()
    error: Triple = (0.0, 0.0, 0.0)
    below: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Details:
    """All of them.

    Parameters
    ----------
    p
        Of each metric that has one.
    calibration
        None when there is none.
    robustness
        A point for each cell of the plan, None where it has too few rows; None when there was no sweep.
    refused
        The sweep's predictions don't have the demanded form.
    subgroups
        Of each subgroup a point for each metric that it has.
    """

    p: Mapping[str, float] = field(default_factory=dict)
    calibration: Calibration | None = None
    robustness: tuple[Point | None, ...] | None = None
    refused: bool = False
    subgroups: tuple[Mapping[str, Point], ...] = ()


def plain_metrics(task: TaskType, metrics: tuple[str, ...]) -> list[str]:
    """Return the metrics that need no scores; robustness is drawn of the first."""
    wanted = [metric_of(task, name) for name in metrics]
    return [metric.name for metric in wanted if metric and not metric.needs_scores]
