"""A tracking benchmark's parts are MAITE's data sets, and its models are tried as ours."""

import numpy as np
import pytest
from maite.protocols import multiobject_tracking as maite

from dure.trials.definition import told_of_order
from dure.trials.kinds.asking import ASKING
from dure.trials.maite.tracking import (
    MultiobjectTrackingDataset,
    MultiobjectTrackingTarget,
    SingleFrameObjectTrackingTarget,
    Tracker,
)
from dure.trials.split import split
from dure.trials.tasks import Predicted
from tests.trials.test_tracking import BOXES, PARTS, boxes, definition, scored

TASK = {**told_of_order(definition()), "target": "object", "cutoff": 2.0}
BOXED = split(boxes(4.0), definition(**BOXES))
BOXED_TASK = {**told_of_order(definition(**BOXES)), "target": "object"}


class Everything:
    """Whatever is seen is a track of its own, but for the first, which belongs to none."""

    def __init__(self):
        self.learnt, self.metadata = 0, {"id": "everything"}

    def fit(self, part):
        self.learnt = len(part)

    def __call__(self, batch):
        return [MultiobjectTrackingTarget([self.frame(one) for one in frames]) for frames in batch]

    def frame(self, frame):
        seen = np.asarray(frame.pixels)[0]
        ids = np.arange(len(seen)) - 1
        return SingleFrameObjectTrackingTarget(seen, np.zeros(len(seen)), np.ones(len(seen)), ids)


@pytest.mark.parametrize(("parts", "task"), [(PARTS, TASK), (BOXED, BOXED_TASK)])
def test_the_parts_have_maite_s_forms(parts, task):
    train, test = (MultiobjectTrackingDataset(one, task) for one in (parts.train, parts.features))
    assert isinstance(train, maite.Dataset)
    assert isinstance(Everything(), maite.Model)
    assert (len(train), len(test)) == (28, 12)
    frames, target, about = train[0]
    assert len(frames) == len(target.frame_tracks) == 10
    assert about == {"id": parts.train["sequence"][0].as_py()}
    for frame, there in zip(frames, target.frame_tracks, strict=True):
        assert isinstance(frame, maite.VideoFrame)
        assert isinstance(there, maite.SingleFrameObjectTrackingTarget)
        assert there.track_ids.tolist() == [0, 1, 2]
        assert there.boxes.shape == (3, 4)
        assert frame.pixels.shape[2] == 4
        assert not np.isnan(frame.pixels).any()
        assert there.boxes[:, 2:] - there.boxes[:, :2] == pytest.approx(
            4.0 if task is BOXED_TASK else 2.0
        )
    assert all(len(there.track_ids) == 0 for there in test[0][1].frame_tracks)
    with pytest.raises(IndexError):
        train[28]


@pytest.mark.parametrize(("parts", "task"), [(PARTS, TASK), (BOXED, BOXED_TASK)])
def test_a_model_is_tried_as_it_is(parts, task):
    model = Everything()
    tracker = Tracker(model, task)
    tracker.fit(parts.train)
    assert model.learnt == 28
    values = ASKING[Predicted.TRACKS](tracker, parts.features).values
    seen = [
        np.reshape(one, (-1, len(task["observed"])))
        for one in parts.answers["observed"].to_pylist()
    ]
    for found, places in zip(values, seen, strict=True):
        assert list(found) == [str(n) for n in range(len(places) - 1)]
        there = {tuple(np.round(one, 9)) for one in places}
        assert {tuple(np.round(one, 9)) for one in found.values()} <= there
    assert scored(values, parts.answers).comparisons[0].algorithm.value > 0.05


def test_a_model_that_leaves_frames_out_is_no_answer():
    class Short(Everything):
        def __call__(self, batch):
            return [
                MultiobjectTrackingTarget(one.frame_tracks[1:]) for one in super().__call__(batch)
            ]

    assert list(Tracker(Everything(), TASK).predict(PARTS.features))
    with pytest.raises(ValueError, match="shorter"):
        list(Tracker(Short(), TASK).predict(PARTS.features))


def test_there_is_no_box_around_a_place_in_space():
    with pytest.raises(ValueError, match="plane"):
        MultiobjectTrackingDataset(PARTS.features, {**TASK, "observed": ["x", "y", "x"]})
