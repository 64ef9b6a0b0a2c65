"""Read a score's details strictly: the keys that the form allows, integers and floats where they belong."""

from __future__ import annotations

from collections.abc import Mapping

from dure.trials.details.grid import TENTHS
from dure.trials.details.values import Calibration, Details, Point, Tenths, Triple, plain_metrics
from dure.trials.perturbing.kinds import cells
from dure.trials.refusals import GateClosed
from dure.trials.results import ResultForm
from dure.trials.strict import check_keys
from dure.trials.tasks import LEVELS, TaskType

MOST_ROWS = 10**12


def read_details(told: object, form: ResultForm) -> Details:
    """Return the details of a score.

    Raises
    ------
    GateClosed
        ``gate.schema``.
    """
    parts = {"p", "robustness", *({"calibration", "subgroups"} & set(form.tell))}
    if not isinstance(told, dict) or not {"p"} <= set(told) <= parts:
        raise GateClosed("gate.schema", "details")
    sweep = told.get("robustness")
    refused = isinstance(sweep, dict) and set(sweep) == {"refused"} and sweep["refused"] is True
    return Details(
        _p(told["p"], form),
        _calibration(told.get("calibration"), form),
        None if refused else _robustness(sweep, form),
        refused and bool(form.robust),
        _subgroups(told["subgroups"], form) if "subgroups" in told else (),
    )


def _p(told: object, form: ResultForm) -> Mapping[str, float]:
    if not isinstance(told, dict) or not set(told) <= set(form.metrics):
        raise GateClosed("gate.schema", "p")
    for p in told.values():
        if type(p) is not float or not 0.0 < p <= 1.0:
            raise GateClosed("gate.range", "p")
    return told


def _calibration(told: object, form: ResultForm) -> Calibration | None:
    if told is None:
        return None
    if form.task is TaskType.FORECASTING:
        check_keys(told, {"below"}, "calibration")
        return Calibration(below=tuple(_counts(_part(told, "below"), len(LEVELS), "calibration")))
    check_keys(told, {"bins", "error", "below"}, "calibration")
    bins = _part(told, "bins")
    if not isinstance(bins, list) or not 0 < len(bins) <= TENTHS or _part(told, "below") != []:
        raise GateClosed("gate.schema", "calibration")
    return Calibration(tuple(map(_bin, bins)), _triple(_part(told, "error"), "calibration"))


def _bin(told: object) -> Tenths:
    check_keys(told, {"lower", "upper", "rows", "confidence", "right"}, "calibration")
    whole = [_part(told, name) for name in ("lower", "upper", "rows", "right")]
    lower, upper, rows, right = _counts(whole, 4, "calibration")
    confidence = _part(told, "confidence")
    if type(confidence) is not float or not 0.0 <= confidence <= 1.0 + 1e-3 or right > rows:
        raise GateClosed("gate.range", "calibration")
    return Tenths(lower, upper, rows, confidence, right)


def _robustness(told: object, form: ResultForm) -> tuple[Point | None, ...] | None:
    if told is None:
        return None
    check_keys(told, {"cells"}, "robustness")
    points, planned = _part(told, "cells"), len(cells(form.robust))
    if not isinstance(points, list) or len(points) != planned or not planned:
        raise GateClosed("gate.schema", "robustness")
    return tuple(None if point is None else _point(point, "robustness") for point in points)


def _subgroups(told: object, form: ResultForm) -> tuple[Mapping[str, Point], ...]:
    if not isinstance(told, list) or len(told) != form.subgroups:
        raise GateClosed("gate.schema", "subgroups")
    known = plain_metrics(form.task, form.metrics)
    found = []
    for group in told:
        if not isinstance(group, dict) or not set(group) <= set(known):
            raise GateClosed("gate.schema", "subgroups")
        found.append({name: _point(point, "subgroups") for name, point in group.items()})
    return tuple(found)


def _point(told: object, where: str) -> Point:
    if not isinstance(told, list) or len(told) != 3:
        raise GateClosed("gate.schema", where)
    rows, rests = _counts(told[:2], 2, where)
    return Point(rows, rests, _triple(told[2], where))


def _counts(told: object, count: int, where: str) -> list[int]:
    if not isinstance(told, list) or len(told) != count:
        raise GateClosed("gate.schema", where)
    if not all(type(one) is int and 0 <= one <= MOST_ROWS for one in told):
        raise GateClosed("gate.schema", where)
    return told


def _triple(told: object, where: str) -> Triple:
    if not isinstance(told, list) or [type(one) for one in told] != [float] * 3:
        raise GateClosed("gate.schema", where)
    value, lower, upper = told
    return value, lower, upper


def _part(told: object, name: str) -> object:
    assert isinstance(told, dict)  # noqa: S101 (its keys were checked)
    return told[name]
