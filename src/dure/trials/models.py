"""Models that need no code of their own: an ONNX file, or an MLflow folder that holds one.

Runs inside the sandbox. The model's inputs are either the names of features, one each, or a single
matrix that takes the numeric features in their order. Nothing is fitted: the model comes trained.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pyarrow as pa

_NUMBERS = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(bool)": np.bool_,
}
_MOST_MLMODEL = 64 * 1024


class ModelUnusable(Exception):  # noqa: N818 (an outcome, not a defect)
    """The model can't be run on these features."""


class OnnxModel:
    """A trained ONNX model behind the methods of an algorithm.

    Parameters
    ----------
    path
        The ``.onnx`` file.
    task
        ``features``, in order.

    Source
    ------
    ONNX specification, IR and operators; run by ONNX Runtime on the CPU, with no custom operators.
    """

    def __init__(self, path: Path, task: Mapping[str, Any]) -> None:
        self._session = session_of(path)
        self._features = tuple(task["features"])

    def fit(self, train: pa.Table) -> None:
        """Do nothing: the model comes trained."""

    def predict(self, features: pa.Table) -> Any:
        """Return the model's first output, one value for each row."""
        values = np.asarray(self._outputs(features)[0])
        return values.reshape(len(values), -1)[:, 0] if values.ndim > 1 else values

    def has_scores(self) -> bool:
        """Return whether the model gives a class and scores, as converted classifiers do."""
        return len(self._session.get_outputs()) > 1

    def predict_scores(self, features: pa.Table) -> tuple[list[Any], Any]:
        """Return the classes and a matrix of their scores.

        Raises
        ------
        ModelUnusable
            When the second output has no names of classes.
        """
        scores = self._outputs(features)[1]
        if not isinstance(scores, list):
            raise ModelUnusable("scores must be a map from class to score (ZipMap)")
        classes = list(scores[0])
        return classes, np.array([[row[name] for name in classes] for row in scores])

    def _outputs(self, features: pa.Table) -> list[Any]:
        wanted = self._session.get_inputs()
        if len(wanted) == 1 and wanted[0].name not in self._features:
            numbers = [_numbers(features[name], np.float64) for name in self._features]
            matrix: Any = np.column_stack(numbers).astype(_NUMBERS[wanted[0].type])
            return list(self._session.run(None, {wanted[0].name: matrix}))
        given = {one.name: self._column(features, one.name, one.type) for one in wanted}
        return list(self._session.run(None, given))

    def _column(self, features: pa.Table, name: str, kind: str) -> Any:
        if name not in self._features:
            raise ModelUnusable("an input of the model is no feature")
        if kind == "tensor(string)":
            column = np.array(features[name].cast(pa.string()).to_pylist(), dtype=object)
        else:
            column = _numbers(features[name], _NUMBERS[kind])
        return column.reshape(-1, 1)


def session_of(path: Path) -> Any:
    """Open an ONNX file with ONNX Runtime on two processors."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _numbers(column: pa.ChunkedArray, kind: Any) -> Any:
    return np.asarray(column.to_numpy()).astype(kind)


def mlflow_model(folder: Path) -> Path:
    """Return the ONNX file that an MLflow model folder names.

    Parameters
    ----------
    folder
        Folder with ``MLmodel``.

    Raises
    ------
    ModelUnusable
        When it has no ONNX flavour, or names a file outside the folder.

    Source
    ------
    MLflow Models, "Storage format": ``flavors.onnx.data``.
    """
    import yaml

    text = (folder / "MLmodel").read_bytes()[:_MOST_MLMODEL]
    told = yaml.safe_load(text)
    flavours = told.get("flavors") if isinstance(told, dict) else None
    onnx = flavours.get("onnx") if isinstance(flavours, dict) else None
    name = onnx.get("data") if isinstance(onnx, dict) else None
    if not isinstance(name, str):
        raise ModelUnusable("MLmodel has no ONNX flavour; code flavours hold pickles")
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise ModelUnusable("MLmodel names a file outside its folder")
    return folder / path
