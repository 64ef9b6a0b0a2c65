"""Pages that lie elsewhere, as a backup sees them: copied into its folder, and put back from there.

Each page is an open file on our side, so that the work can be done by a process that may reach the
shelf and nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dure.storage.errors import StorageError, files
from dure.storage.sealed_files import write_all
from dure.storage.vault.shelf import Shelf

_CHUNK = 1 << 20


class Pages(Protocol):
    """What a backup asks of a shelf that is no folder of the node's."""

    def marked(self) -> str:
        """Return the id of the vault whose shelf it is."""

    def names(self) -> Iterator[str]:
        """Yield the name of every page."""

    def read(self, name: str, target: int) -> None:
        """Write a page to an open file."""


class NewPages(Protocol):
    """What a restore asks of a shelf that is no folder of the node's."""

    def write(self, name: str, source: int) -> None:
        """Put a page there from an open file."""

    def mark(self, vault_id: str) -> None:
        """Write down whose shelf it is; the last thing to be done."""

    def remove_all(self) -> None:
        """Remove every page."""


@dataclass(frozen=True, slots=True)
class ShelfPages:
    """The pages of a shelf that this process reaches itself."""

    shelf: Shelf

    def marked(self) -> str:
        """As `Pages.marked`."""
        return self.shelf.marked()

    def read(self, name: str, target: int) -> None:
        """As `Pages.read`.

        Raises
        ------
        StorageError
            ``storage.vault`` when it is missing, or the shelf refuses; ``storage.no-space``.
        """
        page = self.shelf.get(name)
        if page is None:
            where = self.shelf.where
            raise StorageError("storage.vault", where=where, reason="page-missing", page=name)
        with files(name):
            write_all(target, page)

    def write(self, name: str, source: int) -> None:
        """As `NewPages.write`."""
        with files(name):
            chunks = list(iter(lambda: os.read(source, _CHUNK), b""))
        self.shelf.put([(name, chunks)])

    def mark(self, vault_id: str) -> None:
        """As `NewPages.mark`."""
        self.shelf.mark(vault_id)

    def remove_all(self) -> None:
        """As `NewPages.remove_all`."""
        self.shelf.remove(list(self.shelf.names()))


def fetch(pages: Pages, name: str, target: Path, mode: int) -> None:
    """Copy a page into a new file and put it on disk.

    Raises
    ------
    StorageError
        ``storage.file``, ``storage.no-space``, and what the shelf refuses.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with files(target):
        target.parent.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(target, flags, mode)
        try:
            pages.read(name, descriptor)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
