"""Pages: content cut, packed and sealed under random names, and back again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import IO

from dure.storage.errors import StorageError
from dure.storage.seal import KEY_BYTES, MAX_CHUNK_BYTES, seal, unseal
from dure.storage.vault.packing import Packing, pack, unpack
from dure.storage.vault.shelf import Shelf

PAGE_BYTES = 1024 * 1024
MAX_PAGE_BYTES = 16 * 1024 * 1024


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
    """The pages of one vault, sealed and unsealed; a shelf keeps them.

    Parameters
    ----------
    shelf
        Where they lie.
    """

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    def write(self, contents: Sequence[Packed]) -> list[NewPage]:
        """Write pages under fresh keys, to stay; all of them or none.

        Their names begin alike, as the shelf wishes it; they are sealed as they are written, several
        at a time.

        Raises
        ------
        StorageError
            What the shelf refuses.
        """
        front = os.urandom(1)
        written = [
            NewPage(
                (front + os.urandom(15)).hex(),
                os.urandom(KEY_BYTES),
                replace(packed, content=b""),
            )
            for packed in contents
        ]
        try:
            self.shelf.put(
                [
                    (page.id, _sealed(page, packed.content))
                    for page, packed in zip(written, contents, strict=True)
                ]
            )
        except BaseException:
            with suppress(StorageError):  # what can't be removed now is garbage for later
                self.remove(page.id for page in written)
            raise
        return written

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
                "storage.vault", where=self.shelf.where, reason="not-as-put", page=row.id
            ) from None

    def _unsealed(self, name: str, key: bytes) -> Iterator[bytes]:
        where, sealed = self.shelf.where, self.shelf.get(name)
        if sealed is None:
            raise StorageError("storage.vault", where=where, reason="page-missing", page=name)
        place = f"{where}/{name}"
        yield from unseal(key, (sealed,), where=place, expected=bytes.fromhex(name))

    def remove(self, names: Iterable[str]) -> None:
        """Remove pages and their partial forms; those that are not there don't matter.

        Raises
        ------
        StorageError
            What the shelf refuses.
        """
        self.shelf.remove(names)


def _sealed(page: NewPage, content: bytes) -> Iterator[bytes]:
    seal_id = bytes.fromhex(page.id)
    return seal(page.key, (content,), chunk_bytes=MAX_CHUNK_BYTES, seal_id=seal_id)
