"""Figures of tracks: by hand, and beside trackeval's own way through its sequences."""

import contextlib
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.trials.kinds.tracks.counts import WIDTH, _as_trackeval, counts_of
from dure.trials.kinds.tracks.figures import tracking, tracking_p
from dure.trials.kinds.tracks.linking import nearest
from dure.trials.kinds.tracks.moments import Moment, Objects, apart, likeness
from dure.trials.places import BOX_CUTOFF
from tests.trials.kinds.scenes import objects, scene

with contextlib.redirect_stdout(io.StringIO()):
    from trackeval.datasets._base_dataset import _BaseDataset
    from trackeval.metrics import CLEAR, HOTA, Identity

CUTOFF = 2.0


def figures(stretches, base=None, cutoff=CUTOFF, resamples=200):
    own = np.vstack([counts_of(one, cutoff) for one in stretches])
    other = own if base is None else np.vstack([counts_of(one, cutoff) for one in base])
    found = tracking(own, other, resamples, np.random.default_rng(1))
    return {one.metric: one for one in found}


def told_by_trackeval(stretches, cutoff):
    quiet, told = {"PRINT_CONFIG": False}, {}
    for metric, name in ((HOTA(), "HOTA"), (Identity(quiet), "IDF1"), (CLEAR(quiet), "MOTA")):
        each = {}
        for number, moments in enumerate(stretches):
            each[number] = metric.eval_sequence(_as_trackeval(moments, cutoff))
        told[name.lower()] = float(np.mean(metric.combine_sequences(each)[name]))
    return told


@pytest.mark.parametrize(("boxes", "cutoff"), [(False, CUTOFF), (True, BOX_CUTOFF)])
def test_the_figures_are_those_that_trackeval_combines(boxes, cutoff):
    stretches = [scene(seed, boxes=boxes) for seed in range(4)]
    found = figures(stretches, cutoff=cutoff)
    told = told_by_trackeval(stretches, cutoff)
    for name, value in told.items():
        assert found[name].algorithm.value == pytest.approx(value, rel=1e-12)
        assert 0.2 < value < 0.98  # neither nothing nor everything is right


def test_what_is_drawn_again_is_combined_as_trackeval_does():
    stretches = [scene(seed) for seed in range(3)]
    drawn = [stretches[n] for n in (2, 2, 0)]
    assert figures(drawn)["hota"].algorithm.value == pytest.approx(
        told_by_trackeval(drawn, CUTOFF)["hota"], rel=1e-12
    )


@given(st.integers(0, 10_000))
def test_boxes_are_compared_as_trackeval_does(seed):
    rng = np.random.default_rng(seed)
    first, second = (
        np.hstack([rng.uniform(0, 5, (4, 2)), rng.uniform(0.1, 5, (4, 2))]) for _ in "ab"
    )
    told = _BaseDataset._calculate_box_ious(first, second, box_format="xywh")
    np.testing.assert_allclose(likeness(apart(first, second), BOX_CUTOFF), told, atol=1e-12)


@given(
    st.lists(st.tuples(*[st.floats(0, 5)] * 2, *[st.floats(0.1, 5)] * 2), min_size=3, max_size=3)
)
def test_no_way_between_boxes_is_shorter_round_about(boxes):
    gaps = apart(np.array(boxes), np.array(boxes))
    assert np.allclose(gaps, gaps.T)
    assert np.allclose(np.diag(gaps), 0.0)
    assert gaps[0, 2] <= gaps[0, 1] + gaps[1, 2] + 1e-9


def still(said):
    """Two things that stay where they are for four moments."""
    true = objects((1, (0, 0)), (2, (10, 0)))
    return [Moment(true, objects(*one)) for one in said]


BOTH = ((1, (0, 0)), (2, (10, 0)))
CROSSED = ((2, (0, 0)), (1, (10, 0)))


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ([BOTH] * 4, {"hota": 1, "idf1": 1, "mota": 1, "gospa": 0}),
        # ids change places once: everything is found, half of each thing's time is one id's
        (
            [BOTH, BOTH, CROSSED, CROSSED],
            {"hota": (1 / 3) ** 0.5, "idf1": 0.5, "mota": 0.75, "gospa": 0},
        ),
        (
            [BOTH[:1]] * 4,
            {"hota": 0.5**0.5, "idf1": 2 / 3, "mota": 0.5, "gospa": 1, "gospa-missed": 1},
        ),
        (
            [(*BOTH, (3, (50, 50)))] * 4,
            {"hota": (2 / 3) ** 0.5, "idf1": 0.8, "mota": 0.5, "gospa": 1, "gospa-false": 1},
        ),
        ([()] * 4, {"hota": 0, "idf1": 0, "mota": 0, "gospa": 2, "gospa-missed": 2}),
        (
            [((1, (0, 1)), (2, (10, 1)))] * 4,  # half of the cutoff away: alike to three quarters
            {"hota": 15 / 19, "idf1": 1, "mota": 1, "gospa": 2, "gospa-localisation": 2},
        ),
    ],
)
def test_small_cases_in_closed_form(said, wanted):
    found = figures([still(said)])
    for name, value in wanted.items():
        assert found[name].algorithm.value == pytest.approx(value), name
    parts = sum(
        found[f"gospa-{part}"].algorithm.value for part in ("localisation", "missed", "false")
    )
    assert found["gospa"].algorithm.value == pytest.approx(parts)


def test_intervals_and_the_paired_difference():
    good = [scene(seed, noise=0.1, lost=0.02) for seed in range(12)]
    poor = [scene(seed, noise=0.8, lost=0.4) for seed in range(12)]
    found = figures(good, poor)
    for name, better in (("hota", 1), ("idf1", 1), ("mota", 1), ("gospa", -1)):
        one = found[name]
        assert one.algorithm.lower < one.algorithm.value < one.algorithm.upper
        assert better * one.difference.lower > 0
        assert better * one.difference.upper > 0
    assert figures(good, good)["hota"].difference.upper == 0.0


def test_clutter_without_end_costs_no_more_than_it_must():
    """trackeval's matrices over all of these would take tens of gigabytes; none is near anything."""
    far = np.random.default_rng(1).uniform(1e6, 2e6, (200, 300, 2))
    true = objects((1, (0, 0)), (2, (10, 0)))
    cluttered = [
        Moment(
            true,
            Objects(np.r_[1, 10 + 300 * n + np.arange(300)], np.vstack([[(0.0, 0.0)], places])),
        )
        for n, places in enumerate(far)
    ]
    found = figures([cluttered])
    assert found["mota"].algorithm.value == pytest.approx((200 - 60_000) / 400)
    assert found["idf1"].algorithm.value == pytest.approx(200 / (200 + 100 + 30_000))
    assert found["hota"].algorithm.value == pytest.approx((200 / 60_400) ** 0.5)


def test_nothing_there_and_nothing_said():
    assert counts_of([Moment(objects(), objects())] * 3, CUTOFF).tolist() == [0.0] * (WIDTH - 1) + [
        3.0
    ]
    assert counts_of([Moment(objects(), objects((4, (0, 0))))], CUTOFF)[:19].sum() == 0


def test_the_nearest_goes_on():
    observed = [
        np.array(one, dtype=float).reshape(-1, 2)
        for one in (
            [(0, 0), (10, 0)],
            [(10.5, 0), (1, 0)],  # in another order
            [(1.5, 0)],  # one is not seen, and forgotten
            [(2, 0), (10.5, 0)],
            [],
            [(2, 0)],
        )
    ]
    assert [one.ids.tolist() for one in nearest(observed, CUTOFF)] == [
        [0, 1],
        [1, 0],
        [0],
        [0, 2],
        [],
        [3],
    ]
    assert [one.ids.tolist() for one in nearest(observed[:2], 0.25)] == [[0, 1], [2, 3]]


def test_p_is_small_where_tracks_are_better_and_one_where_they_are_the_baseline_s():
    good = np.vstack([counts_of(scene(seed), CUTOFF) for seed in range(12)])
    bad = np.vstack([counts_of(scene(seed), CUTOFF / 100) for seed in range(12)])
    rng = np.random.default_rng(1)
    assert tracking_p(good, bad, rng)["hota"] <= 0.01
    assert set(tracking_p(good, good, rng).values()) == {1.0}
