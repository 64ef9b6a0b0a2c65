"""The executor process: ``python -m dure.node.executor``. Nobody else performs critical acts.

What it does is `dure.governance.executor`; here are only the operations and the way to the keeper.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import tarfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from dure.core.assets import Asset
from dure.core.labels import Label
from dure.core.rooms import load
from dure.core.suites import Suite, suite
from dure.governance import claims
from dure.governance.acts import Act
from dure.governance.charter import SignedCharter
from dure.governance.decisions import Request, Vote
from dure.governance.errors import GovernanceError
from dure.governance.events import Event
from dure.governance.executor import Executor
from dure.governance.ledger.export import export_tiles
from dure.governance.ledger.log import Ledger
from dure.governance.ledger.reader import Head
from dure.governance.permits import Permit
from dure.node import wire
from dure.node.errors import NodeError
from dure.node.home import ORIGIN, Home
from dure.node.links import connect
from dure.node.notices import deliver
from dure.node.process import serve
from dure.node.rooms import acts, code_actions, event_types
from dure.node.service import Operation, Service
from dure.storage.database import open_database
from dure.storage.keys import PrivateKey, read_key_file
from dure.storage.passphrases import Passphrase

DOOR = frozenset({"door"})
EXPORT = "export-"


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


class KeeperLink:
    """The keeper, as acts see it: everything goes under a permit, and the keeper checks that permit.

    Parameters
    ----------
    connect
        Connects to the keeper; called when first needed, and again after the keeper has gone.
    """

    def __init__(self, connect: Callable[[], socket.socket]) -> None:
        self._connect = connect
        self._held: socket.socket | None = None
        self._lock = threading.RLock()

    def read(self, asset_id: str, permit: Permit, request: Request) -> Iterator[bytes]:
        """Stream an asset's content under a permit; a short stream is an error."""
        message = {
            "op": "content.open-for-permit",
            "asset": asset_id,
            "permit": permit.to_dict(),
            "request": request.to_dict(),
        }
        with self._channel() as channel:
            fd, answer = wire.draw(channel, message)
        left = int(answer["size"])
        with os.fdopen(fd, "rb") as pipe:
            while chunk := pipe.read(1 << 20):
                left -= len(chunk)
                yield chunk
        if left != 0:
            raise GovernanceError("governance.ticket", asset=asset_id[:16], reason="short")

    def seal(self, pages: Iterable[bytes], permit: Permit, request: Request, **about: Any) -> Asset:
        """Have the keeper seal what an act mints."""
        label: Label = about["label"]
        told = {
            "kind": about["kind"],
            "media_type": about["media_type"],
            "schema_id": about["schema_id"],
            "label": str(label),
            "parents": list(about.get("parents", ())),
            "producer": about["producer"],
        }
        message = {
            "op": "content.seal",
            "about": told,
            "permit": permit.to_dict(),
            "request": request.to_dict(),
        }
        with self._channel() as channel:
            value = wire.pour(channel, message, pages)["asset"]
        return _asset(value, label)

    @contextmanager
    def _channel(self) -> Iterator[socket.socket]:
        with self._lock:
            if self._held is None or wire.has_closed(self._held):
                self._held = self._connect()
            yield self._held


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


def _asset(value: dict[str, Any], label: Label) -> Asset:
    plain = {name: item for name, item in value.items() if name != "policy"}
    return Asset(**{**plain, "label": label, "parents": tuple(value["parents"])})


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
        """Return the operations and who may ask each."""
        named: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "charter.pin": self.pin_charter,
            "event.append": self.append,
            "ticket.issue": self.issue_ticket,
            "request.open": self.open_request,
            "request.list": self.list_requests,
            "request.show": self.show_request,
            "request.execute": self.execute,
            "request.reconcile": self.reconcile,
            "vote.cast": self.cast_vote,
            "envelope.sign": self.sign_envelope,
            "ledger.head": self.head,
            "ledger.entries": self.entries,
            "ledger.opening": self.opening,
            "status": self.status,
        }
        operations = {
            name: Operation(_without_pipe(handle), DOOR) for name, handle in named.items()
        }
        operations["ledger.export"] = Operation(self.export, DOOR)
        operations["release.read"] = Operation(self.read_release, DOOR)
        return Service("executor", operations)

    def pin_charter(self, message: dict[str, Any]) -> dict[str, Any]:
        """Pin a signed charter."""
        signed = SignedCharter.from_dict(message["document"])
        charter = self.executor.pin_charter(signed, str(message.get("actor", "")))
        return {"version": charter.version}

    def append(self, message: dict[str, Any]) -> dict[str, Any]:
        """Write a door's event into the ledger."""
        appended = self.executor.append([Event.from_dict(message["event"])])
        return {"entry": appended.first, "size": appended.size}

    def issue_ticket(self, message: dict[str, Any]) -> dict[str, Any]:
        """Write a read into the ledger and sign a ticket for it."""
        ticket, signature = self.executor.issue_ticket(
            message["asset"],
            principal=message["principal"],
            action=message["action"],
            purpose=message["purpose"],
            run=message["run"],
        )
        return {"ticket": ticket.to_dict(), "signature": signature}

    def open_request(self, message: dict[str, Any]) -> dict[str, Any]:
        """Open a request."""
        request = self.executor.open_request(message["action"], **message["draft"])
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

    def show_request(self, message: dict[str, Any]) -> dict[str, Any]:
        """Return one request in full; its id may be cut short to 6 digits or more."""
        return {"request": self.executor.show(self._whole(str(message["id"])))}

    def execute(self, message: dict[str, Any]) -> dict[str, Any]:
        """Perform an approved request, once."""
        return {"outcome": dict(self.executor.execute(self._whole(str(message["id"]))))}

    def reconcile(self, message: dict[str, Any]) -> dict[str, Any]:
        """Settle an unknown outcome."""
        case = self.executor.reconcile(self._whole(str(message["id"])))
        return {"request": self.executor.show(case.request.id)}

    def cast_vote(self, message: dict[str, Any]) -> dict[str, Any]:
        """Take a vote."""
        case = self.executor.cast_vote(Vote.from_dict(message["vote"]))
        return {"request": self.executor.show(case.request.id)}

    def sign_envelope(self, message: dict[str, Any]) -> dict[str, Any]:
        """Sign an envelope's header."""
        if message["type"] != "envelope":
            raise NodeError("node.caller", process="executor", operation="envelope.sign")
        return {"signature": self.executor.sign_envelope(json.loads(message["value"]))}

    def head(self, _: dict[str, Any]) -> dict[str, Any]:
        """Return the ledger's head."""
        return _head(self.executor.checkpoint())

    def entries(self, message: dict[str, Any]) -> dict[str, Any]:
        """Return the newest entries."""
        size = self.executor.checkpoint().size
        start = max(0, size - min(int(message["last"]), 10_000))
        entries = self.executor.ledger.entries(start, size)
        return {
            "entries": [{"entry": start + i, **_header(entry)} for i, entry in enumerate(entries)]
        }

    def opening(self, message: dict[str, Any]) -> dict[str, Any]:
        """Return what opens one entry, to be shown to an auditor."""
        salt, actor, detail = self.executor.opening(int(message["entry"]))
        return {"salt": salt.hex(), "actor": actor, "detail": dict(detail)}

    def status(self, _: dict[str, Any]) -> dict[str, Any]:
        """Say that the executor is there and unlocked."""
        return {"unlocked": True}

    def export(self, _: dict[str, Any], fd: int | None, __: str) -> dict[str, Any]:
        """Stream the ledger as a tar of static tiles."""
        if fd is None:
            raise NodeError("node.wire", reason="no-pipe")
        _remove_old_exports(self.home.executor)
        folder = self.home.executor / f"{EXPORT}{claims.this_process(os.urandom(4).hex())}"
        folder.mkdir(mode=0o700)
        try:
            head = export_tiles(self.executor.ledger, folder)
        except BaseException:
            os.close(fd)
            shutil.rmtree(folder)
            raise
        threading.Thread(target=_pack, args=(folder, fd), daemon=True).start()
        return {"head": _head(head)}

    def read_release(self, message: dict[str, Any], fd: int | None, _: str) -> dict[str, Any]:
        """Stream a file that an act released."""
        if fd is None:
            raise NodeError("node.wire", reason="no-pipe")
        try:
            path = self._release(str(message["file"]))
            content = path.open("rb")
        except BaseException:
            os.close(fd)
            raise
        size = path.stat().st_size
        threading.Thread(target=_copy, args=(content, fd), daemon=True).start()
        return {"size": size}

    def _release(self, name: str) -> Path:
        path = self.home.releases / name
        if Path(name).name != name or not path.is_file():
            raise GovernanceError("governance.unknown", part="release", name=name[:64])
        return path

    def _whole(self, start: str) -> str:
        if len(start) < 6 or len(start) >= 16:
            return start
        found = [c.request.id for c in self.executor.requests() if c.request.id.startswith(start)]
        return found[0] if len(found) == 1 else start


def _without_pipe(
    handle: Callable[[dict[str, Any]], dict[str, Any]],
) -> Callable[[dict[str, Any], int | None, str], dict[str, Any]]:
    def handler(message: dict[str, Any], fd: int | None, _: str) -> dict[str, Any]:
        if fd is not None:
            os.close(fd)
        return handle(message)

    return handler


def _head(head: Head) -> dict[str, Any]:
    return {"size": head.size, "root": head.root.hex(), "checkpoint": head.note}


def _header(entry: bytes) -> dict[str, Any]:
    value = json.loads(entry)
    return {name: value.get(name, "") for name in ("time", "type", "actor", "asset", "decision")}


def _pack(folder: Path, fd: int) -> None:
    # The pipe is closed last: who reads to its end knows that nothing was left behind here.
    with suppress(BrokenPipeError), os.fdopen(fd, "wb") as pipe:
        try:
            with tarfile.open(fileobj=pipe, mode="w|") as tar:
                tar.add(folder, arcname=".")
        finally:
            shutil.rmtree(folder)


def _remove_old_exports(folder: Path) -> None:
    """Remove what exports left whose process was killed."""
    for left in folder.glob(f"{EXPORT}*"):
        if not claims.is_alive(left.name.removeprefix(EXPORT)):
            shutil.rmtree(left, ignore_errors=True)


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
