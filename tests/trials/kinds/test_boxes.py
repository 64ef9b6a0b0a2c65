"""Boxes on the wire, as targets, and beside each other."""

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.readers.images.box_type import BOX_LIST
from dure.trials.definition import Definition
from dure.trials.kinds.boxes.key import BoxesKey
from dure.trials.kinds.boxes.target import TARGET, boxes_in
from dure.trials.kinds.boxes.wire import MOST_BOXES, Detected
from dure.trials.kinds.key import Sides
from dure.trials.kinds.lines import PredictionsRefused, Refusal
from dure.trials.kinds.plan import Plan
from dure.trials.kinds.target import SplitRefused
from dure.trials.predictions import Predictions, read_predictions, write_predictions
from dure.trials.tasks import METRICS, TaskType

CLASSES = frozenset({"car", "ship"})
HEADER = '{"form":"dure/predictions/v1","rows":1}'
BOX, KIND, SCORE = "[1,2,3,4.5]", '"car"', "0.5"


def line(boxes=f"[{BOX}]", classes=f"[{KIND}]", scores=f"[{SCORE}]", more=""):
    return f'{{"boxes":{boxes},"classes":{classes},"scores":{scores}{more}}}'


def read(row: str):
    data = f"{HEADER}\n{row}\n".encode()
    return read_predictions(data, task=TaskType.DETECTION, rows=1, classes=CLASSES).values[0]


COORDINATE = st.floats(-100_000, 100_000)


@given(st.lists(st.tuples(COORDINATE, COORDINATE, st.sampled_from(sorted(CLASSES)), st.floats(0, 1)), max_size=20))  # fmt: skip
def test_what_is_written_reads_back(rows):
    boxes = [[min(a, b), min(a, b), max(a, b), max(a, b)] for a, b, _, _ in rows]
    found = Detected(boxes, [kind for _, _, kind, _ in rows], [score for *_, score in rows])
    data = b"".join(write_predictions(Predictions([found]), TaskType.DETECTION))
    assert data.startswith(HEADER.encode())
    again = read_predictions(data, task=TaskType.DETECTION, rows=1, classes=CLASSES)
    assert again.values == [found]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (line(boxes="[[1,2,3]]"), Refusal.WRONG_BOX),
        (line(boxes='["1234"]'), Refusal.WRONG_BOX),
        (line(boxes="[[3,2,1,4]]"), Refusal.WRONG_BOX),
        (line(boxes="[[1,4,3,2]]"), Refusal.WRONG_BOX),
        (line(boxes="[[1,2,3,200000]]"), Refusal.OUT_OF_RANGE),
        (line(boxes="[[-200000,2,3,4]]"), Refusal.OUT_OF_RANGE),
        (line(boxes="[[1,2,3,NaN]]"), Refusal.NOT_FINITE),
        (line(boxes="[[1,2,3,1e999]]"), Refusal.NOT_FINITE),
        (line(boxes="[[1,2,3,true]]"), Refusal.WRONG_FORM),
        (line(boxes="1"), Refusal.WRONG_FORM),
        (line(boxes="[]"), Refusal.WRONG_FORM),
        (line(classes='["never"]'), Refusal.UNKNOWN_CLASS),
        (line(classes="[1]"), Refusal.WRONG_FORM),
        (line(classes='"car"'), Refusal.WRONG_FORM),
        (line(scores="[]"), Refusal.WRONG_SCORES),
        (line(scores="[1.01]"), Refusal.OUT_OF_RANGE),
        (line(scores="[-0.01]"), Refusal.OUT_OF_RANGE),
        (line(scores='["1"]'), Refusal.WRONG_FORM),
        (line(scores="0.5"), Refusal.WRONG_FORM),
        (line(more=',"masks":[]'), Refusal.WRONG_FORM),
        ('{"boxes":[],"classes":[]}', Refusal.WRONG_FORM),
        ('{"prediction":"car"}', Refusal.WRONG_FORM),
        (
            line(*(json.dumps([json.loads(one)] * (MOST_BOXES + 1)) for one in (BOX, KIND, SCORE))),
            Refusal.TOO_MANY_BOXES,
        ),
    ],
)
def test_each_other_form_has_a_word(row: str, reason: Refusal):
    assert read(line()) == Detected([[1, 2, 3, 4.5]], ["car"], [0.5])
    assert read(line("[]", "[]", "[]")) == Detected([], [], [])
    most = line(*(json.dumps([json.loads(one)] * MOST_BOXES) for one in (BOX, KIND, SCORE)))
    assert len(read(most).boxes) == MOST_BOXES
    with pytest.raises(PredictionsRefused) as caught:
        read(row)
    assert caught.value.reason is reason


def test_scores_of_classes_are_no_part_of_it():
    header = HEADER[:-1] + ',"classes":["car","ship"]}'
    with pytest.raises(PredictionsRefused) as caught:
        read_predictions(
            f"{header}\n{line()}\n".encode(), task=TaskType.DETECTION, rows=1, classes=CLASSES
        )
    assert caught.value.reason is Refusal.WRONG_FORM


# ── targets ─────────────────────────────────────────────────────────────────────────────────────


def box(x=1.0, y=2.0, w=3.0, h=4.0, kind="car"):
    return {"x": x, "y": y, "w": w, "h": h, "class": kind}


def column(*rows) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(list(rows), BOX_LIST)])


def test_targets_are_boxes_by_row():
    cleaned = TARGET.clean(column([box()], [], [box(x=0, kind="ship"), box(w=0)]))
    found = boxes_in(cleaned.slice(1), ["car", "ship"])
    assert found.image.tolist() == [1, 1]
    assert found.kind.tolist() == [1, 0]
    assert found.corners.tolist() == [[0, 2, 3, 6], [1, 2, 1, 6]]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (pa.chunked_array([pa.array(["a car"])]), "target-type"),
        (pa.chunked_array([pa.array([[1.0, 2.0]])]), "target-type"),
        (column([None]), "box-values"),
        (column([box(kind=None)]), "box-values"),
        (column([box(x=None)]), "box-values"),
        (column([box(x=float("nan"))]), "box-values"),
        (column([box(w=-1.0)]), "box-values"),
        (column([box(y=1e6)]), "box-values"),
    ],
)
def test_targets_that_are_none(wrong: pa.ChunkedArray, reason: str):
    with pytest.raises(SplitRefused) as caught:
        TARGET.clean(wrong)
    assert str(caught.value) == reason


def test_the_usual_box():
    definition = Definition("any", TaskType.DETECTION, "boxes", ("image",))
    train = pa.table({"boxes": column([box(), box(x=3)], [box(kind="ship")], [])})
    told, further = TARGET.baseline(train, train, definition)
    assert told == {"classes": ["car", "ship"], "majority": "car", "box": [2, 2, 5, 6]}
    assert further == {}
    strange = pa.table({"boxes": column([box(kind="bird")])})
    with pytest.raises(SplitRefused, match="classes-of-boxes"):
        TARGET.baseline(train, strange, definition)
    with pytest.raises(SplitRefused, match="classes-of-boxes"):
        TARGET.baseline(train.slice(2), train.slice(2), definition)


# ── beside each other ───────────────────────────────────────────────────────────────────────────

ROWS = [[box(x=n), box(x=3 * n, y=40, kind="ship")] if n % 3 else [] for n in range(30)]


def key(values) -> BoxesKey:
    plan = Plan(TaskType.DETECTION, tuple(one.name for one in METRICS[TaskType.DETECTION]), 1, 200)
    baseline = {"classes": ["car", "ship"], "majority": "car", "box": [2, 2, 5, 6]}
    answers = pa.table({"answer": column(*ROWS)})
    rng = np.random.default_rng(1)
    return BoxesKey(Sides(plan, baseline, answers, Predictions(values), rng))


def found(shift: float, share: float = 1.0):
    return [
        Detected(
            [[b["x"] + shift, b["y"], b["x"] + b["w"] + shift, b["y"] + b["h"]] for b in row],
            [b["class"] for b in row],
            [share] * len(row),
        )
        for row in ROWS
    ]


def test_figures_over_some_of_the_images():
    right = found(0.0)
    wrong = [Detected([], [], [])] * 30
    half = [right[n] if n < 15 else wrong[n] for n in range(30)]
    there = np.arange(30) < 15
    values = {one.metric: one.algorithm.value for one in key(half).comparisons(there)}
    assert values == {"map": 1.0, "map-50": 1.0, "mean-recall": 1.0}
    assert {one.algorithm.value for one in key(half).comparisons(~there)} == {0.0}
    whole = {one.metric: one for one in key(half).comparisons(np.ones(30, dtype=bool))}
    assert whole["mean-recall"].algorithm.value == 0.5
    usual = whole["map-50"].baseline.value
    assert 0 < usual < 0.1  # some images have it at the usual place


def test_what_is_counted_is_images():
    assert key(found(0.0)).smallest() == 20
    assert key(found(0.0)).cells().tolist() == [0] * 30


def test_boxes_that_are_the_targets_to_the_pixel():
    assert key(found(0.0)).leak()
    assert not key(found(0.01)).leak()
    assert not key([Detected([], [], [])] * 30).leak()
    other = [one._replace(classes=["car"] * len(one.classes)) for one in found(0.0)]
    assert not key(other).leak()
