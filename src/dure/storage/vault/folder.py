"""A shelf that is a folder: each page a file, synced and renamed, fanned out by two digits."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dure.core import faults
from dure.core.system import reason_of
from dure.storage.errors import StorageError, files
from dure.storage.sealed_files import new_file, sync_folder, write_all
from dure.storage.vault.shelf import MARK, MOST_LISTED, WRITERS, Sealed

_PAGES = "pages"
_PARTIAL = "partial"


class Folder:
    """The page files of one vault, fanned out over folders named by the first two digits.

    Parameters
    ----------
    root
        The vault's folder.
    """

    readers = 1

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def where(self) -> str:
        """The folder."""
        return str(self.root)

    def create(self) -> None:
        """Make the folders.

        Raises
        ------
        StorageError
            ``storage.file``, ``storage.no-space``.
        """
        with files(self.root):
            for folder in (self.root, self.root / _PAGES, self.root / _PARTIAL):
                folder.mkdir(mode=0o700, exist_ok=True)
                sync_folder(folder.parent)

    def mark(self, vault_id: str) -> None:
        """Write the mark, whole or not at all."""
        with new_file(self.root / MARK) as descriptor, files(self.root / MARK):
            write_all(descriptor, vault_id.encode())

    def marked(self) -> str:
        """Return the mark.

        Raises
        ------
        StorageError
            ``storage.file``.
        """
        with files(self.root / MARK):
            return (self.root / MARK).read_text("ascii", errors="replace")

    def path(self, name: str) -> Path:
        """Return where a page's file is."""
        return self.root / _PAGES / name[:2] / name

    def put(self, pages: Sequence[Sealed]) -> None:
        """Write pages and put them on disk.

        They share one folder of the fan-out, so that it is synced once.

        Raises
        ------
        StorageError
            ``storage.file``, ``storage.no-space``.
        """
        if not pages:
            return
        folder = self.path(pages[0][0]).parent
        with files(self.root):
            if not folder.exists():
                folder.mkdir(mode=0o700, exist_ok=True)
                sync_folder(folder.parent)
            with ThreadPoolExecutor(min(WRITERS, len(pages))) as writers:
                tasks = [writers.submit(self._put_one, *page) for page in pages]
            for task in tasks:
                task.result()
            sync_folder(folder)
            faults.point("vault.folder.synced")

    def _put_one(self, name: str, blocks: Iterable[bytes]) -> None:
        partial = self.root / _PARTIAL / name
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o400)
        try:
            for block in blocks:
                write_all(descriptor, block)
                faults.point("vault.page.writing")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        faults.point("vault.page.written")
        partial.rename(self.path(name))
        faults.point("vault.page.renamed")

    def get(self, name: str) -> bytes | None:
        """Return a page's file.

        Raises
        ------
        StorageError
            ``storage.file``.
        """
        path = self.path(name)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageError("storage.file", path=str(path), reason=reason_of(error)) from error

    def missing(self, names: Sequence[str]) -> set[str]:
        """Return those of these pages that are not there."""
        return {name for name in names if not self.path(name).exists()}

    def remove(self, names: Iterable[str]) -> None:
        """Remove page files and their partial forms.

        Raises
        ------
        StorageError
            ``storage.file``.
        """
        for name in names:
            with files(self.path(name)):
                (self.root / _PARTIAL / name).unlink(missing_ok=True)
                self.path(name).unlink(missing_ok=True)
            faults.point("vault.page.removed")

    def names(self, most: int = MOST_LISTED) -> Iterator[str]:  # noqa: ARG002  # as of any shelf
        """Yield the name of every complete page file; a disk's list has an end, whatever ``most`` is."""
        with files(self.root):
            for folder in sorted((self.root / _PAGES).iterdir()):
                yield from sorted(path.name for path in folder.iterdir())

    def half_written(self) -> int:
        """Return how many files a crash left half written."""
        return sum(1 for _ in (self.root / _PARTIAL).iterdir())

    def remove_half_written(self) -> int:
        """Remove what a crash left half written."""
        removed = 0
        for path in sorted((self.root / _PARTIAL).iterdir()):
            with files(path):
                path.unlink(missing_ok=True)
            removed += 1
        return removed
