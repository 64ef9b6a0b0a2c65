"""60 jobs of five agencies, two workers, two slots: none lost, none run twice, fair, memory flat.

The queue, the worker and the processes are real. The body is a stand-in that does what every body does
to the queue (begin, renew, finish) and no trial; ``bench/jobs.py`` puts real trials through.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from dure.core.errors import DureError
from dure.governance.jobs import tables
from dure.governance.jobs.errors import JobsError
from dure.governance.jobs.job import Claim, Draft, Job, Stage
from dure.governance.jobs.queue import Queue
from dure.trials.jobs.worker import Worker
from tests.datasets.test_full_disk import fill, small_disk
from tests.node.alliance import ROOT
from tests.trials.jobs.load_worker import SLOTS, ForkEngine, queue_at

AGENCIES = ("alpha", "bravo", "carol", "dana", "echo")
JOBS = 200
FLAT_KIB = 8 * 1024


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


def worker_of(folder: Path, kills: int = 0) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "tests.trials.jobs.load_worker", str(folder), str(kills)]
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return subprocess.Popen(
        words, cwd=ROOT, env=os.environ | {"PYTHONPATH": path}, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("number", [60, pytest.param(JOBS, marks=pytest.mark.exhaustive)])
def test_many_jobs_of_five_agencies(folder: Path, number: int):
    put(folder, number)
    workers = [worker_of(folder, kills=3), worker_of(folder)]
    queue = queue_at(folder)
    running_most = 0
    while any(worker.poll() is None for worker in workers):
        running = [job for job in queue.listed() if job.state is Stage.RUNNING]
        running_most = max(running_most, len(running))
        time.sleep(0.1)
    grown = [int(worker.communicate()[0]) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0]
    jobs = queue.listed()
    assert {job.state for job in jobs} == {Stage.DONE}
    assert running_most <= SLOTS
    results = (folder / "results").read_text().split()
    assert sorted(results) == sorted(job.id for job in jobs)  # each once, none lost
    assert sum(job.lost for job in jobs) == 3  # those that were killed; each came to its end later
    # Fair: the agencies put one after the other, and are served in turn all the way.
    by_number = {job.id: job.agency for job in jobs}
    served = [by_number[name] for name in results]
    for end in range(10, number - 10, 10):
        counts = Counter(served[:end])
        assert max(counts.values()) - min(counts[agency] for agency in AGENCIES) <= 4
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


def finish(queue: Queue, claim: Claim, job: Job) -> None:
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
