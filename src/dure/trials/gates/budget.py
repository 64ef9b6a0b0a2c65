"""The submitting agency still has budget on these targets: every question counts, failed ones too."""

from __future__ import annotations

from dure.core.text import Text
from dure.trials.gates.candidate import Candidate
from dure.trials.gates.gate import Gate
from dure.trials.refusals import GateClosed


def _let_through(candidate: Candidate) -> Candidate:
    budget = candidate.budget
    beside = zip(budget.beside, candidate.shared, strict=False)
    spent = budget.spent + sum(count for count, shared in beside if shared)
    if not budget.spent or spent > budget.limit:
        raise GateClosed("gate.budget", "budget")
    return candidate


QUERY_BUDGET = Gate(
    "budget",
    Text("The agency's query budget is not overdrawn", "기관의 실행 한도를 넘지 않음"),
    _let_through,
    lambda candidate: {"limit": str(candidate.budget.limit)},
)
