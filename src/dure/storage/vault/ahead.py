"""Reading ahead: the next pages are on their way while one is being used."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from dure.storage.vault.pages import PageRow

AHEAD_BYTES = 16 * 1024 * 1024
"""Content that may be on its way; one page may always be, however long it is."""

Where = tuple[PageRow, PageRow | None]
"""A page's row, and that of the page that it is a patch on."""


def read_ahead(
    pages: Iterable[Where], content: Callable[[PageRow, PageRow | None], bytes], readers: int
) -> Iterator[bytes]:
    """Yield the content of pages, one after another.

    Parameters
    ----------
    pages
        Their rows, in order; asked for as they are needed.
    content
        What reads one; it is called in other threads when there are several readers.
    readers
        Pages to be read at a time, 1 or more.

    Raises
    ------
    StorageError
        What ``content`` raises, when that page's turn has come.
    """
    if readers == 1:
        yield from (content(row, base) for row, base in pages)
        return
    coming: deque[tuple[int, Future[bytes]]] = deque()
    held = 0
    with ThreadPoolExecutor(readers, thread_name_prefix="dure-vault") as pool:
        try:
            for row, base in pages:
                while coming and (len(coming) == readers or held + row.size > AHEAD_BYTES):
                    size, first = coming.popleft()
                    yield first.result()
                    held -= size
                coming.append((row.size, pool.submit(content, row, base)))
                held += row.size
            while coming:
                yield coming.popleft()[1].result()
        finally:
            for _, unread in coming:
                unread.cancel()
