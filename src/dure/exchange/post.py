"""A node's post: what sending and receiving need, and where it stands with each peer."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from dure.exchange.envelope import Unwrapper
from dure.exchange.framing import Signer
from dure.exchange.tables import INBOX, OUTBOX, PEERS
from dure.governance.charter import Charter
from dure.storage.database import Database
from dure.storage.errors import files

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Post:
    """The post of one node.

    Parameters
    ----------
    agency
        Agency whose node this is.
    charter
        The pinned charter.
    charters
        Version -> digest of every charter that this node has pinned, this one included.
    database
        The node's store, with the tables of `dure.exchange.tables`.
    spool
        Folder of its own, on the node's disk, for sealed payloads that may be sent again.
    sign
        Signs (type, value) with the node's signing key, as the executor does.
    unwrap
        Opens (wrapped key, info) with the node's sealing key, as the keeper does.
    now
        Gives seconds since 1970.
    random
        Gives that many random bytes.
    """

    agency: str
    charter: Charter
    charters: Mapping[int, str]
    database: Database
    spool: Path
    sign: Signer
    unwrap: Unwrapper
    now: Callable[[], int]
    random: Callable[[int], bytes]

    @contextmanager
    def lock(self, name: str, *, shared: bool = False) -> Iterator[None]:
        """Hold one of the spool's locks; the system lets go of it when the process dies.

        Raises
        ------
        StorageError
            ``storage.file`` when the spool can't be used.
        """
        with files(self.spool):
            self.spool.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(
                self.spool / f".{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
            )
        try:
            with files(self.spool):
                fcntl.flock(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a node stands with one peer.

    Parameters
    ----------
    agency
        The peer.
    last_sent
        Highest number given to an envelope for it, 0 for none.
    unsent
        Numbers that were given but never written to a medium (`dure.exchange.outbox.resume`).
    last_received
        Highest number accepted from it, 0 for none.
    gaps
        Ranges of lower numbers that never arrived, both ends included.
    waiting
        Numbers that arrived whole and are not handled yet.
    missed
        Numbers that arrived too late to be used.
    """

    agency: str
    last_sent: int
    unsent: tuple[int, ...]
    last_received: int
    gaps: tuple[Range, ...]
    waiting: tuple[int, ...]
    missed: tuple[int, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the standing as plain values."""
        return {
            "agency": self.agency,
            "last_sent": self.last_sent,
            "unsent": list(self.unsent),
            "last_received": self.last_received,
            "gaps": [list(gap) for gap in self.gaps],
            "waiting": list(self.waiting),
            "missed": list(self.missed),
        }


def gaps(numbers: Iterable[int]) -> tuple[Range, ...]:
    """Return the ranges that are missing below the highest of ascending numbers.

    Examples
    --------
    >>> gaps([1, 2, 5, 7])
    ((3, 4), (6, 6))
    """
    found, expected = [], 1
    for number in numbers:
        if number > expected:
            found.append((expected, number - 1))
        expected = number + 1
    return tuple(found)


def status(database: Database) -> tuple[Standing, ...]:
    """Return where this node stands with each peer it ever sent to or heard from, by name."""
    with database.read() as connection:
        last_sent = {
            row.agency: row.last_sent
            for row in connection.execute(select(PEERS.c.agency, PEERS.c.last_sent))
        }
        unsent = connection.execute(
            select(OUTBOX.c.agency, OUTBOX.c.number)
            .where(OUTBOX.c.state == "numbered")
            .order_by(OUTBOX.c.number)
        ).all()
        arrived = connection.execute(
            select(INBOX.c.agency, INBOX.c.number, INBOX.c.state).order_by(INBOX.c.number)
        ).all()
    received: dict[str, list[tuple[int, str]]] = {}
    for row in arrived:
        received.setdefault(row.agency, []).append((row.number, row.state))
    return tuple(
        Standing(
            agency=agency,
            last_sent=last_sent.get(agency, 0),
            unsent=tuple(row.number for row in unsent if row.agency == agency),
            last_received=max((number for number, _ in received.get(agency, [])), default=0),
            gaps=gaps(number for number, _ in received.get(agency, [])),
            waiting=tuple(n for n, state in received.get(agency, []) if state == "received"),
            missed=tuple(n for n, state in received.get(agency, []) if state == "expired"),
        )
        for agency in sorted({*last_sent, *received})
    )
