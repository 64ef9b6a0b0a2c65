"""Run somebody's algorithm: fit, predict, write the predictions. Runs inside the sandbox.

A class named by ``module:attribute`` is made with one mapping (task, target, features, seed,
parameters) and has two methods: ``fit(train)`` with a table of features and targets, and
``predict(features)``, which returns one number or class for each row. For a classification it may
have ``predict_scores(features)`` instead, which returns the classes and a matrix of scores; for a forecast
``predict`` returns a row of quantiles for each, at ``task["levels"]``; of an object detection a mapping of
``boxes`` (left, top, right, bottom in pixels), ``classes`` and ``scores`` for each image. A model of MAITE's
(`dure.trials.maite`) is run as it is. A
script is simply run, with the paths of train, features and predictions as its arguments. An ONNX
model, or an MLflow folder with one, brings no code (`dure.trials.models`). Wheels in the folder are
importable, if they are of Python alone.

Nothing here defends against the algorithm, which shares this process; the sandbox does that.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import runpy
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dure.sandbox.places import IN, OUT, SCRATCH
from dure.trials.kinds.asking import ASKING
from dure.trials.maite.adapters import ADAPTERS, adapted
from dure.trials.maite.models import is_model
from dure.trials.manifest import MANIFEST, EntryForm, Manifest, read_manifest
from dure.trials.packing import unpack
from dure.trials.predictions import FILE, Predictions, write_predictions
from dure.trials.tasks import TaskType

ALGORITHM = "algorithm.tar"


def fit_and_predict(
    manifest: Manifest, task: Mapping[str, Any], train: pa.Table, features: pa.Table
) -> Predictions:
    """Return the predictions of the class that the manifest names.

    Parameters
    ----------
    manifest
        The submission's.
    task
        ``target``, ``features``, ``seed``; the rest is added here.
    train, features
        Training rows with targets, and test rows without.
    """
    made = _made(
        manifest,
        {**task, "task": manifest.task.value, "parameters": dict(manifest.parameters)},
    )
    made.fit(train)
    return ASKING[manifest.task.predicts](made, features)


def _made(manifest: Manifest, told: Mapping[str, Any]) -> Any:
    if manifest.form is EntryForm.CLASS:
        module, _, attribute = manifest.entry_point.partition(":")
        named = getattr(importlib.import_module(module), attribute)
        if manifest.task in ADAPTERS and is_model(named):
            return adapted(named, told)
        return named(told)
    from dure.trials.models import OnnxModel, mlflow_model

    here = Path.cwd()
    path = here / manifest.entry_point if manifest.form is EntryForm.ONNX else mlflow_model(here)
    if manifest.task is TaskType.IMAGES:
        from dure.trials.images.onnx import OnnxClassifier

        return OnnxClassifier(path, told)
    return OnnxModel(path, told)


def main(
    source: Path = IN,
    target: Path = OUT,
    scratch: Path = SCRATCH / "algorithm",
) -> None:
    """Unpack the algorithm, run it on the parts, and write its predictions."""
    files = unpack((source / ALGORITHM).read_bytes())
    manifest = read_manifest(files[MANIFEST])
    for name, content in files.items():
        path = scratch / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    os.chdir(scratch)
    sys.path[:0] = [str(scratch), *(str(scratch / name) for name in files if name.endswith(".whl"))]
    task = json.loads((source / "task.json").read_bytes())
    task["levels"] = [float(level) for level in task.get("levels", ())]
    if "cutoff" in task:
        task["cutoff"] = float(task["cutoff"])
    random.seed(task["seed"])
    np.random.seed(task["seed"])
    paths = [source / "train.parquet", source / "features.parquet", target / FILE]
    if manifest.form is EntryForm.SCRIPT:
        sys.argv = [manifest.entry_point, *map(str, paths)]
        runpy.run_path(str(scratch / manifest.entry_point), run_name="__main__")
        return
    predictions = fit_and_predict(manifest, task, pq.read_table(paths[0]), pq.read_table(paths[1]))
    with paths[2].open("wb") as file:
        file.writelines(write_predictions(predictions, manifest.task))


if __name__ == "__main__":
    main()
