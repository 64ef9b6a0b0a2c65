"""How long the sandbox takes to start, cold and with a spare, and what it costs while a task computes.

The peer is the same interpreter with the same command, bare. One JSON object per figure; run as
``python bench/sandbox.py``. Rounds of both alternate, so that a busy machine burdens both alike.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from dure.sandbox import kernel, spares
from dure.sandbox.box import run
from dure.sandbox.runtime import interpreter_binds, python_command
from dure.sandbox.tasks import Bind

LOOP = (
    "import time\n"
    "def work():\n"
    "    total = 0\n"
    "    for n in range({n}): total += n * n % 7\n"
    "    return total\n"
    "start = time.process_time(); work(); print(time.process_time() - start)"
)
CALLS = (
    "import os, time\n"
    "zeros = os.open('/dev/zero', os.O_RDONLY)\n"
    "start = time.process_time()\n"
    "for n in range({n}): os.read(zeros, {block})\n"
    "print(time.process_time() - start)"
)
ALLOW_ALL = struct.pack("HBBI", 0x06, 0, 0, 0x7FFF0000)
"""The shortest filter of calls there is: what it costs is the kernel's price for having one."""
TIMED = (
    "import time\n"
    "now = time.monotonic_ns()\n"
    "import numpy, pyarrow\n"
    "if __name__ == '__main__':\n"
    "    open('/out/begun', 'w').write(str(now))\n"
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


def children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def hand_off(rounds: int) -> None:
    """From the call of run to the first line of the task's own program, cold and with a spare."""
    spares._OURS = ""  # a program of the bench's own may wait in a spare
    with tempfile.TemporaryDirectory(prefix="dure-bench-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        (folder / "timed.py").write_text(TIMED)
        task = python_command(
            ["-m", "timed"],
            inputs=["given"],
            binds=[Bind(folder, "/more")],
            environment={"PYTHONPATH": "/dure:/site:/more"},
        )

        def begun_ms() -> tuple[float, float]:
            cpu_s, start = children_cpu_s(), time.monotonic_ns()
            outcome = run(task, {"given": b"x"})
            took = (int(outcome.outputs["begun"]) - start) / 1e6
            return took, (children_cpu_s() - cpu_s) * 1e3

        begun_ms()
        cold, warm = [], []
        with spares.Spares() as kept:
            for _ in range(rounds):
                cold.append(begun_ms())
                kept.prepare(task)
                if not kept.wait():
                    raise SystemExit("a spare was not ready")
                warm.append(begun_ms())
        if kept.taken != rounds:
            raise SystemExit("a spare was not taken")
    taken = sorted(one for one, _ in warm)
    figure(
        "sandbox hand-off to a spare",
        statistics.median(taken),
        "ms",
        p99_ms=round(taken[min(len(taken) - 1, int(len(taken) * 0.99))], 2),
        cold_ms=round(statistics.median(one for one, _ in cold), 2),
        cpu_ms_of_a_run=round(statistics.median(cpu for _, cpu in cold), 1),
        rounds=rounds,
        peer="the same task, cold; imports numpy and pyarrow",
        target="<= 5",
    )


def filtered() -> None:
    kernel.no_new_privileges()
    kernel.filter_calls(ALLOW_ALL)


def overhead(name: str, script: str, rounds: int, calls: int = 0) -> None:
    program = str(interpreter_binds()[0].source)
    task = python_command(["-c", script], packages=False)

    def outside(first: Callable[[], None] | None = None) -> float:
        words = [program, *FLAGS, script]
        ended = subprocess.run(words, check=True, capture_output=True, preexec_fn=first)
        return float(ended.stdout)

    inside, bare, any_filter = [], [], []
    for _ in range(rounds):
        bare.append(outside())
        inside.append(float(run(task).stdout))
        if calls:
            any_filter.append(outside(filtered))
    more = {}
    if calls:
        usual = statistics.median(bare)
        more = {
            "ns_a_call": round((statistics.median(inside) - usual) / calls * 1e9),
            "ns_of_a_filter_that_allows_all": round(
                (statistics.median(any_filter) - usual) / calls * 1e9
            ),
        }
    figure(
        name,
        (statistics.median(inside) / statistics.median(bare) - 1) * 100,
        "%",
        bare_s=round(statistics.median(bare), 3),
        least_percent=round((min(inside) / min(bare) - 1) * 100, 2),
        rounds=rounds,
        peer="the same loop, bare",
        target="<= 5",
        **more,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=21, help="runs of each kind")
    parser.add_argument("--hand-offs", type=int, default=100, help="spares taken")
    parser.add_argument("--loops", type=int, default=4_000_000, help="length of the computation")
    given = parser.parse_args()
    start_over_bare(given.rounds)
    hand_off(given.hand_offs)
    few = max(5, given.rounds // 2)
    overhead("sandbox processor overhead", LOOP.format(n=given.loops), few)
    calls = given.loops // 8
    overhead("sandbox overhead of reads of 4 KiB", CALLS.format(n=calls, block=4096), few, calls)
    overhead(
        "sandbox overhead of reads of 64 KiB",
        CALLS.format(n=calls // 2, block=65536),
        few,
        calls // 2,
    )
    sys.stdout.flush()


if __name__ == "__main__":
    main()
