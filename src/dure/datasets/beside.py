"""Work beside a stream: the same blocks go on, and to a second reader in a thread of its own.

A table is never stored to be looked at twice: each block goes to two places, the one that seals it and
the one that looks. Whoever waits for the answer before he takes the last block can still abandon what
he has.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from dure.sandbox.feeding import wide_pipe

T = TypeVar("T")


class Beside(threading.Thread, Generic[T]):
    """Work on a stream, fed through a pipe.

    Parameters
    ----------
    work
        Takes a readable descriptor, reads it to its end, and returns the answer.
    """

    def __init__(self, work: Callable[[int], T]) -> None:
        super().__init__(name="dure-beside", daemon=True)
        self._work = work
        self._theirs, self._ours = wide_pipe()
        self._open = True
        self._found: list[T] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        """Do the work; called by the thread."""
        try:
            self._found.append(self._work(self._theirs))
        except BaseException as error:  # noqa: BLE001 (raised again in the caller's thread)
            self._error = error
        finally:
            os.close(self._theirs)  # from now on feeding ends with a broken pipe

    def feed(self, block: bytes) -> None:
        """Hand over the next block."""
        view = memoryview(block)
        with contextlib.suppress(BrokenPipeError):  # the answer says why
            while view:
                view = view[os.write(self._ours, view) :]

    def answer(self) -> T:
        """End the stream here and return what the work found, or raise what it raised."""
        self.abandon()
        if self._error is not None:
            raise self._error
        return self._found[0]

    def abandon(self) -> None:
        """End the stream here and wait; half a table is no Parquet, so it is never found in order."""
        if self._open:
            self._open = False
            os.close(self._ours)
        if self.ident is not None:
            self.join()
