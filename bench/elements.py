"""Element mapping on tables made by others: precision and recall, one part held out.

Every table goes through the readers' own parser and is matched as `dure datasets map propose` does, but
in this process. A proposal is right when the ground truth names that element for that column. What a
column is stands in `element_truth_*.txt`; `element_tables` says when each was written. The confidence is
fitted, and its threshold chosen, on the parts for tuning alone.

Prints one JSON object a part. The packages: see `element_tables`.

    python bench/elements.py --packages /path/to/venv/lib/python3.11/site-packages
    python bench/elements.py --packages … --part development --show
    python bench/elements.py --packages … --fit        # coefficients, from the parts for tuning
    python bench/elements.py --packages … --curve      # what each threshold gives there
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from element_tables import tables

from dure.datasets.elements import matching
from dure.datasets.elements.element import ElementSet
from dure.datasets.elements.facts import ColumnFacts, facts_of
from dure.datasets.elements.reading import read_set
from dure.readers.delimited import Dialect, read_delimited
from dure.readers.faults import Fault

HERE = Path(__file__).resolve().parent
TUNING = ("development", "first", "second", "held-out")
PARTS = (*TUNING, "unseen")


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
                print(json.dumps({"table": name, "not read": fault.code}))
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


def fit(tables_: list[Table], elements: ElementSet) -> dict[str, float]:
    """Return a logistic regression's coefficients: is the best candidate right?"""
    from sklearn.linear_model import LogisticRegression

    rows, right = [], []
    for table in tables_:
        for column, found in zip(
            table.facts,
            matching.best_features(elements, table.facts, stem(table.name)),
            strict=True,
        ):
            wanted = table.truth.get(column.name, set())
            if found is None or "-" in wanted:
                continue
            element, told = found
            rows.append(list(told.values()))
            names = list(told)
            right.append(element in wanted)
    model = LogisticRegression(C=10.0, max_iter=1000).fit(rows, right)
    told = dict(zip(names, (round(float(one), 2) for one in model.coef_[0]), strict=True))
    return {"bias": round(float(model.intercept_[0]), 2), **told, "columns": len(rows)}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--packages", type=Path, required=True)
    options.add_argument("--part", choices=PARTS, default="")
    options.add_argument("--show", action="store_true")
    options.add_argument("--fit", action="store_true")
    options.add_argument("--curve", action="store_true")
    options.add_argument("--least", type=float, default=matching.LEAST_CONFIDENCE)
    chosen = options.parse_args()
    elements = read_set(HERE / "element_set.csv")
    if chosen.curve:
        found = tuning(chosen.packages)
        for step in range(32, 48, 2):
            told = judge(found, elements, step / 50).told()
            print(
                json.dumps(
                    {"least": step / 50, **{key: told[key] for key in ("precision", "recall")}}
                )
            )
        return
    if chosen.fit:
        print(json.dumps(fit(tuning(chosen.packages), elements)))
        return
    for part in (chosen.part,) if chosen.part else PARTS:
        count = judge(list(read(part, chosen.packages)), elements, chosen.least)
        for mistake in sorted(count.mistakes) if chosen.show else ():
            print(mistake)
        print(
            json.dumps(
                {"part": part, "elements in the set": len(elements.elements), **count.told()}
            )
        )


if __name__ == "__main__":
    main()
