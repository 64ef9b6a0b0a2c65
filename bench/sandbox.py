"""How long the sandbox takes to start, and what it costs while a task computes.

The peer is the same interpreter with the same command, bare. One JSON object per figure; run as
``python bench/sandbox.py``. Rounds of both alternate, so that a busy machine burdens both alike.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import time

from dure.sandbox.box import run
from dure.sandbox.runtime import interpreter_binds, python_command

LOOP = (
    "import time\n"
    "def work():\n"
    "    total = 0\n"
    "    for n in range({n}): total += n * n % 7\n"
    "    return total\n"
    "start = time.process_time(); work(); print(time.process_time() - start)"
)
FLAGS = ["-S", "-s", "-B", "-P", "-c"]


def elapsed(action) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def figure(name: str, value: float, unit: str, **more: object) -> None:
    where = {"machine": platform.machine(), "python": platform.python_version()}
    print(json.dumps({"figure": name, "value": round(value, 3), "unit": unit, **more, **where}))


def start_over_bare(rounds: int) -> None:
    program = str(interpreter_binds()[0].source)
    task = python_command(["-c", "pass"], packages=False)
    inside, bare = [], []
    run(task)
    for _ in range(rounds):
        bare.append(elapsed(lambda: subprocess.run([program, *FLAGS, "pass"], check=True)))
        inside.append(elapsed(lambda: run(task)))
    pairs = [one - other for one, other in zip(inside, bare, strict=True)]
    figure(
        "sandbox start over bare",
        statistics.median(pairs) * 1e3,
        "ms",
        bare_ms=round(statistics.median(bare) * 1e3, 2),
        least_ms=round((min(inside) - min(bare)) * 1e3, 2),
        rounds=rounds,
        peer="the same python command, bare",
        target="<= 60",
    )


def cpu_overhead(rounds: int, loops: int) -> None:
    program = str(interpreter_binds()[0].source)
    script = LOOP.format(n=loops)
    task = python_command(["-c", script], packages=False)
    inside, bare = [], []
    for _ in range(rounds):
        ended = subprocess.run([program, *FLAGS, script], check=True, capture_output=True)
        bare.append(float(ended.stdout))
        inside.append(float(run(task).stdout))
    figure(
        "sandbox processor overhead",
        (statistics.median(inside) / statistics.median(bare) - 1) * 100,
        "%",
        bare_s=round(statistics.median(bare), 3),
        least_percent=round((min(inside) / min(bare) - 1) * 100, 2),
        rounds=rounds,
        peer="the same loop, bare",
        target="<= 5",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=21, help="runs of each kind")
    parser.add_argument("--loops", type=int, default=4_000_000, help="length of the computation")
    given = parser.parse_args()
    start_over_bare(given.rounds)
    cpu_overhead(max(5, given.rounds // 2), given.loops)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
