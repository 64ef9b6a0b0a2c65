"""Verification of an export, offline: with its files, the ledger's public key and nothing else.

Every entry is hashed again, every tile is compared with what the entries give, and the root with
the signed checkpoint; so an edit, a gap or a missing end shows without any other copy. A rollback
or a fork shows against an earlier checkpoint that the verifier kept, or got from a witness: the
tree of that size is rebuilt on the way, which is stronger than a consistency proof.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dure.core.suites import Suite
from dure.governance.ledger.errors import LedgerError
from dure.governance.ledger.merkle import HASH_BYTES, leaf_hash
from dure.governance.ledger.note_keys import ledger_key
from dure.governance.ledger.notes import (
    MAX_NOTE_BYTES,
    Checkpoint,
    open_checkpoint,
    parse_note,
)
from dure.governance.ledger.tiles import (
    MAX_ENTRY_BYTES,
    TILE_WIDTH,
    RightEdge,
    Tile,
    bundle_path,
    levels,
    tile_path,
    unpack_bundle,
    widths,
)
from dure.storage.errors import StorageError, files

_TILE_BYTES = HASH_BYTES * TILE_WIDTH
_BUNDLE_BYTES = (2 + MAX_ENTRY_BYTES) * TILE_WIDTH


@dataclass(frozen=True, slots=True)
class LedgerVerification:
    """What a verification established.

    Parameters
    ----------
    origin
        Name of the ledger.
    size
        Entries, all of them recomputed.
    root
        Root hash that they give and the checkpoint signs, 32 bytes.
    note
        The signed checkpoint.
    signers
        Names on its signature lines. Only the ledger's own was verified here.
    since
        Size of the earlier checkpoint that this ledger continues; None when none was given.
    entry_bytes
        Length of all entries together.
    """

    origin: str
    size: int
    root: bytes
    note: str
    signers: tuple[str, ...]
    since: int | None
    entry_bytes: int


def verify_export(
    directory: Path,
    origin: str,
    public: bytes,
    suite: Suite,
    since: str | None = None,
    former: Iterable[bytes] = (),
) -> LedgerVerification:
    """Verify a ledger from its exported files alone.

    Parameters
    ----------
    directory
        What ``export_tiles`` wrote, or any C2SP tlog-tiles directory.
    origin
        Name of the ledger, from the charter.
    public
        The ledger's public key, from the charter.
    suite
        The suite that the charter pins.
    since
        An earlier checkpoint of the ledger, as its note.
    former
        Public keys that signed earlier checkpoints, after a change of key.

    Raises
    ------
    LedgerError
        ``ledger.note`` or ``ledger.signature`` for a checkpoint that is malformed or not the
        ledger's; ``ledger.rollback`` and ``ledger.fork`` against the earlier one; ``ledger.gap``
        for a missing part, ``ledger.truncated`` for a missing end, ``ledger.edited`` for anything
        that is not what was signed.
    StorageError
        ``storage.file`` when a file can't be read.
    """
    keys = [ledger_key(origin, key, suite) for key in (public, *former)]
    data = _read(directory, "checkpoint", MAX_NOTE_BYTES)
    if data is None:
        raise LedgerError("ledger.gap", where="checkpoint-file")
    checkpoint = open_checkpoint(data, origin, keys)
    earlier = None if since is None else open_checkpoint(since, origin, keys)
    refuse_rollback(checkpoint, earlier)
    recount = Recount(checkpoint)
    if earlier is not None:
        recount.expect(earlier)
    for entries in _bundles(directory, checkpoint.size):
        for tile in recount.add(entries):
            _compare(directory, tile.level, tile.number, tile.hashes, checkpoint.size)
    for level in range(levels(checkpoint.size)):
        full, partial = widths(checkpoint.size, level)
        if partial:
            hashes = b"".join(recount.edge.unfinished(level))
            _compare(directory, level, full, hashes, checkpoint.size)
    recount.finish()
    note = parse_note(data)
    return LedgerVerification(
        origin=origin,
        size=checkpoint.size,
        root=checkpoint.root,
        note=str(note),
        signers=tuple(item.name for item in note.signatures),
        since=None if earlier is None else earlier.size,
        entry_bytes=recount.entry_bytes,
    )


def refuse_rollback(checkpoint: Checkpoint, earlier: Checkpoint | None) -> None:
    """Refuse a checkpoint that is smaller than an earlier one, or another one of its size.

    Raises
    ------
    LedgerError
        ``ledger.rollback`` or ``ledger.fork``.
    """
    if earlier is None:
        return
    if checkpoint.size < earlier.size:
        raise LedgerError("ledger.rollback", size=checkpoint.size, earlier=earlier.size)
    if checkpoint.size == earlier.size and checkpoint.root != earlier.root:
        raise LedgerError("ledger.fork", size=checkpoint.size, earlier=earlier.size)


class Recount:
    """A tree built again from its entries, held against signed checkpoints on the way.

    Parameters
    ----------
    checkpoint
        The head that the whole tree must give.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.edge = RightEdge()
        self.entry_bytes = 0
        self._checkpoint = checkpoint
        self._due: dict[int, bytes] = {}
        self._forked: int | None = None

    def expect(self, earlier: Checkpoint) -> None:
        """Hold the tree against an earlier checkpoint too, when it reaches that size."""
        self._due[earlier.size] = earlier.root
        self._meet()

    def add(self, entries: Iterable[bytes]) -> list[Tile]:
        """Add entries and return the tiles that they fill."""
        full: list[Tile] = []
        leaves: list[bytes] = []
        for entry in entries:
            self.entry_bytes += len(entry)
            leaves.append(leaf_hash(entry))
            if self.edge.size + len(leaves) in self._due:
                full += self.edge.extend(leaves)
                leaves.clear()
                self._meet()
        return full + self.edge.extend(leaves)

    def finish(self) -> None:
        """Hold the whole tree against the checkpoint.

        Raises
        ------
        LedgerError
            ``ledger.edited`` when it is not the signed one; ``ledger.fork`` when it is, and an
            earlier checkpoint is not its beginning.
        """
        size = self._checkpoint.size
        if self.edge.root() != self._checkpoint.root:
            raise LedgerError("ledger.edited", where="tree", size=size)
        if self._forked is not None:
            raise LedgerError("ledger.fork", size=size, earlier=self._forked)

    def _meet(self) -> None:
        root = self._due.get(self.edge.size)
        if root is not None:
            del self._due[self.edge.size]
            if root != self.edge.root() and self._forked is None:
                self._forked = self.edge.size


def _bundles(directory: Path, size: int) -> Iterator[list[bytes]]:
    full, partial = widths(size, 0)
    expected = [(number, TILE_WIDTH) for number in range(full)]
    if partial:
        expected.append((full, partial))
    for number, width in expected:
        found = _bundle(directory, number, width)
        entries, whole = ([], True) if found is None else found
        if len(entries) < width:
            place = number * TILE_WIDTH + len(entries)
            if any(_bundle(directory, *later) for later in expected[number + 1 :]):
                raise LedgerError("ledger.gap", where="entry", number=place)
            raise LedgerError("ledger.truncated", number=place, extent="signed", size=size)
        if len(entries) > width or not whole:
            raise LedgerError(
                "ledger.edited", where="file", path=bundle_path(number, width), size=size
            )
        yield entries


def _bundle(directory: Path, number: int, width: int) -> tuple[list[bytes], bool] | None:
    data = _read(directory, bundle_path(number, width), _BUNDLE_BYTES)
    if data is not None:
        return unpack_bundle(data)
    if width < TILE_WIDTH:  # a partial bundle may be gone once the full one is there
        data = _read(directory, bundle_path(number), _BUNDLE_BYTES)
    return None if data is None else (unpack_bundle(data)[0][:width], True)


def _compare(directory: Path, level: int, number: int, hashes: bytes, size: int) -> None:
    width = len(hashes) // HASH_BYTES
    path = tile_path(level, number, width)
    found = _read(directory, path, _TILE_BYTES)
    if found is None and width < TILE_WIDTH:
        full = _read(directory, tile_path(level, number), _TILE_BYTES)
        found = None if full is None else full[: len(hashes)]
    if found is None:
        raise LedgerError("ledger.gap", where="file", path=path)
    if found != hashes:
        place = differing(path, level, number, hashes, found)
        raise LedgerError("ledger.edited", size=size, **place)


def differing(path: str, level: int, number: int, hashes: bytes, found: bytes) -> dict[str, object]:
    """Return what differs first between a tile's right hashes and those found, as facts."""
    pairs = zip(_hashes(hashes), _hashes(found), strict=False)
    for at, (right, given) in enumerate(pairs, number * TILE_WIDTH):
        if level == 0 and right != given:
            return {"where": "entry-in", "number": at, "path": path}
    return {"where": "file", "path": path}


def _hashes(tile: bytes) -> Iterator[bytes]:
    return (tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES))


def _read(directory: Path, name: str, limit: int) -> bytes | None:
    """Return at most ``limit + 1`` bytes of a regular file; None when it is not there."""
    path = directory / name
    with files(path):
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            return None
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise StorageError("storage.file", path=str(path), reason="not-plain")
        with os.fdopen(descriptor, "rb") as file:
            return file.read(limit + 1)
