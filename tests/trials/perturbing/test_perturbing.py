"""Perturbations change what they say and nothing else; each test row is in the part once."""

import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from PIL import Image

from dure.trials import split
from dure.trials.definition import Definition
from dure.trials.errors import TrialsError
from dure.trials.kinds.parts import BASELINE_KEY, CELL, PLACE
from dure.trials.kinds.target import SplitRefused
from dure.trials.perturbing import numbers, texts
from dure.trials.perturbing.applying import CHANGES
from dure.trials.perturbing.kinds import KINDS, Feature, cells, kinds_for
from dure.trials.perturbing.numbers import Scale
from dure.trials.perturbing.pixels import CHANGES as OF_PIXELS
from dure.trials.perturbing.pixels import worsened
from dure.trials.tasks import TaskType

ROWS = 600


def rng():
    return np.random.default_rng(7)


def table():
    draw = np.random.default_rng(3)
    return pa.table(
        {
            "number": draw.normal(50.0, 4.0, ROWS),
            "whole": pa.array(draw.integers(0, 100, ROWS), pa.int16()),
            "word": [f"late arrival of flight {n}" for n in range(ROWS)],
            "target": draw.normal(0.0, 1.0, ROWS),
        }
    )


def definition(**changes):
    parts = {
        "name": "worse",
        "task": TaskType.REGRESSION,
        "target": "target",
        "features": ("number", "whole", "word"),
        "robust": ("drift", "missing", "noise", "typos", "units"),
        "test_permille": 500,
    }
    return Definition(**(parts | changes))


def restored(parts):
    """The perturbed rows in the order of the test's."""
    return parts.perturbed.features.take(parts.answers[PLACE])


def test_each_test_row_is_in_the_perturbed_part_once_and_never_as_it_was():
    parts = split.split(table(), definition())
    places = parts.answers[PLACE].to_pylist()
    assert sorted(places) == list(range(300))
    assert places != list(range(300))
    assert parts.perturbed.features.schema == parts.features.schema
    clean, worse = parts.features.to_pylist(), restored(parts).to_pylist()
    kinds = [cells(definition().robust)[number][0] for number in parts.answers[CELL].to_pylist()]
    counts = np.bincount(parts.answers[CELL].to_numpy())
    assert counts.tolist() == [20] * 15
    for before, after, kind in zip(clean, worse, kinds, strict=True):
        assert before != after
        changed = {name for name in before if before[name] != after[name]}
        if kind == "typos":
            assert changed == {"word"}
        elif kind == "units":
            assert len(changed) == 1
            assert changed < {"number", "whole"}
        elif kind == "missing":
            assert {after[name] for name in changed} == {None}
        else:
            assert changed <= {"number", "whole"}


def test_without_a_plan_the_parts_are_as_they_were():
    plain = split.split(table(), definition(robust=()))
    planned = split.split(table(), definition())
    assert plain.perturbed is None
    assert plain.features == planned.features
    assert plain.train == planned.train
    assert set(planned.answers.column_names) - set(plain.answers.column_names) == {PLACE, CELL}
    assert json.loads(plain.answers.schema.metadata[BASELINE_KEY])


def test_which_row_is_dealt_where_takes_the_targets_to_know():
    first = split.split(table(), definition())
    again = split.split(table(), definition())
    assert first.perturbed.features == again.perturbed.features
    other = table().set_column(3, "target", pc.add(table()["target"], 1.0))
    moved = split.split(other, definition())
    assert moved.answers[CELL] != first.answers[CELL]


def test_a_forecast_keeps_its_clock():
    rows = table().append_column("day", pa.array(np.arange(ROWS) // 2))
    asked = definition(
        task=TaskType.FORECASTING,
        time="day",
        features=("number", "day"),
        robust=("missing", "noise"),
    )
    parts = split.split(rows, asked)
    days = parts.perturbed.features["day"].to_pylist()
    assert days == sorted(days)
    assert restored(parts)["day"] == parts.features["day"]
    assert restored(parts)["number"] != parts.features["number"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"test_permille": 100}, "robust-rows"),
        ({"features": ("number",), "robust": ("typos",)}, "robust-columns"),
        ({"features": ("word",), "robust": ("noise",)}, "robust-columns"),
    ],
)
def test_plans_that_can_t_be(changes, reason):
    with pytest.raises(SplitRefused, match=reason):
        split.split(table(), definition(**changes))
    assert split.split(table(), definition()).perturbed is not None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"robust": ("noise", "drift")}, "each once"),
        ({"robust": ("wind",)}, "each once"),
        ({"robust": ("blur",)}, "each once"),
        ({"tell": ("everything",)}, "each once"),
        ({"tell": ("subgroups",)}, "subgroups"),
    ],
)
def test_definitions_that_can_t_be(changes, words):
    with pytest.raises(TrialsError, match=words):
        definition(**changes)


def test_a_definition_is_read_as_it_was_written():
    asked = definition(tell=("calibration", "resources"))
    assert Definition.from_dict(asked.to_dict()) == asked
    assert not {"robust", "tell"} & set(definition(robust=()).to_dict())


COLUMNS = {
    "number": pa.array([10.0, None, 30.0, 40.0] * 500),
    "whole": pa.array([1, 2, None, 2**62] * 500, pa.int64()),
}
SCALES = {"number": Scale(4.0, 1.0), "whole": Scale(2.0, -1.0)}


@pytest.mark.parametrize("level", [0.25, 1.0])
def test_noise_has_the_strength_that_it_says(level):
    made = numbers.noise(COLUMNS, level, SCALES, rng())["number"]
    assert made.is_null() == COLUMNS["number"].is_null()
    apart = pc.subtract(made, COLUMNS["number"]).drop_null().to_numpy()
    assert apart.std() == pytest.approx(4.0 * level, rel=0.05)
    assert apart.mean() == pytest.approx(0.0, abs=0.3)


def test_drift_moves_all_rows_of_a_column_one_way():
    made = numbers.drift(COLUMNS, 0.5, SCALES, rng())
    assert set(pc.subtract(made["number"], COLUMNS["number"]).drop_null().to_pylist()) == {2.0}
    assert made["whole"].type == pa.int64()
    assert made["whole"][:3].to_pylist() == [0, 1, None]


@pytest.mark.parametrize(
    ("level", "told"), [(1.8, 50.0), (3.28, pytest.approx(32.8)), (1000.0, 10000.0)]
)
def test_one_number_of_a_row_has_a_mistaken_unit(level, told):
    made = numbers.units(COLUMNS, level, SCALES, rng())
    assert made["number"][0].as_py() in (10.0, told)
    one, other = (made[name].to_pylist() for name in COLUMNS)
    was, there = (COLUMNS[name].to_pylist() for name in COLUMNS)
    changed = [
        (a != c) + (b != d) for a, b, c, d in zip(one, other, was, there, strict=True) if c and d
    ]
    assert set(changed) == {1}
    assert {type(value) for value in other} == {int, type(None)}  # whole, and in range
    nought = {"number": pa.array([0.0] * 50), "whole": pa.array([3] * 50)}
    if level != 1.8:  # nought is nought in feet as well
        assert set(numbers.units(nought, level, SCALES, rng())["number"].to_pylist()) == {0.0}


def test_missing_values_are_as_many_as_said_and_one_at_least():
    columns = {str(n): pa.array(range(2000)) for n in range(10)}
    for level in (0.25, 0.5):
        made = numbers.missing(columns, level, {}, rng())
        gone = np.column_stack([np.asarray(column.is_null()) for column in made.values()])
        assert gone.sum(axis=1).min() >= 1
        assert gone.mean() == pytest.approx(level, abs=0.02)
    coded = {"kind": pa.array(["a", "b"] * 5).dictionary_encode()}
    assert numbers.missing(coded, 0.1, {}, rng())["kind"].null_count == 10


TEXTS = pa.array(
    [
        "활주로가 결빙되어 운항이 지연됩니다",
        "The runway is icy, flights are late.\n  Wait",
        None,
        "",
        "가",
    ]
    * 40
)


@pytest.mark.parametrize("level", [0.05, 0.3])
def test_typing_errors_change_letters_and_no_words(level):
    made = texts.typos({"t": TEXTS}, level, {}, rng())["t"].to_pylist()
    for before, after in zip(TEXTS.to_pylist(), made, strict=True):
        if not before:
            assert after == before
            continue
        assert after != before
        words = list(zip(before.split(), after.split(), strict=True))
        changed = [(one, other) for one, other in words if one != other]
        assert len(changed) <= max(1, len(words))
        for one, other in changed:
            assert abs(len(one) - len(other)) <= 1
    assert any("결" in one for one in made if one)


def test_a_korean_typing_error_is_a_letter_and_stays_a_syllable():
    draw = rng()
    made = {texts._mistyped_syllable("강", draw) for _ in range(200)}
    assert "가" in made  # the final consonant was left out
    assert {"당", "상"} & made  # the key beside
    assert all("가" <= one <= "힣" and one != "강" for one in made)


def test_left_out_words_leave_the_others_in_order():
    made = texts.dropped_words({"t": TEXTS}, 0.5, {}, rng())["t"].to_pylist()
    for before, after in zip(TEXTS.to_pylist(), made, strict=True):
        if not before or len(before.split()) < 2:
            assert after == before
            continue
        rest = iter(before.split())
        assert all(word in rest for word in after.split())
        assert 0 < len(after.split()) < len(before.split())
    coded = TEXTS.dictionary_encode()
    assert texts.dropped_words({"t": coded}, 0.5, {}, rng())["t"].type == coded.type


def picture(mode="RGB", format_="PNG"):
    out = io.BytesIO()
    pixels = (np.indices((40, 60)).sum(axis=0) // 6 % 2 * 200).astype(np.uint8)
    Image.fromarray(pixels).convert(mode).save(out, format_)
    return out.getvalue()


@pytest.mark.parametrize("kind", sorted(OF_PIXELS))
@pytest.mark.parametrize(("mode", "format_"), [("RGB", "PNG"), ("L", "JPEG")])
def test_images_keep_size_and_format_and_get_worse_with_the_level(kind, mode, format_):
    clean = picture(mode, format_)
    apart = []
    for level in KINDS[kind].levels:
        made = worsened(clean, kind, float(level), rng())
        with Image.open(io.BytesIO(clean)) as before, Image.open(io.BytesIO(made)) as after:
            assert (after.size, after.mode, after.format) == (before.size, mode, format_)
            gap = np.asarray(after, float) - np.asarray(before, float)
            apart.append(abs(gap).mean())
    assert 0 < apart[0] < apart[-1]
    assert worsened(clean, kind, 0.1, rng()) == worsened(clean, kind, 0.1, rng())


def test_an_occlusion_covers_the_share_that_it_says():
    made = worsened(picture(), "occlusion", 0.25, rng())
    with Image.open(io.BytesIO(made)) as image:
        grey = (np.asarray(image) == 128).all(axis=2).mean()
    assert grey == pytest.approx(0.25, abs=0.03)


def test_every_kind_has_words_levels_and_a_way_to_be_done():
    assert set(CHANGES) | set(OF_PIXELS) == set(KINDS)
    for kind in KINDS.values():
        assert kind.title.en != kind.title.ko
        assert list(kind.levels) == sorted(set(kind.levels), key=float)
        assert (kind.feature is Feature.IMAGE) == (kind.name in OF_PIXELS)
    assert kinds_for(TaskType.TRACKING) == ()
    assert set(kinds_for(TaskType.DETECTION)) == set(OF_PIXELS)
    assert not set(kinds_for(TaskType.TEXT)) & set(OF_PIXELS)
