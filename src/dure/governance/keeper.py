"""The keeper: the only one who unwraps keys.

It holds the vault and the node's sealing key. Content comes out in two ways alone: to a run or a
reader against a ticket, when the policy that the keeper asks itself says yes; or to an act of the
executor, against a permit whose request names the asset and its true label. It keeps the roots of
pseudonyms' keys, which never come out at all: against a ticket it gives keys made of them
(`dure.governance.pseudonyms`). Content goes in with a
label that dominates those of its parents as the keeper remembers them; only a permit of an action
that may lower, naming that very target label, mints a lower one.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from dure.core import faults
from dure.core.actions import Action
from dure.core.assets import Asset
from dure.core.labels import Label, join_all
from dure.core.suites import suite
from dure.core.times import write_time
from dure.governance import pseudonyms
from dure.governance.about import About
from dure.governance.charter import Charter, SignedCharter, doable_actions, merge_actions
from dure.governance.decisions import Request
from dure.governance.errors import GovernanceError
from dure.governance.keeper_memory import KeeperMemory
from dure.governance.permits import Permit, check_permit
from dure.governance.policy.engine import Policy
from dure.governance.policy.query import Query
from dure.governance.retention import Retention
from dure.governance.roots import Roots
from dure.governance.tally import Rulebook
from dure.governance.tickets import READING, Ticket, check_ticket
from dure.storage.database import Database
from dure.storage.vault import Vault


class Keeper:
    """Seals and opens content for one agency's node.

    Parameters
    ----------
    vault
        The unlocked vault.
    database
        The keeper's own store.
    sealing_private
        The node's private sealing key, to which others seal.
    agency
        The node's agency.
    highest_grade
        Highest rank of grade it may hold: 0 in the embedded profile, else None for any.
    code_actions
        Every action that the rooms define.
    clock
        Returns seconds since 1970.
    random
        Gives that many random bytes.
    """

    def __init__(
        self,
        *,
        vault: Vault,
        database: Database,
        sealing_private: bytes,
        agency: str,
        highest_grade: int | None,
        code_actions: Sequence[Action],
        clock: Callable[[], int],
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._vault = vault
        self._memory = KeeperMemory(database)
        self.retention = Retention(vault, database, clock)
        self.roots = Roots(vault, database, self.retention)
        self._sealing_private = sealing_private
        self._agency = agency
        self._highest_grade = highest_grade
        self._code_actions = tuple(code_actions)
        self._clock = clock
        self._random = random
        self._policy: tuple[int, Policy] | None = None
        self._lock = threading.Lock()

    def pin_charter(self, signed: SignedCharter) -> None:
        """Pin a charter: the first by hand, every later one as the successor of the pinned one.

        Raises
        ------
        GovernanceError
            As `check_genesis` and `check_successor`.
        """
        self._memory.pin(signed)

    @property
    def charter(self) -> Charter:
        """The pinned charter.

        Raises
        ------
        GovernanceError
            ``governance.charter-pin`` when none is pinned.
        """
        return self._memory.charter

    def seal(
        self,
        pages: Iterable[bytes],
        about: About,
        permit: tuple[Permit, Request] | None = None,
        *,
        basis: str = "",
    ) -> Asset:
        """Seal content under a label.

        Parameters
        ----------
        pages
            The content, in pages.
        about
            What is said of it.
        permit
            For an act that lowers: the executor's permit and its request.
        basis
            An asset that the content resembles, so that only the difference is kept; "" for none.

        Raises
        ------
        GovernanceError
            ``governance.label-falls``, ``governance.ticket`` for an unknown or withdrawn parent,
            ``governance.keeper`` for a grade that this profile or this vault can't hold, or a kind
            that only the keeper makes,
            ``governance.permit``.
        """
        if about.kind == pseudonyms.KIND:
            raise GovernanceError("governance.keeper", reason="reserved-kind")
        return self._seal(pages, about, permit, basis)

    def _seal(
        self,
        pages: Iterable[bytes],
        about: About,
        permit: tuple[Permit, Request] | None = None,
        basis: str = "",
    ) -> Asset:
        charter = self.charter
        label = Label.parse(about.label, charter.labels)
        if self._highest_grade is not None and label.grade > self._highest_grade:
            raise GovernanceError("governance.keeper", reason="not-open-data")
        if label.grade > self._vault.grade:
            raise GovernanceError("governance.keeper", reason="above-vault")
        self._check_rise(label, about, permit)
        bound = about.bound(label, charter.suite)
        sealed = self._vault.put(pages, bound=bound, basis=basis)
        faults.point("keeper.sealed")
        asset = Asset(
            id=sealed.handle,
            kind=about.kind,
            media_type=about.media_type,
            schema_id=about.schema_id,
            label=label,
            owner=self._agency,
            parents=about.parents,
            producer=about.producer,
            created=write_time(self._clock()),
        )
        return self._memory.remember(asset, sealed.size)

    def open(self, ticket: Ticket, signature: str) -> tuple[int, Iterator[bytes]]:
        """Return the size and the content of an asset, once, against a ticket.

        Raises
        ------
        GovernanceError
            ``governance.ticket`` when the ticket is not good or was used.
        PolicyError
            ``governance.denied`` when the policy says no.
        """
        size = self._take(ticket, signature, READING)
        return size, self._vault.read(ticket.asset)

    def element_keys(
        self, ticket: Ticket, signature: str, *, generation: int, elements: Sequence[str]
    ) -> list[bytes]:
        """Return the keys of a purpose's elements, once, against a ticket for what they are used on.

        The purpose is the ticket's own: the policy says whether the principal may act for it on that
        asset. The root of a purpose and generation is made when it is first asked for.

        Parameters
        ----------
        ticket, signature
            For an action of `dure.governance.pseudonyms.KEYED`.
        generation
            Which generation of the purpose's keys, from 1.
        elements
            Names of the elements.

        Raises
        ------
        GovernanceError
            ``governance.ticket`` when the ticket is not good or was used.
        PolicyError
            ``governance.denied`` when the policy says no.
        """
        charter, purpose = self.charter, ticket.purpose
        uses = [  # before the ticket is used: what is malformed changes nothing
            pseudonyms.element_use(
                purpose=purpose, generation=generation, element=element, suite=charter.suite
            )
            for element in elements
        ]
        self._take(ticket, signature, pseudonyms.KEYED)
        root = self._root(charter, purpose, generation, ticket.asset)
        return [pseudonyms.element_key(root, use) for use in uses]

    def open_for_permit(
        self, permit: Permit, request: Request, asset_id: str
    ) -> tuple[int, Iterator[bytes]]:
        """Return the size and the content of an asset that a permit's request names.

        Raises
        ------
        GovernanceError
            ``governance.permit`` when the permit is not for it, or people signed another source label
            than its assets have; ``governance.ticket`` when it is withdrawn.
        """
        self._check_permit(permit, request)
        if asset_id not in request.assets:
            raise GovernanceError("governance.permit", request=request.id, reason="other-asset")
        asset, size = self._memory.recall(asset_id)
        if asset.kind == pseudonyms.KIND:
            raise GovernanceError("governance.permit", request=request.id, reason="other-asset")
        self._refuse_withdrawn(asset_id)
        return size, self._vault.read(asset_id)

    def seal_again(
        self, permit: Permit, request: Request, asset_id: str, *, label: str, **about: Any
    ) -> Asset:
        """Seal an asset that a permit's request names under another label; ``about`` as `About`.

        No byte of it comes out, and none is kept twice: both share their pages.
        Raises as `seal` and `open_for_permit`.
        """
        _, content = self.open_for_permit(permit, request, asset_id)
        asset = self.describe(asset_id)
        told = About(asset.kind, asset.media_type, asset.schema_id, label, **about)
        return self._seal(content, told, (permit, request))

    def shred(self, permit: Permit, request: Request, asset_id: str) -> bool:
        """Destroy the content of an asset that a permit's request names; what is gone stays gone.

        What goes is what the request names first, and parts of that; what is said of it stays. Say
        whether it is gone: a part of something else too is kept, and goes with the last that has it.

        Raises
        ------
        GovernanceError
            ``governance.permit`` when the permit is not for it, its action destroys nothing, or a legal
            hold lies on anything that would go, or, for a root of keys, on what it was used on.
        """
        destroys, named = self._check_permit(permit, request).action.destroys, request.assets
        known = asset_id in named and asset_id in (named[0], *self.retention.parts(named[0]))
        if not destroys or not known:
            raise GovernanceError("governance.permit", request=request.id, reason="other-asset")
        self.roots.check_shredding(request, asset_id, self._memory.recall(asset_id)[0].kind)
        doomed = self.retention.doomed(request.assets)
        if any(map(self.retention.held, doomed)):
            raise GovernanceError("governance.permit", request=request.id, reason="held")
        if asset_id in doomed and self._vault.exists(asset_id):
            self._vault.shred(asset_id)
        return asset_id in doomed

    def describe(self, asset_id: str) -> Asset:
        """Return what is said of an asset that the vault holds.

        Raises
        ------
        GovernanceError
            ``governance.ticket`` when there is none.
        """
        return self._memory.recall(asset_id)[0]

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:
        """Return the content key that another node wrapped to this one."""
        return suite(self.charter.suite).unwrap(self._sealing_private, wrapped, info)

    def _check_rise(
        self, label: Label, about: About, permit: tuple[Permit, Request] | None
    ) -> None:
        for parent in about.parents:
            self._refuse_withdrawn(parent)
        if permit is None:
            for parent in about.parents:
                if not label.dominates(self._memory.recall(parent)[0].label):
                    raise GovernanceError("governance.label-falls")
            return
        request = permit[1]
        rulebook = self._check_permit(*permit)
        others = [parent for parent in about.parents if parent not in request.assets]
        # What the act has minted a moment ago may be a parent too: nothing falls by that.
        if not rulebook.action.lowers or not all(
            label.dominates(self._memory.recall(parent)[0].label) for parent in others
        ):
            raise GovernanceError("governance.permit", request=request.id, reason="other-asset")
        if not label.dominates(Label.parse(request.target, self.charter.labels)):
            raise GovernanceError("governance.label-falls")

    def _refuse_withdrawn(self, asset_id: str) -> None:
        if self.retention.withdrawn(asset_id):
            raise GovernanceError("governance.ticket", asset=asset_id[:16], reason="withdrawn")

    def _check_permit(self, permit: Permit, request: Request) -> Rulebook:
        """Count the votes again: the executor's word alone opens nothing."""
        charter = self.charter
        action = merge_actions(self._code_actions, charter).get(request.action)
        if action is None or request.agency != self._agency:
            raise GovernanceError("governance.permit", request=request.id, reason="other-request")
        rulebook = Rulebook(charter, action, suite(charter.suite))
        check_permit(permit, request, rulebook)
        if self._clock() >= request.expires_s:
            raise GovernanceError("governance.permit", request=request.id, reason="expired")
        self._check_source(request, charter)
        return rulebook

    def _check_source(self, request: Request, charter: Charter) -> None:
        """Compare the source label that people signed, which a door wrote, with what is held here."""
        held = [self._memory.recall(asset_id)[0].label for asset_id in request.assets]
        if held and Label.parse(request.source, charter.labels) != join_all(held):
            raise GovernanceError("governance.permit", request=request.id, reason="other-source")

    def _take(self, ticket: Ticket, signature: str, actions: frozenset[str]) -> int:
        """Check a ticket, ask the policy, and mark the ticket as used; return the content's size."""
        charter, now = self.charter, self._clock()
        check_ticket(
            ticket,
            signature,
            suite=suite(charter.suite),
            executor_public=bytes.fromhex(charter.member(self._agency).executor),
            now=now,
        )
        principal = charter.principal(ticket.principal)
        if ticket.action not in actions or principal.agency != self._agency:
            raise GovernanceError("governance.ticket", asset=ticket.asset[:16], reason="denied")
        asset, size = self._memory.recall(ticket.asset)
        if asset.kind == pseudonyms.KIND:
            raise GovernanceError("governance.ticket", asset=ticket.asset[:16], reason="denied")
        self._decider(charter).require(
            Query(
                principal=principal,
                action=ticket.action,
                label=asset.label,
                owner=asset.owner,
                purpose=ticket.purpose,
                withdrawn=self.retention.withdrawn(ticket.asset),
            )
        )
        self._memory.use(ticket, now)
        return size

    def _root(self, charter: Charter, purpose: str, generation: int, used_on: str) -> bytes:
        """Return the root of a purpose's keys, for use on an asset; it is made when there never was one."""
        with self._lock:
            known = self.roots.find(purpose, generation)
            if known is None:
                known = self._new_root(charter, pseudonyms.root_name(purpose, generation))
            root = self.roots.read(known)
            self.roots.note_use(known, used_on)
        return root

    def _new_root(self, charter: Charter, name: str) -> str:
        owner = f"{self._agency}//{charter.labels.grades[0]}//"
        return self._seal(
            [self._random(pseudonyms.ROOT_BYTES)],
            About(
                kind=pseudonyms.KIND,
                media_type="application/octet-stream",
                schema_id=name,
                label=f"{owner} REL {self._agency} FOR -",
                parents=(),
                producer="keeper",
            ),
        ).id

    def _decider(self, charter: Charter) -> Policy:
        with self._lock:
            if self._policy is None or self._policy[0] != charter.version:
                actions = doable_actions(self._code_actions, charter)
                policy = Policy(actions, charter.labels, charter.digest(), suite=charter.suite)
                self._policy = (charter.version, policy)
            return self._policy[1]
