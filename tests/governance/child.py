"""Processes that do one step on a store each and may be killed in the middle: for tests of crashes.

``python -m tests.governance.child`` is a nursery: it has everything imported and no store open, and
forks a fresh process for each run that it reads from its standard input, so that a run costs
milliseconds and inherits nothing. The runs of one job start together.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from dure.core import faults
from dure.governance.acts import ActContext
from dure.governance.decisions import Choice, Request
from dure.governance.errors import GovernanceError
from dure.governance.events import Event
from dure.storage.database import open_database
from tests.governance.alliance import Clock, World, charter, signed, successor, vote_on


def faulty(step: str, request: Request, context: ActContext) -> None:
    """Fault points inside the act itself."""
    faults.point(f"act.{step}")


def main(
    start: Callable[[], None], url: str, directory: str, now: str, step: str, *rest: str
) -> int:
    """Open the store, wait for the start, do one step; return the exit status."""
    world = World(open_database(url), Path(directory), Clock(int(now)))
    world.act.trip = faulty
    executor = world.executor

    def vote(request_id: str, voter: str, choice: str) -> None:
        request = executor.case(request_id).request
        print(executor.cast_vote(vote_on(request, voter, Choice(choice))).state)

    def append(count: str) -> None:
        for number in range(int(count)):
            executor.append([Event("dataset.tidy.done", detail={"n": number})])

    steps: dict[str, Callable[..., object]] = {
        "pin": lambda: executor.pin_charter(signed(charter())),
        "pin-next": lambda: executor.pin_charter(successor(charter(), alliance="Next")),
        "request": lambda: print(world.request().id),
        "vote": vote,
        "execute": lambda request_id: print(executor.execute(request_id)["digest"]),
        "append": append,
        "recover": lambda: print(*executor.recover()),
        "reconcile": lambda request_id: print(executor.reconcile(request_id).state),
    }
    start()
    try:
        steps[step](*rest)
    except GovernanceError as error:
        print(error.code, error.facts.get("reason", ""))
        return error.spec.exit_status
    return 0


def run(arguments: list[str], fault: str, said: str, ready: int, gate: int) -> None:
    """Be the forked process."""

    def start() -> None:
        os.write(ready, b".")
        os.close(ready)
        os.read(gate, 1)

    code = 1
    faults._armed = fault
    faults._passed.clear()
    with Path(said).open("w") as sys.stdout:
        try:
            code = main(start, *arguments)
        except BaseException:
            traceback.print_exc(file=sys.stdout)
    os._exit(code)


def serve() -> None:
    """Fork the runs of each job; answer with their exit statuses."""
    for line in sys.stdin:
        job = json.loads(line)
        ready_out, ready_in = os.pipe()
        gate_out, gate_in = os.pipe()
        pids = []
        for arguments, said in job["runs"]:
            pid = os.fork()
            if pid == 0:
                os.close(gate_in)
                run(arguments, job["fault"], said, ready_in, gate_out)
            pids.append(pid)
        os.close(ready_in)
        for _ in pids:
            os.read(ready_out, 1)
        os.close(gate_in)
        codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
        os.close(ready_out)
        os.close(gate_out)
        print(json.dumps(codes), flush=True)


if __name__ == "__main__":
    serve()
