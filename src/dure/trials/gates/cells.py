"""No figure rests on fewer rows than the least cell, nor does what is left beside a subgroup."""

from __future__ import annotations

from dure.core.text import Text
from dure.trials.gates.candidate import Candidate
from dure.trials.gates.gate import Gate
from dure.trials.outcomes import OutcomeClass
from dure.trials.refusals import GateClosed


def _let_through(candidate: Candidate) -> Candidate | None:
    if candidate.outcome is not OutcomeClass.OK:
        return None
    least = candidate.protection.least
    if min(candidate.rows, candidate.smallest_cell) < least:
        raise GateClosed("gate.cells", "smallest_cell")
    for subgroup in candidate.subgroups:
        # All but these few rows would tell of the few.
        if subgroup.rows < least or 0 < candidate.rows - subgroup.rows < least:
            raise GateClosed("gate.cells", "subgroups")
    return candidate


CELLS = Gate(
    "cells",
    Text("No figure rests on too few rows", "모든 수치의 근거가 되는 행이 충분함"),
    _let_through,
    lambda candidate: {"least": str(candidate.protection.least)},
)
