"""``{"text":"점검 완료"}``."""

from __future__ import annotations

from typing import Any

from dure.trials.kinds.lines import PredictionsRefused, Refusal
from dure.trials.kinds.wire import Told, Wire

LONGEST_TEXT = 8000
"""Characters."""


def is_sound(text: str) -> bool:
    """Say whether a text is of bounded length and can be written in UTF-8: half a surrogate pair can't."""
    return len(text) <= LONGEST_TEXT and not any("\ud800" <= sign <= "\udfff" for sign in text)


def _read(row: dict[str, object], _: Told) -> tuple[str, list[float]]:
    text = row.get("text")
    if set(row) != {"text"} or not isinstance(text, str):
        raise PredictionsRefused(Refusal.WRONG_FORM)
    if not is_sound(text):
        raise PredictionsRefused(Refusal.WRONG_TEXT)
    return text, []


def _write(value: Any, _: Any) -> dict[str, object]:
    return {"text": value}


WIRE = Wire(_read, _write)
