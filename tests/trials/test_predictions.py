"""Predictions are read suspiciously: one form passes, and each other has one word for why not."""

import contextlib
import importlib.util
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.trials import predictions
from dure.trials.kinds.lines import PredictionsRefused, Refusal
from dure.trials.predictions import (
    Predictions,
    read_predictions,
    write_predictions,
)
from dure.trials.tasks import Predicted, TaskType

REGRESSION, CLASSIFICATION = TaskType.REGRESSION, TaskType.CLASSIFICATION
CLASSES = frozenset({"late", "early"})
POISON = Path(__file__).resolve().parents[2] / "demo/algorithms/hostile/poison.py"


def written(value, task=REGRESSION):
    return b"".join(write_predictions(value, task))


@given(st.lists(st.floats(-1e12, 1e12), max_size=20))
def test_regression_round_trip(values):
    data = written(Predictions(values))
    assert list(read_predictions(data, task=REGRESSION, rows=len(values)).values) == values


@given(st.lists(st.tuples(st.sampled_from(sorted(CLASSES)), st.floats(0, 1)), max_size=20))
def test_classification_round_trip(rows):
    values = [name for name, _ in rows]
    plain = read_predictions(
        written(Predictions(values), CLASSIFICATION),
        task=CLASSIFICATION,
        rows=len(rows),
        classes=CLASSES,
    )
    assert (list(plain.values), plain.classes) == (values, ())
    scores = [[share, 1 - share] for _, share in rows]
    data = written(Predictions(values, ("late", "early"), scores), CLASSIFICATION)
    read = read_predictions(data, task=CLASSIFICATION, rows=len(rows), classes=CLASSES)
    assert read == Predictions(values, ("late", "early"), scores)


@given(st.binary(max_size=300), st.integers(0, 5))
def test_any_bytes_end_in_a_reason(data, rows):
    for task in TaskType:
        classes = CLASSES if task.predicts in (Predicted.CLASS, Predicted.BOXES) else frozenset()
        with contextlib.suppress(PredictionsRefused):
            read_predictions(data, task=task, rows=rows, classes=classes)


HEADER = '{"form":"dure/predictions/v1","rows":2}'
GOOD = '{"prediction":1.0}'
DEEP = '{"prediction":' + "[" * 15_000 + "]" * 15_000 + "}"


def lines(*rows, header=HEADER):
    return ("\n".join([header, *rows]) + "\n").encode("utf-8", "surrogatepass")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (lines('{"prediction":NaN}', GOOD), Refusal.NOT_FINITE),
        (lines('{"prediction":Infinity}', GOOD), Refusal.NOT_FINITE),
        (lines('{"prediction":-Infinity}', GOOD), Refusal.NOT_FINITE),
        (lines('{"prediction":1e999}', GOOD), Refusal.NOT_FINITE),
        (lines('{"prediction":1e13}', GOOD), Refusal.OUT_OF_RANGE),
        (lines('{"prediction":' + "9" * 100_000 + "}", GOOD), Refusal.LONG_LINE),
        (lines('{"prediction":' + "9" * 20_000 + "}", GOOD), Refusal.LONG_NUMBER),
        (lines('{"prediction":1.' + "1" * 20_000 + "}", GOOD), Refusal.LONG_NUMBER),
        (lines(DEEP, GOOD), Refusal.NESTED),
        (lines('{"prediction":1,"prediction":2}', GOOD), Refusal.DUPLICATE_KEY),
        (lines('{"prediction":true}', GOOD), Refusal.WRONG_FORM),
        (lines('{"prediction":null}', GOOD), Refusal.WRONG_FORM),
        (lines('{"prediction":"1"}', GOOD), Refusal.WRONG_FORM),
        (lines('{"prediction":1,"more":2}', GOOD), Refusal.WRONG_FORM),
        (lines("[1]", GOOD), Refusal.WRONG_FORM),
        (lines("{prediction:1}", GOOD), Refusal.NOT_JSON),
        (lines("", GOOD), Refusal.NOT_JSON),
        (lines('{"prediction":"\udc80"}', GOOD), Refusal.NOT_JSON),
        (lines(GOOD), Refusal.WRONG_LENGTH),
        (lines(GOOD, GOOD, GOOD), Refusal.WRONG_LENGTH),
        (lines(GOOD, GOOD)[:-1], Refusal.WRONG_LENGTH),
        (lines(GOOD, GOOD) + b"PK\x05\x06", Refusal.WRONG_LENGTH),
        (lines(GOOD, GOOD, header=HEADER.replace("2", "3")), Refusal.WRONG_LENGTH),
        (lines(GOOD, GOOD, header=HEADER.replace("2", "true")), Refusal.WRONG_LENGTH),
        (lines(GOOD, GOOD, header=HEADER.replace("v1", "v2")), Refusal.WRONG_FORM),
        (
            lines(GOOD, GOOD, header='{"form":"dure/predictions/v1","rows":2,"x":1}'),
            Refusal.WRONG_FORM,
        ),
        (lines(GOOD, GOOD, header=HEADER[:-1] + ',"classes":[]}'), Refusal.WRONG_FORM),
        (b"PK\x03\x04" + bytes(100), Refusal.WRONG_LENGTH),
        (b"\x80\x04\x95" + b"\n" * 3, Refusal.NOT_JSON),
        (b"", Refusal.WRONG_LENGTH),
    ],
    ids=lambda value: value.value if isinstance(value, Refusal) else repr(value[40:80]),
)
def test_hostile_regression(data, reason):
    assert read_predictions(lines(GOOD, GOOD), task=REGRESSION, rows=2).values == [1.0, 1.0]
    with pytest.raises(PredictionsRefused) as caught:
        read_predictions(data, task=REGRESSION, rows=2)
    assert caught.value.reason is reason


SCORED = '{"form":"dure/predictions/v1","rows":1,"classes":["early","late"]}'
PLAIN = '{"form":"dure/predictions/v1","rows":1}'


@pytest.mark.parametrize(
    ("header", "row", "reason"),
    [
        (PLAIN, '{"prediction":"never"}', Refusal.UNKNOWN_CLASS),
        (PLAIN, '{"prediction":1}', Refusal.WRONG_FORM),
        (PLAIN, '{"prediction":"late","scores":[1]}', Refusal.WRONG_FORM),
        (PLAIN, json.dumps({"prediction": "x" * 300}), Refusal.WRONG_FORM),
        (SCORED, '{"prediction":"late"}', Refusal.WRONG_FORM),
        (SCORED, '{"prediction":"late","scores":[1]}', Refusal.WRONG_SCORES),
        (SCORED, '{"prediction":"late","scores":1}', Refusal.WRONG_SCORES),
        (SCORED, '{"prediction":"late","scores":[1,"a"]}', Refusal.WRONG_FORM),
        (SCORED, '{"prediction":"late","scores":[1,1e999]}', Refusal.NOT_FINITE),
        (SCORED, '{"prediction":"late","scores":[1,1e13]}', Refusal.OUT_OF_RANGE),
        (SCORED.replace("early", "never"), '{"prediction":"late"}', Refusal.UNKNOWN_CLASS),
        (SCORED.replace("early", "late"), '{"prediction":"late"}', Refusal.WRONG_FORM),
        (SCORED.replace('"early"', "1"), '{"prediction":"late"}', Refusal.WRONG_FORM),
        (SCORED.replace('["early","late"]', '"late"'), '{"prediction":"late"}', Refusal.WRONG_FORM),
    ],
)
def test_hostile_classification(header, row, reason):
    for good, how in (
        (PLAIN, '{"prediction":"late"}'),
        (SCORED, '{"prediction":"late","scores":[0,1]}'),
    ):
        read_predictions(lines(how, header=good), task=CLASSIFICATION, rows=1, classes=CLASSES)
    with pytest.raises(PredictionsRefused) as caught:
        read_predictions(lines(row, header=header), task=CLASSIFICATION, rows=1, classes=CLASSES)
    assert caught.value.reason is reason


def test_too_large(monkeypatch):
    monkeypatch.setattr(predictions, "MOST_BYTES", 10)
    with pytest.raises(PredictionsRefused) as caught:
        read_predictions(lines(GOOD, GOOD), task=REGRESSION, rows=2)
    assert caught.value.reason is Refusal.TOO_LARGE


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nan", Refusal.NOT_FINITE),
        ("infinity", Refusal.NOT_FINITE),
        ("overflow", Refusal.NOT_FINITE),
        ("huge-integer", Refusal.LONG_NUMBER),
        ("wrong-length", Refusal.WRONG_LENGTH),
        ("nested", Refusal.NESTED),
        ("duplicate-key", Refusal.DUPLICATE_KEY),
        ("binary", Refusal.WRONG_LENGTH),
    ],
)
def test_the_demo_s_poisons(name, reason):
    spec = importlib.util.spec_from_file_location("poison", POISON)
    poison = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(poison)
    read_predictions(poison.lines(30).encode(), task=REGRESSION, rows=30)
    with pytest.raises(PredictionsRefused) as caught:
        read_predictions(poison.POISONS[name](30).encode(), task=REGRESSION, rows=30)
    assert caught.value.reason is reason


def test_a_number_that_is_not_finite_is_never_written():
    with pytest.raises(ValueError, match="JSON"):
        written(Predictions([float("nan")]))
