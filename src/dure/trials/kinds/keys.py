"""The answer key of each task type beside its predictions."""

from __future__ import annotations

from dure.trials.kinds.boxes.key import BoxesKey
from dure.trials.kinds.classes.key import ClassesKey
from dure.trials.kinds.key import KeyMaker
from dure.trials.kinds.numbers.key import NumbersKey
from dure.trials.kinds.quantiles.key import QuantilesKey
from dure.trials.kinds.texts.key import TextsKey
from dure.trials.kinds.tracks.key import TracksKey
from dure.trials.tasks import Predicted

KEYS: dict[Predicted, KeyMaker] = {
    Predicted.NUMBER: NumbersKey,
    Predicted.CLASS: ClassesKey,
    Predicted.QUANTILES: QuantilesKey,
    Predicted.TEXT: TextsKey,
    Predicted.BOXES: BoxesKey,
    Predicted.TRACKS: TracksKey,
}
