"""Any JSON may come from a door that is taken over: it is refused by name, and nothing is written."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect, text

from dure.core.errors import DureError
from dure.governance.about import About
from dure.node import wire
from dure.node.executor import ExecutorOperations, open_executor
from dure.node.home import Home
from dure.node.keeper import KeeperOperations, open_keeper
from dure.node.keeper_link import KeeperLink
from dure.node.process import clock
from tests.node import alliance
from tests.node.alliance import LABEL, SHARED, Alliance
from tests.node.test_wire import JSON

Message = dict[str, Any]

ODD = st.sampled_from(
    [
        None, True, 0, -1, 1, 2**31, 2**63, 2**64, 10**400, 0.5, float("inf"), float("nan"), "", " ",
        "\0", "\n", "\ud800", "e\u0301", "\u202e", "..", "x" * 5000, "a" * 64, [], [[]], {}, {"": 0},
    ]
)  # fmt: skip


def nested(depth: int) -> Any:
    value: Any = 0
    for turn in range(depth):
        value = [value] if turn % 2 else {"x": value}
    return value


VALUES = ODD | JSON | st.sampled_from([70, 200, 700]).map(nested)


class World:
    """A node's two services, each with a channel for every role, and a good message for each operation."""

    def __init__(self, made: Alliance) -> None:
        self.made = made
        with alliance.services_inside(), made.open() as node:
            (asset,) = node.datasets.list()
            self.asset = asset["id"]
            (row,) = node.decisions.list()
            made.approve(node, row["id"])
            self.approved = node.decisions.show(row["id"])
            self.vote = self.approved["votes"][0]["vote"]
            again = node.transfers.request(self.asset, to="alpha", label=SHARED)["id"]
            self.open = node.decisions.show(again)
        home = Home.find(made.home())
        (home.releases / "released.json").write_text("{}")
        ours, theirs = socket.socketpair()
        self.engine = open_executor(home, made.passphrase, clock, KeeperLink(lambda: ours))
        self.keeper = open_keeper(home, made.passphrase, clock)
        note = About("note", "text/plain", "-", LABEL, (), "note")
        self.note = self.keeper.seal([b"a note"], note).id
        services = {
            "executor": ExecutorOperations(self.engine, home).service(),
            "keeper": KeeperOperations(self.keeper).service(),
        }
        self.channels: dict[tuple[str, str], socket.socket] = {}
        for name, service in services.items():
            for role in ("door", "executor"):
                mine, its = socket.socketpair()
                self.channels[name, role] = mine
                serve = threading.Thread(target=service.serve_channel, args=(its, role))
                serve.start()
        self.operations = {
            (name, op): min(operation.callers)
            for name, service in services.items()
            for op, operation in service.operations.items()
        }
        threading.Thread(
            target=services["keeper"].serve_channel, args=(theirs, "executor"), daemon=True
        ).start()

    def good(self, process: str, op: str) -> Message:
        """Return a message that this operation takes."""
        request = self.approved["request"]
        about = {
            "kind": "note", "media_type": "text/plain", "schema_id": "-", "label": LABEL,
            "parents": [], "producer": "note",
        }  # fmt: skip
        permit = {"permit": self.approved["permit"], "request": request}
        document = {"document": self.made.charter.to_dict()}
        ticket = {
            "asset": self.asset, "principal": "bravo.steward", "action": "content.read",
            "purpose": "trial", "run": "",
        }  # fmt: skip
        header = {"kind": "submission", "payload_digest": f"sha256:{'0' * 64}", "from": "bravo"}
        drafted = ("arguments", "assets", "source", "target", "evidence", "requester")
        event = {"actor": "bravo.steward", "asset": self.asset, "decision": "", "detail": {"n": 1}}
        messages: Mapping[str, Callable[[], Message]] = {
            "charter.pin": lambda: document,
            "event.append": lambda: {"event": {"type": "dataset.import.begun", **event}},
            "ticket.issue": lambda: ticket,
            "request.open": lambda: {
                "action": request["action"],
                "draft": {name: request[name] for name in drafted},
            },
            "request.show": lambda: {"id": request["id"]},
            "request.execute": lambda: {"id": self.open["id"]},
            "request.reconcile": lambda: {"id": self.open["id"]},
            "vote.cast": lambda: {"vote": self.vote},
            "envelope.sign": lambda: {"header": header},
            "probes.sign": lambda: {"report": {"form": "x", "verdict": "contained"}},
            "ledger.entries": lambda: {"last": 5},
            "ledger.opening": lambda: {"entry": 2},
            "release.read": lambda: {"file": "released.json"},
            "content.seal": lambda: {"about": about, "basis": ""},
            "content.seal-for-permit": lambda: {
                "about": {**about, "label": SHARED, "parents": [self.asset]},
                **permit,
            },
            "content.open": lambda: self.issued(ticket),
            "content.open-for-permit": lambda: {"asset": self.asset, **permit},
            "content.shred-for-permit": lambda: {"asset": self.asset, **permit},
            "content.seal-again": lambda: {
                "asset": self.asset,
                "label": SHARED,
                "parents": [self.asset],
                "producer": "label.lower",
                **permit,
            },
            "content.describe": lambda: {"asset": self.asset},
            "content.dependants": lambda: {"asset": self.asset},
            "content.withdraw": lambda: {"asset": self.note},
            "content.hold": lambda: {"asset": self.note},
            "content.lift": lambda: {"asset": self.note},
            "content.collect": lambda: {"assets": [self.note]},
            "key.elements": lambda: {
                **self.issued({**ticket, "action": "dataset.deidentify"}),
                "generation": 1,
                "elements": ["patient", "unit"],
            },
            "key.root": lambda: {"purpose": "trial", "generation": 1},
            "key.unwrap": lambda: {"wrapped": "00" * 80, "info": ""},
        }
        return deepcopy(messages.get(op, dict)())

    def issued(self, ticket: Message) -> Message:
        made, signature = self.engine.issue_ticket(**ticket)
        return {"ticket": made.to_dict(), "signature": signature}

    def send(self, process: str, op: str, message: Message) -> str:
        """Send a message with some content; return the code it was refused with, or ``""``."""
        channel = self.channels[process, self.operations[process, op]]
        message = {**message, "op": op}
        try:
            if op.startswith("content.seal"):
                wire.pour(channel, message, [b"content"])
            else:
                fd, _ = wire.draw(channel, message)
                with os.fdopen(fd, "rb") as pipe:
                    pipe.read()
        except DureError as error:
            return error.code
        return ""

    def written(self) -> list[object]:
        """Return how many rows each table of the two stores has; every change adds a ledger entry."""
        found: list[object] = []
        for database in (self.engine._setting.db, self.keeper._memory.database):
            with database.read() as connection:
                tables = sorted(inspect(connection).get_table_names())
                counts = ", ".join(f"(SELECT count(*) FROM {table})" for table in tables)
                found += connection.execute(text(f"SELECT {counts}")).one()
        return found

    def close(self) -> None:
        for channel in self.channels.values():
            channel.close()


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    made = World(alliance.asked().copy(alliance._scratch() / "mutated"))
    yield made
    made.close()


OPERATIONS = [
    *(("executor", op) for op in (
        "charter.pin", "event.append", "ticket.issue", "request.open", "request.list",
        "request.show", "request.execute", "request.reconcile", "vote.cast", "envelope.sign", "probes.sign",
        "ledger.head", "ledger.entries", "ledger.opening", "ledger.export", "release.read", "status",
    )),
    *(("keeper", op) for op in (
        "charter.pin", "content.seal", "content.seal-for-permit", "content.open",
        "content.open-for-permit", "content.describe", "content.withdraw", "content.dependants",
        "content.hold", "content.lift", "content.holds", "content.abandoned", "content.collect",
        "content.shred-for-permit", "content.seal-again",
        "key.elements", "key.root", "key.unwrap", "status",
    )),
]  # fmt: skip
DENIED = {
    "request.execute": "governance.permit",
    "request.reconcile": "governance.permit",
    "content.shred-for-permit": "governance.permit",
    "key.unwrap": "core.key-form",
}
"""Operations whose good message is read, and then refused for what it asks."""


def test_the_list_is_whole(world: World):
    assert set(OPERATIONS) == set(world.operations)


def test_a_good_message_is_taken(world: World):
    for process, op in OPERATIONS:
        assert world.send(process, op, world.good(process, op)) == DENIED.get(op, ""), op


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every value in a message."""
    yield path
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for name, item in items:
            yield from places(item, (*path, name))


@st.composite
def mutations(draw: st.DrawFn, message: Message) -> Message:
    """Change one place of a message: another value, one more, or none."""
    path = draw(st.sampled_from(list(places(message))))
    holder: Any = message
    for step in path[:-1]:
        holder = holder[step]
    kind = draw(st.sampled_from(["other", "more", "none"]))
    here = holder[path[-1]] if path else message
    if kind == "more" and isinstance(here, dict):
        here[draw(st.text(st.characters(), max_size=9))] = draw(VALUES)
    elif kind == "more" and isinstance(here, list):
        here.append(draw(VALUES))
    elif path and kind == "none":
        del holder[path[-1]]
    elif path:
        holder[path[-1]] = draw(VALUES)
    else:
        message["more"] = draw(VALUES)
    return message


REFUSALS = ("node.wire", "governance.", "core.canonical-value", "core.label-", "core.key-form")


@pytest.mark.parametrize(("process", "op"), OPERATIONS)
@settings(max_examples=settings().max_examples // 2)
@given(data=st.data())
def test_a_changed_message_is_taken_or_refused_by_name(
    world: World, process: str, op: str, data: st.DataObject
):
    message = data.draw(mutations(world.good(process, op)))
    before = world.written()
    refused = world.send(process, op, message)
    if refused:
        assert refused.startswith(REFUSALS), message
        assert world.written() == before
    assert world.send(process, "status", {}) == ""


def test_refusals_name_the_part(world: World):
    channel = world.channels["executor", "door"]
    for message, where, reason in (
        ({"op": "request.show"}, "$.id", "missing-field"),
        ({"op": "request.show", "id": 7}, "$.id", "wrong-type"),
        ({"op": "request.show", "id": "a\nb"}, "$.id", "wrong-form"),
        ({"op": "request.show", "id": "a", "ID": "b"}, "$", "unknown-field"),
        ({"op": "ledger.entries", "last": 2**64}, "$.last", "out-of-range"),
        ({"op": "ledger.entries", "last": True}, "$.last", "wrong-type"),
        ({"op": "request.open", "action": "x", "draft": []}, "$.draft", "wrong-type"),
        ({"op": "envelope.sign", "header": nested(71)}, "$.header", "not-canonical"),
    ):
        with pytest.raises(DureError) as refused:
            wire.call(channel, message)
        assert refused.value.code == "governance.request"
        assert (refused.value.facts["where"], refused.value.facts["reason"]) == (where, reason)
