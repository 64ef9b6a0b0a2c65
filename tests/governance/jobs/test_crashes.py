"""kill -9 at every step of the queue's write path: nothing is lost, nothing happens twice."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from dure.core import faults
from dure.governance.jobs import tables
from dure.governance.jobs.job import Claim, Stage
from dure.governance.jobs.queue import Queue
from dure.storage.database import open_database
from tests.governance.jobs.conftest import LEASE_S, World

WORKER = "worker/1"


def put(world: World, queue: Queue) -> None:
    world.put(key="the one")


def take(world: World, queue: Queue) -> None:
    put(world, queue)
    if queue.listed((Stage.QUEUED,)):
        queue.take(WORKER, "local", LEASE_S)


def name(world: World, queue: Queue) -> None:
    take(world, queue)
    queue.name(queue.listed()[0], "4711")


def begin(world: World, queue: Queue) -> Claim:
    take(world, queue)
    return queue.begin(queue.listed()[0].id, "body/1", LEASE_S)


def renew(world: World, queue: Queue) -> None:
    queue.renew(begin(world, queue), LEASE_S, "scoring")


def finish(world: World, queue: Queue) -> None:
    claim = begin(world, queue)
    with world.db.write() as connection:
        queue.finish(connection, claim, {"run": claim.id})


def fail(world: World, queue: Queue) -> None:
    queue.fail(begin(world, queue), "trials.stream")


def give_back(world: World, queue: Queue) -> None:
    queue.give_back(begin(world, queue))


def give_up(world: World, queue: Queue) -> None:
    begin(world, queue)
    queue.give_up(queue.listed()[0])


def cancel(world: World, queue: Queue) -> None:
    begin(world, queue)
    queue.cancel(queue.listed()[0].id, "who")


# What is done, after how many writes it begins its own, where it dies, and what it leaves: before its
# commit the state that was, after it the new one.
STEPS = [
    (put, 0, "job.put", None, "queued"),
    (take, 1, "job.taken", "queued", "running"),
    (name, 2, "job.named", "running", "running"),
    (begin, 2, "job.begun", "running", "running"),
    (renew, 3, "job.renewed", "running", "running"),
    (finish, 3, "database.committed:4", "running", "done"),
    (fail, 3, "job.failed", "running", "failed"),
    (give_back, 3, "job.given-back", "running", "queued"),
    (give_up, 3, "job.given-up", "running", "queued"),
    (cancel, 3, "job.cancelled", "running", "running"),
]


def killed(folder: Path, do: Callable[[World, Queue], object], point: str) -> int:
    """Do it in a child that kills itself at a point, or nowhere; return how it ended."""
    child = os.fork()
    if child == 0:
        faults._armed = point
        faults._passed.clear()
        world = World(open_database(f"sqlite:///{folder}/node.db"))
        do(world, world.queue())
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    db = open_database(f"sqlite:///{tmp_path}/node.db")
    tables.METADATA.create_all(db.engine)
    db.close()
    return tmp_path


def state(folder: Path) -> str | None:
    db = open_database(f"sqlite:///{folder}/node.db")
    jobs = World(db).queue().listed()
    db.close()
    assert len(jobs) <= 1
    return jobs[0].state.value if jobs else None


@pytest.mark.parametrize(("do", "before", "point", "was", "becomes"), STEPS)
def test_a_kill_leaves_the_state_before_or_the_state_after(
    do, before, point, was, becomes, folder: Path
):
    assert killed(folder, do, f"database.committing:{before + 1}") == -signal.SIGKILL
    assert state(folder) == was
    assert run_to_its_end(folder) == "done"


@pytest.mark.parametrize(("do", "before", "point", "was", "becomes"), STEPS)
def test_a_kill_after_the_step_leaves_it_done(do, before, point, was, becomes, folder: Path):
    assert killed(folder, do, point) == -signal.SIGKILL
    assert state(folder) == becomes
    final = run_to_its_end(folder)
    ended = {"failed": "failed", "running": "cancelled" if do is cancel else "done"}
    assert final == ended.get(becomes, "done")


def test_the_steps_live_when_nobody_kills(folder: Path):
    """The positive control."""
    assert killed(folder, finish, "") == 0
    assert state(folder) == "done"


def run_to_its_end(folder: Path) -> str:
    """Do what workers do later, when leases are over; return how the one job ended."""
    db = open_database(f"sqlite:///{folder}/node.db")
    world = World(db)
    world.now_s += 2 * LEASE_S
    queue = world.queue()
    if not queue.listed():
        put(world, queue)
    while job := queue.take(WORKER, "local", LEASE_S):
        claim = queue.begin(job.id, "later/1", LEASE_S)
        with db.write() as connection:
            queue.finish(connection, claim, {"run": job.id})
    (job,) = queue.listed()
    db.close()
    return job.state.value
