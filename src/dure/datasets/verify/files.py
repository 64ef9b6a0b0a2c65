"""The files that a document names, opened without following any link, and what each one is."""

from __future__ import annotations

import contextlib
import fnmatch
import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dure.core.errors import DureError
from dure.core.text import Text
from dure.readers.arrival import TableSink
from dure.readers.errors import ReaderError
from dure.readers.parse import parse
from dure.readers.tables import Column

MAX_FILES = 10_000
_BLOCK_BYTES = 1 << 20
_SILENCE = Text("", "")
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY


@dataclass(frozen=True, slots=True)
class Measured:
    """What a file is.

    Parameters
    ----------
    place
        Its path below the folder.
    size
        Bytes.
    sha256, md5
        Its digests, in hexadecimal.
    columns, rows
        Its table, where it was read as one.
    fault
        Code of why it couldn't be: ``unreadable`` or ``changing-file``; or "".
    words
        What the reader said of it.
    """

    place: str
    size: int
    sha256: str
    md5: str
    columns: tuple[Column, ...] = ()
    rows: int = 0
    fault: str = ""
    words: Text = _SILENCE


def is_inside(place: str) -> bool:
    """Say whether a path names something below the folder, and nothing else.

    Examples
    --------
    >>> is_inside("parts/a.csv"), is_inside("../a.csv"), is_inside("/etc/hosts"), is_inside("")
    (True, False, False, False)
    """
    parts = place.split("/")
    return bool(place) and all(part not in ("", ".", "..") for part in parts)


def members(
    folder: Path, includes: Sequence[str], excludes: Sequence[str], most: int = MAX_FILES
) -> list[str]:
    """Return the paths of a set's files in order, links left out; some beyond ``most`` at the most."""
    found: list[str] = []
    for base, folders, names in os.walk(folder, followlinks=False):
        folders.sort()
        for name in names:
            place = Path(base, name).relative_to(folder).as_posix()
            if _matches(place, includes) and not _matches(place, excludes):
                found.append(place)
        if len(found) > most:
            break
    return sorted(found)


def _drain(blocks: Iterator[bytes]) -> None:
    for _ in blocks:
        pass


def measure(folder: Path, place: str, kind: str, keep: TableSink = _drain) -> Measured | None:
    """Return what a file is, or None when there is no such plain file.

    Parameters
    ----------
    folder
        Where the document lies.
    place
        Path below it, for which `is_inside` holds.
    kind
        ``csv`` or ``parquet`` to read it as a table too, in the sandbox; or "".
    keep
        Given the table as the sandbox wrote it anew.

    Raises
    ------
    SandboxError
        When this host can't provide the sandbox.
    """
    with contextlib.ExitStack() as stack:
        try:
            descriptor = opened(folder, place, stack)
        except OSError:
            return None
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        size, sha256, md5 = _digests(descriptor)
        plain = Measured(place, size, sha256, md5)
        return _read(descriptor, plain, kind, keep) if kind else plain


def _read(descriptor: int, plain: Measured, kind: str, keep: TableSink) -> Measured:
    os.lseek(descriptor, 0, os.SEEK_SET)
    known = (plain.place, plain.size, plain.sha256, plain.md5)
    try:
        parsed = parse(descriptor, kind, sink=keep)
    except ReaderError as error:
        return Measured(*known, fault="unreadable", words=_said(error))
    if parsed.digest != f"sha256:{plain.sha256}":
        return Measured(*known, fault="changing-file")
    return Measured(*known, columns=parsed.columns, rows=parsed.rows)


def _said(error: DureError) -> Text:
    return Text(
        f"{error.what_text.en} {error.why_text.en}", f"{error.what_text.ko} {error.why_text.ko}"
    )


def opened(folder: Path, place: str, stack: contextlib.ExitStack) -> int:
    """Open a file step by step, so that no link on the way leads elsewhere; the stack closes it.

    Raises
    ------
    OSError
        What the system refuses.
    """
    above = os.open(folder, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY)
    stack.callback(os.close, above)
    *folders, last = place.split("/")
    for name in folders:
        above = os.open(name, _FLAGS | os.O_DIRECTORY, dir_fd=above)
        stack.callback(os.close, above)
    descriptor = os.open(last, _FLAGS, dir_fd=above)
    stack.callback(os.close, descriptor)
    return descriptor


def _digests(descriptor: int) -> tuple[int, str, str]:
    size, sha256, md5 = 0, hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    while block := os.read(descriptor, _BLOCK_BYTES):
        size += len(block)
        sha256.update(block)
        md5.update(block)
    return size, sha256.hexdigest(), md5.hexdigest()


def _matches(place: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(place, pattern) for pattern in patterns)
