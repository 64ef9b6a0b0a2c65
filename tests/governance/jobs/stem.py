"""Forks a child for each line, ``step <tab> point <tab> folder``, which does the step and dies at the point.

A process of its own, since it has no threads: what is forked from one that has may wait for a lock for ever.
"""

from __future__ import annotations

import os
import sys
import traceback

from dure.core import faults
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


def main() -> None:
    print("ready", flush=True)
    for line in sys.stdin:
        step, point, folder = line.rstrip("\n").split("\t")
        child = os.fork()
        if child == 0:
            _do(step, point, folder)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _do(step: str, point: str, folder: str) -> None:
    try:
        faults._armed = point
        world = World(open_database(f"sqlite:///{folder}/node.db"))
        globals()[step](world, world.queue())
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


if __name__ == "__main__":
    main()
