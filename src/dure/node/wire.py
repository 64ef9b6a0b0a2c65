"""Messages between the node's own processes, over a Unix socket on this machine.

A message is a length (4 bytes, big-endian) and JSON, at most 4 MiB, optionally with one file
descriptor (SCM_RIGHTS). Content never travels inside a message: it goes through a pipe, as frames
(4-byte length and bytes, a zero length at the end), so that a writer that dies is noticed.
"""

from __future__ import annotations

import json
import os
import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from dure.core.errors import DureError, find
from dure.core.system import reason_of
from dure.node.errors import NodeError
from dure.node.rooms import load_errors
from dure.sandbox.feeding import wide_pipe

MAX_MESSAGE_BYTES = 4 * 1024 * 1024
MAX_PAGE_BYTES = 16 * 1024 * 1024
END = b"\0\0\0\0"
READ_WHOLE = frozenset({"not-json", "not-object"})
"""Why `receive` refused what it had read to its end: the next message can be read all the same."""

_LENGTH = struct.Struct(">I")
_CREDENTIALS = struct.Struct("3i")


def send(channel: socket.socket, message: dict[str, Any], fd: int | None = None) -> None:
    """Send one message, with a file descriptor if one is given (it stays open on this side).

    Raises
    ------
    NodeError
        ``node.wire`` when the message is too large.
    OSError
        When the other side is gone.
    """
    # Escaped to ASCII, since a caller's text may hold what UTF-8 can't (a lone surrogate).
    data = json.dumps(message, separators=(",", ":")).encode("ascii")
    if len(data) > MAX_MESSAGE_BYTES:
        raise NodeError("node.wire", reason="message-size")
    packed = _LENGTH.pack(len(data)) + data
    if fd is None:
        channel.sendall(packed)
        return
    sent = socket.send_fds(channel, [packed], [fd])
    channel.sendall(packed[sent:])


def receive(channel: socket.socket) -> tuple[dict[str, Any], int | None] | None:
    """Return the next message and its file descriptor, or None when the other side has closed.

    Raises
    ------
    NodeError
        ``node.wire`` for anything that is not a message.
    """
    head, fds = _receive_exactly(channel, _LENGTH.size, start=True)
    if head is None:
        return None
    fd = fds[0] if fds else None
    try:
        return _receive_body(channel, head), fd
    except BaseException:
        if fd is not None:
            os.close(fd)
        raise


def _receive_body(channel: socket.socket, head: bytes) -> dict[str, Any]:
    (length,) = _LENGTH.unpack(head)
    if length > MAX_MESSAGE_BYTES:
        raise NodeError("node.wire", reason="message-size")
    data, _ = _receive_exactly(channel, length)
    try:
        message = json.loads(data or b"")
    except (ValueError, RecursionError) as error:
        raise NodeError("node.wire", reason="not-json") from error
    if not isinstance(message, dict):
        raise NodeError("node.wire", reason="not-object")
    return message


def _receive_exactly(
    channel: socket.socket, count: int, *, start: bool = False
) -> tuple[bytes | None, list[int]]:
    parts: list[bytes] = []
    fds: list[int] = []
    missing = count
    while missing:
        if start:
            part, new, _, _ = socket.recv_fds(channel, missing, 4)
            for extra in new[1:] if not fds else new:
                os.close(extra)
            fds = fds or new[:1]
        else:
            part = channel.recv(min(missing, 1 << 20))
        if not part:
            if start and not parts:
                return None, fds
            for fd in fds:
                os.close(fd)
            raise NodeError("node.wire", reason="broken-off")
        parts.append(part)
        missing -= len(part)
    return b"".join(parts), fds


@contextmanager
def address(path: Path) -> Iterator[str]:
    """Give the address of a Unix socket at ``path``, however long that path is.

    The kernel takes 107 bytes; the folder is therefore named by a descriptor of ours.

    Raises
    ------
    OSError
        When the folder is not there.
    """
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def has_closed(channel: socket.socket) -> bool:
    """Say whether the process at the other end is gone."""
    try:
        return channel.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def peer_uid(channel: socket.socket) -> int:
    """Return the uid of the process at the other end, as the kernel knows it."""
    raw = channel.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, uid, _ = _CREDENTIALS.unpack(raw)
    return int(uid)


def call(channel: socket.socket, message: dict[str, Any], fd: int | None = None) -> dict[str, Any]:
    """Send a message and return its answer.

    Raises
    ------
    DureError
        The error that the other process raised.
    NodeError
        ``node.process`` when it is gone.
    """
    try:
        send(channel, message, fd)
        answer = receive(channel)
    except OSError as error:
        raise NodeError("node.process", process="service", reason=reason_of(error)) from error
    return _body(answer)


def pour(channel: socket.socket, message: dict[str, Any], pages: Iterable[bytes]) -> dict[str, Any]:
    """Send a message and the content that goes with it; return the answer.

    Raises
    ------
    DureError
        The error that the other process raised, also when it would not read the content.
    BaseException
        Whatever the pages raise; the other process then sees that the content ended early.
    """
    ours, theirs = wide_pipe()
    failure: BaseException | None = None
    out = os.fdopen(theirs, "wb", buffering=0)
    try:
        try:
            send(channel, message, ours)
        finally:
            os.close(ours)
        try:
            write_pages(out, pages)
        except BrokenPipeError:
            pass  # the other side has refused; its answer says why
        except BaseException as error:  # noqa: BLE001  # raised again once the answer is read
            failure = error
        out.close()
        answer = receive(channel)
    except OSError as error:
        raise NodeError("node.process", process="service", reason=reason_of(error)) from error
    finally:
        out.close()
    if failure is not None:
        raise failure
    return _body(answer)


def draw(channel: socket.socket, message: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Send a message and return a pipe from which the content comes, and the answer.

    Raises
    ------
    DureError
        The error that the other process raised.
    """
    ours, theirs = wide_pipe()
    try:
        try:
            answer = call(channel, message, theirs)
        finally:
            os.close(theirs)
    except BaseException:
        os.close(ours)
        raise
    return ours, answer


def _body(answer: tuple[dict[str, Any], int | None] | None) -> dict[str, Any]:
    if answer is None:
        raise NodeError("node.process", process="service", reason="closed")
    body, extra = answer
    if extra is not None:
        os.close(extra)
    if "error" in body:
        raise read_error(body["error"])
    return body


def write_error(error: DureError) -> dict[str, Any]:
    """Return an error as a message's part."""
    return {"code": error.code, "facts": {name: str(value) for name, value in error.facts.items()}}


def read_error(part: object) -> DureError:
    """Return the error that `write_error` wrote; its family may not be loaded on this side yet."""
    try:
        code, facts = part["code"], dict(part["facts"])  # type: ignore[index]  # tried
    except (KeyError, TypeError, ValueError):
        return NodeError("node.wire", reason="not-an-error")
    try:
        return find(code, facts)
    except (KeyError, TypeError):
        load_errors()
    try:
        return find(code, facts)
    except (KeyError, TypeError):
        return NodeError("node.wire", reason="unknown-error")


def write_pages(out: IO[bytes], pages: Iterable[bytes]) -> int:
    """Write pages as frames and the end mark; return the number of content bytes."""
    total = 0
    for page in pages:
        for start in range(0, len(page), MAX_PAGE_BYTES):
            part = page[start : start + MAX_PAGE_BYTES]
            _write_all(out, _LENGTH.pack(len(part)))
            _write_all(out, part)
            total += len(part)
    _write_all(out, END)
    return total


def _write_all(out: IO[bytes], data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[out.write(view) :]


def read_pages(source: IO[bytes]) -> Iterator[bytes]:
    """Yield the pages of a frame stream.

    Raises
    ------
    NodeError
        ``node.wire`` when the stream ends without its end mark: its writer died.
    """
    while True:
        head = source.read(_LENGTH.size)
        if head == END:
            return
        if len(head) < _LENGTH.size:
            raise NodeError("node.wire", reason="short")
        (length,) = _LENGTH.unpack(head)
        if length > MAX_PAGE_BYTES:
            raise NodeError("node.wire", reason="page-size")
        page = source.read(length)
        if len(page) < length:
            raise NodeError("node.wire", reason="short")
        yield page
