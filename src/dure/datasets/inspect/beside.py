"""The search for personal data, beside the measuring: in a process of its own, inside the sandbox.

It compiles its patterns while the file is still being read, begins when the table is there, and leaves
what it found as JSON. The search is Python in good part, so a thread would wait for the measuring and make
it wait; a process has also memory of its own. What it takes it imports itself, for the same reason.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


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
            _search(waiting, table, answer, recognise=recognise)
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


def _search(waiting: int, table: Path, answer: Path, *, recognise: bool) -> None:
    """Make ready, wait for the word, search, and leave the answer; without the word there is none."""
    from dure.datasets.inspect.gathering import Source
    from dure.datasets.inspect.searching import search
    from dure.datasets.personal.scan import Scanner

    scanner = Scanner()
    if os.read(waiting, 1):
        found = search(Source(table), scanner, recognise=recognise)
        answer.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
