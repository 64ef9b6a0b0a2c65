"""``{"prediction":"late"}`` or, with scores, ``{"prediction":"late","scores":[0.2,0.8]}``."""

from __future__ import annotations

from typing import Any

from dure.trials.kinds.lines import PredictionsRefused, Refusal, number
from dure.trials.kinds.wire import Told, Wire

MOST_CLASSES = 100

_LONGEST_CLASS = 256


def known_class(value: object, told: Told) -> str:
    """Return a class that may be predicted.

    Raises
    ------
    PredictionsRefused
        With the reason.
    """
    if not isinstance(value, str) or len(value) > _LONGEST_CLASS:
        raise PredictionsRefused(Refusal.WRONG_FORM)
    if value not in told.known:
        raise PredictionsRefused(Refusal.UNKNOWN_CLASS)
    return value


def _read(row: dict[str, object], told: Told) -> tuple[str, list[float]]:
    if set(row) != ({"prediction", "scores"} if told.classes else {"prediction"}):
        raise PredictionsRefused(Refusal.WRONG_FORM)
    value = known_class(row["prediction"], told)
    if not told.classes:
        return value, []
    scores = row["scores"]
    if not isinstance(scores, list) or len(scores) != len(told.classes):
        raise PredictionsRefused(Refusal.WRONG_SCORES)
    return value, [number(score) for score in scores]


def _write(value: Any, scores: Any) -> dict[str, object]:
    return {"prediction": value, "scores": scores} if scores else {"prediction": value}


WIRE = Wire(_read, _write, scored=True)
