"""Garbage: what crashes leave behind, found and removed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import func, select

from dure.storage.vault.index import Index
from dure.storage.vault.pages import PageFiles
from dure.storage.vault.shelf import MOST_LISTED
from dure.storage.vault.tables import PAGES, VERSIONS
from dure.storage.vault.versions import drop_version

_SOME = 1000


@dataclass(frozen=True, slots=True)
class Garbage:
    """How much garbage was found or removed.

    Parameters
    ----------
    drafts
        Versions that were never finished.
    files
        Page files without a row, and files half written.
    """

    drafts: int
    files: int


def orphans(index: Index, page_files: PageFiles) -> Iterator[str]:
    """Yield the names of page files that no row has."""
    with index.db.read() as connection:
        recorded_pages = connection.execute(select(func.count()).select_from(PAGES)).scalar_one()
    names = page_files.shelf.names(MOST_LISTED + int(recorded_pages))
    while some := list(islice(names, _SOME)):
        with index.db.read() as connection:
            recorded = index.recorded(connection, some)
        yield from (name for name in some if name not in recorded)


def count_drafts(index: Index) -> int:
    """Return how many drafts there are."""
    with index.db.read() as connection:
        drafts = select(func.count()).select_from(VERSIONS).where(VERSIONS.c.handle.is_(None))
        return int(connection.execute(drafts).scalar_one())


def collect(index: Index, page_files: PageFiles) -> Garbage:
    """Remove all garbage. The caller has the vault alone.

    Raises
    ------
    StorageError
        ``storage.database``, and what the shelf refuses.
    """
    drafts = count_drafts(index)
    removed = drop_version(index, page_files, VERSIONS.c.handle.is_(None)) if drafts else 0
    removed += page_files.shelf.remove_half_written()
    for name in orphans(index, page_files):
        page_files.remove([name])
        removed += 1
    return Garbage(drafts, removed)
