"""``{"prediction":1.5}``."""

from __future__ import annotations

from typing import Any

from dure.trials.kinds.lines import PredictionsRefused, Refusal, number
from dure.trials.kinds.wire import Told, Wire


def _read(row: dict[str, object], _: Told) -> tuple[float, list[float]]:
    if set(row) != {"prediction"}:
        raise PredictionsRefused(Refusal.WRONG_FORM)
    return number(row["prediction"]), []


def _write(value: Any, _: Any) -> dict[str, object]:
    return {"prediction": value}


WIRE = Wire(_read, _write)
