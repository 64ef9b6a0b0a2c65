"""Every figure is a finite number, in the range of its metric, within its own interval's ends."""

from __future__ import annotations

import math
from collections.abc import Iterator

from dure.core.text import Text
from dure.trials.gates.candidate import Candidate, Triple
from dure.trials.gates.gate import Gate
from dure.trials.outcomes import OutcomeClass
from dure.trials.refusals import GateClosed
from dure.trials.results import metric_in, range_of

_LAST_BIT = 1e-9


def _let_through(candidate: Candidate) -> Candidate | None:
    if candidate.outcome is not OutcomeClass.OK:
        return None
    for name, side, values in _each(candidate):
        lowest, highest = range_of(metric_in(candidate.form, name), side)
        for value in values:
            # a mean of ones may come out as 1 + 2^-52
            if not (math.isfinite(value) and lowest - _LAST_BIT <= value <= highest + _LAST_BIT):
                raise GateClosed("gate.range", f"{name}.{side}")
        if values[1] > values[2]:
            raise GateClosed("gate.range", f"{name}.{side}")
    return candidate


FINITE = Gate(
    "range",
    Text("Figures are finite and in range", "수치가 유한하고 범위 안에 있음"),
    _let_through,
)


def _each(candidate: Candidate) -> Iterator[tuple[str, str, Triple]]:
    for name, sides in candidate.figures.items():
        for side, values in sides.items():
            yield name, side, values
    for subgroup in candidate.subgroups:
        for name, values in subgroup.figures.items():
            yield name, "algorithm", values
