"""Page files: immutable ciphertext under random names, and the default way to cut content."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from dure.core import faults
from dure.core.system import reason_of
from dure.storage.errors import StorageError, files
from dure.storage.seal import KEY_BYTES, MAX_CHUNK_BYTES, seal, unseal
from dure.storage.sealed_files import sync_folder, write_all
from dure.storage.vault.packing import Packing, pack, unpack

PAGE_BYTES = 1024 * 1024
MAX_PAGE_BYTES = 16 * 1024 * 1024

_WRITERS = 8
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
class Packed:
    """A page's content as it is kept.

    Parameters
    ----------
    content
        What is sealed into the file.
    packing
        How that was made of the page's content.
    size
        Bytes of the page's content.
    base_id
        The page that it is a patch on, or None.
    """

    content: bytes
    packing: Packing
    size: int
    base_id: str | None = None

    @classmethod
    def of(cls, content: bytes) -> Packed:
        """Return a content packed by itself."""
        packing, packed = pack(content)
        return cls(packed, packing, len(content))


@dataclass(frozen=True, slots=True)
class NewPage:
    """A page file just written: its id, its key, and how its content is kept in it.

    Parameters
    ----------
    id
        32 hex digits: the seal id and the file's name.
    key
        32 bytes.
    packed
        What is in it, without the content itself.
    """

    id: str
    key: bytes
    packed: Packed

    def __repr__(self) -> str:
        return f"NewPage({self.id})"


@dataclass(frozen=True, slots=True)
class PageRow:
    """What the index says of a page: its names, its key, and how its content is kept."""

    id: str
    file: str
    key: bytes
    size: int
    packing: int
    base_id: str | None

    def __repr__(self) -> str:
        return f"PageRow({self.id})"


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

    def path(self, name: str) -> Path:
        """Return where a page's file is."""
        return self.root / _PAGES / name[:2] / name

    def write(self, contents: Sequence[Packed]) -> list[NewPage]:
        """Write pages under fresh keys and put them on disk; all of them or none.

        They share one folder of the fan-out, so that it is synced once; several are written at a
        time, since most of the time goes by in waiting for the disk.

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
                for packed in contents:
                    name, key = (front + os.urandom(15)).hex(), os.urandom(KEY_BYTES)
                    written.append(NewPage(name, key, replace(packed, content=b"")))
                with ThreadPoolExecutor(min(_WRITERS, len(written))) as writers:
                    pairs = zip(written, contents, strict=True)
                    tasks = [writers.submit(self._write_one, *pair) for pair in pairs]
                for task in tasks:
                    task.result()
                sync_folder(folder)
                faults.point("vault.folder.synced")
        except BaseException:
            self.remove(page.id for page in written)
            raise
        return written

    def _write_one(self, page: NewPage, packed: Packed) -> None:
        partial = self.root / _PARTIAL / page.id
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o400)
        try:
            seal_id, chunk = bytes.fromhex(page.id), MAX_CHUNK_BYTES
            for block in seal(page.key, (packed.content,), chunk_bytes=chunk, seal_id=seal_id):
                write_all(descriptor, block)
                faults.point("vault.page.writing")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        faults.point("vault.page.written")
        partial.rename(self.path(page.id))
        faults.point("vault.page.renamed")

    def content(self, row: PageRow, base: PageRow | None = None) -> bytes:
        """Return a page's content, proven; ``base`` is the row of the page that it is a patch on.

        Raises
        ------
        StorageError
            ``storage.vault`` when the file is missing or does not unpack, ``storage.seal-…`` when it
            is not right.
        """
        under = b"" if base is None else self.content(base)
        packed = b"".join(self._unsealed(row.file, row.key))
        try:
            return unpack(Packing(row.packing), packed, row.size, under)
        except ValueError:
            raise StorageError(
                "storage.vault", where=str(self.root), reason="not-as-put", page=row.id
            ) from None

    def _unsealed(self, name: str, key: bytes) -> Iterator[bytes]:
        path = self.path(name)
        try:
            sealed = path.read_bytes()
        except FileNotFoundError:
            raise StorageError(
                "storage.vault", where=str(self.root), reason="page-missing", page=name
            ) from None
        except OSError as error:
            raise StorageError("storage.file", path=str(path), reason=reason_of(error)) from error
        yield from unseal(key, (sealed,), where=str(path), expected=bytes.fromhex(name))

    def remove(self, names: Iterable[str]) -> None:
        """Remove page files and their partial forms; those that are not there don't matter.

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

    def names(self) -> Iterator[str]:
        """Yield the name of every complete page file."""
        for folder in sorted((self.root / _PAGES).iterdir()):
            yield from sorted(path.name for path in folder.iterdir())

    def partial(self) -> list[Path]:
        """Return the files that a crash left half written."""
        return sorted((self.root / _PARTIAL).iterdir())
