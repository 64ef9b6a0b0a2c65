"""The journal: events become ledger entries, and what explains them stays in the store.

Both happen in the caller's transaction, together with the change that they tell of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, insert, select

from dure.core.canonical import canonical_json, parse_canonical
from dure.core.suites import Suite
from dure.core.times import write_time
from dure.governance.errors import GovernanceError
from dure.governance.events import SALT_BYTES, Event, write_entry
from dure.governance.ledger.log import Appended, Ledger
from dure.governance.tables import DETAILS, SECRETS
from dure.storage.database import Database

_SECRET = "pseudonym"  # noqa: S105  # the name of a row
_SECRET_BYTES = 32


class Journal:
    """Writes events of one executor's store.

    Parameters
    ----------
    db
        The executor's store; the secret of its pseudonyms is drawn on first use.
    ledger
        The ledger in that store.
    suite
        The charter's crypto suite.
    clock
        Returns seconds since 1970.
    random
        Gives that many random bytes.
    """

    def __init__(
        self,
        db: Database,
        ledger: Ledger,
        suite: Suite,
        clock: Callable[[], int],
        random: Callable[[int], bytes],
    ) -> None:
        self.ledger = ledger
        self._db = db
        self._suite = suite
        self._clock = clock
        self._random = random
        self._secret = self._draw_secret()

    def write(self, connection: Connection, events: Sequence[Event]) -> Appended:
        """Append events within the caller's write transaction.

        Raises
        ------
        LedgerError
            As `Ledger.append_in`.
        """
        salts = [self._random(SALT_BYTES) for _ in events]
        time = write_time(self._clock())
        entries = [
            write_entry(event, time=time, secret=self._secret, salt=salt, suite=self._suite)
            for event, salt in zip(events, salts, strict=True)
        ]
        appended = self.ledger.append_in(connection, entries)
        connection.execute(
            insert(DETAILS),
            [
                {
                    "position": appended.first + i,
                    "salt": salt.hex(),
                    "actor": event.actor,
                    "detail": canonical_json(dict(event.detail)).decode("utf-8"),
                }
                for i, (event, salt) in enumerate(zip(events, salts, strict=True))
            ],
        )
        return appended

    def opening(self, position: int) -> tuple[bytes, str, dict[str, object]]:
        """Return salt, actor and detail of an entry: what an auditor is shown.

        Raises
        ------
        GovernanceError
            ``governance.unknown`` when there is no such entry.
        """
        with self._db.read() as connection:
            row = connection.execute(select(DETAILS).where(DETAILS.c.position == position)).first()
        if row is None:
            raise GovernanceError("governance.unknown", part="entry", name=position)
        return bytes.fromhex(row.salt), row.actor, parse_canonical(row.detail.encode("utf-8"))

    def _draw_secret(self) -> bytes:
        query = select(SECRETS.c.value).where(SECRETS.c.name == _SECRET)
        with self._db.read() as connection:
            value = connection.execute(query).scalar()
        if value is None:
            with self._db.write() as connection:
                value = connection.execute(query).scalar()
                if value is None:
                    value = self._random(_SECRET_BYTES).hex()
                    connection.execute(insert(SECRETS).values(name=_SECRET, value=value))
        return bytes.fromhex(value)
