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

from dure.datasets.personal.folding import UNUSUAL
from dure.datasets.personal.rules import Rule

Candidates = Iterator[tuple[int, int]]
"""Rows, in order, each once, with a bit for every rule that may apply (bit 0: the first)."""

_COMPACT_AT = 1 << 18
"""Reported matches after which those of the same row and rule are merged, to bound memory."""


class Engine(Protocol):
    """Finds candidate rows."""

    name: str

    def candidates(self, data: memoryview, offsets: npt.NDArray[np.int64]) -> Candidates:
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

    def candidates(self, data: memoryview, offsets: npt.NDArray[np.int64]) -> Candidates:
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
        Bytes that hyperscan is given at once; a cell beyond that is a candidate for every rule.

    Raises
    ------
    ImportError
        When hyperscan isn't there for this machine.
    """

    name = "hyperscan"

    def __init__(self, rules: Sequence[Rule], longest: int = (1 << 32) - 1) -> None:
        hyperscan: Any = importlib.import_module("hyperscan")
        self._longest = longest
        self._every = (1 << len(rules)) - 1
        self._bits = np.array([*(1 << at for at in range(len(rules))), self._every], np.int64)
        patterns = [*((rule.candidate, at) for at, rule in enumerate(rules)), (UNUSUAL, len(rules))]
        # Numbers and words in one database would take three times as long to scan.
        numbers = [each for each in patterns if each[0].startswith(b"[0-9]")]
        self._databases = []
        for group in (numbers, [each for each in patterns if each not in numbers]):
            database = hyperscan.Database()
            database.compile(
                expressions=[pattern for pattern, _ in group],
                ids=[at for _, at in group],
                elements=len(group),
                flags=0,
            )
            self._databases.append(database)

    def candidates(self, data: memoryview, offsets: npt.NDArray[np.int64]) -> Candidates:
        """Yield the rows in which a candidate pattern ends, with the bits of these patterns."""
        first, last = int(offsets[0]), int(offsets[-1])
        if last - first > self._longest:
            return iter([(row, self._every) for row in range(len(offsets) - 1)])
        patterns, ends = len(self._bits), offsets[1:] - first
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

        for database in self._databases:
            database.scan(data[first:last], match_event_handler=on_match)
        compact()
        keys = np.unique(np.concatenate(merged))
        rows, starts = np.unique(keys // patterns, return_index=True)
        bits = np.bitwise_or.reduceat(self._bits[keys % patterns], starts) if len(rows) else rows
        return iter(list(zip(rows.tolist(), bits.tolist(), strict=True)))


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
