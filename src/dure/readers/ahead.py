"""Making the next while the last is used: an iterator that runs in a thread of its own."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import TypeVar

T = TypeVar("T")

_AHEAD = 2


def ahead(items: Iterator[T], most: int = _AHEAD) -> Iterator[T]:
    """Yield the same items, and end or raise as they do, while the next ones are being made.

    Parameters
    ----------
    items
        Made in another thread from now on.
    most
        How many are made ahead.

    Examples
    --------
    >>> list(ahead(iter("ab")))
    ['a', 'b']
    """
    made: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()
    room = threading.Semaphore(most)
    stopped = threading.Event()

    def work() -> None:
        try:
            while room.acquire() and not stopped.is_set():
                made.put((next(items), None))
        except BaseException as error:  # noqa: BLE001 (raised again where the items are used)
            made.put((None, error))

    thread = threading.Thread(target=work, name="dure-ahead", daemon=True)
    thread.start()
    try:
        while True:
            item, error = made.get()
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            room.release()
            yield item  # type: ignore[misc]  # there is an item where there is no error
    finally:
        stopped.set()
        room.release()
        thread.join()
