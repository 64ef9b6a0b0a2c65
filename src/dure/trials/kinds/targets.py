"""The targets of each kind of answer."""

from __future__ import annotations

from dure.trials.kinds.boxes.target import TARGET as BOXES
from dure.trials.kinds.classes.target import TARGET as CLASSES
from dure.trials.kinds.numbers.target import TARGET as NUMBERS
from dure.trials.kinds.quantiles.target import TARGET as QUANTILES
from dure.trials.kinds.target import Target
from dure.trials.kinds.texts.target import TARGET as TEXTS
from dure.trials.tasks import Predicted

TARGETS: dict[Predicted, Target] = {
    Predicted.NUMBER: NUMBERS,
    Predicted.CLASS: CLASSES,
    Predicted.QUANTILES: QUANTILES,
    Predicted.TEXT: TEXTS,
    Predicted.BOXES: BOXES,
}
