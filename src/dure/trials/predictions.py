"""Predictions on the wire: JSON lines in one narrow form, written carefully and read suspiciously.

The first line is ``{"form":"dure/predictions/v1","rows":N}``, for a classification with scores
also ``"classes":[…]``. Then comes one line for each row, in order, in the form of its kind
(`dure.trials.kinds.wires`). Whatever wrote the file may be hostile, so nothing is assumed, everything
is bounded, and each refusal has one word for why.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dure.trials.kinds.lines import PredictionsRefused, Refusal, parse
from dure.trials.kinds.wire import Told, Wire
from dure.trials.kinds.wires import WIRES
from dure.trials.tasks import TaskType

FORM = "dure/predictions/v1"
FILE = "predictions.jsonl"
MOST_BYTES = 256 * 1024 * 1024


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
        One answer for each row: a number, a class, or a row of quantiles at the task's levels, never
        falling.
    classes
        Classes in the order of the scores; empty when there are no scores.
    scores
        One row of scores for each row, or nothing.
    """

    values: Sequence[Any]
    classes: tuple[str, ...] = ()
    scores: Sequence[Sequence[float]] = ()


def write_predictions(predictions: Predictions, task: TaskType) -> Iterator[bytes]:
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
    write = WIRES[task.predicts].write
    yield encode(header).encode("utf-8") + b"\n"
    scores = predictions.scores if predictions.classes else [()] * len(predictions.values)
    for value, row in zip(predictions.values, scores, strict=True):
        yield encode(write(value, row)).encode("utf-8") + b"\n"


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
    wire = WIRES[task.predicts]
    told = _header(lines[0], wire, rows, classes)
    values: list[Any] = []
    scores: list[list[float]] = []
    for line in lines[1:]:
        value, row = wire.read(parse(line, wire.most), told)
        values.append(value)
        scores.append(row)
    return Predictions(values, told.classes, scores if told.classes else ())


def _header(line: bytes, wire: Wire, rows: int, known: frozenset[str]) -> Told:
    header = parse(line)
    if header.get("form") != FORM or not set(header) <= {"form", "rows", "classes"}:
        raise PredictionsRefused(Refusal.WRONG_FORM)
    if type(header.get("rows")) is not int or header["rows"] != rows:
        raise PredictionsRefused(Refusal.WRONG_LENGTH)
    if "classes" not in header:
        return Told(known=known)
    classes = header["classes"]
    if not wire.scored or not isinstance(classes, list):
        raise PredictionsRefused(Refusal.WRONG_FORM)
    if not all(isinstance(name, str) for name in classes) or len(set(classes)) != len(classes):
        raise PredictionsRefused(Refusal.WRONG_FORM)
    if set(classes) != known:
        raise PredictionsRefused(Refusal.UNKNOWN_CLASS)
    return Told(tuple(classes), known)
