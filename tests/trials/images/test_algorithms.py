"""Algorithms on images: models after MAITE's protocols, ONNX files, and what `dure trials new` writes."""

import json
import runpy
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from maite.protocols import image_classification as ic
from maite.protocols import object_detection as od
from onnx import TensorProto, helper, save_model

from dure.trials import runner, scoring, split
from dure.trials.definition import Definition
from dure.trials.developing.sample import sample_schema, sample_table
from dure.trials.developing.template import new
from dure.trials.images.onnx import OnnxClassifier
from dure.trials.kinds.asking import ASKING
from dure.trials.kinds.boxes.wire import MOST_BOXES
from dure.trials.maite import models
from dure.trials.maite.adapters import adapted
from dure.trials.maite.detection import Detector, ObjectDetectionDataset, ObjectDetectionTarget
from dure.trials.maite.images import Classifier, ImageClassificationDataset
from dure.trials.manifest import MANIFEST, ColumnType, Schema, read_manifest
from dure.trials.models import ModelUnusable
from dure.trials.packing import pack
from dure.trials.predictions import FILE
from dure.trials.runner import ALGORITHM
from dure.trials.submission import read_submission
from dure.trials.tasks import Predicted, TaskType
from tests.trials.images.pictures import splitted

SCHEMA = sample_schema(Schema(), TaskType.IMAGES)
PICTURES = sample_table(SCHEMA, TaskType.IMAGES)
BOXED = sample_table(sample_schema(Schema(), TaskType.DETECTION), TaskType.DETECTION)
TASK = {"task": "image-classification", "target": "target", "features": ["image"], "parameters": {}}
FINDING = {"task": "object-detection", "target": "boxes", "features": ["image"], "parameters": {}}
TRAIN, TEST = PICTURES.slice(0, 90), PICTURES.slice(90).select(["image"])
ANSWERS = PICTURES["target"].to_pylist()[90:]


class Colours:
    """Which of the colours there is most of, in an order of its own."""

    def __init__(self):
        self.metadata = {"id": "colours", "index2label": {0: "red", 1: "green", 2: "blue"}}
        self.batches = []

    def __call__(self, batch):
        self.batches.append(len(batch))
        return [(np.asarray(image) > 180).mean(axis=(1, 2)) for image in batch]


def right(found) -> float:
    return float(np.mean([one == other for one, other in zip(found.values, ANSWERS, strict=True)]))


# ── MAITE ───────────────────────────────────────────────────────────────────────────────────────


def test_the_parts_have_maite_s_forms():
    part = ImageClassificationDataset(TRAIN, TASK)
    assert isinstance(part, ic.Dataset)
    assert (len(part), part.metadata["index2label"]) == (90, {0: "blue", 1: "green", 2: "red"})
    image, target, about = part[3]
    assert (image.shape, image.dtype, about) == ((3, 48, 48), np.uint8, {"id": 3})
    assert part.classes[int(target.argmax())] == TRAIN["target"][3].as_py()
    assert ImageClassificationDataset(TEST, TASK)[0][1].shape == (0,)
    boxes = ObjectDetectionDataset(BOXED, FINDING)
    assert isinstance(boxes, od.Dataset)
    _, there, _ = boxes[3]
    assert isinstance(there, od.ObjectDetectionTarget.__origin__)
    [told] = BOXED["boxes"][3].as_py()
    assert there.boxes.tolist() == [
        [told["x"], told["y"], told["x"] + told["w"], told["y"] + told["h"]]
    ]
    assert boxes.metadata["index2label"][int(there.labels[0])] == told["class"]
    assert len(ObjectDetectionDataset(BOXED.select(["image"]), FINDING)[0][1].boxes) == 0
    for one in (part, boxes):
        assert sum(1 for _ in one) == len(one)  # it ends
        with pytest.raises(IndexError):
            one[-1]


def test_a_classifier_is_asked_in_batches_and_its_numbers_have_names(monkeypatch):
    monkeypatch.setattr(models, "BATCH", 8)
    model = Colours()
    assert isinstance(model, ic.Model)
    made = adapted(model, TASK)
    assert isinstance(made, Classifier)
    made.fit(TRAIN)
    found = ASKING[Predicted.CLASS](made, TEST)
    assert right(found) > 0.95
    assert found.classes == ("blue", "green", "red")
    assert model.batches == [8, 8, 8, 6]


def test_a_model_without_names_has_the_benchmark_s():
    model = Colours()
    model.metadata = {"id": "colours"}
    made = adapted(model, TASK)
    made.fit(TRAIN)
    assert right(ASKING[Predicted.CLASS](made, TEST)) < 0.7  # red and blue stand for each other
    model.metadata = {"id": "colours", "index2label": {0: "red", 1: "lime", 2: "blue"}}
    found = ASKING[Predicted.CLASS](made, TEST)
    assert "green" not in found.values


def test_a_model_that_learns_is_given_the_training_part():
    class Learns(Colours):
        def fit(self, part):
            assert isinstance(part, ic.Dataset)
            self.seen = len(part)

    made = adapted(Learns, TASK)  # a class, made without arguments
    made.fit(TRAIN)
    assert made._model.seen == 90

    class Told:
        def __init__(self, task):
            self.task, self.metadata = task, {"id": "told"}

        def __call__(self, batch):
            return []

    assert adapted(Told, TASK)._model.task is TASK


class Boxes:
    """Says the same of each image: one known box, one of a class that the benchmark lacks."""

    def __init__(self, scores=(0.5, 0.9)):
        self.metadata = {"id": "boxes", "index2label": {7: "red", 8: "ship"}}
        self.scores = np.array(scores)

    def __call__(self, batch):
        corners = np.array([[1.0, 2, 3, 4], [5, 6, 7, 8]])
        return [ObjectDetectionTarget(corners, np.array([7, 8]), self.scores) for _ in batch]


@pytest.mark.parametrize("scores", [(0.5, 0.9), [[0.5, 0.1], [0.2, 0.9]]])
def test_a_detector_s_boxes_have_names(scores):
    model = Boxes(scores)
    assert isinstance(model, od.Model)
    made = adapted(model, FINDING)
    assert isinstance(made, Detector)
    made.fit(BOXED)
    found = ASKING[Predicted.BOXES](made, BOXED.select(["image"]).slice(0, 3))
    assert [tuple(one) for one in found.values] == [([[1, 2, 3, 4]], ["red"], [0.5])] * 3


def test_of_many_boxes_the_surest_are_written():
    count = MOST_BOXES + 20

    class Many:
        def predict(self, features):
            boxes = np.tile([0.0, 0, 1, 1], (count, 1))
            return [
                {"boxes": boxes, "classes": ["red"] * count, "scores": np.arange(count) / count}
            ]

    [found] = ASKING[Predicted.BOXES](Many(), BOXED.slice(0, 1)).values
    assert len(found.boxes) == len(found.classes) == MOST_BOXES
    assert min(found.scores) == 20 / count


# ── ONNX ────────────────────────────────────────────────────────────────────────────────────────


def means(path: Path, channels: int = 3, batch: object = "n") -> Path:
    """A model whose scores are how much there is of red, green and blue."""
    shape = [batch, channels, 6, 8]
    pooled = helper.make_node("GlobalAveragePool", ["pixels"], ["pooled"])
    flat = helper.make_node("Flatten", ["pooled"], ["scores"])
    graph = helper.make_graph(
        [pooled, flat],
        "means",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [batch, channels])],
    )
    opset = [helper.make_opsetid("", 17)]
    save_model(helper.make_model(graph, opset_imports=opset, ir_version=8), path)
    return path


def asked(path: Path, **parameters):
    made = OnnxClassifier(path, TASK | {"parameters": parameters})
    made.fit(TRAIN)
    return ASKING[Predicted.CLASS](made, TEST)


def test_an_onnx_file_tells_what_images_show(tmp_path: Path):
    path = means(tmp_path / "m.onnx")
    found = asked(path, classes="red, green,blue", mean="0.45,0.45,0.45")
    assert right(found) > 0.9
    assert right(asked(path, mean="0.45,0.45,0.45")) < 0.7  # the classes in order of name
    fixed = asked(means(tmp_path / "f.onnx", batch=4), classes="red,green,blue", mean="0.45,0.45,0.45")  # fmt: skip
    assert fixed.values == found.values
    scaled = asked(path, classes="red,green,blue", mean="0.45,0.45,0.45", std="1,1,1000")
    assert scaled.values != found.values


def test_onnx_files_that_are_no_such_model(tmp_path: Path):
    with pytest.raises(ModelUnusable, match="height"):
        asked(means(tmp_path / "m.onnx", channels=2))
    with pytest.raises(ModelUnusable, match="number of classes"):
        asked(means(tmp_path / "m.onnx"), classes="red,green")


# ── what `dure trials new` writes, through runner and scoring ───────────────────────────────────


@pytest.mark.parametrize(
    ("task", "metric", "least"),
    [(TaskType.IMAGES, "accuracy", 0.9), (TaskType.DETECTION, "map-50", 0.5)],
)
def test_what_is_begun_is_scored(tmp_path: Path, monkeypatch, task, metric, least):
    new(tmp_path / "begun", task)
    files = read_submission(tmp_path / "begun")
    manifest = read_manifest(files[MANIFEST])
    assert manifest.runtime == "images"
    assert set(manifest.schema.features.values()) == {ColumnType.IMAGE}
    target = manifest.schema.target
    definition = Definition("any", task, target, ("image",))
    table = PICTURES if task is TaskType.IMAGES else BOXED
    facts, _ = splitted(tmp_path, None, table, definition)
    assert facts["test_rows"] == 36
    source, target_folder = tmp_path / "given", tmp_path / "left"
    source.mkdir(), target_folder.mkdir()
    for name in split.PARTS[:2]:
        (source / name).write_bytes((tmp_path / "out" / name).read_bytes())
    (source / ALGORITHM).write_bytes(pack(files))
    told = {"target": target, "features": ["image"], "seed": 1}
    (source / "task.json").write_text(json.dumps(told))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "algorithm", raising=False)
    runner.main(source, target_folder, tmp_path / "scratch")
    monkeypatch.delitem(sys.modules, "algorithm", raising=False)
    (source / FILE).write_bytes((target_folder / FILE).read_bytes())
    (source / "answers.parquet").write_bytes((tmp_path / "out/answers.parquet").read_bytes())
    plan = {"task": task.value, "metrics": list(definition.metrics), "seed": 1, "resamples": 200}
    (source / "plan.json").write_text(json.dumps(plan))
    scoring.main(source, target_folder)
    said = json.loads((target_folder / scoring.SCORE).read_text())
    value, lower, upper = said["figures"][metric]["algorithm"]
    assert least < lower <= value <= upper
    assert said["rows"] == 36
    assert set(said["figures"]) == set(definition.metrics)


def test_a_detector_that_is_begun_bears_images_without_targets(tmp_path: Path):
    new(tmp_path / "begun", TaskType.DETECTION)
    made = runpy.run_path(str(tmp_path / "begun/algorithm.py"))["Learner"]({**FINDING, "seed": 1})
    none = BOXED.set_column(1, "boxes", pa.array([[]] * 40 + BOXED["boxes"].to_pylist()[40:], BOXED["boxes"].type))  # fmt: skip
    made.fit(none.slice(0, 60))
    assert len(made.predict(BOXED.slice(0, 2))) == 2
