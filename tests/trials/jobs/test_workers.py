"""Workers and bodies as they are deployed: processes of the command line, some of which die."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from unittest import mock

import pytest
from sqlalchemy import false, update

from dure.core.errors import DureError
from dure.governance.jobs.errors import JobsError
from dure.governance.jobs.tables import JOBS
from dure.governance.policy.errors import PolicyError
from dure.trials.jobs.engines import LocalEngine
from tests.node.alliance import Alliance, command, finish, services_inside, start
from tests.trials.jobs.nodes import PATIENCE_S, Store, prepared, put

pytestmark = pytest.mark.slow

WORK = ("trials", "work", "--until-empty")


@pytest.fixture
def made(tmp_path: Path) -> Alliance:
    return prepared(tmp_path / "made")


@pytest.fixture
def store(made: Alliance) -> Iterator[Store]:
    with closing(Store(made)) as found:
        yield found


def test_a_body_that_is_killed_is_begun_once_more(made: Alliance, store: Store):
    """The whole way on the command line: run --queue, work, watch, and kill -9 in the middle."""
    with services_inside(), made.open() as node:
        listed = node.trials.list()
        submission, benchmark = listed["submissions"][0], listed["benchmarks"][0]
    words = ("trials", "run", submission["asset_id"], "--on", benchmark["asset_id"], "--queue")
    assert command(made, *words).status == 0
    (job,) = store.queue.listed()
    worker = start(made, *WORK)
    store.when(job.id, lambda job: job.progress == "algorithm")
    os.kill(store.pid(job.id), signal.SIGKILL)
    said = finish(worker)
    assert said.status == 0, said
    ended = store.job(job.id)
    assert (ended.state, ended.attempt, ended.lost) == ("done", 2, 1)
    assert store.run(job.id)["status"] == "done"
    assert [line.split()[-1] for line in said.out.splitlines()][-1] == "done"
    seen = command(made, "trials", "watch", job.id[:10])
    assert (seen.status, "done" in seen.out) == (0, True)
    assert job.id[:12] in command(made, "trials", "watch").out
    with services_inside(), made.open() as node:
        assert len(node.trials.list()["runs"]) == 1


@pytest.mark.exhaustive
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_worker_that_ends_loses_nothing(made: Alliance, store: Store, number: signal.Signals):
    """Killed, it leaves its body to end the job; asked to end, it has the body give the job back."""
    run = put(made)
    worker = start(made, *WORK)
    store.when(run, lambda job: job.progress == "algorithm")
    worker.send_signal(number)
    finish(worker)
    if number == signal.SIGTERM:
        assert store.job(run).state == "queued"
        assert finish(start(made, *WORK)).status == 0
    ended = store.when(run, lambda job: job.state == "done")
    assert ended.lost == 0
    assert store.run(run)["outcome"] == "ok"


def test_what_a_worker_needs(made: Alliance, store: Store):
    run = put(made)
    with services_inside(), made.open() as node, pytest.raises(Exception, match="unattended"):
        node.jobs.work(until_empty=True)
    assert command(made, "trials", "work", "--engine", "abacus").status == 2
    refused = command(made, "trials", "cancel", "nothing-like-it")
    assert (refused.status, "[jobs.unknown]" in refused.err) == (237, True)
    assert command(made, "trials", "cancel", run).status == 0
    assert command(made, *WORK).status == 0  # nothing to do
    shown = command(made, "trials", "watch", run, "--once")
    assert "cancelled" in shown.out
    with services_inside(), made.open() as node:
        (row,) = node.jobs.watch(run)
        assert row["state"] == "cancelled"


def test_others_see_classes_and_change_nothing(made: Alliance):
    run = put(made)
    with services_inside(), made.open(who="bravo.auditor") as node:
        assert node.jobs.list() == [{"run": run, "agency": "alpha", "state": "waiting"}]
        with pytest.raises(PolicyError, match="denied"):
            node.jobs.cancel(run)
        # Who may not see it is not told that it is there.
        with mock.patch("dure.node.desks.assets.visible", return_value=false()):
            for name in (run, "f" * 32):
                with pytest.raises(JobsError, match="no such job"):
                    node.jobs.cancel(name)
    with services_inside(), made.open() as node:
        assert node.jobs.show(run)["attempt"] == 0  # the control: who may run it sees all


def test_working_takes_a_permission_and_both_are_in_the_ledger(made: Alliance, store: Store):
    run = put(made)
    refused = command(made, "trials", "work", "--until-empty", who="bravo.checker")
    assert (refused.status, "trial.work" in refused.err) == (60, True)
    assert store.queue.take("worker/1", "local", 600) is not None
    with services_inside(), made.open(who="bravo.checker") as node:
        with pytest.raises(PolicyError, match="denied"):
            node.jobs.run(run)
        with pytest.raises(PolicyError, match="denied"):
            node.jobs.run("f" * 32)
    assert (store.job(run).state, store.job(run).attempt) == ("running", 0)
    with store.database.write() as connection:  # somebody else put it
        connection.execute(update(JOBS).values(put_by="bravo.gone"))
    with services_inside(), made.open() as node:
        with pytest.raises(DureError, match="unknown here"):
            node.jobs.run(run)
        ended = store.job(run)
        assert (ended.state, ended.reason) == ("failed", "node.principal")
        entries = node.ledger.show()
    who = {one["type"]: one["actor"] for one in entries}
    assert who["trial.work.begun"] == who["trial.work.failed"] == who["trial.queue.begun"]
    assert [one["type"] for one in entries].count("trial.work.begun") == 1


def test_a_worker_ends_when_its_permission_does(made: Alliance, store: Store):
    from dure.trials.jobs.worker import Worker

    run = put(made)
    withdrawn = mock.Mock(side_effect=JobsError("jobs.unknown", name="permission"))
    engine = LocalEngine(lambda job: ("/bin/false", job.id))
    with pytest.raises(JobsError):
        Worker(store.queue, engine, permitted=withdrawn, poll_s=0.01).work(until_empty=True)
    ended = store.job(run)
    assert (ended.state, ended.lost, withdrawn.call_count) == ("queued", 0, 1)


def test_the_next_begins_when_one_has_ended(made: Alliance, store: Store):
    from dure.trials.jobs.worker import Worker

    put(made)
    engine = LocalEngine(lambda job: ("/bin/true", job.id))
    begun = time.monotonic()
    Worker(store.queue, engine, poll_s=PATIENCE_S).work(until_empty=True)
    assert time.monotonic() - begun < PATIENCE_S


def test_a_child_that_can_t_begin_is_given_up_in_the_end(made: Alliance, store: Store):
    """A wrong passphrase file, for instance: the job fails after three tries instead of looping."""
    from dure.trials.jobs.worker import Worker

    run = put(made)
    engine = LocalEngine(lambda job: ("/bin/false", job.id))
    Worker(store.queue, engine, poll_s=0.01).work(until_empty=True)
    ended = store.job(run)
    assert (ended.state, ended.reason, ended.attempt) == ("failed", "lost", 0)


def test_a_body_that_does_not_stop_is_killed_when_the_worker_ends(
    made: Alliance, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    from dure.trials.jobs import engines

    monkeypatch.setattr(engines, "END_S", 0.05)
    deaf = tmp_path / "deaf"
    os.mkfifo(deaf)
    run = put(made)
    job = store.queue.take("worker/1", "local", 600)
    assert job is not None
    assert job.id == run
    body = f"trap '' TERM; echo >'{deaf}'; sleep 100 & wait; wait"
    engine = LocalEngine(lambda job: ("/bin/sh", "-c", body))
    assert engine.start(job) == ""
    assert deaf.read_text() == "\n"  # it doesn't hear from now on
    (child,) = engine._children.values()
    engine.cancel(job)
    assert engine.living([job]) == {run}
    engine.close(stop=True)
    assert child.returncode == -signal.SIGKILL
    with services_inside(), made.open() as node:
        node.jobs.cancel(run)
