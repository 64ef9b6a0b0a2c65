"""The search for personal data, beside the measuring: in a process of its own, inside the sandbox.

It compiles its patterns while the file is still being read, begins when the table is there, and leaves
what it found as JSON. The search is Python in good part, so a thread would wait for the measuring and make
it wait; a process has also memory of its own.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from dure.datasets.inspect.gathering import Source
from dure.datasets.inspect.table import MOST_COLUMNS
from dure.datasets.personal.scan import Scanner
from dure.datasets.personal.summary import summarise
from dure.readers.codes import Codes
from dure.readers.meanings import described

_OFTEN = 4


class Beside:
    """A search that goes on beside something else.

    Parameters
    ----------
    table
        Where the table will be.
    answer
        Where what is found is left for `found`.
    recognise
        Whether it also looks for what an import would recognise.
    """

    def __init__(self, table: Path, answer: Path, *, recognise: bool) -> None:
        self._answer = answer
        waiting, self._word = os.pipe()
        self._child = os.fork()
        if self._child:
            os.close(waiting)
            return
        status = 1
        try:
            os.close(self._word)
            scanner = Scanner()
            if os.read(waiting, 1):
                found = search(Source(table), scanner, recognise=recognise)
                answer.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
            status = 0
        finally:
            os._exit(status)

    def begin(self) -> None:
        """Say that the table is there."""
        os.write(self._word, b"1")

    def end(self) -> int:
        """Wait until it has ended; return its exit status. It ends at once when it never began."""
        if self._child:
            os.close(self._word)
            self._status = os.waitstatus_to_exitcode(os.waitpid(self._child, 0)[1])
            self._child = 0
        return self._status

    def found(self) -> dict[str, Any]:
        """Wait, and return what `search` returned.

        Raises
        ------
        ValueError
            When it broke off: the table is damaged.
        """
        if self.end():
            raise ValueError("the search broke off")
        told: dict[str, Any] = json.loads(self._answer.read_text(encoding="utf-8"))
        return told


def search(source: Source, scanner: Scanner, *, recognise: bool) -> dict[str, Any]:
    """Return what personal data the inspected columns hold, and what an import would recognise.

    Parameters
    ----------
    source
        The table.
    scanner
        What finds personal data.
    recognise
        Whether to look for codes, roles and units, too; else there are none.
    """
    personal, recognised = [], []
    for column, field in enumerate(list(source.schema)[:MOST_COLUMNS]):
        looked = _Looked(source.batches(column), recognise)
        batches = (pa.record_batch([values], names=[field.name]) for values in _once(looked))
        personal += [asdict(one) for one in summarise(scanner.scan(batches))]
        if recognise:
            days = "date-digits" if looked.codes.has_days else ""
            told = described(field.name, field.type, looked.nulls, looked.codes, days)
            recognised.append(told)
    return {"personal": personal, "recognised": recognised}


def _once(batches: Iterable[pa.Array]) -> Iterator[pa.Array]:
    """Yield texts that come back often with a dictionary: each of them is looked at once."""
    often: bool | None = None
    for values in batches:
        if often is False or not pa.types.is_string(values.type):
            yield values
            continue
        encoded = values.dictionary_encode()
        if often is None:
            often = len(encoded.dictionary) * _OFTEN <= len(values)
        yield encoded if often else values


class _Looked:
    """Batches of a column, whose codes are noted on the way."""

    def __init__(self, batches: Iterator[pa.Array], noting: bool) -> None:
        self.codes, self.nulls = Codes(), 0
        self._batches, self._noting = batches, noting

    def __iter__(self) -> Iterator[pa.Array]:
        for values in self._batches:
            if self._noting:
                self.nulls += values.null_count
                self.codes.look(values)
            yield values
