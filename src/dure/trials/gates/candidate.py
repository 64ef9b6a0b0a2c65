"""A score on its way through the gates, and the rules and history that they hold it against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dure.trials.details.values import Details
from dure.trials.disclosure.sensitive import Protection
from dure.trials.outcomes import OutcomeClass
from dure.trials.results import ResultForm

Triple = tuple[float, float, float]
Figures = Mapping[str, Mapping[str, Triple]]
"""Metric -> side -> value, lower, upper."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Trials that an agency has begun on the same targets, this one among them, and how many it may.

    ``beside`` are those on each of the other benchmarks, which count where their test rows are these.
    """

    spent: int
    limit: int
    beside: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What the report of an earlier run told, and whether it was just this algorithm with this seed.

    Its details are as the result had them.
    ``other`` is the number of the other benchmark that it was on; None on the same targets.
    """

    figures: Figures = field(default_factory=dict)
    same: bool = False
    other: int | None = None
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Other:
    """Another benchmark's id, and whether a report on it was asked for or released."""

    id: str
    left: bool


@dataclass(frozen=True, slots=True)
class History:
    """What left earlier, or may leave.

    Parameters
    ----------
    told
        Reports of the same agency on the same targets, and on the others, the earliest first.
    others
        Other benchmarks with this target column.
    mark
        Digest of all this; another one means that something has left or may leave since.
    """

    told: tuple[Told, ...] = ()
    others: tuple[Other, ...] = ()
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Subgroup:
    """One subgroup's rows, and its figures: metric -> value, lower, upper of the algorithm."""

    rows: int
    figures: Mapping[str, Triple]


@dataclass(frozen=True, slots=True)
class Counted:
    """A table of counts by subgroup and class, and which cells and totals scoring would withhold."""

    counts: tuple[tuple[int, ...], ...]
    withheld: tuple[tuple[bool, ...], ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A score on its way through the gates.

    Parameters
    ----------
    subject
        The run, for findings.
    form
        What the benchmark demands.
    outcome
        How the run ended.
    data
        What scoring wrote.
    budget
        How often the agency has asked.
    history
        What left earlier.
    protection
        What the benchmark asks for tables.
    sweep
        How the run on the perturbed part ended; None when there was none.
    rows, smallest_cell, figures, leak, isolated, subgroups, support, details
        What the score says, once its form was found sound: ``leak`` that the predictions equal the
        targets to an implausible degree, ``isolated`` of each of ``history.others`` that its test rows
        are these but for a few, ``shared`` that they are these for a good part.
    result
        What may leave so far.
    climbed
        A figure is better than all that was told before, so that something new is told.
    """

    subject: str
    form: ResultForm
    outcome: OutcomeClass
    data: bytes
    budget: Budget
    history: History = field(default_factory=History)
    protection: Protection = field(default_factory=Protection)
    sweep: OutcomeClass | None = None
    rows: int = 0
    smallest_cell: int = 0
    figures: Figures = field(default_factory=dict)
    leak: bool = False
    isolated: tuple[bool, ...] = ()
    shared: tuple[bool, ...] = ()
    subgroups: tuple[Subgroup, ...] = ()
    support: Counted | None = None
    details: Details | None = None
    result: Mapping[str, object] = field(default_factory=dict)
    climbed: bool = False
