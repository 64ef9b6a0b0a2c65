"""Spans against the texts that they lie in: each in a document that is there, and within its text."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dure.core.findings import Finding
from dure.core.text import printable
from dure.datasets.verify.held import Tables, place_of
from dure.datasets.verify.stating import StatedRecords, Stating
from dure.datasets.verify.words import finding

_ROWS = 1 << 13
_TEXTS = ("document", "text", "characters")
_SPANS = ("document", "start", "end")


def match_spans(tables: Tables, said: Stating, spans: StatedRecords) -> Iterator[Finding]:
    """Yield how the spans of a corpus differ from its texts.

    Parameters
    ----------
    tables
        Both tables, as the sandbox read them.
    said
        What the document says.
    spans
        The record set of the spans; another one is that of the texts.
    """
    texts = next((one for one in said.records if one.name == spans.spans_of), None)
    place = place_of(said, spans)
    above = None if texts is None else place_of(said, texts)
    if not place or not above:
        yield finding("no-texts", printable(spans.name))
        return
    lengths = _lengths(tables, above)
    wrong = None if lengths is None else _differences(tables, place, lengths)
    if lengths is None or wrong is None:
        yield finding("no-texts", printable(spans.name))
        return
    if (lengths < 0).any():
        number = int(np.flatnonzero(lengths < 0)[0]) + 1
        yield finding("span-text", printable(above), str(number))
    for code, row in wrong:
        yield finding(code, printable(place), str(row))


def _lengths(tables: Tables, place: str) -> NDArray[np.int64] | None:
    """Return the characters of each text, negative where its row says otherwise; None for no texts."""
    found: list[NDArray[np.int64]] = []

    def look(batch: pa.RecordBatch) -> None:
        numbers = sum(map(len, found)) + np.arange(1, len(batch) + 1)
        texts = batch.column("text")
        if not pa.types.is_string(texts.type):
            raise pa.ArrowInvalid("no texts")
        real = _whole(pc.utf8_length(texts))
        agree = (_whole(batch.column("characters")) == real) & (
            _whole(batch.column("document")) == numbers
        )
        found.append(np.where(agree, real, -1))

    if not tables.each(place, _TEXTS, look):
        return None
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def _differences(
    tables: Tables, place: str, lengths: NDArray[np.int64]
) -> list[tuple[str, int]] | None:
    """Return the first row, from 1, of each kind of wrong span."""
    first: dict[str, int] = {}
    rows = [0]

    def look(batch: pa.RecordBatch) -> None:
        documents, starts, ends = (_whole(batch.column(name)) for name in _SPANS)
        known = (documents >= 1) & (documents <= len(lengths))
        room = np.zeros(len(batch), np.int64)
        room[known] = lengths[documents[known] - 1]
        fits = (starts >= 0) & (starts < ends) & (ends <= np.abs(room))
        for code, wrong in (("span-document", ~known), ("span-range", known & ~fits)):
            if wrong.any():
                first.setdefault(code, rows[0] + int(np.flatnonzero(wrong)[0]) + 1)
        rows[0] += len(batch)

    return list(first.items()) if tables.each(place, _SPANS, look) else None


def _whole(values: pa.Array) -> NDArray[np.int64]:
    """Return whole numbers, -1 where there is none."""
    found: NDArray[np.int64] = values.cast(pa.int64()).fill_null(-1).to_numpy()
    return found
