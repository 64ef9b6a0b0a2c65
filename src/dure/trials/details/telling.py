"""Write details as they may be told: in range, on rows enough, as coarse as they are unsure."""

from __future__ import annotations

import math
from collections.abc import Mapping

from dure.trials.details.form import P_WORDS
from dure.trials.details.grid import BOUNDS, TENTHS, at_most, coarsely, grid_for, on_grid, wilson
from dure.trials.details.values import Calibration, Details, Point, Tenths, Triple, plain_metrics
from dure.trials.figures import figure
from dure.trials.outcomes import OutcomeClass
from dure.trials.perturbing.kinds import KINDS
from dure.trials.refusals import GateClosed
from dure.trials.results import ResultForm, metric_in
from dure.trials.strict import ESTIMATE, WITHHELD
from dure.trials.tasks import LEVELS

_LAST_BIT = 1e-9


def tell_details(
    details: Details,
    form: ResultForm,
    *,
    rows: int,
    groups: tuple[int, ...],
    least: int,
    sweep: OutcomeClass | None,
) -> dict[str, object]:
    """Return the details as parts of a result.

    Parameters
    ----------
    details
        What scoring found.
    form
        What the benchmark demands.
    rows, groups
        Rows of the test, and of each subgroup.
    least
        Rows that a point rests on at least.
    sweep
        How the run on the perturbed part ended; None when there was none.

    Raises
    ------
    GateClosed
        ``gate.range``, ``gate.cells``, ``gate.schema``.
    """
    told: dict[str, object] = {}
    if details.p:
        told["p"] = {name: P_WORDS[BOUNDS.index(at_most(p))] for name, p in details.p.items()}
    if details.calibration is not None:
        told["calibration"] = _calibration(details.calibration, rows, least)
    outcome = OutcomeClass.INVALID_PREDICTIONS if details.refused else sweep
    if outcome is not None and form.robust:
        told["robustness"] = _robustness(details.robustness, outcome, form, least)
    if details.subgroups and not 0 < rows - sum(groups) < least:
        told["subgroups"] = [
            {
                name: _point(group.get(name), form, name, least)
                for name in plain_metrics(form.task, form.metrics)
            }
            for group in details.subgroups
        ]
    return told


def _calibration(found: Calibration, rows: int, least: int) -> Mapping[str, object]:
    if found.below:
        if list(found.below) != sorted(found.below) or found.below[-1] > rows:
            raise GateClosed("gate.range", "calibration")
        return {
            "levels": [
                {"level": figure(level), "share": _share(wilson(count, rows))}
                for level, count in zip(LEVELS, found.below, strict=True)
            ]
        }
    ends = [0, *(one.upper for one in found.bins)]
    starts = [*(one.lower for one in found.bins), TENTHS]
    if ends != starts or ends != sorted(set(ends)) or sum(one.rows for one in found.bins) != rows:
        raise GateClosed("gate.schema", "calibration")
    _check(found.error, 0.0, 1.0, "calibration")
    return {
        "error": _share(found.error),
        "bins": [_bin(one, least) for one in found.bins],
    }


def _bin(one: Tenths, least: int) -> Mapping[str, object]:
    if one.rows < least:
        raise GateClosed("gate.cells", "calibration")
    share = wilson(one.right, one.rows)
    grid = grid_for(share) or 1.0
    decade = 10.0 ** math.floor(math.log10(one.rows))
    return {
        "from": figure(one.lower / TENTHS),
        "to": figure(one.upper / TENTHS),
        "rows": figure(on_grid(one.rows, decade)),
        "confidence": figure(min(on_grid(one.confidence, grid), 1.0)),
        "share": _share(share),
    }


def _robustness(
    points: tuple[Point | None, ...] | None,
    outcome: OutcomeClass,
    form: ResultForm,
    least: int,
) -> Mapping[str, object]:
    if outcome is not OutcomeClass.OK:
        return {"outcome": outcome.value}
    if points is None:
        raise GateClosed("gate.schema", "robustness")
    metric = plain_metrics(form.task, form.metrics)[0]
    curves: dict[str, list[object]] = {name: [] for name in form.robust}
    planned = [(name, level) for name in form.robust for level in KINDS[name].levels]
    for (name, level), point in zip(planned, points, strict=True):
        enough = point is not None and point.rows >= least
        curves[name].append(
            {
                "level": level,
                "rows": figure(point.rows) if point and enough else WITHHELD,
                "figure": _point(point, form, metric, least),
            }
        )
    return {"outcome": outcome.value, "metric": metric, "curves": curves}


def _point(point: Point | None, form: ResultForm, name: str, least: int) -> object:
    if point is None:
        return WITHHELD
    metric = metric_in(form, name)
    _check(point.figure, metric.lowest, metric.highest, name)
    if min(point.rows, point.rests) < least:
        return WITHHELD
    return _estimate(coarsely(point.figure, metric.lowest, metric.highest))


def _share(estimate: Triple) -> object:
    return _estimate(coarsely(estimate, 0.0, 1.0))


def _estimate(estimate: Triple | None) -> object:
    if estimate is None:
        return WITHHELD
    return {part: figure(value) for part, value in zip(ESTIMATE, estimate, strict=True)}


def _check(estimate: Triple, lowest: float, highest: float, where: str) -> None:
    ends = (lowest - _LAST_BIT, highest + _LAST_BIT)
    sound = all(math.isfinite(value) and ends[0] <= value <= ends[1] for value in estimate)
    if not sound or estimate[1] > estimate[2]:
        raise GateClosed("gate.range", where)
