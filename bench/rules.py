"""Ten rules with failing-row samples on a mixed table, beside Great Expectations, pandera and pointblank.

Everybody starts from the same Parquet file and ends with, for each rule, whether it holds, how many rows
break it, and the first of them. Each peer runs as its own documents advise, in its fastest form here:
Great Expectations on pandas with summaries, pandera lazily on polars (and on pandas), pointblank on
polars with the first ten rows of each extract. All have a warm process and all cores, and take turns; the
numbers of failing rows are compared, so that all do the same work. Ours is the check itself; the line
`in the sandbox` is what a steward waits for, with the file parsed and checked in there.

The peers live in an environment of their own: great_expectations, pandera[polars,pandas], pointblank,
pyarrow. Prints one JSON object per figure.

    python bench/rules.py --peers /path/to/venv/bin/python [--rounds 5] [--rows 1000000] [--table FILE]
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PART = "NSN-[0-9]{4}-[0-9]{2}-[0-9]{3}"
STATUS = ["정상", "점검", "고장", "대기"]
FIRST, LAST = dt.date(2024, 1, 1), dt.date(2026, 1, 1)
SAMPLES = 10


def contract() -> Any:
    from dure.datasets.rules import forms
    from dure.datasets.rules.contract import Contract

    return Contract(
        (
            forms.Unique(columns=("record_id",)),
            forms.NotNull(column="unit"),
            forms.Pattern(column="part_no", pattern=PART),
            forms.Within(column="quantity", min=0, max=8),
            forms.Allowed(column="status", values=tuple(STATUS)),
            forms.Within(column="sensor_temp", min=10, max=110),
            forms.Length(column="note", min=1, max=60),
            forms.Within(column="due_date", min=FIRST, max=LAST),
            forms.Unique(columns=("serial_no",)),
            forms.Within(column="latitude", min=33, max=38),
        )
    )


def dure(table: str) -> list[int]:
    from dure.datasets.rules.checking import check

    return _counts(check(Path(table), contract(), samples=SAMPLES))


def dure_in_the_sandbox(table: str) -> list[int]:
    from dure.datasets.rules.sandboxed import check_file

    return _counts(check_file(Path(table), contract(), samples=SAMPLES))


def _counts(outcomes: Any) -> list[int]:
    assert all(len(one.samples) == min(SAMPLES, one.failing) for one in outcomes)
    return [one.failing for one in outcomes]


def great_expectations(table: str) -> list[int]:
    import great_expectations as gx
    import great_expectations.expectations as gxe
    import pandas as pd

    frame = pd.read_parquet(table)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("s")
    batch = source.add_dataframe_asset("a").add_batch_definition_whole_dataframe("b")
    suite = gx.ExpectationSuite(
        "rules",
        expectations=[
            gxe.ExpectColumnValuesToBeUnique(column="record_id"),
            gxe.ExpectColumnValuesToNotBeNull(column="unit"),
            gxe.ExpectColumnValuesToMatchRegex(column="part_no", regex=f"^{PART}$"),
            gxe.ExpectColumnValuesToBeBetween(column="quantity", min_value=0, max_value=8),
            gxe.ExpectColumnValuesToBeInSet(column="status", value_set=STATUS),
            gxe.ExpectColumnValuesToBeBetween(column="sensor_temp", min_value=10, max_value=110),
            gxe.ExpectColumnValueLengthsToBeBetween(column="note", min_value=1, max_value=60),
            gxe.ExpectColumnValuesToBeBetween(column="due_date", min_value=FIRST, max_value=LAST),
            gxe.ExpectColumnValuesToBeUnique(column="serial_no"),
            gxe.ExpectColumnValuesToBeBetween(column="latitude", min_value=33, max_value=38),
        ],
    )
    checked = batch.get_batch({"dataframe": frame}).validate(suite, result_format="SUMMARY")
    assert len(checked.results) == 10
    return [one.result["unexpected_count"] for one in checked.results]


def _pandera(pandera: Any, frame: Any, read: Callable[[Any], Any]) -> list[int]:
    check = pandera.Check
    rules: list[tuple[str, dict[str, Any]]] = [
        ("record_id", {"unique": True}),
        ("unit", {"nullable": False}),
        ("part_no", {"checks": check.str_matches(f"^{PART}$")}),
        ("quantity", {"checks": check.in_range(0, 8)}),
        ("status", {"checks": check.isin(STATUS)}),
        ("sensor_temp", {"checks": check.in_range(10, 110), "nullable": True}),
        ("note", {"checks": check.str_length(1, 60)}),
        ("due_date", {"checks": check.in_range(FIRST, LAST), "nullable": True}),
        ("serial_no", {"unique": True}),
        ("latitude", {"checks": check.in_range(33, 38)}),
    ]
    schema = pandera.DataFrameSchema(
        {name: pandera.Column(**{"nullable": True, **more}) for name, more in rules}
    )
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        found = read(error.failure_cases)
    return [found.get(name, 0) for name, _ in rules]


def pandera_polars(table: str) -> list[int]:
    import pandera.polars as pandera
    import polars as pl

    return _pandera(
        pandera, pl.read_parquet(table), lambda cases: dict(cases["column"].value_counts().rows())
    )


def pandera_pandas(table: str) -> list[int]:
    import pandas as pd
    import pandera.pandas as pandera

    return _pandera(
        pandera, pd.read_parquet(table), lambda cases: dict(cases["column"].value_counts())
    )


def pointblank(table: str) -> list[int]:
    import pointblank as pb
    import polars as pl

    done = (
        pb.Validate(pl.read_parquet(table))
        .rows_distinct(columns_subset="record_id")
        .col_vals_not_null("unit")
        .col_vals_regex("part_no", f"^{PART}$", na_pass=True)
        .col_vals_between("quantity", 0, 8, na_pass=True)
        .col_vals_in_set("status", STATUS)
        .col_vals_between("sensor_temp", 10, 110, na_pass=True)
        .col_vals_str_len("note", min_val=1, max_val=60, na_pass=True)
        .col_vals_between("due_date", FIRST, LAST, na_pass=True)
        .rows_distinct(columns_subset="serial_no")
        .col_vals_between("latitude", 33, 38, na_pass=True)
        .interrogate(get_first_n=SAMPLES)
    )
    assert len(done.get_data_extracts()) == 10
    return list(done.n_failed().values())


OURS = (dure, dure_in_the_sandbox)
PEERS = (great_expectations, pandera_polars, pandera_pandas, pointblank)


def serve(name: str, table: str) -> None:
    """Run one engine whenever a line comes; print the seconds and the counts."""
    from importlib.metadata import version

    engine = globals()[name]
    package = name.removesuffix("_polars").removesuffix("_pandas")
    known = "" if engine in OURS else version(package)
    print(json.dumps({"version": known}), flush=True)
    for _ in sys.stdin:
        began = time.perf_counter()
        counts = engine(table)
        taken = time.perf_counter() - began
        print(json.dumps({"s": taken, "failing": [int(one) for one in counts]}), flush=True)


class Engine:
    """One engine in a process of its own, warm from its first round on."""

    def __init__(self, name: str, python: str, table: Path) -> None:
        self.name, self.taken, self.failing = name, list[float](), list[int]()
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
        self.failing = said["failing"]
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
        help="the interpreter that has the peers; without it, DURE_BENCH_PEERS, or ours alone",
    )
    parser.add_argument("--rounds", type=int, default=5, help="measured rounds, 5 or more")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument(
        "--table", type=Path, default=None, help="the table, if it is there already"
    )
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
        peers = PEERS if given.peers else ()
        engines += [Engine(one.__name__, given.peers, table) for one in peers]
        for turn in range(given.rounds + 1):
            for engine in engines:
                engine.round(measured=turn > 0)
        for engine in engines:
            engine.close()
        report(engines, table, given.rounds)


def report(engines: list[Engine], table: Path, rounds: int) -> None:
    import pyarrow.parquet as pq

    ours = statistics.median(engines[0].taken)
    for engine in engines[1:]:
        taken = statistics.median(engine.taken)
        figure = {
            "figure": "ten rules with failing-row samples",
            "rows": pq.ParquetFile(table).metadata.num_rows,
            "peer": f"{engine.name} {engine.version}".strip(),
            "ours_s": round(ours, 3),
            "peer_s": round(taken, 3),
            "times_faster": round(taken / ours, 1),
            "same_rows_found": engine.failing == engines[0].failing,
            "failing": engine.failing,
            "rounds": rounds,
        }
        print(json.dumps(figure))


if __name__ == "__main__":
    main()
