"""Inspecting a table against its peer: fg-data-profiling in minimal mode on the same file.

Ours is the whole of ``dure datasets inspect FILE --report``: the sandbox is made, the file is copied into
it, parsed, typed, measured exactly (order statistics, different values, repeated rows), searched for
Korean personal data, judged, and written as HTML. The peer reads the file with pandas in a warm process
and writes its HTML; importing it is not counted. It does not search for personal data, and leaves out
correlations and repeated rows in minimal mode. The table is `bench.mixed_table`; memory is the largest
resident set of any one process, ours or in the sandbox. The peer lives in a virtual environment of its
own, which is never a dependency:

    python -m venv PEER && PEER/bin/pip install fg-data-profiling pyarrow
    python bench/inspection.py --peer PEER/bin/python [--rounds 5] [--rows 1000000] [--tenfold] [--folder DIR]

Without ``--peer`` only our own figures are taken. Prints one JSON object per figure.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # a program: its tree comes first
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from bench.mixed_table import write  # noqa: E402
from dure.datasets.inspect.inspection import inspect, write_report  # noqa: E402

MIB = 1 << 20
SEED = 7
PEER = """
import json, resource, sys, time
from importlib.metadata import version
from data_profiling import ProfileReport
from pandas import read_csv, read_parquet
file, report = sys.argv[1:]
began = time.perf_counter()
frame = read_csv(file) if file.endswith(".csv") else read_parquet(file)
text = ProfileReport(frame, minimal=True, progress_bar=False).to_html()
open(report, "w", encoding="utf-8").write(text)
told = {"seconds": time.perf_counter() - began, "version": version("fg-data-profiling"),
        "rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10}
print(json.dumps(told))
"""


class Memory(threading.Thread):
    """Watches the largest resident set that this process and each of its descendants ever had."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most_bytes = 0
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(0.05):
            for process in family(os.getpid()):
                self.most_bytes = max(self.most_bytes, high_water(process))


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


def high_water(process: int) -> int:
    try:
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def ours(file: Path, report: Path) -> tuple[float, int]:
    memory = Memory()
    memory.start()
    began = time.perf_counter()
    write_report(report, inspect(file, now_s=time.time()).to_html("ko"))
    seconds = time.perf_counter() - began
    memory.ended.set()
    memory.join()
    return seconds, memory.most_bytes


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
    own: list[tuple[float, int]] = []
    other: list[dict[str, float | str]] = []
    for turn in range(rounds + 1):
        taken = ours(file, folder / "ours.html")
        if turn:  # the first warms the caches
            own.append(taken)
            if peer:
                other.append(theirs(peer, file, folder / "theirs.html"))
    middle = statistics.median(seconds for seconds, _ in own)
    figure: dict[str, object] = {
        "figure": f"inspection with report: {file.name}",
        "ours_s": round(middle, 2),
        "ours_rss_mib": max(most for _, most in own) // MIB,
        "rounds": rounds,
    }
    if other:
        told = statistics.median(float(one["seconds"]) for one in other)
        figure |= {
            "peer": f"fg-data-profiling {other[0]['version']}, minimal",
            "peer_s": round(told, 2),
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
    parser.add_argument("--tenfold", action="store_true", help="also ten times the rows, once")
    parser.add_argument("--folder", type=Path, default=None, help="where to write")
    given = parser.parse_args()
    if given.rounds < 5:
        parser.error("a median of fewer than 5 rounds says little")
    with tempfile.TemporaryDirectory(dir=given.folder) as place:
        folder = Path(place)
        for ending in ("parquet", "csv"):
            file = folder / f"mixed-{given.rows}.{ending}"
            write(file, given.rows, SEED)
            middle = compare(file, folder, given.rounds, given.peer)
            file.unlink()
            if given.tenfold:
                large = folder / f"mixed-{given.rows * 10}.{ending}"
                write(large, given.rows * 10, SEED)
                seconds, most = ours(large, folder / "ours.html")
                figure = {
                    "figure": f"inspection with report: {large.name}",
                    "ours_s": round(seconds, 2),
                    "ours_rss_mib": most // MIB,
                    "times_the_tenth": round(seconds / middle, 1),
                    "rounds": 1,
                }
                print(json.dumps(figure), flush=True)
                large.unlink()


if __name__ == "__main__":
    main()
