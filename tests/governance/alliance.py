"""An invented alliance and one real executor in it, small enough to build for every test."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from dure.core.actions import Action, QuorumRule
from dure.core.assets import Asset
from dure.core.labels import Label, LabelPolicy
from dure.core.principals import Principal, PublicKey
from dure.core.suites import Suite, digest_of, suite
from dure.core.text import Text
from dure.core.times import write_time
from dure.governance import tables
from dure.governance.acts import Act, ActContext
from dure.governance.charter import Charter, Member, Rule, SignedCharter, propose, sign
from dure.governance.decisions import Choice, Client, Request, Vote, sign_vote
from dure.governance.executor import Executor
from dure.governance.ledger.log import Ledger
from dure.governance.permits import Permit
from dure.storage import incarnation
from dure.storage.database import Database, open_database

AGENCIES = ("coast", "navy", "port")
POLICY = LabelPolicy(
    id="demo",
    grades=("O", "S", "C"),
    categories=frozenset({"maritime", "answer-key"}),
    agencies=frozenset(AGENCIES),
    purposes=(("trial", ""), ("scoring", "trial")),
)
OPEN_TEXT = "coast//O//maritime REL coast FOR trial"
SECRET_TEXT = "coast//C//maritime REL coast FOR trial"
SHARED_TEXT = "coast//O//maritime REL coast,navy FOR trial"
EVIDENCE = digest_of(b"evidence")
ASSET = "ab" * 32
START = 1_750_000_000
ACTION = "report.release"
PLAIN = "dataset.tidy"
RULE = QuorumRule(
    votes=2,
    roles=frozenset({"checker", "security-officer"}),
    agencies=1,
    review_s=10,
    expires_s=600,
)
ACTIONS = (
    Action(ACTION, Text("Release", "반출"), frozenset({"steward", "checker"}), RULE, lowers=True),
    Action("asset.mark", Text("Mark", "표시"), frozenset({"steward"}), RULE),
    Action(PLAIN, Text("Tidy", "정리"), frozenset({"steward"})),
    Action("model.drop", Text("Drop", "폐기"), frozenset({"steward"}), RULE),
)
OFFICERS = ("coast.checker", "coast.officer", "navy.checker")


@dataclass(frozen=True)
class Key:
    """A signing key made from a name, so that every process of a test has the same."""

    name: str
    suite_name: str = "intl"

    @property
    def suite(self) -> Suite:
        return suite(self.suite_name)

    @property
    def private(self) -> bytes:
        return _private(self.name, self.suite_name)

    @property
    def public(self) -> bytes:
        return self.suite.signing_public(self.private)

    @property
    def id(self) -> str:
        return self.suite.key_id(self.public)

    def sign(self, message: bytes) -> bytes:
        return self.suite.sign(self.private, message)

    def enrolled(self, *, revoked: bool = False) -> PublicKey:
        return PublicKey(self.id, self.public.hex(), revoked)


@cache
def _private(name: str, suite_name: str) -> bytes:
    return suite(suite_name).signing_key(name.encode().ljust(48, b".")[:48])


def member(agency: str, suite_name: str = "intl") -> Member:
    return Member(
        agency=agency,
        name=Text(f"{agency.title()} Agency", f"{agency} 기관"),
        node_signing=Key(f"{agency} node", suite_name).public.hex(),
        node_sealing="aa" * 32,
        executor=Key(f"{agency} executor", suite_name).public.hex(),
        origin=f"{agency}.example/ledger",
        delegate=Key(f"{agency} delegate", suite_name).public.hex(),
    )


def principal(name: str, *roles: str, suite_name: str = "intl") -> Principal:
    return Principal(
        id=name,
        agency=name.partition(".")[0],
        roles=frozenset(roles),
        grade=2,
        categories=frozenset({"maritime"}),
        purposes=frozenset({"trial", "scoring"}),
        keys=(Key(name, suite_name).enrolled(),),
    )


def charter(suite_name: str = "intl", **changes: Any) -> Charter:
    parts: dict[str, Any] = {
        "version": 1,
        "previous": "",
        "alliance": "Demo alliance",
        "suite": suite_name,
        "labels": POLICY,
        "members": tuple(member(agency, suite_name) for agency in AGENCIES),
        "principals": (
            principal("coast.checker", "checker", suite_name=suite_name),
            principal("coast.officer", "security-officer", suite_name=suite_name),
            principal("coast.steward", "steward", suite_name=suite_name),
            principal("navy.checker", "checker", suite_name=suite_name),
            principal("port.developer", "developer", suite_name=suite_name),
        ),
        "rules": {
            ACTION: Rule(frozenset({"steward", "checker"}), RULE),
            "asset.mark": Rule(frozenset({"steward"})),
            PLAIN: Rule(frozenset({"steward"})),
            "model.drop": Rule(frozenset({"steward"}), RULE),
        },
        "quorum": 2,
    }
    return Charter(**(parts | changes))


def signed(document: Charter, *agencies: str) -> SignedCharter:
    made = SignedCharter(document)
    for agency in agencies or ("coast", "navy"):
        made = sign(made, agency, Key(f"{agency} delegate", document.suite).private)
    return made


def successor(previous: Charter, **changes: Any) -> SignedCharter:
    return signed(propose(previous, replace(previous, **changes)).charter)


def vote_on(
    request: Request,
    voter: str,
    choice: Choice = Choice.APPROVE,
    client: Client = Client.CLI,
    key: Key | None = None,
    suite_name: str = "intl",
    now: int = START,
) -> Vote:
    key = key or Key(voter, suite_name)
    crypto = suite(suite_name)
    made = Vote(request.digest(crypto), choice, voter, key.id, client, write_time(now))
    return sign_vote(made, key.private, crypto)


@dataclass
class Clock:
    """A clock that a test moves."""

    now: int = START

    def __call__(self) -> int:
        return self.now


class Keeper:
    """A keeper of a few contents in memory; it refuses nothing, so that the executor must."""

    def __init__(self) -> None:
        self.contents = {ASSET: b"evidence"}

    def read(self, asset_id: str, permit: Permit, request: Request) -> Iterator[bytes]:
        yield self.contents[asset_id]

    def shred(self, asset_id: str, permit: Permit, request: Request) -> bool:
        del self.contents[asset_id]
        return True

    def seal_again(self, asset_id: str, permit: Permit, request: Request, **about: Any) -> Asset:
        told = {"kind": "report", "media_type": "-", "schema_id": "-", "name": "-"}
        return self.seal([self.contents[asset_id]], permit, request, **told, **about)

    def seal(self, pages: Iterable[bytes], permit: Permit, request: Request, **about: Any) -> Asset:
        content = b"".join(pages)
        handle = digest_of(content).removeprefix("sha256:")
        self.contents[handle] = content
        about.pop("name")
        return Asset(id=handle, owner="coast", created=write_time(START), **about)


@dataclass
class WriteFile:
    """An act that appends one line to a file in the release folder; a test can trip it."""

    trip: Callable[[str, Request, ActContext], None] = lambda step, request, context: None

    def perform(
        self, permit: Permit, request: Request, context: ActContext
    ) -> Mapping[str, object]:
        self.trip("before", request, context)
        with self.place(context).open("a") as file:
            file.write(f"{request.id} {request.arguments.get('to', '')}\n")
        self.trip("after", request, context)
        return self.outcome(request, context)

    def happened(
        self, permit: Permit, request: Request, context: ActContext
    ) -> Mapping[str, object] | None:
        self.trip("asked", request, context)
        place = self.place(context)
        if not place.exists() or request.id not in place.read_text():
            return None
        return self.outcome(request, context)

    def evidence(self, request: Request, context: ActContext) -> str:
        self.trip("evidence", request, context)
        return digest_of(b"".join(b"".join(context.read(asset)) for asset in request.assets))

    def outcome(self, request: Request, context: ActContext) -> Mapping[str, object]:
        digest = digest_of(request.id.encode())
        context.release("report", digest)
        context.release("report", digest)
        return {"asset": ASSET, "digest": digest, "at": context.now()}

    @staticmethod
    def place(context: ActContext) -> Path:
        return context.directory / "released.txt"


@dataclass
class World:
    """One agency's executor over a real store, and the people around it."""

    db: Database
    directory: Path
    clock: Clock = field(default_factory=Clock)
    act: WriteFile = field(default_factory=WriteFile)
    keeper: Keeper = field(default_factory=Keeper)
    suite_name: str = "intl"
    agency: str = "coast"

    def __post_init__(self) -> None:
        self.executor = self.open()

    def open(self, **changes: Any) -> Executor:
        key = Key(f"{self.agency} executor", self.suite_name)
        log = Ledger(self.db, f"{self.agency}.example/ledger", key.sign, key.public, key.suite)
        self.ledger = log
        acts: dict[str, Act] = {ACTION: self.act, "asset.mark": self.act}
        parts: dict[str, Any] = {
            "agency": self.agency,
            "db": self.db,
            "ledger": log,
            "suite": key.suite,
            "key": key,
            "node_key": Key(f"{self.agency} node", self.suite_name),
            "actions": ACTIONS,
            "acts": acts,
            "event_types": frozenset({"dataset.tidy.done", f"{ACTION}.done"}),
            "keeper": self.keeper,
            "directory": self.directory,
            "clock": self.clock,
            "random": secrets.token_bytes,
        }
        return Executor(**(parts | changes))

    @property
    def suite(self) -> Suite:
        return suite(self.suite_name)

    def pin(self) -> Charter:
        return self.executor.pin_charter(signed(charter(self.suite_name)))

    def request(self, action: str = ACTION, **changes: Any) -> Request:
        parts: dict[str, Any] = {
            "arguments": {"to": "navy"},
            "assets": [ASSET],
            "source": OPEN_TEXT,
            "target": OPEN_TEXT,
            "evidence": EVIDENCE,
            "requester": "coast.steward",
        }
        return self.executor.open_request(action, **(parts | changes))

    def vote(
        self, request: Request, voter: str, choice: Choice = Choice.APPROVE, **more: Any
    ) -> Any:
        return self.executor.cast_vote(
            vote_on(request, voter, choice, suite_name=self.suite_name, **more)
        )

    def approved(self, **changes: Any) -> Request:
        request = self.request(**changes)
        self.clock.now += RULE.review_s
        for officer in ("coast.checker", "coast.officer"):
            self.vote(request, officer)
        return request

    def lines(self) -> list[str]:
        place = self.directory / "released.txt"
        return place.read_text().splitlines() if place.exists() else []

    def types(self) -> list[str]:
        from dure.governance.events import read_entry

        size = self.executor.checkpoint().size
        return [read_entry(data).type for data in self.executor.ledger.entries(0, size)]


def make_store(url: str) -> Database:
    db = open_database(url)
    tables.METADATA.create_all(db.engine)
    incarnation.METADATA.create_all(db.engine)
    with db.write() as connection:
        incarnation.begin(connection, write_time(START))
    return db


def label(text: str) -> Label:
    return Label.parse(text, POLICY)


def environment(fault: str = "") -> dict[str, str]:
    root = Path(__file__).resolve().parents[2]
    return os.environ | {"PYTHONPATH": f"{root / 'src'}:{root}", "DURE_FAULT": fault}
