"""What a room may ask of its node.

Rooms are functions whose first argument is a `House`. The node is the real one; nothing else in the
project implements it but the node, so a room is tested with real parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dure.core.assets import Asset
    from dure.core.labels import Label
    from dure.core.principals import Principal
    from dure.core.suites import Suite
    from dure.core.verdicts import Verdict
    from dure.governance.charter import Charter
    from dure.governance.decisions import Request
    from dure.storage.assets import AssetCatalogue
    from dure.storage.database import Database


@dataclass(frozen=True, slots=True)
class Stream:
    """Content on its way: a readable pipe and the exact number of bytes that must come out of it."""

    fd: int
    size: int


@dataclass(slots=True)
class Doing:
    """A state change under way; what is set here goes into its outcome in the ledger."""

    asset: str = ""
    detail: MutableMapping[str, object] = field(default_factory=dict)


class Keeping(Protocol):
    """What is kept and for how long: withdrawals, legal holds, garbage."""

    def withdraw(self, asset_id: str) -> tuple[str, ...]:
        """Withdraw an asset and all that was made of it; return all of them, itself first."""

    def dependants(self, asset_id: str) -> tuple[str, ...]:
        """Return what a withdrawal would reach, the asset itself first."""

    def hold(self, asset_id: str) -> None:
        """Lay a legal hold on an asset: nothing destroys it, nor what it was made of."""

    def lift(self, asset_id: str) -> bool:
        """Lift the legal hold on an asset; say whether there was one."""

    def holds(self) -> Mapping[str, str]:
        """Return asset -> since when, for every legal hold."""

    def root(self, purpose: str, generation: int) -> Mapping[str, object]:
        """Return what is known of the root of a purpose's keys; see `dure.governance.roots`.

        Raises
        ------
        GovernanceError
            ``governance.keeper`` when none was ever made.
        """

    def collect_garbage(self) -> Mapping[str, int]:
        """Destroy what nothing refers to; return how many ``assets``, ``drafts`` and ``files`` went.

        Raises
        ------
        StorageError
            ``storage.vault`` while something is being sealed.
        """


class HostReports(Protocol):
    """The reports of its own host's probes that a node has kept."""

    @property
    def days(self) -> int:
        """How old the last one may be for data above Open; 0 asks for none."""

    def last(self, tier: str) -> bytes:
        """Return the last one of a tier, which nobody has verified yet; empty when there is none."""


class House(Protocol):
    """A node as its rooms see it."""

    @property
    def agency(self) -> str:
        """Agency whose node this is."""

    @property
    def profile(self) -> str:
        """How the node is deployed: ``embedded`` or ``separated``."""

    @property
    def open_tier(self) -> str:
        """The lowest tier of sandbox for Open data: ``A`` or ``B``."""

    @property
    def host_reports(self) -> HostReports:
        """The reports of this host's probes."""

    @property
    def principal(self) -> Principal:
        """Who acts through this door."""

    @property
    def charter(self) -> Charter:
        """The pinned charter."""

    @property
    def suite(self) -> Suite:
        """Crypto suite that the charter pins."""

    @property
    def database(self) -> Database:
        """The node's own store."""

    @property
    def assets(self) -> AssetCatalogue:
        """The catalogue of the node's assets."""

    @property
    def keeping(self) -> Keeping:
        """What is kept, and for how long."""

    def now(self) -> int:
        """Return seconds since 1970."""

    def random(self, n: int) -> bytes:
        """Return ``n`` random bytes."""

    def require(self, action: str, label: Label, *, purpose: str, owner: str = "") -> Verdict:
        """Return the policy's yes.

        Raises
        ------
        PolicyError
            ``governance.denied`` with the rules that spoke.
        """

    def require_here(self, action: str) -> Verdict:
        """Return the policy's yes to an action on the node itself rather than on an asset.

        Raises
        ------
        PolicyError
            ``governance.denied`` with the rules that spoke.
        """

    def seal(
        self,
        pages: Iterable[bytes],
        *,
        kind: str,
        media_type: str,
        schema_id: str,
        label: Label,
        producer: str,
        name: str,
        parents: Sequence[str] = (),
        facts: Mapping[str, str] | None = None,
        basis: str = "",
        noting: Callable[[Connection, Asset], None] | None = None,
    ) -> Asset:
        """Seal content into the vault and record the asset; the same content gives the same asset.

        Where it resembles the asset ``basis``, the vault keeps only the difference. ``noting`` writes
        what else is to be known of the asset, in the transaction that records it.

        Raises
        ------
        GovernanceError
            ``governance.label-falls`` when the label does not dominate every parent's.
        """

    def open(self, asset_id: str, *, purpose: str, run: str) -> Stream:
        """Have the keeper stream an asset's content, under a ticket for one run."""

    def read(self, asset_id: str, *, purpose: str, limit: int) -> bytes:
        """Return the whole content of a small asset, at most ``limit`` bytes, to the principal."""

    def element_keys(
        self, asset_id: str, *, purpose: str, generation: int, elements: Sequence[str]
    ) -> Mapping[str, bytes]:
        """Return the keys of pseudonyms' elements for a purpose, to be used on one asset.

        The keeper gives them against a ticket; see `dure.governance.pseudonyms`.
        """

    def adopt(self, asset_id: str, name: str, facts: Mapping[str, str] | None = None) -> Asset:
        """Record in the catalogue an asset that an act minted; doing it twice is doing it once."""

    def doing(
        self, action: str, *, asset: str = "", detail: Mapping[str, object] | None = None
    ) -> AbstractContextManager[Doing]:
        """Write the intent of a state change into the ledger before, and its outcome after."""

    def propose(
        self,
        action: str,
        *,
        arguments: Mapping[str, object],
        assets: Sequence[str],
        source: Label,
        target: Label,
        evidence: str,
    ) -> Request:
        """Open a request for a critical action."""

    def execute(self, request_id: str) -> Mapping[str, object]:
        """Have the executor perform an approved request, once."""
