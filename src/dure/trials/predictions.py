"""Predictions on the wire: JSON lines in one narrow form, written carefully and read suspiciously.

The first line is ``{"form":"dure/predictions/v1","rows":N}``, for a classification with scores
also ``"classes":[…]``. Then comes one line for each row, in order: ``{"prediction":1.5}``,
``{"prediction":"late"}``, ``{"prediction":"late","scores":[0.2,0.8]}`` or, for a forecast,
``{"quantiles":[1.0,1.5,2.5]}``. Whatever wrote the file may be
hostile, so nothing is assumed, everything is bounded, and each refusal has one word for why.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dure.trials.tasks import LEVELS, Predicted, TaskType

FORM = "dure/predictions/v1"
FILE = "predictions.jsonl"
MOST_BYTES = 256 * 1024 * 1024
MOST_LINE = 32 * 1024
MOST_CLASSES = 100
MOST_MAGNITUDE = 1e12

_LONGEST_NUMBER = 40
_LONGEST_CLASS = 256


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


class PredictionsRefused(Exception):  # noqa: N818 (an outcome, not a defect)
    """The predictions don't have the demanded form."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


def refusal_of(data: bytes) -> str:
    """Return the reason in scoring's answer, when it says that it refused; else ""."""
    # One of a dozen short words, so only a short answer is looked at here; the rest is the gates'.
    try:
        told = json.loads(data) if len(data) < 64 else None
    except ValueError:
        return ""
    reason = told.get("refused") if isinstance(told, dict) and len(told) == 1 else None
    return reason if reason in {one.value for one in Refusal} else ""


@dataclass(frozen=True, slots=True)
class Predictions:
    """Predictions that have the demanded form.

    Parameters
    ----------
    values
        One number or one class for each row.
    classes
        Classes in the order of the scores; empty when there are no scores.
    scores
        One row of scores for each row, or nothing.
    quantiles
        Of a forecast one row of quantiles for each row, at the task's levels, never falling; then
        the values are the medians.
    """

    values: Sequence[float] | Sequence[str]
    classes: tuple[str, ...] = ()
    scores: Sequence[Sequence[float]] = ()
    quantiles: Sequence[Sequence[float]] = ()


def write_predictions(predictions: Predictions) -> Iterator[bytes]:
    """Yield the lines of a file of predictions.

    Raises
    ------
    ValueError
        When a number is not finite.
    """
    header: dict[str, object] = {"form": FORM, "rows": len(predictions.values)}
    if predictions.classes:
        header["classes"] = list(predictions.classes)
    encode = json.JSONEncoder(
        ensure_ascii=False, allow_nan=False, separators=(",", ":"), check_circular=False
    ).encode
    yield encode(header).encode("utf-8") + b"\n"
    if predictions.classes:
        for value, scores in zip(predictions.values, predictions.scores, strict=True):
            yield encode({"prediction": value, "scores": scores}).encode("utf-8") + b"\n"
        return
    for row in predictions.quantiles:
        yield encode({"quantiles": row}).encode("utf-8") + b"\n"
    for value in () if predictions.quantiles else predictions.values:
        yield encode({"prediction": value}).encode("utf-8") + b"\n"


def read_predictions(
    data: bytes, *, task: TaskType, rows: int, classes: frozenset[str] = frozenset()
) -> Predictions:
    """Return the predictions of a file that nobody vouches for.

    Parameters
    ----------
    data
        The file.
    task
        What was asked for.
    rows
        Exactly how many predictions there must be.
    classes
        The classes that may be predicted; empty for a regression.

    Raises
    ------
    PredictionsRefused
        With the reason.
    """
    if len(data) > MOST_BYTES:
        raise PredictionsRefused(Refusal.TOO_LARGE)
    lines = data.split(b"\n", rows + 2)
    if len(lines) != rows + 2 or lines.pop():
        raise PredictionsRefused(Refusal.WRONG_LENGTH)
    header = _header(lines[0], task, rows, classes)
    if task.predicts is Predicted.QUANTILES:
        quantiles = [_quantiles(line) for line in lines[1:]]
        return Predictions([row[len(row) // 2] for row in quantiles], quantiles=quantiles)
    if task.predicts is Predicted.NUMBER:
        return Predictions([_regression(line) for line in lines[1:]])
    values: list[str] = []
    scores: list[list[float]] = []
    for line in lines[1:]:
        value, row = _classification(line, classes, len(header))
        values.append(value)
        scores.append(row)
    return Predictions(values, header, scores if header else ())


def _header(line: bytes, task: TaskType, rows: int, known: frozenset[str]) -> tuple[str, ...]:
    header = _parse(line)
    if header.get("form") != FORM or not set(header) <= {"form", "rows", "classes"}:
        raise PredictionsRefused(Refusal.WRONG_FORM)
    if type(header.get("rows")) is not int or header["rows"] != rows:
        raise PredictionsRefused(Refusal.WRONG_LENGTH)
    if "classes" not in header:
        return ()
    classes = header["classes"]
    if task.predicts is not Predicted.CLASS or not isinstance(classes, list):
        raise PredictionsRefused(Refusal.WRONG_FORM)
    if not all(isinstance(name, str) for name in classes) or len(set(classes)) != len(classes):
        raise PredictionsRefused(Refusal.WRONG_FORM)
    if set(classes) != known:
        raise PredictionsRefused(Refusal.UNKNOWN_CLASS)
    return tuple(classes)


def _regression(line: bytes) -> float:
    row = _parse(line)
    if set(row) != {"prediction"}:
        raise PredictionsRefused(Refusal.WRONG_FORM)
    value = _number(row["prediction"])
    if abs(value) > MOST_MAGNITUDE:
        raise PredictionsRefused(Refusal.OUT_OF_RANGE)
    return value


def _quantiles(line: bytes) -> list[float]:
    """Return the quantiles of a row, put in order: a forecast whose quantiles cross gains by it.

    Source
    ------
    Chernozhukov, Fernández-Val, Galichon (2010), Quantile and Probability Curves Without Crossing.
    """
    row = _parse(line)
    values = row.get("quantiles")
    if set(row) != {"quantiles"} or not isinstance(values, list) or len(values) != len(LEVELS):
        raise PredictionsRefused(Refusal.WRONG_FORM)
    numbers = [_number(value) for value in values]
    if any(abs(number) > MOST_MAGNITUDE for number in numbers):
        raise PredictionsRefused(Refusal.OUT_OF_RANGE)
    return sorted(numbers)


def _classification(line: bytes, known: frozenset[str], width: int) -> tuple[str, list[float]]:
    row = _parse(line)
    if set(row) != ({"prediction", "scores"} if width else {"prediction"}):
        raise PredictionsRefused(Refusal.WRONG_FORM)
    value = row["prediction"]
    if not isinstance(value, str) or len(value) > _LONGEST_CLASS:
        raise PredictionsRefused(Refusal.WRONG_FORM)
    if value not in known:
        raise PredictionsRefused(Refusal.UNKNOWN_CLASS)
    if not width:
        return value, []
    scores = row["scores"]
    if not isinstance(scores, list) or len(scores) != width:
        raise PredictionsRefused(Refusal.WRONG_SCORES)
    numbers = [_number(score) for score in scores]
    if any(abs(number) > MOST_MAGNITUDE for number in numbers):
        raise PredictionsRefused(Refusal.OUT_OF_RANGE)
    return value, numbers


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PredictionsRefused(Refusal.WRONG_FORM)
    if not math.isfinite(value):
        raise PredictionsRefused(Refusal.NOT_FINITE)
    return float(value)


def _parse(line: bytes) -> dict[str, object]:
    if len(line) > MOST_LINE:
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
