"""The perturbed part: each kind does what it says and nothing else, and nothing tells what it did."""

import numpy as np
import pyarrow as pa
import pytest

from dure.trials import split
from dure.trials.definition import Definition
from dure.trials.forecasts import clock
from dure.trials.kinds.parts import CELL, PLACE
from dure.trials.kinds.target import SplitRefused
from dure.trials.perturbing import numbers
from dure.trials.perturbing.applying import CHANGES, perturbed
from dure.trials.perturbing.kinds import KINDS, cells, suiting
from dure.trials.tasks import TaskType

ROWS = 240
WORDS = [
    "north",
    "south",
    "east",
    "west",
    "over",
    "under",
    "river",
    "mountain",
    "harbour",
    "island",
]
NUMBERS, TEXTS = ("depth", "count"), ("note", "kind")
FEATURES = (*NUMBERS, *TEXTS)


def table(rows=ROWS, seed=1):
    rng = np.random.default_rng(seed)
    return pa.table(
        {
            "depth": rng.normal(50.0, 10.0, rows),
            "count": pa.array(rng.integers(1000, 2000, rows), pa.int32()),
            "note": [" ".join((f"row{n}", *rng.choice(WORDS, 9))) for n in range(rows)],
            "kind": pa.array([f"{WORDS[n % 7]} {n}" for n in range(rows)]).dictionary_encode(),
            "y": rng.normal(size=rows),
        }
    )


def definition(*robust, features=FEATURES, **changes):
    parts = {"name": "n", "task": TaskType.REGRESSION, "target": "y", "features": features}
    return Definition(**(parts | {"robust": tuple(sorted(robust))} | changes))


def made(*robust, rows=ROWS, seed=5, source=None, **changes):
    whole = table(rows) if source is None else source
    asked = definition(*robust, **changes)
    features = whole.select(list(asked.features))
    return features, perturbed(whole, features, asked, np.random.default_rng(seed))


def aligned(found):
    """Return the perturbed rows in the order of the test rows that they came from."""
    return found.features.take(pa.array(found.places))


def values(part, name):
    return part[name].to_numpy().astype(float)


def changed(before, after, name):
    return np.array(
        [a != b for a, b in zip(before[name].to_pylist(), after[name].to_pylist(), strict=True)]
    )


def level_of(found, kind, robust):
    """Return of each row the level of its cell."""
    planned = cells(tuple(sorted(robust)))
    assert {name for name, _ in planned} == set(robust)
    return np.array([float(planned[cell][1]) for cell in found.cells])


SUITED = tuple(sorted(suiting(TaskType.CLASSIFICATION)))[:4]


@pytest.mark.parametrize("robust", [("noise",), ("missing", "typos"), SUITED])
def test_every_test_row_is_there_once_and_cells_are_even(robust):
    before, found = made(*robust)
    planned = len(cells(robust))
    assert sorted(found.places) == list(range(ROWS))
    counts = np.bincount(found.cells, minlength=planned)
    assert len(counts) == planned
    assert counts.max() - counts.min() <= 1
    assert found.features.schema.equals(before.schema)


@pytest.mark.parametrize(
    ("kind", "touched"),
    [
        ("noise", NUMBERS),
        ("drift", NUMBERS),
        ("units", NUMBERS),
        ("typos", TEXTS),
        ("dropped-words", TEXTS),
        ("missing", FEATURES),
    ],
)
def test_a_kind_changes_its_own_columns_and_no_others(kind, touched):
    """And the row at a test row's place is that row: what is untouched agrees throughout."""
    before, found = made(kind)
    after = aligned(found)
    for name in FEATURES:
        assert changed(before, after, name).any() == (name in touched), name
    assert sum(changed(before, after, name) for name in touched).all()
    clean = before.take(pa.array(np.argsort(found.places)))
    assert sum(changed(clean, found.features, name) for name in touched).all()


def test_in_a_plan_of_two_kinds_each_row_meets_the_one_of_its_cell():
    before, found = made("drift", "typos")
    after = aligned(found)
    drifted = found.cells < 3
    for name in NUMBERS:
        assert (changed(before, after, name) == drifted).all()
    for name in TEXTS:
        assert (changed(before, after, name) == ~drifted).all()


def test_drift_moves_all_one_way_by_so_many_deviations():
    before, found = made("drift")
    moved = values(aligned(found), "depth") - values(before, "depth")
    ways = moved / (level_of(found, "drift", ["drift"]) * values(before, "depth").std())
    assert abs(ways) == pytest.approx(np.ones(ROWS))
    assert len(set(np.sign(ways))) == 1


def test_noise_is_as_strong_as_it_says():
    before, found = made("noise", rows=1200)
    levels = level_of(found, "noise", ["noise"])
    for name in NUMBERS:
        moved = values(aligned(found), name) - values(before, name)
        for level in (0.25, 0.5, 1.0):
            mine = moved[levels == level] / (level * values(before, name).std())
            assert mine.std() == pytest.approx(1.0, abs=0.15)
            assert abs(mine.mean()) < 0.2


def test_one_number_of_a_row_is_in_another_unit():
    before, found = made("units")
    after, levels = aligned(found), level_of(found, "units", ["units"])
    both = np.column_stack([changed(before, after, name) for name in NUMBERS])
    assert (both.sum(axis=1) == 1).all()
    assert both.any(axis=0).all()
    for column, name in enumerate(NUMBERS):
        mine = both[:, column]
        factor, was = levels[mine], values(before, name)[mine]
        wanted = was * factor + np.where(factor == 1.8, 32.0, 0.0)
        assert values(after, name)[mine] == pytest.approx(wanted, abs=0.51)


def test_what_is_nought_or_missing_has_no_other_unit():
    """So that no row is repeated as it was, if it has anything else."""
    columns = {"nought": pa.array([0.0] * 60), "gone": pa.array([None] * 60, pa.float64())}
    found = numbers.units(
        columns | {"length": pa.array([2.0] * 60)}, 1000.0, {}, np.random.default_rng(1)
    )
    assert set(found["length"].to_pylist()) == {2000.0}
    alone = numbers.units(columns, 1000.0, {}, np.random.default_rng(1))
    assert [alone[name].to_pylist() for name in columns] == [[0.0] * 60, [None] * 60]


def test_missing_leaves_out_a_share_and_one_at_least():
    before, found = made("missing", rows=1200)
    after, levels = aligned(found), level_of(found, "missing", ["missing"])
    gone = np.column_stack([after[name].is_null().to_numpy() for name in FEATURES])
    assert (gone.sum(axis=1) >= 1).all()
    # of four features
    for level, count in ((0.1, 1), (0.25, 1), (0.5, 2)):
        assert set(gone[levels == level].sum(axis=1)) == {count}
    assert gone.mean(axis=0) == pytest.approx(gone.mean(), abs=0.05)  # each as often as the others
    for place, name in enumerate(FEATURES):
        assert (changed(before, after, name) == gone[:, place]).all()


def test_what_is_missing_stays_missing_and_types_stay():
    rng = np.random.default_rng(2)
    scale = {"a": numbers.Scale(5.0, 1.0)}
    for kind in (pa.int8(), pa.uint8(), pa.int64(), pa.uint64(), pa.float32(), pa.float64()):
        column = pa.array([0, 1, None, 100, 127], kind)
        for change in (numbers.noise, numbers.drift, numbers.units):
            for level in (0.5, 1.8, 1000.0):
                after = change({"a": column}, level, scale, rng)["a"]
                assert after.type == kind
                assert after.is_null().to_pylist() == [False, False, True, False, False]


def test_a_whole_number_that_no_float_holds_keeps_its_digits_where_it_does_not_move():
    column, still = (
        pa.array([2**63 - 1, -(2**63), 2**53 + 1], pa.int64()),
        {"a": numbers.Scale(0, 1)},
    )
    after = numbers.drift({"a": column}, 1.0, still, np.random.default_rng(1))["a"]
    assert after == column
    far = numbers.drift({"a": column}, 1.0, {"a": numbers.Scale(1e30, 1.0)}, None)["a"]
    assert all(value > 2**62 for value in far.to_pylist())  # at the end of its range, not around it


def test_a_scale_is_of_finite_values_only():
    column = pa.chunked_array([[1.0, 3.0, None, float("inf"), float("nan")]])
    assert numbers.scale_of(column, np.random.default_rng(1)).deviation == 1.0
    nothing = pa.chunked_array([pa.array([None], pa.float64())])
    assert numbers.scale_of(nothing, np.random.default_rng(1)).deviation == 0.0


def test_too_few_rows_for_the_plan():
    whole = 9 * 10
    made("drift", "noise", "units", rows=whole)
    for rows in (whole - 1, 10):
        with pytest.raises(SplitRefused, match="robust-rows"):
            made("drift", "noise", "units", rows=rows)
    assert "robust-rows" in split.REFUSALS


@pytest.mark.parametrize(
    ("kind", "features"),
    [
        ("noise", TEXTS),
        ("drift", TEXTS),
        ("units", TEXTS),
        ("typos", NUMBERS),
        ("dropped-words", NUMBERS),
    ],
)
def test_no_column_for_a_kind(kind, features):
    made(kind)
    with pytest.raises(SplitRefused, match="robust-columns"):
        made(kind, features=features)
    assert "robust-columns" in split.REFUSALS


def test_a_kind_of_no_column_but_time_and_series():
    changes = {"task": TaskType.FORECASTING, "time": "depth", "series": "count"}
    with pytest.raises(SplitRefused, match="robust-columns"):
        made("noise", **changes)


# ── in the split ─────────────────────────────────────────────────────────────────────────────────


def series(rows=600):
    rng = np.random.default_rng(4)
    return pa.table(
        {
            "hour": np.arange(rows) // 3,
            "port": [n % 3 for n in range(rows)],
            "wave": rng.normal(size=rows),
            "y": np.arange(rows) + rng.normal(size=rows),
        }
    )


def forecast():
    return definition(
        "drift",
        "missing",
        features=("hour", "port", "wave"),
        task=TaskType.FORECASTING,
        time="hour",
        series="port",
    )


def test_time_and_series_are_left_as_they_are_and_rows_stay_in_order():
    parts = split.split(series(), forecast())
    back = parts.perturbed.take(parts.answers[PLACE])
    for name in ("hour", "port"):
        assert back[name] == parts.features[name]
    assert changed(parts.features, back, "wave").all()
    times = clock(parts.perturbed["hour"])
    assert (np.diff(times) >= 0).all()
    assert parts.perturbed.schema.equals(parts.features.schema)


LINES = 3000


def lines(turned=False):
    """A data set that lies sorted by its target."""
    order = np.arange(LINES)[:: -1 if turned else 1]
    rng = np.random.default_rng(6)
    drawn = rng.normal(size=LINES)
    return pa.table({"x": drawn[order], "y": order.astype(float)})


@pytest.mark.parametrize("turned", [False, True])
def test_places_tell_neither_cell_nor_target_nor_the_clean_row(turned):
    """The algorithm knows the split's seed; whatever order the data set lies in."""
    parts = split.split(lines(turned), definition("noise", features=("x",)))
    cell, place = (parts.answers[name].to_numpy() for name in (CELL, PLACE))
    rows = len(place)
    most = 4.5 / np.sqrt(rows)  # a chance below one in a hundred thousand
    targets = parts.answers["answer"].to_numpy()
    clean = parts.features["x"].to_numpy()
    for one in (cell, targets, clean, np.arange(rows), cell == 0, cell == 1):
        assert abs(np.corrcoef(place, one)[0, 1]) < most
    for one in (targets, clean, np.arange(rows)):
        assert abs(np.corrcoef(cell, one)[0, 1]) < most
    beside = np.diff(cell[np.argsort(place)])
    assert abs((beside == 0).mean() - 1 / 3) < 4.5 * np.sqrt(2 / 9 / rows)  # nor the row before


def test_the_same_data_give_the_same_part_and_other_targets_another():
    asked = definition("noise", features=("x",))
    one, same = (split.split(lines(), asked) for _ in range(2))
    assert one.perturbed == same.perturbed
    assert one.answers == same.answers
    # the features and the seed alone don't give the lots away
    other = split.split(lines().set_column(1, "y", pa.array(np.arange(LINES) + 0.5)), asked)
    assert other.answers[CELL] != one.answers[CELL]
    assert other.answers[PLACE] != one.answers[PLACE]


def test_without_a_plan_there_is_no_part():
    parts = split.split(lines(), definition(features=("x",)))
    assert parts.perturbed is None
    assert not {PLACE, CELL} & set(parts.answers.column_names)


def test_every_kind_has_words_levels_and_a_change():
    assert set(KINDS) == set(CHANGES)
    for kind in KINDS.values():
        assert list(map(float, kind.levels)) == sorted(map(float, kind.levels))
        assert kind.title.en != kind.title.ko
