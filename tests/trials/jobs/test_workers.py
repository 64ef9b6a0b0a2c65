"""Workers and bodies as they are deployed: processes of the command line, some of which die."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dure.trials.jobs.engines import LocalEngine
from tests.node.alliance import Alliance, command, finish, services_inside, start
from tests.trials.jobs.nodes import Store, prepared, put

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
        with pytest.raises(Exception, match="denied"):
            node.jobs.cancel(run)
    with services_inside(), made.open() as node:
        assert node.jobs.show(run)["attempt"] == 0  # the control: who may run it sees all


def test_a_child_that_can_t_begin_is_given_up_in_the_end(made: Alliance, store: Store):
    """A wrong passphrase file, for instance: the job fails after three tries instead of looping."""
    from dure.trials.jobs.worker import Worker

    run = put(made)
    engine = LocalEngine(lambda job: ("/bin/false", job.id))
    Worker(store.queue, engine, poll_s=0.01).work(until_empty=True)
    ended = store.job(run)
    assert (ended.state, ended.reason, ended.attempt) == ("failed", "lost", 0)


def test_a_body_that_does_not_stop_is_killed_when_the_worker_ends(
    made: Alliance, store: Store, monkeypatch: pytest.MonkeyPatch
):
    from dure.trials.jobs import engines

    monkeypatch.setattr(engines, "END_S", 0.05)
    run = put(made)
    job = store.queue.take("worker/1", "local", 600)
    assert job is not None
    assert job.id == run
    engine = LocalEngine(lambda job: ("/bin/sh", "-c", "trap '' TERM; sleep 100 & wait; wait"))
    assert engine.start(job) == ""
    (child,) = engine._children.values()
    engine.cancel(job)
    assert engine.living([job]) == {run}
    engine.close(stop=True)
    assert child.returncode in (-signal.SIGKILL, -signal.SIGTERM)
    with services_inside(), made.open() as node:
        node.jobs.cancel(run)
