"""What the attempts try to reach: harmless things that are set out on this host and taken away again."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from dure.sandbox.seccomp import call_numbers
from dure.trials.probes import calls


@contextlib.contextmanager
def canaries() -> Iterator[dict[str, object]]:
    """Set out what the attempts try to reach, and yield the clues to it.

    Listeners on loopback, an abstract and a path socket, a file with a secret that is open and
    inheritable, and a variable in the environment; all are gone afterwards. ``scratch`` is a folder
    in which a control may do what it likes.
    """
    secret = secrets.token_hex(16)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dure-canary-")))
        folder.chmod(0o755)
        shown = folder / "shown"
        shown.mkdir()
        file = shown / "secret"
        file.write_text(secret, encoding="ascii")
        opened = stack.enter_context(file.open("rb"))
        os.set_inheritable(opened.fileno(), True)
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        names = [f"dure-canary-{secret[:8]}-{number}" for number in range(2)]
        for kind, address in (
            (socket.SOCK_STREAM, "\0" + names[0]),
            (socket.SOCK_DGRAM, "\0" + names[1]),
            (socket.SOCK_STREAM, str(folder / "socket")),
        ):
            listener = stack.enter_context(socket.socket(socket.AF_UNIX, kind))
            listener.bind(address)
            if kind == socket.SOCK_STREAM:
                listener.listen()
        (folder / "socket").chmod(0o666)
        (folder / "scratch").mkdir()
        variable = f"DURE_CANARY_{secret[:8].upper()}"
        os.environ[variable] = secret
        stack.callback(os.environ.pop, variable, None)
        yield {
            "port": tcp.getsockname()[1],
            "abstract": names[0],
            "abstract_datagram": names[1],
            "socket_path": str(folder / "socket"),
            "file": str(file),
            "scratch": str(folder / "scratch"),
            "secret": secret,
            "process": os.getpid(),
            "source": str(Path(__file__).parents[3]),
            "calls": call_numbers(calls.NAMES),
        }
