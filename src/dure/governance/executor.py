"""The executor: the only one who performs critical acts, and the keeper of ledger and charter pin.

`Executor` is all of its logic; the process around it only carries messages. What it promises: no act
without a permit that it has checked against the charter it pinned; the claim is on disk before
the act; every change stands in the ledger, in one transaction with the change itself; nothing that a
door says is believed beyond what a door may say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection

from dure.core.actions import Action
from dure.core.suites import Suite
from dure.governance import attesting, claims, deciding, docket, enforcing
from dure.governance import events as events_
from dure.governance.acts import Act, KeeperPort
from dure.governance.charter import Charter, SignedCharter
from dure.governance.decisions import Request, State, Vote
from dure.governance.docket import Case
from dure.governance.errors import GovernanceError
from dure.governance.events import Event
from dure.governance.journal import Journal
from dure.governance.ledger.log import Appended, Ledger
from dure.governance.ledger.reader import Head
from dure.governance.pins import Pins
from dure.governance.setting import Setting, Signer
from dure.governance.tickets import Ticket
from dure.storage.database import Database
from dure.storage.incarnation import current


class Executor:
    """One agency's executor.

    Parameters
    ----------
    agency
        The agency.
    db
        The executor's own store, with the tables of `dure.governance.tables`.
    ledger
        The ledger in that store.
    suite
        The charter's crypto suite.
    key
        The executor's key: signs permits, tickets and what acts sign.
    node_key
        The node's signing key, which is the release credential: signs envelopes.
    actions
        Every action that the rooms define.
    acts
        Critical action's name -> its act.
    event_types
        Event types that doors may append (`RoomSpec.events` of all rooms).
    keeper
        The keeper.
    directory
        Folder for released content, writable by the executor alone.
    clock
        Returns seconds since 1970.
    random
        Gives that many random bytes.
    incarnation
        Returns the id of the store's present incarnation.
    profile
        How the node is deployed: ``embedded`` (the weaker claim) or ``separated``; permits name it.
    claimant, is_alive
        Name of this process in claims, and whether a named process may still be acting.
    """

    def __init__(
        self,
        *,
        agency: str,
        db: Database,
        ledger: Ledger,
        suite: Suite,
        key: Signer,
        node_key: Signer,
        actions: Iterable[Action],
        acts: Mapping[str, Act],
        event_types: frozenset[str],
        keeper: KeeperPort,
        directory: Path,
        clock: Callable[[], int],
        random: Callable[[int], bytes],
        incarnation: Callable[[Connection], str] = current,
        profile: str = "embedded",
        claimant: str = "",
        is_alive: Callable[[str], bool] = claims.is_alive,
    ) -> None:
        self.ledger = ledger
        own = events_.EVENTS.union(*(events_.phases(action) for action in acts))
        self._doors_may = event_types - own
        self._setting = Setting(
            agency=agency,
            db=db,
            suite=suite,
            journal=Journal(db, ledger, suite, clock, random),
            pins=Pins(agency, key.public),
            key=key,
            node_key=node_key,
            actions=tuple(actions),
            acts=acts,
            keeper=keeper,
            directory=directory,
            incarnation=incarnation,
            clock=clock,
            random=random,
            claimant=claimant or claims.this_process(random(8).hex()),
            is_alive=is_alive,
            profile=profile,
        )

    # ── charter ────────────────────────────────────────────────────────────────────────────────

    def pin_charter(self, signed: SignedCharter, actor: str = "") -> Charter:
        """Pin a charter; every pending request is void from then on.

        Parameters
        ----------
        signed
            The genesis, which a person pins by hand, or the successor of the pinned one.
        actor
            Principal who pins it, or ``""``.

        Raises
        ------
        GovernanceError
            ``governance.charter-pin``, ``governance.charter-successor``,
            ``governance.charter-signatures``.
        """
        return deciding.pin_charter(self._setting, signed, actor)

    def charter(self, version: int = 0) -> SignedCharter:
        """Return the pinned charter (or an earlier version) with its signatures.

        Raises
        ------
        GovernanceError
            ``governance.charter-pin`` when none is pinned, ``governance.unknown`` for a version
            that never was.
        """
        with self._setting.db.read() as connection:
            if version:
                return self._setting.pins.version(connection, version)
            signed = self._setting.pins.signed(connection)
        if signed is None:
            raise GovernanceError("governance.charter-pin", reason="no-charter")
        return signed

    # ── decisions ──────────────────────────────────────────────────────────────────────────────

    def open_request(
        self,
        action: str,
        *,
        arguments: Mapping[str, object],
        assets: Sequence[str],
        source: str,
        target: str,
        evidence: str,
        requester: str,
    ) -> Request:
        """Open a request for a critical action.

        Parameters
        ----------
        action
            Its name.
        arguments
            Every argument, as canonical values; at most 48 KiB with the rest.
        assets
            Ids of the assets that the act may read.
        source, target
            Texts of the labels before and after.
        evidence
            Digest of what voters are shown.
        requester
            Principal who asks. That the door told the truth here is its own attestation.

        Raises
        ------
        GovernanceError
            ``governance.request``, ``governance.unknown``, ``governance.label-falls`` when an action
            that may not lower names a target below the source.
        """
        return deciding.open_request(
            self._setting,
            action,
            arguments=arguments,
            assets=assets,
            source=source,
            target=target,
            evidence=evidence,
            requester=requester,
        )

    def cast_vote(self, vote: Vote) -> Case:
        """Take a vote, and issue the permit when it completes the quorum.

        The same vote again changes nothing. A rejection ends the request, also after approval, until
        the permit is claimed; who approved may still reject.

        Raises
        ------
        GovernanceError
            ``governance.vote`` with the reason, ``governance.unknown``.
        """
        return deciding.cast_vote(self._setting, vote)

    def requests(self, *states: State) -> tuple[Case, ...]:
        """Return the cases that stand in one of these states now (none given: all), oldest first."""
        setting = self._setting
        with setting.db.read() as connection:
            cases = [deciding.look(setting, connection, c) for c in docket.listed(connection)]
        return tuple(case for case in cases if not states or case.state in states)

    def case(self, request_id: str) -> Case:
        """Return one case as it stands now.

        Raises
        ------
        GovernanceError
            ``governance.unknown``.
        """
        setting = self._setting
        with setting.db.read() as connection:
            return deciding.look(setting, connection, docket.find(connection, request_id))

    def show(self, request_id: str) -> dict[str, object]:
        """Return one case with its count as plain values: what a voter is shown.

        Raises
        ------
        GovernanceError
            ``governance.unknown``.
        """
        with self._setting.db.read() as connection:
            case = docket.find(connection, request_id)
            return deciding.describe(self._setting, connection, case)

    # ── acts ───────────────────────────────────────────────────────────────────────────────────

    def execute(self, request_id: str) -> Mapping[str, object]:
        """Perform an approved request, once, and return its outcome.

        Raises
        ------
        GovernanceError
            ``governance.permit`` when no valid, unused permit stands; ``governance.act`` when the act
            failed and did nothing; ``governance.unsettled`` when nobody can tell.
        """
        return enforcing.execute(self._setting, request_id)

    def recover(self) -> tuple[str, ...]:
        """Call the claims of dead processes unknown and return their requests; called at start."""
        return enforcing.recover(self._setting)

    def reconcile(self, request_id: str) -> Case:
        """Ask the act whether it happened, and close the request as done or failed.

        Raises
        ------
        GovernanceError
            ``governance.permit`` when its outcome is known, ``governance.unsettled`` while a living
            process performs it. What the act raises leaves it unknown.
        """
        return enforcing.reconcile(self._setting, request_id)

    def released(self, kind: str, digest: str) -> str | None:
        """Return the request whose act released content with this digest, or None."""
        with self._setting.db.read() as connection:
            return attesting.released(connection, kind, digest)

    # ── ledger and signatures ──────────────────────────────────────────────────────────────────

    def append(self, events: Sequence[Event]) -> Appended:
        """Write a door's events into the ledger.

        Raises
        ------
        GovernanceError
            ``governance.event`` for a type that no room declares or only the executor writes,
            ``governance.request`` for a malformed event. Nothing was written then.
        """
        return attesting.append(self._setting, events, self._doors_may)

    def note(self, event: Event) -> Appended | None:
        """Write what the node's operator did while this executor did not run.

        Such an event names itself in its detail; the same one again changes nothing and returns
        None. It comes from the executor's own folder, never from a door.

        Raises
        ------
        GovernanceError
            ``governance.event`` for a type that is not among `dure.governance.events.OPERATED`,
            ``governance.request`` for a malformed event.
        """
        return attesting.note(self._setting, event)

    def opening(self, position: int) -> tuple[bytes, str, Mapping[str, object]]:
        """Return salt, actor and detail of an entry, for `dure.governance.events.open_detail`.

        Raises
        ------
        GovernanceError
            ``governance.unknown``.
        """
        return self._setting.journal.opening(position)

    def checkpoint(self) -> Head:
        """Return the ledger's last checkpoint."""
        return self.ledger.head()

    def issue_ticket(
        self, asset: str, *, principal: str, action: str, purpose: str, run: str
    ) -> tuple[Ticket, str]:
        """Write a read of content into the ledger, and return a signed ticket for it.

        Raises
        ------
        GovernanceError
            ``governance.unknown`` for a stranger, ``governance.request`` for a malformed part.
        """
        return attesting.issue_ticket(
            self._setting, asset, principal=principal, action=action, purpose=purpose, run=run
        )

    def sign_envelope(self, header: Mapping[str, object]) -> str:
        """Sign an envelope's header with the node's key, and write that into the ledger.

        Raises
        ------
        GovernanceError
            ``governance.event`` when the header names another sender, or its kind carries released
            content and no act released content with this digest.
        """
        return attesting.sign_envelope(self._setting, header)

    def sign_probes(self, report: Mapping[str, object]) -> str:
        """Sign a report of this host's probes with the node's key, and write that into the ledger.

        The node vouches for having been handed it by its own door, as a person does who signs one.

        Raises
        ------
        GovernanceError
            ``governance.request`` when it says no verdict.
        """
        return attesting.sign_probes(self._setting, report)
