"""The ledger: entries appended in batches, each batch under a signed checkpoint.

An append is one transaction: entries, the tiles that they complete, and the checkpoint that the
signer made over the new root. Whoever sees the checkpoint can therefore see the entries, and what
`append` returned is on disk.

The right edge of the tree is kept in memory between appends, together with the note that it
belongs to, and used only when the database's last checkpoint is that very note. When another
process appended meanwhile, its checkpoint is verified and its entries are hashed in; when the
database went back, or holds another history, nothing is appended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection

from dure.core import faults
from dure.core.suites import Suite
from dure.governance.ledger.errors import LedgerError
from dure.governance.ledger.merkle import (
    EMPTY_ROOT,
    HASH_BYTES,
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
)
from dure.governance.ledger.notes import (
    MAX_SIGNATURES,
    Checkpoint,
    NoteKey,
    ledger_key,
    open_checkpoint,
    parse_checkpoint,
    parse_note,
    sign_note,
    verify_note,
)
from dure.governance.ledger.rows import Rows, reading, rows_of, writer_of
from dure.governance.ledger.tiles import MAX_ENTRY_BYTES, TILE_WIDTH, RightEdge, widths
from dure.governance.ledger.tree import StoredTree, read_entries, read_head, restore_edge
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
class Appended:
    """What an append did.

    Parameters
    ----------
    first
        Position of its first entry, from 0.
    size, root, note
        The head after it.
    """

    first: int
    size: int
    root: bytes
    note: str


@dataclass(frozen=True, slots=True)
class _Known:
    """A right edge, never changed, and the note over it; the empty tree has none."""

    note: str
    edge: RightEdge


class Ledger:
    """One node's ledger over its database. Threads and processes may share the database.

    Parameters
    ----------
    db
        The executor's store, with the tables of `dure.governance.ledger.tables`.
    origin
        Name of the ledger and of its key, like ``coast.example/ledger``: no space, no plus sign.
    signer
        Gives the suite's signature of a message by the ledger's key.
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

    Examples
    --------
    >>> from dure.core.suites import suite
    >>> from dure.governance.ledger.tables import METADATA
    >>> from dure.storage.database import open_database
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> db = open_database(f"sqlite:///{folder.name}/executor.db")
    >>> with db.write() as connection:
    ...     METADATA.create_all(connection)
    >>> intl = suite("intl")
    >>> key = intl.signing_key(bytes(48))
    >>> public = intl.signing_public(key)
    >>> ledger = Ledger(db, "coast.example/ledger", lambda m: intl.sign(key, m), public, intl)
    >>> ledger.append([b"first", b"second"]).size
    2
    >>> ledger.entry(1)
    b'second'
    >>> ledger.close(); db.close(); folder.cleanup()
    """

    def __init__(
        self,
        db: Database,
        origin: str,
        signer: Callable[[bytes], bytes],
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
        self._signer = signer
        self._writer = writer_of(db)
        self._proven = False
        self._committed = _Known("", RightEdge())
        self._tentative = self._committed

    def append(self, entries: Sequence[bytes]) -> Appended:
        """Append a batch in a transaction of its own; it is on disk when this returns.

        Parameters
        ----------
        entries
            At least one, each at most 65,535 bytes.

        Raises
        ------
        LedgerError
            ``ledger.bounds`` for a batch or an entry that is refused; ``ledger.rollback``,
            ``ledger.fork``, ``ledger.edited``, ``ledger.gap`` or ``ledger.signature`` when the
            stored ledger is not the one that was signed. Nothing was appended then.
        StorageError
            When the database refuses. Nothing was appended then.
        """
        _check(entries)
        committed = self._committed
        with self._writer.rows() as rows:
            appended, known = self._append(rows, entries, committed)
        faults.point("ledger.committed")
        self._committed = known
        return appended

    def append_in(self, connection: Connection, entries: Sequence[bytes]) -> Appended:
        """Append a batch within the caller's write transaction; it stands or falls with that.

        The note must not leave the process before the caller has committed.

        Raises
        ------
        LedgerError
            As `append`.
        """
        _check(entries)
        appended, self._tentative = self._append(rows_of(connection), entries, self._committed)
        return appended

    def head(self) -> Head:
        """Return the last checkpoint; of an empty ledger, one that is signed for the occasion.

        Raises
        ------
        LedgerError
            As `append`, when the stored ledger is not the one that was signed.
        """
        with self._reading() as (rows, known):
            if not known.note:
                return Head(0, EMPTY_ROOT, self._sign(0, EMPTY_ROOT))
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
            _within("position", position, 0, known.edge.size - 1)
            return read_entries(rows, position, position + 1)[0]

    def entries(self, start: int, end: int) -> list[bytes]:
        """Return the entries from ``start`` up to, not including, ``end``.

        Raises
        ------
        LedgerError
            ``ledger.bounds`` for a range that is not in the ledger; otherwise as `head`.
        """
        with self._reading() as (rows, known):
            _within("end of the range", end, 0, known.edge.size)
            _within("start of the range", start, 0, end)
            return read_entries(rows, start, end)

    def root(self, size: int) -> bytes:
        """Return the root hash that the ledger had at a size.

        Raises
        ------
        LedgerError
            ``ledger.bounds`` beyond the present size; otherwise as `head`.
        """
        with self._reading() as (rows, known):
            _within("tree size", size, 0, known.edge.size)
            return StoredTree(rows, known.edge).hash(0, size) if size else EMPTY_ROOT

    def inclusion(self, position: int, size: int | None = None) -> list[bytes]:
        """Return the proof that an entry is in the tree of a size (default: the present one).

        Raises
        ------
        LedgerError
            ``ledger.bounds`` for a position or size beyond; otherwise as `head`.
        """
        with self._reading() as (rows, known):
            size = known.edge.size if size is None else size
            _within("tree size", size, 1, known.edge.size)
            _within("position", position, 0, size - 1)
            return StoredTree(rows, known.edge).hashes(inclusion_ranges(position, size))

    def consistency(self, first: int, second: int | None = None) -> list[bytes]:
        """Return the proof that the tree of one size is the beginning of that of another.

        Raises
        ------
        LedgerError
            ``ledger.bounds`` for sizes beyond, or in the wrong order; otherwise as `head`.
        """
        with self._reading() as (rows, known):
            second = known.edge.size if second is None else second
            _within("tree size", second, 0, known.edge.size)
            _within("earlier tree size", first, 0, second)
            return StoredTree(rows, known.edge).hashes(consistency_ranges(first, second))

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
            _within("tile number", number, 0, full)
            _within("tile width", width, 1, TILE_WIDTH if number < full else partial)
            return StoredTree(rows, known.edge).tile(level, number)[: width * HASH_BYTES]

    def add_cosignature(self, note: str, witness: NoteKey) -> None:
        """Keep a witness's signature under one of this ledger's checkpoints.

        Parameters
        ----------
        note
            The checkpoint as the witness returned it, with its own line among the others.
        witness
            The witness's public key, from the charter.

        Raises
        ------
        LedgerError
            ``ledger.note`` when it is malformed; ``ledger.signature`` when the witness did not sign
            it, or it is no checkpoint of this ledger; ``ledger.bounds`` beyond 63 witnesses.
        """
        parsed = parse_note(note)
        verify_note(parsed, [witness])
        size = parse_checkpoint(parsed.text).size
        line = next(
            item.line
            for item in parsed.signatures
            if (item.name, item.key_id) == (witness.name, witness.key_id)
        )
        with self._writer.rows() as rows:
            own = rows.note(size)
            if not own or parse_note(own).text != parsed.text:
                raise LedgerError(
                    "ledger.signature", name=self.origin, reason="this checkpoint is not its own"
                )
            kept = rows.lines(size)
            if f"{line.rsplit(' ', 1)[0]} " in kept:
                return
            _within("number of signatures", kept.count("\n") + 2, 2, MAX_SIGNATURES)
            rows.add_line(size, witness.name, line)

    def close(self) -> None:
        """Let go of the writing connection; a later append opens another."""
        self._writer.close()

    @contextmanager
    def _reading(self) -> Iterator[tuple[Rows, _Known]]:
        committed = self._committed  # before the snapshot, which may be older than a later append
        with reading(self.db) as rows:
            known = self._current(rows, committed)
            if known.edge.size > self._committed.edge.size:
                self._committed = known
            yield rows, known

    def _append(
        self, rows: Rows, entries: Sequence[bytes], committed: _Known
    ) -> tuple[Appended, _Known]:
        edge = self._current(rows, committed).edge.copy()
        first = edge.size
        tiles = edge.extend([leaf_hash(entry) for entry in entries])
        root = edge.root()
        note = self._sign(edge.size, root)
        rows.add_entries(first, entries, note)
        faults.point("ledger.entries")
        rows.add_tiles(tiles)
        faults.point("ledger.tiles")
        return Appended(first, edge.size, root, note), _Known(note, edge)

    def _sign(self, size: int, root: bytes) -> str:
        note = str(sign_note(Checkpoint(self.origin, size, root).text, self.key, self._signer))
        if not self._proven:
            open_checkpoint(note, self.origin, [self.key])
            self._proven = True
        return note

    def _current(self, rows: Rows, committed: _Known) -> _Known:
        size, note = rows.last()
        for known in (committed, self._tentative):
            if note == known.note:
                return known
        earlier = committed.edge.size
        if size < earlier:
            raise LedgerError("ledger.rollback", size=size, earlier=earlier)
        if rows.note(earlier) != committed.note:
            raise LedgerError("ledger.fork", size=size, earlier=earlier)
        checkpoint, _ = read_head(rows, self.origin, self.keys)
        if size - earlier > _CATCH_UP:
            edge = restore_edge(rows, size)
        else:
            edge = committed.edge.copy()
            edge.extend(leaf_hash(entry) for entry in read_entries(rows, earlier, size))
        if checkpoint.root != edge.root():
            raise LedgerError("ledger.edited", where="The end of the database", size=size)
        return _Known(note, edge)


def _check(entries: Sequence[bytes]) -> None:
    _within("number of entries in the batch", len(entries), 1, 2**31)
    for entry in entries:
        if len(entry) > MAX_ENTRY_BYTES:
            _within("length of an entry in bytes", len(entry), 0, MAX_ENTRY_BYTES)


def _within(part: str, given: int, lowest: int, highest: int) -> None:
    if not lowest <= given <= highest:
        raise LedgerError("ledger.bounds", part=part, given=given, lowest=lowest, highest=highest)
