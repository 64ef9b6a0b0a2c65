"""Runs a page of the documents as it stands.

Every block goes in order into one script for bash. Each ``dure …`` and each Python program of the page is
handed to this process, which has everything imported and runs the services of nodes inside: the same code
as behind the installed command, without starting an interpreter for each line.
"""

from __future__ import annotations

import json
import os
import re
import runpy
import socket
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

from dure.core.suites import suite
from tests.node import alliance

ROOT = Path(__file__).resolve().parent.parent.parent
BLOCK = re.compile(r"```(sh|toml|csv|python)(?: (\S+))?\n(.*?)```", re.DOTALL)
"""A fenced block; a word after its kind is the file that it is."""
_CLIENT = """#!{python} -IS
import json, os, socket, sys
door = socket.socket(socket.AF_UNIX)
door.connect({address!r})
told = json.dumps([os.path.basename(sys.argv[0]), os.getcwd(), dict(os.environ), sys.argv[1:]]).encode()
socket.send_fds(door, [len(told).to_bytes(4, "big")], [1, 2])
door.sendall(told)
sys.exit(door.recv(1)[0])
"""


def blocks(page: Path) -> list[tuple[str, str, str]]:
    """Return the blocks of a page: kind, file name or "", content."""
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def run(page: Path, folder: Path) -> tuple[int, str]:
    """Run a page in a folder, empty or as another page left it; return the status and all that was said."""
    script = ["set -euo pipefail"]
    for number, (kind, name, block) in enumerate(blocks(page)):
        if kind == "sh":
            script += [
                line for line in block.splitlines() if not line.startswith(("make", "export PATH"))
            ]
            continue
        file = name or f"block-{number}"
        (folder / file).write_text(block, encoding="utf-8")
        if not name and kind == "python":
            script.append(f"python3 {file}")
    said = folder.parent / f"{folder.name}.said"
    (folder.parent / "door").unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as door, said.open("wb") as out:
        address = str(folder.parent / "door")
        door.bind(address)
        door.listen()
        door.settimeout(0.05)
        tools = folder.parent / "bin"
        tools.mkdir(exist_ok=True)
        for tool in ("dure", "python3"):
            (tools / tool).write_text(_CLIENT.format(python=sys.executable, address=address))
            (tools / tool).chmod(0o755)
        bash = subprocess.Popen(
            ["bash", "-c", "\n".join(script)],
            cwd=folder,
            env={
                **{key: value for key, value in os.environ.items() if not key.startswith("DURE_")},
                "DURE_LANG": "en",
                "PATH": f"{tools}:{os.environ['PATH']}",
            },
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            _serve(door, bash)
        finally:
            bash.kill()
            bash.wait()
    return bash.returncode, said.read_text(encoding="utf-8")


def _serve(door: socket.socket, bash: subprocess.Popen[bytes]) -> None:
    cheap = mock.patch.object(type(suite("intl")), "stretch", alliance.STRETCH)
    here = Path.cwd()
    with cheap, alliance.services_inside():
        while bash.poll() is None:
            try:
                caller, _ = door.accept()
            except TimeoutError:
                continue
            with caller:
                caller.setblocking(True)
                caller.sendall(bytes([_answer(caller)]))
            os.chdir(here)


def _answer(caller: socket.socket) -> int:
    head, (out, err), _, _ = socket.recv_fds(caller, 4, 2)
    with (
        caller.makefile("rb") as told,
        os.fdopen(out, "w") as said,
        os.fdopen(err, "w") as complained,
    ):
        tool, folder, environment, words = json.loads(told.read(int.from_bytes(head, "big")))
        os.chdir(folder)
        with mock.patch.dict(os.environ, environment, clear=True):
            if tool == "dure":
                done = alliance.command(None, *words)
                print(done.out, end="", file=said)
                print(done.err, end="", file=complained)
                return done.status
            with redirect_stdout(said), redirect_stderr(complained):
                return _python(words)


def _python(words: list[str]) -> int:
    try:
        runpy.run_path(words[0], run_name="__main__")
    except Exception as error:  # as the interpreter would end
        print(repr(error), file=sys.stderr)
        return 1
    finally:
        alliance.wait_for_services()
    return 0
