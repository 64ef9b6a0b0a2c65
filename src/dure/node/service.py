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
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dure.core.errors import DureError
from dure.node import wire
from dure.node.errors import NodeError

STRANGERS = 8
"""Connections of unknown callers that are answered (with a refusal) at the same time."""
STRANGER_S = 5.0
PAUSE_S = 0.1

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
        self._strangers = threading.BoundedSemaphore(STRANGERS)

    def serve_channel(self, channel: socket.socket, caller: str) -> None:
        """Serve one connection until the other side closes it, or nobody knows what comes next."""
        with channel, suppress(OSError):
            while True:
                try:
                    received = wire.receive(channel)
                except NodeError as error:
                    if error.facts["reason"] not in wire.READ_WHOLE:
                        return
                    wire.send(channel, {"error": wire.write_error(error)})
                    continue
                if received is None:
                    return
                message, fd = received
                try:
                    wire.send(channel, self._answer(message, fd, caller))
                except NodeError as error:  # the answer is too long
                    wire.send(channel, {"error": wire.write_error(error)})

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
        partial = path.with_name(f".{os.getpid()}")
        partial.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            with wire.address(partial) as address:
                listener.bind(address)
            partial.chmod(mode)
            listener.listen(64)
            partial.rename(path)  # whoever sees it can connect to it
            print(f"dure {self.name}: ready", flush=True)
            while True:
                self._accept(listener, callers)

    def _accept(self, listener: socket.socket, callers: Mapping[int, str]) -> None:
        try:
            channel, _ = listener.accept()
        except OSError:  # no descriptor is free just now: those who hold them get their answers
            time.sleep(PAUSE_S)
            return
        caller = callers.get(wire.peer_uid(channel), "")
        if not caller:
            if not self._strangers.acquire(blocking=False):
                channel.close()
                return
            channel.settimeout(STRANGER_S)
        threading.Thread(target=self._serve, args=(channel, caller), daemon=True).start()

    def _serve(self, channel: socket.socket, caller: str) -> None:
        try:
            self.serve_channel(channel, caller)
        finally:
            if not caller:
                self._strangers.release()

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
        except Exception as error:  # noqa: BLE001  # whatever it is, the caller gets an answer
            # The kind and the place are logged; the message could hold a value, so it is not.
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(place.filename).name}:{place.lineno}"
            print(f"dure {self.name}: {type(error).__name__} at {where}", file=sys.stderr)
            failure = NodeError(
                "node.process",
                process=self.name,
                reason="defect",
                kind=type(error).__name__,
                place=where,
            )
            return {"error": wire.write_error(failure)}
