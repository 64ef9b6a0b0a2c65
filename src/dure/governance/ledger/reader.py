"""Reading a ledger: its head, its entries, and the proofs about them.

The right edge of the tree is kept in memory together with the note that it belongs to, and used
only when the database's last checkpoint is that very note. When another process appended meanwhile,
its checkpoint is verified and its entries are hashed in; when the database went back, or holds
another history, that is said instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from dure.core.suites import Suite
from dure.governance.ledger.errors import LedgerError
from dure.governance.ledger.merkle import (
    EMPTY_ROOT,
    HASH_BYTES,
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
)
from dure.governance.ledger.note_keys import NoteKey, ledger_key
from dure.governance.ledger.rows import Rows, reading
from dure.governance.ledger.tiles import TILE_WIDTH, RightEdge, widths
from dure.governance.ledger.tree import KeptTiles, StoredTree, read_entries, read_head, restore_edge
from dure.storage.database import Database

_CATCH_UP = 16 * TILE_WIDTH  # beyond this, reading the edge anew is cheaper than hashing entries


@dataclass(frozen=True, slots=True)
class Head:
    """The last checkpoint of a ledger.

    Parameters
    ----------
    size
        Entries.
    root
        Root hash, 32 bytes.
    note
        The signed checkpoint, with the cosignatures kept for it.
    """

    size: int
    root: bytes
    note: str


@dataclass(frozen=True, slots=True)
class Known:
    """A right edge, never changed, and the note over it; the empty tree has none."""

    note: str
    edge: RightEdge


class LedgerReader:
    """One node's ledger, for who may read its database but has no key to sign with.

    Parameters
    ----------
    db
        The executor's store, with the tables of `dure.governance.ledger.tables`.
    origin
        Name of the ledger and of its key, like ``coast.example/ledger``: no space, no plus sign.
    public
        The ledger's public key.
    suite
        The suite that the charter pins.
    former
        Public keys that signed earlier checkpoints, after a change of key.

    Raises
    ------
    LedgerError
        ``ledger.note`` when the origin or a key can't be written on a signature line.
    """

    def __init__(
        self,
        db: Database,
        origin: str,
        public: bytes,
        suite: Suite,
        former: Sequence[bytes] = (),
    ) -> None:
        self.db = db
        self.origin = origin
        self.key = ledger_key(origin, public, suite)
        self.keys: tuple[NoteKey, ...] = (
            self.key,
            *(ledger_key(origin, earlier, suite) for earlier in former),
        )
        self._committed = Known("", RightEdge())
        self._tentative = self._committed
        self._tiles = KeptTiles()

    def head(self) -> Head:
        """Return the last checkpoint; of an empty ledger, one without a note.

        Raises
        ------
        LedgerError
            ``ledger.rollback``, ``ledger.fork``, ``ledger.edited``, ``ledger.gap``,
            ``ledger.truncated`` or ``ledger.signature`` when the stored ledger is not the one that
            was signed.
        StorageError
            When the database refuses.
        """
        with self._reading() as (rows, known):
            size = known.edge.size
            return Head(size, known.edge.root(), known.note + rows.lines(size))

    def entry(self, position: int) -> bytes:
        """Return one entry.

        Raises
        ------
        LedgerError
            ``ledger.bounds`` beyond the last; otherwise as `head`.
        """
        with self._reading() as (rows, known):
            within("position", position, 0, known.edge.size - 1)
            return read_entries(rows, position, position + 1)[0]

    def entries(self, start: int, end: int) -> list[bytes]:
        """Return the entries from ``start`` up to, not including, ``end``.

        Raises
        ------
        LedgerError
            ``ledger.bounds`` for a range that is not in the ledger; otherwise as `head`.
        """
        with self._reading() as (rows, known):
            within("end", end, 0, known.edge.size)
            within("start", start, 0, end)
            return read_entries(rows, start, end)

    def root(self, size: int) -> bytes:
        """Return the root hash that the ledger had at a size.

        Raises
        ------
        LedgerError
            ``ledger.bounds`` beyond the present size; otherwise as `head`.
        """
        with self._reading() as (rows, known):
            within("size", size, 0, known.edge.size)
            return StoredTree(rows, known.edge, self._tiles).hash(0, size) if size else EMPTY_ROOT

    def inclusion(self, position: int, size: int | None = None) -> list[bytes]:
        """Return the proof that an entry is in the tree of a size (default: the present one).

        Raises
        ------
        LedgerError
            ``ledger.bounds`` for a position or size beyond; otherwise as `head`.
        """
        with self._reading() as (rows, known):
            size = known.edge.size if size is None else size
            within("size", size, 1, known.edge.size)
            within("position", position, 0, size - 1)
            return StoredTree(rows, known.edge, self._tiles).hashes(
                inclusion_ranges(position, size)
            )

    def consistency(self, first: int, second: int | None = None) -> list[bytes]:
        """Return the proof that the tree of one size is the beginning of that of another.

        Raises
        ------
        LedgerError
            ``ledger.bounds`` for sizes beyond, or in the wrong order; otherwise as `head`.
        """
        with self._reading() as (rows, known):
            second = known.edge.size if second is None else second
            within("size", second, 0, known.edge.size)
            within("earlier-size", first, 0, second)
            return StoredTree(rows, known.edge, self._tiles).hashes(
                consistency_ranges(first, second)
            )

    def tile(self, level: int, number: int, width: int = TILE_WIDTH) -> bytes:
        """Return the first ``width`` hashes of a tile, 32 bytes each.

        Raises
        ------
        LedgerError
            ``ledger.bounds`` for a tile or a width that the tree does not have; otherwise as
            `head`.
        """
        with self._reading() as (rows, known):
            full, partial = widths(known.edge.size, level)
            within("tile", number, 0, full)
            within("tile-width", width, 1, TILE_WIDTH if number < full else partial)
            return StoredTree(rows, known.edge, self._tiles).tile(level, number)[
                : width * HASH_BYTES
            ]

    @contextmanager
    def _reading(self) -> Iterator[tuple[Rows, Known]]:
        committed = self._committed  # before the snapshot, which may be older than a later append
        with reading(self.db) as rows:
            known = self._current(rows, committed)
            if known.edge.size > self._committed.edge.size:
                self._committed = known
            yield rows, known

    def _current(self, rows: Rows, committed: Known) -> Known:
        size, note = rows.last()
        earlier = committed.edge.size
        if size < earlier:
            raise LedgerError("ledger.rollback", size=size, earlier=earlier)
        for known in (committed, self._tentative):
            if (size, note) == (known.edge.size, known.note):
                return known
        if rows.note(earlier) != committed.note:
            raise LedgerError("ledger.fork", size=size, earlier=earlier)
        checkpoint, _ = read_head(rows, self.origin, self.keys)
        if size - earlier > _CATCH_UP:
            edge = restore_edge(rows, size)
        else:
            edge = committed.edge.copy()
            edge.extend(leaf_hash(entry) for entry in read_entries(rows, earlier, size))
        if checkpoint.root != edge.root():
            raise LedgerError("ledger.edited", where="end", size=size)
        return Known(note, edge)


def within(part: str, given: int, lowest: int, highest: int) -> None:
    """Refuse a number outside its bounds.

    Raises
    ------
    LedgerError
        ``ledger.bounds``.
    """
    if not lowest <= given <= highest:
        raise LedgerError("ledger.bounds", part=part, given=given, lowest=lowest, highest=highest)
