"""Forecasts: the clock decides the test, quantiles are scored, and the past is what they are held against."""

import datetime as dt
import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import mean_absolute_error, mean_pinball_loss

from dure.trials.definition import Definition
from dure.trials.errors import TrialsError
from dure.trials.forecasts import (
    ClockRefused,
    climatology,
    clock,
    naive_scale,
    usual_quantiles,
)
from dure.trials.kinds.lines import PredictionsRefused, Refusal
from dure.trials.kinds.quantiles.figures import forecast
from dure.trials.kinds.target import SplitRefused
from dure.trials.predictions import (
    Predictions,
    read_predictions,
    write_predictions,
)
from dure.trials.scoring import Plan, score
from dure.trials.split import split
from dure.trials.tasks import LEVELS, METRICS, TaskType

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def definition(**changes) -> Definition:
    parts = {
        "name": "load",
        "task": TaskType.FORECASTING,
        "target": "load",
        "features": ("at", "depot"),
        "time": "at",
        "series": "depot",
    }
    return Definition(**(parts | changes))


def holdings(hours: int = 200, seed: int = 3) -> pa.Table:
    rng = np.random.default_rng(seed)
    rows = [
        (START + dt.timedelta(hours=hour), depot, float(base + rng.normal()))
        for hour in range(hours)
        for depot, base in (("north", 10), ("south", 50))
    ]
    order = rng.permutation(len(rows))
    at, depot, load = zip(*(rows[place] for place in order), strict=True)
    return pa.table({"at": at, "depot": depot, "load": load})


@given(permille=st.integers(150, 850), seed=st.integers(0, 9))
def test_no_training_row_is_later_than_a_test_row(permille, seed):
    parts = split(holdings(seed=seed), definition(test_permille=permille))
    assert max(parts.train["at"].to_pylist()) < min(parts.features["at"].to_pylist())
    assert parts.features.column_names == ["at", "depot"]
    assert parts.train.num_rows + parts.features.num_rows == 400
    assert abs(parts.features.num_rows - 400 * permille // 1000) < 2


def test_test_rows_lie_in_order_of_time_and_those_of_one_instant_in_none():
    """Where the rows of an instant lie sorted by their targets, their places must not tell them."""
    hours, each = 60, 20
    at = [START + dt.timedelta(hours=hour) for hour in range(hours) for _ in range(each)]
    load = [float(place) for _ in range(hours) for place in range(each)]
    depot = ["one"] * len(at)
    parts = split(pa.table({"at": at, "depot": depot, "load": load}), definition())
    assert parts.features["at"].to_pylist() == sorted(parts.features["at"].to_pylist())
    targets = parts.answers["answer"].to_numpy().reshape(-1, each)
    assert len(targets) > 10
    assert abs(targets.mean(axis=0) - (each - 1) / 2).max() < 5.5


def test_the_climatology_is_of_the_row_s_own_series():
    table = holdings()
    parts = split(table, definition())
    usual = usual_quantiles(parts.answers)
    north = np.array(parts.features["depot"].to_pylist()) == "north"
    assert abs(usual[north][:, 1] - 10).max() < 1
    assert abs(usual[~north][:, 1] - 50).max() < 1
    assert (np.diff(usual, axis=1) > 0).all()
    one = definition(series="")
    every = climatology(parts.train, parts.features, one)
    np.testing.assert_allclose(
        every["usual-0.5"].to_numpy(), np.quantile(parts.train["load"].to_numpy(), 0.5)
    )


def test_the_scale_is_the_change_within_series():
    table = pa.table({"at": [3, 1, 2, 1, 2], "depot": list("aaabb"), "load": [7.0, 1, 3, 50, 51]})
    assert naive_scale(table, definition()) == pytest.approx((2 + 4 + 1) / 3)
    with pytest.raises(ClockRefused, match="no-movement"):
        naive_scale(table.set_column(2, "load", pa.array([1.0] * 5)), definition())


@pytest.mark.parametrize(
    ("column", "told"),
    [
        (pa.chunked_array([[1.5, 2.5]]), True),
        (pa.chunked_array([[dt.date(2026, 1, 1), dt.date(2026, 1, 2)]]), True),
        (pa.chunked_array([[START, START + dt.timedelta(1)]]), True),
        (pa.chunked_array([["a", "b"]]), False),
        (pa.chunked_array([[1.5, float("nan")]]), False),
        (pa.chunked_array([[1.5, float("inf")]]), False),
        (pa.chunked_array([[True, False]]), False),
    ],
)
def test_what_can_be_a_clock(column, told):
    if told:
        assert clock(column)[0] < clock(column)[1]
        return
    with pytest.raises(ClockRefused, match="time-type"):
        clock(column)


def test_too_few_rows_and_definitions_that_don_t_fit():
    assert split(holdings(100), definition()).features.num_rows == 60  # the control
    with pytest.raises(SplitRefused, match="too-few-rows"):
        split(holdings(20), definition())
    for changes in ({"time": ""}, {"time": "load"}, {"series": "other"}):
        with pytest.raises(TrialsError):
            definition(**changes)
    with pytest.raises(TrialsError):
        definition(task=TaskType.REGRESSION)
    assert definition(task=TaskType.REGRESSION, time="", series="").time == ""
    assert Definition.from_dict(definition().to_dict()) == definition()


def test_figures_are_the_textbook_s():
    rng = np.random.default_rng(5)
    targets = rng.normal(size=500)
    quantiles = np.sort(rng.normal(size=(500, 3)), axis=1)
    usual = np.tile(np.quantile(targets, LEVELS), (500, 1))
    found = {
        one.metric: one
        for one in forecast(targets, quantiles, usual, 2.0, 400, np.random.default_rng(1))
    }
    assert list(found) == [metric.name for metric in METRICS[TaskType.FORECASTING]]
    for side, values in (("algorithm", quantiles), ("baseline", usual)):
        losses = [
            mean_pinball_loss(targets, values[:, place], alpha=level)
            for place, level in enumerate(LEVELS)
        ]
        median = mean_absolute_error(targets, values[:, 1])
        inside = np.mean((values[:, 0] <= targets) & (targets <= values[:, 2]))
        wanted = {
            "pinball": np.mean(losses),
            "mae": median,
            "mase": median / 2.0,
            "coverage-error": abs(inside - 0.8),
        }
        for name, value in wanted.items():
            estimate = getattr(found[name], side)
            assert estimate.value == pytest.approx(value)
            if name != "coverage-error":  # which is folded at nought
                assert estimate.lower < estimate.value < estimate.upper
    assert found["pinball"].difference.lower > 0  # the climatology is the better forecast here


def test_from_rows_to_a_score():
    parts = split(holdings(), definition())
    wanted = tuple(metric.name for metric in METRICS[TaskType.FORECASTING])
    plan = Plan(TaskType.FORECASTING, wanted, 1, 200)
    targets = parts.answers["answer"].to_numpy()
    perfect = [[float(one) - 1, float(one) + 0.1, float(one) + 1] for one in targets]
    data = b"".join(write_predictions(Predictions(perfect), TaskType.FORECASTING))
    found = score(data, parts.answers, plan)
    figures = {one.metric: one.algorithm.value for one in found.comparisons}
    assert figures["mae"] == pytest.approx(0.1)
    assert figures["coverage-error"] == pytest.approx(0.2)
    assert not found.leak


def lines(*rows: object) -> bytes:
    header = {"form": "dure/predictions/v1", "rows": len(rows)}
    return b"".join(json.dumps(row).encode() + b"\n" for row in (header, *rows))


def read(data: bytes, rows: int = 1) -> Predictions:
    return read_predictions(data, task=TaskType.FORECASTING, rows=rows)


def test_quantiles_that_cross_are_put_in_order():
    assert read(lines({"quantiles": [3, 1, 2]})).values == [[1.0, 2.0, 3.0]]


@pytest.mark.parametrize(
    ("row", "refusal"),
    [
        ({"quantiles": [1, 2]}, Refusal.WRONG_FORM),
        ({"quantiles": [1, 2, 3, 4]}, Refusal.WRONG_FORM),
        ({"quantiles": [1, 2, "3"]}, Refusal.WRONG_FORM),
        ({"quantiles": [1, 2, True]}, Refusal.WRONG_FORM),
        ({"quantiles": 1}, Refusal.WRONG_FORM),
        ({"prediction": 1}, Refusal.WRONG_FORM),
        ({"quantiles": [1, 2, 3], "prediction": 1}, Refusal.WRONG_FORM),
        ({"quantiles": [1, 2, 1e13]}, Refusal.OUT_OF_RANGE),
        ({"quantiles": [1, 2, float("nan")]}, Refusal.NOT_FINITE),
        ({"quantiles": [1, 2, 10**50]}, Refusal.LONG_NUMBER),
    ],
)
def test_hostile_quantiles(row, refusal):
    with pytest.raises(PredictionsRefused) as caught:
        read(lines(row))
    assert caught.value.reason is refusal
