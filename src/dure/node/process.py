"""What the executor and the keeper have in common as processes: how they start and whom they serve.

In the embedded profile a process inherits its channels (socket pairs) from the door that started it
and ends with it. In the separated profile it listens on a socket in the node's ``run`` folder, and
the kernel tells it the caller's uid. The passphrase comes through an inherited pipe in both.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from dure.core.errors import DureError
from dure.node.home import Home
from dure.node.resting import stay_awake
from dure.node.service import Service
from dure.storage.hardening import harden
from dure.storage.passphrases import Passphrase

Clock = Callable[[], int]
Peer = socket.socket
Build = Callable[[Home, Passphrase, Clock, Peer | None], Service]


def clock() -> int:
    """Return seconds since 1970."""
    return int(time.time())


def serve(name: str, build: Build) -> None:
    """Read the arguments, unlock, say ``ready`` and serve until the end.

    Parameters
    ----------
    name
        ``executor`` or ``keeper``.
    build
        Makes the service from the home, the passphrase, the clock and the channel to the keeper.
    """
    parser = argparse.ArgumentParser(prog=f"dure.node.{name}")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--secret-fd", type=int, required=True)
    parser.add_argument("--channel", action="append", default=[], help="role=fd, inherited")
    parser.add_argument("--peer-fd", type=int, default=-1, help="inherited channel to the keeper")
    parser.add_argument("--start-fd", type=int, default=-1, help="whom to tell why it can't start")
    options = parser.parse_args()
    harden()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C is for the door
    peer = _inherited(options.peer_fd)
    starter = _inherited(options.start_fd)
    try:
        home = Home.find(options.home)
        stay_awake(home, name)
        service = build(home, Passphrase.from_descriptor(options.secret_fd), clock, peer)
    except DureError as error:
        _report(options.channel, starter, error)
        sys.exit(error.spec.exit_status)
    if starter is not None:
        starter.close()
    if options.channel:
        channels: dict[str, list[socket.socket]] = {}
        for part in options.channel:
            role, _, fd = part.partition("=")
            channels.setdefault(role, []).append(socket.socket(fileno=int(fd)))
        service.serve_channels(channels)
        os._exit(0)  # threads that still pour content have lost their reader
    settings = home.settings
    callers = {settings.door_uid: "door"}
    if name == "keeper":
        callers[settings.executor_uid] = "executor"
    service.serve_socket(home.socket(name), callers, mode=0o666)


def _inherited(fd: int) -> socket.socket | None:
    return socket.socket(fileno=fd) if fd >= 0 else None


def _report(channels: list[str], starter: socket.socket | None, error: DureError) -> None:
    """Say why the process could not start: to whoever waits for it, or else on its own output."""
    from dure.node import wire

    if starter is not None:
        wire.send(starter, {"error": wire.write_error(error)})
    elif not channels:
        print(f"{error.what} {error.why}", file=sys.stderr)
    for part in channels:
        role, _, fd = part.partition("=")
        if role == "door":
            channel = socket.socket(fileno=int(fd))
            if wire.receive(channel) is not None:
                wire.send(channel, {"error": wire.write_error(error)})
