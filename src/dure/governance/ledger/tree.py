"""The stored tree: its right edge after a restart, and the hashes that proofs are made of."""

from __future__ import annotations

from collections.abc import Iterable

from dure.governance.ledger.errors import LedgerError
from dure.governance.ledger.merkle import HASH_BYTES, fold, leaf_hash, subtrees
from dure.governance.ledger.note_keys import NoteKey
from dure.governance.ledger.notes import Checkpoint, open_checkpoint
from dure.governance.ledger.rows import Rows
from dure.governance.ledger.tiles import (
    TILE_BITS,
    TILE_WIDTH,
    RightEdge,
    inner_levels,
    levels,
    tile_path,
    widths,
)

_KEPT_TILES = 256  # sixteen kilobytes each


def read_entries(rows: Rows, start: int, end: int) -> list[bytes]:
    """Return the entries from ``start`` up to, not including, ``end``, all of them.

    Raises
    ------
    LedgerError
        ``ledger.gap`` when one is missing.
    """
    found = rows.entries(start, end)
    for expected, (position, _) in enumerate(found, start):
        if position != expected:
            raise LedgerError("ledger.gap", where="entry", number=expected)
    if len(found) < end - start:
        raise LedgerError("ledger.gap", where="entry", number=start + len(found))
    return [data for _, data in found]


def read_head(rows: Rows, origin: str, keys: Iterable[NoteKey]) -> tuple[Checkpoint, str]:
    """Return the checkpoint that the last entry carries, verified, and its note.

    Raises
    ------
    LedgerError
        ``ledger.truncated`` when the last entry carries none, so that its batch is not whole;
        otherwise as `open_at`.
    """
    size, note = rows.last()
    if not note:
        raise LedgerError("ledger.truncated", number=size, extent="more", size=size)
    return open_at(size, note, origin, keys), note


def open_at(size: int, note: str, origin: str, keys: Iterable[NoteKey]) -> Checkpoint:
    """Return the checkpoint that an entry carries, verified.

    Raises
    ------
    LedgerError
        ``ledger.note`` or ``ledger.signature`` when it is not the ledger's; ``ledger.edited`` when
        it is of another size than where it stands.
    """
    checkpoint = open_checkpoint(note, origin, keys)
    if checkpoint.size != size:
        raise LedgerError("ledger.edited", where="checkpoint-of", number=size - 1, size=size)
    return checkpoint


def restore_edge(rows: Rows, size: int) -> RightEdge:
    """Return the right edge of a stored tree from its last entries and its tiles' roots.

    Raises
    ------
    LedgerError
        ``ledger.gap`` when a row is missing.
    """
    unfinished: list[list[bytes]] = []
    for level in range(levels(size)):
        full, partial = widths(size, level)
        start, end = full * TILE_WIDTH, full * TILE_WIDTH + partial
        if level == 0:
            unfinished.append([leaf_hash(entry) for entry in read_entries(rows, start, end)])
            continue
        roots = rows.roots(level - 1, start, end)
        if len(roots) < partial:
            raise LedgerError("ledger.gap", where="under", path=tile_path(level, full, partial))
        unfinished.append(roots)
    return RightEdge(unfinished)


class KeptTiles:
    """Tiles that were read before, with the subtrees within them. Threads may share it.

    Full tiles never change. Unfinished ones belong to one right edge, which never changes either;
    another edge takes their place.
    """

    def __init__(self) -> None:
        self._full: dict[tuple[int, int], tuple[bytes, ...]] = {}
        self._unfinished: tuple[RightEdge, dict[int, tuple[bytes, ...]]] = (RightEdge(), {})

    def full(self, rows: Rows, level: int, number: int) -> tuple[bytes, ...]:
        """Return the inner levels of a full tile.

        Raises
        ------
        LedgerError
            ``ledger.gap`` when it is missing.
        """
        found = self._full.get((level, number))
        if found is None:
            stored = rows.tile(level, number)
            if stored is None:
                raise LedgerError("ledger.gap", where="file", path=tile_path(level, number))
            if len(self._full) >= _KEPT_TILES:
                self._full.clear()
            found = self._full[level, number] = inner_levels(stored[1])
        return found

    def unfinished(self, edge: RightEdge, level: int) -> tuple[bytes, ...]:
        """Return the inner levels of the unfinished tile of a level."""
        kept_edge, kept = self._unfinished
        if kept_edge is not edge:
            kept = {}
            self._unfinished = (edge, kept)
        if level not in kept:
            kept[level] = inner_levels(b"".join(edge.unfinished(level)))
        return kept[level]


class StoredTree:
    """Hashes of ranges of a stored tree, as one transaction sees it.

    Parameters
    ----------
    rows
        Where full tiles are read.
    edge
        The right edge of the whole tree: its unfinished tiles.
    kept
        Tiles of this tree that were read before.
    """

    def __init__(self, rows: Rows, edge: RightEdge, kept: KeptTiles) -> None:
        self._rows = rows
        self._edge = edge
        self._kept = kept

    def hashes(self, ranges: Iterable[tuple[int, int]]) -> list[bytes]:
        """Return the hashes of ranges, as `merkle.inclusion_ranges` names them.

        Raises
        ------
        LedgerError
            ``ledger.gap`` when a tile is missing.
        """
        return [self.hash(start, end) for start, end in ranges]

    def hash(self, start: int, end: int) -> bytes:
        """Return the hash of one range of at least one entry.

        Raises
        ------
        LedgerError
            ``ledger.gap`` when a tile is missing.
        """
        return fold([self._subtree(height, number) for height, number in subtrees(start, end)])

    def tile(self, level: int, number: int) -> bytes:
        """Return the hashes of a tile, unfinished ones included.

        Raises
        ------
        LedgerError
            ``ledger.gap`` when a full tile is missing.
        """
        return self._inner(level, number)[0]

    def _inner(self, level: int, number: int) -> tuple[bytes, ...]:
        if number < widths(self._edge.size, level)[0]:
            return self._kept.full(self._rows, level, number)
        return self._kept.unfinished(self._edge, level)

    def _subtree(self, height: int, number: int) -> bytes:
        level, within = divmod(height, TILE_BITS)
        shift = TILE_BITS - within
        at = (number & ((1 << shift) - 1)) * HASH_BYTES
        return self._inner(level, number >> shift)[within][at : at + HASH_BYTES]
