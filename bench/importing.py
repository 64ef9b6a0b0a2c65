"""Importing a large CSV against its peer: polars reading the same file and writing zstd Parquet.

Ours is the whole import, as a steward runs it on a node whose services are up: the file is copied
into the sandbox, its encoding checked, every row held to the header's width, the types found over
all rows, written as Parquet that is kept (ADR 16), sealed into the vault page by page with an fsync
each, described in Croissant, catalogued, and told to the ledger before and after. The peer is
``polars.read_csv(null_values=["NA"])`` and ``write_parquet(compression="zstd")`` with one fsync, in
a warm process with all cores; its times stay text, for it looks at the first hundred rows only. The
two take turns on the same file; each of our rounds has a fresh copy of the node, so that nothing is
there already. The table is `bench.mixed_table`.

Memory is the largest sum, over one moment, of the resident sets of this process and all its
descendants (keeper, executor, both sandboxes); pages that several share are counted for each of them.
What they have together, each page once (proportional set sizes), is beside it. The file's copy in the
sandbox lies in a tmpfs besides, and is named; so does, about half as long, the table that the second
reading waits for. The tenfold table is imported once in a process of its own. Prints one JSON object per
figure.

    python bench/importing.py [--rounds 5] [--rows 1000000] [--tenfold] [--folder DIR]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # a program: its tree comes first
ROOT = Path(__file__).resolve().parent.parent
os.environ["PYTHONPATH"] = f"{ROOT / 'src'}{os.pathsep}{ROOT}"

from dure.sandbox.watch import tree  # noqa: E402
from tests.datasets.world import LABEL, World, found  # noqa: E402

MIB = 1 << 20
SEED = 7
PAGE = os.sysconf("SC_PAGE_SIZE")
PEER = """
import os, sys, time
import polars as pl
source, target = sys.argv[1:]
for line in sys.stdin:
    began = time.perf_counter()
    pl.read_csv(source, null_values=["NA"]).write_parquet(target, compression="zstd")
    with open(target, "rb") as written:
        os.fsync(written.fileno())
    print(time.perf_counter() - began, pl.__version__, flush=True)
"""


class Memory(threading.Thread):
    """Watches the memory of this process and its descendants, added up."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most_bytes = self.together_bytes = 0
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(0.05):
            processes = list(tree(os.getpid()))
            self.most_bytes = max(self.most_bytes, sum(map(resident, processes)))
            self.together_bytes = max(self.together_bytes, sum(map(proportional, processes)))


def resident(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


def proportional(process: int) -> int:
    try:
        words = Path(f"/proc/{process}/smaps_rollup").read_text().split()
        return int(words[words.index("Pss:") + 1]) * 1024
    except (OSError, ValueError):
        return 0


def imported(world: World, source: Path, target: Path) -> tuple[float, dict[str, float]]:
    """Import into a fresh copy of the node; return the seconds, whole and by step."""
    marks: list[tuple[str, float]] = []
    with world.copy(target).open() as node:
        node.ledger.head()  # the executor runs
        node.house.links.need("keeper")
        node.house.links.ask("keeper", "status")
        began = time.perf_counter()
        node.datasets.import_(
            source, label=LABEL, progress=lambda step: marks.append((step, time.perf_counter()))
        )
        ended = time.perf_counter()
    shutil.rmtree(target)
    ends = [at for _, at in marks[1:]] + [ended]
    return ended - began, {name: end - at for (name, at), end in zip(marks, ends, strict=True)}


def compare(world: World, source: Path, folder: Path, rounds: int) -> None:
    """Take turns with the peer, which is one warm process; print the figure."""
    ours: list[float] = []
    theirs: list[float] = []
    steps: dict[str, list[float]] = {}
    with subprocess.Popen(
        [sys.executable, "-c", PEER, str(source), str(folder / "bare.parquet")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as peer:
        assert peer.stdin is not None
        assert peer.stdout is not None
        for turn in range(rounds + 1):
            seconds, by_step = imported(world, source, folder / "node")
            peer.stdin.write("go\n")
            peer.stdin.flush()
            taken, version = peer.stdout.readline().split()
            if turn:  # the first round warms all up
                ours.append(seconds)
                theirs.append(float(taken))
                for name, value in by_step.items():
                    steps.setdefault(name, []).append(value)
        peer.stdin.close()
    own, other = statistics.median(ours), statistics.median(theirs)
    figure = {
        "figure": f"import: {source.name} to sealed Parquet and Croissant",
        "peer": f"polars {version}, read_csv + write_parquet(zstd)",
        "ours_s": round(own, 2),
        "peer_s": round(other, 2),
        "times_the_peer": round(own / other, 2),
        "bar": 3,
        "steps_s": {name: round(statistics.median(taken), 2) for name, taken in steps.items()},
        "rounds": rounds,
    }
    print(json.dumps(figure), flush=True)


def weigh(world: World, source: Path, folder: Path) -> None:
    """Import once under watch; print the figure."""
    memory = Memory()
    memory.start()
    seconds, _ = imported(world, source, folder / "node")
    memory.ended.set()
    memory.join()
    figure = {
        "figure": f"memory of an import: {source.name}",
        "rss_of_all_processes_mib": memory.most_bytes // MIB,
        "together_mib": memory.together_bytes // MIB,
        "bar_mib": 700,
        "file_in_the_sandbox_mib": source.stat().st_size // MIB,
        "ours_s": round(seconds, 1),
    }
    print(json.dumps(figure), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="measured rounds, 5 or more")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--tenfold", action="store_true", help="also ten times the rows, once")
    parser.add_argument("--folder", type=Path, default=None, help="where to write")
    parser.add_argument("--weigh", type=Path, default=None, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.rounds < 5:
        parser.error("a median of fewer than 5 rounds says little")
    with tempfile.TemporaryDirectory(dir=given.folder) as place:
        folder = Path(place)
        world = found(folder)
        if given.weigh:
            weigh(world, given.weigh, folder)
            return
        for rows in (given.rows, given.rows * 10)[: 2 if given.tenfold else 1]:
            file = folder / f"mixed-{rows}.csv"
            # What makes the table would count as ours.
            table = [sys.executable, str(ROOT / "bench/mixed_table.py"), str(file)]
            subprocess.run([*table, "--rows", str(rows), "--seed", str(SEED)], check=True)
            if rows == given.rows:
                compare(world, file, folder, given.rounds)
            own = [sys.executable, __file__, "--weigh", str(file), "--folder", str(folder)]
            subprocess.run(own, check=True)
            file.unlink()


if __name__ == "__main__":
    main()
