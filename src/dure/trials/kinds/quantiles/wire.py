"""``{"quantiles":[1.0,1.5,2.5]}``, at the task's levels."""

from __future__ import annotations

from typing import Any

from dure.trials.kinds.lines import PredictionsRefused, Refusal, number
from dure.trials.kinds.wire import Told, Wire
from dure.trials.tasks import LEVELS


def _read(row: dict[str, object], _: Told) -> tuple[list[float], list[float]]:
    """Return the quantiles of a row, put in order: a forecast whose quantiles cross gains by it.

    Source
    ------
    Chernozhukov, Fernández-Val, Galichon (2010), Quantile and Probability Curves Without Crossing.
    """
    values = row.get("quantiles")
    if set(row) != {"quantiles"} or not isinstance(values, list) or len(values) != len(LEVELS):
        raise PredictionsRefused(Refusal.WRONG_FORM)
    return sorted(number(value) for value in values), []


def _write(value: Any, _: Any) -> dict[str, object]:
    return {"quantiles": value}


WIRE = Wire(_read, _write)
