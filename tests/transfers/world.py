"""Two nodes of an invented alliance: real executor, keeper, vault, ledger and policy in one process."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dure.core.actions import QuorumRule
from dure.core.labels import Label
from dure.core.principals import Principal, PublicKey
from dure.core.suites import Suite, suite
from dure.core.times import write_time
from dure.governance import keeper_tables, tables
from dure.governance.charter import Charter, Rule, SignedCharter, merge_actions, sign
from dure.governance.decisions import Choice, Client, Request, Vote, sign_vote
from dure.governance.events import Event, read_entry
from dure.governance.executor import Executor
from dure.governance.house import Doing, Stream
from dure.governance.keeper import About, Keeper
from dure.governance.ledger.log import Ledger
from dure.governance.permits import Permit
from dure.governance.policy.engine import Policy
from dure.governance.policy.query import Query
from dure.governance.spec import ROOM as GOVERNANCE
from dure.storage import incarnation
from dure.storage import tables as storage_tables
from dure.storage.assets import AssetCatalogue
from dure.storage.database import Database, open_database
from dure.storage.vault import METADATA as VAULT
from dure.storage.vault import Vault
from dure.transfers.act import SealForAgency
from dure.transfers.spec import IMPORT, ROOM, TRANSFER
from dure.transfers.tables import METADATA as ROOM_TABLES
from tests.exchange.alliance import AGENCIES, POLICY, T0, Clock, Keys

ACTIONS = (*ROOM.actions, *GOVERNANCE.actions)
SOURCE = "coast//O// REL coast FOR trial"
TARGET = "coast//O// REL coast,navy FOR trial"
QUORUM = TRANSFER.quorum
OFFICERS = ("coast.checker", "coast.officer")


def _person(name: str, crypto: Suite, *roles: str) -> Principal:
    public = crypto.signing_public(private_of(name, crypto))
    return Principal(
        id=name,
        agency=name.partition(".")[0],
        roles=frozenset(roles),
        grade=2,
        categories=frozenset({"maritime"}),
        purposes=frozenset({"trial", "scoring"}),
        keys=(PublicKey(crypto.key_id(public), public.hex()),),
    )


def private_of(name: str, crypto: Suite) -> bytes:
    return crypto.signing_key(name.encode().ljust(48, b".")[:48])


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
            _person("coast.checker", crypto, "checker"),
            _person("coast.officer", crypto, "security-officer"),
            _person("coast.steward", crypto, "steward", "checker"),
            _person("navy.checker", crypto, "checker"),
            _person("navy.steward", crypto, "steward"),
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


class Node:
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
        store = self._store("executor", tables.METADATA, incarnation.METADATA)
        if first:
            with store.write() as connection:
                incarnation.begin(connection, write_time(T0))
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

    def random(self, n: int) -> bytes:
        return os.urandom(n)

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
        reading, writing = os.pipe()

        def pour() -> None:
            with os.fdopen(writing, "wb") as pipe:
                for chunk in chunks:
                    pipe.write(chunk)

        threading.Thread(target=pour, daemon=True).start()
        return Stream(reading, size)

    def read(self, asset_id: str, *, purpose: str, limit: int) -> bytes:
        with os.fdopen(self.open(asset_id, purpose=purpose, run="").fd, "rb") as pipe:
            return pipe.read(limit)

    @contextmanager
    def doing(
        self, action: str, *, asset: str = "", detail: Mapping[str, object] | None = None
    ) -> Iterator[Doing]:
        doing = Doing(asset)
        self.executor.append([Event(f"{action}.begun", self.principal.id, asset, "", detail or {})])
        try:
            yield doing
        except BaseException:
            self.executor.append([Event(f"{action}.failed", self.principal.id, doing.asset)])
            raise
        self.executor.append([Event(f"{action}.done", self.principal.id, doing.asset)])

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
        return self.executor.open_request(
            action,
            arguments=arguments,
            assets=assets,
            source=str(source),
            target=str(target),
            evidence=evidence,
            requester=self.principal.id,
        )

    def execute(self, request_id: str) -> Mapping[str, object]:
        return self.executor.execute(request_id)

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
            self.executor.cast_vote(make_vote(request, voter, self.suite, self.clock()))

    def types(self) -> list[str]:
        return [read_entry(data).type for data in self.ledger.entries(0, self.ledger.head().size)]


def make_vote(request: Request, voter: str, crypto: Suite, now: int) -> Vote:
    private = private_of(voter, crypto)
    key = crypto.key_id(crypto.signing_public(private))
    vote = Vote(request.digest(crypto), Choice.APPROVE, voter, key, Client.CLI, write_time(now))
    return sign_vote(vote, private, crypto)


def nodes(root: Path, suite_name: str = "intl") -> tuple[Node, Node]:
    """Return a sender and a recipient that agree on the time."""
    clock, charter = Clock(), make_charter(suite_name)
    return (
        Node(root / "coast", "coast", "coast.steward", clock, charter),
        Node(root / "navy", "navy", "navy.steward", clock, charter),
    )


__all__ = ["IMPORT", "SOURCE", "TARGET", "Node", "make_charter", "nodes", "replace", "signed"]
