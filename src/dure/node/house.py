"""The node as its rooms see it: the one `House`.

It asks the policy before, has the keeper seal and stream, has the executor write the ledger, and
keeps the catalogue. Nothing here unwraps a key or performs a critical act: those are other processes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from dure.core import faults
from dure.core.actions import Action
from dure.core.assets import Asset
from dure.core.errors import DureError
from dure.core.labels import ALL, Label, join_all
from dure.core.principals import Principal
from dure.core.rooms import load
from dure.core.suites import Suite, suite
from dure.core.verdicts import Verdict
from dure.governance.charter import (
    Charter,
    SignedCharter,
    doable_actions,
)
from dure.governance.decisions import Request
from dure.governance.errors import GovernanceError
from dure.governance.house import Doing, Stream
from dure.governance.policy.engine import Policy
from dure.governance.policy.query import Query
from dure.governance.pseudonyms import KEYED
from dure.governance.spec import READ
from dure.node.errors import NodeError
from dure.node.home import Home
from dure.node.host_reports import KeptReports
from dure.node.keeping import NodeKeeping
from dure.node.links import Links
from dure.node.pinned import PinnedCharters
from dure.node.rooms import code_actions, leaving
from dure.storage.assets import AssetCatalogue
from dure.storage.database import Database, open_database


class NodeHouse:
    """A node's house, for one door and one principal.

    Parameters
    ----------
    home
        The node's home.
    links
        Links to its executor and keeper.
    principal
        Who acts; "" means the settings' usual principal.
    """

    def __init__(self, home: Home, links: Links, principal: str = "") -> None:
        self.home = home
        self.links = links
        self._principal = principal or home.settings.principal
        self._pinned = PinnedCharters(home.door)

    @property
    def agency(self) -> str:
        """Agency whose node this is."""
        return self.home.settings.agency

    @property
    def profile(self) -> str:
        """How the node is deployed: ``embedded`` or ``separated``."""
        return self.home.settings.profile

    @property
    def open_tier(self) -> str:
        """The lowest tier of sandbox for Open data: ``A`` or ``B``."""
        return self.home.settings.open_tier

    @cached_property
    def host_reports(self) -> KeptReports:
        """The reports of this host's probes."""
        return KeptReports(self.home)

    @cached_property
    def signed_charter(self) -> SignedCharter:
        """The charter that this door pinned.

        Raises
        ------
        GovernanceError
            ``governance.charter-pin`` when none is pinned.
        """
        return self._pinned.signed()

    @property
    def charter(self) -> Charter:
        """The pinned charter."""
        return self.signed_charter.charter

    def charters(self) -> tuple[Charter, ...]:
        """Return every charter that this door has pinned, the pinned one last."""
        return self._pinned.every()

    @cached_property
    def suite(self) -> Suite:
        """Crypto suite that the charter pins."""
        return suite(self.charter.suite)

    @cached_property
    def principal(self) -> Principal:
        """Who acts through this door.

        Raises
        ------
        NodeError
            ``node.principal`` when the charter has no such principal of this agency.
        """
        known = {p.id: p for p in self.charter.principals if p.agency == self.agency}
        if self._principal not in known:
            raise NodeError("node.principal", principal=self._principal or "-", agency=self.agency)
        return known[self._principal]

    @cached_property
    def database(self) -> Database:
        """The node's own store."""
        return open_database(self.home.database_url("node"))

    @cached_property
    def assets(self) -> AssetCatalogue:
        """The catalogue of the node's assets."""
        return AssetCatalogue(self.database, self.charter.labels)

    @property
    def keeping(self) -> NodeKeeping:
        """What is kept, and for how long."""
        return NodeKeeping(self.links, self.database, self.assets, self.principal.id, self.now)

    @cached_property
    def actions(self) -> Mapping[str, Action]:
        """The actions as they stand under the pinned charter."""
        return doable_actions(code_actions(), self.charter)

    @cached_property
    def policy(self) -> Policy:
        """The policy, as this charter configures it."""
        return Policy(
            self.actions, self.charter.labels, self.charter.digest(), suite=self.charter.suite
        )

    def now(self) -> int:
        """Return seconds since 1970."""
        return int(time.time())

    def random(self, n: int) -> bytes:
        """Return ``n`` random bytes."""
        return os.urandom(n)

    def pin_charter(self, signed: SignedCharter) -> None:
        """Pin a charter in the executor, the keeper and this door, each checking it itself.

        Raises
        ------
        GovernanceError
            As `check_genesis` and `check_successor`.
        """
        self._pinned.check(signed)
        for process in ("executor", "keeper"):
            self.links.ask(process, "charter.pin", document=signed.to_dict())
            faults.point(f"charter.pinned-by-{process}")
        self._pinned.keep(signed)
        self.__dict__.pop("signed_charter", None)
        for name in ("suite", "principal", "assets", "actions", "policy"):
            self.__dict__.pop(name, None)

    def require(self, action: str, label: Label, *, purpose: str, owner: str = "") -> Verdict:
        """Return the policy's yes, or raise its no."""
        return self.policy.require(
            Query(
                principal=self.principal,
                action=action,
                label=label,
                owner=owner or self.agency,
                purpose=purpose,
            )
        )

    def require_here(self, action: str) -> Verdict:
        """Return the policy's yes to an action on the node itself rather than on an asset.

        Its label is Open, this agency's and for every purpose; what counts is the role.
        """
        own = Label(
            policy=self.charter.labels,
            owners=frozenset({self.agency}),
            grade=0,
            categories=frozenset(),
            releasable=frozenset({self.agency}),
            purposes=ALL,
        )
        return self.require(action, own, purpose=min(self.principal.purposes, default=""))

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
        """Have the keeper seal content, and record the asset."""
        above = [self.assets.get(parent).asset.label for parent in parents]
        if above and not label.dominates(join_all(above)):
            raise GovernanceError("governance.label-falls")
        about = {
            "kind": kind,
            "media_type": media_type,
            "schema_id": schema_id,
            "label": str(label),
            "parents": list(parents),
            "producer": producer,
        }
        answer = self.links.pour("keeper", "content.seal", pages, about=about, basis=basis)
        faults.point("house.sealed")
        asset = self.read_asset(answer["asset"])
        with self.database.write() as connection:
            by = self.principal.id
            self.assets.record(asset, name, dict(facts or {}), by=by, connection=connection)
            if noting is not None:
                noting(connection, asset)
        faults.point("house.recorded")
        return asset

    def open(self, asset_id: str, *, purpose: str, run: str) -> Stream:
        """Have the keeper stream an asset's content, under a ticket that the ledger records."""
        ticket = self._ticket(asset_id, READ.name, purpose, run)
        fd, opened = self.links.draw("keeper", "content.open", **ticket)
        return Stream(fd, int(opened["size"]))

    def read(self, asset_id: str, *, purpose: str, limit: int) -> bytes:
        """Return the whole content of a small asset."""
        stream = self.open(asset_id, purpose=purpose, run="")
        with os.fdopen(stream.fd, "rb") as pipe:
            if stream.size > limit:
                raise GovernanceError("governance.ticket", asset=asset_id[:16], reason="too-long")
            content = pipe.read(limit + 1)
        if len(content) != stream.size:
            raise GovernanceError("governance.ticket", asset=asset_id[:16], reason="short")
        return content

    @contextmanager
    def doing(
        self, action: str, *, asset: str = "", detail: Mapping[str, object] | None = None
    ) -> Iterator[Doing]:
        """Write ``<action>.begun`` before, and ``.done`` or ``.failed`` after."""
        doing = Doing(asset, {})
        self.log(f"{action}.begun", asset=asset, detail=detail or {})
        faults.point(f"{action}.begun")
        try:
            yield doing
        except BaseException as error:
            code = error.code if isinstance(error, DureError) else type(error).__name__
            self.log(f"{action}.failed", asset=doing.asset, detail={"code": code})
            raise
        self.log(f"{action}.done", asset=doing.asset, detail=doing.detail)
        faults.point(f"{action}.done")

    def log(
        self, type_: str, *, asset: str = "", decision: str = "", detail: Mapping[str, object]
    ) -> int:
        """Append one event to the ledger; return its index."""
        answer = self.links.ask(
            "executor",
            "event.append",
            event={
                "type": type_,
                "actor": self.principal.id,
                "asset": asset,
                "decision": decision,
                "detail": dict(detail),
            },
        )
        return int(answer["entry"])

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
        """Open a request for a critical action, when no room objects that its assets leave."""
        for place in leaving():
            for asset_id in assets:
                load(place)(self, action, asset_id)
        answer = self.links.ask(
            "executor",
            "request.open",
            action=action,
            draft={
                "arguments": dict(arguments),
                "assets": list(assets),
                "source": str(source),
                "target": str(target),
                "evidence": evidence,
                "requester": self.principal.id,
            },
        )
        return Request.from_dict(answer["request"])

    def execute(self, request_id: str) -> Mapping[str, object]:
        """Have the executor perform an approved request, once."""
        self.links.need("keeper")
        answer = self.links.ask("executor", "request.execute", id=request_id)
        result: Mapping[str, object] = answer["outcome"]
        faults.point("house.executed")
        self.settle(result)
        return result

    def settle(self, outcome: Mapping[str, object]) -> None:
        """Record in the catalogue the asset that an act minted; doing it twice is doing it once."""
        if isinstance(minted := outcome.get("asset"), str):
            self.adopt(minted)

    def adopt(self, asset_id: str, name: str = "", facts: Mapping[str, str] | None = None) -> Asset:
        """Record in the catalogue an asset that an act minted; its name is its kind by default."""
        answer = self.links.ask("keeper", "content.describe", asset=asset_id)
        asset = self.read_asset(answer["asset"])
        self.assets.record(asset, name or asset.kind, dict(facts or {}), by=self.principal.id)
        return asset

    def element_keys(
        self, asset_id: str, *, purpose: str, generation: int, elements: Sequence[str]
    ) -> Mapping[str, bytes]:
        """Have the keeper give elements' keys, under a ticket that the ledger records."""
        (action,) = KEYED
        ticket = self._ticket(asset_id, action, purpose, "")
        answer = self.links.ask(
            "keeper", "key.elements", **ticket, generation=generation, elements=list(elements)
        )
        return dict(zip(elements, map(bytes.fromhex, answer["keys"]), strict=True))

    def release_chunks(self, file: str) -> Iterator[bytes]:
        """Yield what an act released, by its file's name; a short stream is an error."""
        fd, answer = self.links.draw("executor", "release.read", file=file)
        left = int(answer["size"])
        with os.fdopen(fd, "rb") as pipe:
            while chunk := pipe.read(1 << 20):
                left -= len(chunk)
                yield chunk
        if left != 0:
            raise GovernanceError("governance.ticket", asset=file[:16], reason="short")

    def read_asset(self, value: Mapping[str, Any]) -> Asset:
        """Return the asset that the keeper or the executor described."""
        return Asset(
            id=value["id"],
            kind=value["kind"],
            media_type=value["media_type"],
            schema_id=value["schema_id"],
            label=Label.parse(value["label"], self.charter.labels),
            owner=value["owner"],
            parents=tuple(value["parents"]),
            producer=value["producer"],
            created=value["created"],
        )

    def close(self) -> None:
        """Let go of the services and the store."""
        self.links.close()
        if "database" in self.__dict__:
            self.database.close()

    def _ticket(self, asset_id: str, action: str, purpose: str, run: str) -> dict[str, Any]:
        answer = self.links.ask(
            "executor",
            "ticket.issue",
            asset=asset_id,
            principal=self.principal.id,
            action=action,
            purpose=purpose,
            run=run,
        )
        return {"ticket": answer["ticket"], "signature": answer["signature"]}
