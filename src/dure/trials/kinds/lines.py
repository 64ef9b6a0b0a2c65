"""One line of predictions, read suspiciously: bounded, strict, and each refusal has one word for why."""

from __future__ import annotations

import json
import math
from enum import StrEnum

MOST_LINE = 32 * 1024
MOST_MAGNITUDE = 1e12

_LONGEST_NUMBER = 40


class Refusal(StrEnum):
    """Why predictions were refused; for the operator, never for the developer."""

    MISSING = "missing"
    TOO_LARGE = "too-large"
    WRONG_LENGTH = "wrong-length"
    LONG_LINE = "long-line"
    NOT_JSON = "not-json"
    NESTED = "nested-too-deeply"
    DUPLICATE_KEY = "duplicate-key"
    LONG_NUMBER = "long-number"
    NOT_FINITE = "not-finite"
    WRONG_FORM = "wrong-form"
    OUT_OF_RANGE = "out-of-range"
    UNKNOWN_CLASS = "unknown-class"
    WRONG_SCORES = "wrong-scores"
    WRONG_TEXT = "wrong-text"
    WRONG_BOX = "wrong-box"
    TOO_MANY_BOXES = "too-many-boxes"
    WRONG_ID = "wrong-id"
    TOO_MANY_TRACKS = "too-many-tracks"


class PredictionsRefused(Exception):  # noqa: N818 (an outcome, not a defect)
    """The predictions don't have the demanded form."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


def number(value: object) -> float:
    """Return a finite number of bounded size.

    Raises
    ------
    PredictionsRefused
        With the reason.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PredictionsRefused(Refusal.WRONG_FORM)
    if not math.isfinite(value):
        raise PredictionsRefused(Refusal.NOT_FINITE)
    if abs(value) > MOST_MAGNITUDE:
        raise PredictionsRefused(Refusal.OUT_OF_RANGE)
    return float(value)


def parse(line: bytes, most: int = MOST_LINE) -> dict[str, object]:
    """Return the object that a line holds.

    Parameters
    ----------
    line
        The line, without its end.
    most
        Most bytes that it may have.

    Raises
    ------
    PredictionsRefused
        With the reason.
    """
    if len(line) > most:
        raise PredictionsRefused(Refusal.LONG_LINE)
    try:
        row = _decode(line.decode("utf-8"))
    except RecursionError:
        raise PredictionsRefused(Refusal.NESTED) from None
    except ValueError:
        raise PredictionsRefused(Refusal.NOT_JSON) from None
    if not isinstance(row, dict):
        raise PredictionsRefused(Refusal.WRONG_FORM)
    return row


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    row = dict(pairs)
    if len(row) != len(pairs):
        raise PredictionsRefused(Refusal.DUPLICATE_KEY)
    return row


def _whole(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise PredictionsRefused(Refusal.LONG_NUMBER)
    return int(text)


def _real(text: str) -> float:
    if len(text) > _LONGEST_NUMBER:
        raise PredictionsRefused(Refusal.LONG_NUMBER)
    return float(text)


def _constant(_: str) -> float:
    raise PredictionsRefused(Refusal.NOT_FINITE)


_decode = json.JSONDecoder(
    object_pairs_hook=_once, parse_int=_whole, parse_float=_real, parse_constant=_constant
).decode
