"""A plain model of decisions, and a machine that holds the real executor against it.

The model knows nothing of digests, keys or stores: only who asked for what, who said what when, and
what must therefore happen. Adversaries are among the rules: they sign with other people's keys, swap
arguments in the store, change the evidence, restore backups and use a permit twice.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import update

from dure.core.canonical import canonical_json
from dure.core.times import write_time
from dure.governance import enforcing
from dure.governance.decisions import Choice, Client, Request
from dure.governance.errors import GovernanceError
from dure.governance.tables import REQUESTS
from dure.storage import incarnation
from dure.storage.database import open_database
from tests.governance.alliance import (
    ASSET,
    OFFICERS,
    OPEN_TEXT,
    RULE,
    SECRET_TEXT,
    Key,
    World,
    make_store,
    successor,
    vote_on,
)

VOTERS = (*OFFICERS, "coast.steward", "port.developer")
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None


@cache
def _fresh_store() -> bytes:
    """The file of a store with the genesis pinned, made once."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        file = Path(folder) / "executor.db"
        world = World(make_store(f"sqlite:///{file}"), Path(folder))
        world.pin()
        world.db.close()
        return file.read_bytes()


@dataclass
class Asked:
    """What the model remembers of one request."""

    requester: str
    secret: bool
    created: int
    state: str = "open"
    swapped: bool = False
    evidence: bytes = b"evidence"
    said: dict[str, set[Choice]] = field(default_factory=dict)
    outside: bool = False


class Decisions(RuleBasedStateMachine):
    """The executor under random hands."""

    requests = Bundle("requests")

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY))
        file = self.folder / "executor.db"
        file.write_bytes(_fresh_store())
        self.world = World(open_database(f"sqlite:///{file}"), self.folder)
        self.charter = self.world.executor.charter().charter
        self.asked: dict[str, Asked] = {}
        self.acted: list[str] = []
        self.evidence = b"evidence"
        self.revoked: set[str] = set()

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.db.close()
            shutil.rmtree(self.folder)

    # ── what people do ─────────────────────────────────────────────────────────────────────────

    @rule(target=requests, requester=st.sampled_from(["coast.steward", "coast.checker"]),
          secret=st.booleans())  # fmt: skip
    def ask(self, requester: str, secret: bool) -> Request:
        source = SECRET_TEXT if secret else OPEN_TEXT
        self.world.keeper.contents[ASSET] = b"evidence"
        self.evidence = b"evidence"
        request = self.world.request(requester=requester, source=source)
        self.asked[request.id] = Asked(requester, secret, self.world.clock.now)
        return request

    @rule(
        request=requests,
        who=st.sampled_from(VOTERS),
        signer=st.sampled_from(("", "", "", "", *VOTERS)),
        choice=st.sampled_from([Choice.APPROVE, Choice.APPROVE, Choice.REJECT]),
        client=st.sampled_from(Client),
    )
    def vote(self, request: Request, who: str, signer: str, choice: Choice, client: Client) -> None:
        asked, now = self.asked[request.id], self.world.clock.now
        self.settle(asked)
        signer = signer or who
        vote = vote_on(request, who, choice, client, Key(signer))
        vote = replace(vote, key=Key(who).id)
        known = any(b.vote == vote for b in self.world.executor.case(request.id).ballots)
        wanted = known or (
            asked.state in ("open", "approved")
            and not asked.swapped
            and signer == who
            and who in OFFICERS
            and who not in self.revoked
            and who != asked.requester
            and now - asked.created >= RULE.review_s
            and choice not in asked.said.get(who, set())
            and not (asked.state == "approved" and choice is Choice.APPROVE)
        )
        try:
            self.world.executor.cast_vote(vote)
            taken = True
        except GovernanceError:
            taken = False
        assert taken == wanted
        if not taken or known:
            return
        asked.said.setdefault(who, set()).add(choice)
        asked.outside |= choice is Choice.APPROVE and client is Client.CLI
        if choice is Choice.REJECT:
            asked.state = "rejected"
        elif self.approvals(asked) >= RULE.votes and (asked.outside or not asked.secret):
            asked.state = "approved"

    @rule(
        request=requests,
        wait=st.sampled_from([0, 1, RULE.review_s, RULE.review_s, RULE.expires_s]),
        client=st.sampled_from(Client),
    )
    def approve(
        self, request: Request, wait: int = RULE.review_s, client: Client = Client.CLI
    ) -> None:
        """Everybody who may approves, as they should."""
        self.wait(wait)
        for officer in OFFICERS:
            self.vote(request, officer, officer, Choice.APPROVE, client)

    @rule(request=requests, officer=st.sampled_from(OFFICERS), approved=st.booleans())
    def reject(self, request: Request, officer: str, approved: bool) -> None:
        """An officer votes against it in time."""
        if approved:
            self.approve(request)
        self.wait(RULE.review_s)
        self.vote(request, officer, officer, Choice.REJECT, Client.CLI)
        self.use(request)

    @rule(request=requests, wait=st.sampled_from([0, 0, RULE.expires_s]), again=st.booleans())
    def approve_and_use(self, request: Request, wait: int, again: bool) -> None:
        self.approve(request)
        self.wait(wait)
        self.use(request)
        if again:
            self.use(request)

    @rule(request=requests)
    def use(self, request: Request) -> None:
        asked = self.asked[request.id]
        self.settle(asked)
        wanted = asked.state == "approved" and not asked.swapped
        if wanted and self.evidence != asked.evidence:
            wanted, asked.state = False, "void"
        before = len(self.world.lines())
        try:
            self.world.executor.execute(request.id)
            done = True
        except GovernanceError:
            done = False
        assert done == wanted
        assert len(self.world.lines()) == before + done
        if done:
            asked.state = "done"
            self.acted.append(request.id)

    @rule(request=requests, acted=st.booleans())
    def die_and_reconcile(self, request: Request, acted: bool) -> None:
        """The process claims, perhaps acts, and dies; its successor recovers and reconciles."""
        self.approve(request)
        asked = self.asked[request.id]
        if self.look(asked) != "approved" or asked.swapped:
            return
        run = enforcing._claim(self.world.executor._setting, request.id)
        if acted:
            run.perform()
            self.acted.append(request.id)
        self.world.executor = self.world.open(is_alive=lambda claimant: False)
        assert self.world.executor.recover() == (request.id,)
        asked.state = "unknown"
        self.settle(*self.asked.values())
        self.use(request)
        asked.state = "done" if acted else "failed"
        assert self.world.executor.reconcile(request.id).state == asked.state

    # ── what the world does ────────────────────────────────────────────────────────────────────

    @rule(seconds=st.sampled_from([1, 9, 300]))
    def wait(self, seconds: int) -> None:
        self.world.clock.now += seconds

    @rule(request=requests, content=st.sampled_from([b"evidence", b"other", b"other"]))
    def change_evidence(self, request: Request, content: bytes) -> None:
        self.approve(request)
        self.world.keeper.contents[ASSET] = self.evidence = content
        self.use(request)

    @rule(request=requests, approved=st.booleans())
    def swap_arguments_in_the_store(self, request: Request, approved: bool) -> None:
        """Who can write the executor's store sends an approved act elsewhere."""
        asked = self.asked[request.id]
        if approved:
            self.approve(request)
        swapped = replace(request, arguments={"to": "port"})
        with self.world.db.write() as connection:
            connection.execute(
                update(REQUESTS)
                .where(REQUESTS.c.id == request.id)
                .values(document=canonical_json(swapped.to_dict()).decode())
            )
        asked.swapped = True
        self.use(request)

    @rule(what=st.sampled_from(["a key is revoked", "a new name", "a backup is restored"]))
    def change_the_ground(self, what: str) -> None:
        """Whatever was pending is void."""
        if what == "a backup is restored":
            with self.world.db.write() as connection:
                incarnation.begin(connection, write_time(self.world.clock.now))
        elif what == "a new name":
            self.pin(alliance=f"Alliance {self.charter.version}")
        else:
            self.revoked |= {"navy.checker"}
            self.pin(
                principals=tuple(
                    replace(p, keys=(Key(p.id).enrolled(revoked=p.id in self.revoked),))
                    for p in self.charter.principals
                )
            )
        for asked in self.asked.values():
            if asked.state in ("open", "approved"):
                asked.state = "void"

    def pin(self, **changes: object) -> None:
        self.charter = self.world.executor.pin_charter(successor(self.charter, **changes))

    @rule()
    def restart(self) -> None:
        self.world.executor = self.world.open()
        assert self.world.executor.recover() == ()
        self.settle(*self.asked.values())

    # ── what must hold ─────────────────────────────────────────────────────────────────────────

    @invariant()
    def every_act_happened_once_and_was_approved(self) -> None:
        if not hasattr(self, "world"):
            return
        assert [line.split()[0] for line in self.world.lines()] == self.acted
        assert len(set(self.acted)) == len(self.acted)
        for request_id in self.acted:
            assert self.approvals(self.asked[request_id]) >= RULE.votes

    @invariant()
    def states_agree(self) -> None:
        if not hasattr(self, "world"):
            return
        for case in self.world.executor.requests():
            assert case.state == self.look(self.asked[case.request.id])

    def look(self, asked: Asked) -> str:
        late = self.world.clock.now >= asked.created + RULE.expires_s
        return "expired" if late and asked.state in ("open", "approved") else asked.state

    def settle(self, *cases: Asked) -> None:
        """Time's end is written down when somebody comes to the request, not before."""
        for asked in cases:
            asked.state = self.look(asked)

    @staticmethod
    def approvals(asked: Asked) -> int:
        return sum(Choice.APPROVE in choices for choices in asked.said.values())
