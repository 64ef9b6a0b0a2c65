"""The order of what was told: a pure function of figures that passed the gates.

Two agencies whose figures differ by less than the Ladder's step share a rank: which of them is better
was not found out. Each stands with the best that was ever told of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dure.trials.gates.candidate import Figures
from dure.trials.gates.ladder import is_better
from dure.trials.tasks import Metric


@dataclass(frozen=True, slots=True)
class Entry:
    """What one run was told.

    Parameters
    ----------
    agency, algorithm
        Whose algorithm, and its name.
    run
        The run.
    released
        True when people released the report.
    figures
        What it was told, by metric and side.
    """

    agency: str
    algorithm: str
    run: str
    released: bool
    figures: Figures


@dataclass(frozen=True, slots=True)
class Standing:
    """One agency's place: rank from 1, shared by those that can't be told apart."""

    rank: int
    entry: Entry


def standings(entries: Sequence[Entry], metric: Metric, questions: int) -> tuple[Standing, ...]:
    """Return the agencies' best entries, the best first.

    Parameters
    ----------
    entries
        All that was told, in any order.
    metric
        What they are ranked by; who has no figure of it has no place.
    questions
        Figures that the budget allows in all, as `dure.trials.gates.ladder.step` takes it.
    """
    sign = 1.0 if metric.larger_is_better else -1.0
    best: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda one: one.run):
        figures = entry.figures.get(metric.name)
        known = best.get(entry.agency)
        if figures is None:
            continue
        if known is None or sign * _value(entry, metric) > sign * _value(known, metric):
            best[entry.agency] = entry
    ordered = sorted(best.values(), key=lambda one: (-sign * _value(one, metric), one.agency))
    placed: list[Standing] = []
    for number, entry in enumerate(ordered, 1):
        # Held against the first of a rank, so that a chain of small differences makes no large one.
        first = placed[-1] if placed else None
        leader = next((one for one in placed if first and one.rank == first.rank), None)
        apart = leader is None or is_better(
            leader.entry.figures[metric.name], entry.figures[metric.name], sign, questions
        )
        placed.append(Standing(number if apart or leader is None else leader.rank, entry))
    return tuple(placed)


def _value(entry: Entry, metric: Metric) -> float:
    return entry.figures[metric.name]["algorithm"][0]
