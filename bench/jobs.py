"""What the queue costs beside running trials at once, and how it shares two slots between five agencies.

Every run is real: an embedded node, its executor and keeper, two sandboxes, a sealed report. The peer is
the same trial without a queue, ``dure trials run``, as many at a time as there are slots; rounds of both
alternate. The agencies are names on jobs, all of one submission with seeds of their own. Run as
``python bench/jobs.py``; ``--runs 200 --peers 0`` is the load of the issue.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from dure.core.canonical import canonical_json  # noqa: E402
from dure.core.suites import digest_of  # noqa: E402
from dure.governance.jobs.job import Draft, Stage  # noqa: E402
from dure.node.node import Node  # noqa: E402
from dure.trials.jobs.queueing import queue_of  # noqa: E402
from tests.adversarial import verbs  # noqa: E402
from tests.adversarial.trial_verbs import only  # noqa: E402
from tests.node.alliance import Alliance, finish, services_inside, start  # noqa: E402

AGENCIES = ("alpha", "bravo", "carol", "dana", "echo")
SLOTS = 2
ROUNDS = 3


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def prepare(folder: Path) -> tuple[Alliance, str, str]:
    """Return a node's alliance, a submission and a benchmark that may be run often."""
    made = verbs.after("take").copy(folder)
    with services_inside(), made.open() as node:
        benchmark = node.trials.prepare(
            "toy",
            name="load",
            task="tabular-regression",
            target="y",
            features=["a", "b"],
            budget=10_000,
        )["benchmark"]
        return made, only(node, "submissions")["asset_id"], benchmark


def put(node: Node, submission: str, benchmark: str, runs: int, first_seed: int) -> None:
    """Put runs into the queue, one agency's all at once and then the next one's."""
    for number in range(runs):
        arguments = {
            "submission": submission,
            "benchmark": benchmark,
            "seed": first_seed + number,
        }
        agency = AGENCIES[number * len(AGENCIES) // runs]
        key = digest_of(canonical_json(arguments))
        queue_of(node.house).put(Draft("trial.run", key, agency, arguments), "bravo.steward")


def rss_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)


def children(pid: int) -> int:
    """Return how many processes a process has started that still are."""
    found = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            found += int(stat.read_text().rpartition(")")[2].split()[1]) == pid
    return found


def serve(made: Alliance) -> tuple[list[int], int]:
    """Have a worker empty the queue; return its memory, looked at every second, and its most children."""
    worker = start(made, "trials", "work", "--until-empty", "--slots", str(SLOTS))
    sizes: list[int] = []
    over = threading.Event()
    most = 0

    def look() -> None:
        nonlocal most
        while not over.wait(1):
            most = max(most, children(worker.pid))
            if size := rss_kib(worker.pid):
                sizes.append(size)

    looking = threading.Thread(target=look)
    looking.start()
    said = finish_whenever(worker)
    over.set()
    looking.join()
    if worker.returncode:
        raise SystemExit(said)
    sys.stderr.write("".join(line for line in said.splitlines(True) if "  [" in line))
    return sizes, most


def finish_whenever(worker: subprocess.Popen[str]) -> str:
    out, err = worker.communicate()
    return out + err


def peers(made: Alliance, submission: str, benchmark: str, runs: int, first_seed: int) -> None:
    def one(seed: int) -> int:
        words = ("trials", "run", submission, "--on", benchmark, "--seed", seed)
        return finish(start(made, *words)).status

    with ThreadPoolExecutor(SLOTS) as pool:
        if any(pool.map(one, range(first_seed, first_seed + runs))):
            raise SystemExit("a trial of the peer failed")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10, help="queued runs in each round")
    parser.add_argument("--peers", type=int, default=6, help="runs of the peer in each round")
    given = parser.parse_args()
    rounds = ROUNDS if given.peers else 1
    took: dict[str, list[tuple[float, float]]] = {"queue": [], "peer": []}
    grown: list[int] = []
    with TemporaryDirectory(prefix="dure-jobs-") as scratch:
        made, submission, benchmark = prepare(Path(scratch) / "made")
        for turn in range(rounds):
            with made.open() as node:
                put(node, submission, benchmark, given.runs, 1000 * (turn + 1))
            begun, used = time.perf_counter(), cpu_s()
            sizes, most = serve(made)
            took["queue"].append(
                ((time.perf_counter() - begun) / given.runs, (cpu_s() - used) / given.runs)
            )
            grown.append(sizes[-1] - sizes[len(sizes) // 4])
            if given.peers:
                begun, used = time.perf_counter(), cpu_s()
                peers(made, submission, benchmark, given.peers, 100_000 * (turn + 1))
                took["peer"].append(
                    ((time.perf_counter() - begun) / given.peers, (cpu_s() - used) / given.peers)
                )
        with made.open() as node:
            jobs = queue_of(node.house).listed()
            runs = Counter(row["id"] for row in node.trials.list()["runs"])
    for name, figures in took.items():
        if figures:
            say(
                f"jobs.{name}",
                runs=len(figures) * (given.runs if name == "queue" else given.peers),
                slots=SLOTS,
                wall_s_each=round(sorted(wall for wall, _ in figures)[len(figures) // 2], 2),
                cpu_s_each=round(sorted(cpu for _, cpu in figures)[len(figures) // 2], 2),
                rounds=len(figures),
            )
    done = [job for job in jobs if job.state is Stage.DONE]
    say(
        "jobs.load",
        runs=len(jobs),
        agencies=len(AGENCIES),
        done=len(done),
        failed=dict(Counter(job.reason for job in jobs if job.state is Stage.FAILED)),
        attempts_lost=sum(job.lost for job in jobs),
        run_twice=sum(runs[job.id] != 1 or job.attempt != 1 for job in done),
        most_ahead=most_ahead(jobs[-given.runs :]),
        fairness=fairness(jobs[-given.runs :]),
        wait_p50_s=waits(jobs[-given.runs :]),
        worker_kib=[sizes[0], sizes[-1]],
        worker_grew_kib=max(grown),
        most_children=most,
    )


def most_ahead(jobs: list) -> int:
    """Return by how many runs one agency was ahead of another, at the worst, while both had runs left."""
    total = Counter(job.agency for job in jobs)
    begun: Counter[str] = Counter()
    worst = 0
    for job in sorted(jobs, key=lambda job: (job.begun_s, job.ended_s)):
        begun[job.agency] += 1
        left = [agency for agency in AGENCIES if begun[agency] < total[agency]]
        if len(left) > 1:
            counts = [begun[agency] for agency in left]
            worst = max(worst, max(counts) - min(counts))
    return worst


def fairness(jobs: list) -> float:
    """Return Jain's index of how many runs each agency had when half had begun; 1 is even.

    Jain, Chiu and Hawe, A quantitative measure of fairness and discrimination (DEC-TR-301, 1984).
    """
    begun = sorted(jobs, key=lambda job: (job.begun_s, job.ended_s))[: len(jobs) // 2]
    counts = [sum(job.agency == agency for job in begun) for agency in AGENCIES]
    return round(sum(counts) ** 2 / (len(counts) * sum(n * n for n in counts)), 4)


def waits(jobs: list) -> dict[str, int]:
    """Return for each agency the median of the seconds that its runs waited."""
    return {
        agency: round(
            median(job.begun_s - job.put_s for job in jobs if job.agency == agency and job.begun_s)
        )
        for agency in AGENCIES
    }


def say(name: str, **figures: object) -> None:
    print(json.dumps({"figure": name, **figures}), flush=True)


if __name__ == "__main__":
    main()
