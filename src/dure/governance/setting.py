"""What an executor is made of, in one value that its parts share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection

from dure.core.actions import Action
from dure.core.canonical import canonical_bytes
from dure.core.suites import Suite
from dure.governance.acts import Act, KeeperPort
from dure.governance.charter import Charter, merge_actions
from dure.governance.errors import GovernanceError
from dure.governance.events import Event
from dure.governance.journal import Journal
from dure.governance.ledger.log import Appended
from dure.governance.pins import Pins
from dure.governance.tally import Rulebook
from dure.storage.database import Database


class Signer(Protocol):
    """A private signing key, wherever it is held."""

    @property
    def public(self) -> bytes:
        """Its public key."""

    def sign(self, message: bytes) -> bytes:
        """Return the suite's signature of a message."""


@dataclass(frozen=True, slots=True)
class Setting:
    """The parts of one executor; `dure.governance.executor.Executor` documents each."""

    agency: str
    db: Database
    suite: Suite
    journal: Journal
    pins: Pins
    key: Signer
    node_key: Signer
    actions: Sequence[Action]
    acts: Mapping[str, Act]
    keeper: KeeperPort
    directory: Path
    incarnation: Callable[[Connection], str]
    clock: Callable[[], int]
    random: Callable[[int], bytes]
    claimant: str
    is_alive: Callable[[str], bool]
    profile: str = "embedded"
    running: set[str] = field(default_factory=set)

    def charter(self, connection: Connection) -> Charter:
        """Return the pinned charter.

        Raises
        ------
        GovernanceError
            ``governance.charter-pin`` when none is pinned.
        """
        charter = self.pins.current(connection)
        if charter is None:
            raise GovernanceError("governance.charter-pin", reason="no-charter")
        return charter

    def rulebook(self, connection: Connection, action: str) -> Rulebook:
        """Return what judges an action now.

        Raises
        ------
        GovernanceError
            ``governance.unknown`` when code or charter do not name the action,
            ``governance.request`` when it needs no votes, or this executor has no act for it.
        """
        charter = self.charter(connection)
        merged = merge_actions(self.actions, charter).get(action)
        if merged is None:
            raise GovernanceError("governance.unknown", part="action", name=action[:64])
        reason = "not-critical" if merged.quorum is None else ""
        if not reason and action not in self.acts:
            reason = "no-act"
        if reason:
            raise GovernanceError("governance.request", where="$.action", reason=reason)
        return Rulebook(charter, merged, self.suite)

    def sign(self, type_: str, value: object) -> str:
        """Return the hex signature of the executor's key over a canonical value."""
        return self.key.sign(canonical_bytes(type_, value, self.suite.name)).hex()

    def log(self, connection: Connection, *events: Event) -> Appended:
        """Write events into the ledger, in the caller's transaction."""
        return self.journal.write(connection, events)
