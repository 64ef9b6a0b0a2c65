"""Two nodes of an invented alliance: real executor, keeper, vault, ledger and policy in one process."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dure.core.actions import QuorumRule
from dure.core.labels import Label
from dure.core.suites import Suite, suite
from dure.governance import keeper_tables
from dure.governance.about import About
from dure.governance.charter import Charter, Rule, SignedCharter, merge_actions, sign
from dure.governance.decisions import Request, Vote
from dure.governance.executor import Executor
from dure.governance.house import Stream
from dure.governance.keeper import Keeper
from dure.governance.ledger.log import Ledger
from dure.governance.permits import Permit
from dure.governance.policy.engine import Policy
from dure.governance.policy.query import Query
from dure.governance.spec import ROOM as GOVERNANCE
from dure.storage import tables as storage_tables
from dure.storage.assets import AssetCatalogue
from dure.storage.database import Database, open_database
from dure.storage.vault import METADATA as VAULT
from dure.storage.vault import Vault
from dure.transfers.act import SealForAgency
from dure.transfers.spec import IMPORT, ROOM, TRANSFER
from dure.transfers.tables import METADATA as ROOM_TABLES
from tests.exchange.alliance import AGENCIES, POLICY, Clock, Keys
from tests.governance.alliance import make_store, principal, vote_on
from tests.house import ExecutorHouse, piped

ACTIONS = (*ROOM.actions, *GOVERNANCE.actions)
SOURCE = "coast//O// REL coast FOR trial"
TARGET = "coast//O// REL coast,navy FOR trial"
QUORUM = TRANSFER.quorum
OFFICERS = ("coast.checker", "coast.officer")


def make_charter(suite_name: str = "intl", **changes: Any) -> Charter:
    crypto = suite(suite_name)
    parts: dict[str, Any] = {
        "version": 1,
        "previous": "",
        "alliance": "Demo",
        "suite": suite_name,
        "labels": POLICY,
        "members": tuple(Keys.of(name, crypto).member(name) for name in AGENCIES),
        "principals": (
            principal("coast.checker", "checker", suite_name=suite_name),
            principal("coast.officer", "security-officer", suite_name=suite_name),
            principal("coast.steward", "steward", "checker", suite_name=suite_name),
            principal("navy.checker", "checker", suite_name=suite_name),
            principal("navy.steward", "steward", suite_name=suite_name),
        ),
        "rules": {
            **{action.name: Rule(action.roles) for action in ACTIONS},
            TRANSFER.name: Rule(frozenset({"steward"}), QUORUM),
        },
        "quorum": 2,
    }
    return Charter(**(parts | changes))


def signed(charter: Charter, *agencies: str) -> SignedCharter:
    made = SignedCharter(charter)
    for agency in agencies or ("coast", "navy"):
        made = sign(made, agency, Keys.of(agency, suite(charter.suite)).delegate)
    return made


@dataclass(frozen=True)
class _Key:
    crypto: Suite
    private: bytes

    @property
    def public(self) -> bytes:
        return self.crypto.signing_public(self.private)

    def sign(self, message: bytes) -> bytes:
        return self.crypto.sign(self.private, message)


class _Port:
    """The keeper as the executor reaches it."""

    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper

    def read(self, asset_id: str, permit: Permit, request: Request) -> Iterator[bytes]:
        return self.keeper.open_for_permit(permit, request, asset_id)[1]

    def seal(self, pages: Iterable[bytes], permit: Permit, request: Request, **about: Any) -> Any:
        raise AssertionError("a transfer mints nothing in its own vault")


class Node(ExecutorHouse):
    """A `House` over real parts; what crosses processes in a node is a call here."""

    def __init__(
        self, root: Path, agency: str, person: str, clock: Clock, charter: Charter | None = None
    ) -> None:
        self.root, self.agency, self.clock = root, agency, clock
        self.signed = signed(charter or make_charter())
        self.suite = suite(self.charter.suite)
        self.keys = Keys.of(agency, self.suite)
        self.principal = self.charter.principal(person)
        first = not root.exists()
        (root / "releases").mkdir(parents=True, exist_ok=True)
        self.database = self._store("node", storage_tables.METADATA, ROOM_TABLES)
        self.assets = AssetCatalogue(self.database, self.charter.labels)
        self.keeper = self._keeper(first)
        self.executor = self._executor(first)
        merged = merge_actions(ACTIONS, self.charter)
        self.policy = Policy(
            merged, self.charter.labels, self.charter.digest(), suite=self.charter.suite
        )

    @property
    def charter(self) -> Charter:
        return self.signed.charter

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    def _store(self, name: str, *schemas: Any) -> Database:
        database = open_database(f"sqlite:///{self.root}/{name}.db")
        for schema in schemas:
            with database.write() as connection:
                schema.create_all(connection)
        return database

    def _keeper(self, first: bool) -> Keeper:
        database = self._store("keeper", keeper_tables.METADATA, VAULT)
        make = Vault.create if first else Vault.open
        keeper = Keeper(
            vault=make(self.root / "vault", database, b"k" * 32),
            database=database,
            sealing_private=self.keys.sealing,
            agency=self.agency,
            highest_grade=None,
            code_actions=ACTIONS,
            clock=self.clock,
        )
        keeper.pin_charter(self.signed)
        return keeper

    def _executor(self, first: bool) -> Executor:
        url = f"sqlite:///{self.root}/executor.db"
        store = make_store(url) if first else open_database(url)
        key = _Key(self.suite, self.keys.executor)
        origin = self.charter.member(self.agency).origin
        self.ledger = Ledger(store, origin, key.sign, key.public, self.suite)
        act = SealForAgency()
        executor = Executor(
            agency=self.agency,
            db=store,
            ledger=self.ledger,
            suite=self.suite,
            key=key,
            node_key=_Key(self.suite, self.keys.signing),
            actions=ACTIONS,
            acts={TRANSFER.name: act},
            event_types=ROOM.events | GOVERNANCE.events,
            keeper=_Port(self.keeper),
            directory=self.releases,
            clock=self.clock,
            random=os.urandom,
        )
        if first:
            executor.pin_charter(self.signed)
        return executor

    # ── what a room may ask ────────────────────────────────────────────────────────────────────
    def now(self) -> int:
        return self.clock()

    def require(self, action: str, label: Label, *, purpose: str, owner: str = "") -> Any:
        return self.policy.require(Query(self.principal, action, label, owner, purpose))

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
    ) -> Any:
        about = About(kind, media_type, schema_id, str(label), tuple(parents), producer)
        asset = self.keeper.seal(pages, about)
        self.assets.record(asset, name, dict(facts or {}), by=self.principal.id)
        return asset

    def open(self, asset_id: str, *, purpose: str, run: str) -> Stream:
        ticket, signature = self.executor.issue_ticket(
            asset_id,
            principal=self.principal.id,
            action="content.read",
            purpose=purpose,
            run=run,
        )
        size, chunks = self.keeper.open(ticket, signature)
        return piped(chunks, size)

    # ── what people do ─────────────────────────────────────────────────────────────────────────
    def label(self, text: str) -> Label:
        return Label.parse(text, self.charter.labels)

    def import_(self, content: bytes = b"ships and harbours\n" * 50, label: str = SOURCE) -> Any:
        return self.seal(
            [content],
            kind="dataset",
            media_type="text/csv",
            schema_id="dure/table/v1",
            label=self.label(label),
            producer="datasets.import",
            name="ships",
        )

    def approve(self, request: Request, *voters: str) -> None:
        assert isinstance(QUORUM, QuorumRule)
        self.clock.now_s += QUORUM.review_s
        for voter in voters or OFFICERS:
            self.executor.cast_vote(self.vote(request, voter))

    def vote(self, request: Request, voter: str) -> Vote:
        return vote_on(request, voter, suite_name=self.suite.name, now=self.clock())


def nodes(root: Path, suite_name: str = "intl") -> tuple[Node, Node]:
    """Return a sender and a recipient that agree on the time."""
    clock, charter = Clock(), make_charter(suite_name)
    return (
        Node(root / "coast", "coast", "coast.steward", clock, charter),
        Node(root / "navy", "navy", "navy.steward", clock, charter),
    )


__all__ = ["IMPORT", "SOURCE", "TARGET", "Node", "make_charter", "nodes", "replace", "signed"]
