"""A worker of the load test, as a fresh process: it has no threads, so that it may fork its bodies.

``python -m tests.trials.jobs.load_worker FOLDER KILLS`` serves the queue in FOLDER until it is empty. Of its
bodies the first KILLS are killed in the middle. It prints by how much its memory grew, in KiB.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from dure.governance.claims import this_process
from dure.governance.jobs.fairness import Bounds
from dure.governance.jobs.job import Job
from dure.governance.jobs.queue import Queue
from dure.storage.database import open_database
from dure.trials.jobs.worker import Worker

SLOTS = 2


def queue_at(folder: Path, slots: int = SLOTS) -> Queue:
    db = open_database(f"sqlite:///{folder}/node.db")
    return Queue(
        db, lambda: int(time.time()), os.urandom, Bounds(running=slots, running_each=slots)
    )


@dataclass
class ForkEngine:
    """Runs a stand-in body in a child process; `kills` of them die in the middle."""

    folder: Path
    kills: int = 0
    name: str = "local"
    patience_s: int = 60
    pids: dict[str, int] = field(default_factory=dict)

    def start(self, job: Job) -> str:
        pid = os.fork()
        if pid == 0:
            try:
                self._body(job, kill=self.kills > 0)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(1)
        self.kills -= 1
        self.pids[job.id] = pid
        return ""

    def _body(self, job: Job, *, kill: bool) -> None:
        queue = queue_at(self.folder)
        claim = queue.begin(job.id, this_process("0"), 60)
        queue.renew(claim, 60, "algorithm")
        if kill:
            os.kill(os.getpid(), signal.SIGKILL)
        with queue._db.write() as connection:
            queue.finish(connection, claim, {"run": job.id})
        with (self.folder / "results").open("a") as file:
            file.write(f"{job.id}\n")
        os._exit(0)

    def living(self, jobs: Iterable[Job]) -> set[str]:
        ended = [name for name, pid in self.pids.items() if os.waitpid(pid, os.WNOHANG)[0]]
        for name in ended:
            del self.pids[name]
        return {job.id for job in jobs if job.id not in ended}

    def has_ended(self) -> bool:
        return False

    def cancel(self, job: Job) -> None:
        os.kill(self.pids[job.id], signal.SIGKILL)

    def close(self, *, stop: bool) -> None:
        for pid in self.pids.values():
            os.waitpid(pid, 0)


def rss_kib() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") // 1024


def main() -> None:
    folder, kills = Path(sys.argv[1]), int(sys.argv[2])
    sizes: list[int] = []
    engine = ForkEngine(folder, kills)
    Worker(queue_at(folder), engine, lambda _: sizes.append(rss_kib()), poll_s=0.02).work(
        until_empty=True
    )
    print(sizes[-1] - sizes[len(sizes) // 4])


if __name__ == "__main__":
    main()
