"""The body of a job, in the real sandbox: its end, its errors, and how it is stopped."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

import pytest

from dure.core.errors import DureError
from dure.governance.claims import this_process
from dure.governance.jobs.errors import JobsError
from dure.governance.jobs.job import ATTEMPTS, Job
from dure.sandbox.watch import children
from dure.trials import appeals, performing, records, run, view
from dure.trials.budgets import Asked
from dure.trials.jobs.body import LEASE_S, run_job
from dure.trials.jobs.errors import TrialJobsError
from dure.trials.jobs.queueing import cancel_run, may_run, put_run, queue_of
from dure.trials.reports.reading import read
from dure.trials.tables import RUNS, SUBMISSIONS
from tests.trials.conftest import World

BEAT_S = 0.02
IN_THE_SANDBOX = mock.patch.object(
    performing, "class_of", side_effect=AssertionError("came to its end")
)
"""What is stopped must be stopped there, not when the algorithm's own time is over."""


def queued(world: World, name: str = "baseline", **changes: str) -> Job:
    """Put a run of one of the demo's algorithms on a benchmark with a budget of one."""
    algorithm = world.send(world.variant(name, **changes))
    bench = world.fresh(name="queued", budget=1)
    return put_run(world.bravo, algorithm.id, bench.asset.id, seed=1)


def take(world: World, job: Job) -> None:
    taken = queue_of(world.bravo).take("worker/1", "local", LEASE_S)
    assert taken is not None
    assert taken.id == job.id


OTHERS: set[int] = set()


@pytest.fixture(autouse=True)
def _others() -> None:
    """Other files' tests may have left a child that goes on, such as the stem of their processes."""
    OTHERS.clear()
    OTHERS.update(children(os.getpid()))


def born() -> set[int]:
    """Return the children of this process that the test began."""
    return set(children(os.getpid())) - OTHERS


@contextmanager
def meanwhile(world: World, job: Job, do: Callable[[], object]) -> Iterator[None]:
    """Do something in another thread once the algorithm is in its sandbox."""

    def wait() -> None:
        queue, end = queue_of(world.bravo), time.monotonic() + 60
        while queue.find(job.id).progress != "algorithm" or not born():
            assert time.monotonic() < end
            time.sleep(0.005)
        do()

    thread = threading.Thread(target=wait)
    thread.start()
    yield
    thread.join()


def row_of(world: World, job: Job):
    return records.find(world.bravo, RUNS, job.id)


def test_a_job_is_a_trial_and_its_end_the_run_s_end(world: World):
    job = queued(world)
    with pytest.raises(JobsError, match="no worker has taken"):
        run_job(world.bravo, job.id)
    take(world, job)
    before = signal.getsignal(signal.SIGTERM)
    ended = run_job(world.bravo, job.id)
    assert (ended.state, ended.result) == ("done", {"run": job.id})
    row = row_of(world, job)
    assert (row["status"], row["outcome"], row["agency"]) == ("done", "ok", "alpha")
    assert read(world.bravo, job.id).result["figures"]
    with pytest.raises(JobsError, match="it has ended"):
        run_job(world.bravo, job.id)
    assert signal.getsignal(signal.SIGTERM) is before


def test_cancelling_ends_the_sandbox_and_costs_nothing(world: World):
    job = queued(world, "hostile", mode='"sleep"')
    take(world, job)
    with meanwhile(world, job, lambda: cancel_from_elsewhere(world, job)), IN_THE_SANDBOX:
        ended = run_job(world.bravo, job.id, beat_s=BEAT_S)
    assert ended.state == "cancelled"
    assert born() == set()
    assert row_of(world, job)["status"] == "failed"
    assert world.bravo.event_types()[-1] == "trial.run.failed"
    # The budget of one was spent, but not for the same again: that begins.
    again = put_run(
        world.bravo, str(job.arguments["submission"]), str(job.arguments["benchmark"]), seed=1
    )
    assert again.id != job.id
    assert why_it_failed(world, again) == "trials.unattended"
    other = put_run(
        world.bravo, str(job.arguments["submission"]), str(job.arguments["benchmark"]), seed=2
    )
    assert why_it_failed(world, other) == "trials.budget-spent"


def why_it_failed(world: World, job: Job) -> str:
    """Run a job as far as its algorithm, which is refused; say why the job failed."""
    take(world, job)
    refusal = TrialJobsError("trials.unattended")
    with mock.patch.object(run, "run_algorithm", side_effect=refusal), pytest.raises(DureError):
        run_job(world.bravo, job.id)
    return queue_of(world.bravo).find(job.id).reason


def cancel_from_elsewhere(world: World, job: Job) -> None:
    queue_of(world.bravo).cancel(job.id, "bravo.operator")


def test_stopping_in_order_gives_the_job_back_and_it_goes_on_under_its_id(world: World):
    job = queued(world, "hostile", mode='"sleep"')
    take(world, job)
    with meanwhile(world, job, lambda: os.kill(os.getpid(), signal.SIGTERM)), IN_THE_SANDBOX:
        ended = run_job(world.bravo, job.id, beat_s=BEAT_S)
    assert (ended.state, ended.lost) == ("queued", 0)
    assert born() == set()
    question = (str(job.arguments["submission"]), str(job.arguments["benchmark"]), 1)
    assert records.unfinished(world.bravo, *question) == ""  # the job's, not for `trials run`
    assert why_it_failed(world, job) == "trials.unattended"
    assert records.unfinished(world.bravo, *question) == job.id  # the control: the job has ended
    assert len([row for row in view.runs(world.bravo) if row["id"] == job.id]) == 1


def test_a_superseded_attempt_stops_and_writes_nothing(world: World):
    job = queued(world, "hostile", mode='"sleep"')
    take(world, job)
    queue = queue_of(world.bravo)
    later = []
    with (
        meanwhile(world, job, lambda: later.append(queue.begin(job.id, "other/1", LEASE_S))),
        pytest.raises(JobsError, match="a later attempt"),
        IN_THE_SANDBOX,
    ):
        run_job(world.bravo, job.id, beat_s=BEAT_S)
    queue.renew(later[0], LEASE_S)  # the control: the later attempt goes on
    assert queue.give_back(later[0]).state == "queued"
    cancel_run(world.bravo, job.id)


def test_a_stop_between_the_steps_is_heard_before_the_next(world: World):
    job = queued(world)
    take(world, job)

    def stopped(*_: object) -> None:
        raise AssertionError("scoring was begun")

    ended = run.run_algorithm

    def kill_after(*asked):
        outcome = ended(*asked)
        os.kill(os.getpid(), signal.SIGTERM)  # in no sandbox: noted, and heard at the next step
        return outcome

    with (
        mock.patch.object(run, "run_algorithm", kill_after),
        mock.patch.object(run, "score", stopped),
    ):
        assert run_job(world.bravo, job.id).state == "queued"
    cancel_run(world.bravo, job.id)


def test_the_node_s_own_error_is_tried_again_and_then_said(world: World):
    job = queued(world)
    world.bravo.cut_stream = 1
    try:
        for _ in range(ATTEMPTS):
            assert queue_of(world.bravo).find(job.id).state == "queued"
            take(world, job)
            with pytest.raises(DureError, match=r"trials\.stream"):
                run_job(world.bravo, job.id)
    finally:
        world.bravo.cut_stream = 0
    failed = queue_of(world.bravo).find(job.id)
    assert (failed.state, failed.reason) == ("failed", "trials.stream")
    again = put_run(
        world.bravo, str(job.arguments["submission"]), str(job.arguments["benchmark"]), seed=1
    )
    assert again.id != job.id
    cancel_run(world.bravo, again.id)


def test_a_run_that_somebody_took_up_is_not_ended_by_who_had_it(world: World):
    """The fence of the run's own row, without a job: a process given up as dead comes to its end."""
    algorithm = world.send(world.variant("baseline"))
    submission = records.find(world.bravo, SUBMISSIONS, algorithm.id)
    bench, run_id = world.benchmark, world.bravo.random(16).hex()

    def lose(step: str) -> None:
        if step == "gates":
            records.end_run(world.bravo, run_id, "failed")
            with mock.patch.object(records, "this_process", return_value="0:0:0:0:0"):
                records.begin_run(world.bravo, run_id, submission, Asked(bench.asset.id, 99), 1, 60)

    with pytest.raises(TrialJobsError, match="else has taken this run up"):
        run.run(world.bravo, algorithm.id, bench.asset.id, progress=lose, run_id=run_id)
    row = records.find(world.bravo, RUNS, run_id)
    assert (row["status"], row["claimant"]) == ("running", "0:0:0:0:0")
    records.end_run(world.bravo, run_id, "failed")


def status_of(world: World, job: Job) -> str:
    (row,) = (row for row in view.runs(world.bravo) if row["id"] == job.id)
    return str(row["status"])


def test_what_a_job_runs_is_not_swept(world: World):
    job = queued(world)
    take(world, job)
    queue = queue_of(world.bravo)
    claim = queue.begin(job.id, this_process("0"), LEASE_S)
    submission = records.find(world.bravo, SUBMISSIONS, str(job.arguments["submission"]))
    with mock.patch.object(records, "this_process", return_value="another-boot:0:0:0:0"):
        records.begin_run(
            world.bravo, job.id, submission, Asked(str(job.arguments["benchmark"]), 1), 1, 60
        )
    assert records.sweep(world.bravo) == 0
    assert status_of(world, job) == "running"
    queue.fail(claim, "x")
    assert status_of(world, job) == "failed"  # told at once, and noted by who may write
    assert row_of(world, job)["status"] == "running"
    assert records.sweep(world.bravo) == 1  # the control: once the job has ended, it is


def test_who_queued_it_must_still_be_allowed_to_run_it(world: World):
    job = queued(world)
    take(world, job)
    opened = len(world.bravo.opened)
    world.bravo.as_("bravo.checker")  # as the charter stands when it is run
    try:
        with pytest.raises(DureError, match="denied"):
            run_job(world.bravo, job.id)
    finally:
        world.bravo.as_("bravo.operator")
    failed = queue_of(world.bravo).find(job.id)
    assert (failed.state, failed.reason) == ("failed", "governance.denied")
    assert len(world.bravo.opened) == opened
    again = put_run(
        world.bravo, str(job.arguments["submission"]), str(job.arguments["benchmark"]), seed=1
    )
    take(world, again)  # the control: who may, does
    assert run_job(world.bravo, again.id).state == "done"


# ── putting and cancelling ─────────────────────────────────────────────────────────────────────


def test_putting_twice_is_putting_once(world: World):
    job = queued(world)
    arguments = {name: str(job.arguments[name]) for name in ("submission", "benchmark")}
    again = put_run(world.bravo, arguments["submission"][:12], arguments["benchmark"], seed=1)
    assert again == job
    other = put_run(world.bravo, arguments["submission"], arguments["benchmark"], seed=2)
    assert other.number == job.number + 1
    for each in (job, other):
        assert cancel_run(world.bravo, each.id[:9]).state == "cancelled"
    types = world.bravo.event_types()
    assert types[-2:] == ["trial.cancel.begun", "trial.cancel.done"]
    assert "trial.queue.done" in types


def test_what_may_be_tried_again_is_put_again(world: World):
    job = queued(world)
    take(world, job)
    queue = queue_of(world.bravo)
    claim = queue.begin(job.id, this_process("0"), LEASE_S)
    algorithm, bench = str(job.arguments["submission"]), str(job.arguments["benchmark"])
    submission = records.find(world.bravo, SUBMISSIONS, algorithm)
    begin = (submission, Asked(bench, 1), 1, 60)
    records.begin_run(world.bravo, job.id, *begin)
    with world.bravo.database.write() as connection:
        queue.finish(connection, claim, {"run": job.id})
    records.end_run(world.bravo, job.id, "failed")
    appeals.appeal(world.bravo, job.id, "it runs here")
    assert put_run(world.bravo, algorithm, bench, seed=1).id == job.id  # the control: not answered
    checker = world.bravo.as_("bravo.checker")
    appeals.answer(checker, job.id, "again", "the host was short of memory")
    world.bravo.as_("bravo.operator")
    again = put_run(world.bravo, algorithm, bench, seed=1)
    assert again.id != job.id
    assert put_run(world.bravo, algorithm, bench, seed=1) == again
    cancel_run(world.bravo, again.id)
    # Under its own id, too: the budget gate counts the run that goes through it.
    assert records.begin_run(world.bravo, job.id, *begin) == (job.id, 1)
    records.end_run(world.bravo, job.id, "failed")


def test_what_can_t_be_put(world: World):
    job = queued(world)
    algorithm, bench = str(job.arguments["submission"]), str(job.arguments["benchmark"])
    other = world.send(world.variant("baseline", task='"tabular-classification"'))
    with pytest.raises(DureError, match=r"trials\.mismatch"):
        put_run(world.bravo, other.id, bench, seed=1)
    with pytest.raises(DureError, match=r"trials\.unknown"):
        put_run(world.bravo, "nothing", bench, seed=1)
    assert may_run(world.bravo, job)
    try:
        world.bravo.as_("bravo.checker")
        assert not may_run(world.bravo, job)
        with pytest.raises(DureError, match="denied"):
            put_run(world.bravo, algorithm, bench, seed=3)
        with pytest.raises(DureError, match="denied"):
            cancel_run(world.bravo, job.id)
    finally:
        world.bravo.as_("bravo.operator")
    assert cancel_run(world.bravo, job.id).state == "cancelled"
