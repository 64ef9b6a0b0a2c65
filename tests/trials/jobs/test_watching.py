"""What those may see of a job who may not run it: three classes, that change every quarter of an hour."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from dure.core.times import write_time
from dure.governance.jobs.job import Job, Stage
from dure.trials.jobs.watching import MARK_S, Seen, class_of, shown, shown_run

DAY_S = 86_400
JOB = Job(
    id="ab" * 16,
    number=7,
    kind="trial.run",
    agency="alpha",
    arguments={},
    state=Stage.DONE,
    attempt=2,
    lost=1,
    progress="",
    put_by="bravo.operator",
    put_s=0,
    begun_s=100,
    ended_s=200,
    engine="slurm",
    native_id="4711",
    worker="",
    cancelling=False,
    reason="",
    result={"run": "x"},
)
TIMES = st.none() | st.integers(0, DAY_S)


@given(TIMES, TIMES, st.integers(0, 2 * DAY_S))
def test_between_two_marks_nothing_changes(begun_s, ended_s, now_s):
    """Whoever looks every second learns no more than who looks at the marks."""
    job = replace(JOB, begun_s=begun_s, ended_s=ended_s)
    mark = now_s - now_s % MARK_S
    assert class_of(job, now_s) == class_of(job, mark)


@given(st.integers(1, MARK_S - 1), st.integers(0, MARK_S - 1), st.sampled_from(Stage))
def test_how_long_it_took_does_not_show(begun_s, took_s, state):
    """Two runs that end in the same quarter can't be told apart, whatever became of them."""
    job = replace(JOB, begun_s=begun_s, ended_s=min(begun_s + took_s, MARK_S), state=state)
    for now_s in (0, MARK_S - 1, MARK_S, 5 * MARK_S):
        (seen,) = shown([job], now_s, all_of=lambda _: False)
        (other,) = shown([replace(JOB, ended_s=MARK_S)], now_s, all_of=lambda _: False)
        assert seen == other


def test_the_classes_are_reached():
    job = replace(JOB, begun_s=MARK_S, ended_s=2 * MARK_S)
    seen = [class_of(job, now_s) for now_s in (0, MARK_S, 2 * MARK_S)]
    assert seen == [Seen.WAITING, Seen.UNDER_WAY, Seen.ENDED]
    assert class_of(replace(JOB, begun_s=None, ended_s=None), DAY_S) is Seen.WAITING


def test_who_may_run_it_sees_more_and_nobody_sees_times():
    (whole,) = shown([JOB], DAY_S, all_of=lambda _: True)
    (coarse,) = shown([JOB], DAY_S, all_of=lambda _: False)
    assert set(coarse) == {"run", "agency", "state"}
    assert whole["attempt"] == 2
    assert not {"begun_s", "ended_s", "put_s", "result"} & set(whole)


@given(st.integers(1, MARK_S - 1), st.integers(0, MARK_S - 1))
def test_nor_does_it_in_a_run_s_row(begun_s, took_s):
    row = {
        **dict.fromkeys(("id", "submission_id", "benchmark_id", "agency"), "x"),
        "seed": 1,
        "begun_at": write_time(begun_s),
        "ended_at": write_time(min(begun_s + took_s, MARK_S)),
        "outcome": "ok",
        "releases": [],
    }
    running = row | {"ended_at": None, "outcome": None}
    assert shown_run(row, MARK_S - 1) is None
    assert shown_run(running, MARK_S) == shown_run(row, MARK_S) | {
        "status": "under-way",
        "outcome": None,
    }
    ended = shown_run(row, MARK_S)
    assert ended == shown_run(row, 9 * MARK_S)
    assert (ended["status"], ended["outcome"]) == ("ended", "ok")
    assert not {"begun_at", "ended_at", "lease_ends_at"} & set(ended)
