"""The executor process: ``python -m dure.node.executor``. Nobody else performs critical acts.

What it does is `dure.governance.executor`; here are its keys and the operations that doors may ask.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dure.core.rooms import load
from dure.core.suites import Suite, suite
from dure.governance.acts import Act
from dure.governance.charter import SignedCharter
from dure.governance.decisions import MAX_ASSETS, MAX_REQUEST_BYTES, Vote
from dure.governance.errors import GovernanceError
from dure.governance.events import Event
from dure.governance.executor import Executor
from dure.governance.ledger.log import Ledger
from dure.governance.ledger.reader import Head
from dure.node.exporting import stream_ledger
from dure.node.home import ORIGIN, Home
from dure.node.keeper_link import KeeperLink
from dure.node.links import connect
from dure.node.notices import deliver
from dure.node.operations import (
    Part,
    document,
    handle,
    handles,
    line,
    number,
    operation,
    parts,
    plain,
    streaming,
)
from dure.node.process import serve
from dure.node.rooms import acts, code_actions, event_types
from dure.node.service import Service
from dure.storage.database import open_database
from dure.storage.keys import PrivateKey, read_key_file
from dure.storage.passphrases import Passphrase

DOOR = frozenset({"door"})
MAX_HEADER_BYTES = 64 * 1024
MAX_PROBES_BYTES = 512 * 1024

TICKET: Mapping[str, Part] = {
    "asset": handle,
    "principal": line(),
    "action": line(),
    "purpose": line(),
    "run": line(),
}
"""What a ticket is asked with."""

DRAFT: Mapping[str, Part] = {
    "arguments": plain(MAX_REQUEST_BYTES),
    "assets": handles(MAX_ASSETS),
    "source": line(),
    "target": line(),
    "evidence": line(),
    "requester": line(),
}
"""What a door says of the request that it asks for; the executor adds the rest."""

_RELEASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class HeldKey:
    """A private key in this process's memory, as `dure.governance.setting.Signer`."""

    def __init__(self, key: PrivateKey) -> None:
        self._key = key
        self._suite: Suite = suite(key.suite)

    @property
    def public(self) -> bytes:
        """The public key."""
        return self._key.public

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message."""
        return self._suite.sign(self._key.private, message)


class NamedActs(Mapping[str, Act]):
    """The acts of all rooms, each loaded when it is first performed: most calls perform none."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = places
        self._loaded: dict[str, Act] = {}

    def __getitem__(self, action: str) -> Act:
        if action not in self._loaded:
            self._loaded[action] = load(self._places[action])()
        return self._loaded[action]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, action: object) -> bool:
        return action in self._places


def open_executor(
    home: Home, passphrase: Passphrase, clock: Callable[[], int], keeper: KeeperLink
) -> Executor:
    """Unlock the executor's keys and return the executor.

    Raises
    ------
    StorageError
        ``storage.passphrase``, ``storage.key-mode``, ``storage.key-file``.
    """
    key = HeldKey(read_key_file(home.executor / "executor.key", passphrase))
    node_key = HeldKey(read_key_file(home.executor / "node-signing.key", passphrase))
    database = open_database(home.database_url("executor"))
    settings = home.settings
    crypto = suite(settings.suite)
    executor = Executor(
        agency=settings.agency,
        db=database,
        ledger=Ledger(
            database, ORIGIN.format(agency=settings.agency), key.sign, key.public, crypto
        ),
        suite=crypto,
        key=key,
        node_key=node_key,
        actions=code_actions(),
        acts=NamedActs(acts()),
        event_types=event_types(),
        keeper=keeper,
        directory=home.releases,
        clock=clock,
        random=os.urandom,
        profile=settings.profile,
    )
    deliver(home, executor)
    executor.recover()
    return executor


class ExecutorOperations:
    """What doors may ask of the executor."""

    def __init__(self, executor: Executor, home: Home) -> None:
        self.executor = executor
        self.home = home

    def service(self) -> Service:
        """Return the operations, the parts of each, and who may ask."""
        return Service(
            "executor",
            {
                "charter.pin": operation(
                    self.pin_charter, DOOR, document=document(SignedCharter.from_dict)
                ),
                "event.append": operation(self.append, DOOR, event=document(Event.from_dict)),
                "ticket.issue": operation(self.issue_ticket, DOOR, **TICKET),
                "request.open": operation(
                    self.open_request, DOOR, action=line(), draft=parts(**DRAFT)
                ),
                "request.list": operation(self.list_requests, DOOR),
                "request.show": operation(self.show_request, DOOR, id=line()),
                "request.execute": operation(self.execute, DOOR, id=line()),
                "request.reconcile": operation(self.reconcile, DOOR, id=line()),
                "vote.cast": operation(self.cast_vote, DOOR, vote=document(Vote.from_dict)),
                "envelope.sign": operation(
                    self.sign_envelope, DOOR, header=plain(MAX_HEADER_BYTES)
                ),
                "probes.sign": operation(self.sign_probes, DOOR, report=plain(MAX_PROBES_BYTES)),
                "ledger.head": operation(self.head, DOOR),
                "ledger.entries": operation(self.entries, DOOR, last=number),
                "ledger.opening": operation(self.opening, DOOR, entry=number),
                "ledger.export": streaming(self.export, DOOR),
                "release.read": streaming(self.read_release, DOOR, file=line()),
                "status": operation(self.status, DOOR),
            },
        )

    def pin_charter(self, told: dict[str, Any]) -> dict[str, Any]:
        """Pin a signed charter."""
        return {"version": self.executor.pin_charter(told["document"]).version}

    def append(self, told: dict[str, Any]) -> dict[str, Any]:
        """Write a door's event into the ledger."""
        appended = self.executor.append([told["event"]])
        return {"entry": appended.first, "size": appended.size}

    def issue_ticket(self, told: dict[str, Any]) -> dict[str, Any]:
        """Write a read into the ledger and sign a ticket for it."""
        ticket, signature = self.executor.issue_ticket(**told)
        return {"ticket": ticket.to_dict(), "signature": signature}

    def open_request(self, told: dict[str, Any]) -> dict[str, Any]:
        """Open a request."""
        request = self.executor.open_request(told["action"], **told["draft"])
        return {"request": request.to_dict()}

    def list_requests(self, _: dict[str, Any]) -> dict[str, Any]:
        """Return every request and where it stands."""
        return {
            "requests": [
                {
                    "id": case.request.id,
                    "action": case.request.action,
                    "state": str(case.state),
                    "reason": case.reason,
                    "approvals": sum(b.vote.choice == "approve" for b in case.ballots),
                    "requester": case.request.requester,
                    "source": case.request.source,
                    "created": case.request.created,
                    "expires": case.request.expires,
                }
                for case in self.executor.requests()
            ]
        }

    def show_request(self, told: dict[str, Any]) -> dict[str, Any]:
        """Return one request in full; its id may be cut short to 6 digits or more."""
        return {"request": self.executor.show(self._whole(told["id"]))}

    def execute(self, told: dict[str, Any]) -> dict[str, Any]:
        """Perform an approved request, once."""
        return {"outcome": dict(self.executor.execute(self._whole(told["id"])))}

    def reconcile(self, told: dict[str, Any]) -> dict[str, Any]:
        """Settle an unknown outcome."""
        case = self.executor.reconcile(self._whole(told["id"]))
        return {"request": self.executor.show(case.request.id)}

    def cast_vote(self, told: dict[str, Any]) -> dict[str, Any]:
        """Take a vote."""
        case = self.executor.cast_vote(told["vote"])
        return {"request": self.executor.show(case.request.id)}

    def sign_envelope(self, told: dict[str, Any]) -> dict[str, Any]:
        """Sign an envelope's header."""
        return {"signature": self.executor.sign_envelope(told["header"])}

    def sign_probes(self, told: dict[str, Any]) -> dict[str, Any]:
        """Sign a report of this host's probes."""
        return {"signature": self.executor.sign_probes(told["report"])}

    def head(self, _: dict[str, Any]) -> dict[str, Any]:
        """Return the ledger's head."""
        return _head(self.executor.checkpoint())

    def entries(self, told: dict[str, Any]) -> dict[str, Any]:
        """Return the newest entries."""
        size = self.executor.checkpoint().size
        start = max(0, size - min(told["last"], 10_000))
        entries = self.executor.ledger.entries(start, size)
        return {
            "entries": [{"entry": start + i, **_header(entry)} for i, entry in enumerate(entries)]
        }

    def opening(self, told: dict[str, Any]) -> dict[str, Any]:
        """Return what opens one entry, to be shown to an auditor."""
        salt, actor, detail = self.executor.opening(told["entry"])
        return {"salt": salt.hex(), "actor": actor, "detail": dict(detail)}

    def status(self, _: dict[str, Any]) -> dict[str, Any]:
        """Say that the executor is there and unlocked."""
        return {"unlocked": True}

    def export(self, _: dict[str, Any], fd: int) -> dict[str, Any]:
        """Stream the ledger as a tar of static tiles."""
        return {"head": _head(stream_ledger(self.executor.ledger, self.home.executor, fd))}

    def read_release(self, told: dict[str, Any], fd: int) -> dict[str, Any]:
        """Stream a file that an act released."""
        try:
            path = self._release(told["file"])
            content = path.open("rb")
        except BaseException:
            os.close(fd)
            raise
        size = path.stat().st_size
        threading.Thread(target=_copy, args=(content, fd), daemon=True).start()
        return {"size": size}

    def _release(self, name: str) -> Path:
        path = self.home.releases / name
        if not _RELEASE.fullmatch(name) or not path.is_file():
            raise GovernanceError("governance.unknown", part="release", name=name[:64])
        return path

    def _whole(self, start: str) -> str:
        if len(start) < 6 or len(start) >= 16:
            return start
        found = [c.request.id for c in self.executor.requests() if c.request.id.startswith(start)]
        return found[0] if len(found) == 1 else start


def _head(head: Head) -> dict[str, Any]:
    return {"size": head.size, "root": head.root.hex(), "checkpoint": head.note}


def _header(entry: bytes) -> dict[str, Any]:
    value = json.loads(entry)
    return {name: value.get(name, "") for name in ("time", "type", "actor", "asset", "decision")}


def _copy(content: Any, fd: int) -> None:
    with content, os.fdopen(fd, "wb") as pipe:
        try:
            shutil.copyfileobj(content, pipe)
        except BrokenPipeError:
            return


def _build(
    home: Home, passphrase: Passphrase, clock: Callable[[], int], peer: socket.socket | None
) -> Service:
    def keeper() -> socket.socket:
        return peer if peer is not None else connect(home, "keeper")

    executor = open_executor(home, passphrase, clock, KeeperLink(keeper))
    return ExecutorOperations(executor, home).service()


def main() -> None:
    """Run the process."""
    serve("executor", _build)


if __name__ == "__main__":
    main()
