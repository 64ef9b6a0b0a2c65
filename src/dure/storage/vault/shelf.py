"""Shelves: where a vault's sealed pages lie, a folder of the node's or a bucket on an S3 server.

A shelf keeps what it is given under the names that it is given, and knows nothing else: neither keys
nor which page belongs to what. All that makes a vault a vault (seals, index, transactions) stands
before it, and is the same whichever shelf there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

Sealed = tuple[str, Iterable[bytes]]
"""A page as it is put on a shelf: its name, 32 hex digits that no other page has, and its bytes."""

WRITERS = 8
"""Pages written at a time, since most of the time goes by in waiting."""
MOST_LISTED = 1_000_000
"""Things that a shelf may have beyond the pages that are known of, so that no list is endless."""
MARK = "vault.id"
"""Name of what says whose shelf it is."""


class Shelf(Protocol):
    """Where pages lie. Every verb raises a `StorageError` for what refuses."""

    readers: int
    """Pages worth reading at a time: several where most of the time goes by in waiting."""

    @property
    def where(self) -> str:
        """The shelf, for messages."""

    def create(self) -> None:
        """Make ready what pages are put into."""

    def mark(self, vault_id: str) -> None:
        """Write down whose shelf this is."""

    def marked(self) -> str:
        """Return the id of the vault whose shelf this is."""

    def put(self, pages: Sequence[Sealed]) -> None:
        """Put pages whose names begin with the same two digits; when it returns they are to stay.

        After a refusal some of them may be there: the caller removes them.
        """

    def get(self, name: str) -> bytes | None:
        """Return a page, None when there is none of that name."""

    def missing(self, names: Sequence[str]) -> set[str]:
        """Return those of these pages that are not there."""

    def remove(self, names: Iterable[str]) -> None:
        """Remove pages, half written ones too; those that are not there don't matter."""

    def names(self, most: int = MOST_LISTED) -> Iterator[str]:
        """Yield the name of every complete page; refuse to when there are more things than ``most``."""

    def half_written(self) -> int:
        """Return how many pages a crash left half written."""

    def remove_half_written(self) -> int:
        """Remove what a crash left half written; return how many. Nobody else is writing."""
