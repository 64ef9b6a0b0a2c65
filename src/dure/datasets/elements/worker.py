"""The program inside the sandbox: ``python -m dure.datasets.elements.worker``.

It reads ``/in/plan`` (what to do), ``/in/elements`` (a canonical document) and ``/in/table`` (Parquet), and
leaves ``/out/answer.json``, and for a table that is made to conform the stream of one
(`dure.readers.pieces`) in ``/out/table.parquet``. It never prints: the bytes are somebody's data.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from dure.datasets.elements.conforming import Conformed, conform
from dure.datasets.elements.element import ElementSet, from_bytes
from dure.datasets.elements.errors import ElementsError
from dure.datasets.elements.mapping import parse
from dure.readers.pieces import PieceWriter

ANSWER, TABLE = "answer.json", "table.parquet"

_Short = Annotated[str, msgspec.Meta(max_length=255)]


class Plan(msgspec.Struct, forbid_unknown_fields=True):
    """What to do.

    Parameters
    ----------
    do
        ``propose`` or ``conform``.
    table
        Name of the table, for a proposal.
    mapping
        Text of the mapping, to conform.
    """

    do: Literal["propose", "conform"]
    table: str = ""
    mapping: str = ""


class Guess(msgspec.Struct, forbid_unknown_fields=True):
    """What is proposed for a column; see `dure.datasets.elements.matching.Proposed`."""

    column: _Short
    element: _Short
    confidence: Annotated[float, msgspec.Meta(ge=0, le=1)]
    reasons: Annotated[tuple[_Short, ...], msgspec.Meta(max_length=8)]
    unit: _Short
    form: _Short


class Guessed(msgspec.Struct, forbid_unknown_fields=True):
    """What a proposal leaves."""

    columns: tuple[Guess, ...]


class Unfit(msgspec.Struct, forbid_unknown_fields=True, tag="unfit"):
    """The mapping is of another table: which column tells it, and how."""

    place: _Short
    reason: Literal["no-column", "more-columns"]


def main(folder: Path = Path("/in"), out: Path = Path("/out")) -> None:
    """Do what the plan says."""
    plan = msgspec.json.decode((folder / "plan").read_bytes(), type=Plan)
    elements = from_bytes((folder / "elements").read_bytes())
    table = folder / "table"
    answer: Guessed | Conformed | Unfit
    if plan.do == "propose":
        answer = _propose(table, elements, plan.table)
    else:
        mapping = parse(plan.mapping.encode("utf-8"))
        try:
            with (out / TABLE).open("wb") as file:
                answer = conform(table, PieceWriter(file.fileno()), mapping, elements)
        except ElementsError as error:
            known = error.facts["reason"] == "no-column"
            answer = Unfit(str(error.facts["place"]), "no-column" if known else "more-columns")
    (out / ANSWER).write_bytes(msgspec.json.encode(answer))


def _propose(table: Path, elements: ElementSet, name: str) -> Guessed:
    from dure.datasets.elements.facts import facts_of
    from dure.datasets.elements.matching import propose

    found = propose(elements, list(facts_of(table)), name)
    return Guessed(
        tuple(
            Guess(one.column, one.element, one.confidence, one.reasons, one.unit, one.form)
            for one in found
        )
    )


if __name__ == "__main__":
    main()
    # The threads of polars are not waited for: everything is written by now.
    os._exit(0)
