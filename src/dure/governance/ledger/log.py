"""The ledger: entries appended in batches, each batch under a signed checkpoint.

An append is one transaction: entries, the tiles that they complete, and the checkpoint that the
signer made over the new root. Whoever sees the checkpoint can therefore see the entries, and what
`append` returned is on disk. When the database is not what was signed last, nothing is appended.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from dure.core import faults
from dure.core.suites import Suite
from dure.governance.ledger.errors import LedgerError
from dure.governance.ledger.merkle import leaf_hash
from dure.governance.ledger.note_keys import NoteKey
from dure.governance.ledger.notes import (
    MAX_SIGNATURES,
    Checkpoint,
    open_checkpoint,
    parse_checkpoint,
    parse_note,
    sign_note,
    verify_note,
)
from dure.governance.ledger.reader import Head, Known, LedgerReader, within
from dure.governance.ledger.rows import Rows, rows_of, writer_of
from dure.governance.ledger.tiles import MAX_ENTRY_BYTES
from dure.storage.database import Database


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


class Ledger(LedgerReader):
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
        super().__init__(db, origin, public, suite, former)
        self._signer = signer
        self._writer = writer_of(db)
        self._proven = False

    def append(self, entries: Sequence[bytes]) -> Appended:
        """Append a batch in a transaction of its own; it is on disk when this returns.

        Within a write transaction of the caller's, `append_in` is the one to call.

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
        LedgerError, StorageError
            As ``LedgerReader.head``.
        """
        head = super().head()
        return head if head.note else Head(head.size, head.root, self._sign(head.size, head.root))

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
                raise LedgerError("ledger.signature", name=self.origin, reason="not-its-own")
            kept = rows.lines(size)
            if f"{line.rsplit(' ', 1)[0]} " in kept:
                return
            within("signatures", kept.count("\n") + 2, 2, MAX_SIGNATURES)
            rows.add_line(size, witness.name, line)

    def close(self) -> None:
        """Let go of the writing connection; a later append opens another."""
        self._writer.close()

    def _append(
        self, rows: Rows, entries: Sequence[bytes], committed: Known
    ) -> tuple[Appended, Known]:
        edge = self._current(rows, committed).edge.copy()
        first = edge.size
        tiles = edge.extend([leaf_hash(entry) for entry in entries])
        root = edge.root()
        note = self._sign(edge.size, root)
        faults.point("ledger.signed")
        rows.add_entries(first, entries, note)
        faults.point("ledger.entries")
        rows.add_tiles(tiles)
        faults.point("ledger.tiles")
        return Appended(first, edge.size, root, note), Known(note, edge)

    def _sign(self, size: int, root: bytes) -> str:
        note = str(sign_note(Checkpoint(self.origin, size, root).text, self.key, self._signer))
        if not self._proven:
            open_checkpoint(note, self.origin, [self.key])
            self._proven = True
        return note


def _check(entries: Sequence[bytes]) -> None:
    within("entries", len(entries), 1, 2**31)
    for entry in entries:
        if len(entry) > MAX_ENTRY_BYTES:
            within("entry-bytes", len(entry), 0, MAX_ENTRY_BYTES)
