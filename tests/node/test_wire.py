"""Messages between processes: whatever comes is a message or is refused, and no descriptor is lost."""

from __future__ import annotations

import io
import json
import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.core.errors import CoreError, DureError
from dure.governance.errors import GovernanceError
from dure.node import wire
from dure.node.errors import NodeError
from dure.trials.errors import TrialsError
from tests.descriptors import no_leak

LENGTH = struct.Struct(">I")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
    max_leaves=20,
)


@contextmanager
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


# ── messages ───────────────────────────────────────────────────────────────────────────────────


@given(st.dictionaries(st.text(st.characters()), JSON, max_size=5), st.booleans())
def test_a_message_arrives_as_it_was_sent(message: dict[str, Any], with_pipe: bool):
    """Any text, lone surrogates too: a caller's odd bytes must not end a service's thread."""
    with no_leak(), pair() as (ours, theirs), Path(os.devnull).open() as null:
        wire.send(ours, message, null.fileno() if with_pipe else None)
        received = wire.receive(theirs)
        assert received is not None
        assert received[0] == message
        assert (received[1] is not None) is with_pipe
        if received[1] is not None:
            os.close(received[1])


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_a_message_or_refused(data: bytes, with_pipe: bool):
    with no_leak(), pair() as (ours, theirs), Path(os.devnull).open() as null:
        if data and with_pipe:
            socket.send_fds(ours, [data], [null.fileno(), null.fileno()])
        else:
            ours.sendall(data)
        ours.shutdown(socket.SHUT_WR)
        with suppress(NodeError):
            received = wire.receive(theirs)
            assert received is None or isinstance(received[0], dict)
            if received is not None and received[1] is not None:
                os.close(received[1])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (LENGTH.pack(wire.MAX_MESSAGE_BYTES + 1), "larger"),
        (LENGTH.pack(2) + b"[]", "not an object"),
        (LENGTH.pack(0), "not JSON"),
        (LENGTH.pack(3) + b"\xff\xfe{", "not JSON"),
        (LENGTH.pack(60_000) + b"[" * 60_000, "not JSON"),
        (LENGTH.pack(100) + b"{", "mid-message"),
        (LENGTH.pack(9)[:2], "mid-message"),
    ],
)
def test_a_bad_frame_is_refused_and_its_descriptor_closed(data: bytes, why: str):
    with no_leak(), pair() as (ours, theirs), Path(os.devnull).open() as null:
        sender = threading.Thread(
            target=lambda: (
                ours.sendall(data[socket.send_fds(ours, [data], [null.fileno()] * 3) :]),
                ours.shutdown(socket.SHUT_WR),
            )
        )
        sender.start()
        with pytest.raises(NodeError, match=why):
            wire.receive(theirs)
        sender.join()


def test_a_message_that_is_too_long_is_not_sent():
    with pair() as (ours, _), pytest.raises(NodeError, match="larger"):
        wire.send(ours, {"text": "x" * wire.MAX_MESSAGE_BYTES})


def test_a_long_message_with_a_pipe_arrives_whole():
    with no_leak(), pair() as (ours, theirs), Path(os.devnull).open() as null:
        message = {"text": "x" * (wire.MAX_MESSAGE_BYTES - 100)}
        sender = threading.Thread(target=wire.send, args=(ours, message, null.fileno()))
        sender.start()
        received = wire.receive(theirs)
        sender.join()
        assert received is not None
        assert received[0] == message
        os.close(received[1] or -1)


def test_bytes_that_come_one_at_a_time_are_one_message():
    with pair() as (ours, theirs):
        data = b'{"op":"status"}'

        def drip() -> None:
            for byte in LENGTH.pack(len(data)) + data:
                ours.sendall(bytes([byte]))

        sender = threading.Thread(target=drip)
        sender.start()
        assert wire.receive(theirs) == ({"op": "status"}, None)
        sender.join()


def test_the_kernel_says_who_is_there():
    with pair() as (ours, _):
        assert wire.peer_uid(ours) == os.getuid()


def test_a_channel_says_when_its_other_side_has_gone():
    ours, theirs = socket.socketpair()
    with ours:
        assert not wire.has_closed(ours)
        wire.send(theirs, {})
        assert not wire.has_closed(ours)
        wire.receive(ours)
        theirs.close()
        assert wire.has_closed(ours)
    assert wire.has_closed(ours)


def test_a_socket_may_lie_at_any_depth(tmp_path: Path):
    folder = tmp_path / ("deep" * 40)
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as caller:
        with wire.address(folder / "socket") as address:
            listener.bind(address)
        listener.listen()
        with wire.address(folder / "socket") as address:
            caller.connect(address)
    with pytest.raises(OSError, match="No such file"), wire.address(tmp_path / "no" / "socket"):
        pass


# ── calls ──────────────────────────────────────────────────────────────────────────────────────


def answering(channel: socket.socket, *answers: dict[str, Any] | None) -> threading.Thread:
    """Answer each message; None hangs up."""

    def serve() -> None:
        for answer in answers:
            received = wire.receive(channel)
            if received is not None and received[1] is not None:
                os.close(received[1])
            if answer is None:
                channel.close()
                return
            wire.send(channel, answer)

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


def test_the_error_of_the_other_side_is_raised_here():
    for error in (
        GovernanceError("governance.vote", reason="early"),
        CoreError("core.label-text", text_length=3),
        NodeError("node.caller", process="keeper", operation="\ud800"),
    ):
        with no_leak(), pair() as (ours, theirs):
            thread = answering(theirs, {"error": wire.write_error(error)})
            with pytest.raises(type(error)) as raised:
                wire.call(ours, {})
            thread.join()
            assert raised.value.code == error.code
            assert raised.value.why == error.why


def test_a_family_that_is_not_loaded_yet_is_loaded():
    """The executor loads acts when it performs them; the door may not have their room's errors."""
    error = TrialsError("trials.unknown", kind="run", name="x")
    code = (
        "import json, sys\nfrom dure.node import wire\n"
        "assert 'dure.trials.errors' not in sys.modules\n"
        "error = wire.read_error(json.loads(sys.argv[1]))\n"
        "print(type(error).__name__, error.why)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(wire.write_error(error))],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"TrialsError {error.why}\n"


@given(
    st.one_of(
        JSON,
        st.fixed_dictionaries({"code": JSON, "facts": JSON}),
        st.fixed_dictionaries({"code": st.just("node.process"), "facts": JSON}),
    )
)
def test_an_error_that_is_none_is_an_error_of_the_wire(part: object):
    error = wire.read_error(part)
    assert isinstance(error, DureError)
    if error.code != "node.process":
        assert error.code == "node.wire"


def test_a_service_that_hangs_up_is_an_error():
    with no_leak(), pair() as (ours, theirs):
        thread = answering(theirs, None)
        with pytest.raises(NodeError, match=r"node\.process"):
            wire.call(ours, {})
        thread.join()
        with pytest.raises(NodeError, match=r"node\.process"):
            wire.call(ours, {})


def test_content_that_a_service_does_not_want_is_not_waited_for():
    """It refuses without reading; the writer is told why and not left with a full pipe."""
    error = GovernanceError("governance.label-falls")
    with no_leak(), pair() as (ours, theirs):
        thread = answering(theirs, {"error": wire.write_error(error)})
        with pytest.raises(GovernanceError, match="label-falls"):
            wire.pour(ours, {}, (b"x" * 100_000 for _ in range(100)))
        thread.join()


def test_a_writers_own_error_is_what_it_gets():
    def pages() -> Iterator[bytes]:
        yield b"one"
        raise ZeroDivisionError

    with no_leak(), pair() as (ours, theirs):
        seen: list[str] = []

        def serve() -> None:
            received = wire.receive(theirs)
            assert received is not None
            with os.fdopen(received[1] or -1, "rb") as source:
                try:
                    seen.extend(page.decode() for page in wire.read_pages(source))
                except NodeError as error:
                    seen.append(error.code)
            wire.send(theirs, {"error": wire.write_error(NodeError("node.wire", reason="short"))})

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(ZeroDivisionError):
            wire.pour(ours, {}, pages())
        thread.join()
        assert seen == ["one", "node.wire"]  # the service saw that the content had no end


def test_drawing_from_a_service_that_refuses_leaves_no_pipe():
    with no_leak(), pair() as (ours, theirs):
        thread = answering(
            theirs, {"error": wire.write_error(NodeError("node.wire", reason="short"))}
        )
        with pytest.raises(NodeError):
            wire.draw(ours, {})
        thread.join()


def test_a_descriptor_that_came_with_an_answer_is_closed():
    with no_leak(), pair() as (ours, theirs), Path(os.devnull).open() as null:
        wire.send(theirs, {"fine": 1}, null.fileno())
        assert wire.call(ours, {}) == {"fine": 1}


# ── content ────────────────────────────────────────────────────────────────────────────────────


@given(st.lists(st.binary(min_size=1, max_size=100), max_size=10))
def test_pages_arrive_as_they_were_written(pages: list[bytes]):
    out = io.BytesIO()
    assert wire.write_pages(out, pages) == sum(map(len, pages))
    assert list(wire.read_pages(io.BytesIO(out.getvalue()))) == pages


@given(st.lists(st.binary(min_size=1, max_size=20), min_size=1, max_size=4), st.data())
def test_a_stream_that_is_cut_anywhere_is_refused(pages: list[bytes], data: st.DataObject):
    out = io.BytesIO()
    wire.write_pages(out, pages)
    whole = out.getvalue()
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(NodeError, match="ended early"):
        list(wire.read_pages(io.BytesIO(whole[:cut])))


def test_a_page_may_not_be_endless():
    with pytest.raises(NodeError, match="larger"):
        list(wire.read_pages(io.BytesIO(LENGTH.pack(wire.MAX_PAGE_BYTES + 1))))
    out = io.BytesIO()
    wire.write_pages(out, [b"x" * (wire.MAX_PAGE_BYTES + 5)])
    sizes = [len(page) for page in wire.read_pages(io.BytesIO(out.getvalue()))]
    assert sizes == [wire.MAX_PAGE_BYTES, 5]


def test_a_message_is_ascii_on_the_wire():
    with pair() as (ours, theirs):
        wire.send(ours, {"이름": "두레"})
        head, data = theirs.recv(4), theirs.recv(4096)
        assert LENGTH.unpack(head)[0] == len(data)
        assert json.loads(data.decode("ascii")) == {"이름": "두레"}
