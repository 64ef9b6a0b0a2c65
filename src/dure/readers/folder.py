"""A folder of unknown origin: walked and read without following a link, each file as one thing.

Nothing in it is parsed here. A file is opened step by step from the folder's own descriptor, so that no
link on the way leads elsewhere, and it must be the same before and after it was read. What a folder holds,
and what it is refused with, say those who know its kind (`dure.readers.images.folder`,
`dure.readers.corpora.folder`).
"""

from __future__ import annotations

import contextlib
import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import ClassVar, Self

from dure.core.errors import DureError
from dure.core.system import reason_of
from dure.core.text import is_unseen, printable

MAX_FILES = 1_000_000
MAX_DEPTH = 32
NAME_CHARACTERS = 1024

_BLOCK_BYTES = 1 << 20
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY


@dataclass(frozen=True, slots=True)
class Entry:
    """One regular file below the folder.

    Parameters
    ----------
    path
        Its path below the folder, in NFC, with ``/`` between parts.
    parts
        The same as the file system has it.
    """

    path: str
    parts: tuple[str, ...]

    @property
    def suffix(self) -> str:
        """What its name ends with, from the last dot on, in small letters."""
        return os.path.splitext(self.path)[1].lower()  # noqa: PTH122 (a name, not a path here)


@dataclass(slots=True)
class LeftOut:
    """How many links, and how many other files, are left out."""

    links: int = 0
    others: int = 0


class OpenFolder:
    """A folder that is held open; a context manager.

    Parameters
    ----------
    path
        Where it is. It may be a link itself: whoever names it means what it leads to.

    Raises
    ------
    DureError
        ``FAMILY.file`` when it can't be opened.
    """

    ERROR: ClassVar[type[DureError]]
    FAMILY: ClassVar[str]
    """Of the errors: ``FAMILY.folder`` and ``FAMILY.file`` are among `ERROR`'s codes."""

    def __init__(self, path: Path) -> None:
        self.name = path.resolve().name or "/"
        self._above: tuple[str, ...] = ()
        try:
            self._root = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY)
        except OSError as error:
            raise self.refused(path.name, reason_of(error)) from None
        self._parent = self._root

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()
        os.close(self._root)

    @classmethod
    def refused(cls, path: str, reason: str) -> DureError:
        """Return the error of a file that is not taken."""
        return cls.ERROR(f"{cls.FAMILY}.file", name=printable(path), reason=reason, place=0)

    def refused_whole(self, reason: str) -> DureError:
        """Return the error of a folder that is not taken."""
        return self.ERROR(f"{self.FAMILY}.folder", name=self.name, reason=reason)

    def blocks(self, entry: Entry, limit_bytes: int) -> Iterator[bytes]:
        """Yield a file's bytes.

        Raises
        ------
        DureError
            ``FAMILY.file`` when it is no regular file any more, larger than the limit, can't be read, or
            was changed meanwhile.
        """
        try:
            descriptor = self._opened(entry)
        except OSError as error:
            raise self.refused(entry.path, reason_of(error)) from None
        try:
            yield from self._unchanged(descriptor, entry, limit_bytes)
        except OSError as error:
            raise self.refused(entry.path, reason_of(error)) from None
        finally:
            os.close(descriptor)

    def each(self, found: LeftOut) -> Iterator[Entry]:
        """Yield the regular files; what begins with a dot is passed over, the rest is counted.

        Raises
        ------
        DureError
            ``FAMILY.folder`` when there are too many or they lie too deep; ``FAMILY.file`` for a name that
            nobody could read, and for what can't be listed.
        """
        for number, entry in enumerate(self._walk(self._root, (), found)):
            if number >= MAX_FILES:
                raise self.refused_whole("too-many")
            yield entry

    def in_order(self, entries: Iterable[Entry]) -> list[Entry]:
        """Return entries in order of path.

        Raises
        ------
        DureError
            ``FAMILY.file`` for a path that is there twice.
        """
        ordered = sorted(entries, key=lambda one: one.path)
        for one, other in pairwise(ordered):
            if one.path == other.path:
                raise self.refused(one.path, "name-twice")
        return ordered

    def _opened(self, entry: Entry) -> int:
        *above, name = entry.parts
        if tuple(above) != self._above:
            self._leave()
            for part in above:
                parent = os.open(part, _FLAGS | os.O_DIRECTORY, dir_fd=self._parent)
                self._leave()
                self._parent = parent
            self._above = tuple(above)
        return os.open(name, _FLAGS, dir_fd=self._parent)

    def _leave(self) -> None:
        if self._parent != self._root:
            os.close(self._parent)
        self._parent, self._above = self._root, ()

    def _walk(self, folder: int, above: tuple[str, ...], found: LeftOut) -> Iterator[Entry]:
        if len(above) > MAX_DEPTH:
            raise self.refused_whole("too-deep")
        try:
            with os.scandir(folder) as listed:
                inside = list(listed)
        except OSError as error:
            raise self.refused("/".join(above) or self.name, reason_of(error)) from None
        for one in inside:
            if one.name.startswith("."):
                continue
            parts = (*above, one.name)
            if one.is_symlink():
                found.links += 1
            elif one.is_dir(follow_symlinks=False):
                with self._inside(folder, one.name) as below:
                    yield from self._walk(below, parts, found)
            elif one.is_file(follow_symlinks=False):
                yield Entry(self._readable(parts), parts)
            else:
                found.others += 1

    @contextlib.contextmanager
    def _inside(self, folder: int, name: str) -> Iterator[int]:
        try:
            below = os.open(name, _FLAGS | os.O_DIRECTORY, dir_fd=folder)
        except OSError as error:
            raise self.refused(name, reason_of(error)) from None
        try:
            yield below
        finally:
            os.close(below)

    def _unchanged(self, descriptor: int, entry: Entry, limit_bytes: int) -> Iterator[bytes]:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise self.refused(entry.path, "not-regular")
        if before.st_size > limit_bytes:
            raise self.refused(entry.path, "file-size")
        size = 0
        while block := os.read(descriptor, _BLOCK_BYTES):
            size += len(block)
            if size > before.st_size:
                break
            yield block
        after = os.fstat(descriptor)
        if size != before.st_size or _state(before) != _state(after):
            raise self.refused(entry.path, "changed")

    def _readable(self, parts: tuple[str, ...]) -> str:
        path = unicodedata.normalize("NFC", "/".join(parts))
        if len(path) > NAME_CHARACTERS or "\\" in path or any(map(is_unseen, path)):
            raise self.refused(path[:NAME_CHARACTERS], "name-form")
        return path


def _state(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns
