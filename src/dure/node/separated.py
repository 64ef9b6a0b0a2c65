"""Starting the services of a separated node, each under its own uid.

This is what ``dure node start`` does when there is no service manager: it stays, hands each service
its passphrase through a pipe, and ends them when it ends. With systemd, run
``python -P -m dure.node.executor`` and ``…keeper`` under their users and give the passphrase by
``--secret-fd``.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from dure.core.errors import DureError
from dure.node import wire
from dure.node.acting import no_interpreter, refuse_closed_way, start_as, uid_of
from dure.node.errors import NodeError
from dure.node.home import Home
from dure.node.resting import be_alone
from dure.storage.passphrases import Passphrase

WAIT_S = 30.0
SAID_S = 5.0
ORDER = ("keeper", "executor")


def start_service(
    home: Home, process: str, passphrase: Passphrase, python: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start one service under its uid and wait until it listens.

    Parameters
    ----------
    home
        A separated node.
    process
        ``executor`` or ``keeper``.
    passphrase
        What opens its keys.
    python
        Interpreter that its uid can run; this one by default.

    Raises
    ------
    DureError
        ``node.awake`` when it runs already; what the service itself says, such as ``storage.passphrase``;
        ``node.process`` when it ends before it listens, or takes longer than 30 s;
        ``node.separated`` when its uid can't reach the node, or run the interpreter.
    """
    refuse_closed_way(home)
    uid = uid_of(home.settings, process)
    listening = home.socket(process)
    # One that runs keeps its socket. Another may begin in between; then the child itself ends.
    os.close(be_alone(home, process))
    listening.unlink(missing_ok=True)
    secret_out, secret_in = os.pipe()
    ours, theirs = socket.socketpair()
    with ours:
        try:
            words = [f"dure.node.{process}", "--home", str(home.path)]
            words += ["--secret-fd", str(secret_out), "--start-fd", str(theirs.fileno())]
            child = start_as(uid, words, [secret_out, theirs.fileno()], python)
            os.write(secret_in, passphrase.reveal())
        finally:
            os.close(secret_out)
            os.close(secret_in)
            theirs.close()
        try:
            listens = _listens(child, process, listening)
        except BaseException:
            child.kill()
            child.wait()
            raise
        if not listens:
            raise _why(child, process, ours, no_interpreter(uid, python))
    return child


def _why(
    child: subprocess.Popen[bytes], process: str, said: socket.socket, no_interpreter: NodeError
) -> DureError:
    """Return why a service ended: what it said, or what its exit status tells."""
    said.settimeout(SAID_S)
    with suppress(NodeError, OSError):
        received = wire.receive(said)
        if received is not None:
            message, fd = received
            if fd is not None:
                os.close(fd)
            return wire.read_error(message.get("error"))
    if child.returncode == 1:  # what an interpreter ends with that can't read dure
        return no_interpreter
    return NodeError("node.process", process=process, reason="ended", status=child.returncode)


def _listens(child: subprocess.Popen[bytes], process: str, listening: Path) -> bool:
    """Wait until a service listens; say whether it does, or has ended."""
    end = time.monotonic() + WAIT_S
    while not listening.exists():
        if child.poll() is not None:
            return False
        if time.monotonic() > end:
            raise NodeError("node.process", process=process, reason="not-listening")
        time.sleep(0.02)
    return True


def run_services(home: Home, passphrases: Mapping[str, Passphrase]) -> None:
    """Start both services and stay until one of them, or this process, ends.

    Raises
    ------
    NodeError
        ``node.settings`` when the node is not separated, ``node.awake``, ``node.process``.
    """
    if home.settings.profile != "separated":
        raise NodeError("node.settings", path="node.toml", reason="setting", setting="profile")
    children: list[subprocess.Popen[bytes]] = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        for process in ORDER:
            children.append(start_service(home, process, passphrases[process]))
            print(f"{process}: {home.socket(process)}", flush=True)
        pid, status = os.wait()
        ended = next(
            (name for name, child in zip(ORDER, children, strict=True) if child.pid == pid),
            "service",
        )
        code = os.waitstatus_to_exitcode(status)
        raise NodeError("node.process", process=ended, reason="ended", status=code)
    except KeyboardInterrupt:
        pass
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait()
