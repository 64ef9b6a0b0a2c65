"""The submitting agency still has budget on this benchmark: every question counts, failed ones too."""

from __future__ import annotations

from dure.core.text import Text
from dure.trials.gates.candidate import Candidate
from dure.trials.gates.gate import Gate
from dure.trials.refusals import GateClosed


def _let_through(candidate: Candidate) -> Candidate:
    if not 0 < candidate.budget.spent <= candidate.budget.limit:
        raise GateClosed("gate.budget", "budget")
    return candidate


QUERY_BUDGET = Gate(
    "budget",
    Text("The agency's query budget is not overdrawn", "기관의 실행 한도를 넘지 않음"),
    _let_through,
    lambda candidate: {"limit": str(candidate.budget.limit)},
)
