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

from dure.core.findings import Finding, Severity
from dure.core.text import Text
from dure.trials.figures import figure, read_figure
from dure.trials.outcomes import OutcomeClass
from dure.trials.tasks import BASELINES, Metric, TaskType, metric_of

LEAST_CELL = 10
MOST_SCORE_BYTES = 64 * 1024
MOST_ROWS = 10**12
INTERVAL = "95 %"

_SIDES = ("algorithm", "baseline", "difference")
_ESTIMATE = ("value", "lower", "upper")
_LAST_BIT = 1e-9

Raw = Mapping[str, Mapping[str, tuple[float, float, float]]]


@dataclass(frozen=True, slots=True)
class Budget:
    """Trials that an agency has begun on a benchmark, this one among them, and how many it may."""

    spent: int
    limit: int


@dataclass(frozen=True, slots=True)
class Form:
    """The form that a score must have: its task and the metrics that may be in it."""

    task: TaskType
    metrics: tuple[str, ...]


@dataclass(slots=True)
class Candidate:
    """A score on its way through the gates."""

    subject: str
    form: Form
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


class _Closed(Exception):  # noqa: N818 (a gate's no)
    def __init__(self, code: str, locator: str) -> None:
        super().__init__(code)
        self.code, self.locator = code, locator


_WORDS = {
    "gate.schema": (
        Text("The score does not have the demanded form.", "채점 결과가 요구된 형식이 아닙니다."),
        Text("Look at the diagnosis of the run.", "실행의 진단 자료를 확인하십시오."),
    ),
    "gate.range": (
        Text(
            "A figure is not finite or outside the range of its metric.",
            "수치가 유한하지 않거나 지표의 범위를 벗어났습니다.",
        ),
        Text("Look at the predictions' range.", "예측값의 범위를 확인하십시오."),
    ),
    "gate.digits": (
        Text(
            "A figure has more than three significant digits.",
            "수치의 유효 숫자가 세 자리를 넘습니다.",
        ),
        Text("Run the trial again.", "시험을 다시 실행하십시오."),
    ),
    "gate.cells": (
        Text(
            "A figure rests on fewer than {least} rows.", "수치의 근거가 {least}행보다 적습니다."
        ).fill(least=LEAST_CELL),
        Text(
            "Make a benchmark with more rows in each class.",
            "분류마다 행이 더 많은 평가 기준을 만드십시오.",
        ),
    ),
    "gate.budget": (
        Text("The query budget is overdrawn.", "질의 한도를 초과했습니다."),
        Text("Make a new version of the benchmark.", "평가 기준의 새 판을 만드십시오."),
    ),
    "gate.outcome": (
        Text(
            "A trial that did not succeed says more than its class.",
            "성공하지 못한 시험이 결과 분류 외의 내용을 담고 있습니다.",
        ),
        Text("Run the trial again.", "시험을 다시 실행하십시오."),
    ),
}


def pass_gates(candidate: Candidate) -> Gated:
    """Return what may leave: all of the result, or only that it was refused.

    Parameters
    ----------
    candidate
        The outcome so far, and for an outcome of ``ok`` the bytes that scoring wrote.

    Examples
    --------
    >>> form = Form(TaskType.REGRESSION, ("mae",))
    >>> failed = Candidate("run", form, OutcomeClass.ALGORITHM_ERROR, b"", Budget(1, 20))
    >>> dict(pass_gates(failed).result)
    {'outcome': 'algorithm-error', 'task': 'tabular-regression'}
    """
    try:
        for gate in GATES:
            gate(candidate)
    except _Closed as closed:
        finding = _finding(closed.code, candidate.subject, closed.locator)
        return Gated(OutcomeClass.REFUSED, _said(candidate.form, OutcomeClass.REFUSED), (finding,))
    return Gated(candidate.outcome, candidate.result, ())


def recheck(result: object, subject: str, form: Form) -> tuple[Finding, ...]:
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
        _check_result(result, form)
    except _Closed as closed:
        return (_finding(closed.code, subject, closed.locator),)
    return ()


def _finding(code: str, subject: str, locator: str) -> Finding:
    words, next_step = _WORDS[code]
    return Finding(code, Severity.ERROR, subject, locator, words, next_step)


def _said(form: Form, outcome: OutcomeClass) -> dict[str, object]:
    return {"outcome": outcome.value, "task": form.task.value}


# ── the gates, in order ──────────────────────────────────────────────────────────────────────────


def _schema_bound(candidate: Candidate) -> None:
    if candidate.outcome is not OutcomeClass.OK:
        return
    told = _parse(candidate.data)
    _keys(told, {"rows", "smallest_cell", "figures"}, "$")
    candidate.rows = _count(told["rows"], "rows")
    candidate.smallest_cell = _count(told["smallest_cell"], "smallest_cell")
    figures = told["figures"]
    if not isinstance(figures, dict) or not _allowed_metrics(set(figures), candidate.form):
        raise _Closed("gate.schema", "figures")
    candidate.figures = {
        name: {side: _triple(sides, side, name) for side in _SIDES}
        for name, sides in figures.items()
        if _keys(sides, set(_SIDES), name)
    }


def _finite_and_in_range(candidate: Candidate) -> None:
    for name, side, values in _each(candidate.figures):
        metric = _metric(candidate.form, name)
        lowest, highest = _range(metric, side)
        for value in values:
            # a mean of ones may come out as 1 + 2^-52
            if not (math.isfinite(value) and lowest - _LAST_BIT <= value <= highest + _LAST_BIT):
                raise _Closed("gate.range", f"{name}.{side}")
        if values[1] > values[2]:
            raise _Closed("gate.range", f"{name}.{side}")


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
                        for part, value in zip(_ESTIMATE, sides[side], strict=True)
                    }
                    for side in _SIDES
                }
                for name, sides in candidate.figures.items()
            },
        }
    candidate.result = result


def _cells(candidate: Candidate) -> None:
    if candidate.outcome is not OutcomeClass.OK:
        return
    if min(candidate.rows, candidate.smallest_cell) < LEAST_CELL:
        raise _Closed("gate.cells", "smallest_cell")


def _query_budget(candidate: Candidate) -> None:
    if not 0 < candidate.budget.spent <= candidate.budget.limit:
        raise _Closed("gate.budget", "budget")


def _class_only(candidate: Candidate) -> None:
    _check_result(candidate.result, candidate.form)


GATES: tuple[Callable[[Candidate], None], ...] = (
    _schema_bound,
    _finite_and_in_range,
    _three_digits,
    _cells,
    _query_budget,
    _class_only,
)


# ── the form of a result that has passed ─────────────────────────────────────────────────────────


def _check_result(result: object, form: Form) -> None:
    if not isinstance(result, dict) or result.get("task") != form.task.value:
        raise _Closed("gate.schema", "task")
    outcome = result.get("outcome")
    if outcome not in tuple(OutcomeClass):
        raise _Closed("gate.outcome", "outcome")
    if outcome != OutcomeClass.OK:
        if set(result) != {"outcome", "task"}:
            raise _Closed("gate.outcome", "$")
        return
    _keys(result, {"outcome", "task", "rows", "interval", "baseline", "figures"}, "$")
    if result["interval"] != INTERVAL or result["baseline"] != BASELINES[form.task]:
        raise _Closed("gate.schema", "interval")
    if _read(result["rows"], "rows") < LEAST_CELL:
        raise _Closed("gate.cells", "rows")
    figures = result["figures"]
    if not isinstance(figures, dict) or not _allowed_metrics(set(figures), form):
        raise _Closed("gate.schema", "figures")
    for name, sides in figures.items():
        _keys(sides, set(_SIDES), name)
        for side in _SIDES:
            _keys(sides[side], set(_ESTIMATE), f"{name}.{side}")
            lowest, highest = _range(_metric(form, name), side)
            for part in _ESTIMATE:
                if not lowest <= _read(sides[side][part], f"{name}.{side}") <= highest:
                    raise _Closed("gate.range", f"{name}.{side}")


def _read(value: object, where: str) -> float:
    try:
        return read_figure(value if isinstance(value, str) else "")
    except ValueError:
        raise _Closed("gate.digits", where) from None


def _figure(value: float, where: str) -> str:
    try:
        return figure(value)
    except ValueError:
        raise _Closed("gate.range", where) from None


# ── strict reading ───────────────────────────────────────────────────────────────────────────────


def _parse(data: bytes) -> dict[str, object]:
    if len(data) > MOST_SCORE_BYTES:
        raise _Closed("gate.schema", "size")
    try:
        told = json.loads(
            data.decode("ascii"),
            object_pairs_hook=_once,
            parse_int=_short_integer,
            parse_constant=_not_finite,
        )
    except (ValueError, RecursionError):
        raise _Closed("gate.schema", "json") from None
    if not isinstance(told, dict):
        raise _Closed("gate.schema", "json")
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
    raise _Closed("gate.range", "json")


def _keys(value: object, wanted: set[str], where: str) -> bool:
    if not isinstance(value, dict) or set(value) != wanted:
        raise _Closed("gate.schema", where if where.isascii() and len(where) < 64 else "key")
    return True


def _count(value: object, where: str) -> int:
    if type(value) is not int or not 0 <= value <= MOST_ROWS:
        raise _Closed("gate.schema", where)
    return value


def _triple(sides: dict[str, object], side: str, name: str) -> tuple[float, float, float]:
    values = sides[side]
    if not isinstance(values, list) or [type(value) for value in values] != [float] * 3:
        raise _Closed("gate.schema", f"{name}.{side}")
    value, lower, upper = values
    return value, lower, upper


def _allowed_metrics(found: set[str], form: Form) -> bool:
    """Say whether the metrics are all that were asked for, save those that need scores."""
    needed = {name for name in form.metrics if not _metric(form, name).needs_scores}
    return needed <= found <= set(form.metrics) and bool(found)


def _metric(form: Form, name: str) -> Metric:
    metric = metric_of(form.task, name)
    if metric is None:
        raise _Closed("gate.schema", "metric")
    return metric


def _range(metric: Metric, side: str) -> tuple[float, float]:
    if side != "difference":
        return metric.lowest, metric.highest
    width = metric.highest - metric.lowest
    return -width, width


def _each(figures: Raw) -> Iterator[tuple[str, str, tuple[float, float, float]]]:
    for name, sides in figures.items():
        for side, values in sides.items():
            yield name, side, values
