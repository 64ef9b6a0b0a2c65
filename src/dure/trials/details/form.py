"""The form of a result's details: what each may hold, and nothing else; an older report has none.

They stand beside figures that are told, and never alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dure.trials.details.grid import BOUNDS, TENTHS
from dure.trials.figures import figure, significant_digits
from dure.trials.outcomes import OutcomeClass
from dure.trials.perturbing.kinds import KINDS
from dure.trials.refusals import LEAST_CELL, GateClosed
from dure.trials.strict import WITHHELD, check_estimate, check_keys, read_number
from dure.trials.tasks import LEVELS, TaskType, metric_of

DETAILS = ("p", "calibration", "robustness", "subgroups")
P_WORDS = tuple(figure(bound) for bound in BOUNDS)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a result's details are held against.

    Parameters
    ----------
    task
        What was asked.
    told
        Metrics that have a figure.
    subgroups
        How many subgroups there are.
    robust, tell
        The robustness plan, and what is told beside figures and p.
    """

    task: TaskType
    told: tuple[str, ...]
    subgroups: int
    robust: tuple[str, ...]
    tell: tuple[str, ...]


def check_details(result: Mapping[str, object], asked: Asked) -> None:
    """Check the details of a result that claims to have passed.

    Raises
    ------
    GateClosed
        When one has another form, was not asked for, or stands without a figure.
    """
    wanted = {
        "p": True,
        "calibration": "calibration" in asked.tell,
        "robustness": bool(asked.robust),
        "subgroups": "subgroups" in asked.tell,
    }
    checks = {
        "p": _check_p,
        "calibration": _check_calibration,
        "robustness": _check_robustness,
        "subgroups": _check_subgroups,
    }
    for name in DETAILS:
        if name in result:
            if not asked.told or not wanted[name]:
                raise GateClosed("gate.schema", name)
            checks[name](result[name], asked)


def _check_p(told: object, asked: Asked) -> None:
    if not isinstance(told, dict) or not told or not set(told) <= set(asked.told):
        raise GateClosed("gate.schema", "p")
    if not all(isinstance(p, str) and p in P_WORDS for p in told.values()):
        raise GateClosed("gate.digits", "p")


def _check_calibration(told: object, asked: Asked) -> None:
    if asked.task is TaskType.FORECASTING:
        check_keys(told, {"levels"}, "calibration")
        levels = _list(told, "levels", "calibration")
        if len(levels) != len(LEVELS):
            raise GateClosed("gate.schema", "calibration")
        for one, level in zip(levels, LEVELS, strict=True):
            check_keys(one, {"level", "share"}, "calibration")
            if one["level"] != figure(level):
                raise GateClosed("gate.schema", "calibration")
            _check_point(one["share"], (0.0, 1.0), "calibration")
        return
    check_keys(told, {"error", "bins"}, "calibration")
    assert isinstance(told, dict)  # noqa: S101 (the keys were checked)
    _check_point(told["error"], (0.0, 1.0), "calibration")
    bins = _list(told, "bins", "calibration")
    ends = ["0"]
    for one in bins:
        check_keys(one, {"from", "to", "rows", "confidence", "share"}, "calibration")
        if one["from"] != ends[-1] or one["to"] not in _tenths_after(ends[-1]):
            raise GateClosed("gate.schema", "calibration")
        ends.append(str(one["to"]))
        if read_number(one["rows"], "calibration") < LEAST_CELL:
            raise GateClosed("gate.cells", "calibration")
        if significant_digits(str(one["rows"])) > 1:
            raise GateClosed("gate.digits", "calibration")
        if not 0.0 <= read_number(one["confidence"], "calibration") <= 1.0:
            raise GateClosed("gate.range", "calibration")
        _check_point(one["share"], (0.0, 1.0), "calibration")
    if ends[-1] != "1":
        raise GateClosed("gate.schema", "calibration")


def _tenths_after(end: str) -> list[object]:
    return [figure(tenth / TENTHS) for tenth in range(round(float(end) * TENTHS) + 1, TENTHS + 1)]


def _check_robustness(told: object, asked: Asked) -> None:
    outcome = told.get("outcome") if isinstance(told, dict) else None
    if outcome not in tuple(OutcomeClass):
        raise GateClosed("gate.schema", "robustness")
    if outcome != OutcomeClass.OK:
        check_keys(told, {"outcome"}, "robustness")
        return
    check_keys(told, {"outcome", "metric", "curves"}, "robustness")
    assert isinstance(told, dict)  # noqa: S101 (the keys were checked)
    metric, curves = told["metric"], told["curves"]
    if metric not in asked.told:
        raise GateClosed("gate.schema", "robustness")
    check_keys(curves, set(asked.robust), "robustness")
    for name in asked.robust:
        points = _list(curves, name, "robustness")
        if len(points) != len(KINDS[name].levels):
            raise GateClosed("gate.schema", "robustness")
        for point, level in zip(points, KINDS[name].levels, strict=True):
            check_keys(point, {"level", "rows", "figure"}, "robustness")
            if point["level"] != level:
                raise GateClosed("gate.schema", "robustness")
            shown = point["rows"] != WITHHELD
            if shown and read_number(point["rows"], "robustness") < LEAST_CELL:
                raise GateClosed("gate.cells", "robustness")
            if not shown and point["figure"] != WITHHELD:
                raise GateClosed("gate.cells", "robustness")
            _check_point(point["figure"], _range(asked.task, metric), "robustness")


def _check_subgroups(told: object, asked: Asked) -> None:
    groups = told if isinstance(told, list) else []
    if len(groups) != asked.subgroups or not groups:
        raise GateClosed("gate.schema", "subgroups")
    for group in groups:
        if not isinstance(group, dict) or not set(group) <= set(asked.told):
            raise GateClosed("gate.schema", "subgroups")
        for name, point in group.items():
            _check_point(point, _range(asked.task, name), "subgroups")


def _check_point(point: object, ends: tuple[float, float], where: str) -> None:
    if point != WITHHELD:
        check_estimate(point, *ends, where)


def _range(task: TaskType, name: str) -> tuple[float, float]:
    metric = metric_of(task, name)
    if metric is None:
        raise GateClosed("gate.schema", "metric")
    return metric.lowest, metric.highest


def _list(told: object, name: str, where: str) -> list[dict[str, object]]:
    assert isinstance(told, dict)  # noqa: S101 (its keys were checked)
    found = told[name]
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise GateClosed("gate.schema", where)
    return found
