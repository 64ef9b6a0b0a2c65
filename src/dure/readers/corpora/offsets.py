"""Offsets that may count something else than characters: found out by what would stand there.

Characters here are Unicode code points. Others count the bytes of UTF-8 or the units of UTF-16; in a text
of ASCII alone all three are the same. An offset fits when it lies in the text between two characters, and
the span that it makes is what the file says stands there, or else begins a word and has no blank at its
edges. Ends say less: Korean particles follow a name without a blank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dure.readers.corpora.documents import Annotation
from dure.readers.corpora.facts import OFFSETS

MOST_DOCUMENTS = 10_000
MOST_SPANS = 1_000
ENOUGH = 5
"""Spans that must tell it where none of them lies outside its text."""
MOSTLY, SELDOM = 0.9, 0.5

_NOWHERE = -1


def in_characters(
    text: str, offsets: Sequence[int], unit: str, starts: NDArray[np.int64] | None = None
) -> list[int]:
    """Return offsets as counts of characters; -1 for one that lies within a character or outside.

    Examples
    --------
    >>> in_characters("가나 ab", [0, 3, 4, 7], "utf-8")
    [0, 1, -1, 3]
    """
    if unit == "characters" or text.isascii():
        return [one if 0 <= one <= len(text) else _NOWHERE for one in offsets]
    edges = edges_of(text, unit) if starts is None else starts
    wanted = np.clip(np.asarray(offsets, np.int64), -1, edges[-1] + 1)
    places = np.searchsorted(edges, wanted)
    places[places == len(edges)] = 0
    found: list[int] = np.where(edges[places] == wanted, places, _NOWHERE).tolist()
    return found


def edges_of(text: str, unit: str) -> NDArray[np.int64]:
    """Return where each character begins in another unit, and where the last one ends."""
    points = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    widths = 1 + (points >= 1 << 16).astype(np.int64)
    if unit == "utf-8":
        widths += (points >= 1 << 7).astype(np.int64) + (points >= 1 << 11)
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(widths)])


@dataclass(slots=True)
class Suspicion:
    """How spans fit in each unit, over the documents that are looked at.

    Parameters
    ----------
    documents
        How many were.
    strong
        Whether a span lies outside its text, or is another text than its file says.
    telling, fitting
        Unit -> how many spans would be different in it, and of these how many fit in it and as
        characters.
    """

    documents: int = 0
    strong: bool = False
    telling: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OFFSETS[1:], 0))
    fitting: dict[str, tuple[int, int]] = field(
        default_factory=lambda: dict.fromkeys(OFFSETS[1:], (0, 0))
    )

    def look(self, text: str, annotations: Sequence[Annotation], *, wrong: bool) -> None:
        """Look at a document whose offsets were taken for characters."""
        if text.isascii() or not annotations or self.documents >= MOST_DOCUMENTS * (1 + wrong):
            return
        self.documents += 1
        self.strong |= wrong
        some = [one for one in annotations[:MOST_SPANS] if len(one.fragments) == 1]
        offsets = [offset for one in some for offset in one.fragments[0]]
        for unit in OFFSETS[1:]:
            places = in_characters(text, offsets, unit)
            for at, one in enumerate(some):
                start, end = places[2 * at : 2 * at + 2]
                if (start, end) == one.fragments[0]:
                    continue
                here, there = self.fitting[unit]
                here += _fits(text, *one.fragments[0], one.claimed)
                there += _fits(text, start, end, one.claimed)
                self.telling[unit] += 1
                self.fitting[unit] = here, there

    def verdict(self) -> tuple[str, int, int]:
        """Return the unit that offsets look like, or ""; how many spans tell it, and fit as characters."""
        for unit in OFFSETS[1:]:
            telling, (here, there) = self.telling[unit], self.fitting[unit]
            enough = telling >= (1 if self.strong else ENOUGH)
            if enough and there >= MOSTLY * telling and here <= SELDOM * telling:
                return unit, telling, here
        return "", 0, 0


def _fits(text: str, start: int, end: int, claimed: str | None) -> bool:
    if not 0 <= start < end <= len(text):
        return False
    if claimed is not None:
        return text[start:end] == claimed
    begins = start == 0 or not text[start - 1].isalnum()
    return begins and not text[start].isspace() and not text[end - 1].isspace()
