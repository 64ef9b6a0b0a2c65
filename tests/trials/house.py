"""A small house of real parts: SQLite, the real catalogue, policy, charter, executor and ledger.

Only the vault is a dictionary in memory, and only the sockets between the processes are missing.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from dure.core.actions import Action
from dure.core.assets import Asset
from dure.core.labels import Label, LabelPolicy
from dure.core.principals import Principal, Role
from dure.core.suites import suite
from dure.core.times import write_time
from dure.governance.charter import Charter, Rule, merge_actions
from dure.governance.decisions import Request
from dure.governance.errors import GovernanceError
from dure.governance.executor import Executor
from dure.governance.house import Stream
from dure.governance.jobs import tables as job_tables
from dure.governance.ledger.log import Ledger
from dure.governance.policy.engine import Policy
from dure.governance.policy.query import Query
from dure.governance.spec import READ
from dure.storage import tables as storage_tables
from dure.storage.assets import AssetCatalogue
from dure.storage.database import Database, open_database
from dure.trials import tables as trials_tables
from dure.trials.releasing import ReleaseReport
from dure.trials.spec import ACTIONS, RELEASE, ROOM
from tests.governance.alliance import Key, make_store, member, principal, signed, vote_on
from tests.house import ExecutorHouse, piped

START = 1_790_000_000
SUITE = suite("intl")
ALPHA, BRAVO = "alpha", "bravo"
POLICY = LabelPolicy(
    id="demo",
    grades=("O", "S"),
    categories=frozenset({"answer-key", "traffic"}),
    agencies=frozenset({ALPHA, BRAVO}),
    purposes=(("trial", ""), ("scoring", "trial")),
)
EVERYBODY = frozenset(Role)
ALL_ACTIONS: tuple[Action, ...] = (READ, *ACTIONS)
DATA_LABEL = "bravo//O//traffic REL bravo FOR trial"


def label(text: str) -> Label:
    return Label.parse(text, POLICY)


def _principal(name: str, *roles: Role) -> Principal:
    categories = frozenset({"traffic", "answer-key"})
    return replace(principal(name, *roles), grade=1, categories=categories)


CHARTER = Charter(
    version=1,
    previous="",
    alliance="Trial alliance",
    suite="intl",
    labels=POLICY,
    members=(member(ALPHA), member(BRAVO)),
    principals=(
        _principal("alpha.developer", Role.DEVELOPER),
        _principal("alpha.stranger", Role.AUDITOR),
        _principal("bravo.operator", Role.OPERATOR),
        _principal("bravo.checker", Role.CHECKER),
        _principal("bravo.officer", Role.SECURITY_OFFICER),
    ),
    rules={action.name: Rule(action.roles) for action in ALL_ACTIONS},
    quorum=2,
)


class Contents:
    """The vault: content by handle, and what is known of it."""

    def __init__(self, agency: str) -> None:
        self.agency = agency
        self.content: dict[str, bytes] = {}
        self.assets: dict[str, Asset] = {}

    def put(self, pages: Iterable[bytes], about: Mapping[str, Any], now: int) -> Asset:
        content = b"".join(pages)
        bound = f"{self.agency}|{about['kind']}|{about['label']}|{about['parents']}".encode()
        handle = hashlib.sha256(bound + b"\0" + content).hexdigest()
        self.content[handle] = content
        asset = Asset(id=handle, owner=self.agency, created=write_time(now), **about)
        return self.assets.setdefault(handle, asset)

    def read(self, asset_id: str, permit: object, request: object) -> Iterator[bytes]:
        yield self.content[asset_id]

    def seal(self, pages: Iterable[bytes], permit: object, request: object, **about: Any) -> Asset:
        about.pop("name")
        return self.put(pages, about, START)


@dataclass
class TrialHouse(ExecutorHouse):
    folder: Path
    agency: str = BRAVO
    who: str = "bravo.operator"
    profile: str = "embedded"
    open_tier: str = "A"
    host_reports: Any = field(default_factory=lambda: SimpleNamespace(days=0, last=lambda _: b""))
    clock_s: int = START
    cut_stream: int = 0
    opened: list[tuple[str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.contents = Contents(self.agency)
        self.database: Database = open_database(f"sqlite:///{self.folder}/node.db")
        storage_tables.METADATA.create_all(self.database.engine)
        trials_tables.METADATA.create_all(self.database.engine)
        job_tables.METADATA.create_all(self.database.engine)
        self.assets = AssetCatalogue(self.database, POLICY)
        self.charter = CHARTER
        self.suite = SUITE
        self.policy = Policy(
            merge_actions(ALL_ACTIONS, CHARTER), POLICY, CHARTER.digest(), suite="intl"
        )
        store = make_store(f"sqlite:///{self.folder}/executor.db")
        key = Key(f"{self.agency} executor")
        self.released = self.folder / "released"
        self.released.mkdir(exist_ok=True)
        self.executor = Executor(
            agency=self.agency,
            db=store,
            ledger=Ledger(store, f"{self.agency}.example/ledger", key.sign, key.public, SUITE),
            suite=SUITE,
            key=key,
            node_key=Key(f"{self.agency} node"),
            actions=ALL_ACTIONS,
            acts={RELEASE: ReleaseReport()},
            event_types=ROOM.events,
            keeper=self.contents,
            directory=self.released,
            clock=self.now,
            random=secrets.token_bytes,
        )
        self.executor.pin_charter(signed(CHARTER, ALPHA, BRAVO))

    # ── the house ───────────────────────────────────────────────────────────────────────────────

    @property
    def principal(self) -> Principal:
        return CHARTER.principal(self.who)

    def now(self) -> int:
        return self.clock_s

    def require(self, action: str, label: Label, *, purpose: str, owner: str = "") -> Any:
        return self.policy.require(
            Query(self.principal, action, label, owner or self.agency, purpose)
        )

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
    ) -> Asset:
        for parent in parents:
            if not label.dominates(self.assets.get(parent).asset.label):
                raise GovernanceError("governance.label-falls")
        about = {
            "kind": kind,
            "media_type": media_type,
            "schema_id": schema_id,
            "label": label,
            "parents": tuple(parents),
            "producer": producer,
        }
        asset = self.contents.put(pages, about, self.now())
        self.assets.record(asset, name, dict(facts or {}), by=self.who)
        return asset

    def open(self, asset_id: str, *, purpose: str, run: str) -> Stream:
        asset = self.assets.get(asset_id).asset
        self.require(READ.name, asset.label, purpose=purpose, owner=asset.owner)
        self.opened.append((asset.kind, purpose, run))
        content = self.contents.content[asset_id]
        sent = content[: len(content) - self.cut_stream]
        return piped([sent], len(content))

    # ── what a test does around it ──────────────────────────────────────────────────────────────

    def as_(self, who: str) -> TrialHouse:
        self.who = who
        return self

    def table(self, content: bytes, text: str = DATA_LABEL) -> Asset:
        """Seal a Parquet table as the room of data sets does."""
        return self.seal(
            [content],
            kind="dataset.table",
            media_type="application/vnd.apache.parquet",
            schema_id="dure/table/v1",
            label=label(text),
            producer="dataset.import",
            name="data.parquet",
        )

    def dataset(self, content: bytes, text: str = DATA_LABEL) -> Asset:
        table = self.table(content, text)
        return self.seal(
            [b"{}"],
            kind="dataset",
            media_type="application/ld+json",
            schema_id="croissant/1.1",
            label=label(text),
            parents=(table.id,),
            producer="dataset.import",
            name="data",
        )

    def approve(self, request: Request) -> None:
        """Have both officers read it for long enough and sign it."""
        self.clock_s += 5
        for voter in ("bravo.checker", "bravo.officer"):
            self.vote(request, voter)

    def vote(self, request: Request, voter: str) -> None:
        self.executor.cast_vote(vote_on(request, voter, now=self.now()))
