"""The program inside the sandbox: ``python -m dure.datasets.deidentify.worker``.

It reads ``/in/work`` (what to do), ``/in/table`` (Parquet) and ``/in/keys`` (the keys of the plan's
elements, in memory that only this run sees), and leaves ``/out/answer.json`` and, when it treats a
table, the stream of one (`dure.readers.pieces`) in ``/out/table.parquet``. It never prints: the bytes
are somebody's data.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from dure.datasets.deidentify import answers
from dure.datasets.deidentify.answers import ANSWER
from dure.datasets.deidentify.coding import KEY_BYTES
from dure.datasets.deidentify.plan import Plan, parse, write
from dure.datasets.deidentify.transforming import UnfitError
from dure.datasets.personal.summary import KindSummary
from dure.readers.tables import FULL_STATUS, TABLE_NAME


class Work(msgspec.Struct, forbid_unknown_fields=True):
    """What to do.

    Parameters
    ----------
    do
        ``propose``, ``preview``, ``search`` or ``treat``.
    plan
        Text of the plan.
    rows
        Rows to preview.
    shown
        Columns whose values may be previewed as they are.
    shapes
        Shapes of service numbers, for a proposal.
    emit
        Whether the treated table is wanted, or only what is counted of it.
    """

    do: Literal["propose", "preview", "search", "treat"]
    plan: str = ""
    rows: int = 0
    shown: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    emit: bool = False


def main(
    folder: Path = Path("/in"),
    out: Path = Path("/out"),
    scratch: Path = Path("/tmp"),  # noqa: S108 (the run's own tmpfs)
) -> int:
    """Do what is asked and return the exit status."""
    work = msgspec.json.decode((folder / "work").read_bytes(), type=Work)
    try:
        answer = _answer(work, folder, out, scratch)
    except UnfitError as error:
        answer = answers.Refusal(error.column, error.reason)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EFBIG):
            return FULL_STATUS
        raise
    (out / ANSWER).write_bytes(msgspec.json.encode(answer))
    return 0


def _answer(work: Work, folder: Path, out: Path, scratch: Path) -> answers.Answer:
    table = folder / "table"
    if work.do == "propose":
        from dure.datasets.deidentify.proposing import propose

        return answers.Proposed(write(propose(table, work.shapes)))
    plan = parse(work.plan.encode("utf-8"))
    if work.do == "search":
        return answers.Searched(_search(table, plan))
    keys = _keys(plan, (folder / "keys").read_bytes())
    if work.do == "preview":
        from dure.datasets.deidentify.previewing import preview

        before, after, *rows = preview(table, plan, keys, work.rows, work.shown)
        return answers.Previewed(before.schema.names, after.schema.names, *rows)
    treated = scratch / TABLE_NAME
    answer = _treat(table, plan, keys, treated)
    if work.emit:
        from dure.readers.lasting import hand_on

        hand_on(treated, out / TABLE_NAME)
    return answer


def _treat(table: Path, plan: Plan, keys: Mapping[str, bytes], target: Path) -> answers.Treated:
    from dure.datasets.deidentify.treating import treat

    done = treat(table, plan, keys, target)
    columns = tuple(answers.Column(field.name, str(field.type)) for field in done.schema)
    return answers.Treated(
        columns, done.rows, done.left_out, done.before, done.after, _search(target, plan)
    )


def _search(table: Path, plan: Plan) -> tuple[answers.Found, ...]:
    from dure.datasets.personal.scan import Scanner
    from dure.datasets.personal.tables import search

    return tuple(map(_found, search(table, Scanner(shapes=plan.shapes))))


def _found(one: KindSummary) -> answers.Found:
    counts = (one.hits, one.rows, one.low, one.medium, one.high)
    return answers.Found(one.column, one.kind, *counts, one.examples)


def _keys(plan: Plan, content: bytes) -> dict[str, bytes]:
    """Return each element's key; they stand one behind another in the order of the elements."""
    return {
        element: content[place * KEY_BYTES : (place + 1) * KEY_BYTES]
        for place, element in enumerate(plan.elements)
    }


if __name__ == "__main__":
    status = main()
    # The threads of polars are not waited for: everything is written by now.
    os._exit(status)
