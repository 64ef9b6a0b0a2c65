"""Which adapter takes a model of MAITE's to each task."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from dure.trials.maite.models import model_of
from dure.trials.tasks import TaskType

ADAPTERS = {
    TaskType.IMAGES: "dure.trials.maite.images:Classifier",
    TaskType.DETECTION: "dure.trials.maite.detection:Detector",
    TaskType.TRACKING: "dure.trials.maite.tracking:Tracker",
}
"""Task -> module and class, which takes the model and the task; imported when there is such a model."""


def adapted(named: Any, task: Mapping[str, Any]) -> Any:
    """Return a model of MAITE's, or what makes one, behind the methods of an algorithm."""
    module, _, attribute = ADAPTERS[TaskType(task["task"])].partition(":")
    return getattr(import_module(module), attribute)(model_of(named, task), task)
