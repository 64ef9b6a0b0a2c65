"""The benchmark's own floors: how good an algorithm must surely be, on the whole and in each subgroup.

Of a metric of which more is better, the interval's lower end must not be below the floor; of an error,
its upper end must not be above it.

It stands behind the Ladder: whether a floor holds is a bit that no step protects, and of a small subgroup
a bit of its rows. So it is looked at only where a figure would be told; of what is held nothing is
said, whether a floor holds or not.
"""

from __future__ import annotations

from dataclasses import replace

from dure.core.text import Text
from dure.trials.gates.candidate import Candidate, Triple
from dure.trials.gates.gate import Gate
from dure.trials.outcomes import OutcomeClass
from dure.trials.refusals import GateClosed
from dure.trials.results import metric_in


def _let_through(candidate: Candidate) -> Candidate | None:
    floors = candidate.form.floors
    if candidate.outcome is not OutcomeClass.OK or not floors:
        return None
    if not candidate.result["figures"]:
        return None  # all is held: a floor that holds must look like one that doesn't
    for name, floor in floors:
        whole = candidate.figures.get(name, {}).get("algorithm")
        for figures in (whole, *(group.figures.get(name) for group in candidate.subgroups)):
            if figures is None or not _holds(candidate, name, figures, float(floor)):
                raise GateClosed("gate.floors", name)
    return replace(candidate, result={**candidate.result, "floors": dict(floors)})


FLOORS = Gate(
    "floors",
    Text(
        "The benchmark's floors hold in every subgroup",
        "모든 하위 집단에서 평가 기준의 하한을 지킴",
    ),
    _let_through,
    lambda candidate: {
        **dict(candidate.form.floors),
        "subgroups": str(candidate.form.subgroups),
    },
)


def _holds(candidate: Candidate, name: str, figures: Triple, floor: float) -> bool:
    _, lower, upper = figures
    return lower >= floor if metric_in(candidate.form, name).larger_is_better else upper <= floor
