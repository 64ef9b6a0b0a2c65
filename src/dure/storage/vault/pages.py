"""Page files: immutable ciphertext under random names, and the default way to cut content."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from dure.core import faults
from dure.core.system import reason_of
from dure.storage.errors import StorageError, files
from dure.storage.seal import KEY_BYTES, MAX_CHUNK_BYTES, seal, unseal
from dure.storage.sealed_files import sync_folder, write_all

PAGE_BYTES = 1024 * 1024
MAX_PAGE_BYTES = 16 * 1024 * 1024

_PAGES = "pages"
_PARTIAL = "partial"


def fixed_pages(stream: IO[bytes], size: int = PAGE_BYTES) -> Iterator[bytes]:
    """Yield a stream in pages of one size; the last one may be shorter.

    Parameters
    ----------
    stream
        Open for reading bytes.
    size
        Bytes of a page, 1 to `MAX_PAGE_BYTES`.
    """
    while page := stream.read(size):
        yield page


def bounded(pages: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pages without empty ones, too long ones cut, so that memory stays bounded."""
    for page in pages:
        if len(page) <= MAX_PAGE_BYTES:
            if page:
                yield page
        else:
            for start in range(0, len(page), MAX_PAGE_BYTES):
                yield page[start : start + MAX_PAGE_BYTES]


@dataclass(frozen=True, slots=True)
class NewPage:
    """A page file just written: its id and its key.

    Parameters
    ----------
    id
        32 hex digits: the seal id and the file's name.
    key
        32 bytes.
    """

    id: str
    key: bytes

    def __repr__(self) -> str:
        return f"NewPage({self.id})"


class PageFiles:
    """The page files of one vault, fanned out over folders named by the first two digits.

    Parameters
    ----------
    root
        The vault's folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

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

    def path(self, page_id: str) -> Path:
        """Return where a page's file is."""
        return self.root / _PAGES / page_id[:2] / page_id

    def write(self, contents: list[bytes]) -> list[NewPage]:
        """Write pages under fresh keys and put them on disk; all of them or none.

        They share one folder of the fan-out, so that it is synced once.

        Raises
        ------
        StorageError
            ``storage.file``, ``storage.no-space``.
        """
        front = os.urandom(1)
        folder = self.root / _PAGES / front.hex()
        written: list[NewPage] = []
        try:
            with files(self.root):
                if not folder.exists():
                    folder.mkdir(mode=0o700, exist_ok=True)
                    sync_folder(folder.parent)
                for content in contents:
                    page = NewPage((front + os.urandom(15)).hex(), os.urandom(KEY_BYTES))
                    written.append(page)
                    self._write_one(page, content)
                sync_folder(folder)
                faults.point("vault.folder.synced")
        except BaseException:
            self.remove(page.id for page in written)
            raise
        return written

    def _write_one(self, page: NewPage, content: bytes) -> None:
        partial = self.root / _PARTIAL / page.id
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o400)
        try:
            seal_id, chunk = bytes.fromhex(page.id), MAX_CHUNK_BYTES
            for block in seal(page.key, (content,), chunk_bytes=chunk, seal_id=seal_id):
                write_all(descriptor, block)
                faults.point("vault.page.writing")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        faults.point("vault.page.written")
        partial.rename(self.path(page.id))
        faults.point("vault.page.renamed")

    def read(self, page_id: str, key: bytes) -> Iterator[bytes]:
        """Yield a page's content, proven chunk by chunk.

        Raises
        ------
        StorageError
            ``storage.vault`` when the file is missing, ``storage.seal-…`` when it is not right.
        """
        path = self.path(page_id)
        try:
            sealed = path.read_bytes()
        except FileNotFoundError:
            raise StorageError(
                "storage.vault", where=str(self.root), reason="page-missing", page=page_id
            ) from None
        except OSError as error:
            raise StorageError("storage.file", path=str(path), reason=reason_of(error)) from error
        yield from unseal(key, (sealed,), where=str(path), expected=bytes.fromhex(page_id))

    def remove(self, page_ids: Iterable[str]) -> None:
        """Remove page files and their partial forms; those that are not there don't matter.

        Raises
        ------
        StorageError
            ``storage.file``.
        """
        for page_id in page_ids:
            with files(self.path(page_id)):
                (self.root / _PARTIAL / page_id).unlink(missing_ok=True)
                self.path(page_id).unlink(missing_ok=True)
            faults.point("vault.page.removed")

    def names(self) -> Iterator[str]:
        """Yield the id of every complete page file."""
        for folder in sorted((self.root / _PAGES).iterdir()):
            yield from sorted(path.name for path in folder.iterdir())

    def partial(self) -> list[Path]:
        """Return the files that a crash left half written."""
        return sorted((self.root / _PARTIAL).iterdir())
