"""Images made worse on purpose, and the plans that a task can't have."""

import io
import math
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image
from PIL.JpegImagePlugin import get_sampling

from dure.readers.images.covering import covered
from dure.trials.definition import Definition
from dure.trials.errors import TrialsError
from dure.trials.kinds.parts import CELL, PERTURBED, PLACE
from dure.trials.perturbing.images import worse
from dure.trials.perturbing.kinds import KINDS, Feature, cells, suiting
from dure.trials.places import Places
from dure.trials.tasks import OF_IMAGES, TaskType
from tests.trials.images.pictures import gallery, splitted


def definition(task=TaskType.IMAGES, **changes) -> Definition:
    parts = {"name": "squares", "task": task, "target": "target", "features": ("image",)}
    if task is TaskType.FORECASTING:
        parts["time"] = "image"
    if task is TaskType.TRACKING:
        parts["places"] = Places(("x", "y"), ("tx", "ty"), "5")
        parts |= {"features": ("time", "sequence", "x", "y"), "time": "time", "series": "sequence"}
    return Definition(**(parts | changes))


# ── plans ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("task", TaskType)
def test_a_plan_has_kinds_that_suit_the_task_alone(task):
    of_images = {name for name, kind in KINDS.items() if kind.feature is Feature.IMAGE}
    suited = of_images if task in OF_IMAGES else set(KINDS) - of_images
    suited = set() if task is TaskType.TRACKING else suited
    assert set(suiting(task)) == suited
    assert definition(task).robust == ()
    for kind in KINDS:
        if kind in suited:
            assert definition(task, robust=(kind,)).robust == (kind,)
            continue
        with pytest.raises(TrialsError) as caught:
            definition(task, robust=(kind,))
        reason = "robust-task" if suited else "no-robust"
        assert (caught.value.facts["part"], caught.value.facts["reason"]) == ("robust", reason)
        assert all(name in str(caught.value) for name in suited)


# ── pictures ───────────────────────────────────────────────────────────────────────────────────
def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def picture(mode="RGB", format_="PNG", size=(120, 80)) -> bytes:
    """A slope of brightness with a hard edge, in one mode of a format."""
    wide, high = size
    slope = np.tile(np.linspace(60, 130, wide), (high, 1))
    slope[:, wide // 2 :] += 60
    if mode.startswith(("I", "F")):
        dtype = {"I;16": np.uint16, "I": np.int32, "F": np.float32}[mode]
        image = Image.fromarray((slope * 257).astype(dtype))
    else:
        image = Image.fromarray(slope.astype(np.uint8)).convert("RGB")
        image = image.quantize(16) if mode == "P" else image.convert(mode)
    if mode in ("RGBA", "LA"):
        image.putalpha(Image.fromarray((slope[::-1] > 100).astype(np.uint8) * 200))
    out = io.BytesIO()
    image.save(out, format_, **({"quality": 60} if format_ == "JPEG" else {}))
    return out.getvalue()


PLAIN = picture()


def perturbed(kind: str, level: str, content=PLAIN, lot=7) -> np.ndarray:
    return np.asarray(opened(worse(content, f"{kind} {level} {lot}"))).astype(float)


def before(content=PLAIN) -> np.ndarray:
    return np.asarray(opened(content)).astype(float)


@pytest.mark.parametrize("level", KINDS["pixel-noise"].levels)
def test_noise_has_the_deviation_that_it_says(level):
    apart = perturbed("pixel-noise", level) - before()
    if float(level) < 0.2:  # beyond, much of it is cut at the ends of the range
        assert apart.std() == pytest.approx(float(level) * 255, rel=0.05)
    assert abs(apart.mean()) < 5
    assert (apart[:, :, 0] != apart[:, :, 1]).mean() > 0.9  # each value by itself
    assert apart.std() > float(level) * 255 * 0.8


@pytest.mark.parametrize("mode", ["L", "I;16"])
def test_blur_spreads_an_edge_as_far_as_it_says(mode):
    content = picture(mode)
    unit = 257 if mode == "I;16" else 1
    steps = [np.abs(np.diff(before(content)[40])).max()]
    for level in KINDS["blur"].levels:
        row = perturbed("blur", level, content)[40]
        steps.append(np.abs(np.diff(row)).max())
        radius = float(level) * 80
        far = int(5 * radius) + 2  # where a Gaussian has nothing left
        assert np.allclose(
            row[far : 60 - far], before(content)[40, far : 60 - far], atol=1.5 * unit
        )
    assert all(later < earlier * 0.95 for earlier, later in pairwise(steps))
    # the steepest step is that of the slope, and of the edge under a Gaussian: over sqrt(2 pi) radii
    steepest = 70 / 119 + 60 / (math.sqrt(2 * math.pi) * 4)
    assert steps[-1] == pytest.approx(steepest * unit, abs=unit)


@pytest.mark.parametrize("level", KINDS["occlusion"].levels)
def test_a_rectangle_hides_the_share_that_it_says_in_the_mean_colour(level):
    seen, places = before(), set()
    for lot in range(5):
        made = perturbed("occlusion", level, lot=lot)
        rows, columns = np.nonzero((made != seen).any(axis=2))
        box = (slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1))
        hidden = made[box].reshape(-1, 3)
        assert (hidden == hidden[0]).all()
        assert np.abs(hidden[0] - seen.mean(axis=(0, 1))).max() <= 0.5
        assert len(hidden) / (120 * 80) == pytest.approx(float(level), rel=0.1)
        places.add((rows.min(), columns.min()))
    assert len(places) > 3


FORMS = [
    *[(mode, "PNG") for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")],
    *[(mode, "TIFF") for mode in ("RGB", "CMYK", "LAB", "I;16", "I", "F")],
    *[(mode, "JPEG") for mode in ("L", "RGB", "CMYK")],
    ("RGB", "BMP"),
    ("RGBA", "WEBP"),
]


@pytest.mark.parametrize("kind", suiting(TaskType.IMAGES))
@pytest.mark.parametrize(("mode", "format_"), FORMS)
def test_size_mode_and_format_are_kept_and_the_same_lot_gives_the_same(kind, mode, format_):
    content = picture(mode, format_)
    asked = f"{kind} {KINDS[kind].levels[-1]} 1"
    made, was = worse(content, asked), opened(covered(content, ())[0])
    assert worse(content, asked) == made
    after = opened(made)
    assert (after.size, after.mode, after.format) == (was.size, was.mode, was.format)
    assert sorted(after.info) == sorted(was.info)
    if (kind, mode) != ("pixel-noise", "1"):  # black and white outlast it
        assert not np.array_equal(np.asarray(after), np.asarray(was))
    if kind != "blur":
        assert worse(content, f"{kind} {KINDS[kind].levels[-1]} 2") != made or mode == "1"
    if format_ == "JPEG":
        assert after.quantization == was.quantization
        assert get_sampling(after) == get_sampling(was)
    if mode in ("RGBA", "LA"):
        clear, clear_before = (np.asarray(one.getchannel("A")) for one in (after, was))
        changed = clear != clear_before
        assert changed.any() == (kind == "occlusion")
        assert (clear[changed] == 255).all()
    if mode == "P":
        assert after.getpalette() == was.getpalette()


def test_what_is_not_hidden_keeps_its_place_in_the_palette_and_what_is_clear_stays_so():
    image = Image.fromarray(np.tile(np.arange(4, dtype=np.uint8), (40, 15)), "P")
    image.putpalette([200, 0, 0, 0, 0, 200, 0, 0, 200, 100, 0, 100])  # two are alike
    out = io.BytesIO()
    image.save(out, "PNG", transparency=1)
    made = opened(worse(out.getvalue(), "occlusion 0.3 1"))
    moved = np.asarray(made) != np.asarray(image)
    assert 0.15 < moved.mean() <= 0.31
    assert set(np.asarray(made)[moved]) == {3}  # the nearest to the mean
    assert made.info["transparency"] == 1


# ── a split ────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def squares():
    return gallery(300)


@pytest.mark.parametrize(
    ("task", "target"), [(TaskType.IMAGES, "target"), (TaskType.DETECTION, "boxes")]
)
def test_the_fourth_part_has_each_test_image_once(tmp_path, squares, task, target):
    content, table = squares
    plan = tuple(sorted(suiting(task)))
    asked = definition(task, target=target, test_permille=400, robust=plan)
    facts, (_, features, answers) = splitted(tmp_path, content, table, asked)
    part = pq.read_table(tmp_path / "out" / PERTURBED)
    assert facts["test_rows"] == part.num_rows == 120
    assert part.schema == features.schema
    places, numbers = answers[PLACE].to_pylist(), answers[CELL].to_pylist()
    assert sorted(places) == list(range(120)) != places
    planned = cells(asked.robust)
    assert Counter(numbers).keys() == set(range(len(planned)))
    images = part["image"].to_pylist()
    for clean, place, number in zip(features["image"].to_pylist(), places, numbers, strict=True):
        kind, level = planned[number]
        was, now = (np.asarray(opened(one)).astype(float) for one in (clean, images[place]))
        assert opened(clean).format == opened(images[place]).format
        assert now.shape == was.shape
        if opened(clean).format == "PNG":  # a JPEG's pixels all move a little when they are encoded
            same = (now == was).all(axis=2).mean()
            assert kind != "occlusion" or same == pytest.approx(1 - float(level), abs=0.03)
            assert kind != "pixel-noise" or same < 0.1
        assert not np.array_equal(was, now)
    again = tmp_path / "again"
    again.mkdir()
    splitted(again, content, table, asked)
    assert pq.read_table(again / "out" / PERTURBED) == part
    # and without a plan there is no such part
    plain = tmp_path / "plain"
    plain.mkdir()
    splitted(plain, content, table, replace(asked, robust=()))
    assert not (plain / "out" / PERTURBED).exists()


def test_too_few_images_for_the_plan_leave_no_part(tmp_path, squares):
    content, table = squares
    asked = definition(robust=("blur", "occlusion", "pixel-noise"), test_permille=200)
    assert splitted(tmp_path, content, table, asked)[0] == {"refused": "robust-rows"}
    assert not (tmp_path / "out" / PERTURBED).exists()
