"""The program inside the sandbox: ``python -m dure.datasets.rules.worker``.

It reads ``/in/plan`` (what to do), ``/in/table`` (Parquet) and the tables that the plan names, and leaves
``/out/answer.json``. It never prints: the bytes are somebody's data.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import Literal

import msgspec

from dure.datasets.rules.contract import Contract, parse, write
from dure.datasets.rules.forms import Allowed
from dure.datasets.rules.outcomes import RuleOutcome

ANSWER = "answer.json"


class Plan(msgspec.Struct, forbid_unknown_fields=True):
    """What to do.

    Parameters
    ----------
    do
        ``check`` or ``propose``.
    contract
        Text of the contract, for a check.
    shown
        Columns whose values may be shown; those in which the scan finds something personal never are.
    samples
        How many failing rows to name for each rule.
    tables
        Name of each other table, and of its input.
    """

    do: Literal["check", "propose"]
    contract: str = ""
    shown: tuple[str, ...] = ()
    samples: int = 0
    tables: dict[str, str] = {}


class Checked(msgspec.Struct, forbid_unknown_fields=True):
    """What a check leaves."""

    outcomes: tuple[RuleOutcome, ...]


class Proposed(msgspec.Struct, forbid_unknown_fields=True):
    """What a proposal leaves: the contract's text, and how many rules found no room in it."""

    contract: str
    left_out: int


def main(folder: Path = Path("/in"), out: Path = Path("/out")) -> None:
    """Do what the plan says."""
    plan = msgspec.json.decode((folder / "plan").read_bytes(), type=Plan)
    answer = _check(plan, folder) if plan.do == "check" else _propose(folder)
    (out / ANSWER).write_bytes(msgspec.json.encode(answer))


def _check(plan: Plan, folder: Path) -> Checked:
    from dure.datasets.rules.checking import check

    return Checked(
        check(
            folder / "table",
            parse(plan.contract.encode("utf-8")),
            may_show=_harmless(folder / "table", plan.shown).__contains__,
            samples=plan.samples,
            tables={name: folder / place for name, place in plan.tables.items()},
        )
    )


def _propose(folder: Path) -> Proposed:
    from dure.datasets.rules.proposing import propose

    table = folder / "table"
    contract, left_out = propose(table)
    coded = [rule.column for rule in contract.rules if isinstance(rule, Allowed)]
    harmless = _harmless(table, coded)
    kept = tuple(
        rule for rule in contract.rules if not isinstance(rule, Allowed) or rule.column in harmless
    )
    return Proposed(write(Contract(kept)), left_out)


def _harmless(table: Path, columns: Collection[str]) -> frozenset[str]:
    """Return those of the columns in which the scan finds nothing personal, whatever a person says."""
    if not columns:
        return frozenset()
    from dure.datasets.personal.scan import Scanner
    from dure.datasets.personal.tables import search

    return frozenset(columns) - {one.column for one in search(table, Scanner(), columns)}


if __name__ == "__main__":
    main()
    # The threads of polars are not waited for: everything is written by now.
    os._exit(0)
