"""The quick search: which rows of a column may hold something personal, and of which kind.

Hyperscan reads the UTF-8 bytes of a whole Arrow buffer at once, all rules' candidate patterns in one
pass. Rows lie in the buffer without anything between them; so a match may run from one row into the
next, which the exact search then doesn't confirm, but none is hidden by that: every end of every
match is reported. Where hyperscan can't be imported, every row with a digit or an ``@`` is a candidate
for every rule: slower, and to the same result.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from dure.datasets.personal.folding import UNUSUAL, fold
from dure.datasets.personal.rules import Rule

Candidates = Iterator[tuple[int, int]]
"""Rows, in order, each once, with a bit for every rule that may apply (bit 0: the first)."""

Offsets = npt.NDArray[np.int64]

_COMPACT_AT = 1 << 18
"""Reported matches after which those of the same row and rule are merged, to bound memory."""


class Engine(Protocol):
    """Finds candidate rows."""

    name: str

    def candidates(self, data: memoryview, offsets: Offsets) -> Candidates:
        """Yield the rows that may hold something personal.

        Parameters
        ----------
        data
            UTF-8 bytes of the rows, less than 4 GiB.
        offsets
            Where each row begins, and where the last one ends.
        """
        ...


class PlainEngine:
    """Finds candidate rows with Python's ``re``."""

    name = "re"
    _ANY = re.compile(rb"[0-9@]|\xef\xbc[\x90-\x99\xa0]")

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._every = (1 << len(rules)) - 1

    def candidates(self, data: memoryview, offsets: Offsets) -> Candidates:
        """Yield the rows that have a digit or an ``@``, for every rule."""
        ends = offsets[1:]
        at = int(offsets[0])
        while match := self._ANY.search(data, at, int(offsets[-1])):
            row = int(np.searchsorted(ends, match.start(), side="right"))
            yield row, self._every
            at = int(ends[row])


class HyperscanEngine:
    """Finds candidate rows with hyperscan.

    An engine has scratch space of its own: it serves one thread at a time.

    Parameters
    ----------
    rules
        The rules whose candidates are sought.
    longest
        Bytes that are looked at in one go; a cell beyond that is a candidate for every rule. Hyperscan
        counts to 4 GiB, and broken UTF-8 takes three times as much room when it is spelt as usual.

    Raises
    ------
    ImportError
        When hyperscan isn't there for this machine.
    """

    name = "hyperscan"

    def __init__(self, rules: Sequence[Rule], longest: int = 1 << 30) -> None:
        hyperscan: Any = importlib.import_module("hyperscan")
        self._longest = longest
        self._every = (1 << len(rules)) - 1
        self._patterns = len(rules) + 1
        self._database = hyperscan.Database()
        self._database.compile(
            expressions=[*(rule.candidate for rule in rules), UNUSUAL],
            ids=list(range(self._patterns)),
            elements=self._patterns,
            flags=0,
        )

    def candidates(self, data: memoryview, offsets: Offsets) -> Candidates:
        """Yield the rows in which a candidate pattern ends, with the bits of these patterns."""
        if int(offsets[-1] - offsets[0]) > self._longest:
            return iter([(row, self._every) for row in range(len(offsets) - 1)])
        bits = self._bits(data, offsets)
        unusual = [row for row, found in bits.items() if found > self._every]
        # What isn't spelt in ASCII is looked at again in the spelling that the patterns know.
        texts = [
            fold(str(data[offsets[row] : offsets[row + 1]], "utf-8", "replace")).encode() + b"\n"
            for row in unusual
        ]
        ends = np.cumsum([0, *map(len, texts)])
        if texts:
            again = self._bits(memoryview(b"".join(texts)), ends)
            bits |= {row: again.get(at, 0) for at, row in enumerate(unusual)}
        return ((row, found) for row, found in bits.items() if found)

    def _bits(self, data: memoryview, offsets: Offsets) -> dict[int, int]:
        """Return the rows in which a pattern ends, in order, with a bit for each such pattern."""
        first, last = int(offsets[0]), int(offsets[-1])
        patterns, ends = self._patterns, offsets[1:] - first
        found: list[int] = []
        merged: list[npt.NDArray[np.int64]] = []

        def compact() -> None:
            reported = np.array(found, dtype=np.int64)
            rows = np.searchsorted(ends, reported // patterns - 1, side="right")
            merged.append(np.unique(rows * patterns + reported % patterns))
            found.clear()

        def on_match(pattern: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found.append(end * patterns + pattern)
            if len(found) >= _COMPACT_AT:
                compact()

        self._database.scan(data[first:last], match_event_handler=on_match)
        compact()
        keys = np.unique(np.concatenate(merged)) if len(merged) > 1 else merged[0]
        if not len(keys):
            return {}
        rows, starts = np.unique(keys // patterns, return_index=True)
        bits = np.bitwise_or.reduceat(np.left_shift(1, keys % patterns), starts)
        return dict(zip(rows.tolist(), bits.tolist(), strict=True))


def engine(rules: Sequence[Rule], name: str = "") -> Engine:
    """Return the engine of a name ("hyperscan" or "re"), or the best one there is."""
    if name == PlainEngine.name:
        return PlainEngine(rules)
    try:
        return HyperscanEngine(rules)
    except ImportError:
        if name:
            raise
        return PlainEngine(rules)
