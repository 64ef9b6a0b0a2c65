"""The last gate: nothing is said of a failure but its class, and the result has the form once more."""

from __future__ import annotations

from dataclasses import replace

from dure.core.text import Text
from dure.trials.gates.candidate import Candidate
from dure.trials.gates.gate import Gate
from dure.trials.outcomes import OutcomeClass
from dure.trials.results import ResultForm, check_result


def said(form: ResultForm, outcome: OutcomeClass) -> dict[str, object]:
    """Return all that may be said of a trial that did not succeed."""
    return {"outcome": outcome.value, "task": form.task.value}


def _let_through(candidate: Candidate) -> Candidate:
    if candidate.outcome is not OutcomeClass.OK:
        candidate = replace(candidate, result=said(candidate.form, candidate.outcome))
    check_result(candidate.result, candidate.form)
    return candidate


CLASS_ONLY = Gate(
    "outcome",
    Text("Of a failure only its class is told", "실패는 종류만 알림"),
    _let_through,
)
