"""The server of the node's processes: everybody gets an answer, and nobody brings it down."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dure.governance.errors import GovernanceError
from dure.node import service as services
from dure.node import wire
from dure.node.errors import NodeError
from dure.node.service import Operation, Service
from tests.descriptors import descriptors, no_leak
from tests.node.alliance import Alliance
from tests.node.test_operations import OPERATIONS
from tests.node.test_wire import LENGTH

DOOR = frozenset({"door"})


def echo(message: dict[str, Any], fd: int | None, caller: str) -> dict[str, Any]:
    if fd is not None:
        os.close(fd)
    return {"caller": caller, **message}


def refuse(message: dict[str, Any], fd: int | None, caller: str) -> dict[str, Any]:
    raise GovernanceError("governance.label-falls")


def break_down(message: dict[str, Any], fd: int | None, caller: str) -> dict[str, Any]:
    raise ValueError("secret value 4711")


def made() -> Service:
    return Service(
        "keeper",
        {
            "echo": Operation(echo, DOOR),
            "refuse": Operation(refuse, DOOR),
            "break": Operation(break_down, DOOR),
            "long": Operation(lambda *_: {"x": "x" * wire.MAX_MESSAGE_BYTES}, DOOR),
            "executor-only": Operation(echo, frozenset({"executor"})),
        },
    )


@pytest.fixture
def door() -> Iterator[socket.socket]:
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=made().serve_channels, args=({"door": [theirs]},))
    thread.start()
    with ours:
        yield ours
    thread.join()


def test_an_operation_answers_its_callers_alone(door: socket.socket):
    assert wire.call(door, {"op": "echo", "x": 1}) == {"caller": "door", "op": "echo", "x": 1}
    for op in ("executor-only", "no.such", "", "\ud800", "x" * 1000):
        with no_leak(), Path(os.devnull).open() as null, pytest.raises(NodeError) as refused:
            wire.call(door, {"op": op}, null.fileno())
        assert refused.value.code == "node.caller"
    with pytest.raises(NodeError, match=r"node\.caller"):
        wire.call(door, {})
    assert wire.call(door, {"op": "echo"})["caller"] == "door"


def test_errors_come_back_and_a_defect_says_where_and_not_what(door: socket.socket, capfd):
    with pytest.raises(GovernanceError, match="label-falls"):
        wire.call(door, {"op": "refuse"})
    with pytest.raises(NodeError) as broken:
        wire.call(door, {"op": "break"})
    assert broken.value.code == "node.process"
    assert "ValueError at test_service.py" in broken.value.why
    assert "4711" not in str(broken.value) + "".join(capfd.readouterr())
    with pytest.raises(NodeError, match="larger"):
        wire.call(door, {"op": "long"})
    assert wire.call(door, {"op": "echo"})


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff", b"[" * 5000, b'{"x":' + b"9" * 9999])
def test_what_is_no_message_is_answered_and_the_next_one_read(door: socket.socket, data: bytes):
    with no_leak(), Path(os.devnull).open() as null:
        socket.send_fds(door, [LENGTH.pack(len(data)) + data], [null.fileno()])
        answer = wire.receive(door)
    assert answer is not None
    assert answer[0]["error"]["code"] == "node.wire"
    assert wire.call(door, {"op": "echo"})["caller"] == "door"


def test_a_caller_that_dies_in_mid_message_is_forgotten():
    with no_leak():
        ours, theirs = socket.socketpair()
        with Path(os.devnull).open() as null:
            socket.send_fds(ours, [b"\0\0\0\x20{"], [null.fileno()])
        ours.close()
        made().serve_channel(theirs, "door")
    with no_leak():  # and one that does not wait for its answer
        ours, theirs = socket.socketpair()
        for _ in range(3):
            wire.send(ours, {"op": "echo"})
        ours.close()
        made().serve_channel(theirs, "door")


# ── on a socket ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def listening(tmp_path: Path) -> Path:
    """A service that knows this process's uid as the door."""
    path = tmp_path / "socket"
    path.write_text("an old one")
    thread = threading.Thread(
        target=made().serve_socket, args=(path, {os.getuid(): "door"}, 0o600), daemon=True
    )
    thread.start()
    while not path.is_socket():
        thread.join(0.01)
    return path


def connect(path: Path) -> socket.socket:
    channel = socket.socket(socket.AF_UNIX)
    channel.connect(str(path))
    return channel


def test_many_doors_are_served_at_once(listening: Path):
    before = descriptors()
    answers: list[int] = []

    def visit(number: int) -> None:
        with connect(listening) as channel:
            for turn in range(20):
                answers.append(wire.call(channel, {"op": "echo", "n": number * 100 + turn})["n"])

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [number * 100 + turn for number in range(10) for turn in range(20)]
    for _ in range(200):
        if descriptors() <= before:
            break
        threading.Event().wait(0.01)  # the service's threads are closing their ends
    assert descriptors() - before == frozenset()


def test_strangers_are_few_and_slow_ones_are_cut_off(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(services, "STRANGER_S", 0.2)
    path = tmp_path / "socket"
    threading.Thread(target=made().serve_socket, args=(path, {}), daemon=True).start()
    while not path.is_socket():
        threading.Event().wait(0.01)
    with connect(path) as channel, pytest.raises(NodeError, match=r"node\.caller"):
        wire.call(channel, {"op": "echo"})
    crowd = [connect(path) for _ in range(services.STRANGERS + 4)]
    closed = [channel.recv(1) == b"" for channel in crowd]  # each is let go: at once, or in time
    assert all(closed)
    for channel in crowd:
        channel.close()
    with connect(path) as channel, pytest.raises(NodeError, match=r"node\.caller"):
        wire.call(channel, {"op": "echo"})


def test_a_service_without_a_free_descriptor_waits_and_goes_on(listening: Path, monkeypatch):
    monkeypatch.setattr(services, "PAUSE_S", 0.0)
    accept = socket.socket.accept
    failures = iter([OSError(24, "Too many open files")] * 3)

    def failing(self: socket.socket) -> Any:
        error = next(failures, None)
        if error is not None:
            raise error
        return accept(self)

    monkeypatch.setattr(socket.socket, "accept", failing)
    for _ in range(3):
        with connect(listening) as channel:
            assert wire.call(channel, {"op": "echo"})["caller"] == "door"
    assert next(failures, None) is None


# ── the executor and the keeper themselves ─────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def links() -> Iterator[Any]:
    from tests.node import alliance

    folder = alliance._scratch()
    made: Alliance = alliance.asked().copy(folder / "fuzzed")
    with alliance.services_inside(), made.open() as node:
        node.ledger.head()
        node.house.links.need("keeper")
        yield node.house.links


def test_no_refusal_keeps_a_descriptor(links: Any):
    from dure.core.errors import DureError

    def every_operation() -> None:
        for process, op in OPERATIONS:
            ours, theirs = os.pipe()
            try:
                links.ask(process, op, theirs, about={"parents": []}, permit={}, request={})
            except DureError:
                pass
            finally:
                os.close(theirs)
                os.close(ours)

    every_operation()
    before = descriptors()
    for _ in range(3):
        every_operation()
    for _ in range(200):
        if descriptors() <= before:
            break
        threading.Event().wait(0.01)
    assert descriptors() - before == frozenset()
