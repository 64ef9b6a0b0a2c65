"""The gates: what a score must be before any of it may leave a trial.

In this order, each refusing unless it is sure: the score has exactly the demanded form → every
figure is finite and in the range of its metric → it is written with three significant digits and
no more → no figure rests on fewer than ten rows → the submitting agency still has budget on this
benchmark → nothing is said of a failure but its class. Standard output, tracebacks, times, memory
and sizes have no place in the form, so they can't pass.

The gates are pure functions. They run once when the report is made, and again in the executor
(`recheck`) on the sealed report itself, just before it is released.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from dure.core.findings import Finding
from dure.trials.figures import figure
from dure.trials.outcomes import OutcomeClass
from dure.trials.refusals import LEAST_CELL, GateClosed, finding_of
from dure.trials.results import (
    ESTIMATE,
    INTERVAL,
    SIDES,
    ResultForm,
    allowed_metrics,
    check_keys,
    check_result,
    metric_in,
    range_of,
)
from dure.trials.tasks import BASELINES

MOST_SCORE_BYTES = 64 * 1024
MOST_ROWS = 10**12
_LAST_BIT = 1e-9

Raw = Mapping[str, Mapping[str, tuple[float, float, float]]]


@dataclass(frozen=True, slots=True)
class Budget:
    """Trials that an agency has begun on a benchmark, this one among them, and how many it may."""

    spent: int
    limit: int


@dataclass(slots=True)
class Candidate:
    """A score on its way through the gates."""

    subject: str
    form: ResultForm
    outcome: OutcomeClass
    data: bytes
    budget: Budget
    rows: int = 0
    smallest_cell: int = 0
    figures: Raw = field(default_factory=dict)
    result: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gated:
    """What came through: the outcome's class, the result, and what the gates found."""

    outcome: OutcomeClass
    result: Mapping[str, object]
    findings: tuple[Finding, ...]


def pass_gates(candidate: Candidate) -> Gated:
    """Return what may leave: all of the result, or only that it was refused.

    Parameters
    ----------
    candidate
        The outcome so far, and for an outcome of ``ok`` the bytes that scoring wrote.

    Examples
    --------
    >>> from dure.trials.results import ResultForm
    >>> from dure.trials.tasks import TaskType
    >>> form = ResultForm(TaskType.REGRESSION, ("mae",))
    >>> failed = Candidate("run", form, OutcomeClass.ALGORITHM_ERROR, b"", Budget(1, 20))
    >>> dict(pass_gates(failed).result)
    {'outcome': 'algorithm-error', 'task': 'tabular-regression'}
    """
    try:
        for gate in GATES:
            gate(candidate)
    except GateClosed as closed:
        finding = finding_of(closed, candidate.subject)
        return Gated(OutcomeClass.REFUSED, _said(candidate.form, OutcomeClass.REFUSED), (finding,))
    return Gated(candidate.outcome, candidate.result, ())


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


def _said(form: ResultForm, outcome: OutcomeClass) -> dict[str, object]:
    return {"outcome": outcome.value, "task": form.task.value}


# ── the gates, in order ──────────────────────────────────────────────────────────────────────────


def _schema_bound(candidate: Candidate) -> None:
    if candidate.outcome is not OutcomeClass.OK:
        return
    told = _parse(candidate.data)
    check_keys(told, {"rows", "smallest_cell", "figures"}, "$")
    candidate.rows = _count(told["rows"], "rows")
    candidate.smallest_cell = _count(told["smallest_cell"], "smallest_cell")
    figures = told["figures"]
    if not isinstance(figures, dict) or not allowed_metrics(set(figures), candidate.form):
        raise GateClosed("gate.schema", "figures")
    candidate.figures = {
        name: {side: _triple(sides, side, name) for side in SIDES}
        for name, sides in figures.items()
        if check_keys(sides, set(SIDES), name)
    }


def _finite_and_in_range(candidate: Candidate) -> None:
    for name, side, values in _each(candidate.figures):
        metric = metric_in(candidate.form, name)
        lowest, highest = range_of(metric, side)
        for value in values:
            # a mean of ones may come out as 1 + 2^-52
            if not (math.isfinite(value) and lowest - _LAST_BIT <= value <= highest + _LAST_BIT):
                raise GateClosed("gate.range", f"{name}.{side}")
        if values[1] > values[2]:
            raise GateClosed("gate.range", f"{name}.{side}")


def _three_digits(candidate: Candidate) -> None:
    result = _said(candidate.form, candidate.outcome)
    if candidate.outcome is OutcomeClass.OK:
        result |= {
            "rows": figure(candidate.rows),
            "interval": INTERVAL,
            "baseline": BASELINES[candidate.form.task],
            "figures": {
                name: {
                    side: {
                        part: _figure(value, f"{name}.{side}")
                        for part, value in zip(ESTIMATE, sides[side], strict=True)
                    }
                    for side in SIDES
                }
                for name, sides in candidate.figures.items()
            },
        }
    candidate.result = result


def _cells(candidate: Candidate) -> None:
    if candidate.outcome is not OutcomeClass.OK:
        return
    if min(candidate.rows, candidate.smallest_cell) < LEAST_CELL:
        raise GateClosed("gate.cells", "smallest_cell")


def _query_budget(candidate: Candidate) -> None:
    if not 0 < candidate.budget.spent <= candidate.budget.limit:
        raise GateClosed("gate.budget", "budget")


def _class_only(candidate: Candidate) -> None:
    check_result(candidate.result, candidate.form)


GATES: tuple[Callable[[Candidate], None], ...] = (
    _schema_bound,
    _finite_and_in_range,
    _three_digits,
    _cells,
    _query_budget,
    _class_only,
)


def _figure(value: float, where: str) -> str:
    try:
        return figure(value)
    except ValueError:
        raise GateClosed("gate.range", where) from None


# ── strict reading ───────────────────────────────────────────────────────────────────────────────


def _parse(data: bytes) -> dict[str, object]:
    if len(data) > MOST_SCORE_BYTES:
        raise GateClosed("gate.schema", "size")
    try:
        told = json.loads(
            data.decode("ascii"),
            object_pairs_hook=_once,
            parse_int=_short_integer,
            parse_constant=_not_finite,
        )
    except (ValueError, RecursionError):
        raise GateClosed("gate.schema", "json") from None
    if not isinstance(told, dict):
        raise GateClosed("gate.schema", "json")
    return told


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError("a key is there twice")
    return told


def _short_integer(text: str) -> int:
    if len(text) > 15:
        raise ValueError("a long integer")
    return int(text)


def _not_finite(_: str) -> float:
    raise GateClosed("gate.range", "json")


def _count(value: object, where: str) -> int:
    if type(value) is not int or not 0 <= value <= MOST_ROWS:
        raise GateClosed("gate.schema", where)
    return value


def _triple(sides: dict[str, object], side: str, name: str) -> tuple[float, float, float]:
    values = sides[side]
    if not isinstance(values, list) or [type(value) for value in values] != [float] * 3:
        raise GateClosed("gate.schema", f"{name}.{side}")
    value, lower, upper = values
    return value, lower, upper


def _each(figures: Raw) -> Iterator[tuple[str, str, tuple[float, float, float]]]:
    for name, sides in figures.items():
        for side, values in sides.items():
            yield name, side, values
