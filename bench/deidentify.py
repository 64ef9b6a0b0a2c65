"""A plan applied to a mixed table, and its k and l counted, beside pycanon on the same Parquet file.

Ours alone (nobody else does it in one step): `apply` treats six columns (a keyed pseudonym of as many
values as rows, personal data masked in notes, dates shifted by subject, bands, a mask and noise), counts
classes before and after, and scans what comes out; `in the sandbox` is what a steward waits for, with
the file parsed and treated in there.

Equal work: both read the same four quasi-identifiers and one sensitive column of the same Parquet file
and say k and l; the answers are compared. All have a warm process and all cores, and take turns.

The peer lives in an environment of its own: pycanon, pyarrow. Prints one JSON object per figure.

    python bench/deidentify.py --peers /path/to/venv/bin/python [--rounds 5] [--rows 1000000]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
QUASI = ("unit", "quantity", "status", "is_urgent")
SENSITIVE = "part_no"
PLAN = """deidentify = 1
purpose = "trial"
quasi = ["unit", "quantity", "status", "is_urgent"]
sensitive = ["part_no"]
[[column]]
method = "pseudonym"
name = "serial_no"
[[column]]
method = "mask-personal"
name = "note"
[[column]]
method = "date-shift"
name = "due_date"
subject = "unit"
[[column]]
method = "generalise"
name = "quantity"
width = 5
[[column]]
method = "mask"
name = "part_no"
keep_first = 8
[[column]]
method = "noise"
name = "sensor_temp"
scale = 0.5
"""


def dure_classes(table: str) -> list[int]:
    from dure.datasets.deidentify.risk import measure

    found = measure(Path(table), QUASI, (SENSITIVE,))
    return [found.least, found.diversity[0].least]


def pycanon_classes(table: str) -> list[int]:
    import pandas as pd
    from pycanon import anonymity

    frame = pd.read_parquet(table, columns=[*QUASI, SENSITIVE])
    return [
        int(anonymity.k_anonymity(frame, list(QUASI))),
        int(anonymity.l_diversity(frame, list(QUASI), [SENSITIVE])),
    ]


def apply(table: str) -> list[int]:
    from dure.datasets.deidentify.plan import parse
    from dure.datasets.deidentify.treating import treat
    from dure.datasets.personal.scan import Scanner
    from dure.datasets.personal.tables import search

    plan = parse(PLAN.encode())
    keys = {element: bytes(32) for element in plan.elements}
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "out.parquet")
        done = treat(Path(table), plan, keys, target)
        left = search(target, Scanner())
    return [done.before.least, done.after.least, sum(one.hits for one in left)]


def apply_in_the_sandbox(table: str) -> list[int]:
    from dure.datasets.deidentify.plan import parse
    from dure.datasets.deidentify.sandboxed import any_keys, treat_table
    from dure.readers.parse import parse as parse_file

    plan, found = parse(PLAN.encode()), list[Any]()

    def take(_: Any, blocks: Any) -> None:
        assert sum(map(len, blocks))

    def sink(blocks: Any) -> None:
        found.append(treat_table(blocks, plan, any_keys(plan), take))

    parse_file(Path(table), "parquet", sink=sink)
    return [found[0].before.least, found[0].after.least, sum(one.hits for one in found[0].left)]


OURS = (dure_classes, apply, apply_in_the_sandbox)
PEERS = (pycanon_classes,)


def serve(name: str, table: str) -> None:
    """Run one engine whenever a line comes; print the seconds and what it found."""
    from importlib.metadata import version

    engine = globals()[name]
    print(json.dumps({"version": "" if engine in OURS else version("pycanon")}), flush=True)
    for _ in sys.stdin:
        began = time.perf_counter()
        found = engine(table)
        taken = time.perf_counter() - began
        print(json.dumps({"s": taken, "found": found}), flush=True)


class Engine:
    """One engine in a process of its own, warm from its first round on."""

    def __init__(self, name: str, python: str, table: Path) -> None:
        self.name, self.taken, self.found = name, list[float](), list[int]()
        self._process = subprocess.Popen(
            [python, str(Path(__file__).resolve()), "--serve", name, "--table", str(table)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        )
        self.version = self._read()["version"]

    def round(self, measured: bool) -> None:
        assert self._process.stdin is not None
        print(file=self._process.stdin, flush=True)
        said = self._read()
        self.found = said["found"]
        if measured:
            self.taken.append(said["s"])

    def close(self) -> None:
        self._process.communicate()

    def _read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} ended; are its packages in that environment?")
        return json.loads(line)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--peers",
        default=os.environ.get("DURE_BENCH_PEERS", ""),
        help="the interpreter that has the peer; without it, DURE_BENCH_PEERS, or ours alone",
    )
    parser.add_argument("--rounds", type=int, default=5, help="measured rounds, 5 or more")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--table", type=Path, default=None, help="the table, if it is there")
    parser.add_argument("--serve", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve, str(given.table))
        return
    if given.rounds < 5:
        parser.error("a median of fewer than 5 rounds says little")
    with tempfile.TemporaryDirectory() as folder:
        table = given.table
        if table is None:
            from mixed_table import write

            table = write(Path(folder, "table.parquet"), given.rows)
        engines = [Engine(one.__name__, sys.executable, table) for one in OURS]
        if given.peers:
            engines += [Engine(one.__name__, given.peers, table) for one in PEERS]
        for turn in range(given.rounds + 1):
            for engine in engines:
                engine.round(measured=turn > 0)
        for engine in engines:
            engine.close()
        report(engines, given.rounds)


def report(engines: list[Engine], rounds: int) -> None:
    known = {engine.name: engine for engine in engines}
    ours = known["dure_classes"]
    for engine in engines:
        told = {
            "name": engine.name,
            "version": engine.version,
            "median_s": round(statistics.median(engine.taken), 4),
            "spread_s": [round(min(engine.taken), 4), round(max(engine.taken), 4)],
            "rounds": rounds,
            "found": engine.found,
        }
        if engine.name.startswith("pycanon"):
            assert engine.found == ours.found, "the peer did other work"
            ratio = statistics.median(engine.taken) / statistics.median(ours.taken)
            told["times_ours"] = round(ratio, 1)
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
