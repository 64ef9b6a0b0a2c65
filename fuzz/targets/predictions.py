"""What an algorithm leaves: predictions of every kind, in the form of its task."""

from __future__ import annotations

from functools import partial

from dure.trials.kinds.boxes.wire import Detected
from dure.trials.kinds.lines import PredictionsRefused
from dure.trials.predictions import Predictions, read_predictions, write_predictions
from dure.trials.tasks import TaskType
from fuzz.target import Target

_BOX = Detected([[8.0, 8.0, 40.0, 32.5]], ["late"], [0.9])
_SAID = {
    TaskType.REGRESSION: Predictions([1.5, -2e9]),
    TaskType.CLASSIFICATION: Predictions(["late", "early"], ("early", "late"), [[0.2, 0.8]] * 2),
    TaskType.FORECASTING: Predictions([[1.0, 1.5, 2.5]] * 2),
    TaskType.GENERATION: Predictions(["점검 완료\n", ""]),
    TaskType.TRACKING: Predictions([{"a1": [1.5, 2.0], "b_7": [1.0, 2.0, 3.0, 4.0]}, {}]),
    TaskType.DETECTION: Predictions([_BOX, Detected([], [], [])]),
}


def _read(data: bytes, task: TaskType) -> None:
    read_predictions(data, task=task, rows=2, classes=frozenset({"late", "early"}))


TARGETS = [
    Target(
        f"predictions-{task}",
        partial(lambda task, said: [b"".join(write_predictions(said, task))], task, said),
        partial(_read, task=task),
        also=(PredictionsRefused,),
    )
    for task, said in _SAID.items()
]
