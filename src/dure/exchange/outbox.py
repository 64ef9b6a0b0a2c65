"""Sending: numbers that are never given twice, and envelopes that are always the same again.

1. The payload is sealed into the spool under a random key (``envelope.sealed``).
2. One transaction gives the next number and records the whole header, the wrapped key in it; the
   key itself is kept nowhere (``envelope.numbered``).
3. The header is signed; header and sealed payload are written to the folder under a temporary
   name, synced, renamed (``envelope.written``).
4. The row is marked ``written`` (``envelope.recorded``).

A crash before 2 leaves an unnumbered file that `tidy` removes. After 2, header, seal and signature
are fixed (both suites sign deterministically), so that `resume` and every later sending write the
same bytes. A message is known by (peer, kind, key): sending it again is never a new number.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update

from dure.core import faults
from dure.core.canonical import canonical_json, parse_canonical
from dure.core.times import write_time
from dure.exchange.envelope import SignedHeader
from dure.exchange.errors import ExchangeError
from dure.exchange.framing import blocks
from dure.exchange.header import MAX_NUMBER, Header, Kind
from dure.exchange.membership import address, find_member
from dure.exchange.payloads import Meter, Payload, chunks
from dure.exchange.post import Post
from dure.exchange.tables import OUTBOX, PEERS
from dure.storage.database import Database
from dure.storage.errors import files
from dure.storage.seal import ID_BYTES, KEY_BYTES, seal
from dure.storage.sealed_files import new_file, write_all

LIFE_S = 90 * 86_400
MAX_KEY = 128

_SPOOL = ".sealed"


@dataclass(frozen=True, slots=True)
class Sent:
    """An envelope that lies in a folder, ready to be carried.

    Parameters
    ----------
    path
        The file.
    envelope_id
        Its id.
    to, number, kind
        As in its header.
    """

    path: Path
    envelope_id: str
    to: str
    number: int
    kind: Kind


def send(
    post: Post,
    payload: Payload,
    *,
    to: str,
    kind: Kind,
    folder: Path,
    key: str = "",
    life_s: int = LIFE_S,
) -> Sent:
    """Write one message for a peer into a folder that stands for carried media.

    Parameters
    ----------
    post
        The node's post.
    payload
        Bytes, a file that is read as it goes, or pieces as they come.
    to
        The peer.
    kind
        What it is.
    folder
        Where the envelope is written.
    key
        Name of the message among those of its kind for this peer, at most 128 characters; the
        payload's digest when not given. The same message again is the same envelope again.
    life_s
        Seconds until it expires, 1 to 400 days.

    Raises
    ------
    ExchangeError
        ``exchange.stranger`` when the peer is no member, ``exchange.digest`` when the key names a
        message with another payload, ``exchange.expired`` when that message is past its life,
        ``exchange.malformed`` when payload, key, life or number are out of range.
    StorageError
        ``storage.file``, ``storage.no-space``; nothing half-written is left in the folder.
    """
    find_member(post.charter, to)
    if len(key) > MAX_KEY:
        raise ExchangeError("exchange.malformed", where="key", reason="too-long")
    with post.lock("spool", shared=True):
        sealed = _Sealed.make(post, payload)
        try:
            row = _number(post, sealed, to=to, kind=kind, key=key, life_s=life_s)
        except BaseException:
            sealed.discard(post)
            raise
        if row.spool != sealed.name:
            sealed.discard(post)
        return _write(post, row, folder)


def resume(post: Post, folder: Path, *, again: bool = False) -> tuple[Sent, ...]:
    """Write every envelope that a crash kept from the folder, in order of peer and number.

    Parameters
    ----------
    post, folder
        As for `send`.
    again
        Write those also that were written before and have not expired (a lost medium).

    Raises
    ------
    StorageError
        As `send`.
    """
    query = select(OUTBOX).order_by(OUTBOX.c.agency, OUTBOX.c.number)
    query = query.where(OUTBOX.c.expires_at > post.now())
    if not again:
        query = query.where(OUTBOX.c.state == "numbered")
    with post.lock("spool", shared=True):
        with post.database.read() as connection:
            rows = connection.execute(query).all()
        return tuple(_write(post, row, folder) for row in rows)


def written_keys(database: Database, kind: Kind) -> frozenset[tuple[str, str]]:
    """Return peer and key of every message of a kind whose envelope was written."""
    query = select(OUTBOX.c.agency, OUTBOX.c.key).where(
        OUTBOX.c.kind == kind.value, OUTBOX.c.state == "written"
    )
    with database.read() as connection:
        return frozenset((row.agency, row.key) for row in connection.execute(query))


def skip_to(post: Post, to: str, number: int) -> None:
    """Go on with a higher number for a peer, after this node's store was restored from a backup.

    The peer's ``last_received`` says how far the lost numbers went; it will report them as a gap.

    Raises
    ------
    ExchangeError
        ``exchange.malformed`` when the number is not above every number given so far.
    """
    with post.database.write() as connection:
        last = _last(connection, to)
        if not (last or 0) < number <= MAX_NUMBER:
            raise ExchangeError("exchange.malformed", where="number", reason="not-higher")
        _set_last(connection, to, last, number - 1)


def skip_all(database: Database, agencies: Iterable[str], margin: int) -> dict[str, int]:
    """Go on with higher numbers for every peer, after a node's store was restored from a backup.

    Numbers that were given after the backup was made are not known to the store any more. The
    margin jumps over them, so that none is given twice; peers report the numbers between as a gap.

    Parameters
    ----------
    database
        The node's store.
    agencies
        Peers that may have been sent something, beside those that the store knows.
    margin
        How far above the highest known number the next one lies at least.

    Returns
    -------
    dict
        Peer -> its next number.

    Raises
    ------
    ExchangeError
        ``exchange.malformed`` when no number is left. Nothing has changed then.
    """
    moved = {}
    with database.write() as connection:
        rows = connection.execute(select(PEERS.c.agency, PEERS.c.last_sent))
        known: dict[str, int] = {row.agency: row.last_sent for row in rows}
        for agency in sorted({*known, *agencies}):
            number = known.get(agency, 0) + margin
            if number >= MAX_NUMBER:
                raise ExchangeError("exchange.malformed", where="number", reason="not-higher")
            _set_last(connection, agency, known.get(agency), number)
            moved[agency] = number + 1
    return moved


def tidy(post: Post) -> int:
    """Remove sealed payloads that no envelope needs any more, and return how many.

    Those are the payloads of expired envelopes, and of sendings that ended before their number.

    Raises
    ------
    StorageError
        ``storage.file``.
    """
    removed = 0
    with post.lock("spool"):
        with post.database.read() as connection:
            query = select(OUTBOX.c.spool).where(OUTBOX.c.expires_at > post.now())
            needed = set(connection.execute(query).scalars())
        with files(post.spool):
            for path in sorted(post.spool.iterdir()):
                left_over = path.name.endswith((_SPOOL, ".partial")) and path.name not in needed
                if left_over:
                    path.unlink()
                    removed += 1
    return removed


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A payload in the spool, its key still in memory."""

    name: str
    seal_id: bytes
    key: bytes
    meter: Meter

    @classmethod
    def make(cls, post: Post, payload: Payload) -> _Sealed:
        seal_id, key = post.random(ID_BYTES), post.random(KEY_BYTES)
        made = cls(f"{seal_id.hex()}{_SPOOL}", seal_id, key, Meter())
        with new_file(post.spool / made.name) as descriptor:
            for block in seal(key, chunks(payload, made.meter), seal_id=seal_id):
                with files(post.spool):
                    write_all(descriptor, block)
        faults.point("envelope.sealed")
        return made

    def discard(self, post: Post) -> None:
        with suppress(OSError):
            (post.spool / self.name).unlink(missing_ok=True)


def _number(post: Post, sealed: _Sealed, *, to: str, kind: Kind, key: str, life_s: int) -> Any:
    """Return the outbox row of a message: the one it has, or a new one with the next number."""
    now = post.now()
    key = key or sealed.meter.digest
    with post.database.write() as connection:
        query = select(OUTBOX).where(
            OUTBOX.c.agency == to, OUTBOX.c.kind == kind.value, OUTBOX.c.key == key
        )
        known = connection.execute(query).first()
        if known is None:
            _insert(connection, post, sealed, to=to, kind=kind, key=key, now=now, life_s=life_s)
            known = connection.execute(query).one()
    faults.point("envelope.numbered")
    header = Header.from_dict(parse_canonical(known.header))
    if header.payload_digest != sealed.meter.digest:
        raise ExchangeError("exchange.digest", number=header.number, agency=header.sender)
    if known.expires_at <= now:
        raise ExchangeError(
            "exchange.expired", created=header.created, expires=header.expires, now=write_time(now)
        )
    return known


def _insert(
    connection: Connection,
    post: Post,
    sealed: _Sealed,
    *,
    to: str,
    kind: Kind,
    key: str,
    now: int,
    life_s: int,
) -> None:
    last = _last(connection, to)
    number = (last or 0) + 1
    header = address(
        post.charter,
        sender=post.agency,
        to=to,
        number=number,
        kind=kind,
        created=write_time(now),
        expires=write_time(now + life_s),
        meter=sealed.meter,
        seal_id=sealed.seal_id,
        key=sealed.key,
    )
    _set_last(connection, to, last, number)
    connection.execute(
        insert(OUTBOX).values(
            agency=to,
            number=number,
            kind=kind.value,
            key=key,
            envelope_id=header.id(),
            header=canonical_json(header.to_dict()),
            spool=sealed.name,
            expires_at=now + life_s,
            state="numbered",
            numbered_at=now,
        )
    )


def _last(connection: Connection, to: str) -> int | None:
    """Return the last number given for a peer; the writer's turn is ours, so it stays the last."""
    return connection.execute(select(PEERS.c.last_sent).where(PEERS.c.agency == to)).scalar()


def _set_last(connection: Connection, to: str, before: int | None, number: int) -> None:
    if before is None:
        connection.execute(insert(PEERS).values(agency=to, last_sent=number))
    else:
        connection.execute(update(PEERS).where(PEERS.c.agency == to).values(last_sent=number))


def _write(post: Post, row: Any, folder: Path) -> Sent:
    """Write the envelope of a row into the folder, and record that it was written."""
    header = Header.from_dict(parse_canonical(row.header))
    signed = SignedHeader(header, post.sign("envelope", header.to_dict()))
    path = folder / header.file_name()
    with post.lock("write"):
        with files(folder):
            for left in folder.glob(f".{path.name}.*.partial"):
                left.unlink()  # ours, from a crash: the lock says that nobody is writing it now
        with new_file(path, mode=0o644) as descriptor, files(folder):
            write_all(descriptor, signed.to_bytes())
            with (post.spool / row.spool).open("rb") as sealed:
                for block in blocks(sealed):
                    write_all(descriptor, block)
    faults.point("envelope.written")
    with post.database.write() as connection:
        connection.execute(
            update(OUTBOX)
            .where(
                OUTBOX.c.agency == row.agency,
                OUTBOX.c.number == row.number,
                OUTBOX.c.state == "numbered",
            )
            .values(state="written", written_at=post.now())
        )
    faults.point("envelope.recorded")
    return Sent(path, row.envelope_id, row.agency, row.number, header.kind)
