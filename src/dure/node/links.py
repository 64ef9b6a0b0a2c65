"""A door's links to the executor and the keeper of its node.

Embedded: the first verb that needs one starts it as a child, connected by socket pairs and fed the
passphrase through a pipe; it ends with the door. Separated: the door connects to the sockets that
the services listen on, and never has a passphrase.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from dure.core.system import reason_of
from dure.node import wire
from dure.node.errors import NodeError
from dure.node.home import Home
from dure.storage.passphrases import Passphrase

START_S = 30.0
_GONE = frozenset({"node.process", "node.wire"})


class Links:
    """Connections to the node's own services, made when first needed.

    Parameters
    ----------
    home
        The node's home.
    passphrase
        Called once, in the embedded profile, when the first service must be unlocked.
    """

    def __init__(self, home: Home, passphrase: Any) -> None:
        self._home = home
        self._ask_passphrase = passphrase
        self._passphrase: Passphrase | None = None
        self._channels: dict[str, socket.socket] = {}
        self._children: list[subprocess.Popen[bytes]] = []
        self._between: tuple[socket.socket, socket.socket] | None = None
        self._lock = threading.RLock()

    def ask(self, process: str, op: str, fd: int | None = None, **message: Any) -> dict[str, Any]:
        """Ask ``executor`` or ``keeper`` to do something; starts it when need be.

        Raises
        ------
        DureError
            What the service refused with; ``node.process`` when it can't be reached.
        """
        with self._lock, self._watched(process) as channel:
            return wire.call(channel, {"op": op, **message}, fd)

    def pour(self, process: str, op: str, pages: Iterable[bytes], **message: Any) -> dict[str, Any]:
        """Ask a service to do something with content that this side writes.

        Raises
        ------
        DureError
            What the service refused with.
        """
        with self._lock, self._watched(process) as channel:
            return wire.pour(channel, {"op": op, **message}, pages)

    def draw(self, process: str, op: str, **message: Any) -> tuple[int, dict[str, Any]]:
        """Ask a service for content; return a readable pipe and the answer.

        Raises
        ------
        DureError
            What the service refused with.
        """
        with self._lock, self._watched(process) as channel:
            return wire.draw(channel, {"op": op, **message})

    def need(self, process: str) -> None:
        """Start a service that another will call on."""
        with self._lock:
            self._channel(process)

    def close(self) -> None:
        """Let go of the services; embedded ones end."""
        with self._lock:
            for channel in self._channels.values():
                channel.close()
            for end in self._between or ():
                end.close()
            for child in self._children:
                try:
                    child.wait(timeout=START_S)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()
            self._channels.clear()
            self._children.clear()
            self._between = None

    def children(self) -> Iterator[int]:
        """Yield the process ids of the embedded services that run now."""
        for child in self._children:
            yield child.pid

    @contextmanager
    def _watched(self, process: str) -> Iterator[socket.socket]:
        """Give the channel to a service; one that has died is let go, so that the next verb has a new one.

        Embedded services know each other by inherited channels: when one dies both begin anew.
        """
        try:
            yield self._channel(process)
        except NodeError as error:
            channel = self._channels.get(process)
            if error.code in _GONE and channel is not None and wire.has_closed(channel):
                self.close()
            raise

    def _channel(self, process: str) -> socket.socket:
        if process not in self._channels:
            embedded = self._home.settings.profile == "embedded"
            self._channels[process] = (
                self._start(process) if embedded else connect(self._home, process)
            )
        return self._channels[process]

    def _start(self, process: str) -> socket.socket:
        if self._passphrase is None:
            self._passphrase = self._ask_passphrase()
        if self._between is None:
            self._between = socket.socketpair()
        ours, theirs = socket.socketpair()
        secret_out, secret_in = os.pipe()
        peer = self._between[0 if process == "executor" else 1]
        arguments = [
            sys.executable,
            "-P",  # the current folder may be anybody's: nothing is imported from there
            "-m",
            f"dure.node.{process}",
            "--home",
            str(self._home.path),
            "--secret-fd",
            str(secret_out),
            "--channel",
            f"door={theirs.fileno()}",
        ]
        if process == "executor":
            arguments += ["--peer-fd", str(peer.fileno())]
        else:
            arguments += ["--channel", f"executor={peer.fileno()}"]
        try:
            child = subprocess.Popen(  # our own interpreter and module
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(secret_out, theirs.fileno(), peer.fileno()),
            )
            self._children.append(child)
            os.write(secret_in, self._passphrase.reveal())  # far below a pipe's capacity
        finally:
            os.close(secret_out)
            os.close(secret_in)
            theirs.close()
        return ours


def connect(home: Home, process: str) -> socket.socket:
    """Connect to a service of a separated node.

    Raises
    ------
    NodeError
        ``node.process`` when it does not listen.
    """
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with wire.address(home.socket(process)) as address:
            channel.connect(address)
    except OSError as error:
        channel.close()
        raise NodeError("node.process", process=process, reason=reason_of(error)) from error
    return channel
