"""Kin: which pages of an earlier version the pages of a new one resemble.

Two versions of a table have their pages in the same order, most of them the same. So a cursor walks
along the earlier version: a page that the vault has moves it there; one that is new is tried as a patch
on the page at the cursor, then on its neighbours when that was no good.
"""

from __future__ import annotations

from dure.storage.errors import StorageError
from dure.storage.vault.index import Index
from dure.storage.vault.packing import patch
from dure.storage.vault.pages import PageFiles

_GOOD = 0.5
"""Share of a page's own packed size below which a patch is taken without trying the neighbours."""
_TAKEN = 0.8
_NEIGHBOURS = (0, 1, -1)


class Kin:
    """The pages of one earlier version, and where in them we are.

    Parameters
    ----------
    index, page_files
        The vault's two halves.
    page_ids
        The earlier version's pages in order.
    """

    def __init__(self, index: Index, page_files: PageFiles, page_ids: list[str]) -> None:
        self._index = index
        self._files = page_files
        self._page_ids = page_ids
        self._places = {page: place for place, page in reversed(list(enumerate(page_ids)))}
        self._at = 0

    def known(self, page_id: str) -> None:
        """Note that the next page is one that the vault has."""
        self._at = self._places.get(page_id, self._at) + 1

    def patched(self, content: bytes, packed_size: int) -> tuple[str, bytes] | None:
        """Return the base of the best patch for the next page, and the patch, if one is worth it."""
        best: tuple[str, bytes] | None = None
        best_place = self._at
        for step in _NEIGHBOURS:
            place = self._at + step
            if not 0 <= place < len(self._page_ids):
                continue
            base = self._base(self._page_ids[place])
            if base is None:
                continue
            found = patch(content, base[1])
            if best is None or len(found) < len(best[1]):
                best, best_place = (base[0], found), place
            if len(best[1]) < packed_size * _GOOD:
                break
        if best is None or len(best[1]) >= packed_size * _TAKEN:
            self._at += 1
            return None
        self._at = best_place + 1
        return best

    def _base(self, page_id: str) -> tuple[str, bytes] | None:
        """Return the whole page that a page is, or is a patch on; None when it is gone."""
        with self._index.db.read() as connection:
            row = self._index.page_rows(connection, [page_id]).get(page_id)
            if row is not None and row.base_id is not None:
                row = self._index.page_rows(connection, [row.base_id]).get(row.base_id)
        if row is None:
            return None
        try:
            return row.id, self._files.content(row)
        except StorageError:  # being shredded just now, or damaged: it is no help then
            return None
