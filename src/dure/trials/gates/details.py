"""What stands beside the figures is coarse, rests on rows enough, and was asked for."""

from __future__ import annotations

from dataclasses import replace

from dure.core.text import Text
from dure.trials.details.telling import tell_details
from dure.trials.gates.candidate import Candidate
from dure.trials.gates.gate import Gate


def _let_through(candidate: Candidate) -> Candidate | None:
    if candidate.details is None:
        return None
    told = tell_details(
        candidate.details,
        candidate.form,
        rows=candidate.rows,
        groups=tuple(group.rows for group in candidate.subgroups),
        least=candidate.protection.least,
        sweep=candidate.sweep,
    )
    return replace(candidate, result={**candidate.result, **told})


DETAILS_COARSE = Gate(
    "details",
    Text(
        "Curves and subgroup figures are as coarse as they are unsure, and rest on enough rows",
        "곡선과 하위 집단 수치가 불확실한 만큼 거칠고 근거가 되는 행이 충분함",
    ),
    _let_through,
    lambda candidate: {
        "least": str(candidate.protection.least),
        **({"robust": ", ".join(candidate.form.robust)} if candidate.form.robust else {}),
        **({"tell": ", ".join(candidate.form.tell)} if candidate.form.tell else {}),
    },
)
