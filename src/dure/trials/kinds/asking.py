"""How a made algorithm is asked for its answers, by their kind. Runs inside the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from dure.trials.kinds.boxes.wire import MOST_BOXES, Detected
from dure.trials.kinds.tracks.wire import as_tracks
from dure.trials.predictions import Predictions
from dure.trials.tasks import Predicted


def _numbers(made: Any, features: pa.Table) -> Predictions:
    return Predictions([float(value) for value in _plain(made.predict(features))])


def _quantiles(made: Any, features: pa.Table) -> Predictions:
    rows = _plain(made.predict(features))
    return Predictions([[float(value) for value in row] for row in rows])


def _classes(made: Any, features: pa.Table) -> Predictions:
    if not _gives_scores(made):
        return Predictions([str(value) for value in _plain(made.predict(features))])
    classes, scores = made.predict_scores(features)
    names = tuple(map(str, _plain(classes)))
    matrix = np.asarray(scores, dtype=np.float64)
    return Predictions([names[best] for best in matrix.argmax(axis=1)], names, matrix.tolist())


def _texts(made: Any, features: pa.Table) -> Predictions:
    texts = made.predict(features)
    texts = texts.to_pylist() if isinstance(texts, pa.Array | pa.ChunkedArray) else texts
    return Predictions([str(text) for text in texts])


def _boxes(made: Any, features: pa.Table) -> Predictions:
    return Predictions([_surest(row) for row in made.predict(features)])


def _surest(row: Any) -> Detected:
    """Return the boxes of one image that count: the surest, and no more than may be written."""
    boxes = np.asarray(row["boxes"], dtype=np.float64).reshape(-1, 4)
    scores = np.asarray(row["scores"], dtype=np.float64).reshape(-1)
    names = [str(name) for name in _plain(row["classes"])]
    kept = np.argsort(-scores, kind="stable")[:MOST_BOXES]
    return Detected(boxes[kept].tolist(), [names[one] for one in kept], scores[kept].tolist())


def _tracks(made: Any, features: pa.Table) -> Predictions:
    return Predictions([as_tracks(moment) for moment in made.predict(features)])


def _gives_scores(made: Any) -> bool:
    if not hasattr(made, "predict_scores"):
        return False
    return bool(made.has_scores()) if hasattr(made, "has_scores") else True


def _plain(values: Any) -> list[Any]:
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return list(values.to_pylist())
    return list(np.asarray(values).tolist())


ASKING: dict[Predicted, Callable[[Any, pa.Table], Predictions]] = {
    Predicted.NUMBER: _numbers,
    Predicted.CLASS: _classes,
    Predicted.QUANTILES: _quantiles,
    Predicted.TEXT: _texts,
    Predicted.BOXES: _boxes,
    Predicted.TRACKS: _tracks,
}
"""Each takes what the manifest's class made, fitted, and the features."""
