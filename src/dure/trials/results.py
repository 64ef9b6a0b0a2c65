"""The form of a result that has passed the gates: what it may hold, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from dure.trials.definition import Definition
from dure.trials.details.form import DETAILS, Asked, check_details
from dure.trials.kinds.classes.wire import MOST_CLASSES
from dure.trials.outcomes import OutcomeClass
from dure.trials.refusals import LEAST_CELL, GateClosed
from dure.trials.strict import WITHHELD, check_estimate, check_keys, read_number
from dure.trials.tasks import BASELINES, Metric, TaskType, metric_of

INTERVAL = "95 %"
SIDES = ("algorithm", "baseline", "difference")


@dataclass(frozen=True, slots=True)
class ResultForm:
    """The form that a score must have.

    Parameters
    ----------
    task
        What was asked.
    metrics
        Metrics that may be in it.
    floors
        What the benchmark demands of metrics, as figures, in order of name.
    subgroups
        How many subgroups the benchmark has.
    robust, tell
        Its robustness plan, and what it has told beside figures and p.
    """

    task: TaskType
    metrics: tuple[str, ...]
    floors: tuple[tuple[str, str], ...] = ()
    subgroups: int = 0
    robust: tuple[str, ...] = ()
    tell: tuple[str, ...] = ()


def form_for(definition: Definition) -> ResultForm:
    """Return the form that a result on a benchmark must have."""
    return ResultForm(
        definition.task,
        definition.metrics,
        definition.floors,
        len(definition.subgroups),
        definition.robust,
        definition.tell,
    )


def check_result(result: object, form: ResultForm) -> None:
    """Check a result that claims to have passed.

    Raises
    ------
    GateClosed
        When it has another form, or a figure that no gate would have let pass.
    """
    if not isinstance(result, dict) or result.get("task") != form.task.value:
        raise GateClosed("gate.schema", "task")
    outcome = result.get("outcome")
    if outcome not in tuple(OutcomeClass):
        raise GateClosed("gate.outcome", "outcome")
    if outcome != OutcomeClass.OK:
        if set(result) != {"outcome", "task"}:
            raise GateClosed("gate.outcome", "$")
        return
    optional = {"held", "floors", "support", *DETAILS} & set(result)
    check_keys(
        result, {"outcome", "task", "rows", "interval", "baseline", "figures"} | optional, "$"
    )
    if result["interval"] != INTERVAL or result["baseline"] != BASELINES[form.task]:
        raise GateClosed("gate.schema", "interval")
    if read_number(result["rows"], "rows") < LEAST_CELL:
        raise GateClosed("gate.cells", "rows")
    _check_figures(result["figures"], _held(result), form)
    if result.get("floors", {}) != dict(form.floors):
        raise GateClosed("gate.schema", "floors")
    for name, floor in form.floors:
        metric_in(form, name)
        read_number(floor, "floors")
    _check_support(result.get("support"), form)
    told = tuple(result["figures"])
    check_details(result, Asked(form.task, told, form.subgroups, form.robust, form.tell))


def _check_figures(figures: object, held: set[str], form: ResultForm) -> None:
    if not isinstance(figures, dict) or held & set(figures):
        raise GateClosed("gate.schema", "figures")
    if not allowed_metrics(set(figures) | held, form):
        raise GateClosed("gate.schema", "figures")
    for name, sides in figures.items():
        check_keys(sides, set(SIDES), name)
        for side in SIDES:
            ends = range_of(metric_in(form, name), side)
            check_estimate(sides[side], *ends, f"{name}.{side}")


def _held(result: dict[str, object]) -> set[str]:
    held = result.get("held", [])
    names = [name for name in held if isinstance(name, str)] if isinstance(held, list) else []
    if "held" in result and (not names or sorted(set(names)) != held):
        raise GateClosed("gate.schema", "held")
    return set(names)


def _check_support(support: object, form: ResultForm) -> None:
    """Demand a table of figures, with totals, of which none is a small cell; None is no table."""
    if support is None:
        return
    rows = support if isinstance(support, list) else []
    widths = {len(row) if isinstance(row, list) else 0 for row in rows}
    if len(rows) != form.subgroups + 2 or len(widths) != 1 or not 2 <= min(widths) <= MOST_CLASSES:
        raise GateClosed("gate.schema", "support")
    for row in rows:
        for value in row:
            if value != WITHHELD and read_number(value, "support") < LEAST_CELL:
                raise GateClosed("gate.cells", "support")


def allowed_metrics(found: set[str], form: ResultForm) -> bool:
    """Say whether the metrics are all that were asked for, save those that need scores."""
    needed = {name for name in form.metrics if not metric_in(form, name).needs_scores}
    return needed <= found <= set(form.metrics) and bool(found)


def metric_in(form: ResultForm, name: str) -> Metric:
    """Return the metric of that name, which the form's task must have."""
    metric = metric_of(form.task, name)
    if metric is None:
        raise GateClosed("gate.schema", "metric")
    return metric


def range_of(metric: Metric, side: str) -> tuple[float, float]:
    """Return the lowest and highest value that a figure can have."""
    if side != "difference":
        return metric.lowest, metric.highest
    width = metric.highest - metric.lowest
    return -width, width
