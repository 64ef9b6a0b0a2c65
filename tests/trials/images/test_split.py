"""A data set of images becomes the parts of a benchmark: the pixels get there, and nothing else."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from dure.trials.definition import Definition
from dure.trials.errors import TrialsError
from dure.trials.images import source, splitting
from dure.trials.images.likeness import RADIUS, look_alikes
from dure.trials.tasks import TaskType
from tests.trials.images.pictures import BEHIND, WORDS, encoded, gallery, pixels, splitted


def definition(**changes) -> Definition:
    parts = {"name": "squares", "task": TaskType.IMAGES, "target": "target", "features": ("image",)}
    return Definition(**(parts | changes))


DETECTION = {"task": TaskType.DETECTION, "target": "boxes"}


@pytest.fixture(scope="module")
def squares():
    return gallery()


@pytest.mark.parametrize("changes", [{}, DETECTION])
def test_the_pixels_get_there_and_nothing_else(tmp_path, squares, changes):
    content, table = squares
    facts, (train, features, answers) = splitted(tmp_path, content, table, definition(**changes))
    assert facts == {
        "train_rows": 70,
        "test_rows": 30,
        "repeated_exactly": 0,
        "repeated_nearly": facts["repeated_nearly"],
    }
    target = changes.get("target", "target")
    assert features.column_names == ["image"]
    assert train.column_names == ["image", target]
    assert features.schema.field("image").type == pa.binary()
    for part, key in ((train, train[target]), (features, answers["answer"])):
        for image, told in zip(part["image"].to_pylist(), key.to_pylist(), strict=True):
            kind = told if isinstance(told, str) else told[0]["class"]
            seen = np.asarray(Image.open(io.BytesIO(image)))
            red = (seen[:, :, 0] > 180).sum() > (seen[:, :, 2] > 180).sum()
            assert red == (kind == "red")
    whole = b"".join(train["image"].to_pylist() + features["image"].to_pylist())
    for word in (WORDS.encode(), BEHIND, b"Description", b"Exif", b"blue/", b".png"):
        assert word not in whole
    assert all(WORDS.encode() in one and one.endswith(BEHIND) for one in content)  # the control


def test_a_test_image_among_the_training_images_is_counted(tmp_path, squares):
    content, table = squares
    # The same bytes twice, with another target; and one picture twice as two files.
    again = [content[0], encoded(pixels("red", 2)[0], "PNG", "other words"), *content]
    sizes = [len(one) for one in again]
    more = pa.concat_tables([table.slice(1, 1), table.slice(3, 1), table])
    more = more.set_column(1, "size_bytes", pa.array(sizes))
    found = set()
    for seed in range(1, 9):
        facts, _ = splitted(tmp_path, again, more, definition(seed=seed))
        found.add((facts["repeated_exactly"], facts["repeated_nearly"]))
    assert found >= {(0, 0), (1, 1), (0, 1)}  # each pair on one side; the one torn apart; the other


def test_hashes_are_near_within_so_many_bits():
    few = np.array([0, 1 << 60], np.uint64)
    inside = np.array([(1 << RADIUS) - 1], np.uint64)
    beyond = np.array([(1 << (RADIUS + 1)) - 1], np.uint64)
    assert look_alikes(inside, few).tolist() == [True]
    assert look_alikes(beyond, few).tolist() == [False]
    assert look_alikes(inside, few[:0]).tolist() == [False]


def test_a_plain_table_may_hold_the_images_itself(tmp_path, squares):
    content, table = squares
    columns = {"picture": pa.array(content, pa.binary()), "kind": table["target"]}
    asked = definition(target="kind", features=("picture",))
    facts, (train, features, _) = splitted(tmp_path, None, pa.table(columns), asked)
    assert (facts["train_rows"], features.column_names) == (70, ["picture"])
    assert BEHIND not in b"".join(train["picture"].to_pylist())
    assert splitted(tmp_path, None, pa.table(columns), asked)[1][1] == features
    columns["picture"] = pa.array(content, pa.large_binary())
    assert splitted(tmp_path, None, pa.table(columns), asked)[1][1] == features


def test_parts_are_written_a_few_images_at_a_time(tmp_path, squares, monkeypatch):
    content, table = squares
    _, (_, whole, _) = splitted(tmp_path, content, table, definition())
    monkeypatch.setattr(splitting, "_BATCH_BYTES", 4000)
    _, (_, features, _) = splitted(tmp_path, content, table, definition())
    assert pq.ParquetFile(tmp_path / "out/features.parquet").num_row_groups > 3
    assert features == whole


def _wrong(content, table):
    damaged = [*content[:7], content[7][:60], *content[8:]]
    sizes = pa.array([len(one) for one in damaged])
    column = pa.array(content, pa.binary())
    return {
        "no picture": (damaged, table.set_column(1, "size_bytes", sizes), {}, "images-damaged"),
        "one too few": (content[:-1], table, {}, "images-damaged"),
        "other name": (content, table, {"features": ("picture",)}, "feature-missing"),
        "no column": (None, table, {}, "feature-missing"),
        "text": (None, table.append_column("image", table["path"]), {}, "feature-type"),
        "gap": (
            None,
            table.append_column("image", pa.array([None, *content[1:]], pa.binary())),
            {},
            "images-damaged",
        ),
        "no boxes": (content, table, DETECTION | {"target": "target"}, "target-type"),
        "boxes as classes": (content, table, {"target": "boxes"}, "target-type"),
        "no target": (content, table, {"target": "none"}, "target-missing"),
        "few": (
            None,
            pa.table({"image": column[:30], "target": table["target"][:30]}),
            {},
            "too-few-rows",
        ),
    }


@pytest.mark.parametrize("name", _wrong(*gallery(40)))
def test_what_can_t_be_split(tmp_path, squares, name):
    content, table, changes, reason = _wrong(*squares)[name]
    facts, parts = splitted(tmp_path, content, table, definition(**changes))
    assert (facts, parts) == ({"refused": reason}, [])


def test_no_more_than_a_bounded_amount(tmp_path, squares, monkeypatch):
    content, table = squares
    total = sum(map(len, content))
    monkeypatch.setattr(source, "MOST_BYTES", total)
    assert splitted(tmp_path, content, table, definition())[1]
    monkeypatch.setattr(source, "MOST_BYTES", total - 1)
    assert splitted(tmp_path, content, table, definition())[0] == {"refused": "images-too-many"}
    monkeypatch.setattr(source, "MOST_BYTES", total)
    monkeypatch.setattr(source, "MOST_IMAGES", 99)
    assert splitted(tmp_path, content, table, definition())[0] == {"refused": "images-too-many"}


def test_an_image_that_can_be_measured_but_not_treated_leaves_no_part(
    tmp_path, squares, monkeypatch
):
    content, table = squares
    seen = []

    def fails(image, regions):
        seen.append(image)
        if len(seen) > 80:  # the training part is written by then
            raise OSError
        return image, True

    monkeypatch.setattr(splitting, "covered", fails)
    facts, parts = splitted(tmp_path, content, table, definition())
    assert (facts, parts) == ({"refused": "images-damaged"}, [])


def test_a_task_on_images_has_one_feature():
    assert definition().features == ("image",)
    with pytest.raises(TrialsError) as caught:
        definition(features=("image", "format"))
    assert caught.value.facts["reason"] == "one-image"
