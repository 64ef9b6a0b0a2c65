"""A small server for the node's own processes: named operations over `dure.node.wire`.

Each connection has its own thread and is served in order. Who calls is told by the kernel (the peer's
uid) or, in the embedded profile, by the inherited channel; an operation lists the callers it takes,
and everything else is refused.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dure.core.errors import DureError
from dure.node import wire
from dure.node.errors import NodeError

Handler = Callable[[dict[str, Any], int | None, str], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Operation:
    """What a process does on request.

    Parameters
    ----------
    handle
        Takes the message, a file descriptor or None (the handler closes it), and the caller's role.
    callers
        Roles that may ask: ``door``, ``executor``.
    """

    handle: Handler
    callers: frozenset[str]


class Service:
    """Serves operations to callers whose role is known.

    Parameters
    ----------
    name
        ``executor`` or ``keeper``.
    operations
        Operation's name -> what it does.
    """

    def __init__(self, name: str, operations: Mapping[str, Operation]) -> None:
        self.name = name
        self.operations = operations

    def serve_channel(self, channel: socket.socket, caller: str) -> None:
        """Serve one connection until the other side closes it."""
        with channel:
            while True:
                try:
                    received = wire.receive(channel)
                except (NodeError, OSError):
                    return
                if received is None:
                    return
                message, fd = received
                answer = self._answer(message, fd, caller)
                try:
                    wire.send(channel, answer)
                except NodeError as error:
                    wire.send(channel, {"error": wire.write_error(error)})
                except OSError:
                    return

    def serve_channels(self, channels: Mapping[str, list[socket.socket]]) -> None:
        """Serve inherited channels; return when the first door has closed its own."""
        threads = []
        for caller, listed in channels.items():
            for channel in listed:
                thread = threading.Thread(
                    target=self.serve_channel, args=(channel, caller), daemon=True
                )
                thread.start()
                if caller == "door":
                    threads.append(thread)
        for thread in threads:
            thread.join()

    def serve_socket(self, path: Path, callers: Mapping[int, str], mode: int = 0o660) -> None:
        """Listen on a Unix socket; the peer's uid gives the role. Runs until the process ends.

        Parameters
        ----------
        path
            Where the socket goes; an old socket there is replaced.
        callers
            uid -> role; any other uid is refused.
        mode
            Permissions of the socket.
        """
        path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(path))
            os.chmod(path, mode)
            listener.listen(64)
            print(f"dure {self.name}: ready", flush=True)
            while True:
                channel, _ = listener.accept()
                caller = callers.get(wire.peer_uid(channel), "")
                threading.Thread(
                    target=self.serve_channel, args=(channel, caller), daemon=True
                ).start()

    def _answer(self, message: dict[str, Any], fd: int | None, caller: str) -> dict[str, Any]:
        name = str(message.get("op", ""))[:64]
        operation = self.operations.get(name)
        if operation is None or caller not in operation.callers:
            if fd is not None:
                os.close(fd)
            refusal = NodeError("node.caller", process=self.name, operation=name)
            return {"error": wire.write_error(refusal)}
        try:
            return operation.handle(message, fd, caller)
        except DureError as error:
            return {"error": wire.write_error(error)}
        except Exception as error:
            # The kind and the place are logged; the message could hold a value, so it is not.
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(place.filename).name}:{place.lineno}"
            print(f"dure {self.name}: {type(error).__name__} at {where}", file=sys.stderr)
            failure = NodeError(
                "node.process", process=self.name, reason=f"{type(error).__name__} at {where}"
            )
            return {"error": wire.write_error(failure)}
