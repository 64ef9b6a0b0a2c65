"""A point rests on what counts as a row: of tracks objects, of boxes images that show each class."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest

from dure.trials.details.measuring import Grouped, Paired, _points, measured
from dure.trials.disclosure.table import CellTable
from dure.trials.gates.form import MOST_SCORE_BYTES
from dure.trials.kinds.boxes.key import BoxesKey
from dure.trials.kinds.estimates import Comparison, Estimate
from dure.trials.kinds.key import Sides, one_cell
from dure.trials.kinds.parts import COUNTS, SUBGROUP
from dure.trials.kinds.plan import Plan
from dure.trials.kinds.texts.key import TextsKey
from dure.trials.kinds.tracks.key import TracksKey
from dure.trials.predictions import Predictions
from dure.trials.scoring import Score, write_score
from dure.trials.tasks import METRICS, TaskType
from tests.trials.kinds.test_boxes import found, key

ESTIMATE = Estimate(0.5, 0.4, 0.6)
MOMENTS = 60


@dataclass
class Tracks:
    def comparisons(self, mask):
        return [Comparison("hota", ESTIMATE, ESTIMATE, ESTIMATE)]

    def cells(self):
        return one_cell(MOMENTS)


def tracks(objects):
    """Sixty moments in two subgroups; in the second one objects begin so many times."""
    begun = np.zeros(MOMENTS, dtype=np.int64)
    begun[:15], begun[30 : 30 + objects] = 1, 1
    plan = Plan(TaskType.TRACKING, ("hota",), 1, 200, 2, tell=("subgroups",))
    answers = pa.table({COUNTS: begun, SUBGROUP: np.arange(MOMENTS) // 30})
    return Sides(plan, {}, answers, Predictions([]), np.random.default_rng(1))


@pytest.mark.parametrize(
    ("objects", "told"), [(1, {}), (9, {}), (10, {"hota": [10, 10, [0.5, 0.4, 0.6]]})]
)
def test_many_moments_of_few_objects_are_few_rows(objects, told):
    first, second = measured(Tracks(), tracks(objects))["subgroups"]
    assert first == {"hota": [15, 15, [0.5, 0.4, 0.6]]}
    assert second == told


def test_a_point_of_boxes_rests_on_the_images_of_the_class_that_is_least_shown():
    there = key(found(0.0))
    assert isinstance(there, Grouped)
    assert there.fewest(np.ones(30, dtype=bool)) == there.smallest() == 20
    some = np.arange(30) < 15
    assert there.fewest(some) == 10
    rows, rests, _ = _points(there, there.sides, some)["map"]
    assert (rows, rests) == (15, 10)  # five images show nothing
    assert there.fewest(np.arange(30) % 3 == 0) == 0


def test_kinds_whose_figures_are_sums_have_a_p():
    for kind in (TextsKey, TracksKey):
        assert issubclass(kind, Paired)
    assert not issubclass(BoxesKey, Paired)


def test_the_largest_score_that_may_be_asked_for_has_room():
    """Fifty subgroups, floors and details of every metric of tracks in each."""
    names = tuple(metric.name for metric in METRICS[TaskType.TRACKING])
    long = [123456789, 123456789, [0.12345678901234567, 0.12345678901234567, 0.12345678901234567]]
    details = {"p": dict.fromkeys(names, 0.001), "subgroups": [dict.fromkeys(names, long)] * 50}
    one = Estimate(*long[2])
    compared = tuple(Comparison(name, one, one, one) for name in names)
    groups = ((123456789, compared),) * 50
    table = CellTable(np.full((51, 1), 123456789))
    data = write_score(Score(10**10, 10**10, compared, False, groups, table, details))
    assert 64 * 1024 < len(data) < MOST_SCORE_BYTES
