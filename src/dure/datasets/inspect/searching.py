"""The search for personal data, and for what an import would recognise, in all columns of a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from dure.datasets.inspect.gathering import Source
from dure.datasets.inspect.table import MOST_COLUMNS
from dure.datasets.personal.scan import Scanner
from dure.datasets.personal.summary import summarise
from dure.readers.codes import Codes
from dure.readers.meanings import described

_OFTEN = 4


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
