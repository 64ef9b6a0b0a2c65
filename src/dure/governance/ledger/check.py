"""The check of a live ledger: everything in the database, recomputed."""

from __future__ import annotations

from dure.governance.ledger.errors import LedgerError
from dure.governance.ledger.notes import Checkpoint, open_checkpoint, parse_note
from dure.governance.ledger.reader import LedgerReader
from dure.governance.ledger.rows import Rows, reading
from dure.governance.ledger.tiles import TILE_WIDTH, Tile, levels, tile_path, widths
from dure.governance.ledger.tree import open_at, read_entries, read_head
from dure.governance.ledger.verify import LedgerVerification, Recount, differing, refuse_rollback


def fsck(ledger: LedgerReader, since: str | None = None) -> LedgerVerification:
    """Verify a ledger in its database: every entry, tile and checkpoint, as one snapshot.

    Parameters
    ----------
    ledger
        The ledger.
    since
        An earlier checkpoint of it, as its note.

    Raises
    ------
    LedgerError
        As ``verify_export``. Two checkpoints in the database that can't both be right are a
        ``ledger.fork``.
    StorageError
        When the database refuses.
    """
    empty = ledger.head()  # also tells when the database went back while this process watched
    earlier = None if since is None else open_checkpoint(since, ledger.origin, ledger.keys)
    with reading(ledger.db) as rows:
        checkpoint, note = Checkpoint(ledger.origin, empty.size, empty.root), empty.note
        if rows.last()[0]:
            checkpoint, note = read_head(rows, ledger.origin, ledger.keys)
            note += rows.lines(checkpoint.size)
        refuse_rollback(checkpoint, earlier)
        recount = Recount(checkpoint)
        if earlier is not None:
            recount.expect(earlier)
        for start in range(0, checkpoint.size, TILE_WIDTH):
            end = min(start + TILE_WIDTH, checkpoint.size)
            for size, signed in rows.notes(start, end):
                recount.expect(open_at(size, signed, ledger.origin, ledger.keys))
            for tile in recount.add(read_entries(rows, start, end)):
                _compare(rows, tile, checkpoint.size)
        recount.finish()
        _refuse_more(rows, checkpoint.size)
    return LedgerVerification(
        origin=ledger.origin,
        size=checkpoint.size,
        root=checkpoint.root,
        note=note,
        signers=tuple(item.name for item in parse_note(note).signatures) if note else (),
        since=None if earlier is None else earlier.size,
        entry_bytes=recount.entry_bytes,
    )


def _compare(rows: Rows, tile: Tile, size: int) -> None:
    path = tile_path(tile.level, tile.number)
    found = rows.tile(tile.level, tile.number)
    if found is None:
        raise LedgerError("ledger.gap", where="file", path=path)
    if found != (tile.root, tile.hashes):
        place = differing(path, tile.level, tile.number, tile.hashes, found[1])
        raise LedgerError("ledger.edited", size=size, **place)


def _refuse_more(rows: Rows, size: int) -> None:
    expected = sum(widths(size, level)[0] for level in range(levels(size)))
    if rows.tiles() != expected:
        raise LedgerError("ledger.edited", where="tiles", size=size)
