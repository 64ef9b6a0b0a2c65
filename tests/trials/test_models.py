"""Models without code of their own: what they are given, and what is refused."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from dure.trials.models import ModelUnusable, OnnxModel, mlflow_model
from tests.trials import models

ROWS = pa.table({"a": [1.0, 2.0], "b": [10, 20], "c": ["x", "y"]})


def model(tmp_path: Path, content: bytes, *features: str) -> OnnxModel:
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    return OnnxModel(path, {"features": list(features)})


def test_a_matrix_takes_the_features_in_their_order(tmp_path: Path):
    made = model(tmp_path, models.linear(2), "a", "b")
    made.fit(ROWS)
    assert not made.has_scores()
    assert made.predict(ROWS).tolist() == [11.0, 22.0]


def test_inputs_can_be_named_after_features(tmp_path: Path):
    made = model(tmp_path, models.named("a", "c"), "a", "b", "c")
    assert made.predict(ROWS).tolist() == [1.0, 2.0]
    with pytest.raises(ModelUnusable):
        model(tmp_path, models.named("a", "z"), "a", "b", "c").predict(ROWS)


def test_a_classifier_gives_classes_and_scores(tmp_path: Path):
    made = model(tmp_path, models.classifier(["late", "on-time"]), "a")
    assert made.has_scores()
    classes, scores = made.predict_scores(ROWS)
    assert classes == ["late", "on-time"]
    np.testing.assert_allclose(scores.sum(axis=1), 1.0, rtol=1e-6)


@pytest.mark.parametrize(
    ("text", "usable"),
    [
        ("flavors:\n  onnx:\n    data: model.onnx\n", True),
        ("flavors:\n  onnx:\n    data: parts/model.onnx\n", True),
        ("flavors:\n  onnx:\n    data: ../model.onnx\n", False),
        ("flavors:\n  onnx:\n    data: /etc/passwd\n", False),
        ("flavors:\n  python_function:\n    model_path: model.pkl\n", False),
        ("flavors: none\n", False),
        ("- 1\n", False),
    ],
)
def test_an_mlflow_folder_names_its_model(tmp_path: Path, text: str, usable: bool):
    (tmp_path / "MLmodel").write_text(text)
    if usable:
        assert mlflow_model(tmp_path).name == "model.onnx"
        return
    with pytest.raises(ModelUnusable):
        mlflow_model(tmp_path)
