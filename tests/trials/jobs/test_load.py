"""200 jobs of five agencies, two workers, two slots: none lost, none run twice, fair, memory flat.

The queue, the worker and the processes are real. The body is a stand-in that does what every body does
to the queue (begin, renew, finish) and no trial; ``bench/jobs.py`` puts real trials through.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dure.core.errors import DureError
from dure.governance.claims import this_process
from dure.governance.jobs import tables
from dure.governance.jobs.errors import JobsError
from dure.governance.jobs.fairness import Bounds
from dure.governance.jobs.job import Draft, Job, Stage
from dure.governance.jobs.queue import Queue
from dure.storage.database import open_database
from dure.trials.jobs.worker import Worker
from tests.datasets.test_full_disk import fill, small_disk

AGENCIES = ("alpha", "bravo", "carol", "dana", "echo")
JOBS = 200
SLOTS = 2
FLAT_KIB = 8 * 1024


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
            self._body(job, kill=self.kills > 0)
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

    def cancel(self, job: Job) -> None:
        os.kill(self.pids[job.id], signal.SIGKILL)

    def close(self, *, stop: bool) -> None:
        for pid in self.pids.values():
            os.waitpid(pid, 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    queue = queue_at(tmp_path)
    tables.METADATA.create_all(queue._db.engine)
    queue._db.close()
    return tmp_path


def put(folder: Path, jobs: int) -> None:
    queue = queue_at(folder)
    for number in range(jobs):  # one agency's all at once, then the next one's
        agency = AGENCIES[number * len(AGENCIES) // jobs]
        queue.put(Draft("trial.run", f"k{number}", agency, {"seed": number}), "who")
    queue._db.close()


def rss_kib() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") // 1024


def worker_of(folder: Path, kills: int = 0) -> int:
    """Start a worker as a process of its own; it writes down how its memory grew."""
    pid = os.fork()
    if pid:
        return pid
    sizes: list[int] = []
    worker = Worker(
        queue_at(folder), ForkEngine(folder, kills), lambda _: sizes.append(rss_kib()), poll_s=0.01
    )
    worker.work(until_empty=True)
    quarter = len(sizes) // 4
    (folder / f"grown-{os.getpid()}").write_text(str(sizes[-1] - sizes[quarter]))
    os._exit(0)


def test_two_hundred_jobs_of_five_agencies(folder: Path):
    put(folder, JOBS)
    workers = [worker_of(folder, kills=3), worker_of(folder)]
    queue = queue_at(folder)
    served: list[str] = []
    running_most = 0
    while True:
        jobs = queue.listed()
        running_most = max(running_most, sum(job.state is Stage.RUNNING for job in jobs))
        if all(job.state is Stage.DONE for job in jobs):
            break
        assert not any(job.state is Stage.FAILED for job in jobs)
        time.sleep(0.1)
    for pid in workers:
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert running_most <= SLOTS
    results = (folder / "results").read_text().split()
    assert sorted(results) == sorted(job.id for job in jobs)  # each once, none lost
    assert sum(job.lost for job in jobs) == 3  # those that were killed; each came to its end later
    # Fair: the agencies put one after the other, and are served in turn all the way.
    by_number = {job.id: job.agency for job in jobs}
    served = [by_number[name] for name in results]
    for end in range(10, JOBS - 10, 10):
        counts = Counter(served[:end])
        assert max(counts.values()) - min(counts[agency] for agency in AGENCIES) <= 4
    grown = [int(path.read_text()) for path in folder.glob("grown-*")]
    assert len(grown) == 2
    assert max(grown) < FLAT_KIB


@pytest.mark.root
def test_a_full_disk_under_the_queue_loses_nothing(folder: Path, tmp_path_factory):
    place = tmp_path_factory.mktemp("disk") / "door"
    folder.rename(place)
    put(place, 5)
    with small_disk(place):
        queue = queue_at(place)
        job = queue.take("w/1", "local", 60)
        claim = queue.begin(job.id, "b/1", 60)
        ballast = fill(place, 0)
        for write in (
            lambda: queue.put(Draft("trial.run", "more", "alpha", {}), "who"),
            lambda: queue.fail(claim, "x" * 60),
            lambda: finish(queue, claim, job),
        ):
            with pytest.raises(DureError, match=r"storage\.(no-space|database)"):
                for _ in range(200):  # what little room a log has is soon used up
                    write()
                    queue.renew(claim, 60)
        ballast.unlink()
        assert queue.find(job.id).state == "running"
        finish(queue, claim, job)
        assert [each.state for each in queue.listed()] == ["done", *["queued"] * 4]
        queue._db.close()


def finish(queue: Queue, claim, job: Job) -> None:
    with queue._db.write() as connection:
        queue.finish(connection, claim, {"run": job.id, "more": "x" * 70_000})


def test_an_engine_that_fails_to_start_leaves_the_job_waiting(folder: Path):
    put(folder, 5)

    class Broken(ForkEngine):
        def start(self, job: Job) -> str:
            raise JobsError("jobs.unknown", name="x")

    queue = queue_at(folder)
    with pytest.raises(JobsError):
        Worker(queue, Broken(folder)).work(until_empty=True)
    assert {(job.state, job.lost) for job in queue.listed()} == {(Stage.QUEUED, 0)}
    queue._db.close()
