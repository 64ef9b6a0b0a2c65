"""From batches of text to typed Parquet, in one pass where the first rows tell the truth.

Each column's type is looked for over all its values. While no type changes, what has been read is
written at once; when a later value changes one, the rest is only looked at, and the text is read once
more and written with the types that hold for all of it. Either way the same file comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import pyarrow as pa

from dure.readers.ahead import ahead
from dure.readers.meanings import described
from dure.readers.pieces import Target
from dure.readers.spellings import as_type
from dure.readers.table_file import TableFile
from dure.readers.types import Guess

Batches = Callable[[], Iterator[pa.RecordBatch]]


@dataclass(frozen=True, slots=True)
class TypedTable:
    """What is known about a table that was written.

    Parameters
    ----------
    rows
        How many.
    columns
        One plain mapping for each, as `dure.readers.parse` takes them.
    """

    rows: int
    columns: list[dict[str, object]]


def write_typed(
    names: Sequence[str],
    batches: Batches,
    target: Target,
    *,
    guesses: Sequence[Guess] | None = None,
    lasting: bool = True,
) -> TypedTable:
    """Write text as typed Parquet, unless there are no rows.

    Parameters
    ----------
    names
        Of the columns.
    batches
        Begins to read: yields the columns, every one text, and the same each time.
    target
        The Parquet file; it is not written when there are no rows.
    guesses
        What each column may be; by default anything.
    lasting
        Whether the file is kept.
    """
    found = list(guesses) if guesses is not None else [Guess() for _ in names]
    rows, whole = _at_once(names, ahead(batches()), found, target, lasting)
    if rows and not whole:
        schema = _schema(names, found)
        with TableFile(target, schema, lasting) as file:
            for batch in ahead(batches()):
                columns = [as_type(*pair) for pair in zip(batch.columns, schema.types, strict=True)]
                file.write(pa.record_batch(columns, schema=schema))
    return TypedTable(rows, [_described(*pair) for pair in zip(names, found, strict=True)])


def _at_once(
    names: Sequence[str],
    batches: Iterator[pa.RecordBatch],
    guesses: list[Guess],
    target: Target,
    lasting: bool,
) -> tuple[int, bool]:
    """Look at all rows, writing them while no type changes; return how many, and whether all went."""
    rows = 0
    file: TableFile | None = None
    with ExitStack() as stack:
        for batch in batches:
            rows += len(batch)
            columns = [
                guess.look(values) for guess, values in zip(guesses, batch.columns, strict=True)
            ]
            if rows == len(batch):
                schema = _schema(names, guesses)
                file = stack.enter_context(TableFile(target, schema, lasting))
            elif file is not None and [guess.type() for guess in guesses] != schema.types:
                file.drop()
                file = None
            if file is not None:
                file.write(pa.record_batch(columns, schema=schema))
    return rows, file is not None


def _schema(names: Sequence[str], guesses: Sequence[Guess]) -> pa.Schema:
    return pa.schema(
        [pa.field(name, guess.type()) for name, guess in zip(names, guesses, strict=True)]
    )


def _described(name: str, guess: Guess) -> dict[str, object]:
    kind, beneath = guess.type(), guess.beneath()
    would_be = "" if beneath == kind else str(beneath)
    return described(name, kind, guess.nulls, guess.codes, guess.written, would_be)
