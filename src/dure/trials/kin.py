"""Which benchmarks ask for the same targets: what was told on one counts on the others.

A steward makes a benchmark anew for good reasons: other features, another name, the next version of the
data set. Its targets are the old ones for the most part, and so whoever asks on both has asked twice.
Two benchmarks with one target column are *kin* when

- they have one answer key, or
- they are of one table, and the split of one must hold a tenth of the other's test rows, or
- scoring once found a tenth of the fewer test rows in the other, by digests of the rows.

What one knows of the other's rows through a third is not counted.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from dure.governance.house import House
from dure.storage.tables import FACTS, PARENTS
from dure.trials.definition import SPLIT_PARTS, Definition
from dure.trials.overlap import SHARED
from dure.trials.tables import BENCHMARKS, RUNS

NOTED = "shared"
"""Name of the fact of a run's diagnosis that names benchmarks whose test rows scoring found."""


@dataclass(frozen=True, slots=True)
class Relative:
    """A benchmark among those of one target column.

    Parameters
    ----------
    id, answers
        The benchmark, and its answer key.
    definition
        What it asks.
    tables
        What it was split from.
    """

    id: str
    answers: str
    definition: Definition
    tables: frozenset[str]


def relatives(house: House, benchmark_id: str) -> tuple[Relative, tuple[Relative, ...]]:
    """Return a benchmark, and the others of this node with its target column, the latest first."""
    newest = select(BENCHMARKS).order_by(BENCHMARKS.c.prepared_at.desc(), BENCHMARKS.c.asset_id)
    above = select(PARENTS.c.asset_id, PARENTS.c.parent_id).where(
        PARENTS.c.asset_id.in_(select(BENCHMARKS.c.train_id))
    )
    tables = defaultdict(set)
    with house.database.read() as connection:
        rows = connection.execute(newest).all()
        for part, table in connection.execute(above):
            tables[part].add(str(table))
    every = [
        Relative(
            str(row.asset_id),
            str(row.answers_id),
            Definition.from_dict(json.loads(row.definition)),
            frozenset(tables[row.train_id]),
        )
        for row in rows
    ]
    (this,) = (each for each in every if each.id == benchmark_id)
    target = this.definition.target
    return this, tuple(
        each for each in every if each.definition.target == target and each.id != benchmark_id
    )


def kin_of(house: House, benchmark_id: str) -> frozenset[str]:
    """Return the benchmarks that ask for the same targets as one, itself among them."""
    this, others = relatives(house, benchmark_id)
    noted = _noted(house, benchmark_id)
    near = {each.id for each in others if each.id in noted or _of_one_table(this, each)}
    return frozenset({benchmark_id} | near)


def noted(shared: Iterable[str]) -> Mapping[str, str]:
    """Return the facts that a run's diagnosis carries of what scoring found."""
    names = " ".join(shared)
    return {NOTED: names} if names else {}


def _of_one_table(this: Relative, other: Relative) -> bool:
    if this.answers == other.answers:
        return True
    if not this.tables & other.tables:
        return False
    one, two = this.definition, other.definition
    # Of one drawing, and of the latest rows, the fewer are among the more.
    nested = one.time == two.time if one.time or two.time else one.seed == two.seed
    return nested or max(one.test_permille, two.test_permille) >= SPLIT_PARTS * SHARED


def _noted(house: House, benchmark_id: str) -> set[str]:
    """Return the benchmarks that were found to share rows with one, on either side."""
    facts = select(RUNS.c.benchmark_id, FACTS.c.value).where(
        FACTS.c.asset_id == RUNS.c.diagnosis_id, FACTS.c.name == NOTED
    )
    with house.database.read() as connection:
        told = [(str(here), set(value.split())) for here, value in connection.execute(facts)]
    there = {name for here, names in told if here == benchmark_id for name in names}
    return there | {here for here, names in told if benchmark_id in names}
