"""Predictions are read suspiciously: one form passes, and each other has one word for why not."""

import contextlib
import importlib.util
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.trials import predictions
from dure.trials.predictions import (
    Predictions,
    PredictionsRefused,
    Reason,
    read_predictions,
    write_predictions,
)
from dure.trials.tasks import TaskType

REGRESSION, CLASSIFICATION = TaskType.REGRESSION, TaskType.CLASSIFICATION
CLASSES = frozenset({"late", "early"})
POISON = Path(__file__).resolve().parents[2] / "demo/algorithms/hostile/poison.py"


def written(value):
    return b"".join(write_predictions(value))


@given(st.lists(st.floats(-1e12, 1e12), max_size=20))
def test_regression_round_trip(values):
    data = written(Predictions(values))
    assert list(read_predictions(data, task=REGRESSION, rows=len(values)).values) == values


@given(st.lists(st.tuples(st.sampled_from(sorted(CLASSES)), st.floats(0, 1)), max_size=20))
def test_classification_round_trip(rows):
    values = [name for name, _ in rows]
    plain = read_predictions(
        written(Predictions(values)), task=CLASSIFICATION, rows=len(rows), classes=CLASSES
    )
    assert (list(plain.values), plain.classes) == (values, ())
    scores = [[share, 1 - share] for _, share in rows]
    data = written(Predictions(values, ("late", "early"), scores))
    read = read_predictions(data, task=CLASSIFICATION, rows=len(rows), classes=CLASSES)
    assert read == Predictions(values, ("late", "early"), scores)


@given(st.binary(max_size=300), st.integers(0, 5))
def test_any_bytes_end_in_a_reason(data, rows):
    for task, classes in ((REGRESSION, frozenset()), (CLASSIFICATION, CLASSES)):
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
        (lines('{"prediction":NaN}', GOOD), Reason.NOT_FINITE),
        (lines('{"prediction":Infinity}', GOOD), Reason.NOT_FINITE),
        (lines('{"prediction":-Infinity}', GOOD), Reason.NOT_FINITE),
        (lines('{"prediction":1e999}', GOOD), Reason.NOT_FINITE),
        (lines('{"prediction":1e13}', GOOD), Reason.OUT_OF_RANGE),
        (lines('{"prediction":' + "9" * 100_000 + "}", GOOD), Reason.LONG_LINE),
        (lines('{"prediction":' + "9" * 20_000 + "}", GOOD), Reason.LONG_NUMBER),
        (lines('{"prediction":1.' + "1" * 20_000 + "}", GOOD), Reason.LONG_NUMBER),
        (lines(DEEP, GOOD), Reason.NESTED),
        (lines('{"prediction":1,"prediction":2}', GOOD), Reason.DUPLICATE_KEY),
        (lines('{"prediction":true}', GOOD), Reason.WRONG_FORM),
        (lines('{"prediction":null}', GOOD), Reason.WRONG_FORM),
        (lines('{"prediction":"1"}', GOOD), Reason.WRONG_FORM),
        (lines('{"prediction":1,"more":2}', GOOD), Reason.WRONG_FORM),
        (lines("[1]", GOOD), Reason.WRONG_FORM),
        (lines("{prediction:1}", GOOD), Reason.NOT_JSON),
        (lines("", GOOD), Reason.NOT_JSON),
        (lines('{"prediction":"\udc80"}', GOOD), Reason.NOT_JSON),
        (lines(GOOD), Reason.WRONG_LENGTH),
        (lines(GOOD, GOOD, GOOD), Reason.WRONG_LENGTH),
        (lines(GOOD, GOOD)[:-1], Reason.WRONG_LENGTH),
        (lines(GOOD, GOOD) + b"PK\x05\x06", Reason.WRONG_LENGTH),
        (lines(GOOD, GOOD, header=HEADER.replace("2", "3")), Reason.WRONG_LENGTH),
        (lines(GOOD, GOOD, header=HEADER.replace("2", "true")), Reason.WRONG_LENGTH),
        (lines(GOOD, GOOD, header=HEADER.replace("v1", "v2")), Reason.WRONG_FORM),
        (
            lines(GOOD, GOOD, header='{"form":"dure/predictions/v1","rows":2,"x":1}'),
            Reason.WRONG_FORM,
        ),
        (lines(GOOD, GOOD, header=HEADER[:-1] + ',"classes":[]}'), Reason.WRONG_FORM),
        (b"PK\x03\x04" + bytes(100), Reason.WRONG_LENGTH),
        (b"\x80\x04\x95" + b"\n" * 3, Reason.NOT_JSON),
        (b"", Reason.WRONG_LENGTH),
    ],
    ids=lambda value: value.value if isinstance(value, Reason) else repr(value[40:80]),
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
        (PLAIN, '{"prediction":"never"}', Reason.UNKNOWN_CLASS),
        (PLAIN, '{"prediction":1}', Reason.WRONG_FORM),
        (PLAIN, '{"prediction":"late","scores":[1]}', Reason.WRONG_FORM),
        (PLAIN, json.dumps({"prediction": "x" * 300}), Reason.WRONG_FORM),
        (SCORED, '{"prediction":"late"}', Reason.WRONG_FORM),
        (SCORED, '{"prediction":"late","scores":[1]}', Reason.WRONG_SCORES),
        (SCORED, '{"prediction":"late","scores":1}', Reason.WRONG_SCORES),
        (SCORED, '{"prediction":"late","scores":[1,"a"]}', Reason.WRONG_FORM),
        (SCORED, '{"prediction":"late","scores":[1,1e999]}', Reason.NOT_FINITE),
        (SCORED, '{"prediction":"late","scores":[1,1e13]}', Reason.OUT_OF_RANGE),
        (SCORED.replace("early", "never"), '{"prediction":"late"}', Reason.UNKNOWN_CLASS),
        (SCORED.replace("early", "late"), '{"prediction":"late"}', Reason.WRONG_FORM),
        (SCORED.replace('"early"', "1"), '{"prediction":"late"}', Reason.WRONG_FORM),
        (SCORED.replace('["early","late"]', '"late"'), '{"prediction":"late"}', Reason.WRONG_FORM),
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
    assert caught.value.reason is Reason.TOO_LARGE


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nan", Reason.NOT_FINITE),
        ("infinity", Reason.NOT_FINITE),
        ("overflow", Reason.NOT_FINITE),
        ("huge-integer", Reason.LONG_NUMBER),
        ("wrong-length", Reason.WRONG_LENGTH),
        ("nested", Reason.NESTED),
        ("duplicate-key", Reason.DUPLICATE_KEY),
        ("binary", Reason.WRONG_LENGTH),
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
