"""Which texts repeat another one, exactly or nearly; runs inside the sandbox.

Exactly: the same but for case, width, and how much blank is between words. Nearly: a sketch of each text says
about how many runs of five characters two of them share (`dure.datasets.corpora.sketches`). Texts of fewer
than 64 characters have too few runs to tell; of more than `MOST_TEXTS` long ones the first are looked at.
"""

from __future__ import annotations

import hashlib
import unicodedata
from array import array
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dure.datasets.corpora.sketches import SKETCH_BYTES, alike_sketches, sketch
from dure.datasets.corpora.statistics import EXAMPLES, Lengths, TextStatistics
from dure.datasets.inspect.statistics import Histogram
from dure.readers.corpora.documents import Document

SHORTEST = 64
MOST_TEXTS = 1 << 19
"""Long texts of which a sketch is kept: 64 MiB of sketches."""

_BINS, _HIGH = 24, 8.0
_MOST_MARKS = 30


class Likeness:
    """Takes the documents of a corpus one by one, and keeps some numbers of each."""

    def __init__(self) -> None:
        self._exact, self._sketches = array("Q"), bytearray()
        self._lengths, self._parts = array("q"), array("l")
        self._marks = bytearray()
        self._all_sketched = True
        self._numbers: dict[str, int] = {}

    def watch(self, document: Document, split: str, _: int) -> None:
        """Take one document and the part that it belongs to."""
        plain = plain_text(document.text)
        digest = hashlib.blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        self._exact.append(int.from_bytes(digest))
        sketched = len(plain) >= SHORTEST
        if sketched and len(self._sketches) >= MOST_TEXTS * SKETCH_BYTES:
            self._all_sketched = sketched = False
        if sketched:
            self._sketches += sketch(plain)
        self._marks.append(sketched + 2 * bool(plain))
        self._lengths.append(len(document.text))
        number = self._numbers.setdefault(split, len(self._numbers)) if split else -1
        self._parts.append(number)

    def statistics(self, spans: NDArray[np.int64]) -> TextStatistics:
        """Return what was measured; ``spans`` are the lengths of all spans."""
        lengths = np.frombuffer(self._lengths, np.int64)
        counts: dict[str, int] = {}
        examples: dict[str, tuple[int, ...]] = {}

        def note(code: str, places: NDArray[np.int64]) -> None:
            if len(places):
                counts[code] = len(places)
                examples[code] = tuple((places[:EXAMPLES] + 1).tolist())

        marks = np.frombuffer(self._marks, np.uint8)
        parts = np.frombuffer(self._parts, np.dtype("l")).astype(np.int64)
        exact = _groups(np.frombuffer(self._exact, np.uint64), np.flatnonzero(marks & 2))
        copies = _later(exact)
        note("copies", copies)
        note("copies-across", _across(exact, parts))
        some = np.flatnonzero(marks & 1)
        sketches = np.frombuffer(self._sketches, np.uint8).reshape(-1, SKETCH_BYTES)
        found = alike_sketches(sketches)
        near = _groups(found.groups.astype(np.uint64), some)
        alone = np.isin(near[1], copies, invert=True)
        nearly = near[0][alone], near[1][alone]
        note("near", _later(nearly))
        note("near-across", np.setdiff1d(_across(nearly, parts), _across(exact, parts)))
        return TextStatistics(
            characters=int(lengths.sum()),
            texts=_spread(lengths),
            spans=_spread(spans) if len(spans) else None,
            counts=counts,
            examples=examples,
            searched_whole=found.whole and self._all_sketched,
        )


Grouped = tuple[NDArray[np.uint64], NDArray[np.int64]]
"""Group of each of some documents, and the places of these."""


def plain_text(text: str) -> str:
    r"""Return a text without case, width, more than one blank and more than 30 marks in a row.

    Putting the marks on a letter in order takes the square of their number, and a text may be nothing else.
    No letter of any language has more than 30 (UAX #15, stream-safe text format).

    Examples
    --------
    >>> plain_text("ＡＩＳ\n  Track ")
    'ais track'
    """
    safe = text if text.isascii() else _with_few_marks(text)
    return " ".join(unicodedata.normalize("NFKC", safe).casefold().split())


def _with_few_marks(text: str) -> str:
    """Return a text in which no run of combining marks is longer than 30."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    table = _marks()
    marked = table[np.minimum(codes, len(table) - 1)]
    if marked.sum() <= _MOST_MARKS:
        return text
    places = np.arange(len(codes))
    before = np.maximum.accumulate(np.where(marked, -1, places))
    kept = codes[places - before <= _MOST_MARKS]
    return kept.tobytes().decode("utf-32-le", "surrogatepass")


@cache
def _marks() -> NDArray[np.bool_]:
    """Return which characters are combining marks, or become some; none is past plane 1."""
    parts = (unicodedata.normalize("NFKD", char) for char in map(chr, range(0x20000)))
    return np.array([unicodedata.combining(one[0]) > 0 for one in parts])


def _groups(keys: NDArray[np.uint64], places: NDArray[np.int64]) -> Grouped:
    return (keys[places] if len(keys) != len(places) else keys), places


def _later(grouped: Grouped) -> NDArray[np.int64]:
    """Return the places of documents that have an earlier one in their group."""
    keys, places = grouped
    _, first = np.unique(keys, return_index=True)
    return np.setdiff1d(places, places[first])


def _across(grouped: Grouped, parts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the places of documents outside the largest part whose group reaches into another part.

    A negative part is none: of these documents nobody said where they belong.
    """
    said = parts[grouped[1]] >= 0
    keys, places = grouped[0][said], grouped[1][said]
    if not len(keys):
        return np.zeros(0, np.int64)
    main = np.bincount(parts[parts >= 0]).argmax()
    _, group = np.unique(keys, return_inverse=True)
    of = parts[places]
    least, most = np.full(group.max() + 1, len(parts)), np.full(group.max() + 1, -1)
    np.minimum.at(least, group, of)
    np.maximum.at(most, group, of)
    found: NDArray[np.int64] = places[(least < most)[group] & (of != main)]
    return found


def _spread(values: NDArray[np.int64]) -> Lengths:
    counts, _ = np.histogram(np.log10(np.maximum(values, 1)), _BINS, (0, _HIGH))
    ordered = np.sort(values)
    return Lengths(
        least=int(ordered[0]),
        median=int(ordered[len(ordered) // 2]),
        most=int(ordered[-1]),
        histogram=Histogram(0, _HIGH, tuple(counts.tolist()), 0, 0),
    )
