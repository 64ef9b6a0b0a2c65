"""The order of the gates, and a candidate's way through them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import compress

from dure.core.findings import Finding
from dure.trials.gates.budget import QUERY_BUDGET
from dure.trials.gates.candidate import Candidate
from dure.trials.gates.cells import CELLS
from dure.trials.gates.details import DETAILS_COARSE
from dure.trials.gates.differencing import DIFFERENCING
from dure.trials.gates.digits import THREE_DIGITS
from dure.trials.gates.finite import FINITE
from dure.trials.gates.floors import FLOORS
from dure.trials.gates.form import FORM
from dure.trials.gates.gate import Gate, Passage, Step
from dure.trials.gates.ladder import LADDER
from dure.trials.gates.outcome import CLASS_ONLY, said
from dure.trials.gates.tables import TABLES
from dure.trials.outcomes import OutcomeClass
from dure.trials.refusals import GateClosed, finding_of, leak_finding
from dure.trials.results import ResultForm, check_result

GATES: tuple[Gate, ...] = (
    FORM,
    FINITE,
    THREE_DIGITS,
    CELLS,
    TABLES,
    DETAILS_COARSE,
    FLOORS,
    DIFFERENCING,
    QUERY_BUDGET,
    LADDER,
    CLASS_ONLY,
)
"""Every gate, in order."""


@dataclass(frozen=True, slots=True)
class Gated:
    """What came through.

    Parameters
    ----------
    outcome
        Its class.
    result
        What may leave.
    findings
        What the gates found: why it was refused, or what those who decide should look at.
    steps
        What became of it at each gate.
    isolated, shared
        Other benchmarks' ids, whose test rows are these but for a few, or for a good part.
    climbed
        A figure is told that is better than all that was told before.
    """

    outcome: OutcomeClass
    result: Mapping[str, object]
    findings: tuple[Finding, ...]
    steps: tuple[Step, ...] = ()
    isolated: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    climbed: bool = False


def pass_gates(candidate: Candidate) -> Gated:
    """Return what may leave: all of the result, or only that it was refused.

    Parameters
    ----------
    candidate
        The outcome so far, and for an outcome of ``ok`` the bytes that scoring wrote.

    Examples
    --------
    >>> from dure.trials.gates.candidate import Budget
    >>> from dure.trials.tasks import TaskType
    >>> form = ResultForm(TaskType.REGRESSION, ("mae",))
    >>> failed = Candidate("run", form, OutcomeClass.ALGORITHM_ERROR, b"", Budget(1, 20))
    >>> dict(pass_gates(failed).result)
    {'outcome': 'algorithm-error', 'task': 'tabular-regression'}
    """
    steps: list[Step] = []
    for gate in GATES:
        parameters = gate.parameters(candidate)
        try:
            onward = gate.let_through(candidate)
        except GateClosed as closed:
            steps.append(Step(gate.name, Passage.REFUSED, parameters))
            rest = (Step(one.name, Passage.NOT_REACHED, {}) for one in GATES[len(steps) :])
            return Gated(
                OutcomeClass.REFUSED,
                said(candidate.form, OutcomeClass.REFUSED),
                (finding_of(closed, candidate.subject),),
                (*steps, *rest),
            )
        passage = Passage.NOT_APPLICABLE if onward is None else Passage.PASSED
        steps.append(Step(gate.name, passage, parameters))
        candidate = onward or candidate
    others = [other.id for other in candidate.history.others]
    return Gated(
        candidate.outcome,
        candidate.result,
        (leak_finding(candidate.subject),) if candidate.leak else (),
        tuple(steps),
        tuple(compress(others, candidate.isolated)),
        tuple(compress(others, candidate.shared)),
        candidate.climbed,
    )


def recheck(result: object, subject: str, form: ResultForm) -> tuple[Finding, ...]:
    """Return what is wrong with a result that claims to have passed; empty means nothing.

    Parameters
    ----------
    result
        The result of a sealed report, as canonical JSON gave it.
    subject
        The report's id, for the findings.
    form
        The form that the benchmark demands.
    """
    try:
        check_result(result, form)
    except GateClosed as closed:
        return (finding_of(closed, subject),)
    return ()
