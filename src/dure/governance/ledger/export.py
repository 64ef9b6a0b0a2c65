"""Export of a ledger as static tiles: files that any web server or a carried disk can hold.

Order is what makes it crash-safe. Every file is written aside, forced to disk and renamed; the
checkpoint comes last. So whatever a checkpoint in the directory covers is complete, a later export
keeps the full tiles that it covers, and whatever lies beyond it is written again.

Source: C2SP tlog-tiles. The file ``key`` holds the verifier key for convenience; a verifier takes
the key from the charter, never from there.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

from dure.core import faults
from dure.governance.ledger.errors import LedgerError
from dure.governance.ledger.log import Ledger
from dure.governance.ledger.notes import MAX_NOTE_BYTES, open_checkpoint
from dure.governance.ledger.reader import Head
from dure.governance.ledger.tiles import (
    TILE_WIDTH,
    bundle_path,
    levels,
    pack_bundle,
    tile_path,
    widths,
)
from dure.storage.errors import files

_ASIDE = ".writing"


def export_tiles(ledger: Ledger, directory: Path) -> Head:
    """Write the ledger as static tiles and return the checkpoint that covers them.

    Parameters
    ----------
    ledger
        The ledger.
    directory
        Made when it does not exist; an earlier export of the same ledger is continued.

    Raises
    ------
    LedgerError
        ``ledger.rollback`` or ``ledger.fork`` when the directory holds a later or another history;
        ``ledger.signature`` or ``ledger.note`` when it holds another ledger's checkpoint. Nothing
        was written then. Also as ``Ledger.head``.
    StorageError
        ``storage.no-space`` or ``storage.file`` when a file can't be written; the earlier
        checkpoint is still valid then.
    """
    head = ledger.head()
    with files(directory):
        directory.mkdir(parents=True, exist_ok=True)
        with _alone(directory):
            kept = _earlier(ledger, head, directory)
            writing = _Writing(directory)
            writing.place("key", ledger.key.text.encode() + b"\n")
            _write(ledger, head, kept, writing)
            writing.settle()
            faults.point("ledger.export.tiles")
            writing.place("checkpoint", head.note.encode())
            writing.settle()
            faults.point("ledger.export.checkpoint")
            _drop_partial(directory, kept, head.size)
    return head


def _earlier(ledger: Ledger, head: Head, directory: Path) -> int:
    """Return the size that the directory's own checkpoint covers, after checking it is ours."""
    path = directory / "checkpoint"
    if not path.exists():
        return 0
    with path.open("rb") as file:
        found = open_checkpoint(file.read(MAX_NOTE_BYTES + 1), ledger.origin, ledger.keys)
    if found.size > head.size:
        raise LedgerError("ledger.rollback", size=head.size, earlier=found.size)
    if ledger.root(found.size) != found.root:
        raise LedgerError("ledger.fork", size=head.size, earlier=found.size)
    return found.size


def _write(ledger: Ledger, head: Head, kept: int, writing: _Writing) -> None:
    for number, width in _missing(kept, head.size, 0):
        start = number * TILE_WIDTH
        bundle = pack_bundle(ledger.entries(start, start + width))
        writing.place(bundle_path(number, width), bundle)
    for level in range(levels(head.size)):
        for number, width in _missing(kept, head.size, level):
            writing.place(tile_path(level, number, width), ledger.tile(level, number, width))


def _missing(kept: int, size: int, level: int) -> Iterator[tuple[int, int]]:
    """Yield numbers and widths of a level's tiles that a directory of the earlier size lacks."""
    full, partial = widths(size, level)
    first, _ = widths(kept, level)
    for number in range(first, full):
        yield number, TILE_WIDTH
    if partial and size != kept:
        yield full, partial


def _drop_partial(directory: Path, kept: int, size: int) -> None:
    """Remove the partial tiles whose full tile is there now."""
    for level in range(levels(kept)):
        full, partial = widths(kept, level)
        if partial and widths(size, level)[0] > full:
            paths = [tile_path(level, full, partial)]
            if level == 0:
                paths.append(bundle_path(full, partial))
            for path in paths:
                rmtree((directory / path).parent, ignore_errors=True)


class _Writing:
    """Files placed whole, one after the other, and the directories that must reach the disk."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._touched: set[Path] = set()

    def place(self, name: str, data: bytes) -> None:
        path = self._directory / name
        if path.parent not in self._touched:
            path.parent.mkdir(parents=True, exist_ok=True)
            inside = path.parent.relative_to(self._directory)
            self._touched.update(self._directory / part for part in (inside, *inside.parents))
        aside = self._directory / _ASIDE
        try:
            with aside.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            faults.point("ledger.export.aside")
            aside.replace(path)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
        faults.point("ledger.export.placed")

    def settle(self) -> None:
        for directory in self._touched:
            _sync(directory)
        self._touched.clear()


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Let one export at a time write into a directory."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
