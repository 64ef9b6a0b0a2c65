"""Tracking: from observations and truths to figures, beside the nearest neighbour; and nothing hostile in."""

import contextlib
import dataclasses
import datetime as dt
import io
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.trials import steps
from dure.trials.definition import Definition, told_of_order
from dure.trials.developing.check import _rows, _rows_of
from dure.trials.developing.sample import sample_schema, sample_table
from dure.trials.developing.scenes import order_of
from dure.trials.developing.starters.tracks import Learner
from dure.trials.developing.template import new
from dure.trials.errors import TrialsError
from dure.trials.kinds.lines import PredictionsRefused, Refusal
from dure.trials.kinds.target import SplitRefused
from dure.trials.kinds.tracks import key
from dure.trials.kinds.tracks.answers import stretches
from dure.trials.kinds.tracks.wire import MOST_OBJECTS
from dure.trials.manifest import ColumnType, Schema, read_manifest
from dure.trials.offering.card import Card
from dure.trials.overlap import isolates
from dure.trials.places import Places
from dure.trials.predictions import Predictions, read_predictions, write_predictions
from dure.trials.scoring import Plan, score
from dure.trials.split import split
from dure.trials.tasks import METRICS, TaskType

TRACKING = TaskType.TRACKING
PLACES = Places(("x", "y"), ("true_x", "true_y"), "2")
SCENES = sample_table(sample_schema(Schema(), TRACKING), TRACKING, seed=5)
NAMES = tuple(metric.name for metric in METRICS[TRACKING])


def definition(**changes):
    parts = {
        "name": "harbour",
        "task": TRACKING,
        "target": "object",
        "features": ("sequence", "moment", "x", "y"),
        "time": "moment",
        "series": "sequence",
        "places": PLACES,
    }
    return Definition(**(parts | changes))


def scored(moments, answers, **changes):
    parts = {"task": TRACKING, "metrics": NAMES, "seed": 1, "resamples": 200}
    data = b"".join(write_predictions(Predictions(moments), TRACKING))
    return score(data, answers, Plan(**(parts | changes)))


def truth_of(answers):
    """What a tracker says that knows everything."""
    ids, places = answers["answer"].to_pylist(), answers["true"].to_pylist()
    return [
        {f"t{name}": place[2 * n : 2 * n + 2] for n, name in enumerate(one)}
        for one, place in zip(ids, places, strict=True)
    ]


PARTS = split(SCENES, definition())


def test_whole_sequences_are_on_one_side():
    train, test = (set(part["sequence"].to_pylist()) for part in (PARTS.train, PARTS.features))
    assert (len(train), len(test), train & test) == (28, 12, set())
    assert PARTS.train.column_names == [
        "sequence",
        "moment",
        "x",
        "y",
        "object",
        "true_x",
        "true_y",
    ]
    assert PARTS.features.column_names == ["sequence", "moment", "x", "y"]
    other = split(SCENES, definition(seed=2))
    assert set(other.features["sequence"].to_pylist()) != test


def test_features_are_the_observations_and_every_moment_is_there_in_order():
    features, test = PARTS.features, set(PARTS.features["sequence"].to_pylist())
    whole = SCENES.filter(pc.is_in(SCENES["sequence"], pa.array(sorted(test))))
    seen = whole.filter(pc.is_valid(whole["x"]))
    given_out = features.filter(pc.is_valid(features["x"]))
    assert sorted(given_out["x"].to_pylist()) == sorted(seen["x"].to_pylist())
    moments = list(
        zip(features["sequence"].to_pylist(), features["moment"].to_pylist(), strict=True)
    )
    assert moments == sorted(moments)
    assert len(set(moments)) == PARTS.answers.num_rows == 120


def test_a_moment_without_observations_is_a_row_without_a_place():
    lost = pc.and_(pc.equal(SCENES["moment"], 4), pc.is_valid(SCENES["object"]))
    nothing = pa.scalar(None, pa.float64())
    table = SCENES.filter(pc.or_kleene(pc.not_equal(SCENES["moment"], 4), lost))
    lost = pc.equal(table["moment"], 4)
    for name in ("x", "y"):
        place = table.column_names.index(name)
        table = table.set_column(place, name, pc.if_else(lost, nothing, table[name]))
    table = table.append_column("speed", pa.array(np.arange(table.num_rows, dtype=float)))
    asked = definition(features=("sequence", "moment", "x", "y", "speed"))
    features = split(table, asked).features.filter(pc.field("moment") == 4)
    assert features.num_rows == 12
    for name in ("x", "y", "speed"):  # nothing of the truth's own row is left
        assert features[name].null_count == 12
    assert features["sequence"].null_count == features["moment"].null_count == 0


def test_the_places_of_observations_say_nothing_of_their_objects():
    """A data set in which the objects of every moment lie in order."""
    rng = np.random.default_rng(3)
    rows = [(f"s{s:02}", m, o) for s in range(40) for m in range(12) for o in range(4)]
    sequence, moment, thing = zip(*rows, strict=True)
    x, y = rng.uniform(0, 90, (2, len(rows)))
    table = pa.table(
        {
            "sequence": sequence,
            "moment": moment,
            "object": thing,
            "x": x,
            "y": y,
            "true_x": x,
            "true_y": y,
        }
    )
    parts = split(table, definition())
    known = dict(zip(x, thing, strict=True))
    order = np.array([known[place] for place in parts.features["x"].to_pylist()]).reshape(-1, 4)
    assert len(order) == 144
    assert abs(order.mean(axis=0) - 1.5).max() < 0.35
    assert parts.features == split(table, definition()).features
    changed = table.set_column(2, "object", pa.array([3 - name for name in thing]))
    assert split(changed, definition()).features != parts.features


def test_dates_put_the_latest_sequences_into_the_test():
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    hours = [int(name[1:]) for name in SCENES["sequence"].to_pylist()]
    at = [
        start - dt.timedelta(hours=hour) + dt.timedelta(seconds=second)
        for hour, second in zip(hours, SCENES["moment"].to_pylist(), strict=True)
    ]
    parts = split(SCENES.set_column(1, "moment", pa.array(at)), definition())
    assert set(parts.features["sequence"].to_pylist()) == {f"s{n:02}" for n in range(12)}


def test_objects_count_as_rows_and_each_belongs_to_its_sequence():
    assert PARTS.answers["counts"].to_numpy().sum() == 36
    assert sum(map(len, PARTS.answers["row"].to_pylist())) == 36
    first = PARTS.answers["answer"].to_pylist()
    assert len({name for one in first for name in one}) == 36


def test_who_knows_everything_is_right_and_found_out():
    found = scored(truth_of(PARTS.answers), PARTS.answers)
    assert (found.rows, found.smallest_cell, found.leak) == (36, 36, True)
    assert [one.metric for one in found.comparisons] == list(NAMES)
    for one, best in zip(found.comparisons, (1, 1, 1, 0, 0, 0, 0), strict=True):
        assert one.algorithm.value == pytest.approx(best)
    figures = {one.metric: one for one in found.comparisons}
    assert figures["hota"].difference.lower > 0
    assert figures["gospa"].difference.upper < 0


def test_what_was_observed_just_there_is_no_leak():
    table = SCENES
    for name in ("x", "y"):
        place, true = table.column_names.index(name), table[f"true_{name}"]
        table = table.set_column(place, name, pc.if_else(pc.is_valid(true), true, table[name]))
    answers = split(table, definition()).answers
    assert not scored(truth_of(answers), answers).leak


def test_the_nearest_beside_itself_is_no_different():
    answers = PARTS.answers
    ids, places = answers["usual"].to_pylist(), answers["observed"].to_pylist()
    same = [
        {str(name): place[2 * n : 2 * n + 2] for n, name in enumerate(one)}
        for one, place in zip(ids, places, strict=True)
    ]
    found = scored(same, answers)
    for one in found.comparisons:
        assert one.algorithm == one.baseline
        assert one.difference.value == one.difference.upper == 0.0
    assert found.comparisons[0].algorithm.value > 0.4  # it does follow things
    assert not found.leak


def test_subgroups_are_of_whole_sequences():
    half = ["calm" if int(name[1:]) % 2 else "rough" for name in SCENES["sequence"].to_pylist()]
    table = SCENES.append_column("sea", pa.array(half))
    asked = definition(subgroup="sea", subgroups=("calm", "rough"), test_permille=600)
    answers = split(table, asked).answers
    calm = answers["subgroup"].to_numpy() == 0
    mixed = [one if is_calm else {} for one, is_calm in zip(truth_of(answers), calm, strict=True)]
    found = scored(mixed, answers, subgroups=2, floors=("hota",))
    (first, (one,)), (second, (other,)) = found.groups
    assert (one.algorithm.value, other.algorithm.value) == (pytest.approx(1.0), 0.0)
    assert first + second == found.rows == 72
    assert found.support.counts.sum() == 72
    varies = table.set_column(
        7, "sea", pa.array(["calm", "rough"] * (len(half) // 2) + ["calm"] * (len(half) % 2))
    )
    with pytest.raises(SplitRefused, match="subgroup-varies"):
        split(varies, asked)


def test_few_sequences_are_cut_into_stretches():
    sequence = np.repeat([3, 5, 8], [50, 50, 4])
    found = stretches(sequence, np.zeros(104, dtype=int))
    assert len(np.unique(found)) == 18  # seven each, and four of the one that has no more
    for number in np.unique(found):
        assert len(np.unique(sequence[found == number])) == 1
    many = np.repeat(np.arange(10), 5)
    assert stretches(many, np.zeros(50, dtype=int)).tolist() == many.tolist()
    assert len(np.unique(stretches(many, many % 2))) == 40  # of each subgroup there are but five


def test_a_benchmark_but_for_one_object_is_found_out():
    seen = PARTS.answers["row"]
    name = pc.equal(SCENES["sequence"], PARTS.features["sequence"][0])
    without = SCENES.filter(pc.invert(pc.and_kleene(name, pc.equal(SCENES["object"], "o1"))))
    other = split(without, definition()).answers["row"]
    assert isolates(seen, other)
    assert not isolates(seen, seen)
    assert not isolates(seen, split(SCENES, definition(seed=2)).answers["row"])


def test_a_sequence_under_two_names_is_among_the_training_rows():
    assert PARTS.repeated.exactly == 0
    names = pa.array([f"again {name}" for name in SCENES["sequence"].to_pylist()])
    twice = pa.concat_tables([SCENES, SCENES.set_column(0, "sequence", names)])
    parts = split(twice, definition())
    assert 100 < parts.repeated.exactly <= parts.features.num_rows


def changed(**columns):
    table = SCENES
    for name, values in columns.items():
        table = table.set_column(table.column_names.index(name), name, values)
    return table


def one_gone(name):
    values = SCENES[name].to_pylist()
    values[next(n for n, value in enumerate(values) if value is not None)] = None
    return changed(**{name: pa.array(values)})


BOXES = {
    "features": ("sequence", "moment", "x", "y", "w", "h"),
    "places": Places(("x", "y", "w", "h"), ("true_x", "true_y", "w2", "h2")),
}


def boxes(side):
    table = SCENES
    for name, like in (("w", "x"), ("h", "x"), ("w2", "object"), ("h2", "object")):
        there = pc.is_valid(SCENES[like])
        table = table.append_column(name, pc.if_else(there, side, pa.scalar(None, pa.float64())))
    return table


@pytest.mark.parametrize(
    ("table", "changes", "reason"),
    [
        (one_gone("x"), {}, "place-incomplete"),
        (one_gone("object"), {}, "truth-incomplete"),
        (changed(x=pa.array(["1"] * SCENES.num_rows)), {}, "place-type"),
        (changed(x=pa.array([float("nan")] * SCENES.num_rows), y=SCENES["moment"]), {}, "target-range"),
        (changed(moment=pa.array(["1"] * SCENES.num_rows)), {}, "time-type"),
        (SCENES.drop_columns(["true_x"]), {}, "feature-missing"),
        (SCENES.slice(0, 25), {"test_permille": 100}, "too-few-sequences"),
        (SCENES.slice(0, 66), {"test_permille": 500}, "too-few-rows"),
        (SCENES.filter(pc.invert(pc.is_in(SCENES["object"], pa.array(["o1", "o2"])))), {"test_permille": 200}, "too-few-objects"),
        (changed(moment=pc.divide(SCENES["moment"], 2)), {}, "object-twice"),
        (boxes(0.0), BOXES, "box-size"),
    ],
)  # fmt: skip
def test_what_can_t_be_split(table, changes, reason):
    assert split(SCENES, definition()).answers.num_rows == 120  # the control
    with pytest.raises(Exception, match=f"^{reason}$"):
        split(table, definition(**changes))


def test_boxes_are_tracked_as_well():
    parts = split(boxes(4.0), definition(**BOXES))
    ids, places = parts.answers["answer"].to_pylist(), parts.answers["true"].to_pylist()
    said = [
        {f"t{name}": place[4 * n : 4 * n + 4] for n, name in enumerate(one)}
        for one, place in zip(ids, places, strict=True)
    ]
    found = {one.metric: one for one in scored(said, parts.answers).comparisons}
    assert found["hota"].algorithm.value == pytest.approx(1.0)
    assert 0.2 < found["hota"].baseline.value < 0.9


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"time": ""}, "time"),
        ({"series": ""}, "series"),
        ({"series": "moment"}, "series"),
        ({"places": None}, "places"),
        ({"places": Places(("x",), ("true_x",), "2")}, "places"),
        ({"places": Places(("x", "y"), ("true_x",), "2")}, "places"),
        ({"places": Places(("x", "x"), ("true_x", "true_y"), "2")}, "places"),
        ({"places": Places(("x", "z"), ("true_x", "true_y"), "2")}, "places"),
        ({"places": Places(("x", "y"), ("true_x", "object"), "2")}, "places"),
        ({"places": Places(("x", "y"), ("true_x", "moment"), "2")}, "places"),
        ({"places": Places(("x", "y"), ("true_x", "true_y"))}, "places"),
        ({"places": Places(("x", "y"), ("true_x", "true_y"), "0")}, "places"),
        ({"places": Places(("x", "y"), ("true_x", "true_y"), "1.2345")}, "places"),
        ({**BOXES, "places": Places(*[("x", "y", "w", "h"), ("a", "b", "c", "d")], "2")}, "places"),
        ({"task": TaskType.REGRESSION, "time": "", "series": ""}, "places"),
        ({"task": TaskType.FORECASTING}, "places"),
    ],
)  # fmt: skip
def test_definitions_that_don_t_fit(changes, part):
    assert definition().places.distance == 2.0
    with pytest.raises(TrialsError) as caught:
        definition(**changes)
    assert caught.value.facts["part"] == part


def test_a_definition_is_written_and_read():
    for asked in (definition(), definition(**BOXES)):
        assert Definition.from_dict(asked.to_dict()) == asked
    assert told_of_order(definition()) == {
        "time": "moment",
        "series": "sequence",
        "observed": ["x", "y"],
        "true": ["true_x", "true_y"],
        "cutoff": "2",
    }
    for wrong in ({}, {"observed": "x", "true": "y"}, {"observed": [], "true": [], "more": 1}, 3):
        with pytest.raises(TrialsError):
            Definition.from_dict({**definition().to_dict(), "places": wrong})


HEADER = '{"form":"dure/predictions/v1","rows":1}\n'


def read(row):
    return read_predictions(f"{HEADER}{row}\n".encode(), task=TRACKING, rows=1)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('{"tracks":[[1,2]]}', Refusal.WRONG_FORM),
        ('{"tracks":{},"more":1}', Refusal.WRONG_FORM),
        ('{"prediction":1}', Refusal.WRONG_FORM),
        ('{"tracks":{"a":[1]}}', Refusal.WRONG_FORM),
        ('{"tracks":{"a":[1,2,3,4,5]}}', Refusal.WRONG_FORM),
        ('{"tracks":{"a":{"x":1}}}', Refusal.WRONG_FORM),
        ('{"tracks":{"a":[1,"2"]}}', Refusal.WRONG_FORM),
        ('{"tracks":{"a":[1,true]}}', Refusal.WRONG_FORM),
        ('{"tracks":{"a":[1,2],"a":[3,4]}}', Refusal.DUPLICATE_KEY),
        ('{"tracks":{"":[1,2]}}', Refusal.WRONG_ID),
        ('{"tracks":{"a b":[1,2]}}', Refusal.WRONG_ID),
        ('{"tracks":{"가":[1,2]}}', Refusal.WRONG_ID),
        ('{"tracks":{"a\\n":[1,2]}}', Refusal.WRONG_ID),
        ('{"tracks":{"' + "a" * 33 + '":[1,2]}}', Refusal.WRONG_ID),
        ('{"tracks":{"a":[1,NaN]}}', Refusal.NOT_FINITE),
        ('{"tracks":{"a":[1,1e999]}}', Refusal.NOT_FINITE),
        ('{"tracks":{"a":[1,1e13]}}', Refusal.OUT_OF_RANGE),
        ('{"tracks":{"a":[1,2,0,1]}}', Refusal.OUT_OF_RANGE),
        ('{"tracks":{"a":[1,2,1,-1]}}', Refusal.OUT_OF_RANGE),
        ('{"tracks":{"a":[1,' + "9" * 50 + "]}}", Refusal.LONG_NUMBER),
        (json.dumps({"tracks": {str(n): [1, 2] for n in range(MOST_OBJECTS + 1)}}), Refusal.TOO_MANY_TRACKS),
        (json.dumps({"tracks": {"a" * 170_000: [1, 2]}}), Refusal.LONG_LINE),
        ('{"tracks":' + "[" * 15_000 + "]" * 15_000 + "}", Refusal.NESTED),
    ],
    ids=lambda value: value.value if isinstance(value, Refusal) else value[:40],
)  # fmt: skip
def test_hostile_tracks(row, reason):
    many = {str(n): [1.0, 2.0] for n in range(MOST_OBJECTS)}
    for good in (
        {},
        {"a-1_Z": [1.0, 2.0]},
        {"b": [1.0, 2.0, 3.0]},
        {"c": [0.0, 0.0, 1.0, 0.5]},
        many,
    ):
        assert read(json.dumps({"tracks": good})).values == [good]
    with pytest.raises(PredictionsRefused) as caught:
        read(row)
    assert caught.value.reason is reason


def test_places_of_another_kind_and_tracks_without_end_are_refused(monkeypatch):
    nothing = [{} for _ in range(PARTS.answers.num_rows)]
    assert scored(nothing, PARTS.answers).comparisons[0].algorithm.value == 0.0
    with pytest.raises(PredictionsRefused) as caught:
        scored([{"a": [1.0, 2.0, 3.0]}, *nothing[1:]], PARTS.answers)
    assert caught.value.reason is Refusal.WRONG_FORM
    monkeypatch.setattr(key, "MOST_TRACKS", 3)
    each = [{f"{n}": [0.0, 0.0]} for n in range(len(nothing))]
    few = [{f"{n % 3}": [0.0, 0.0]} for n in range(len(nothing))]
    assert scored(few, PARTS.answers).rows == 36
    with pytest.raises(PredictionsRefused) as caught:
        scored(each, PARTS.answers)
    assert caught.value.reason is Refusal.TOO_MANY_TRACKS


@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_reason(data):
    with contextlib.suppress(PredictionsRefused):
        read_predictions(HEADER.encode() + data + b"\n", task=TRACKING, rows=1)


def test_without_trackeval_nothing_is_promised(monkeypatch):
    steps.require_scorer(TRACKING)
    monkeypatch.setattr(steps, "installed", lambda _: iter(()))
    steps.require_scorer(TaskType.REGRESSION)
    with pytest.raises(TrialsError) as caught:
        steps.require_scorer(TRACKING)
    assert "dure[tracking]" in caught.value.why


def test_a_check_makes_up_scenes_and_reads_those_it_is_given(tmp_path: Path):
    """All of a check but the sandbox, in which a test of a whole trial has the same run."""
    new(tmp_path / "follow", TRACKING)
    manifest = read_manifest((tmp_path / "follow/algorithm.toml").read_bytes())
    content, told = _rows(manifest, None, "", 1)
    assert (told.time, told.series, told.places) == ("moment", "sequence", PLACES)
    assert split(pq.read_table(io.BytesIO(content)), told).answers.num_rows == 120
    dummy = tmp_path / "dummy.parquet"
    pq.write_table(SCENES, dummy)
    again, same = _rows(manifest, dummy, "", 1)
    assert (again, same) == (dummy.read_bytes(), told)
    bare = dataclasses.replace(manifest, schema=Schema())
    assert _rows(bare, dummy, "object", 1)[1].features == told.features


def test_what_is_begun_is_better_than_the_nearest():
    made = Learner({**told_of_order(definition()), "target": "object", "parameters": {}})
    made.fit(PARTS.train)
    found = {
        one.metric: one for one in scored(made.predict(PARTS.features), PARTS.answers).comparisons
    }
    assert found["hota"].difference.lower > 0
    assert found["idf1"].difference.lower > 0


@pytest.mark.parametrize("width", [2, 3, 4])
def test_a_card_s_scenes_have_its_own_columns(tmp_path: Path, width):
    """Through all but the sandbox: what a check would split is what the card asks."""
    seen, true = (tuple(f"{kind}{n}" for n in range(width)) for kind in ("a", "b"))
    features = ("when", "run", *seen, "note")
    places = Places(seen, true, "" if width == 4 else "2")
    asked = definition(features=features, time="when", series="run", places=places, target="who")
    types = {"when": ColumnType.TIME, "run": ColumnType.TEXT, "note": ColumnType.TEXT}
    card = Card("bravo", 1, "2026-01-01T00:00:00Z", asked, 0, types, {}, b"")
    new(tmp_path / "mine", TRACKING, target="who", features=types)
    manifest = read_manifest((tmp_path / "mine/algorithm.toml").read_bytes())
    content, told = _rows_of(card, manifest, 7)
    assert told == dataclasses.replace(asked, seed=7)
    parts = split(pq.read_table(io.BytesIO(content)), told)
    assert parts.features.column_names == list(features)
    assert parts.answers.num_rows == 120


def test_dummy_rows_name_their_true_places():
    schema = sample_schema(Schema(), TRACKING)
    columns = {**schema.features, "true_x": schema.features["x"], "true_y": schema.features["y"]}
    assert order_of(schema.features, columns) == ("moment", "sequence", PLACES)
    assert order_of(schema.features) == ("moment", "sequence", PLACES)
