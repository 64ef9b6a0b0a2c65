"""kill -9 at every step of the queue's write path: nothing is lost, nothing happens twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dure.governance.jobs import tables
from dure.storage.database import open_database
from tests.governance.jobs.conftest import LEASE_S, World
from tests.governance.jobs.stem import (
    WORKER,
    begin,
    cancel,
    fail,
    finish,
    give_back,
    give_up,
    name,
    put,
    renew,
    take,
)

ROOT = Path(__file__).resolve().parents[3]


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


Kill = Callable[[Path, Callable[..., object], str], int]


@pytest.fixture(scope="module")
def killed() -> Iterator[Kill]:
    """Does a step in a child that kills itself at a point, or nowhere; returns how it ended."""
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    with subprocess.Popen(
        [sys.executable, "-m", "tests.governance.jobs.stem"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as stem:
        assert stem.stdin is not None
        assert stem.stdout is not None
        assert stem.stdout.readline() == "ready\n"

        def kill(folder: Path, do: Callable[..., object], point: str) -> int:
            stem.stdin.write(f"{do.__name__}\t{point}\t{folder}\n")
            return int(stem.stdout.readline())

        yield kill
        stem.stdin.close()


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
    killed: Kill, do, before, point, was, becomes, folder: Path
):
    assert killed(folder, do, f"database.committing:{before + 1}") == -signal.SIGKILL
    assert state(folder) == was
    assert run_to_its_end(folder) == "done"


@pytest.mark.parametrize(("do", "before", "point", "was", "becomes"), STEPS)
def test_a_kill_after_the_step_leaves_it_done(
    killed: Kill, do, before, point, was, becomes, folder: Path
):
    assert killed(folder, do, point) == -signal.SIGKILL
    assert state(folder) == becomes
    final = run_to_its_end(folder)
    ended = {"failed": "failed", "running": "cancelled" if do is cancel else "done"}
    assert final == ended.get(becomes, "done")


def test_the_steps_live_when_nobody_kills(killed: Kill, folder: Path):
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
