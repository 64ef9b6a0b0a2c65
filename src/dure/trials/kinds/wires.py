"""How each kind of answer is written."""

from __future__ import annotations

from dure.trials.kinds.boxes.wire import WIRE as BOXES
from dure.trials.kinds.classes.wire import WIRE as CLASSES
from dure.trials.kinds.numbers.wire import WIRE as NUMBERS
from dure.trials.kinds.quantiles.wire import WIRE as QUANTILES
from dure.trials.kinds.texts.wire import WIRE as TEXTS
from dure.trials.kinds.tracks.wire import WIRE as TRACKS
from dure.trials.kinds.wire import Wire
from dure.trials.tasks import Predicted

WIRES: dict[Predicted, Wire] = {
    Predicted.NUMBER: NUMBERS,
    Predicted.CLASS: CLASSES,
    Predicted.QUANTILES: QUANTILES,
    Predicted.TEXT: TEXTS,
    Predicted.BOXES: BOXES,
    Predicted.TRACKS: TRACKS,
}
